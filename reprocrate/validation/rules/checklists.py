"""RC17: checklists and ethics, as far as the manifest alone shows that something is missing."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC1701",
    MUST,
    spec="checklists",
    since="1.0",
    says="item {item} of {policy} is answered twice, also at {other}",
)
def item_is_answered_once(subject: Subject) -> Iterator[Found]:
    """Every item of a policy's checklist MUST be answered at most once.

    Judged: each answer whose `item` an earlier answer to the same `policy` has, also in another entry of
        `checklists`; at the later answer.
    Why: of two answers nobody can tell which one the authors stand by.
    Fix: remove one of the two.
    """
    seen: dict[tuple[str, str], str] = {}
    for pointer, checklist in numbered("/checklists", subject.well_formed.checklists):
        for place, answer in numbered(f"{pointer}/answers", checklist.answers):
            other = seen.setdefault((checklist.policy, answer.item), place)
            if other != place:
                yield Found(place, item=answer.item, policy=checklist.policy, other=other)


@rule(
    "RC1702",
    SHOULD,
    spec="checklists",
    since="1.0",
    says='item {item} of {policy} is answered "{answer}" without a word of why',
)
def answer_is_justified(subject: Subject) -> Iterator[Found]:
    """An answer other than yes SHOULD have a justification, or the place in the paper that gives it.

    Judged: each answer of `no`, `partial` or `na` with neither `justification` nor `location`; at the answer.
    Why: no, in part and not applicable can all be right, and reviewers decide by the reason.
    Fix: add `justification` or `location` to the answer.
    """
    for pointer, checklist in numbered("/checklists", subject.well_formed.checklists):
        for place, answer in numbered(f"{pointer}/answers", checklist.answers):
            if answer.answer != "yes" and is_blank(answer.justification) and is_blank(answer.location):
                yield Found(place, item=answer.item, policy=checklist.policy, answer=answer.answer)


@rule("RC1703", SHOULD, spec="ethics", since="1.0", says="people took part, and nothing says who approved it")
def work_with_people_names_its_approval(subject: Subject) -> Iterator[Found]:
    """Where people took part (`human_subjects`), `irb` SHOULD say who approved it or why nobody had to.

    Judged: `ethics` with `human_subjects` true and no `irb`; at `ethics`.
    Why: most venues ask for it, and some laws do.
    Fix: set `irb` in `[ethics]` of reprocrate.toml to the board and number, or to the exemption.
    """
    ethics = subject.well_formed.ethics
    if ethics and ethics.human_subjects and is_blank(ethics.irb):
        yield Found("/ethics")


@rule(
    "RC1704", SHOULD, spec="ethics", since="1.0", says="data {data} is about people, and there is no `ethics`"
)
def data_about_people_has_ethics(subject: Subject) -> Iterator[Found]:
    """An experiment on data about people SHOULD have `ethics`, with what is sensitive and what it is for.

    Judged: each entry of `data` with `human_subjects` true, where the manifest has no `ethics` (an empty
        object will do); at `human_subjects`.
    Why: the people in the data cannot be asked, and a reader has to know what may be done with it.
    Fix: fill in `[ethics]` in reprocrate.toml.
    """
    manifest = subject.well_formed
    for pointer, data in numbered("/data", manifest.data):
        if data.human_subjects and manifest.ethics is None:
            yield Found(f"{pointer}/human_subjects", data=data.id)
