"""Whether one result is better than another, on the values of the rerun."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from reprocrate.rerun.compare.outcomes import Judged, Outcome
from reprocrate.rerun.compare.samples import Direction, Sample
from reprocrate.rerun.compare.wording import percent
from reprocrate.statistics import (
    SLACK,
    Difference,
    Interval,
    Precision,
    paired,
    significant,
    t_quantile,
    t_tail,
    welch,
)


@dataclass(frozen=True, slots=True)
class Duel:
    """Two results of which the first is claimed to be better.

    Attributes:
        id: id of the comparison.
        better: id of the result that is claimed to be better.
        worse: id of the other one.
    """

    id: str
    better: str
    worse: str


class Standing(StrEnum):
    """Where the interval of the advantage lies: beyond what is claimed, short of it, or on both sides."""

    BEYOND = "beyond"
    SHORT = "short"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Fought:
    """How a duel ended, and why.

    Attributes:
        standing: where the interval lies.
        explanation: why, in one sentence.
        interval: the 95 % interval of how much better the first was.
        power: how often reruns of as many seeds would show the claimed advantage, if the true one was the
            recorded one and the seeds spread as here; `None` where it cannot be told.
    """

    standing: Standing
    explanation: str
    interval: Interval | None = None
    power: float | None = None


def duel(first: Judged, second: Judged, by: float) -> Fought:
    """Whether the first result is better than the second by more than `by`, in the metric's unit.

    The interval is that of Welch, or of the pairs of equal seeds where the manifest says that a seed draws
    the same randomness in both. Where a smaller value is better, the difference is taken the other way.
    """
    obstacle = _obstacle(first, second)
    if obstacle:
        return Fought(Standing.OPEN, obstacle)
    advantage = _advantage(first, second)
    span = advantage.interval()
    precision = Precision.of_interval(span.low, span.high).apart(by, span.low, span.high)
    relation = "worse" if advantage.value < 0.0 else "better"
    why = (
        f"On the rerun's seeds {first.case.name} is {relation} than {second.case.name} by "
        f"{precision.write_size(abs(advantage.value))} (95 % interval of the advantage "
        f"{precision.write_interval(span.low, span.high)}); "
        + (f"better by at least {significant(by)} is claimed." if by else "better is claimed.")
    )
    standing, chance = _standing(advantage, span, by), _power(first, second, advantage, by)
    if standing is Standing.OPEN and chance is not None:
        shown = f"with the recorded advantage {percent(chance)} of such reruns would show it."
        why = f"{why.removesuffix('.')}; {shown}"
    return Fought(standing, why, span, chance)


def _power(first: Judged, second: Judged, advantage: Difference, by: float) -> float | None:
    """The normal distribution of the advantage around the recorded one, with the standard error seen."""
    if not first.case.original.values or not second.case.original.values or not advantage.se > 0.0:
        return None
    recorded = first.case.original.mean - second.case.original.mean
    if _direction(first, second) is Direction.MINIMIZE:
        recorded = -recorded
    beyond = (by - recorded) / advantage.se + t_quantile(0.975, advantage.df)
    return t_tail(beyond, math.inf) if math.isfinite(beyond) else None


def _obstacle(first: Judged, second: Judged) -> str | None:
    for one in (first, second):
        if one.outcome in (Outcome.FAILED, Outcome.NOT_COMPARABLE):
            return f"The rerun of {one.case.name} is {one.outcome.words}."
        if len(one.case.rerun.values) < 2:
            return f"Fewer than two seeds of {one.case.name} were run again, which gives no interval."
        if not one.case.rerun.is_computable:
            return f"The values of {one.case.name} are too large or too small to compute an interval of."
    a, b = first.case.original, second.case.original
    if (a.metric, a.unit) != (b.metric, b.unit):
        return f"The two results are not of one metric: {a.metric} and {b.metric}."
    if _direction(first, second) not in (Direction.MAXIMIZE, Direction.MINIMIZE):
        return f"Which values of {a.metric} are better is not declared."
    return None


def _direction(first: Judged, second: Judged) -> Direction | None:
    samples: list[Sample] = [first.case.original, second.case.original, first.case.rerun, second.case.rerun]
    return next((one.direction for one in samples if one.direction is not None), None)


def _advantage(first: Judged, second: Judged) -> Difference:
    a, b = first.case.rerun, second.case.rerun
    if _direction(first, second) is Direction.MINIMIZE:
        a, b = b, a
    left, right = a.by_seed, b.by_seed
    pairing = first.case.seeds_pair_randomness and second.case.seeds_pair_randomness
    if pairing and left.keys() == right.keys() and None not in left:
        return paired(list(left.values()), [right[seed] for seed in left])
    return welch(a.values, b.values)


def _standing(advantage: Difference, span: Interval, by: float) -> Standing:
    """At least `by` includes `by` itself; better at all does not include equal."""
    slack = by * SLACK
    if span.low > by or (by > 0.0 and span.low >= by - slack):
        return Standing.BEYOND
    if span.high < by - slack or (advantage.se == 0.0 and advantage.value <= by):
        return Standing.SHORT
    return Standing.OPEN
