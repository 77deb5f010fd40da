"""The first and the last of many times, which are given as texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from reprocrate.validation.times import moment

_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2})(?P<second>:[0-9]{2})?"
    r"(?P<fraction>\.[0-9]{1,9})?(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?")

Key = tuple[str, str | float]
"""The form of a time, and the time in a form in which the earlier one is the smaller."""


class Bound(NamedTuple):
    """The first or the last of the times.

    Attributes:
        key: what it is compared by.
        text: as it is written.
        place: which of the items has it, the first of several.
    """

    key: str | float
    text: str
    place: int


class TimeSpan:
    """From when to when the items are.

    Attributes:
        form: in which they are written; None before the first.
        unread: the first that cannot be compared with those before it, as text and place.
    """

    def __init__(self) -> None:
        self.form: str | None = None
        self.first: Bound | None = None
        self.last: Bound | None = None
        self.unread: tuple[str, int] | None = None
        self._seen = 0

    def extend(self, values: Sequence[bytes]) -> None:
        """Add the times of items; an empty one is none."""
        known: dict[bytes, int] = {}
        for place, value in enumerate(values, self._seen):
            known.setdefault(value, place)
        self._seen += len(values)
        known.pop(b"", None)
        for value, place in known.items():
            self._add(value.decode("utf-8", "replace").strip(), place)

    def _add(self, text: str, place: int) -> None:
        key = time_key(text)
        if key is None or self.form not in (None, key[0]):
            self.unread = self.unread or (text, place)
            return
        self.form, value = key
        # One form has keys of one type, which mypy cannot know.
        if self.first is None or value < self.first.key:  # type: ignore[operator]
            self.first = Bound(value, text, place)
        if self.last is None or value > self.last.key:  # type: ignore[operator]
            self.last = Bound(value, text, place)


def time_key(text: str) -> Key | None:
    """A time as it can be compared with others of its form; None where it is written in another way.

    The forms are numbers (of seconds, steps or years), months, days, times without an offset, and times with
    one, which are taken to UTC.
    """
    if _NUMBER.fullmatch(text):
        return "number", float(text)
    if match := _TIME.fullmatch(text):
        return _clock(match)
    found = moment(text)
    return found if found and found[0] in ("month", "day") else None


def _clock(match: re.Match[str]) -> Key | None:
    second, fraction = match["second"] or ":00", (match["fraction"] or "").rstrip("0").rstrip(".")
    offset = match["offset"]
    if match["fraction"] and not match["second"]:
        return None
    local = f"{match['day']}T{match['clock']}{second}"
    try:
        at = datetime.fromisoformat(local if offset is None else local + offset.upper())
        if offset is None:
            return "time without offset", local + fraction
        return "time", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + fraction
    except (ValueError, OverflowError):
        return None


def is_outside(span: TimeSpan, declared: Iterable[str]) -> Bound | None:
    """The first or last of the times, if it lies before or after what is declared; None where it does not.

    A declared year, month or day holds all that lies in it.

    Raises:
        ValueError: they cannot be compared.
    """
    low, high = (moment(each) for each in declared)
    if low is None or high is None or low[0] != high[0]:
        raise ValueError("the declared times are of no form that can be compared")
    if span.first is None or span.last is None:
        return None
    if _cut(span.first, span.form, low[0]) < _comparable(low):
        return span.first
    return span.last if _cut(span.last, span.form, high[0]) > _comparable(high) else None


_LENGTHS = {"year": 4, "month": 7, "day": 10}
_COARSER = {"month": 1, "day": 2, "time": 3, "time without offset": 3}


def _cut(bound: Bound, form: str | None, declared: str) -> str:
    """A time as coarse as the declared ones are."""
    if form == "number" and declared == "year" and float(bound.key).is_integer():
        return f"{int(bound.key):04}"
    length = _LENGTHS.get(declared)
    fine = _COARSER.get(form or "", 0)
    if length is not None and fine and fine >= (length - 4) // 3:
        return str(bound.key)[:length]
    if declared == "time" and form == "time":
        return str(bound.key)
    raise ValueError(f'"{bound.text}" cannot be compared with a {declared}')


def _comparable(declared: tuple[str, str]) -> str:
    """A declared time as the keys of times with an offset are written."""
    form, text = declared
    if form != "time":
        return text
    day, _, fraction = text.removesuffix("+00:00").partition(".")
    return day + (f".{fraction}".rstrip("0").rstrip("."))
