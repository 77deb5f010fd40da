"""All that validation says about one subject."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from reprocrate.finding.checklists import CheckedChecklist
from reprocrate.finding.findings import Finding, NotAssessed, Severity, in_order
from reprocrate.finding.scales import Scale
from reprocrate.finding.submissions import Observed
from reprocrate.finding.suppression import AppliedBaseline, Selection, Suppressed, Suppression


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


class AppliedPolicy(NamedTuple):
    """The policy that a subject was judged by.

    Attributes:
        id: its identifier.
        standard: version of the standard that it was written for.
        regraded: what it made of findings, in the order of the codes.
    """

    id: str
    standard: str
    regraded: tuple[Regraded, ...] = ()


class JudgedDomain(NamedTuple):
    """A field of research whose own rules were applied.

    Attributes:
        id: its name for programs, such as `reinforcement-learning`.
        title: its name for people.
        because: why it was applied, as a clause: `its keyword is "robots"`.
    """

    id: str
    title: str
    because: str


class Report(NamedTuple):
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
        suppressed: findings that do not count, with who says so; they are not among `findings`.
        selection: the rules that were asked for, if not all of them.
        baseline: the findings that were known before, if they were told.
        domains: the fields of research whose own rules were applied, and why; the rules of others were not.
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
    suppressed: tuple[Suppressed, ...] = ()
    selection: Selection | None = None
    baseline: AppliedBaseline | None = None
    domains: tuple[JudgedDomain, ...] = ()
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

    def suppressed_by(self, by: Suppression) -> tuple[Finding, ...]:
        """The findings that one of them leaves out."""
        return tuple(each.finding for each in self.suppressed if each.by is by)

    def with_findings(self, more: Iterable[Finding]) -> Report:
        """The same report with further findings, in order."""
        return self._replace(findings=in_order([*self.findings, *more]))
