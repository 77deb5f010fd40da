"""How numbers are written: with as many digits as their spread carries, and as what is beside them.

One rule for every text, page and report: a mean and its standard deviation have the decimals by which the
latter shows two significant digits; what is held against each other, intervals and differences included, has
as many decimals as the mean.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Self

_SMALLEST_PLAIN = 1e-4
_LARGEST_PLAIN = 1e7
_MOST_MORE = 4
_MEANINGLESS = (
    1e-10  # a spread this small relative to its value is rounding, and printing its digits would hide that
)


class Precision(NamedTuple):
    """How many digits numbers that are read together are written with.

    Attributes:
        decimals: digits after the decimal point; None writes each number with up to six significant digits.
        exponent: power of ten that is written apart, as in `1.234e-09`; 0 for none.
    """

    decimals: int | None = None
    exponent: int = 0

    @classmethod
    def of(cls, value: float, spread: float | None) -> Self:
        """Digits by which `spread` has two significant ones, for it and for the value it belongs to.

        Without a spread, or with one too small to be more than rounding, numbers speak for themselves.
        """
        if not spread or spread <= _MEANINGLESS * abs(value):
            return cls()
        exponent = _written_apart(max(abs(value), spread))
        return cls(max(0, 1 - _power(spread / 10.0**exponent)), exponent)

    @classmethod
    def of_pair(cls, *sides: tuple[float, float | None]) -> Self:
        """Digits of values that are held against each other, each given with its spread: as many for all.

        They are those of the smallest spread, but at most two more than the largest asks for, and enough for
        two significant digits of each value that exceeds its spread. Where no value has a spread, all get as
        many as tell each of them to six significant digits; values of very different size get none in common.
        """
        known = [spread for value, spread in sides if spread and spread > _MEANINGLESS * abs(value)]
        if not known:
            texts = [significant(value) for value, _ in sides]
            decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
            return cls() if any("e" in text for text in texts) else cls(decimals)
        largest = max(max(abs(value), spread or 0.0) for value, spread in sides)
        exponent = _written_apart(largest)
        wanted = [1 - _power(spread / 10.0**exponent) for spread in known]
        least = [
            1 - _power(value / 10.0**exponent) for value, spread in sides if abs(value) > (spread or 0.0)
        ]
        decimals = max(0, min(max(wanted), min(wanted) + 2), *least)
        return cls() if decimals > min(wanted) + _MOST_MORE else cls(decimals, exponent)

    @classmethod
    def of_interval(cls, low: float, high: float) -> Self:
        """Digits of both ends and of what lies between, by a quarter of the width."""
        return cls.of(max(abs(low), abs(high)), high / 4 - low / 4)

    def finer(self, digits: int = 1) -> Precision:
        """The same with more digits, for the single values behind a mean."""
        if self.decimals is None:
            return self
        return Precision(self.decimals + digits, self.exponent)

    def write(self, value: float) -> str:
        """One number."""
        if self.decimals is None:
            return significant(value)
        text = _fixed(value / 10.0**self.exponent, self.decimals)
        return f"{text}e{self.exponent:+03d}" if self.exponent else text

    def write_signed(self, value: float) -> str:
        """One number with its sign, for a difference."""
        text = self.write(value)
        return text if text.startswith("-") else f"+{text}"

    def write_change(self, value: float) -> str:
        """A difference with its sign, `0` for none."""
        return f"{'-' if value < 0 else '+'}{self.write_size(abs(value))}" if value else "0"

    def write_size(self, value: float) -> str:
        """A difference or margin without a sign; with two digits of its own where it would read as none."""
        text = self.write(value) if self.decimals is not None else f"{value:.3g}"
        return f"{value:.2g}" if value and _reads_as_none(text) else text

    def write_interval(self, low: float, high: float) -> str:
        """`[0.902, 0.928]`."""
        return f"[{self.write(low)}, {self.write(high)}]"

    def apart(self, bound: float, *values: float) -> Precision:
        """The same with as many more digits as show that no value is the bound, where none is."""
        found = self
        for _ in range(4):
            written = found.write(bound)
            if all(value == bound or found.write(value) != written for value in values):
                break
            found = found.finer()
        return found


def with_spread(value: float, spread: float | None, precision: Precision | None = None) -> str:
    """A value and its standard deviation: `0.9150 ± 0.0047`, `(1.234 ± 0.012)e-09`, `0.91 ± 0`.

    Args:
        value: the value.
        spread: its standard deviation; None where there is none, 0 where nothing varies.
        precision: the digits of what it is read beside; by default those of its own spread.
    """
    precision = precision or Precision.of(value, spread)
    if spread is None:
        return precision.write(value)
    shown = precision.write(spread) if precision.decimals is not None else ""
    if not spread or _reads_as_none(shown):
        return f"{precision.write(value)} ± {f'{spread:.1e}' if spread else '0'}"
    if not precision.exponent:
        return f"{precision.write(value)} ± {shown}"
    plain = Precision(precision.decimals)
    scale = 10.0**precision.exponent
    return f"({plain.write(value / scale)} ± {plain.write(spread / scale)})e{precision.exponent:+03d}"


def significant(value: float, digits: int = 6) -> str:
    """A number by itself, with up to so many significant digits and every digit of a whole number."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.{digits}g}"


def exact(value: float) -> str:
    """A number with every digit that its double needs."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def p_value(p: float) -> str:
    """A p value: `p = 0.0032`, `p < 0.0001`."""
    if p < 0.0001:
        return "p < 0.0001"
    if p < 0.05 <= float(f"{p:.2g}"):
        return f"p = {p:.3g}" if p < 0.04995 else "p < 0.05"
    return f"p = {p:.2g}" if p < 0.995 else "p = 1.0"


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def _reads_as_none(text: str) -> bool:
    return not any(digit in text.partition("e")[0] for digit in "123456789")


def _written_apart(largest: float) -> int:
    """The power of ten that stands apart where a number of this size is written; 0 for none."""
    return 0 if _SMALLEST_PLAIN <= largest < _LARGEST_PLAIN else _power(largest)


def _power(value: float) -> int:
    """The power of ten of a number once it is rounded to two significant digits."""
    return int(f"{value:.1e}".partition("e")[2]) if math.isfinite(value) and value else 0
