"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reprocrate.finding import Report
from reprocrate.validation import Policy, Subject, graded_by, validate_for
from reprocrate.validation.scales import scales_of


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked for beside the standard.

    Attributes:
        policy: a venue's demands.
    """

    policy: Policy | None = None


STANDARD = Demands()
"""Nothing beside it."""


def judge(subject: Subject, demands: Demands) -> Report:
    """Judge a subject by every rule, and by all that is asked for beside them.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
    """
    found = validate_for(demands.policy, subject)
    report = graded_by(demands.policy, found)
    return replace(report, scales=scales_of(subject, found))


def regrade(report: Report, demands: Demands) -> Report:
    """A report of which no rule was asked, as the policy grades it."""
    return graded_by(demands.policy, report)
