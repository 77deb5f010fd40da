"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from reprocrate.finding import Report
from reprocrate.validation import Files, Policy, Subject, domains_asked_for, graded_by, validate_for
from reprocrate.validation.baseline import Baseline, known_by
from reprocrate.validation.fingerprints import fingerprinted
from reprocrate.validation.scales import scales_of
from reprocrate.validation.selection import Selected, selected_by
from reprocrate.workflow.judged_checklists import with_checklists

if TYPE_CHECKING:
    from reprocrate.validation.checklists.answers import FilledChecklist


class Demands(NamedTuple):
    """What is asked for beside the standard.

    Attributes:
        policy: a venue's demands.
        selected: the rules that are asked for, if not all of them.
        baseline: findings that were known before.
        fingerprints: whether findings are to be known again elsewhere.
        checklists: checklists of the subject that the user names, from files elsewhere; those among the
            subject's own files are found without being named.
        papers: where the subject's filled checklist lies, if that is not among its own files.
        asked: names of checklists that are asked for whether or not somebody answered them.
        domains: the fields of research by whose own rules is judged, as the reader asks; None for those that
            the policy names, or else the subject itself shows.
    """

    policy: Policy | None = None
    selected: Selected | None = None
    baseline: Baseline | None = None
    fingerprints: bool = False
    checklists: tuple[FilledChecklist, ...] = ()
    papers: Files | None = None
    asked: tuple[str, ...] = ()
    domains: tuple[str, ...] | None = None

    @property
    def policy_id(self) -> str:
        """The id of the policy; empty where there is none."""
        return self.policy.id if self.policy else ""


STANDARD = Demands()
"""Nothing beside it."""


def judge(subject: Subject, demands: Demands) -> Report:
    """Judge a subject by every rule, and by all that is asked for beside them.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
        UsageError: there is no such checklist.
    """
    policy = demands.policy
    if demands.domains is not None:
        asked = domains_asked_for(demands.domains, "it was asked for")
        subject = replace(subject, asked_domains=asked)
    only = demands.selected.applied if demands.selected else None
    found = validate_for(policy, subject, only)
    if only is None:  # by some rules alone neither an answer nor a level can be judged
        found = with_checklists(
            found, subject, demands.checklists, demands.asked, policy, demands.papers or subject.files
        )
        found = found._replace(scales=scales_of(subject, found))
    return _without_known(graded_by(policy, found), subject, demands)


def regrade(report: Report, demands: Demands) -> Report:
    """A report of which no rule was asked, as the policy grades it."""
    return selected_by(demands.selected, graded_by(demands.policy, report))


def _without_known(report: Report, subject: Subject, demands: Demands) -> Report:
    """The report without what is ignored and what was known before."""
    if demands.fingerprints or demands.baseline:
        left_out = fingerprinted([each.finding for each in report.suppressed], subject)
        report = report._replace(
            findings=fingerprinted(report.findings, subject),
            suppressed=tuple(
                each._replace(finding=made) for each, made in zip(report.suppressed, left_out, strict=True)
            ),
        )
    return known_by(demands.baseline, selected_by(demands.selected, report))
