"""The numbers behind a verdict, computed before anything is judged.

Everything needed of the t distribution is in `reprocrate.statistics`; scipy, which costs three quarters of
a second and a hundred megabytes to import, is only the judge of these numbers in the tests.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

from reprocrate.rerun.compare.case import Case
from reprocrate.rerun.compare.deciding import SeedsNeeded, Spread, seeds_needed
from reprocrate.rerun.compare.equivalence import ALPHA, Equivalence
from reprocrate.rerun.compare.items import ItemTest
from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.power import Power, Setup, power
from reprocrate.rerun.compare.samples import Direction, pairs, same_seeds, seeds_agree
from reprocrate.rerun.compare.tolerance import AppliedTolerance, choose_tolerance
from reprocrate.statistics import (
    LEVEL,
    SLACK,
    Difference,
    Interval,
    Precision,
    Summary,
    holm,
    paired,
    sd,
    t_quantile,
    t_tail,
)

FEWEST_FOR_EQUIVALENCE = 3
"""Seeds that each side needs before equivalence can be shown."""

Sign = Literal["better", "worse", "higher", "lower", "equal"]


@numerous()
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
        test: `welch`, or `prediction` for a single seed of the rerun; `mcnemar` or `paired_items` where the
            items of the test set judge a single recorded seed.
        p: two-sided p value of no difference.
        p_holm: the same, corrected for the family of results.
        equivalence: the test of equivalence.
        delta: the margin.
        contradicted_below: the rerun would contradict the original at every margin below this one.
        seeds_needed: how many seeds would decide at the margin, where these do not.
        power: how often a true change would have been called contradicted, where values had to be judged by
            their means.
        items: the test on the items of the test set, for a single recorded seed.
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
    test: Literal["welch", "prediction", "mcnemar", "paired_items"] | None = None
    p: float | None = None
    p_holm: float | None = None
    equivalence: Equivalence | None = None
    delta: float | None = None
    contradicted_below: float | None = None
    seeds_needed: SeedsNeeded | None = None
    power: Power | None = None
    items: ItemTest | None = None

    @property
    def precision(self) -> Precision:
        """How many digits its means are written with, and all that is told of their difference."""
        return _precision(*[(one.mean, one.sd) for one in (self.original, self.rerun) if one is not None])

    @property
    def identical(self) -> bool:
        """Whether every value is the recorded one of its seed, as IEEE doubles."""
        return self.largest_deviation == 0.0

    def equivalent_at(self, delta: float) -> bool:
        """Whether equivalence is shown at this margin."""
        return self.equivalence is not None and self.equivalence.holds_at(delta)

    def contradicted_at(self, delta: float) -> bool:
        """Whether a contradiction is shown at this margin."""
        return is_contradicted(self.contradicted_below, delta)


@lru_cache(maxsize=16)
def _precision(*sides: tuple[float, float | None]) -> Precision:
    """The sentences on one result ask for the same several times."""
    return Precision.of_pair(*sides)


def is_contradicted(below: float | None, delta: float) -> bool:
    """Whether a contradiction at every margin below `below` is one at `delta`."""
    return below is not None and below > delta * (1.0 + SLACK)


def measure(cases: Sequence[Case]) -> list[Figures]:
    """Every number of every case.

    P values are corrected by Holm (1979). Results that are evidence for claims are one family, all others
    another, so that logging many metrics cannot hide a contradiction.
    """
    alone = [_alone(case) for case in cases]
    done: dict[int, Figures] = {}
    for evidence in (True, False):
        family = [index for index, case in enumerate(cases) if case.is_evidence is evidence]
        tested = [(index, p) for index in family if (p := alone[index].get("p")) is not None]
        corrected = dict(zip((index for index, _ in tested), holm(p for _, p in tested), strict=True))
        alpha = ALPHA / max(1, len(tested))
        for index in family:
            alone[index] |= _concluded(cases[index], alone[index], corrected.get(index), alpha)
            done[index] = Figures(**alone[index])
    return [done[index] for index in range(len(cases))]


def at_margin(case: Case, figures: Figures) -> Figures:
    """The same numbers at the case's margin, with the p values of its family as they were."""
    equivalence = (
        None
        if case.unusable or not case.is_computable
        else _equivalence(case, figures.same_seeds, case.delta)
    )
    return replace(figures, delta=case.delta, equivalence=equivalence, seeds_needed=None, power=None)


def _alone(case: Case) -> dict[str, Any]:
    """The numbers that a case has whatever the others are; plain, since thousands are made."""
    original, rerun = case.original, case.rerun
    matched = same_seeds(original, rerun)
    rerun.like(original)
    found: dict[str, Any] = {"same_seeds": matched, "original": original.summary, "rerun": rerun.summary}
    if case.unusable:
        return found
    if matched:
        found |= _seed_by_seed(case)
    if not case.is_computable:
        return found | {"original": None, "rerun": None}
    difference, delta = rerun.mean - original.mean, case.delta
    found["difference"] = difference
    found["sign"] = _sign(difference, original.direction or rerun.direction)
    found["delta"] = delta
    found["equivalence"] = _equivalence(case, matched, delta)
    if len(original.values) > 1:
        found |= _against_prediction(case, difference)
    return found | _by_items(case.items) if case.items else found


