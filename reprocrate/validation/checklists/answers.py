"""A checklist as authors filled it in, wherever it was read from."""

from __future__ import annotations

from typing import NamedTuple

from reprocrate.finding import Location

ANSWERS = ("yes", "no", "partial", "na")
"""What an answer can be, in the words of the manifest."""


class Answer(NamedTuple):
    """One answer of the authors.

    Attributes:
        item: number or name of the question in the venue's checklist, as its pack has it.
        answer: one of `ANSWERS`; None where the question is left open, or where what stands there is none of
            the answers that the venue allows.
        written: what stands there, as it was written; empty where the question is left open.
        justification: what the authors wrote beside it.
        place: where it was read.
    """

    item: str
    answer: str | None
    written: str
    justification: str
    place: Location


class FilledChecklist(NamedTuple):
    """The answers of one checklist.

    Attributes:
        id: of the pack that it follows, such as `neurips-2026`.
        source: the file that it was read from, or `reprocrate.json`.
        answers: in the order in which they were read.
        not_read: what looked like a part of a checklist and could not be read, a sentence for each.
    """

    id: str
    source: str
    answers: tuple[Answer, ...]
    not_read: tuple[str, ...] = ()
