"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reprocrate.finding import Report
from reprocrate.validation import Policy, Subject, domains_asked_for, graded_by, validate_by


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked for beside the standard.

    Attributes:
        policy: a venue's demands.
        domains: the fields of research by whose own rules is judged, as the reader asks; None for those that
            the policy names, or else the subject itself shows.
    """

    policy: Policy | None = None
    domains: tuple[str, ...] | None = None


STANDARD = Demands()
"""Nothing beside it."""


def judge(subject: Subject, demands: Demands) -> Report:
    """Judge a subject by every rule, and by all that is asked for beside them.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
    """
    if demands.domains is not None:
        asked = domains_asked_for(demands.domains, "it was asked for")
        subject = replace(subject, asked_domains=asked)
    return validate_by(demands.policy, subject)


def regrade(report: Report, demands: Demands) -> Report:
    """A report of which no rule was asked, as the policy grades it."""
    return graded_by(demands.policy, report)
