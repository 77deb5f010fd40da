"""What validation says, as data: findings, and what could not be assessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs.

    An `ERROR` breaks a MUST of the specification, a `WARNING` a SHOULD, a `NOTE` tells what would help.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Location:
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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that validation says.

    Attributes:
        code: the rule, `RC` and four digits.
        severity: how much it weighs.
        message: one sentence about this very case, with its values.
        location: where it is.
        fix: what to do about it.
    """

    code: str
    severity: Severity
    message: str
    location: Location = Location()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class NotAssessed:
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


@dataclass(frozen=True, slots=True)
class Regraded:
    """A rule whose findings weigh otherwise than the standard says, because a policy says so.

    Attributes:
        code: the rule.
        standard: what the standard holds its findings to be.
        policy: what the policy holds them to be; None where it leaves them out.
        count: how many findings these are.
    """

    code: str
    standard: Severity
    policy: Severity | None
    count: int


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """The policy that a subject was judged by.

    Attributes:
        id: its identifier.
        standard: version of the standard that it was written for.
        regraded: what it made of findings, in the order of the codes.
    """

    id: str
    standard: str
    regraded: tuple[Regraded, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that validation says about one subject.

    Attributes:
        subject: the name of what was validated, as the user gave it.
        findings: every finding, errors first, then by code and place.
        not_assessed: rules that could not be applied.
        assessed: codes of the rules that were applied, in order.
        policy: the policy that it was judged by, if there was one.
        failure: why the subject could not be judged at all; then nothing else is said.
    """

    subject: str
    findings: tuple[Finding, ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    assessed: tuple[str, ...] = ()
    policy: AppliedPolicy | None = None
    failure: str = ""

    @property
    def valid(self) -> bool:
        """Whether there is no error, and no rule failed that might have found one."""
        return not self.failure and self.count(Severity.ERROR) == 0 and not self.undecided

    @property
    def undecided(self) -> tuple[str, ...]:
        """Codes of the rules that themselves failed and might have found an error."""
        return tuple(each.code for each in self.not_assessed if each.weight is Severity.ERROR)

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def with_findings(self, more: Iterable[Finding]) -> Report:
        """The same report with further findings, in order."""
        return replace(self, findings=in_order([*self.findings, *more]))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by weight, then code, then place, so that a report is the same every time."""
    weight = list(Severity)
    return tuple(
        sorted(findings, key=lambda f: (weight.index(f.severity), f.code, str(f.location), f.message))
    )
