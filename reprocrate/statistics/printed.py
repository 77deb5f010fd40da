"""Figures as printed in a paper: decimal strings whose trailing zeros say how exact they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

_PRINTED = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_LARGEST_EXPONENT = 1000
_ROUNDING_NOISE = Fraction(1, 10**12)
_OF_DOUBLES = 1e-14
"""More than what a few operations on doubles are off by, relative to the largest number in them."""


class Recomputed(StrEnum):
    """How a printed figure relates to the value that it was printed from."""

    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    DIFFERENT = "different"


class Printed(NamedTuple):
    """A printed figure and the numbers that it may stand for, exactly.

    Attributes:
        text: as printed.
        value: the number it shows.
        unit: one unit of its last digit.
    """

    text: str
    value: Fraction
    unit: Fraction

    @property
    def low(self) -> Fraction:
        """The smallest number that rounds to it: half a unit below."""
        return self.value - self.unit / 2

    @property
    def high(self) -> Fraction:
        """The largest number that rounds to it: half a unit above."""
        return self.value + self.unit / 2


@lru_cache(maxsize=4096)
def read_printed(text: str) -> Printed:
    """A printed decimal number: `95.30` stands for [95.295, 95.305], and its last digit for 0.01.

    Raises:
        ValueError: it is not a decimal number.
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if not _PRINTED.fullmatch(plain):
        raise ValueError(f"{text!r} is not a printed decimal number")
    digits, _, exponent = plain.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    # no double is that large or small; an exponent of many digits must not take memory without end
    power = max(-_LARGEST_EXPONENT, min(int(exponent or 0), _LARGEST_EXPONENT))
    return Printed(text, Fraction(digits) * Fraction(10) ** power, Fraction(10) ** (power - decimals))


def recompute_mean(text: str, values: Sequence[float], scale: float = 1) -> Recomputed:
    """Whether a printed mean is the mean of these values, multiplied by `scale` when printed.

    Values count as the decimal numbers that they show, so that a mean half-way between two printed figures
    may have been rounded either way (half to even or half up). A figure that fits only if digits were cut
    off is told apart.

    Raises:
        ValueError: the text is not a decimal number, or there is no value.
    """
    if not values:
        raise ValueError("at least 1 value needed, not 0")
    exact = sum((Fraction(repr(float(value))) for value in values), Fraction(0)) / len(values)
    return _exactly(read_printed(text), exact * Fraction(repr(scale)), Fraction(0))


def compare_printed(
    text: str, value: float | Fraction, slack: float | Fraction = 0, *, scale: float = 1.0
) -> Recomputed:
    """Whether a printed figure is this value, rounded or cut off.

    Args:
        text: the figure as printed.
        value: what it is held against.
        slack: how far the value itself may be off from having been computed.
        scale: what both are multiplied by when printed.

    Raises:
        ValueError: the text is not a decimal number.
    """
    return _clearly(text, value, slack, scale) or _exactly(
        read_printed(text), Fraction(value) * Fraction(scale), Fraction(slack) * abs(Fraction(scale))
    )


def _clearly(text: str, value: float | Fraction, slack: float | Fraction, scale: float) -> Recomputed | None:
    """The answer of `_exactly`, told by doubles where they are far from where it changes; else None.

    Most figures of a table are: what they show is some parts of a thousand away from half a unit.
    """
    shown, unit = _in_doubles(text)
    try:
        expected, slack = float(value) * scale, float(slack) * abs(scale)
    except OverflowError:
        return None
    off = abs(expected - shown)
    inexact = _OF_DOUBLES * (abs(expected) + abs(shown) + slack)
    if not (isfinite(expected + off + slack) and isfinite(unit) and inexact < unit):
        return None
    if off + inexact < 0.499 * unit:
        return Recomputed.ROUNDED
    noise = 1.001e-12 * abs(expected) + 1.001 * slack
    return Recomputed.DIFFERENT if off - inexact > 1.001 * unit + noise else None


@lru_cache(maxsize=4096)
def _in_doubles(text: str) -> tuple[float, float]:
    """What a printed figure shows, and one unit of its last digit, as near as doubles are."""
    printed = read_printed(text)
    try:
        return float(printed.value), float(printed.unit)
    except OverflowError:
        return float("inf"), float("inf")


def _exactly(printed: Printed, exact: Fraction, slack: Fraction) -> Recomputed:
    noise = abs(exact) * _ROUNDING_NOISE + slack
    if printed.low - noise <= exact <= printed.high + noise:
        return Recomputed.ROUNDED
    cut_off = abs(exact) + noise - abs(printed.value)
    if 0 <= cut_off < printed.unit and exact * printed.value >= 0:
        return Recomputed.TRUNCATED
    return Recomputed.DIFFERENT


_WITH_EXPONENT = 1e6
"""From here on programs that print six digits use an exponent (`%g` of C): 3.92e9 ends in no zeros."""


def last_place(value: float) -> int:
    """The power of ten of the last decimal place that a recorded number shows.

    JSON loses zeros at the end: those behind the point, and of 3.92e9, which is written as it comes, which of
    its zeros were meant. Below a million a whole number is taken to show its ones.
    """
    sign_and_digits, _, exponent = repr(float(value)).removesuffix(".0").partition("e")
    whole, _, decimals = sign_and_digits.partition(".")
    place = int(exponent or 0) - len(decimals)
    if not decimals and abs(value) >= _WITH_EXPONENT:
        place += len(whole) - len(whole.rstrip("0"))
    return place


def claimed_rounding(value: float) -> float:
    """How far off a claimed number may be by its own rounding: half a unit of its last digit, at most 1 %.

    A number in JSON has lost its trailing zeros: `0.9` may stand for 0.900, hence the bound. The last
    digit of a whole number is that of the ones: `90` may stand for what rounds to it. From a million on it is
    the last that is not zero, since 3.92e9 stands for what rounds to that.
    """
    return min(0.5 * 10.0 ** last_place(value), 0.01 * abs(value))
