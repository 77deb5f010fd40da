"""Findings in the author's code: what a rule has seen there, told with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from reprocrate.validation.rule import CannotAssessError, Found
from reprocrate.validation.subject import Subject

if TYPE_CHECKING:
    from reprocrate.validation.source import Sighting, Source

MOST_NAMED = 5
"""How many files a reason names at most."""


def told(subject: Subject, code: str, look: Callable[[Source], Iterable[Sighting]]) -> Iterator[Found]:
    """What a rule has seen in the code of a subject, each place once.

    Args:
        subject: what is judged.
        code: the rule.
        look: finds the places.

    Raises:
        CannotAssessError: a file could not be read, or a comment in it left a finding out; after all others.
    """
    source = subject.source
    silenced: list[str] = []
    seen: set[tuple[str, int, str]] = set()
    for each in look(source):
        place = each.module.code.place(each.line)
        key = (each.module.path, each.line, repr(each.values))
        if key in seen or each.module.is_repeated:
            continue
        seen.add(key)
        if each.module.ignores(code, each.line):
            silenced.append(f"{each.module.path}:{place}")
            continue
        cell = each.module.code.cell_at(each.line)
        at = f" (cell {cell.number})" if cell else ""
        found = Found(file=each.module.path, line=place)
        found.values = {"at": at, **each.values}
        yield found
    reasons = [f"a comment leaves out {_listed(silenced)}"] if silenced else []
    if source.unread:
        reasons.append(f"not read: {_listed([f'{each.path} ({each.reason})' for each in source.unread])}")
    if reasons:
        raise CannotAssessError("; ".join(reasons))


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