def _by_items(items: ItemTest) -> dict[str, Any]:
    return {"test": items.method, "p": items.p, "items": items}


def _sign(difference: float, direction: Direction | None) -> Sign:
    if difference == 0.0:
        return "equal"
    if direction in (Direction.MAXIMIZE, Direction.MINIMIZE):
        return "better" if (difference > 0.0) == (direction is Direction.MAXIMIZE) else "worse"
    return "higher" if difference > 0.0 else "lower"


def _seed_by_seed(case: Case) -> dict[str, Any]:
    x, y = case.original, case.rerun
    tolerance = choose_tolerance(case.tolerance, case.host, case.original.item)
    if seeds_agree(x, y) and x.values == y.values:
        return {"largest_deviation": 0.0, "tolerance": tolerance, "within_tolerance": True}
    matched = pairs(x, y)
    return {
        "largest_deviation": min(max([abs(now - then) for then, now in matched]), sys.float_info.max),
        "tolerance": tolerance,
        "within_tolerance": tolerance.holds(matched),
    }


def _equivalence(case: Case, matched: bool, delta: float | None) -> Equivalence | None:
    x, y = case.original, case.rerun
    if min(len(x.values), len(y.values)) < FEWEST_FOR_EQUIVALENCE:
        return case.items.equivalence(delta) if case.items else None
    if x.is_constant and y.is_constant:
        return Equivalence("constant", None, abs(y.mean - x.mean))
    use_pairs = matched and case.seeds_pair_randomness
    difference = _difference_of_pairs(case) if use_pairs else case.welch
    if difference.method == "constant":
        return Equivalence("constant", None, abs(difference.value))
    p = difference.equivalence_p(delta) if delta is not None else None
    return Equivalence("paired" if use_pairs else "welch", p, difference.equivalence_margin(ALPHA))


def _difference_of_pairs(case: Case) -> Difference:
    recorded, again = zip(*pairs(case.original, case.rerun), strict=True)
    return paired(again, recorded)


def _against_prediction(case: Case, difference: float) -> dict[str, Any]:
    """Where the rerun's mean was to be expected, and how surprising it is."""
    x, y = case.original, case.rerun
    n, k = len(x.values), len(y.values)
    spread = x.sd * math.sqrt(1.0 / n + 1.0 / k)
    half = 0.0 if x.is_constant else t_quantile(0.5 + LEVEL / 2.0, n - 1) * spread
    method: Literal["constant", "t"] = "constant" if x.is_constant else "t"
    found: dict[str, Any] = {
        "prediction": Interval("pi", LEVEL, x.mean - half, x.mean + half, method),
        "outside_prediction": abs(difference) > half * (1.0 + SLACK),
    }
    if x.is_constant and y.is_constant:
        return found
    if k > 1:
        return found | {"test": "welch", "p": case.welch.p}
    return found | {"test": "prediction", "p": min(1.0, 2.0 * t_tail(abs(difference) / spread, n - 1))}


def _concluded(case: Case, alone: dict[str, Any], p_holm: float | None, alpha: float) -> dict[str, Any]:
    """What follows from the corrected p value: which margins it contradicts, and what is missing."""
    difference, delta = alone.get("difference"), alone.get("delta")
    judged = "prediction" in alone
    if difference is None or not (judged or "items" in alone):
        return {}
    unlikely = alone.get("p") is None or (p_holm is not None and p_holm < ALPHA)
    surprising = unlikely and (alone["outside_prediction"] if judged else True)
    below = abs(difference) if surprising else None
    found: dict[str, Any] = {"p_holm": p_holm, "contradicted_below": below}
    if delta is None or alone.get("within_tolerance") or not judged:
        return found
    equivalence: Equivalence | None = alone["equivalence"]
    shown = equivalence is not None and equivalence.holds_at(delta)
    if not shown and not is_contradicted(below, delta):
        found["seeds_needed"] = _seeds_needed(case, difference, delta, alpha)
    found["power"] = _power(case, delta, alpha)
    return found


def _power(case: Case, delta: float, alpha: float) -> Power | None:
    sd = case.original.sd
    if case.original.is_constant or sd == 0.0:
        return None
    return power(Setup(len(case.original.values), len(case.rerun.values), sd, delta, alpha), case.advantage)


def _seeds_needed(case: Case, difference: float, delta: float, alpha: float) -> SeedsNeeded | None:
    x, y = case.original, case.rerun
    seen = Spread(
        n=len(x.values),
        k=len(y.values),
        difference=difference,
        sd_original=x.sd,
        sd_rerun=y.sd if len(y.values) > 1 else x.sd,
        sd_pairs=_sd_of_pairs(case),
    )
    return seeds_needed(seen, delta, alpha, ALPHA)


def _sd_of_pairs(case: Case) -> float | None:
    if not case.seeds_pair_randomness or len(case.rerun.values) < 2:
        return None
    if not same_seeds(case.original, case.rerun):
        return None
    return sd([y - x for x, y in pairs(case.original, case.rerun)])
