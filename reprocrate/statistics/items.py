"""Tests over the items of a test set, of which each side has some right."""

from __future__ import annotations


def mcnemar(first_only: int, second_only: int) -> float:
    """Two-sided exact p value of McNemar's test (McNemar 1947).

    Of the items that only one side has right, each has as many as a fair coin gives, if both are as good.

    Args:
        first_only: number of items that only the first side has right.
        second_only: number of items that only the second side has right.
    """
    n, fewer = first_only + second_only, min(first_only, second_only)
    term, total = 1, 0
    for k in range(fewer + 1):
        total += term
        term = term * (n - k) // (k + 1)  # the next binomial coefficient
    return min(1.0, 2 * total / (1 << n))
