"""Numbers as people read them: as many digits as their spread carries, never fewer than tell values apart."""

from __future__ import annotations

import math

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

_LONGEST = 100 * 365.25 * 86400


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


def _multiple(size: int, base: int, units: tuple[str, ...]) -> str:
    value, unit = float(size), ""
    for unit in units:  # noqa: B007 - the last unit is kept for what is larger still
        value /= base
        if value < base - 0.5:
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
