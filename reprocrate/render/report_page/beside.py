"""What stands on the page beside findings: checklists, levels and badges, what was observed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reprocrate.finding import (
    CheckedAnswer,
    CheckedChecklist,
    Criterion,
    Location,
    Observed,
    Presence,
    Scale,
    Standing,
    Step,
)
from reprocrate.render import words
from reprocrate.render.preview.markup import Markup, code, element, joined, prose, shortened
from reprocrate.render.preview.tables import table
from reprocrate.render.scales import next_steps_of, step_name

_STANDING = {
    Standing.CONFLICTS: (
        "conflicts",
        "bad",
        "the evidence says the opposite of the answer; for people to read",
    ),
    Standing.NOT_EVIDENCED: ("not evidenced", "warn", "nothing was found that bears the answer out"),
    Standing.SUPPORTED: ("supported", "good", "the evidence says the same as the answer"),
    Standing.NOT_CHECKABLE: ("not checkable", "", "only people can tell"),
    Standing.NOT_APPLICABLE: (
        "not applicable",
        "",
        "the question does not apply here, as the evidence shows",
    ),
}
_PRESENCE = {
    Presence.FOUND: ("found", "good"),
    Presence.NOT_FOUND: ("not found", "warn"),
    Presence.NOT_ASSESSED: ("not assessed", ""),
}
_ANSWER = {"yes": "yes", "no": "no", "partial": "partly", "na": "not applicable", None: "no answer"}
_MOST_PLACES = 5
_LONGEST = 600


def checklists(found: Sequence[CheckedChecklist]) -> Markup | None:
    """Each checklist: how many answers stand how, and every question in the venue's order."""
    if not found:
        return None
    lead = "There is no score. A conflict is for people to read, never a reason to reject by itself."
    meanings = element("p", _meanings(found), class_="note")
    return joined(element("p", lead), *(part for each in found for part in _checklist(each)), meanings)


def scales(found: Sequence[Scale]) -> Markup | None:
    """Each scale: its steps, and for those that are not reached what is missing and what it costs."""
    if not found:
        return None
    lead = "What is reached follows from what was found; nobody awards anything here."
    return joined(element("p", lead), *(part for each in found for part in _scale(each)))


def observed(found: Sequence[Observed]) -> Markup | None:
    """What was looked for in the submission."""
    if not found:
        return None
    rows = [
        [
            element("th", each.title, scope="row"),
            element("td", _tag(*_PRESENCE[each.presence])),
            element("td", shortened(each.detail, _LONGEST), _places(each.places)),
        ]
        for each in found
    ]
    return table("What was looked for", ["What", "Found", "How"], rows, "wordy reflow")


def _meanings(found: Sequence[CheckedChecklist]) -> str:
    there = {answer.standing for each in found for answer in each.answers}
    told = [f"{name}: {meaning}" for each, (name, _, meaning) in _STANDING.items() if each in there]
    return words.ended(words.sentence("; ".join(told)))


def _checklist(each: CheckedChecklist) -> Iterator[Markup]:
    yield element("h3", words.plain(each.name))
    if each.source:
        yield element("p", "Read in ", code(shortened(each.source)), ".", class_="note")
    items = [
        element("li", element("b", str(each.count(standing))), " ", _tag(name, tone))
        for standing, (name, tone, _) in _STANDING.items()
    ]
    yield element("ul", *items, class_="parts tally")
    rows = [_answer(one) for one in each.answers]
    yield table(
        f"{words.plain(each.name)}: answers and evidence",
        ["Item", "Question", "Answer", "Evidence", "Reason"],
        rows,
        "wordy reflow",
    )


def _answer(one: CheckedAnswer) -> list[Markup]:
    name, tone, _ = _STANDING[one.standing]
    wrote = (
        element("span", "They wrote: ", shortened(one.justification, _LONGEST), class_="sub")
        if one.justification
        else None
    )
    return [
        element("th", shortened(one.item), scope="row"),
        element("td", shortened(one.question, _LONGEST)),
        element("td", _ANSWER.get(one.answer, words.plain(str(one.answer)))),
        element("td", _tag(name, tone)),
        element("td", words.ended(shortened(one.reason, _LONGEST)), _places(one.evidence), wrote),
    ]


def _scale(scale: Scale) -> Iterator[Markup]:
    yield element("h3", words.plain(scale.name))
    reached = scale.reached
    items = [
        element("li", element("b", step_name(step)), class_="there" if step in reached else "lacking")
        for step in scale.steps
    ]
    kind = "Levels, the lowest first:" if scale.ascending else "Those whose criteria are met, and others:"
    yield element("p", kind, class_="note")
    yield element("ul", *items, class_="parts")
    for step in next_steps_of(scale):
        yield _lacking(step, "For the next level" if scale.ascending else "For the badge")


def _lacking(step: Step, lead: str) -> Markup:
    rows = [_criterion(each) for each in step.criteria]
    columns = ["What", "State", "Why", "What it costs"]
    return table(f"{lead}, {step_name(step)}", columns, rows, "wordy reflow")


def _criterion(each: Criterion) -> list[Markup]:
    state = ("not known", "") if each.met is None else ("met", "good") if each.met else ("missing", "warn")
    return [
        element("th", words.sentence(shortened(each.text)).removesuffix("."), scope="row"),
        element("td", _tag(*state)),
        element("td", words.ended(shortened(each.reason, _LONGEST)), _places(each.evidence)),
        element("td", "" if each.met else prose(words.ended(shortened(each.cost, _LONGEST)))),
    ]


def _tag(name: str, tone: str) -> Markup:
    return element("span", name, class_=f"tag {tone}".strip())


def _places(places: Iterable[Location]) -> Markup | None:
    told = [shortened(str(place)) for place in places if str(place)]
    if not told:
        return None
    more = len(told) - _MOST_PLACES
    shown = [code(place) for place in told[:_MOST_PLACES]]
    pieces = [piece for one in shown for piece in (one, Markup(", "))][:-1]
    return element("span", *pieces, f" and {more} more" if more > 0 else "", class_="sub")
