"""The effects of comparisons, computed again."""

from __future__ import annotations

import math
from typing import NamedTuple

from reprocrate import statistics
from reprocrate.manifest import Comparison, Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES, Sample
from reprocrate.validation.subject import Subject

_SLACK = 1e-9
_BOUNDS = {"cliff_delta": (-1.0, 1.0), "probability_of_improvement": (0.0, 1.0)}


class Expected(NamedTuple):
    """What an effect may be.

    Attributes:
        low: the smallest value that it can have.
        high: the largest one; both are the same where it is known.
        slack: what rounding may have changed.
    """

    low: float
    high: float
    slack: float

    def allows(self, value: float) -> bool:
        """Whether it may be this value."""
        return self.low - self.slack <= value <= self.high + self.slack

    @property
    def words(self) -> str:
        """The same for people."""
        is_known = self.low == self.high
        return f"{self.low:.12g}" if is_known else f"a value from {self.low:g} to {self.high:g}"


def expected_effect(subject: Subject, comparison: Comparison) -> Expected | None:
    """What the effect of a comparison may be; None where nothing can be said of it."""
    manifest, kind = subject.well_formed, comparison.effect.kind if comparison.effect else ""
    a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
    if a and b and kind == "difference":
        return _known(a.value - b.value, max(abs(a.value), abs(b.value)))
    if a and b and kind == "ratio":
        return _known(a.value / b.value) if b.value else None
    samples = subject.evidence.samples(comparison)
    if a and samples and all(side.values and None not in side.runs for side in samples):
        expected = _of_values(subject, kind, a, *samples)
        if expected:
            return expected
    apart = _of_ranges(subject, kind, a, b) if a and b and not samples else None
    return apart or (Expected(*_BOUNDS[kind], _SLACK) if kind in _BOUNDS else None)


def _of_ranges(subject: Subject, kind: str, a: Result, b: Result) -> Expected | None:
    """The share of pairs where every declared value of one result is larger than any of the other."""
    if a is b or kind not in _BOUNDS or "results" in (a.over, b.over):
        return None
    ends = (a.minimum, a.maximum, b.minimum, b.maximum)
    if None in ends or not {a.varies_over, b.varies_over} <= set(SPREADS_OF_VALUES):
        return None
    a_low, a_high, b_low, b_high = (each for each in ends if each is not None)
    unit = float(statistics.finest([a_low, a_high, b_low, b_high]))
    if a_low > a_high or b_low > b_high or not (a_low > b_high + unit or b_low > a_high + unit):
        return None
    is_larger = a_low > b_high
    if kind == "cliff_delta":
        return _known(1.0 if is_larger else -1.0, 1.0)
    metric = subject.well_formed.find_metric(a.metric)
    if metric is None or metric.direction not in ("maximize", "minimize"):
        return None
    return _known(float(is_larger == (metric.direction == "maximize")), 1.0)


def _of_values(subject: Subject, kind: str, result: Result, a: Sample, b: Sample) -> Expected | None:
    if kind == "cohen_d":
        return _cohen_d(a, b)
    if kind == "cliff_delta":
        return _known(statistics.cliff_delta(a.values, b.values), 1.0)
    metric = subject.well_formed.find_metric(result.metric)
    if kind != "probability_of_improvement" or not metric or metric.direction not in ("maximize", "minimize"):
        return None
    larger_is_better = metric.direction == "maximize"
    share = statistics.probability_of_improvement(a.values, b.values, larger_is_better=larger_is_better)
    return _known(share, 1.0)


def _cohen_d(a: Sample, b: Sample) -> Expected | None:
    is_computable = statistics.are_computable((*a.values, *b.values))
    d = statistics.cohen_d(a.values, b.values) if is_computable else None
    if d is None or not math.isfinite(d):
        return None
    largest = max(map(abs, (*a.values, *b.values)))
    difference = abs(statistics.mean(a.values) - statistics.mean(b.values))
    # the difference of two means that are nearly the same keeps few of their digits
    return _known(d, abs(d) * largest / difference if difference else 1.0)


def _known(value: float, scale: float = 0.0) -> Expected:
    return Expected(value, value, _SLACK * max(abs(value), scale))
