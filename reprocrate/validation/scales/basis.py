"""What criteria are judged by: the manifest, and what the rules found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from reprocrate.finding import Criterion, Finding, Location, Report
from reprocrate.manifest import Manifest, Run
from reprocrate.validation.evidence import Evidence
from reprocrate.validation.subject import MANIFEST_NAME

_MOST_PLACES = 5


class Basis:
    """What criteria are judged by.

    Args:
        manifest: the experiment.
        report: what the rules found.
        evidence: which runs results rest on.
        has_files: whether the files around the manifest were judged as well.
    """

    def __init__(self, manifest: Manifest, report: Report, evidence: Evidence, *, has_files: bool) -> None:
        self.manifest = manifest
        self.has_files = has_files
        self._report = report
        self._evidence = evidence

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The runs that results rest on."""
        return tuple(run for _, run in self._evidence.counting)

    @cached_property
    def _found(self) -> dict[str, list[Finding]]:
        found: dict[str, list[Finding]] = {}
        for finding in self._report.findings:
            found.setdefault(finding.code, []).append(finding)
        return found

    @cached_property
    def _unknown(self) -> dict[str, str]:
        return {each.code: each.reason for each in self._report.not_assessed}

    def by_rules(self, name: str, text: str, codes: str, *, met: str, cost: str) -> Criterion:
        """A criterion that is met where none of some rules objects.

        Args:
            name: its name for programs.
            text: what is asked for.
            codes: the rules, apart by spaces.
            met: what is said where they do not.
            cost: what it takes to meet it.
        """
        chosen = codes.split()
        found = [finding for code in chosen for finding in self._found.get(code, ())]
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            places = tuple(dict.fromkeys(finding.location for finding in found))[:_MOST_PLACES]
            return Criterion(
                name, text, met=False, reason=found[0].message + more, cost=cost, evidence=places
            )
        unknown = next((self._unknown[code] for code in chosen if code in self._unknown), None)
        if unknown is not None:
            return Criterion(name, text, met=None, reason=unknown)
        return Criterion(name, text, met=True, reason=met)


def given(name: str, text: str, places: Sequence[str], *, met: str, lacking: str, cost: str) -> Criterion:
    """A criterion that is met where the manifest has something.

    Args:
        name: its name for programs.
        text: what is asked for.
        places: pointers to what the manifest has of it.
        met: what is said where there is any.
        lacking: what is said where there is none.
        cost: what it takes to meet it.
    """
    if not places:
        return Criterion(name, text, met=False, reason=lacking, cost=cost)
    evidence = tuple(Location(MANIFEST_NAME, place) for place in places[:_MOST_PLACES])
    return Criterion(name, text, met=True, reason=met, evidence=evidence)


def untold(name: str, text: str, reason: str, cost: str = "") -> Criterion:
    """A criterion of which a manifest cannot tell whether it is met."""
    return Criterion(name, text, met=None, reason=reason, cost=cost)


def first_failing(name: str, text: str, parts: Sequence[Criterion], met: str) -> Criterion:
    """One criterion that takes the place of several: met where all are."""
    for wanted in (False, None):
        for part in parts:
            if part.met is wanted:
                return Criterion(name, text, wanted, part.reason, part.cost, part.evidence)
    return Criterion(name, text, met=True, reason=met)


def count_of(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
