"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reprocrate.finding import Finding, NotAssessed, Report
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
        checklists: checklists of the subject that the user names, from files elsewhere; those among the
            subject's own files are found without being named.
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
    found = validate_for(demands.policy, subject, only)
    if only is None:  # by some rules alone neither an answer nor a level can be judged
        found = with_checklists(found, subject, demands)
        found = replace(found, scales=scales_of(subject, found))
    return _without_known(graded_by(demands.policy, found), subject, demands)


def with_checklists(report: Report, subject: Subject, demands: Demands) -> Report:
    """An ungraded report with the subject's checklists, and what is to be said of them.

    Raises:
        UsageError: there is no such checklist.
    """
    carried = filled_checklists(subject, demands)
    answered = subject.manifest is not None and subject.manifest.checklists
    required = _required(demands.policy)
    if not (answered or carried or demands.asked or required):
        return report
    from reprocrate.validation.checklists.asking import checklists_of
    from reprocrate.validation.checklists.carried import findings_of, with_requirement
    from reprocrate.validation.checklists.packs import is_pack

    asked = [*demands.asked, *([required] if required and is_pack(required) else [])]
    known = [each for each in carried if each.id]
    checked = checklists_of(subject, report, known, asked)
    found: list[Finding] = []
    for filled in known:
        one = next(each for each in checked if each.id == filled.id and each.source == filled.source)
        found += findings_of(filled, one)
    unread = [NotAssessed("RC1709", reason) for each in carried for reason in each.not_read]
    report = replace(report, checklists=checked, not_assessed=(*report.not_assessed, *unread))
    return with_requirement(report.with_findings(found), required, known, is_bare=subject.is_bare)


def _required(policy: Policy | None) -> str:
    """The checklist that a policy asks for; empty if it asks for none."""
    return str(policy.parameters.get("RC1710", {}).get("required", "")) if policy else ""


def filled_checklists(subject: Subject, demands: Demands) -> tuple[FilledChecklist, ...]:
    """The filled checklists of a submission: those that the user names, else those among its files."""
    from reprocrate.validation.checklists.carriers.search import find_checklists

    named = {each.id for each in demands.checklists}
    found = find_checklists(subject.files) if subject.files is not None else ()
    return (*demands.checklists, *(each for each in found if each.id not in named))


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
