"""How far two samples lie apart, in measures without the unit of their values."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from reprocrate.statistics.summary import is_constant, mean, sd


def cohen_d(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Mean of `a` minus mean of `b`, over the pooled standard deviation with n + k - 2 (Cohen 1988, p. 67).

    None where no spread can be pooled: fewer than three values, or none that varies within its side.

    Raises:
        ValueError: a sample has no value, or one is not finite.
    """
    n, k = len(a), len(b)
    if n + k < 3 or (is_constant(a) and is_constant(b)):
        return None
    # not by squares, which of large deviations are no doubles
    pooled = math.hypot(*(math.sqrt(len(side) - 1) * sd(side) for side in (a, b) if len(side) > 1))
    return (mean(a) - mean(b)) / (pooled / math.sqrt(n + k - 2))


def cliff_delta(a: Sequence[float], b: Sequence[float]) -> float:
    """Of all pairs of a value of `a` and one of `b`, the share with the larger in `a` minus that in `b`.

    A tie counts for neither side (Cliff 1993).

    Raises:
        ValueError: a sample has no value.
    """
    larger, smaller = _pairs(a, b)
    return (larger - smaller) / (len(a) * len(b))


def probability_of_improvement(
    a: Sequence[float], b: Sequence[float], *, larger_is_better: bool = True
) -> float:
    """Share of all pairs of a value of `a` and one of `b` in which that of `a` is better.

    A tie counts half (Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical
    precipice").

    Raises:
        ValueError: a sample has no value.
    """
    larger, smaller = _pairs(a, b)
    better, worse = (larger, smaller) if larger_is_better else (smaller, larger)
    return (1.0 + (better - worse) / (len(a) * len(b))) / 2.0


def _pairs(a: Sequence[float], b: Sequence[float]) -> tuple[int, int]:
    """In how many pairs the value of `a` is the larger, and in how many the smaller one."""
    if not a or not b:
        raise ValueError("at least 1 value needed on each side")
    ordered = sorted(b)
    larger = sum(bisect_left(ordered, value) for value in a)
    smaller = sum(len(b) - bisect_right(ordered, value) for value in a)
    return larger, smaller
