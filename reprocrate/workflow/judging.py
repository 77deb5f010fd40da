"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reprocrate.finding import Finding, Report
from reprocrate.validation import Policy, Subject, graded_by, validate_for
from reprocrate.validation.baseline import Baseline, known_by
from reprocrate.validation.fingerprints import fingerprinted
from reprocrate.validation.scales import scales_of
from reprocrate.validation.selection import Selected, selected_by

if TYPE_CHECKING:
    from reprocrate.validation.checklists.answers import FilledChecklist


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked for beside the standard.

    Attributes:
        policy: a venue's demands.
        selected: the rules that are asked for, if not all of them.
        baseline: findings that were known before.
        fingerprints: whether findings are to be known again elsewhere.
        checklists: checklists of the subject that were read elsewhere than in its manifest.
        asked: names of checklists that are asked for whether or not somebody answered them.
    """

    policy: Policy | None = None
    selected: Selected | None = None
    baseline: Baseline | None = None
    fingerprints: bool = False
    checklists: tuple[FilledChecklist, ...] = ()
    asked: tuple[str, ...] = ()


STANDARD = Demands()
"""Nothing beside it."""


def judge(subject: Subject, demands: Demands) -> Report:
    """Judge a subject by every rule, and by all that is asked for beside them.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
        UsageError: there is no such checklist.
    """
    only = demands.selected.applied if demands.selected else None
    found = with_checklists(validate_for(demands.policy, subject, only), subject, demands)
    report = graded_by(demands.policy, found)
    # of some rules alone no level can be told
    scales = scales_of(subject, found) if only is None else ()
    return _without_known(replace(report, scales=scales), subject, demands)


def with_checklists(report: Report, subject: Subject, demands: Demands) -> Report:
    """An ungraded report with the subject's checklists, and what is to be said of them.

    Raises:
        UsageError: there is no such checklist.
    """
    answered = subject.manifest is not None and subject.manifest.checklists
    required = _required(demands.policy)
    if not (answered or demands.checklists or demands.asked or required):
        return report
    from reprocrate.validation.checklists.asking import checklists_of
    from reprocrate.validation.checklists.carried import findings_of, with_requirement
    from reprocrate.validation.checklists.packs import is_pack

    asked = [*demands.asked, *([required] if required and is_pack(required) else [])]
    checked = checklists_of(subject, report, demands.checklists, asked)
    found: list[Finding] = []
    for filled in demands.checklists:
        one = next(each for each in checked if each.id == filled.id and each.source == filled.source)
        found += findings_of(filled, one)
    report = replace(report, checklists=checked).with_findings(found)
    return with_requirement(report, required, demands.checklists, is_bare=subject.is_bare)


def _required(policy: Policy | None) -> str:
    """The checklist that a policy asks for; empty if it asks for none."""
    return str(policy.parameters.get("RC1710", {}).get("required", "")) if policy else ""


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
