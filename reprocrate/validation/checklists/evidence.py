"""What the manifest and the files say of one question: the terms in which it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from reprocrate.finding import Location, Report
from reprocrate.manifest import Claim, Comparison, Manifest, Result
from reprocrate.validation.places import numbered
from reprocrate.validation.subject import MANIFEST_NAME, Subject

MOST_NAMES = 4
MOST_PLACES = 8


class State(StrEnum):
    """What the evidence says of a "yes"."""

    SHOWN = "shown"
    """All that the question asks for is there."""
    PARTLY = "partly"
    """Some of it is there."""
    SILENT = "silent"
    """Nothing is said of it."""
    OPPOSED = "opposed"
    """The opposite is said, with certainty: nothing that is merely absent ever leads here."""
    PEOPLE = "people"
    """Only people can tell, from the text."""


class Evidence(NamedTuple):
    """What was found for a question of the bank.

    Attributes:
        state: what it says of a "yes".
        reason: why, as a clause without a full stop.
        places: what the reason rests on.
    """

    state: State
    reason: str
    places: tuple[Location, ...] = ()


class Looked(NamedTuple):
    """One entry of the manifest that a question is about.

    Attributes:
        pointer: to it.
        name: what to call it.
        missing: what the question asks for and it does not have.
        has_some: whether it has anything that the question asks for.
    """

    pointer: str
    name: str
    missing: tuple[str, ...] = ()
    has_some: bool = False

    @classmethod
    def at(cls, pointer: str, name: str, **needed: object) -> Looked:
        """An entry with what it should have; of the names, `_` stands for a space and `__` for a hyphen."""
        missing = without(**needed)
        return cls(pointer, name, missing, len(missing) < len(needed))


def at(*pointers: str, file: str = MANIFEST_NAME) -> tuple[Location, ...]:
    """Places in the manifest."""
    return tuple(Location(file, pointer) for pointer in pointers[:MOST_PLACES])


def names(found: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    shown = ", ".join(found[:MOST_NAMES])
    return shown + (f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else "")


def looked(entries: Iterable[Looked], none: str, shown: str) -> Evidence:
    """What entries say together that should all have something.

    Args:
        entries: what there is.
        none: what is said where there is none.
        shown: what is said where nothing is missing; `{n}` is their number.
    """
    found = list(entries)
    if not found:
        return Evidence(State.SILENT, none)
    lacking = [each for each in found if each.missing]
    if not lacking:
        return Evidence(State.SHOWN, shown.format(n=len(found)), at(*(each.pointer for each in found)))
    by_what: dict[tuple[str, ...], list[str]] = {}
    for each in lacking:
        by_what.setdefault(each.missing, []).append(each.name)
    parts = [_lacks(who, what) for what, who in by_what.items()]
    some = len(lacking) < len(found) or any(each.has_some for each in lacking)
    state = State.PARTLY if some else State.SILENT
    return Evidence(state, "; ".join(parts[:MOST_NAMES]), at(*(each.pointer for each in lacking)))


def _lacks(who: Sequence[str], what: Sequence[str]) -> str:
    if not who[1:]:
        return f"{who[0]} lacks {_listed(what)}"
    return f"{names(who)} lack {_listed(what)}".replace(" its ", " their ")


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def without(**needed: object) -> tuple[str, ...]:
    """Which of what is needed is not there: of the names, `_` stands for a space and `__` for a hyphen."""
    return tuple(name.replace("__", "-").replace("_", " ") for name, value in needed.items() if not value)


class View:
    """A subject as the questions look at it.

    Args:
        subject: whose answers are judged.
        report: what the rules found.
    """

    def __init__(self, subject: Subject, report: Report) -> None:
        self.subject = subject
        self.report = report

    @property
    def manifest(self) -> Manifest:
        """The manifest.

        Raises:
            LookupError: there is none.
        """
        return self.subject.well_formed

    @cached_property
    def claims(self) -> tuple[tuple[str, Claim], ...]:
        """The claims, with their pointers."""
        return tuple(numbered("/claims", self.manifest.claims))

    @cached_property
    def comparisons(self) -> tuple[tuple[str, Comparison], ...]:
        """The comparisons that claims rest on, with their pointers."""
        return self._compared_for(self.claims)

    @cached_property
    def claimed(self) -> tuple[tuple[str, Result], ...]:
        """The results that claims rest on, be it by way of comparisons or other results; with pointers."""
        return self._rested_on(self.claims)

    def _compared_for(self, claims: Iterable[tuple[str, Claim]]) -> tuple[tuple[str, Comparison], ...]:
        """The comparisons that these claims rest on, with their pointers."""
        wanted = {name for _, claim in claims for name in claim.evidence}
        every = numbered("/comparisons", self.manifest.comparisons)
        return tuple((pointer, each) for pointer, each in every if each.id in wanted)

    def _rested_on(self, claims: Sequence[tuple[str, Claim]]) -> tuple[tuple[str, Result], ...]:
        """The results that these claims rest on, with their pointers."""
        wanted = {name for _, claim in claims for name in claim.evidence}
        wanted |= {name for _, each in self._compared_for(claims) for name in (each.a, each.b)}
        by_name = {each.id: each for each in self.manifest.results}
        waiting = [name for name in wanted if name in by_name]
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += [inner for inner in by_name[name].results if inner in by_name]
        every = numbered("/results", self.manifest.results)
        return tuple((pointer, each) for pointer, each in every if each.id in reached)

    @cached_property
    def claimed_places(self) -> frozenset[str]:
        """Pointers of the claims, and of the comparisons and results that they rest on."""
        found = (self.claims, self.comparisons, self.claimed)
        return frozenset(pointer for entries in found for pointer, _ in entries)

    @cached_property
    def main_claims(self) -> tuple[tuple[str, Claim], ...]:
        """The primary claims; all of them where none is primary."""
        return tuple(each for each in self.claims if each[1].primary) or self.claims

    @cached_property
    def main_results(self) -> tuple[tuple[str, Result], ...]:
        """The results that the main claims rest on; all of them where there are no claims."""
        return self._rested_on(self.main_claims) or tuple(numbered("/results", self.manifest.results))

    @cached_property
    def main_places(self) -> frozenset[str]:
        """Pointers of the main claims, and of the comparisons and results that they rest on."""
        found = (self.main_claims, self._compared_for(self.main_claims), self._rested_on(self.main_claims))
        return frozenset(pointer for entries in found for pointer, _ in entries)

    def data_of(self, results: Iterable[tuple[str, Result]]) -> set[str]:
        """Ids of data that results are measured on, or that their runs read a file of."""
        given = [each for _, each in results]
        runs = [run for each in given for name in each.runs if (run := self.manifest.find_run(name))]
        read = {file.sha256 for run in runs for file in run.inputs} - {None}
        of_files = {data.id for data in self.manifest.data for file in data.files if file.sha256 in read}
        return of_files | {each.data for each in given if each.data}

    @cached_property
    def results(self) -> tuple[tuple[str, Result], ...]:
        """The results that claims rest on; all of them where there are no claims."""
        return self.claimed or tuple(numbered("/results", self.manifest.results))
