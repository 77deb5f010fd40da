"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reprocrate.finding import Report
from reprocrate.validation import Policy, Subject, graded_by, validate_for
from reprocrate.validation.baseline import Baseline, known_by
from reprocrate.validation.fingerprints import fingerprinted
from reprocrate.validation.scales import scales_of
from reprocrate.validation.selection import Selected, selected_by


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked for beside the standard.

    Attributes:
        policy: a venue's demands.
        selected: the rules that are asked for, if not all of them.
        baseline: findings that were known before.
        fingerprints: whether findings are to be known again elsewhere.
    """

    policy: Policy | None = None
    selected: Selected | None = None
    baseline: Baseline | None = None
    fingerprints: bool = False


STANDARD = Demands()
"""Nothing beside it."""


def judge(subject: Subject, demands: Demands) -> Report:
    """Judge a subject by every rule, and by all that is asked for beside them.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
    """
    only = demands.selected.applied if demands.selected else None
    found = validate_for(demands.policy, subject, only)
    report = graded_by(demands.policy, found)
    # of some rules alone no level can be told
    scales = scales_of(subject, found) if only is None else ()
    return _without_known(replace(report, scales=scales), subject, demands)


def regrade(report: Report, demands: Demands) -> Report:
    """A report of which no rule was asked, as the policy grades it."""
    return selected_by(demands.selected, graded_by(demands.policy, report))


def _without_known(report: Report, subject: Subject, demands: Demands) -> Report:
    """The report without what is ignored and what was known before."""
    if demands.fingerprints or demands.baseline:
        report = replace(
            report,
            findings=fingerprinted(report.findings, subject),
            suppressed=tuple(
                replace(each, finding=made)
                for each, made in zip(
                    report.suppressed,
                    fingerprinted([each.finding for each in report.suppressed], subject),
                    strict=True,
                )
            ),
        )
    return known_by(demands.baseline, selected_by(demands.selected, report))
