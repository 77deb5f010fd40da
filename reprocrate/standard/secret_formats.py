"""Texts that by their form are secrets: `secret-formats.json` of the standard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from reprocrate.standard.shipped import shipped_bytes

_BOUNDARY = r"(?<![A-Za-z0-9+])"


@dataclass(frozen=True)
class SecretFormat:
    """The form of one issuer's secrets.

    Attributes:
        name: what it is, for people.
        holds: words of which each secret of this form holds one.
        source: the regular expression.
    """

    name: str
    holds: tuple[str, ...]
    source: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when a text holds one of the words."""
        return re.compile(_BOUNDARY + f"(?:{self.source})", re.ASCII)


class Secret(NamedTuple):
    """Where a text holds a secret, and of what kind; never the secret itself."""

    start: int
    end: int
    kind: str


@cache
def secret_formats() -> tuple[SecretFormat, ...]:
    """Every form that is known here."""
    listed = json.loads(shipped_bytes("secret-formats.json"))["formats"]
    return tuple(SecretFormat(one["name"], tuple(one["holds"]), one["pattern"]) for one in listed)


def forms_possible_in(text: str) -> tuple[SecretFormat, ...]:
    """The forms of which the text holds a word: no secret of another form is in it, nor in any part of it."""
    possible = {form.source for word, form in _words() if word in text}
    return tuple(form for form in secret_formats() if form.source in possible) if possible else ()


@cache
def _words() -> tuple[tuple[str, SecretFormat], ...]:
    """Every word with its form."""
    return tuple((word, form) for form in secret_formats() for word in form.holds)


def secrets_by_form(text: str, forms: Iterable[SecretFormat] | None = None) -> Iterator[Secret]:
    """The secrets in a text that are told by their form alone, ordered by form.

    Args:
        text: where to look.
        forms: those that are possible, where that is known of a larger text that this one is a part of.
    """
    for form in secret_formats() if forms is None else forms:
        if any(word in text for word in form.holds):
            for match in form.pattern.finditer(text):
                yield Secret(match.start(), match.end(), form.name)
