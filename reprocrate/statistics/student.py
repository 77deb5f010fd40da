"""Student's t distribution: its upper tail and its quantiles, from the standard library alone.

The tests of a rerun, the intervals of `show` and the checks of `validate` need nothing else of it, and
importing `scipy.stats` costs three quarters of a second and a hundred megabytes. The tests hold both
functions to scipy's values within a relative 1e-12.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_CONVERGED = 2.3e-16
_CLOSE_ENOUGH = 4e-16
_NEXT_IS_EXACT = 5e-9  # the error after a step of Newton's method is about the square of that before it
_NORMAL = NormalDist()
_LOG_PI = math.log(math.pi)
_LOG_LARGEST = 709.0
_NORMAL_FROM = 1e20
"""So many degrees of freedom are as good as any more: t^4 / (4 df), by which t differs, is nothing."""
_MOST_TERMS = 100_000
_MOST_STEPS = 200


def t_tail(t: float, df: float) -> float:
    """Probability that a t variable with `df` degrees of freedom exceeds `t`.

    Args:
        t: any number, infinities included.
        df: degrees of freedom, more than 0; not necessarily whole; infinity is the normal distribution.

    Raises:
        ValueError: `t` is not a number or `df` is not positive.
    """
    _require_degrees(df)
    if math.isnan(t):
        raise ValueError("t must be a number")
    if t < 0:
        return 1.0 - t_tail(-t, df)
    if df >= _NORMAL_FROM:
        return 0.5 * math.erfc(t / math.sqrt(2.0))
    if math.isinf(t):
        return 0.0
    x, y = _beta_arguments(t, df)
    return math.exp(_log_far_tail(t, df, x, y)) if _is_far(x, df) else 0.5 - _near_centre(t, df, x, y)


@lru_cache(maxsize=1024)
def t_quantile(p: float, df: float) -> float:
    """The value that a t variable with `df` degrees of freedom stays below with probability `p`.

    Args:
        p: probability strictly between 0 and 1.
        df: degrees of freedom, more than 0; infinity is the normal distribution.

    Raises:
        ValueError: `p` or `df` is outside its range.
    """
    _require_degrees(df)
    if not 0.0 < p < 1.0:
        raise ValueError(f"a probability strictly between 0 and 1 is needed, not {p}")
    if df >= _NORMAL_FROM:
        return _NORMAL.inv_cdf(p)
    if p < 0.5:
        return -_upper_quantile(p, 0.5 - p, df)
    return _upper_quantile(1.0 - p, p - 0.5, df)


@lru_cache(maxsize=1024)
def two_sided_quantile(level: float, df: float) -> float:
    """The value that a t variable stays within, either way, with probability `level`.

    A level just below 1, such as 0.9999999999999999, is one whose upper end (1 + level) / 2 is no double
    below 1: then the lower end is used, which is.

    Raises:
        ValueError: `level` is not strictly between 0 and 1, or `df` is outside its range.
    """
    upper = (1.0 + level) / 2.0
    return t_quantile(upper, df) if upper != 1.0 else -t_quantile((1.0 - level) / 2.0, df)


def _upper_quantile(tail: float, centre: float, df: float) -> float:
    """The t >= 0 with `tail` above it and `centre` between 0 and it, from whichever is the smaller."""
    return _quantile_by_centre(centre, df) if centre < tail else _quantile_by_tail(tail, df)


def _quantile_by_centre(centre: float, df: float) -> float:
    """Newton's method from the left, which never overshoots: the probability up to t is concave in t."""
    t = centre * math.sqrt(math.pi * df) / math.exp(_log_gamma_ratio(df / 2.0))
    for _ in range(_MOST_STEPS):
        if t == 0.0:
            break
        step = t * (centre - _central(t, df)) / math.exp(_log_density_times_t(t, df))
        t += step
        if abs(step) <= _CLOSE_ENOUGH * t:
            break
    return t


def _quantile_by_tail(tail: float, df: float) -> float:
    """Newton's method for log tail against log t, a concave curve that is nearly straight for small df."""
    log_t, wanted = math.log(_near_quantile(-_NORMAL.inv_cdf(tail), df)), math.log(tail)
    for _ in range(_MOST_STEPS):
        if log_t > _LOG_LARGEST:
            return math.inf
        t = math.exp(log_t)
        density = _log_density_times_t(t, df)
        here = _log_tail(t, df, density)
        step = (here - wanted) / math.exp(density - here)
        log_t += step
        if abs(step) <= _NEXT_IS_EXACT:
            break
    return math.exp(log_t)


