"""What there is to object to in a filled checklist, wherever it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from reprocrate.finding import CheckedChecklist, Location, Standing
from reprocrate.validation.checklists.answers import Answer, FilledChecklist
from reprocrate.validation.checklists.packs import Item, Pack, pack_of


class Objection(NamedTuple):
    """One case.

    Attributes:
        place: where it is.
        values: what the rule's sentence about it names.
    """

    place: Location
    values: dict[str, Any]


def unknown_items(filled: FilledChecklist) -> Iterator[Objection]:
    """Answers to questions that the venue does not ask."""
    pack = pack_of(filled.id)
    for answer in filled.answers:
        if pack.find(answer.item) is None:
            yield Objection(answer.place, {"item": answer.item, "name": pack.name})


def not_allowed(filled: FilledChecklist) -> Iterator[Objection]:
    """Answers that are none of those that the venue offers; below a gate answered no, NA is one."""
    pack = pack_of(filled.id)
    closed = _closed(pack, filled)
    for answer in filled.answers:
        item = pack.find(answer.item)
        if item is None or answer.answer in item.answers or not _is_written(answer):
            continue
        if not (answer.answer == "na" and item.id in closed):
            allowed = ", ".join(pack.words[each] for each in item.answers)
            written = answer.written or answer.answer or ""
            yield Objection(answer.place, {"item": item.id, "written": written, "allowed": allowed})


def unanswered(filled: FilledChecklist, place: Location) -> Iterator[Objection]:
    """The questions that are left open, together.

    Those below a gate answered no need no answer, and none those of an edition of which none was read.
    """
    pack = pack_of(filled.id)
    given = {item.id for each in filled.answers if _is_written(each) and (item := pack.find(each.item))}
    editions = {"", *(item.edition for each in filled.answers if (item := pack.find(each.item)))}
    answered = given | _closed(pack, filled)
    left = [item.id for item in pack.items if item.edition in editions and item.id not in answered]
    if left:
        yield Objection(place, {"name": pack.name, "items": ", ".join(left)})


def inconsistent(filled: FilledChecklist) -> Iterator[Objection]:
    """Answers, other than NA, to questions below a gate that is answered no."""
    pack = pack_of(filled.id)
    closed = _closed(pack, filled)
    for answer in filled.answers:
        item = pack.find(answer.item)
        gate = pack.gate_of(item.id) if item else None
        if item and gate and item.id in closed and answer.answer not in (None, "na"):
            yield Objection(answer.place, {"item": item.id, "written": answer.written, "gate": gate.id})


def conflicting(checked: CheckedChecklist, otherwise: Location) -> Iterator[Objection]:
    """Answers of which the evidence says the opposite."""
    for each in checked.answers:
        if each.standing is Standing.CONFLICTS:
            values = {"item": each.item, "name": checked.name, "reason": each.reason}
            yield Objection(each.place or otherwise, values | {"answer": str(each.answer)})


def _is_written(answer: Answer) -> bool:
    return answer.answer is not None or bool(answer.written.strip())


def _closed(pack: Pack, filled: FilledChecklist) -> set[str]:
    """Items below a gate that is answered no."""
    no = {item.id for each in filled.answers if each.answer == "no" and (item := pack.find(each.item))}
    gates: list[Item] = [item for item in pack.items if item.gate and item.id in no]
    return {child for item in gates for child in item.gate}
