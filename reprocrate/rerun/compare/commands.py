"""What the commands of two records say differently."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from reprocrate.manifest import Run

_LONGEST = 200


def changed_arguments(then: Iterable[Run], now: Iterable[Run]) -> str:
    """How the commands of the same seeds differ, as a sentence; empty where they do not.

    The first seed whose commands differ stands for all.
    """
    again = {run.seed: run.command for run in now}
    for run in then:
        other = again.get(run.seed)
        if other is not None and tuple(other) != tuple(run.command):
            before, after = _apart(run.command, other)
            return f"The commands differ: {_shown(before)} then, {_shown(after)} now."
    return ""


def _apart(then: Sequence[str], now: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments that only one side has, each value with the option before it."""
    before: list[str] = []
    after: list[str] = []
    for kind, start, end, again, until in SequenceMatcher(None, then, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        option = 1 if start and kind == "replace" and then[start - 1].startswith("-") else 0
        before += then[start - option : end]
        after += now[again - option : until]
    return before, after


def _shown(arguments: Sequence[str]) -> str:
    if not arguments:
        return "nothing"
    text = shlex.join(arguments)
    return f"`{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}`"
