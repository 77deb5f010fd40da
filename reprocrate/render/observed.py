"""What a submission was seen to have, for the terminal: what is there, what is not, and what to do next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.console import RenderableType

from reprocrate.finding import Observed, Presence, Report
from reprocrate.render import words
from reprocrate.render.terminal import BAD, GOOD, SOFT, WARN, Hanging, heading, joined, stacked, text

_RULES = {"secrets": "RC2102", "identities": "RC2103"}
UNWELCOME = tuple(_RULES)
"""Items of which it is good news that none is found."""

_ROOM = 18
"""Columns for the name of an item."""

_HEADINGS = {Presence.FOUND: "Found", Presence.NOT_FOUND: "Not found", Presence.NOT_ASSESSED: "Not assessed"}
_STYLE = {Presence.FOUND: GOOD, Presence.NOT_FOUND: WARN, Presence.NOT_ASSESSED: SOFT}


def without_manifest_text(report: Report) -> Iterator[RenderableType]:
    """That a submission has no manifest, and what its files are."""
    if not report.observed or not report.without_manifest:
        return
    inventory = [each for each in report.observed if each.item == "inventory"]
    yield heading("No manifest")
    yield from (joined(words.ended(_capital(words.plain(each.detail)))) for each in inventory)
    yield (
        "Nothing was run. What was found is there by its name or its words; whether it is right, people tell."
    )


def observed_text(report: Report) -> Iterator[RenderableType]:
    """What was looked for in the files of a submission, by what came of it."""
    rest = [each for each in report.observed if each.item not in ("inventory", *UNWELCOME)]
    for presence in Presence:
        yield from _group(_HEADINGS[presence], [each for each in rest if each.presence is presence], presence)
    unwelcome = [each for each in report.observed if each.item in UNWELCOME]
    told = {item for item, code in _RULES.items() if any(each.code == code for each in report.findings)}
    yield from _group("Secrets and identities", unwelcome, None, told)


def next_step(report: Report) -> str:
    """What its authors can do so that more can be said of a submission."""
    if not report.without_manifest:
        return ""
    return (
        "With a manifest its results could be checked: `reprocrate init` begins one, "
        "`reprocrate run -- COMMAND` records runs."
    )


def found_of(report: Report) -> str:
    """`11 of 15 things found`."""
    rest = [each for each in report.observed if each.item not in ("inventory", *UNWELCOME)]
    found = sum(each.presence is Presence.FOUND for each in rest)
    return f"{found} of the {len(rest)} things that were looked for are there"


def _group(
    title: str, items: Sequence[Observed], presence: Presence | None, told: Collection[str] = ()
) -> Iterator[RenderableType]:
    if items:
        yield heading(title)
    room = _ROOM
    for each in items:
        style = _STYLE[presence] if presence else BAD if each.presence is Presence.FOUND else GOOD
        places = _places(each) if presence is None and each.item not in told else ""
        said = joined(words.ended(words.plain(each.detail)))
        yield Hanging(text(each.title, style), stacked(said, text(places, SOFT)) if places else said, room)


def _places(each: Observed) -> str:
    shown = [words.plain(str(place)) for place in each.places[:4]]
    more = " and others" if len(each.places) > 4 else ""
    return ", ".join(shown) + more


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
