"""Spans of time as people write them: `90s`, `20m`, `1h30m`."""

from __future__ import annotations

import re

from reprocrate.errors import UsageError

_PARTS = re.compile(
    r"(?:(?P<h>[0-9]{1,9}(?:\.[0-9]{1,9})?)h)?(?:(?P<m>[0-9]{1,9}(?:\.[0-9]{1,9})?)m)?"
    r"(?:(?P<s>[0-9]{1,9}(?:\.[0-9]{1,9})?)s)?"
)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def parse_duration(text: str) -> float:
    """Seconds of a span such as `90s`, `20m`, `2h`, `1.5h` or `1h30m`.

    Raises:
        UsageError: it is none, or no time at all.
    """
    match = _PARTS.fullmatch(text.strip().lower().replace(" ", ""))
    given = {unit: float(number) for unit, number in match.groupdict().items() if number} if match else {}
    seconds = sum(number * _SECONDS[unit] for unit, number in given.items())
    if not seconds:
        raise UsageError(
            f'"{text}" is no span of time',
            "it is written with hours, minutes and seconds, in this order and with their letters",
            "For example: 90s, 20m, 2h or 1h30m",
        )
    return seconds
