"""RC17: a venue's checklist as the manifest answers it, against the venue's pack and the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.finding import Location
from reprocrate.validation.checklists.asking import own_checklists
from reprocrate.validation.checklists.checking import checked
from reprocrate.validation.checklists.findings import read_codes
from reprocrate.validation.checklists.objecting import (
    Objection,
    conflicting,
    inconsistent,
    not_allowed,
    unanswered,
    unknown_items,
)
from reprocrate.validation.checklists.packs import another_year, is_pack
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.subject import MANIFEST_NAME, Subject
from reprocrate.validation.validate import validate


def _found(objections: Iterator[Objection]) -> Iterator[Found]:
    for each in objections:
        yield Found(each.place.pointer, **each.values)


@rule("RC1705", SHOULD, spec="checklists", since="1.0", says="{name} has no item {item}")
def item_is_one_of_the_checklist(subject: Subject) -> Iterator[Found]:
    """The `item` of an answer SHOULD be one that the venue's checklist has.

    Judged: each answer of a checklist whose `policy` is the `id` of a pack, and whose `item` is none of the
        pack's, whatever the case of its letters; at the answer.
    Why: what is answered there, nobody asks, and what was meant stays open.
    Fix: give the number or name that the pack has for the question.
    """
    for filled in own_checklists(subject):
        yield from _found(unknown_items(filled))


@rule(
    "RC1706",
    SHOULD,
    spec="checklists",
    since="1.0",
    says='item {item} is answered "{written}", and the venue offers {allowed}',
)
def answer_is_one_that_the_venue_offers(subject: Subject) -> Iterator[Found]:
    """An answer SHOULD be one of those that the venue offers for the question.

    Judged: each answer of a checklist whose `policy` is the `id` of a pack, to an item of it: its `answer`
        must be among the item's `answers`. `na` is also right below a gate that is answered `no`; at the
        answer.
    Why: reviewers and forms of the venue do not know another one.
    Fix: choose one of those, and say the rest in the justification.
    """
    for filled in own_checklists(subject):
        yield from _found(not_allowed(filled))


@rule("RC1707", SHOULD, spec="checklists", since="1.0", says="not answered of {name}: {items}")
def every_item_is_answered(subject: Subject) -> Iterator[Found]:
    """A checklist that is answered at all SHOULD be answered to the end.

    Judged: each checklist whose `policy` is the `id` of a pack: every item must have an answer, but for those
        below a gate (`gate`) that is answered `no`, and those of an `edition` of which no item has an answer;
        once, at the checklist.
    Why: some venues reject a paper whose checklist is not complete.
    Fix: answer these items too.
    """
    manifest = subject.well_formed
    places = [
        pointer for pointer, each in numbered("/checklists", manifest.checklists) if is_pack(each.policy)
    ]
    for pointer, filled in zip(places, own_checklists(subject), strict=True):
        yield from _found(unanswered(filled, Location(MANIFEST_NAME, pointer)))


@rule(
    "RC1708",
    SHOULD,
    spec="checklists",
    since="1.0",
    says='item {item} is answered "{written}", though {gate} says that there is nothing of the kind',
)
def answers_agree_with_their_gate(subject: Subject) -> Iterator[Found]:
    """Where a question is answered no that others depend on, these SHOULD NOT be answered, except with NA.

    Judged: each answer other than `na` to an item in the `gate` of an item that is answered `no`, of a
        checklist whose `policy` is the `id` of a pack; at the answer.
    Why: one of the two is a slip, and nobody can tell which.
    Fix: answer the first question with yes, or leave the others out.
    """
    for filled in own_checklists(subject):
        yield from _found(inconsistent(filled))


@rule(
    "RC1709",
    SHOULD,
    spec="checklists",
    since="1.0",
    says="item {item} of {name} is answered {answer}: {reason}",
)
def answer_agrees_with_the_evidence(subject: Subject) -> Iterator[Found]:
    """An answer SHOULD NOT be the opposite of what the manifest says.

    Judged: each answer of a checklist whose `policy` is the `id` of a pack, where the chapter on checklists
        calls it a conflict; at the answer.
    Why: reviewers rely on the answer, and the evidence is there for all to see.
    Fix: correct the answer, or the record if that is what is wrong.
    """
    filled = own_checklists(subject)
    if not filled:
        return
    report = validate(subject, only=read_codes())
    for each in filled:
        yield from _found(conflicting(checked(each, subject, report), Location(MANIFEST_NAME, "/checklists")))


@rule(
    "RC1710",
    SHOULD,
    spec="checklists",
    since="1.0",
    says="the checklist {name} is not answered",
)
def checklist_is_answered(subject: Subject, *, required: str = "") -> Iterator[Found]:
    """A checklist that is named, or that a policy requires (`required`), SHOULD be answered.

    Judged: each checklist without `answers`, at the checklist; and where `required` is set, and no checklist
        with answers has it as its `policy`, the manifest as a whole.
    Why: the venue asks for it, and may reject a paper without it.
    Fix: answer it in `[[checklists]]` of reprocrate.toml.
    """
    answered = set()
    for pointer, checklist in numbered("/checklists", subject.well_formed.checklists):
        if checklist.answers:
            answered.add(checklist.policy)
        else:
            yield Found(pointer, name=checklist.policy)
    if required and required not in answered:
        yield Found("", name=required)


@rule("RC1711", MAY, spec="checklists", since="1.0", says="{policy} is not known here, {known} is")
def checklist_is_of_a_year_that_is_known(subject: Subject) -> Iterator[Found]:
    """The checklist of a venue that is known MAY be of a year that is not, and is then not judged.

    Judged: each `policy` of a checklist that is no pack's `id` but differs from one in its year alone (the
        digits at the end, with or without a hyphen before them); at the `policy`.
    Why: questions change from year to year, so the answers are not compared with those of another year.
    Fix: install a newer reprocrate, or name the year whose questions you answered.
    """
    for pointer, checklist in numbered("/checklists", subject.well_formed.checklists):
        known = "" if is_pack(checklist.policy) else another_year(checklist.policy)
        if known:
            yield Found(f"{pointer}/policy", policy=checklist.policy, known=known)
