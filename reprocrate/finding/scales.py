"""Levels that are reached, and badges whose criteria are met."""

from __future__ import annotations

from itertools import takewhile
from typing import NamedTuple

from reprocrate.finding.findings import Location


class Criterion(NamedTuple):
    """One thing that a step of a scale asks for.

    Attributes:
        id: its name for programs.
        text: what is asked for, in a few words.
        met: whether it is; None where that could not be told.
        reason: what shows it, or what is missing.
        cost: what it takes to meet it, where it is not met.
        evidence: what the reason rests on.
    """

    id: str
    text: str
    met: bool | None
    reason: str = ""
    cost: str = ""
    evidence: tuple[Location, ...] = ()


class Step(NamedTuple):
    """One level of a scale, or one badge.

    Attributes:
        id: its name for programs.
        name: its name for people.
        label: its short name in the literature, such as `R2`.
        criteria: what it asks for beyond the steps before it.
    """

    id: str
    name: str
    criteria: tuple[Criterion, ...]
    label: str = ""

    @property
    def met(self) -> bool:
        """Whether all that it asks for is there."""
        return all(each.met for each in self.criteria)


class Scale(NamedTuple):
    """Levels that a submission can reach, or badges whose criteria it can meet; none is awarded here.

    Attributes:
        id: its name for programs.
        name: its name for people.
        ascending: whether each step asks for the ones before it too; badges do not.
        steps: the lowest first.
    """

    id: str
    name: str
    ascending: bool
    steps: tuple[Step, ...]

    @property
    def reached(self) -> tuple[Step, ...]:
        """The steps that are met; of ascending ones, those up to the first that is not."""
        if not self.ascending:
            return tuple(each for each in self.steps if each.met)
        return tuple(takewhile(lambda each: each.met, self.steps))
