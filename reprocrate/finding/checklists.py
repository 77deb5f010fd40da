"""Venues' checklists, set against the evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from reprocrate.finding.findings import Location


class Standing(StrEnum):
    """What the evidence says of an answer to a checklist's question."""

    CONFLICTS = "conflicts"
    NOT_EVIDENCED = "not-evidenced"
    SUPPORTED = "supported"
    NOT_CHECKABLE = "not-checkable"
    NOT_APPLICABLE = "not-applicable"


class CheckedAnswer(NamedTuple):
    """One question of a venue's checklist, the authors' answer, and what the evidence says of it.

    Attributes:
        item: number or name of the question in the venue's checklist.
        question: the question in other words than the venue's.
        answer: `yes`, `no`, `partial` or `na`; None where it is not answered.
        standing: what the evidence says.
        reason: why, in one sentence.
        evidence: what the reason rests on.
        justification: what the authors wrote beside their answer.
        place: where the answer was read.
    """

    item: str
    question: str
    answer: str | None
    standing: Standing
    reason: str
    evidence: tuple[Location, ...] = ()
    justification: str = ""
    place: Location | None = None


class CheckedChecklist(NamedTuple):
    """A venue's checklist set against the evidence; there is no score.

    Attributes:
        id: venue and year, such as `neurips-2026`.
        name: its name for people.
        source: where the answers were read; empty where there are none.
        answers: its questions, in the venue's order.
    """

    id: str
    name: str
    source: str = ""
    answers: tuple[CheckedAnswer, ...] = ()

    def count(self, standing: Standing) -> int:
        """How many answers stand so."""
        return sum(each.standing is standing for each in self.answers)
