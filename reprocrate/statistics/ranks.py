"""P values of tests of ranks, by every usual way of computing them.

A report names the test of Mann and Whitney (1947) or of Wilcoxon (1945), and not how ties were ranked,
whether the distribution was counted or taken to be normal, whether continuity was corrected for, or what
became of differences of 0. So the smallest and the largest of what these ways give is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from reprocrate.statistics.choosing import rank
from reprocrate.statistics.student import t_tail

MOST_RANKED = 40
"""Values in all up to which p values are told; beyond, counting takes long and the ways hardly differ."""

_Ways = list[float]


def mann_whitney_bounds(a: Sequence[float], b: Sequence[float]) -> tuple[float, float]:
    """The smallest and the largest two-sided p value of the test of two independent samples."""
    n, k = len(a), len(b)
    found: _Ways = []
    for ranks in _rankings([*a, *b]):
        total = sum(ranks[:n])
        found += _by_counting(tuple(sorted(ranks)), n, total)
        found += _without_ties(n + k, n, total)
        mean = n * (n + k + 1)
        for variance in (n * k * (n + k + 1) / 3, n / (n + k) * k * _variance(ranks)):
            found += _by_normal(abs(total - mean), variance, step=2.0, n=n + k)
    return min(found), max(found)


def wilcoxon_bounds(differences: Sequence[float]) -> tuple[float, float]:
    """The smallest and the largest two-sided p value of the signed ranks of paired differences."""
    found: _Ways = []
    for ranks, signs in _signed_rankings(differences):
        counted = [each for each, sign in zip(ranks, signs, strict=True) if sign]
        positive = sum(each for each, sign in zip(ranks, signs, strict=True) if sign > 0)
        found += _by_signs(counted, positive)
        if len(counted) < len(ranks):  # or half of the ranks of differences of 0 on either side
            found += _by_signs(ranks, positive + (sum(ranks) - sum(counted)) // 2)
            found += _without_ties(len(ranks), None, positive)
    return min(found), max(found)


def _by_signs(ranks: Sequence[int], positive: int) -> _Ways:
    n = len(ranks)
    if not n:
        return [1.0]
    found = _by_counting(tuple(sorted(ranks)), None, positive) + _without_ties(n, None, positive)
    for variance in (sum(each * each for each in ranks) / 4, n * (n + 1) * (2 * n + 1) / 6):
        for mean in (sum(ranks) / 2, n * (n + 1) / 2):
            found += _by_normal(abs(positive - mean), variance, step=1.0, n=n)
    return found


def _without_ties(many: int, n: int | None, total: int) -> _Ways:
    """By counting as if no two values were equal; a half in the sum of ranks goes either way."""
    ranks = tuple(range(2, 2 * many + 1, 2))
    sums = (total,) if total % 2 == 0 else (total - 1, total + 1)
    least, most = (0, sum(ranks)) if n is None else (sum(ranks[:n]), sum(ranks[many - n :]))
    return [p for each in sums for p in _by_counting(ranks, n, min(max(each, least), most))]


def _rankings(values: Sequence[float]) -> list[list[int]]:
    """Twice the ranks, so that they are whole, with values equal as doubles and equal up to rounding."""
    about = [rank(each, values, larger_is_better=False) for each in values]
    exact = [
        sum(other < each for other in values) + (sum(other == each for other in values) + 1) / 2
        for each in values
    ]
    return [[round(2 * each) for each in ranks] for ranks in (about, exact)]


def _signed_rankings(differences: Sequence[float]) -> Iterable[tuple[list[int], list[int]]]:
    """Twice the ranks of the sizes, and the signs: differences of 0 are dropped, or ranked.

    Pratt (1959) ranks them with the others and drops them then. Differences that are 0 but for rounding may
    have been taken either way.
    """
    noise = 1e-9 * max(map(abs, differences), default=0.0)
    for least in (0.0, noise):
        signs = [0 if abs(each) <= least else int(math.copysign(1, each)) for each in differences]
        kept = [each for each, sign in zip(differences, signs, strict=True) if sign]
        for ranks in _rankings([abs(each) for each in kept]) if kept else [[]]:
            yield ranks, [sign for sign in signs if sign]
        for ranks in _rankings([abs(each) for each in differences]):
            yield ranks, signs


def _variance(ranks: Sequence[int]) -> float:
    mean = sum(ranks) / len(ranks)
    return sum((each - mean) ** 2 for each in ranks) / (len(ranks) - 1)


def _by_normal(off: float, variance: float, *, step: float, n: int) -> _Ways:
    """By the normal distribution and by Student's t, with and without a correction for continuity."""
    if variance <= 0.0:
        return [1.0]
    ways = [max(0.0, off - less) / math.sqrt(variance) for less in (0.0, step)]
    return [math.erfc(z / math.sqrt(2.0)) for z in ways] + [2.0 * t_tail(z, n - 1) for z in ways if n > 1]


def _by_counting(ranks: tuple[int, ...], n: int | None, total: int) -> _Ways:
    """By all ways to choose `n` of the ranks, or any number of them: both tails, or twice the smaller one."""
    counts = _ways_to_sum(ranks, n)
    everything = sum(counts)
    below = sum(counts[: total + 1])
    above = sum(counts[total:])
    centre = sum(ranks) * (n if n is not None else 0.5) / (len(ranks) if n is not None else 1)
    off = abs(total - centre)
    as_far = sum(count for place, count in enumerate(counts) if abs(place - centre) >= off)
    return [min(1.0, 2 * min(below, above) / everything), as_far / everything]


@lru_cache(maxsize=64)
def _ways_to_sum(ranks: tuple[int, ...], n: int | None) -> list[int]:
    """For each sum of ranks in how many ways it comes about, `n` of them, or any number, being chosen.

    The polynomials that generate these numbers are held in one large integer each, a coefficient in as many
    bits as the number of all ways needs.
    """
    bits = len(ranks) + 1
    if n is None:
        product = 1
        for each in ranks:
            product += product << (each * bits)
    else:
        chosen = [1] + [0] * n
        for each in ranks:
            for size in range(n, 0, -1):
                chosen[size] += chosen[size - 1] << (each * bits)
        product = chosen[n]
    mask = (1 << bits) - 1
    return [(product >> (place * bits)) & mask for place in range(sum(ranks) + 1)]
