"""A question and what stands beside it, as a carrier has them, before it is known whose checklist it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from reprocrate.finding import Location


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was found.

    Attributes:
        question: its text; empty where the authors deleted it.
        title: the heading above it; empty where it has none.
        number: what it is numbered with, such as `A1` or `2.3`; empty where it has no number.
        written: what stands where the answer belongs.
        answer: one of `ANSWERS`; None where that is none of them.
        justification: what was written beside it.
        place: where the answer was read.
    """

    question: str
    title: str
    number: str
    written: str
    answer: str | None
    justification: str
    place: Location


@dataclass(slots=True)
class Extract:
    """What a carrier found in one source.

    Attributes:
        source: the file.
        asked: questions with their answers.
        not_read: what looked like a part of a checklist and could not be read.
        venues: venues with a year that the source names, such as `neurips-2026`; most frequent first.
        kind: `appendix` where it is a form with fields for text.
        is_named: whether somebody gave this very file as a checklist.
    """

    source: str
    asked: list[Asked] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    venues: tuple[str, ...] = ()
    kind: str = "checklist"
    is_named: bool = False
