"""Amounts and lists in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")

_LONGEST = 100 * 365.25 * 86400


def size_text(count: float) -> str:
    """A number of bytes in decimal units: `12.4 MB`."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count /= 1000
        unit += 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_UNITS[unit]}"


def duration_text(seconds: float) -> str:
    """A duration as people say it: `40 s`, `12 min`, `3.5 h`."""
    if seconds > _LONGEST:
        return "over 100 years"
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 1 else "under 1 s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def listed(items: Iterable[str], most: int = 6) -> str:
    """The first few items, and how many more there are."""
    every: Sequence[str] = list(items)
    shown = ", ".join(every[:most])
    return f"{shown} and {len(every) - most} more" if len(every) > most else shown


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 seed`, `5 seeds`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
