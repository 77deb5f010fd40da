"""A venue's checklist set against the evidence: what stands behind each answer.

Two laws. What the manifest does not mention is not evidenced, and never a conflict. A conflict is certain:
the manifest says the opposite of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reprocrate.finding import CheckedAnswer, CheckedChecklist, Location, Report, Standing
from reprocrate.validation.checklists.answers import Answer, FilledChecklist
from reprocrate.validation.checklists.conditions import Told, told
from reprocrate.validation.checklists.evidence import MOST_PLACES, Evidence, State, View
from reprocrate.validation.checklists.gathering import evidence_of
from reprocrate.validation.checklists.packs import Item, Pack, pack_of
from reprocrate.validation.subject import Subject

_PROMISE = re.compile(
    r"\bwill\b(?:\s+\w+){0,4}?\s+(?:add|avail|complet|host|includ|open|provid|public|publish|releas|report|shar|upload)"
    r"|\bto be (?:made|published|released)\b|\bplan(?:s|ned)? to\b|\bcamera[- ]ready\b"
    r"|\b(?:after|following|on|pending|upon) (?:\w+ )?(?:acceptance|publication|review)\b",
    re.IGNORECASE,
)
"""Words beside an answer by which it speaks of what is to come, which the record of today cannot belie."""

Verdict = tuple[Standing, str, tuple[Location, ...]]
"""What the evidence says of an answer, why, and what that rests on."""


def checked(filled: FilledChecklist, subject: Subject, report: Report) -> CheckedChecklist:
    """A filled checklist with what the evidence says of each answer; of items left open, what it would say.

    Args:
        filled: the answers.
        subject: whose they are.
        report: what the rules found about it, before any policy graded it.

    Raises:
        UsageError: there is no such checklist.
    """
    pack = pack_of(filled.id)
    checker = _Checker(pack, View(subject, report), evidence_of(subject, report))
    answers: dict[str, Answer] = {}
    for each in filled.answers:
        item = pack.find(each.item)
        if item:
            answers.setdefault(item.id, each)
    items = tuple(checker.item(item, answers) for item in pack.items)
    return CheckedChecklist(pack.id, pack.name, filled.source, items)


def asked_of(pack: str, subject: Subject, report: Report) -> CheckedChecklist:
    """A checklist that nobody has answered, with what the evidence would say of a "yes" to each item."""
    return checked(FilledChecklist(pack, "", ()), subject, report)


class _Checker(NamedTuple):
    """What all items of a checklist are judged by."""

    pack: Pack
    view: View
    evidence: Mapping[str, Evidence]

    def item(self, item: Item, answers: Mapping[str, Answer]) -> CheckedAnswer:
        given = answers.get(item.id)
        answer = given.answer if given else None
        gate = self.pack.gate_of(item.id)
        closed = gate is not None and gate.id in answers and answers[gate.id].answer == "no"
        if gate and closed and answer in (None, "na"):
            verdict: Verdict = (Standing.NOT_APPLICABLE, f"{gate.id} is answered no", ())
        else:
            verdict = self._verdict(item, answer, given.justification if given else "")
        standing, reason, places = verdict
        return CheckedAnswer(
            item=item.id,
            question=item.text,
            answer=answer,
            standing=standing,
            reason=reason,
            evidence=places[:MOST_PLACES],
            justification=given.justification if given else "",
            place=given.place if given else None,
        )

    def _verdict(self, item: Item, answer: str | None, justification: str) -> Verdict:
        if answer == "na":
            return self._not_applicable(item)
        found = [self.evidence[name] for name in item.questions]
        if answer == "no":
            return self._no(item, found)
        if answer == "partial":
            return _partial(item, found)
        if answer == "yes":
            return _yes(item, found, justification)
        return self._open(item, found)

    def _told(self, conditions: Iterable[str]) -> list[Told | None]:
        return [told(name, self.view) for name in conditions]

    def _not_applicable(self, item: Item) -> Verdict:
        found = self._told(item.na_when)
        known = [each for each in found if each]
        for each in known:
            if each.holds:
                return Standing.NOT_APPLICABLE, each.because, each.places
        if found and len(known) == len(found):
            reason = "; ".join(each.because for each in known)
            places = tuple(place for each in known for place in each.places)
            return Standing.CONFLICTS, f"but {reason}", places
        reason = item.na_means.rstrip(".") or "whether it applies is for people to judge"
        return Standing.NOT_CHECKABLE, reason, ()

    def _no(self, item: Item, found: Sequence[Evidence]) -> Verdict:
        conditions = self._told(item.no_when)
        for each in conditions:
            if each and each.holds:
                return Standing.SUPPORTED, each.because, each.places
        if conditions and all(conditions):
            known = [each for each in conditions if each]
            places = tuple(place for each in known for place in each.places)
            return Standing.CONFLICTS, f"but {'; '.join(each.because for each in known)}", places
        for one in found:
            if one.state is State.OPPOSED:
                return Standing.SUPPORTED, one.reason, one.places
        if item.reach == "T" or all(one.state is State.PEOPLE for one in found):
            return Standing.NOT_CHECKABLE, _said(found, State.PEOPLE), ()
        if all(one.state is State.SHOWN for one in found):
            reason = f"the evidence would support yes: {_said(found, State.SHOWN)}"
            return Standing.NOT_EVIDENCED, reason, _places(found, State.SHOWN)
        return Standing.NOT_EVIDENCED, f"nothing speaks against the answer: {_lacking(found)}", ()

    def _open(self, item: Item, found: Sequence[Evidence]) -> Verdict:
        """An item that is not answered: what the evidence would say of a yes."""
        for each in self._told(item.na_when):
            if each and each.holds:
                return Standing.NOT_APPLICABLE, each.because, each.places
        standing, reason, places = _yes(item, found)
        if standing is Standing.CONFLICTS:
            return Standing.NOT_EVIDENCED, f"a yes would conflict: {reason}", places
        return standing, reason, places


def _yes(item: Item, found: Sequence[Evidence], justification: str = "") -> Verdict:
    if item.reach == "T":
        return Standing.NOT_CHECKABLE, _said(found, State.PEOPLE) or "only people can tell, from the text", ()
    states = {each.state for each in found}
    if State.OPPOSED in states:
        reason, places = _said(found, State.OPPOSED), _places(found, State.OPPOSED)
        if item.is_promise or _PROMISE.search(justification):
            return Standing.NOT_EVIDENCED, f"not so yet: {reason}", places
        return Standing.CONFLICTS, reason, places
    if states & {State.SILENT, State.PARTLY}:
        at_most = "at most partial: " if "partial" in item.answers and _is_partly(states) else ""
        places = (*_places(found, State.PARTLY), *_places(found, State.SILENT))
        return Standing.NOT_EVIDENCED, f"{at_most}{_lacking(found)}", places
    shown, places = _said(found, State.SHOWN), _places(found, State.SHOWN)
    if State.PEOPLE in states:
        only = _said(found, State.PEOPLE)
        return Standing.NOT_CHECKABLE, "; ".join(filter(None, [only, shown])), places
    if item.reach == "C":
        return Standing.NOT_CHECKABLE, f"nothing speaks against it: {shown}", places
    return Standing.SUPPORTED, shown, places


def _partial(item: Item, found: Sequence[Evidence]) -> Verdict:
    states = {each.state for each in found}
    if item.reach == "T" or states == {State.PEOPLE}:
        return Standing.NOT_CHECKABLE, _said(found, State.PEOPLE) or "only people can tell, from the text", ()
    if State.OPPOSED in states:
        return Standing.NOT_EVIDENCED, _said(found, State.OPPOSED), _places(found, State.OPPOSED)
    if states == {State.SHOWN}:
        reason = f"the evidence would support yes: {_said(found, State.SHOWN)}"
        return Standing.SUPPORTED, reason, _places(found, State.SHOWN)
    if _is_partly(states):
        return Standing.SUPPORTED, _lacking(found), _places(found, State.PARTLY)
    return Standing.NOT_EVIDENCED, _lacking(found), ()


def _is_partly(states: set[State]) -> bool:
    """Whether some of what is asked for is there."""
    return State.PARTLY in states or State.SHOWN in states


def _said(found: Sequence[Evidence], state: State) -> str:
    return "; ".join(dict.fromkeys(each.reason for each in found if each.state is state))


def _lacking(found: Sequence[Evidence]) -> str:
    """What is missing, what is there in part first."""
    return "; ".join(filter(None, [_said(found, State.PARTLY), _said(found, State.SILENT)]))


def _places(found: Sequence[Evidence], state: State) -> tuple[Location, ...]:
    return tuple(place for each in found if each.state is state for place in each.places)
