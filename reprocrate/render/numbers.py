"""Numbers as people read them: as many digits as their spread carries, never fewer than tell values apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

_SMALLEST_PLAIN = 1e-4
_LARGEST_PLAIN = 1e7
_LONGEST = 100 * 365.25 * 86400
_MEANINGLESS = (
    1e-10  # a spread this small relative to its value is rounding, and printing its digits would hide that
)


@dataclass(frozen=True, slots=True)
class Precision:
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
        largest = max(abs(value), spread)
        plain = _SMALLEST_PLAIN <= largest < _LARGEST_PLAIN
        exponent = 0 if plain else _power(largest)
        return cls(max(0, 1 - _power(spread / 10.0**exponent)), exponent)

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


def with_spread(value: float, spread: float | None) -> str:
    """A value and its standard deviation: `0.9150 ± 0.0047`, `(1.234 ± 0.012)e-09`, `0.91 ± 0`."""
    if spread is None:
        return significant(value)
    precision = Precision.of(value, spread)
    if precision.decimals is None:
        return f"{significant(value)} ± {spread:.1e}" if spread else f"{significant(value)} ± 0"
    if not precision.exponent:
        return f"{precision.write(value)} ± {precision.write(spread)}"
    scale = 10.0**precision.exponent
    inner = f"{_fixed(value / scale, precision.decimals)} ± {_fixed(spread / scale, precision.decimals)}"
    return f"({inner})e{precision.exponent:+03d}"


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
    if p < 0.001:
        return f"p = {p:.1g}"
    if p < 0.05 <= float(f"{p:.2g}"):
        return f"p = {p:.3g}" if p < 0.04995 else "p < 0.05"
    return f"p = {p:.2g}" if p < 0.995 else "p = 1.0"


def percent(level: float) -> str:
    """A coverage: `95 %`."""
    return f"{level * 100:.6g} %"


def unit_suffix(unit: str | None) -> str:
    """What follows a number of this unit; nothing for fractions."""
    if unit is None or unit == "fraction":
        return ""
    return " %" if unit == "percent" else f" {unit}"


def file_size(size: int) -> str:
    """Bytes in decimal multiples: `512 bytes`, `4.1 kB`, `12 MB`."""
    if size < 1000:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    return _multiple(size, 1000, ("kB", "MB", "GB", "TB", "PB"))


def memory_size(size: int) -> str:
    """Bytes in binary multiples, as memory is sold: `16 GiB`."""
    if size < 1024:
        return f"{size} bytes"
    return _multiple(size, 1024, ("KiB", "MiB", "GiB", "TiB", "PiB"))


def duration(seconds: float) -> str:
    """A time span: `0.84 s`, `2.0 s`, `12 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`; `–` where infinite.

    A record may state any number: what no program can have taken is said so.
    """
    if not math.isfinite(seconds):
        return "–"
    if seconds > _LONGEST:
        return "over 100 years"
    if seconds < 59.5:
        return f"{seconds:.{2 if seconds < 0.995 else 1 if seconds < 9.95 else 0}f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def _power(value: float) -> int:
    """The power of ten of a number once it is rounded to two significant digits."""
    return int(f"{value:.1e}".partition("e")[2]) if math.isfinite(value) and value else 0


def _multiple(size: int, base: int, units: tuple[str, ...]) -> str:
    value, unit = float(size), ""
    for unit in units:  # noqa: B007 - the last unit is kept for what is larger still
        value /= base
        if value < base - 0.5:
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
