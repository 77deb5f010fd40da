"""Texts that by their form name somebody: `identity-formats.json` of the standard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from reprocrate.standard.shipped import shipped_bytes
from reprocrate.standard.words import lines_holding

ORCID = "an ORCID"


class IdentityFormat(NamedTuple):
    """One form.

    Attributes:
        name: what it is, for people.
        holds: a word that each match holds.
        pattern: what finds it.
        exceptions: what a match must not be as a whole.
    """

    name: str
    holds: str
    pattern: re.Pattern[str]
    exceptions: tuple[re.Pattern[str], ...]


class Named(NamedTuple):
    """Where a text names somebody, and what it is."""

    start: int
    end: int
    kind: str


@cache
def identity_formats() -> tuple[IdentityFormat, ...]:
    """Every form that is known here."""
    return tuple(
        IdentityFormat(
            one["name"],
            one["holds"],
            re.compile(one["pattern"], re.ASCII),
            tuple(re.compile(each, re.ASCII | re.IGNORECASE) for each in one["except"]),
        )
        for one in json.loads(shipped_bytes("identity-formats.json"))["formats"]
    )


def identities_by_form(text: str) -> Iterator[Named]:
    """What in a text names somebody by its form alone, ordered by form."""
    for form in identity_formats():
        if form.holds not in text:
            continue
        lines = lines_holding(text, [form.holds])
        for match in (each for line in lines for each in form.pattern.finditer(text, *line)):
            if form.name == ORCID and not has_orcid_check_digit(match[0]):
                continue
            if not any(each.fullmatch(match[0]) for each in form.exceptions):
                yield Named(match.start(), match.end(), form.name)


def has_orcid_check_digit(orcid: str) -> bool:
    """Whether the last digit of an ORCID is the check digit of the others (ISO 7064 MOD 11-2)."""
    total = 0
    digits = orcid.replace("-", "")
    if not digits[:-1].isdecimal():
        return False
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[-1]
