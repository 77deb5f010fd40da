"""The numbers behind a verdict, computed before anything is judged.

Everything needed of the t distribution is in `reprocrate.statistics`; scipy, which costs three quarters of
a second and a hundred megabytes to import, is only the judge of these numbers in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reprocrate.rerun.compare.case import Case
from reprocrate.rerun.compare.deciding import SeedsNeeded, Spread, seeds_needed
from reprocrate.rerun.compare.samples import Direction, Sample, pairs, same_seeds
from reprocrate.rerun.compare.tolerance import AppliedTolerance, choose_tolerance
from reprocrate.statistics import (
    SLACK,
    Difference,
    Interval,
    Summary,
    holm,
    is_constant,
    paired,
    prediction_interval,
    sd,
    summarise,
    t_tail,
    welch,
)

ALPHA = 0.05
"""Level of every test."""

FEWEST_FOR_EQUIVALENCE = 3
"""Seeds that each side needs before equivalence can be shown."""

Sign = Literal["better", "worse", "higher", "lower", "equal"]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests that the difference of means is smaller than the margin (Schuirmann 1987).

    Attributes:
        method: `welch`, `paired`, or `constant` where no value varies and the difference itself decides.
        p: p value at the margin; `None` without a margin, or where nothing varies.
        from_margin: equivalence would be shown for every margin above this one.
    """

    method: Literal["welch", "paired", "constant"]
    p: float | None
    from_margin: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one comparison, in the metric's unit; `None` where one cannot be had from so few seeds.

    Attributes:
        original: the recorded values in short.
        rerun: the rerun's values in short.
        same_seeds: whether every value of the rerun has a recorded one of its own seed.
        difference: mean of the rerun minus mean of the original.
        sign: the same in words, by the metric's direction.
        largest_deviation: largest difference between two values of one seed.
        tolerance: what each of these differences was held against.
        within_tolerance: whether all of them passed.
        prediction: where the mean of as many seeds as the rerun has was to be expected, at 95 %.
        outside_prediction: whether the rerun's mean lies outside of it.
        test: `welch`, or `prediction` for a single seed of the rerun.
        p: two-sided p value of no difference.
        p_holm: the same, corrected for the family of results.
        equivalence: the test of equivalence.
        delta: the margin.
        contradicted_below: the rerun would contradict the original at every margin below this one.
        seeds_needed: how many seeds would decide at the margin, where these do not.
    """

    original: Summary | None
    rerun: Summary | None
    same_seeds: bool
    difference: float | None = None
    sign: Sign | None = None
    largest_deviation: float | None = None
    tolerance: AppliedTolerance | None = None
    within_tolerance: bool = False
    prediction: Interval | None = None
    outside_prediction: bool | None = None
    test: Literal["welch", "prediction"] | None = None
    p: float | None = None
    p_holm: float | None = None
    equivalence: Equivalence | None = None
    delta: float | None = None
    contradicted_below: float | None = None
    seeds_needed: SeedsNeeded | None = None

    @property
    def identical(self) -> bool:
        """Whether every value is the recorded one of its seed, as IEEE doubles."""
        return self.largest_deviation == 0.0

    def equivalent_at(self, delta: float) -> bool:
        """Whether equivalence is shown at this margin."""
        if self.equivalence is None:
            return False
        if self.equivalence.method == "constant":
            return self.equivalence.from_margin <= delta * (1.0 + SLACK)
        return self.equivalence.from_margin < delta

    def contradicted_at(self, delta: float) -> bool:
        """Whether a contradiction is shown at this margin."""
        return self.contradicted_below is not None and self.contradicted_below > delta * (1.0 + SLACK)


def measure(cases: Sequence[Case]) -> list[Figures]:
    """Every number of every case.

    P values are corrected by Holm (1979). Results that are evidence for claims are one family, all others
    another, so that logging many metrics cannot hide a contradiction.
    """
    figures = [_measure_alone(case) for case in cases]
    for evidence in (True, False):
        family = [index for index, case in enumerate(cases) if case.is_evidence is evidence]
        tested = [(index, p) for index in family if (p := figures[index].p) is not None]
        for (index, _), p_holm in zip(tested, holm(p for _, p in tested), strict=True):
            figures[index] = replace(figures[index], p_holm=p_holm)
        for index in family:
            figures[index] = _concluded(cases[index], figures[index], ALPHA / max(1, len(tested)))
    return figures


def _measure_alone(case: Case) -> Figures:
    original, rerun = case.original, case.rerun
    summaries = (_summary(original), _summary(rerun))
    matched = same_seeds(original, rerun)
    if case.obstacles or not rerun.values:
        return Figures(*summaries, matched)
    difference = rerun.mean - original.mean
    figures = Figures(
        *summaries,
        matched,
        difference=difference,
        sign=_sign(difference, original.direction or rerun.direction),
        delta=case.delta,
        equivalence=_equivalence(case, matched),
    )
    if matched:
        figures = _seed_by_seed(figures, case)
    return _against_prediction(figures, case, difference) if len(original.values) > 1 else figures


def _summary(sample: Sample) -> Summary | None:
    return summarise(sample.values) if sample.values else None


def _sign(difference: float, direction: Direction | None) -> Sign:
    if difference == 0.0:
        return "equal"
    if direction in (Direction.MAXIMIZE, Direction.MINIMIZE):
        return "better" if (difference > 0.0) == (direction is Direction.MAXIMIZE) else "worse"
    return "higher" if difference > 0.0 else "lower"


def _seed_by_seed(figures: Figures, case: Case) -> Figures:
    matched = pairs(case.original, case.rerun)
    tolerance = choose_tolerance(case.tolerance, case.host, case.original.item)
    return replace(
        figures,
        largest_deviation=max(abs(y - x) for x, y in matched),
        tolerance=tolerance,
        within_tolerance=tolerance.holds(matched),
    )


def _equivalence(case: Case, matched: bool) -> Equivalence | None:
    x, y = case.original.values, case.rerun.values
    if min(len(x), len(y)) < FEWEST_FOR_EQUIVALENCE:
        return None
    if is_constant(x) and is_constant(y):
        return Equivalence("constant", None, abs(case.rerun.mean - case.original.mean))
    use_pairs = matched and case.seeds_pair_randomness
    difference = _difference_of_pairs(case) if use_pairs else welch(y, x)
    if difference.method == "constant":
        return Equivalence("constant", None, abs(difference.value))
    p = difference.equivalence_p(case.delta) if case.delta is not None else None
    return Equivalence("paired" if use_pairs else "welch", p, difference.equivalence_margin(ALPHA))


def _difference_of_pairs(case: Case) -> Difference:
    recorded, again = zip(*pairs(case.original, case.rerun), strict=True)
    return paired(again, recorded)


def _against_prediction(figures: Figures, case: Case, difference: float) -> Figures:
    """Where the rerun's mean was to be expected, and how surprising it is."""
    x, y = case.original.values, case.rerun.values
    prediction = prediction_interval(x, len(y))
    outside = abs(difference) > prediction.half_width * (1.0 + SLACK)
    figures = replace(figures, prediction=prediction, outside_prediction=outside)
    if is_constant(x) and is_constant(y):
        return figures
    if len(y) > 1:
        return replace(figures, test="welch", p=welch(y, x).p)
    t = abs(difference) / (sd(x) * math.sqrt(1.0 + 1.0 / len(x)))
    return replace(figures, test="prediction", p=min(1.0, 2.0 * t_tail(t, len(x) - 1)))