def _near_quantile(z: float, df: float) -> float:
    """A start for Newton's method: the normal quantile, corrected where its expansion in 1/df is good.

    That is the first terms of Abramowitz and Stegun 26.7.5.
    """
    square = z * z
    if square > df or not z > 0.0:
        return z
    first = (square + 1.0) / 4.0
    second = ((5.0 * square + 16.0) * square + 3.0) / 96.0
    third = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0
    return z * (1.0 + (first + (second + third / df) / df) / df)


def _is_far(x: float, df: float) -> bool:
    """Whether the continued fraction of the tail converges faster than that of the centre: about t > 1."""
    return x < df / (df + 1.0)


def _log_tail(t: float, df: float, density: float | None = None) -> float:
    """Logarithm of P(T > t); `density` is that of t times the density, where it is known already."""
    x, y = _beta_arguments(t, df)
    if not _is_far(x, df):
        return math.log(0.5 - _near_centre(t, df, x, y))
    return _log_far_tail(t, df, x, y, density)


def _log_far_tail(t: float, df: float, x: float, y: float, density: float | None = None) -> float:
    """Logarithm of P(T > t) = I_x(df/2, 1/2) / 2 with x = df / (df + t^2) (Abramowitz and Stegun 26.7.1)."""
    if density is None:
        density = _log_density_times_t(t, df)
    return density + math.log(0.5 * _continued_fraction(df / 2.0, 0.5, x, y))


def _central(t: float, df: float) -> float:
    """P(0 < T < t), the complement of the tail."""
    x, y = _beta_arguments(t, df)
    return 0.5 - math.exp(_log_far_tail(t, df, x, y)) if _is_far(x, df) else _near_centre(t, df, x, y)


def _near_centre(t: float, df: float, x: float, y: float) -> float:
    """P(0 < T < t) = I_y(1/2, df/2) / 2 with y = 1 - x."""
    if t / math.sqrt(df) == 0.0:  # none, or too little to tell from none
        return 0.0
    return 0.5 * math.exp(_log_density_times_t(t, df)) * _continued_fraction(0.5, df / 2.0, y, x)


def _log_density_times_t(t: float, df: float) -> float:
    """Logarithm of t times the density at t, the factor before both continued fractions."""
    ratio = t / math.sqrt(df)
    log_x = -math.log1p(ratio * ratio) if ratio < 1e100 else -2.0 * math.log(ratio)
    log_rest = 2.0 * math.log(ratio) + log_x
    return _log_gamma_ratio(df / 2.0) - 0.5 * _LOG_PI + df / 2.0 * log_x + 0.5 * log_rest


def _beta_arguments(t: float, df: float) -> tuple[float, float]:
    """The pair x = df / (df + t^2) and 1 - x, each without cancellation or overflow."""
    ratio = t / math.sqrt(df)
    if ratio > 1.0:
        inverse = (1.0 / ratio) ** 2
        return inverse / (1.0 + inverse), 1.0 / (1.0 + inverse)
    square = ratio * ratio
    return 1.0 / (1.0 + square), square / (1.0 + square)


def _log_gamma_ratio(a: float) -> float:
    """Logarithm of Gamma(a + 1/2) / Gamma(a); for large a by its asymptotic series (DLMF 5.11.8)."""
    if a < 40.0:
        return math.log(math.gamma(a + 0.5) / math.gamma(a))
    inverse = 1.0 / (a * a)
    series = -1 / 8 + inverse * (1 / 192 + inverse * (-1 / 640 + inverse * (17 / 14336)))
    return 0.5 * math.log(a) + series / a


def _continued_fraction(a: float, b: float, x: float, y: float) -> float:
    """The incomplete beta function I_x(a, b), y = 1 - x, without the factor x^a y^b / B(a, b).

    Every second convergent of DLMF 8.17.22, in the form of DiDonato and Morris (1992, eq. 9): written with
    `excess`, which is formed without cancellation, it keeps its digits for millions of degrees of freedom.
    """
    both = a + b
    excess = a - both * x if x < y else both * y - b
    next_excess, growing = excess + 1.0, 1.0 + y
    value = upper = a / (a + 1.0) * next_excess
    lower, n = 0.0, 1.0  # counted in doubles, since Python is slower where they meet whole numbers
    while n < _MOST_TERMS:
        less, ratio = b - n, x / (a + 2.0 * n - 1.0)
        numerator = (a + n - 1.0) * (both + n - 1.0) * n * less * ratio**2
        growth = (a + n) / (a + 2.0 * n + 1.0) * (next_excess + n * growing)
        denominator = n + n * less * ratio + growth
        lower = 1.0 / (denominator + numerator * lower)
        upper = denominator + numerator / upper
        change = lower * upper
        value *= change
        if abs(change - 1.0) <= _CONVERGED:
            break
        n += 1.0
    return 1.0 / value


def _require_degrees(df: float) -> None:
    if not df > 0.0:
        raise ValueError(f"degrees of freedom must be positive, not {df}")
