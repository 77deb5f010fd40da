"""Axes of plots: from values to places in percent, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from reprocrate.render.numbers import Precision, significant

_MARGIN = 4.0  # percent of the width on either side
_TICKS = 5
_DECADES = 3.0  # values that span as many are shown on a logarithmic axis


class Axis(NamedTuple):
    """A linear axis, or one of logarithms.

    Attributes:
        low: value at its left end; of logarithms, its logarithm to base 10.
        high: value at its right end.
        ticks: values that are marked.
        margin: room on either side, in percent.
        is_logarithmic: whether low, high and ticks are logarithms.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    margin: float = _MARGIN
    is_logarithmic: bool = False

    @classmethod
    def over(cls, values: Iterable[float], *, ticks: int = _TICKS, margin: float = _MARGIN) -> Axis:
        """The axis that shows all of these values, with about as many round ticks."""
        finite = [value for value in values if math.isfinite(value)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        if high - low <= 1e-9 * max(abs(low), abs(high)):
            room = abs(low) * 0.05 or 1.0
            low, high = low - room, high + room
        step = _round_step(high / ticks - low / ticks)
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        return cls(low, high, tuple(number * step for number in range(first, last + 1)), margin)

    @classmethod
    def logarithmic(cls, values: Iterable[float], *, ticks: int = _TICKS, margin: float = 0.0) -> Axis | None:
        """The axis of the values' logarithms; None unless all are positive and they span three decades."""
        finite = [value for value in values if math.isfinite(value)]
        if not finite or min(finite) <= 0:
            return None
        low, high = math.log10(min(finite)), math.log10(max(finite))
        if high - low < _DECADES:
            return None
        step = max(1, math.ceil((high - low) / ticks))
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        marked = tuple(float(number * step) for number in range(first, last + 1))
        return cls(low, high, marked, margin, is_logarithmic=True)

    def place(self, value: float) -> float:
        """Where a value stands, in percent of the width."""
        if self.is_logarithmic:
            value = math.log10(value)
        return self._place(value)

    def at(self, value: float) -> str:
        """The same as an attribute."""
        return f"{self.place(value):.2f}%"

    def tick_places(self) -> list[tuple[float, str]]:
        """Where each tick stands, in percent of the width, and what it is called."""
        return [(self._place(tick), self.label(tick)) for tick in self.ticks]

    def label(self, tick: float) -> str:
        """A tick's value, with as many decimals as the step between ticks needs."""
        if self.is_logarithmic:
            return significant(10.0**tick)
        if Precision.of(max(abs(self.low), abs(self.high)), self.high / 2 - self.low / 2).exponent:
            return significant(tick)
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else self.high - self.low
        decimals = max(0, 1 - math.floor(math.log10(step) + 1e-9))
        text = f"{tick + 0.0:.{decimals}f}"
        if not decimals:
            return text
        spare = min(_zeros(f"{one:.{decimals}f}") for one in (*self.ticks, tick))
        return text[: -spare - (spare == decimals)] if spare else text

    def _place(self, value: float) -> float:
        """Halves are subtracted, since the difference of two doubles may be too large for one."""
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return self.margin + (100.0 - 2 * self.margin) * min(1.0, max(0.0, share))


def _zeros(text: str) -> int:
    """Zeros at the end of a number with decimals."""
    return len(text) - len(text.rstrip("0"))


def _round_step(rough: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough), 10 * power)
