"""How many seeds would settle what these few could not, if means and spreads stayed as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Literal

from reprocrate.statistics import t_quantile, t_tail, welch_df

_MOST_SEEDS = 10_000


@dataclass(frozen=True, slots=True)
class SeedsNeeded:
    """A number of seeds that would decide.

    Attributes:
        towards: which verdict it would be.
        rerun: seeds of the rerun, with the original as it is; `None` where no number would do.
        each: seeds of the original and of the rerun alike; `None` where ten thousand would not do.
    """

    towards: Literal["equivalent", "contradicted"]
    rerun: int | None
    each: int | None


@dataclass(frozen=True, slots=True)
class Spread:
    """What was seen: sizes, difference of means and standard deviations.

    Attributes:
        n: seeds of the original, at least 2.
        k: seeds of the rerun.
        difference: the rerun's mean minus the original's.
        sd_original: standard deviation of the original.
        sd_rerun: standard deviation of the rerun; the original's where there is a single seed.
        sd_pairs: standard deviation of the differences, where values are compared as pairs.
    """

    n: int
    k: int
    difference: float
    sd_original: float
    sd_rerun: float
    sd_pairs: float | None = None


def seeds_needed(seen: Spread, delta: float, alpha: float, equivalence_alpha: float) -> SeedsNeeded | None:
    """How many seeds would decide at this margin; `None` where the difference is the margin itself.

    Args:
        seen: what the seeds showed so far.
        delta: the margin in the metric's unit.
        alpha: level of the test for a contradiction, corrected for the family of results.
        equivalence_alpha: level of the test for equivalence.
    """
    distance = delta - abs(seen.difference)
    if distance == 0.0 or seen.sd_original + seen.sd_rerun == 0.0:
        return None

    def decides(n: int, k: int) -> bool:
        if distance > 0.0:
            return _equivalent(seen, n, k, distance, equivalence_alpha)
        return _contradicted(seen, n, k, alpha)

    rerun = _smallest(lambda k: decides(seen.n, k), start=max(seen.k + 1, 2))
    each = _smallest(lambda m: decides(m, m), start=max(seen.n, seen.k))
    return SeedsNeeded("equivalent" if distance > 0.0 else "contradicted", rerun, each)


def _equivalent(seen: Spread, n: int, k: int, distance: float, alpha: float) -> bool:
    if min(n, k) < 3:
        return False
    if seen.sd_pairs is not None and k <= n:
        se, df = seen.sd_pairs / math.sqrt(k), float(k - 1)
    else:
        se, df = _standard_error(seen, n, k)
    return se == 0.0 or _is_rarer(distance / se, df, alpha)


def _contradicted(seen: Spread, n: int, k: int, alpha: float) -> bool:
    half = t_quantile(0.975, n - 1) * seen.sd_original * math.sqrt(1.0 / n + 1.0 / k)
    se, df = _standard_error(seen, n, k)
    return abs(seen.difference) > half and _is_rarer(abs(seen.difference) / se, df, alpha / 2.0)


def _is_rarer(t: float, df: float, alpha: float) -> bool:
    """Whether a t variable exceeds `t` with a probability below `alpha`.

    Most are told by two bounds that are looked up: the normal tail is lighter, and that of fewer degrees of
    freedom heavier.
    """
    if t <= _normal_quantile(alpha):
        return False
    fewer = _rounded_down(df)
    if fewer >= 1 and t > t_quantile(1.0 - alpha, fewer) * (1.0 + 1e-12):
        return True
    return t_tail(t, df) < alpha


@lru_cache(maxsize=256)
def _normal_quantile(alpha: float) -> float:
    return -NormalDist().inv_cdf(alpha)


def _rounded_down(df: float) -> int:
    """A whole number not above, with two significant digits, so that few differ."""
    whole = int(df)
    unit = int(10 ** max(0, len(str(whole)) - 2))
    return whole // unit * unit


def _standard_error(seen: Spread, n: int, k: int) -> tuple[float, float]:
    se_original, se_rerun = seen.sd_original / math.sqrt(n), seen.sd_rerun / math.sqrt(k)
    return math.hypot(se_original, se_rerun), welch_df(se_original, n, se_rerun, k)


def _smallest(decides: Callable[[int], bool], start: int) -> int | None:
    """The smallest number from `start` on that decides, taking it that more seeds decide no less."""
    above = start
    while not decides(above):
        if above >= _MOST_SEEDS:
            return None
        above = min(above * 2, _MOST_SEEDS)
    below = start - 1
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if decides(middle) else (middle, above)
    return above
