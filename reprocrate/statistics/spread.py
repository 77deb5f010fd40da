"""Measures of spread, and the bounds that the smallest and the largest value set to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reprocrate.statistics.student import two_sided_quantile
from reprocrate.statistics.summary import LEVEL, mean, median, sd

# Plotting positions (alpha, beta) of the continuous sample quantiles of Hyndman and Fan (1996), types 4 to 9.
_POSITIONS = ((0.0, 1.0), (0.5, 0.5), (0.0, 0.0), (1.0, 1.0), (1 / 3, 1 / 3), (3 / 8, 3 / 8))


_MOST = 10**300


def countable(n: int) -> int:
    """A number of values that a double can hold: so many values are as good as any more."""
    return min(n, _MOST)


def half_width(sd1: float, n: int, level: float = LEVEL) -> float:
    """Half of the t interval of a mean, from the sample's standard deviation (`ddof` 1).

    Raises:
        ValueError: there are fewer than two values.
    """
    count = countable(n)
    return two_sided_quantile(level, count - 1) * sd1 / math.sqrt(count)


def normal_half_width(sd1: float, n: int, level: float = LEVEL) -> float:
    """Half of the interval of a mean by the normal distribution, which is too narrow for a few values."""
    return two_sided_quantile(level, math.inf) * sd1 / math.sqrt(countable(n))


def value_range(values: Sequence[float]) -> float:
    """Largest minus smallest value."""
    return max(values) - min(values)


def mad(values: Sequence[float]) -> float:
    """Median absolute deviation from the median, without a factor.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    centre = median(values)
    return median([abs(value - centre) for value in values])


def interquartile_ranges(values: Sequence[float]) -> tuple[float, ...]:
    """The interquartile range by each definition of the quartiles that is in use.

    They are the nine sample quantiles of Hyndman and Fan (1996), "Sample quantiles in statistical packages",
    type 7 being numpy's and R's, and the medians of the two halves, with and without the middle value
    (Tukey 1977; Moore and McCabe 1989).
    """
    ordered = sorted(map(float, values))
    n = len(ordered)
    found = [_quantile(ordered, 0.75, *each) - _quantile(ordered, 0.25, *each) for each in _POSITIONS]
    found += [_step(ordered, 0.75, kind) - _step(ordered, 0.25, kind) for kind in (1, 2, 3)]
    for half in {n // 2, (n + 1) // 2} - {0}:
        found.append(median(ordered[n - half :]) - median(ordered[:half]))
    return tuple(dict.fromkeys(found))


def _quantile(ordered: Sequence[float], p: float, alpha: float, beta: float) -> float:
    """Linear interpolation between order statistics: equation (2) of Hyndman and Fan (1996)."""
    place = p * (len(ordered) + 1 - alpha - beta) + alpha
    below = math.floor(place + 1e-12)
    share = min(max(place - below, 0.0), 1.0)
    low, high = (ordered[min(max(index, 1), len(ordered)) - 1] for index in (below, below + 1))
    return low + share * (high - low)


def _step(ordered: Sequence[float], p: float, kind: int) -> float:
    """The three discontinuous definitions: inverse of the distribution, with averaging, nearest even."""
    place = p * len(ordered) - (0.5 if kind == 3 else 0.0)
    below = math.floor(place)
    low, high = (ordered[min(max(index, 1), len(ordered)) - 1] for index in (below, below + 1))
    if place > below:
        return high
    if kind == 2:
        return (low + high) / 2.0
    return low if kind == 1 or below % 2 == 0 else high


def sd_bounds(low: float, high: float, n: int, ddof: int) -> tuple[float, float]:
    """The smallest and the largest standard deviation of n values from `low` to `high`, both attained.

    The smallest is that of all other values in the middle, R / sqrt(2 (n - ddof)); the largest that of half
    of the values at each end (Thomson 1955): R sqrt(k (n - k) / (n (n - ddof))) with k = floor(n / 2), which
    is at most (R / 2) sqrt(n / (n - ddof)).

    Raises:
        ValueError: there are fewer than two values.
    """
    if n < 2:
        raise ValueError(f"at least 2 values needed, not {n}")
    n = countable(n)
    half = n // 2
    largest = math.sqrt(half * (n - half) / (n * (n - ddof)))
    return (high - low) / math.sqrt(2.0 * (n - ddof)), (high - low) * largest


def mean_bounds(low: float, high: float, n: int) -> tuple[float, float]:
    """The smallest and the largest mean of n values from `low` to `high`, both attained.

    Raises:
        ValueError: there is no value.
    """
    if n < 1:
        raise ValueError(f"at least 1 value needed, not {n}")
    if n == 1:
        return low, high
    n = countable(n)
    share = (high - low) / n
    if math.isinf(share):  # the range of doubles near the largest is none itself
        share = high / n - low / n
    return low + share, high - share


def spreads(values: Sequence[float], level: float = LEVEL) -> Iterator[tuple[str, float]]:
    """Every spread that may stand behind a plus-minus sign, with the words for it, the usual ones first."""
    n = len(values)
    if n < 2:
        return
    sd1, sd0 = sd(values, 1), sd(values, 0)
    share = f"{100 * level:.6g} %"
    yield "sd with ddof 1", sd1
    yield "sd with ddof 0", sd0
    yield "standard error with ddof 1", sd1 / math.sqrt(n)
    yield "standard error with ddof 0", sd0 / math.sqrt(n)
    yield f"half-width of the {share} t interval", half_width(sd1, n, level)
    yield f"half-width of the {share} normal interval", normal_half_width(sd1, n, level)
    yield "range", value_range(values)
    yield "half of the range", value_range(values) / 2.0
    yield "median absolute deviation", mad(values)
    centre = mean(values)
    yield "mean absolute deviation", mean([abs(value - centre) for value in values])
    for each in interquartile_ranges(values):
        yield "interquartile range", each
    yield "twice the sd with ddof 1", 2.0 * sd1
    yield "variance with ddof 1", sd1 * sd1
