"""Times as text, in a form in which the earlier one is the smaller."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

Moment = tuple[str, str]
"""The form of a time and the time, to be compared with others of this form."""

_REMEMBERED = 4096
"""How many times are remembered as they were read: most rules about runs ask for the same ones."""

_LEAP = re.compile(":60$")
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@lru_cache(_REMEMBERED)
def instant(timestamp: str) -> tuple[str, str]:
    """A timestamp of the manifest (RFC 3339 with `Z`), to be compared with others; any number of decimals."""
    moment, _, fraction = timestamp.removesuffix("Z").partition(".")
    return moment, fraction.rstrip("0")


def moment(text: str) -> Moment | None:
    """The precision of a time and the time, to be compared with others of this precision.

    Four forms are read: a year, a month, a day (ISO 8601), and a time with its offset (RFC 3339), which is
    taken to UTC. Everything else gives None, also a day that the calendar does not have.
    """
    if _YEAR.fullmatch(text):
        return "year", text
    if _MONTH.fullmatch(text):
        return "month", text
    try:
        if _DAY.fullmatch(text):
            return "day", date.fromisoformat(text).isoformat()
        if _TIME.fullmatch(text):
            utc = datetime.fromisoformat(text.upper()).astimezone(UTC)
            return "time", utc.isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return None
    return None


@lru_cache(_REMEMBERED)
def seconds(timestamp: str) -> float | None:
    """A timestamp of the manifest as seconds since 1970, to a microsecond; None for a time that is none.

    Second 60 counts as 59, since a leap second has no number of its own.
    """
    text, _, fraction = timestamp.removesuffix("Z").partition(".")
    try:
        whole = datetime.fromisoformat(_LEAP.sub(":59", text)).replace(tzinfo=UTC)
    except ValueError:
        return None
    return whole.timestamp() + float(f"0.{fraction or 0}")
