"""The things that are looked for in a submission, and how one is reported."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.finding import Location, Observed, Presence

TITLES = {
    "inventory": "Inventory",
    "readme": "README",
    "licence": "Licence",
    "dependencies": "Dependencies",
    "pinning": "Fixed versions",
    "entry-points": "Entry points",
    "training-code": "Training code",
    "evaluation-code": "Evaluation code",
    "weights": "Weights",
    "results-table": "Table of results",
    "commands": "Commands",
    "data": "Data",
    "seeds": "Seeds",
    "hardware": "Hardware",
    "tests": "Tests",
    "citation": "Citation",
    "secrets": "Secrets",
    "identities": "Identities",
}
"""What is looked for: names for programs with names for people, in the order of a report."""

ITEMS = tuple(TITLES)

UNWELCOME = ("secrets", "identities")
"""Of these it is good news that none is found."""

REQUIRABLE = tuple(item for item in ITEMS if item not in ("inventory", *UNWELCOME))
"""What a policy can require."""

MOST_PLACES = 12
"""So many places of one item are named; the sentence says how many there are."""


def found(item: str, detail: str, places: Iterable[Location] = ()) -> Observed:
    """An item that is there."""
    return _observed(item, Presence.FOUND, detail, places)


def not_found(item: str, detail: str, places: Iterable[Location] = ()) -> Observed:
    """An item that was looked for."""
    return _observed(item, Presence.NOT_FOUND, detail, places)


def not_assessed(item: str, detail: str, places: Iterable[Location] = ()) -> Observed:
    """An item that could not be looked for."""
    return _observed(item, Presence.NOT_ASSESSED, detail, places)


def _observed(item: str, presence: Presence, detail: str, places: Iterable[Location]) -> Observed:
    kept = tuple(dict.fromkeys(places))[:MOST_PLACES]
    return Observed(item, TITLES[item], presence, detail, kept)


def listed(names: Iterable[str], most: int = 4) -> str:
    """Some names, and how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
