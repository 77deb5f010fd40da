"""The verdict on one result: the first of the steps that holds.

The steps and their order are those of the specification's chapter on verdicts. Three conditions together
make a contradiction: on real reruns of reinforcement learning, "outside the old confidence interval" alone
wrongly fails 15 to 22 % of honest reruns, "outside the prediction interval" alone 10 to 14 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from reprocrate.rerun.compare.case import Case
from reprocrate.rerun.compare.figures import Figures, at_margin, measure
from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.samples import Basis, Margin


class Outcome(StrEnum):
    """What a rerun shows about one result."""

    NOT_COMPARABLE = "not_comparable"
    FAILED = "failed"
    RUNS = "runs"
    IDENTICAL = "identical"
    WITHIN_TOLERANCE = "within_tolerance"
    EQUIVALENT = "equivalent"
    CONTRADICTED = "contradicted"
    NOT_ASSESSABLE = "not_assessable"
    INCONCLUSIVE = "inconclusive"

    @property
    def confirms(self) -> bool:
        """Whether it speaks for the recorded result."""
        return self in (Outcome.IDENTICAL, Outcome.WITHIN_TOLERANCE, Outcome.EQUIVALENT)

    @property
    def words(self) -> str:
        """The same for people."""
        return self.value.replace("_", " ")


@numerous()
class Judged:
    """A case with its numbers and its outcome."""

    case: Case
    figures: Figures
    outcome: Outcome


def judge(cases: Sequence[Case]) -> list[Judged]:
    """The outcome of every result of one rerun.

    All results are given at once, since p values are corrected for the family they belong to.
    """
    return [
        Judged(case, figures, _outcome(case, figures))
        for case, figures in zip(cases, measure(cases), strict=True)
    ]


def judge_again(judged: Judged, margin: Margin) -> Judged:
    """The same result at another margin, with the p values of its family as they were."""
    case = replace(judged.case, margin=margin)
    figures = at_margin(case, judged.figures)
    return Judged(case, figures, _outcome(case, figures))


def _outcome(case: Case, figures: Figures) -> Outcome:
    return _without_statistics(case) or _seed_by_seed(figures) or _of_means(case, figures)


def _without_statistics(case: Case) -> Outcome | None:
    if not case.asked and not case.rerun.seeds:
        return Outcome.NOT_ASSESSABLE
    if case.basis is Basis.SMOKE:
        return Outcome.FAILED if case.failures else Outcome.RUNS
    if case.obstacles:
        return Outcome.NOT_COMPARABLE
    return Outcome.FAILED if case.failures or not case.rerun.values else None


def _seed_by_seed(figures: Figures) -> Outcome | None:
    if figures.identical:
        return Outcome.IDENTICAL
    return Outcome.WITHIN_TOLERANCE if figures.within_tolerance else None


def _of_means(case: Case, figures: Figures) -> Outcome:
    if not case.is_computable:
        return Outcome.NOT_ASSESSABLE
    if figures.delta is not None and figures.equivalent_at(figures.delta):
        return Outcome.EQUIVALENT
    if figures.delta is not None and figures.contradicted_at(figures.delta) and not case.degraded:
        return Outcome.CONTRADICTED
    alone = len(case.original.values) == 1 and figures.items is None
    return Outcome.NOT_ASSESSABLE if alone else Outcome.INCONCLUSIVE
