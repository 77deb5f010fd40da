"""What distinguishes configurations that were not told apart by the author: their arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HOLE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_.-]*\}")


def differing_arguments(templates: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """For each argv template the arguments that are not the same in all of them, by name.

    `--width 256`, `--width=256` and `width=256` are the argument `width`; what has no name goes by its place
    (`argument 3`). Arguments with a hole such as `{seed}` are left out: they name files, not choices.
    """
    named = [named_arguments(template) for template in templates]
    names = list(dict.fromkeys(name for arguments in named for name in arguments))
    varying = [name for name in names if len({arguments.get(name) for arguments in named}) > 1]
    return [{name: arguments.get(name, "") for name in varying} for arguments in named]


def named_arguments(template: Sequence[str]) -> dict[str, str]:
    """The arguments of an argv template by name, without those that have a hole."""
    arguments: dict[str, str] = {}
    pending: str | None = None
    for place, word in enumerate(template):
        if pending is not None and not word.startswith("-"):
            arguments[pending] = word
            pending = None
            continue
        pending = None
        if word.startswith("-") and "=" not in word:
            pending = word.lstrip("-")
            arguments[pending] = "yes"
        elif "=" in word:
            name, _, value = word.lstrip("-").partition("=")
            arguments[name] = value
        else:
            arguments[f"argument {place}"] = word
    return {name: value for name, value in arguments.items() if not _HOLE.search(value)}
