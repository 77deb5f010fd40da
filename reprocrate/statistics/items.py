"""Tests over the items of a test set, of which each side has some right."""

from __future__ import annotations

import math

_MOST_EXACT = 10_000


def mcnemar(first_only: int, second_only: int) -> float:
    """Two-sided exact p value of McNemar's test (McNemar 1947).

    Of the items that only one side has right, each has as many as a fair coin gives, if both are as good.
    Above ten thousand such items it is that of the normal distribution with a correction for continuity
    (Edwards 1948), from which it differs by less than a hundredth of itself wherever it is above 1e-6.

    Args:
        first_only: number of items that only the first side has right.
        second_only: number of items that only the second side has right.
    """
    n, fewer = first_only + second_only, min(first_only, second_only)
    if n > _MOST_EXACT:
        z = max(0, abs(first_only - second_only) - 1) / math.sqrt(n)
        return math.erfc(z / math.sqrt(2.0))
    term, total = 1, 0
    for k in range(fewer + 1):
        total += term
        term = term * (n - k) // (k + 1)  # the next binomial coefficient
    return min(1.0, 2 * total / (1 << n))
