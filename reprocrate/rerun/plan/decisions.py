"""The words in which a plan speaks: requirements, decisions about them, and what verdict to expect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Decision(StrEnum):
    """How a machine stands to one thing that the recorded runs had, from best to worst."""

    SAME = "same"
    SUBSTITUTABLE = "substitutable"
    DEGRADED = "degraded"
    IMPOSSIBLE = "impossible"

    @property
    def weight(self) -> int:
        """0 for the best."""
        return list(Decision).index(self)


class Expected(StrEnum):
    """The best verdict that a rerun can honestly hope for, from best to worst."""

    IDENTICAL = "identical"
    WITHIN_TOLERANCE = "within_tolerance"
    EQUIVALENT = "equivalent"
    RUNS = "runs"
    NOTHING = "nothing"

    @property
    def weight(self) -> int:
        """0 for the best."""
        return list(Expected).index(self)


_EXPECTED = {
    Decision.SAME: Expected.IDENTICAL,
    Decision.SUBSTITUTABLE: Expected.WITHIN_TOLERANCE,
    Decision.DEGRADED: Expected.EQUIVALENT,
    Decision.IMPOSSIBLE: Expected.NOTHING,
}

EFFECTS = {
    Decision.SAME: "none",
    Decision.SUBSTITUTABLE: "values may differ in their last digits: within tolerance at best",
    Decision.DEGRADED: "protocol or cost differ: equivalent at best, and never contradicted",
    Decision.IMPOSSIBLE: "cannot run here",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing the recorded runs had, set against this machine.

    Attributes:
        namespace: the area, such as `cpu` or `packages`.
        feature: what in that area, such as `threads`.
        recorded: what the manifest says, in words; None where it says nothing.
        found: what is here, in words; None where there is nothing.
        decision: how the one stands to the other.
        reason: why.
        override: what the reader can do about it; None where nothing needs doing.
        configurations: ids of the configurations it concerns.
        effect: what that does to the verdict to expect; follows from the decision.
    """

    namespace: str
    feature: str
    recorded: str | None
    found: str | None
    decision: Decision
    reason: str
    override: str | None = None
    configurations: tuple[str, ...] = ()
    effect: str = ""

    def __post_init__(self) -> None:
        if not self.effect:
            object.__setattr__(self, "effect", EFFECTS[self.decision])


def worst(requirements: Iterable[Requirement]) -> Decision:
    """The worst decision; `same` where nothing is required."""
    return max((one.decision for one in requirements), key=lambda one: one.weight, default=Decision.SAME)


def expected_from(decision: Decision, *caps: Expected) -> Expected:
    """The verdict to hope for under a decision, capped by what else is known."""
    return max((_EXPECTED[decision], *caps), key=lambda one: one.weight)


def merged(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """Equal requirements of several configurations as one, in the order of their first appearance."""
    together: dict[Requirement, list[str]] = {}
    for one in requirements:
        names = together.setdefault(replace(one, configurations=()), [])
        names += [name for name in one.configurations if name not in names]
    return tuple(replace(one, configurations=tuple(names)) for one, names in together.items())
