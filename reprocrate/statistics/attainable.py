"""The smallest p values that exact tests can give: with few values there are few ways to arrange them."""

from __future__ import annotations

import math


def smallest_p_of_signs(n: int) -> float:
    """Smallest two-sided p value of Wilcoxon's signed-rank test of `n` pairs: 2 of 2^n ways."""
    return min(1.0, math.ldexp(1.0, 1 - n))


def smallest_p_of_ranks(n: int, k: int) -> float:
    """Smallest two-sided p value of the test by Mann and Whitney (1947): 2 of all ways to label."""
    return min(1.0, 2.0 * smallest_p_of_labels(n, k))


def smallest_p_of_labels(n: int, k: int) -> float:
    """Smallest p value of a permutation test of independent samples: 1 of C(n + k, n) ways to label them.

    The values as observed are one of these ways, so no p value is 0 (Phipson and Smyth 2010).
    """
    fewer, share = min(n, k), 1.0
    for i in range(1, fewer + 1):
        share *= i / (n + k - fewer + i)
        if not share:  # too small for a double, and so is all that follows
            break
    return share
