"""What validation says, as data: findings, and what could not be assessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile


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


class Presence(StrEnum):
    """Whether something was found that a submission may have."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing that was looked for in a submission, whether or not it has a manifest.

    Attributes:
        item: its name for programs, such as `licence`.
        title: its name for people.
        presence: whether it was found.
        detail: what was found, or why it could not be looked for, in one sentence.
        places: where it was found.
    """

    item: str
    title: str
    presence: Presence
    detail: str = ""
    places: tuple[Location, ...] = ()


class Standing(StrEnum):
    """What the evidence says of an answer to a checklist's question."""

    CONFLICTS = "conflicts"
    NOT_EVIDENCED = "not-evidenced"
    SUPPORTED = "supported"
    NOT_CHECKABLE = "not-checkable"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """One question of a venue's checklist, the authors' answer, and what the evidence says of it.

    Attributes:
        item: number or name of the question in the venue's checklist.
        question: the question in other words than the venue's.
        answer: `yes`, `no`, `partial` or `na`; None where it is not answered.
        standing: what the evidence says.
        reason: why, in one sentence.
        evidence: what the reason rests on.
        justification: what the authors wrote beside their answer.
        place: where the answer was read.
    """

    item: str
    question: str
    answer: str | None
    standing: Standing
    reason: str
    evidence: tuple[Location, ...] = ()
    justification: str = ""
    place: Location | None = None


@dataclass(frozen=True, slots=True)
class CheckedChecklist:
    """A venue's checklist set against the evidence; there is no score.

    Attributes:
        id: venue and year, such as `neurips-2026`.
        name: its name for people.
        source: where the answers were read; empty where there are none.
        answers: its questions, in the venue's order.
    """

    id: str
    name: str
    source: str = ""
    answers: tuple[CheckedAnswer, ...] = ()

    def count(self, standing: Standing) -> int:
        """How many answers stand so."""
        return sum(each.standing is standing for each in self.answers)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a step of a scale asks for.

    Attributes:
        id: its name for programs.
        text: what is asked for, in a few words.
        met: whether it is; None where that could not be told.
        reason: what shows it, or what is missing.
        cost: what it takes to meet it, where it is not met.
        evidence: what the reason rests on.
    """

    id: str
    text: str
    met: bool | None
    reason: str = ""
    cost: str = ""
    evidence: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One level of a scale, or one badge.

    Attributes:
        id: its name for programs.
        name: its name for people.
        label: its short name in the literature, such as `R2`.
        criteria: what it asks for beyond the steps before it.
    """

    id: str
    name: str
    criteria: tuple[Criterion, ...]
    label: str = ""

    @property
    def met(self) -> bool:
        """Whether all that it asks for is there."""
        return all(each.met for each in self.criteria)


@dataclass(frozen=True, slots=True)
class Scale:
    """Levels that a submission can reach, or badges whose criteria it can meet; none is awarded here.

    Attributes:
        id: its name for programs.
        name: its name for people.
        ascending: whether each step asks for the ones before it too; badges do not.
        steps: the lowest first.
    """

    id: str
    name: str
    ascending: bool
    steps: tuple[Step, ...]

    @property
    def reached(self) -> tuple[Step, ...]:
        """The steps that are met; of ascending ones, those up to the first that is not."""
        if not self.ascending:
            return tuple(each for each in self.steps if each.met)
        return tuple(takewhile(lambda each: each.met, self.steps))


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
        observed: what a submission was seen to have; only where it has no manifest, or a policy asks for it.
        checklists: venues' checklists, set against the evidence.
        scales: the levels that were reached, and what the next one asks for.
        without_manifest: whether there was no manifest, so that only files could be looked at.
    """

    subject: str
    findings: tuple[Finding, ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    assessed: tuple[str, ...] = ()
    policy: AppliedPolicy | None = None
    failure: str = ""
    observed: tuple[Observed, ...] = ()
    checklists: tuple[CheckedChecklist, ...] = ()
    scales: tuple[Scale, ...] = ()
    without_manifest: bool = False

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
