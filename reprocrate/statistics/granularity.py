"""What numbers can be, if they count items: the granularity of means and of standard deviations.

A share of N items is k / N with a whole number k, the mean of n such shares is k / (n N), and the sum of
their squares is a whole number as well. Brown and Heathers (2017), "The GRIM test"; Anaya (2016), "The
GRIMMER test". Both can only show that a figure is impossible: that a figure is possible says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from struct import pack, unpack

from reprocrate.statistics.printed import Printed, last_place, read_printed

_SLACK = Fraction(1, 10**9)
_SINGLE = Fraction(1, 2**22)
"""Two units of the last place of an IEEE single, relative: what a division and a multiplication may lose."""
_MOST_CANDIDATES = 1000
_EXACT_DECIMALS = 10
"""A number that shows so many decimals is taken as it is, not as one that was rounded."""


def shown(value: float) -> Printed:
    """A recorded number as the figure that it shows: 0.95 may stand for what rounds to it."""
    return read_printed(repr(float(value)).removesuffix(".0"))


def finest(values: Sequence[float]) -> Fraction:
    """One unit of the last decimal place that any of some numbers shows, as they were recorded.

    A program that rounds to four decimals leaves `0.95` where it means 0.9500; the other values tell.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    return Fraction(10) ** min(map(last_place, values))


def is_rounded(unit: Fraction) -> bool:
    """Whether numbers with this last place were rounded, rather than recorded in full."""
    return unit > Fraction(1, 10**_EXACT_DECIMALS)


def is_share(value: float, items: int, scale: int = 1, unit: Fraction = Fraction(0)) -> bool:
    """Whether a number is `scale * k / items` for a whole number k from 0 to `items`, as it was recorded.

    Up to a relative 1e-9; half a `unit`, where values were recorded with that last decimal place; and for
    numbers that are IEEE singles, as deep-learning frameworks compute them, the precision of singles.
    """
    if is_exact_share(value, items, scale):
        return True
    share = _nearest_share(value, items, scale)
    slack = unit / 2 * (1 + _SLACK)
    if _is_single(value):
        slack = max(slack, _SINGLE * share)
    return abs(Fraction(value) - share) <= slack


def is_exact_share(value: float, items: int, scale: int = 1) -> bool:
    """Whether a number is `scale * k / items` for a whole k from 0 to `items`, up to a relative 1e-9."""
    steps = value * items / scale
    if 0 <= steps <= items and math.isclose(value, round(steps) * scale / items, rel_tol=1e-12):
        return True  # most are, and floating numbers are fast
    share = _nearest_share(value, items, scale)
    return abs(Fraction(value) - share) <= _SLACK * max(share, Fraction(scale, items))


def _nearest_share(value: float, items: int, scale: int) -> Fraction:
    k = min(max(round(Fraction(value) * items / scale), 0), items)
    return Fraction(k * scale, items)


def _is_single(value: float) -> bool:
    try:
        return bool(unpack("<f", pack("<f", value))[0] == value)
    except OverflowError:
        return False


def is_informative(printed: Printed, n: int, items: int, scale: int = 1) -> bool:
    """Whether the printed digits are finer than the steps of a mean of n shares of `items`.

    For fractions that is n N < 10^decimals, for percentages n N < 10^(decimals + 2).
    """
    return n * items * printed.unit < scale


def mean_is_impossible(printed: Printed, n: int, items: int, scale: int = 1) -> bool:
    """Whether no n shares of `items`, times `scale`, have a mean that rounds to the printed figure (GRIM).

    False where the figure has too few digits to tell.
    """
    return is_informative(printed, n, items, scale) and not _sums(printed, n, items, scale)


def sd_is_impossible(
    printed_mean: Printed, printed_sd: Printed, n: int, items: int, *, ddof: int, scale: int = 1
) -> bool:
    """Whether no n shares of `items` have a mean and a standard deviation that round to these (GRIMMER).

    Where the mean is k / n in units of one item, the sum of squares is a whole number Q between k^2 / n and
    k `items`, it is odd where k is, and (Q - k^2 / n) / (n - ddof) is the variance. False where the mean
    itself is impossible, or the figures have too few digits to tell.
    """
    if n <= ddof or not is_informative(printed_mean, n, items, scale):
        return False
    sums = _sums(printed_mean, n, items, scale)
    factor = Fraction(items, scale) ** 2 * (n - ddof)
    smallest = max(printed_sd.low * (1 - _SLACK), Fraction(0)) ** 2 * factor
    largest = (printed_sd.high * (1 + _SLACK)) ** 2 * factor
    return bool(sums) and not any(_has_square_sum(k, n, items, smallest, largest) for k in sums)


def _has_square_sum(k: int, n: int, items: int, smallest: Fraction, largest: Fraction) -> bool:
    """Whether n whole numbers from 0 to `items` with the sum k can have such a sum of squared deviations."""
    centre = Fraction(k * k, n)
    whole, rest = divmod(k, n)
    evenest = (n - rest) * whole**2 + rest * (whole + 1) ** 2
    full, left = divmod(k, items)
    most = full * items**2 + left**2
    low = max(math.ceil(smallest + centre), evenest)
    high = min(math.floor(largest + centre), most)
    return low + (low - k) % 2 <= high


def _sums(printed: Printed, n: int, items: int, scale: int) -> list[int]:
    """Numbers of items whose mean rounds to the printed figure, half-way cases included."""
    steps = Fraction(n * items, scale)
    noise = _SLACK * abs(printed.value) * steps
    low = max(math.ceil(printed.low * steps - noise), 0)
    high = min(math.floor(printed.high * steps + noise), n * items)
    return list(range(low, min(high, low + _MOST_CANDIDATES) + 1))
