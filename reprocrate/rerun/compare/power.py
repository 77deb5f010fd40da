"""What so few seeds could have shown: how often a true change would have been called contradicted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from reprocrate.statistics import t_quantile, welch_df

_NODES = 16
_WANTED = 0.8
_NORMAL = NormalDist()
_ROOT = math.sqrt(2.0 * math.pi)  # of the normal density


@dataclass(frozen=True, slots=True)
class Setup:
    """What the power depends on beside the shift itself, in the metric's unit.

    Attributes:
        n: seeds of the original, at least 2.
        k: seeds of the rerun.
        sd: standard deviation of the seeds, taken to be the original's on both sides.
        delta: the margin.
        alpha: level of the test, corrected for the family of results.
    """

    n: int
    k: int
    sd: float
    delta: float
    alpha: float


@dataclass(frozen=True, slots=True)
class Power:
    """How often reruns of these sizes would contradict the original if the truth had changed.

    Attributes:
        at_margin: probability that a true change by the margin would be called contradicted.
        advantage: the claimed advantage that rests on the result; `None` where none does.
        at_advantage: probability that a change that takes this advantage away would be called contradicted.
        detectable: the change that would be called contradicted in four of five such reruns.
    """

    at_margin: float
    advantage: float | None
    at_advantage: float | None
    detectable: float


def power(setup: Setup, advantage: float | None) -> Power:
    """The power of one comparison.

    Seeds are taken to be normal, with the original's spread on both sides. The spreads that so few seeds
    show vary themselves, independently of their means, so the probability is averaged over them.
    """
    se = setup.sd * math.sqrt(1.0 / setup.n + 1.0 / setup.k)
    limits = [max(setup.delta, spread * setup.sd) for spread in _limits(setup.n, setup.k, setup.alpha)]
    return Power(
        at_margin=_beyond(setup.delta, limits, se),
        advantage=advantage,
        at_advantage=None if advantage is None else _beyond(advantage, limits, se),
        detectable=_detectable(limits, se),
    )


def _beyond(shift: float, limits: list[float], se: float) -> float:
    """Probability that a normal difference of mean `shift` lies beyond a limit, either way."""
    scale = se * math.sqrt(2.0)
    total, erfc = 0.0, math.erfc
    for limit in limits:
        total += erfc((limit - shift) / scale) + erfc((limit + shift) / scale)
    return min(1.0, total / (2.0 * len(limits)))


def _detectable(limits: list[float], se: float) -> float:
    """The shift that lies beyond the limits with the wanted probability, by Newton's method."""
    shift = math.fsum(limits) / len(limits) + _NORMAL.inv_cdf(_WANTED) * se
    low, high = 0.0, max(limits) + 3.0 * se
    for _ in range(30):
        missing = _WANTED - _beyond(shift, limits, se)
        low, high = (shift, high) if missing > 0.0 else (low, shift)
        densities = [math.exp(-0.5 * z * z) / _ROOT for z in [(shift - limit) / se for limit in limits]]
        slope = math.fsum(densities) / (len(limits) * se)
        step = missing / slope if slope > 0.0 else math.inf
        if abs(step) <= 1e-3 * shift:
            return shift + step
        shift = shift + step if low < shift + step < high else (low + high) / 2.0
    return shift


@lru_cache(maxsize=256)
def _limits(n: int, k: int, alpha: float) -> tuple[float, ...]:
    """The difference that passes both tests, for sixteen equally likely cases.

    In standard deviations of the seeds: outside the prediction interval, and p < alpha. Both depend on the
    spreads that happen to be seen, of which 256 equally likely pairs are taken, and put together in order.
    """
    root = math.sqrt(1.0 / n + 1.0 / k)
    outside = t_quantile(0.975, n - 1) * root
    found = []
    for spread in _spreads(n - 1):
        for other in _spreads(k - 1) if k > 1 else (spread,):
            if k == 1:
                se, df = spread * root, float(n - 1)
            else:
                first, second = spread / math.sqrt(n), other / math.sqrt(k)
                se, df = math.hypot(first, second), welch_df(first, n, second, k)
            found.append(max(outside * spread, t_quantile(1.0 - alpha / 2.0, df) * se))
    found.sort()
    size = len(found) // _NODES
    return tuple(math.fsum(found[place : place + size]) / size for place in range(0, len(found), size))


@lru_cache(maxsize=256)
def _spreads(df: int) -> tuple[float, ...]:
    return tuple(_spread((place + 0.5) / _NODES, df) for place in range(_NODES))


def _spread(share: float, df: int) -> float:
    """A quantile of a sample's standard deviation where the true one is 1: the root of chi squared over df.

    Exact for one and two degrees of freedom, else by Wilson and Hilferty (1931).
    """
    if df == 1:
        return _NORMAL.inv_cdf((1.0 + share) / 2.0)
    if df == 2:
        return math.sqrt(-math.log(1.0 - share))
    part = 2.0 / (9.0 * df)
    return float((1.0 - part + _NORMAL.inv_cdf(share) * math.sqrt(part)) ** 1.5)
