"""Bytes and times as people read them; apart from other numbers, for which mathematics has to be loaded."""

from __future__ import annotations

import math

_LONGEST = 100 * 365.25 * 86400


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
