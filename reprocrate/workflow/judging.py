"""What a subject is judged by, and how: the rules of the standard, and what a venue asks for beside them."""

from __future__ import annotations

from dataclasses import dataclass

from reprocrate.finding import Report
from reprocrate.validation import Policy, Subject, graded_by, validate_by
from reprocrate.validation.checklists.answers import FilledChecklist


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked for beside the standard.

    Attributes:
        policy: a venue's demands.
        filled: checklists that authors filled in, from files beside the submission.
    """

    policy: Policy | None = None
    filled: tuple[FilledChecklist, ...] = ()


STANDARD = Demands()
"""Nothing beside it."""


def judge(subject: Subject, demands: Demands) -> Report:
    """Judge a subject by every rule, and by all that is asked for beside them.

    Raises:
        UnreadableError: the manifest follows another major version of the standard.
    """
    return validate_by(demands.policy, subject)


def filled_checklists(subject: Subject, demands: Demands) -> tuple[FilledChecklist, ...]:
    """The filled checklists of a submission: those that the user names, else those among its files."""
    from reprocrate.validation.checklists.carriers.search import find_checklists

    named = {each.id for each in demands.filled}
    found = find_checklists(subject.files) if subject.files is not None else ()
    return (*demands.filled, *(each for each in found if each.id not in named))


def regrade(report: Report, demands: Demands) -> Report:
    """A report of which no rule was asked, as the policy grades it."""
    return graded_by(demands.policy, report)
