"""Numbers as people read them: as many digits as their spread carries, never fewer than tell values apart."""

from __future__ import annotations

from reprocrate.render.amounts import duration, file_size, memory_size
from reprocrate.statistics import Precision, exact, p_value, significant, with_spread

__all__ = [
    "Precision",
    "duration",
    "exact",
    "file_size",
    "memory_size",
    "p_value",
    "percent",
    "significant",
    "unit_suffix",
    "with_spread",
]


def percent(level: float) -> str:
    """A coverage: `95 %`."""
    return f"{level * 100:.6g} %"


def unit_suffix(unit: str | None) -> str:
    """What follows a number of this unit; nothing for fractions."""
    if unit is None or unit == "fraction":
        return ""
    return " %" if unit == "percent" else f" {unit}"
