"""What the rules found, as evidence for questions; which rule speaks of which question says the bank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from reprocrate.finding import Finding, Severity
from reprocrate.validation.checklists.evidence import MOST_PLACES, Evidence, State, View
from reprocrate.validation.checklists.packs import Question, questions

_ENTRY = re.compile(r"/(?:results|comparisons|claims)/[0-9]+")


@cache
def read_codes() -> tuple[str, ...]:
    """The rules whose findings are evidence for some question, sorted."""
    return tuple(
        sorted({code for each in questions().values() for code in each.opposed_by + each.doubted_by})
    )


def weighed(question: Question, found: Evidence, view: View) -> Evidence:
    """The evidence for a question together with what the rules found."""
    if found.state is State.OPPOSED:
        return found
    opposing = list(_at_issue(question.opposed_by, view))
    if opposing:
        return _with(State.OPPOSED, opposing)
    if found.state is State.SHOWN:
        doubting = list(_at_issue(question.doubted_by, view))
        if doubting:
            return _with(State.PARTLY, doubting)
    return found


def _with(state: State, found: Sequence[Finding]) -> Evidence:
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    reason = f"{found[0].message} ({found[0].code}{more})"
    return Evidence(state, reason, tuple(each.location for each in found[:MOST_PLACES]))


def _at_issue(codes: Sequence[str], view: View) -> Iterator[Finding]:
    """Findings of these rules; of results, comparisons and claims only those that a claim rests on."""
    if not codes:
        return
    for each in view.report.findings:
        if each.code in codes and each.severity is not Severity.NOTE:
            entry = _ENTRY.match(each.location.pointer or "")
            if entry is None or entry[0] in view.claimed_places:
                yield each
