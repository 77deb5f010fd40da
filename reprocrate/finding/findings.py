"""Findings, where they are, and what could not be assessed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding weighs.

    An `ERROR` breaks a MUST of the specification, a `WARNING` a SHOULD, a `NOTE` tells what would help.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Location(NamedTuple):
    """Where a finding points.

    Attributes:
        file: path of the file, relative to what was validated, with forward slashes.
        pointer: JSON Pointer (RFC 6901) into that file; the empty string is the whole document.
        line: line number in that file, counted from 1.
        column: character of that line, counted from 1.
    """

    file: str | None = None
    pointer: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}" + (f":{self.column}" if self.column is not None else "")
        if self.pointer:
            place += f"#{self.pointer}" if place else self.pointer
        return place


class Finding(NamedTuple):
    """One thing that validation says.

    Attributes:
        code: the rule, `RC` and four digits.
        severity: how much it weighs.
        message: one sentence about this very case, with its values.
        location: where it is.
        fix: what to do about it.
        fingerprint: what stays the same of it when something else is edited; empty where nobody asked for it.
    """

    code: str
    severity: Severity
    message: str
    location: Location = Location()
    fix: str = ""
    fingerprint: str = ""


class NotAssessed(NamedTuple):
    """A rule that could not be applied, and why: silence would read as a pass.

    Attributes:
        code: the rule.
        reason: why it could not be applied, or not to the end.
        weight: what its findings would weigh, where the rule itself failed; None where it had nothing to
            judge by.
    """

    code: str
    reason: str
    weight: Severity | None = None

    @property
    def failed(self) -> bool:
        """Whether the rule itself failed, so that nobody knows what it would have found."""
        return self.weight is not None


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by weight, then code, then place, so that a report is the same every time."""
    weight = list(Severity)
    return tuple(
        sorted(findings, key=lambda f: (weight.index(f.severity), f.code, str(f.location), f.message))
    )
