"""A venue's checklist against the evidence, for the terminal: conflicts first, then what lacks evidence."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from rich.console import RenderableType

from reprocrate.finding import CheckedAnswer, CheckedChecklist, Standing
from reprocrate.render import words
from reprocrate.render.terminal import BAD, GOOD, SOFT, WARN, hanging, heading, stacked, text

_COUNTED = {
    Standing.CONFLICTS: ("conflicts with the evidence", "conflict with the evidence"),
    Standing.NOT_EVIDENCED: ("is not evidenced", "are not evidenced"),
    Standing.SUPPORTED: ("is supported", "are supported"),
    Standing.NOT_CHECKABLE: ("is for people to judge", "are for people to judge"),
    Standing.NOT_APPLICABLE: ("does not apply", "do not apply"),
}
_STYLE = {Standing.CONFLICTS: BAD, Standing.NOT_EVIDENCED: WARN, Standing.SUPPORTED: GOOD}
_WRITTEN_OUT = (Standing.CONFLICTS, Standing.NOT_EVIDENCED)
_MOST_WRITTEN_OUT = 20
_LONGEST = 220
"""Characters of what the authors wrote beside an answer; a reader who weighs it goes to its place."""


def checklist_text(checklist: CheckedChecklist) -> Iterator[RenderableType]:
    """One checklist: answers that conflict and those without evidence written out, the others counted."""
    where = f", from {words.plain(checklist.source)}" if checklist.source else ""
    yield heading(f"{words.plain(checklist.name)}{where}")
    if not any(each.answer for each in checklist.answers):
        yield text("Nobody has answered it. This is what the evidence would say of yes to each item.", SOFT)
    for standing in _WRITTEN_OUT:
        found = [each for each in checklist.answers if each.standing is standing]
        for each in found[:_MOST_WRITTEN_OUT]:
            yield hanging(text(each.item, _STYLE[standing]), stacked(*_answer(each)))
        if len(found) > _MOST_WRITTEN_OUT:
            yield text(f"and {len(found) - _MOST_WRITTEN_OUT} more", SOFT)
    yield text(f"{words.sentence(words.listing(_counts(checklist)))}")


def _answer(each: CheckedAnswer) -> Iterator[RenderableType]:
    yield text(each.question, SOFT)
    said = f"Answered {each.answer}: {each.reason}" if each.answer else each.reason
    yield text(words.sentence(words.plain(said)))
    if each.standing is Standing.CONFLICTS and each.justification:
        yield text(f"They write: {shorten(words.plain(each.justification), _LONGEST)}", SOFT)


def _counts(checklist: CheckedChecklist) -> list[str]:
    """How many items stand how, with the items of those that are not written out."""
    parts = []
    for standing, (one, many) in _COUNTED.items():
        found = [each.item for each in checklist.answers if each.standing is standing]
        if found:
            named = "" if standing in _WRITTEN_OUT else f" ({words.shortened(found, 8)})"
            parts.append(f"{len(found)} {one if len(found) == 1 else many}{named}")
    return parts
