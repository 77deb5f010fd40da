"""Intervals of a share of items, and the deviations that items which count 0 or 1 have."""

from __future__ import annotations

import math
from collections.abc import Callable

from reprocrate.statistics.student import two_sided_quantile
from reprocrate.statistics.summary import LEVEL

MOST_COUNTED = 20_000
"""Items up to which the exact interval is computed: each bound takes sums over some of them."""

_NOTHING = 1e-17
"""A part of a sum of doubles that does not change it."""


def share_interval_is_possible(
    method: str,
    ends: tuple[float, float],
    shares: tuple[float, float],
    items: int,
    *,
    level: float = LEVEL,
    slack: float = 0.0,
) -> bool:
    """Whether an interval is that of a share of items, which is known up to its rounding.

    Wilson's may be corrected for continuity or not (Newcombe 1998, methods 3 and 4), as may the one by the
    normal distribution; those that reach beyond 0 and 1 may be cut off there.

    Args:
        method: `wilson`, `agresti_coull`, `clopper_pearson` or `normal`.
        ends: the interval that is judged.
        shares: between which numbers in [0, 1] the share lies.
        items: how many items there are.
        level: the confidence.
        slack: how far the ends may be off by their own rounding.
    """
    least, most = ([way(share, items, level) for way in _WAYS[method]] for share in shares)
    return any(
        _is_between(ends[0], low[0], high[0], slack) and _is_between(ends[1], low[1], high[1], slack)
        for low, high in zip(least, most, strict=True)
    )


def _is_between(end: float, low: float, high: float, slack: float) -> bool:
    """Whether an end lies between two, as they are or cut off at 0 and 1."""
    cut_off = (min(1.0, max(0.0, low)), min(1.0, max(0.0, high)))
    return any(a - slack <= end <= b + slack for a, b in ((low, high), cut_off))


def _wilson(share: float, items: int, level: float) -> tuple[float, float]:
    """Wilson (1927), as in Newcombe (1998), "Two-sided confidence intervals for the single proportion"."""
    z = two_sided_quantile(level, math.inf)
    centre = (share + z * z / (2 * items)) / (1 + z * z / items)
    half = z / (1 + z * z / items) * math.sqrt(share * (1 - share) / items + (z / (2 * items)) ** 2)
    return centre - half, centre + half


def _wilson_corrected(share: float, items: int, level: float) -> tuple[float, float]:
    z = two_sided_quantile(level, math.inf)
    middle, below = 2 * items * share + z * z, 2 * (items + z * z)

    def root(sign: int) -> float:
        inside = z * z - sign * 2 - 1 / items + 4 * share * (items * (1 - share) + sign)
        return z * math.sqrt(max(0.0, inside))

    low = 0.0 if share == 0.0 else (middle - 1 - root(1)) / below
    high = 1.0 if share == 1.0 else (middle + 1 + root(-1)) / below
    return low, high


def _agresti_coull(share: float, items: int, level: float) -> tuple[float, float]:
    """Agresti and Coull (1998): the normal interval with z^2 further items, half of them right."""
    z = two_sided_quantile(level, math.inf)
    more = items + z * z
    return _normal((share * items + z * z / 2) / more, more, level)


def _normal(share: float, items: float, level: float) -> tuple[float, float]:
    half = two_sided_quantile(level, math.inf) * math.sqrt(share * (1 - share) / items)
    return share - half, share + half


def _normal_of_sample(share: float, items: int, level: float) -> tuple[float, float]:
    return _normal(share, items - 1, level) if items > 1 else _normal(share, items, level)


def _normal_corrected(share: float, items: int, level: float) -> tuple[float, float]:
    low, high = _normal(share, items, level)
    return low - 0.5 / items, high + 0.5 / items


def _clopper_pearson(share: float, items: int, level: float) -> tuple[float, float]:
    """Clopper and Pearson (1934): the shares at which as many items or more, or fewer, are just that rare."""
    tail, right = (1.0 - level) / 2.0, round(share * items)
    low = 0.0 if right == 0 else _solve(lambda p: _at_most(right - 1, items, p) < 1.0 - tail)
    high = 1.0 if right == items else _solve(lambda p: _at_most(right, items, p) < tail)
    return low, high


def _solve(is_beyond: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return (low + high) / 2.0


def _at_most(right: int, items: int, share: float) -> float:
    """The probability of so many right items or fewer, by the side on which the terms fall."""
    if right >= items:
        return 1.0
    if right < items * share:
        return _far_side(right, items, share)
    return 1.0 - _far_side(items - right - 1, items, 1.0 - share)


def _far_side(most: int, items: int, share: float) -> float:
    """The probability of `most` items or fewer, where more are expected: the terms fall."""
    log_term = math.lgamma(items + 1) - math.lgamma(most + 1) - math.lgamma(items - most + 1)
    term = math.exp(log_term + most * math.log(share) + (items - most) * math.log1p(-share))
    total, odds = term, share / (1.0 - share)
    for k in range(most, 0, -1):
        term *= k / ((items - k + 1) * odds)
        total += term
        if term <= _NOTHING * total:
            break
    return total


_WAYS: dict[str, tuple[Callable[[float, int, float], tuple[float, float]], ...]] = {
    "wilson": (_wilson, _wilson_corrected),
    "agresti_coull": (_agresti_coull,),
    "clopper_pearson": (_clopper_pearson,),
    "normal": (_normal, _normal_of_sample, _normal_corrected),
}


def deviations_of_items(shares: tuple[float, float], items: int, ddof: int) -> tuple[float, float]:
    """The least and the largest standard deviation of items that count 0 or 1, by the share that counts 1.

    It follows from the share alone (DEBIT, Heathers and Brown 2019): sqrt(p (1 - p) N / (N - ddof)).
    """
    points = [*shares, 0.5] if shares[0] < 0.5 < shares[1] else shares
    variances = [p * (1.0 - p) * items / (items - ddof) for p in points]
    return math.sqrt(min(variances)), math.sqrt(max(variances))


def most_sd(means: tuple[float, float], low: float, high: float, n: int, ddof: int) -> float:
    """The largest standard deviation of n values in a range whose mean lies between two numbers.

    It is that of values at the two ends but for one, which makes the mean: with T = n (mean - low) / (high -
    low), k its whole and f its broken part, the squares sum up to (high - low)^2 (k + f^2 - T^2 / n). Without
    the one in between it is the inequality of Bhatia and Davis (2000).
    """
    width = high - low
    ends = [min(max((mean - low) / width, 0.0), 1.0) * n for mean in means]
    inside = [
        t for t in (n // 2, (n + 1) // 2, math.ceil(ends[0]), math.floor(ends[1])) if ends[0] <= t <= ends[1]
    ]
    squares = [math.floor(t) + (t - math.floor(t)) ** 2 - t * t / n for t in (*ends, *inside)]
    return width * math.sqrt(max(0.0, *squares) / (n - ddof))
