"""`policy`: what policies there are, what one asks for, and the draft of a new one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from reprocrate.errors import ReprocrateError, UsageError
from reprocrate.files import write_atomically
from reprocrate.standard import NEWEST
from reprocrate.validation import FAMILIES, Policy, Rule
from reprocrate.validation.policy import is_untouchable
from reprocrate.validation.policy_file import read_policy
from reprocrate.validation.policy_names import NAME, policy_names


def known_policies() -> Iterator[tuple[str, Policy | ReprocrateError]]:
    """Every policy that is at hand, by name; one that cannot be read does not hide the others."""
    for name in policy_names():
        try:
            yield name, read_policy(name)
        except ReprocrateError as error:
            yield name, error


def draft_policy(file: Path, extends: Iterable[str], venue: str | None) -> Policy:
    """Write the draft of a policy, with every rule that can be set in a comment.

    Args:
        file: where to; nothing may be there.
        extends: names, or files beside it, of the policies that it builds on.
        venue: whose it is.

    Returns:
        The policy as it was read back.

    Raises:
        UsageError: there is a file already, its name is none of a policy, or a policy that it extends is
            none.
        UnavailableError: it cannot be written.
    """
    if file.suffix != ".toml":
        raise UsageError(
            f"{file} is no name for a policy", "it does not end in .toml", f"Such as {file}.toml"
        )
    identifier = re.sub(r"[^A-Za-z0-9._-]+", "-", file.stem).strip("-._")
    if not NAME.fullmatch(identifier):
        raise UsageError(f"{file} is no name for a policy", "its letters or digits become the identifier")
    if file.exists():
        raise UsageError(f"{file} is there already", fix="Take another name, or remove it first")
    names = list(extends)
    for name in names:
        read_policy(name if not name.endswith((".toml", ".json")) else file.parent / name)
    text = "".join(f"{line}\n" for line in _draft(identifier, names, venue))
    write_atomically(file, text.encode())
    return read_policy(file)


def _draft(identifier: str, extends: list[str], venue: str | None) -> Iterator[str]:
    yield "# A policy: what a venue asks for beside the standard, or instead of some of it."
    yield "# `reprocrate validate WHAT --policy FILE` applies it, `reprocrate policy show FILE` shows it."
    yield f'id = "{identifier}"'
    yield f'standard = "{NEWEST}"'
    yield f"venue = {_text(venue)}" if venue else '# venue = "Example Journal"'
    yield '# description = "What it is for, in a sentence or two."'
    yield f"extends = [{', '.join(map(_text, extends))}]" if extends else '# extends = ["five-seeds"]'
    yield '# checklist = "neurips-2026"'
    yield ""
    yield '[levels]   # "error": not valid; "warning"; "note"; "off": left out, and counted in the report'
    yield '# Take the "#" away where a rule is to weigh something else than is written here.'
    for family in FAMILIES:
        rules = [rule for rule in family.rules if not is_untouchable(rule)]
        if rules:
            yield f"# -- {family.title}"
            yield from map(_level, rules)
    for family in FAMILIES:
        for rule in family.rules:
            if rule.parameters and not is_untouchable(rule):
                yield ""
                yield f"# [parameters.{rule.code}]   # {rule.name}"
                yield from (f"# {name} = {_value(value)}" for name, value in rule.parameters.items())


def _level(rule: Rule) -> str:
    return f'# {rule.code} = "{rule.level.severity.value}"   # {rule.name}'


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """A basic string of TOML; what JSON escapes is escaped alike there, and DEL too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
