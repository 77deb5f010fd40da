"""Differences of results by what they declare, where their values are not known: mean, deviation and n."""

from __future__ import annotations

import math
from typing import NamedTuple

from reprocrate import statistics
from reprocrate.manifest import Comparison, Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES
from reprocrate.validation.subject import Subject


class Declared(NamedTuple):
    """A result by the numbers that it declares, as they were rounded.

    Attributes:
        mean: the smallest and the largest mean that its `value` can stand for.
        error: the same of the standard error, from the sample's deviation.
        sd: the same of the sample's standard deviation (`ddof` 1).
        n: the number of values.
    """

    mean: tuple[float, float]
    error: tuple[float, float]
    sd: tuple[float, float]
    n: int


def declared_sides(subject: Subject, comparison: Comparison) -> tuple[Declared, Declared] | None:
    """Both sides of a comparison, where the values of one at least are not known and both declare enough."""
    manifest = subject.well_formed
    a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
    interval = comparison.effect.interval if comparison.effect else None
    if a is None or b is None or a is b or (interval and interval.varies_over not in SPREADS_OF_VALUES):
        return None
    samples = subject.evidence.samples(comparison)
    if samples and all(side.values for side in samples):
        return None  # the test is computed from the values
    if not (_declares_enough(a) and _declares_enough(b)):
        return None
    return _declared(a), _declared(b)


def _declares_enough(result: Result) -> bool:
    is_mean = result.statistic == "mean" and result.over != "results" and result.n > 1
    if not is_mean or not result.sd or result.ddof is None or result.varies_over not in SPREADS_OF_VALUES:
        return False
    return statistics.are_computable((result.value, result.sd))


def _declared(result: Result) -> Declared:
    """What a result declares, as its value and its deviation were rounded."""
    n, declared, ddof = statistics.countable(result.n), result.sd or 0.0, result.ddof or 0
    ends = [each for each in (result.minimum, result.maximum) if each is not None]
    middle = float(statistics.finest([result.value, *ends]) / 2)
    half = float(statistics.finest([declared]) / 2)
    to_sample = math.sqrt((n - ddof) / (n - 1))
    sd = (max(declared - half, 0.0) * to_sample, (declared + half) * to_sample)
    mean = (result.value - middle, result.value + middle)
    return Declared(mean, (sd[0] / math.sqrt(n), sd[1] / math.sqrt(n)), sd, n)


def difference(a: Declared, b: Declared) -> tuple[float, float]:
    """The smallest and the largest difference of the means."""
    return a.mean[0] - b.mean[1], a.mean[1] - b.mean[0]


def _degrees(a: Declared, b: Declared) -> tuple[float, float]:
    """The smallest and the largest number of degrees of freedom that Welch's test can have.

    It is largest where the squared errors stand as n - 1 of the two, and smallest at the ends.
    """
    corners = [statistics.welch_df(x, a.n, y, b.n) for x in a.error for y in b.error if max(x, y) > 0.0]
    return min(corners, default=1.0), float(a.n + b.n - 2) if _may_balance(a, b) else max(
        corners, default=1.0
    )


def _may_balance(a: Declared, b: Declared) -> bool:
    """Whether u / (n - 1) may be v / (k - 1), where the degrees of freedom are most."""
    least, most = (a.error[end] * math.sqrt(b.n - 1) for end in (0, 1))
    return least <= b.error[1] * math.sqrt(a.n - 1) and most >= b.error[0] * math.sqrt(a.n - 1)


def welch_p(a: Declared, b: Declared) -> tuple[float, float]:
    """The smallest and the largest two-sided p value of Welch's test (Welch 1947)."""
    low, high = difference(a, b)
    nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    furthest = max(abs(low), abs(high))
    least, most = math.hypot(a.error[0], b.error[0]), math.hypot(a.error[1], b.error[1])
    few, many = _degrees(a, b)
    smallest = 2.0 * statistics.t_tail(furthest / least, many) if least else 0.0
    largest = 2.0 * statistics.t_tail(nearest / most, few) if most else 1.0
    return min(1.0, smallest), min(1.0, largest)


def welch_half_width(a: Declared, b: Declared, level: float) -> tuple[float, float]:
    """The smallest and the largest half of the interval of the difference."""
    few, many = _degrees(a, b)
    upper = (1.0 + level) / 2.0
    least, most = math.hypot(a.error[0], b.error[0]), math.hypot(a.error[1], b.error[1])
    if upper >= 1.0:
        return 0.0, math.inf
    return statistics.t_quantile(upper, many) * least, statistics.t_quantile(upper, few) * most


def cohen_d(a: Declared, b: Declared) -> tuple[float, float]:
    """The smallest and the largest difference in pooled standard deviations (Cohen 1988)."""
    low, high = difference(a, b)
    least, most = (_pooled(a.sd[end], a.n, b.sd[end], b.n) for end in (0, 1))
    if not least:
        return -math.inf, math.inf
    found = [each / pooled for each in (low, high) for pooled in (least, most)]
    return min(found), max(found)


def _pooled(first: float, n: int, second: float, k: int) -> float:
    return math.sqrt(((n - 1) * first**2 + (k - 1) * second**2) / (n + k - 2))