def _concluded(case: Case, figures: Figures, alpha: float) -> Figures:
    """What follows from the corrected p value: which margins it contradicts, and what is missing."""
    difference = figures.difference
    if difference is None or figures.prediction is None:
        return figures
    unlikely = figures.p is None or (figures.p_holm is not None and figures.p_holm < ALPHA)
    if figures.outside_prediction and unlikely:
        figures = replace(figures, contradicted_below=abs(difference))
    delta = figures.delta
    if delta is None or figures.equivalent_at(delta) or figures.contradicted_at(delta):
        return figures
    return replace(figures, seeds_needed=_seeds_needed(case, difference, delta, alpha))


def _seeds_needed(case: Case, difference: float, delta: float, alpha: float) -> SeedsNeeded | None:
    x, y = case.original.values, case.rerun.values
    seen = Spread(
        n=len(x),
        k=len(y),
        difference=difference,
        sd_original=sd(x),
        sd_rerun=sd(y) if len(y) > 1 else sd(x),
        sd_pairs=_sd_of_pairs(case),
    )
    return seeds_needed(seen, delta, alpha, ALPHA)


def _sd_of_pairs(case: Case) -> float | None:
    matched = same_seeds(case.original, case.rerun)
    if not (matched and case.seeds_pair_randomness) or len(case.rerun.values) < 2:
        return None
    return sd([y - x for x, y in pairs(case.original, case.rerun)])
