"""What validation says, as data: findings, what could not be assessed, and what else is told of a subject."""

from __future__ import annotations

from reprocrate.finding.checklists import CheckedAnswer, CheckedChecklist, Standing
from reprocrate.finding.findings import Finding, Location, NotAssessed, Severity, in_order
from reprocrate.finding.report import AppliedPolicy, JudgedDomain, Regraded, Report
from reprocrate.finding.scales import Criterion, Scale, Step
from reprocrate.finding.submissions import Observed, Presence
from reprocrate.finding.suppression import AppliedBaseline, Known, Selection, Suppressed, Suppression

__all__ = [
    "AppliedBaseline",
    "AppliedPolicy",
    "CheckedAnswer",
    "CheckedChecklist",
    "Criterion",
    "Finding",
    "JudgedDomain",
    "Known",
    "Location",
    "NotAssessed",
    "Observed",
    "Presence",
    "Regraded",
    "Report",
    "Scale",
    "Selection",
    "Severity",
    "Standing",
    "Step",
    "Suppressed",
    "Suppression",
    "in_order",
]
