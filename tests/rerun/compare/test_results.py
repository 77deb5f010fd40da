"""The verdict on a result, step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
import scipy.stats

from reprocrate.rerun.compare import (
    Basis,
    Case,
    Direction,
    HostDifference,
    Judged,
    Margin,
    Outcome,
    Sample,
    SeedValue,
    Tolerance,
    judge,
)
from reprocrate.rerun.compare.deciding import _is_rarer
from reprocrate.rerun.compare.explanation import explain, remarks

A = {"0": 0.912, "1": 0.918, "2": 0.909, "3": 0.921, "4": 0.915}
B = {"0": 0.914, "1": 0.917, "2": 0.911, "3": 0.919, "4": 0.913}
OTHER_SEEDS = {"5": 0.914, "6": 0.917, "7": 0.911, "8": 0.919, "9": 0.913}
WORSE = {"5": 0.874, "6": 0.877, "7": 0.871, "8": 0.879, "9": 0.873}
MARGIN = Margin("absolute", 0.01)


def sample(values: Mapping[str | None, float | str], **more: object) -> Sample:
    """A sample; text in place of a value is the reason why there is none."""
    seeds = [
        SeedValue(seed, None, value) if isinstance(value, str) else SeedValue(seed, value)
        for seed, value in values.items()
    ]
    described = Sample("accuracy", tuple(seeds), Direction.MAXIMIZE, "fraction", "test")
    return replace(described, **more)  # type: ignore[arg-type]


def case(
    original: Mapping[str | None, float | str], rerun: Mapping[str | None, float | str], /, **more: object
) -> Case:
    made = Case("wide.accuracy", "wide", sample(original), sample(rerun), asked=tuple(rerun))
    return replace(made, **more)  # type: ignore[arg-type]


def one(this: Case) -> Judged:
    return judge([this])[0]


@pytest.mark.parametrize(
    "change",
    [
        {"metric": "loss"},
        {"unit": "percent"},
        {"split": "validation"},
        {"split": None},
        {"direction": Direction.MINIMIZE},
        {"data_digest": "b" * 64},
    ],
)
def test_other_metric_unit_split_direction_or_data_is_not_comparable(change: dict[str, object]) -> None:
    this = case(A, A, original=sample(A, data_digest="a" * 64), rerun=sample(A, **change))
    judged = one(this)
    assert judged.outcome is Outcome.NOT_COMPARABLE
    assert explain(judged).startswith("It cannot be compared: the ")


def test_what_is_not_declared_on_one_side_does_not_stand_in_the_way() -> None:
    known, unknown = sample(A, data_digest="a" * 64), sample(A, direction=None, data_digest=None)
    assert one(case(A, A, original=known, rerun=unknown)).outcome is Outcome.IDENTICAL


def test_original_without_any_value_is_not_comparable() -> None:
    judged = one(case({"0": "nan", "1": "failed"}, {"0": 0.9, "1": 0.9}))
    assert judged.outcome is Outcome.NOT_COMPARABLE
    assert "no finite value" in explain(judged)


def test_two_values_of_one_seed_are_not_comparable() -> None:
    twice = replace(sample(A), seeds=(*sample(A).seeds, SeedValue("3", 0.5)))
    judged = one(case(A, A, rerun=twice))
    assert judged.outcome is Outcome.NOT_COMPARABLE
    assert "several values for seed 3" in explain(judged)


@pytest.mark.parametrize("reason", ["failed", "killed", "interrupted", "nan", "inf", "-inf", "no_value"])
def test_a_seed_that_crashed_or_left_no_finite_value_fails(reason: str) -> None:
    judged = one(case(A, {**A, "3": reason}))
    assert judged.outcome is Outcome.FAILED
    assert "3" in explain(judged)


@pytest.mark.requirement("RQ07")
def test_a_seed_that_was_asked_for_and_left_no_trace_fails() -> None:
    rerun = {seed: value for seed, value in A.items() if seed != "2"}
    judged = one(case(A, rerun, asked=tuple(A)))
    assert judged.outcome is Outcome.FAILED
    assert explain(judged) == "Seed 2 was not run, so the rerun is not what was asked for."


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_claims_to_be_ok_but_is_not_finite_fails(value: float) -> None:
    assert one(case(A, {**A, "3": value})).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("factor", "said"),
    [(100.0, "a hundred times"), (0.001, "a thousandth of"), (1.02, None), (50.0, None)],
)
def test_values_that_look_like_another_unit_are_hinted_at(factor: float, said: str | None) -> None:
    judged = one(case(A, {seed: value * factor for seed, value in B.items()}, margin=MARGIN))
    found = [text for text in remarks(judged) if "another unit" in text]
    wanted = [f"The rerun's mean is about {said} the recorded one: it may be in another unit."]
    assert found == (wanted if said else [])


def test_nothing_at_all_came_back() -> None:
    assert one(case(A, {}, asked=("0", "1"))).outcome is Outcome.FAILED


def test_a_result_that_was_not_asked_for_is_not_assessable() -> None:
    judged = one(case(A, {}, asked=()))
    assert judged.outcome is Outcome.NOT_ASSESSABLE
    assert explain(judged) == "This rerun was not asked for it."


def test_equal_doubles_are_identical() -> None:
    judged = one(case(A, A))
    assert judged.outcome is Outcome.IDENTICAL
    assert explain(judged) == "All 5 seeds gave exactly the recorded values."
    assert remarks(judged) == ()


def test_order_of_seeds_does_not_matter_for_identical() -> None:
    assert one(case(A, dict(reversed(A.items())))).outcome is Outcome.IDENTICAL


def test_fewer_seeds_may_be_identical_and_it_is_said() -> None:
    judged = one(case(A, {"1": A["1"], "3": A["3"]}))
    assert judged.outcome is Outcome.IDENTICAL
    assert remarks(judged) == (
        "2 of 5 recorded seeds were run again, so the two means are not of the same seeds.",
    )


def test_the_next_double_is_not_identical() -> None:
    judged = one(case(A, {**A, "3": math.nextafter(A["3"], 1.0)}))
    assert judged.outcome is Outcome.WITHIN_TOLERANCE


def test_equal_values_of_other_seeds_are_not_identical() -> None:
    renamed = {str(int(seed) + 10): value for seed, value in A.items()}
    judged = one(case(A, renamed))
    assert not judged.figures.same_seeds
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "The rerun used seeds that the original has no value of." in remarks(judged)


def test_seed_that_the_original_has_no_value_of_cannot_be_identical() -> None:
    judged = one(case({**A, "3": "nan"}, A))
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "The original itself has no value for seed 3." in remarks(judged)


def test_run_without_a_seed_is_matched_only_where_there_is_one_on_each_side() -> None:
    judged = one(case({None: 0.91}, {None: 0.91}))
    assert judged.outcome is Outcome.IDENTICAL
    assert explain(judged) == "The run gave exactly the recorded value."
    twice = replace(sample({}), seeds=(SeedValue(None, 0.91), SeedValue(None, 0.91)))
    assert one(case({}, {}, original=twice, rerun=twice, asked=(None,))).outcome is Outcome.INCONCLUSIVE


def shifted(by: float) -> dict[str | None, float | str]:
    return {seed: value + by for seed, value in A.items()}


@pytest.mark.parametrize(
    ("by", "tolerance", "host", "outcome"),
    [
        (0.0008, None, HostDifference.CPU, Outcome.WITHIN_TOLERANCE),
        (0.0010, None, HostDifference.CPU, Outcome.INCONCLUSIVE),
        (0.0080, None, HostDifference.GPU, Outcome.WITHIN_TOLERANCE),
        (0.0100, None, HostDifference.GPU, Outcome.INCONCLUSIVE),
        (1e-15, None, HostDifference.SAME, Outcome.INCONCLUSIVE),
        (0.0100, Tolerance(atol=0.01), HostDifference.SAME, Outcome.WITHIN_TOLERANCE),
        (0.0008, Tolerance(atol=0.0001), HostDifference.GPU, Outcome.INCONCLUSIVE),
    ],
)
def test_declared_tolerance_wins_else_one_is_assumed_by_the_change_of_machine(
    by: float, tolerance: Tolerance | None, host: HostDifference, outcome: Outcome
) -> None:
    judged = one(case(A, shifted(by), tolerance=tolerance, host=host))
    assert judged.outcome is outcome
    assert ("our assumption" in f"{explain(judged)} {remarks(judged)}") == (tolerance is None)


@pytest.mark.parametrize(
    ("flips", "tolerance", "host", "outcome"),
    [
        (1, None, HostDifference.CPU, Outcome.WITHIN_TOLERANCE),
        (2, None, HostDifference.CPU, Outcome.INCONCLUSIVE),
        (1, Tolerance(rtol=1e-6), HostDifference.CPU, Outcome.WITHIN_TOLERANCE),
        (3, None, HostDifference.GPU, Outcome.WITHIN_TOLERANCE),
        (1, None, HostDifference.SAME, Outcome.INCONCLUSIVE),
    ],
)
def test_a_metric_that_counts_items_may_change_by_one_of_them(
    flips: int, tolerance: Tolerance | None, host: HostDifference, outcome: Outcome
) -> None:
    then = {str(seed): (330 + seed) / 360 for seed in range(5)}
    now = {seed: value - flips / 360 for seed, value in then.items()}
    this = case(then, now, original=sample(then, item=1 / 360), tolerance=tolerance, host=host)
    assert one(this).outcome is outcome


def test_one_seed_outside_the_tolerance_is_enough() -> None:
    assert one(case(A, {**A, "0": A["0"] + 0.01})).outcome is Outcome.INCONCLUSIVE


def test_equivalent_by_welch() -> None:
    judged = one(case(A, OTHER_SEEDS, margin=Margin("absolute", 0.006)))
    assert judged.outcome is Outcome.EQUIVALENT
    equivalence = judged.figures.equivalence
    assert equivalence is not None
    assert equivalence.method == "welch"
    x, y = list(A.values()), list(OTHER_SEEDS.values())
    lower = scipy.stats.ttest_ind([v + 0.006 for v in y], x, equal_var=False, alternative="greater").pvalue
    upper = scipy.stats.ttest_ind([v - 0.006 for v in y], x, equal_var=False, alternative="less").pvalue
    assert equivalence.p == pytest.approx(max(lower, upper))


@pytest.mark.parametrize(
    ("rerun", "pairing", "method", "outcome"),
    [
        (B, False, "welch", Outcome.INCONCLUSIVE),
        (B, True, "paired", Outcome.EQUIVALENT),
        (OTHER_SEEDS, True, "welch", Outcome.INCONCLUSIVE),
    ],
)
def test_paired_only_where_seeds_are_the_same_and_pair_the_randomness(
    rerun: dict[str | None, float | str], pairing: bool, method: str, outcome: Outcome
) -> None:
    """The example of the specification, in which the choice of the test flips the verdict."""
    judged = one(case(A, rerun, margin=Margin("absolute", 0.005), seeds_pair_randomness=pairing))
    assert judged.outcome is outcome
    assert judged.figures.equivalence is not None
    assert judged.figures.equivalence.method == method


@pytest.mark.parametrize(("n", "k"), [(2, 5), (5, 2), (5, 1)])
def test_equivalence_needs_three_seeds_on_each_side(n: int, k: int) -> None:
    then = {str(seed): 0.9 + seed * 1e-5 for seed in range(n)}
    now = {str(seed + 10): 0.9 + seed * 1e-5 for seed in range(k)}
    judged = one(case(then, now, margin=Margin("absolute", 0.5)))
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "equivalence needs at least 3 seeds on each side" in explain(judged)


def test_relative_margin_is_a_share_of_the_originals_mean() -> None:
    loss = {"0": -20.0, "1": -22.0, "2": -21.0}
    judged = one(case(loss, {"3": -20.5, "4": -22.5, "5": -21.5}, margin=Margin("relative", 0.5)))
    assert judged.figures.delta == pytest.approx(10.5)
    assert judged.outcome is Outcome.EQUIVALENT


@pytest.mark.parametrize(
    ("value", "k", "outcome"),
    [
        (0.90, 5, Outcome.EQUIVALENT),
        (0.89, 5, Outcome.CONTRADICTED),
        (0.90, 2, Outcome.INCONCLUSIVE),
        (0.89, 1, Outcome.CONTRADICTED),
    ],
)
def test_constants_are_judged_by_their_difference(value: float, k: int, outcome: Outcome) -> None:
    """Five times 0.91 seems to vary by 1e-16 in floating sums, and 0.91 - 0.90 exceeds 0.01 by rounding."""
    then = {str(seed): 0.91 for seed in range(5)}
    now = {str(seed + 10): value for seed in range(k)}
    judged = one(case(then, now, margin=MARGIN))
    assert judged.outcome is outcome
    assert judged.figures.p is None


def test_contradicted_by_all_three_conditions() -> None:
    judged = one(case(A, WORSE, margin=MARGIN))
    assert judged.outcome is Outcome.CONTRADICTED
    assert judged.figures.sign == "worse"
    assert judged.figures.outside_prediction is True
    assert judged.figures.p == pytest.approx(
        scipy.stats.ttest_ind(list(WORSE.values()), list(A.values()), equal_var=False).pvalue
    )
    assert "0.9150 then, 0.8748 now (-0.0402, worse)" in explain(judged)


@pytest.mark.parametrize(
    ("direction", "sign"), [(Direction.MINIMIZE, "better"), (Direction.TARGET, "lower"), (None, "lower")]
)
def test_sign_follows_the_direction(direction: Direction | None, sign: str) -> None:
    this = case(A, WORSE, original=sample(A, direction=direction), rerun=sample(WORSE, direction=direction))
    assert one(this).figures.sign == sign


def test_within_the_margin_nothing_is_contradicted() -> None:
    judged = one(case(A, WORSE, margin=Margin("absolute", 0.041)))
    assert judged.figures.outside_prediction is True
    assert judged.outcome is Outcome.INCONCLUSIVE


def test_inside_the_prediction_interval_nothing_is_contradicted() -> None:
    """Two seeds can hardly contradict: their prediction interval is 12.7 standard deviations wide."""
    judged = one(case({"0": 0.91, "1": 0.92}, WORSE, margin=Margin("absolute", 0.001)))
    assert judged.figures.outside_prediction is False
    assert judged.outcome is Outcome.INCONCLUSIVE


def test_not_significant_is_not_contradicted() -> None:
    """A rerun whose own seeds scatter does not contradict, though its mean lies outside."""
    wild = {"5": 0.70, "6": 0.99, "7": 0.80, "8": 0.99, "9": 0.75}
    judged = one(case(A, wild, margin=MARGIN))
    assert judged.figures.outside_prediction is True
    assert judged.figures.p_holm is not None
    assert judged.figures.p_holm > 0.05
    assert judged.outcome is Outcome.INCONCLUSIVE


def test_single_seed_of_the_rerun_is_judged_by_the_prediction_intervals_own_t() -> None:
    judged = one(case(A, {"7": 0.87}, margin=MARGIN))
    assert judged.outcome is Outcome.CONTRADICTED
    assert judged.figures.test == "prediction"
    t = (0.915 - 0.87) / (0.00474341649 * math.sqrt(1 + 1 / 5))
    assert judged.figures.p == pytest.approx(2 * scipy.stats.t.sf(t, 4))


@pytest.mark.requirement("RQ09")
def test_degraded_conditions_never_contradict() -> None:
    judged = one(case(A, WORSE, margin=MARGIN, degraded=True))
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "under other conditions that decides nothing" in explain(judged)


def test_without_a_margin_nothing_is_decided_but_it_is_said_which_would() -> None:
    judged = one(case(A, WORSE))
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert judged.figures.contradicted_below == pytest.approx(0.0402)
    assert judged.figures.equivalence is not None
    above, below = judged.figures.equivalence.from_margin, 0.0402
    assert one(case(A, WORSE, margin=Margin("absolute", above * 1.001))).outcome is Outcome.EQUIVALENT
    assert one(case(A, WORSE, margin=Margin("absolute", below * 0.999))).outcome is Outcome.CONTRADICTED
    between = Margin("absolute", (above + below) / 2)
    assert one(case(A, WORSE, margin=between)).outcome is Outcome.INCONCLUSIVE
    assert "No margin is declared" in explain(judged)
    assert "a contradiction for margins below 0.0402" in explain(judged)


@pytest.mark.parametrize("rerun", [{"0": 0.5}, {"7": 0.5}, {"7": 0.5, "8": 0.6, "9": 0.7}])
def test_one_recorded_seed_that_is_not_within_tolerance_is_not_assessable(
    rerun: dict[str | None, float | str],
) -> None:
    judged = one(case({"0": 0.9}, rerun, margin=MARGIN))
    assert judged.outcome is Outcome.NOT_ASSESSABLE
    assert explain(judged).startswith("One recorded seed shows no spread to judge a difference by")


def test_one_recorded_seed_may_be_within_tolerance() -> None:
    assert one(case({"0": 0.9}, {"0": 0.9005})).outcome is Outcome.WITHIN_TOLERANCE


def test_scaled_down_run_shows_only_that_it_runs() -> None:
    judged = one(case(A, {"0": 0.1}, basis=Basis.SMOKE))
    assert judged.outcome is Outcome.RUNS
    assert one(case(A, {"0": "failed"}, basis=Basis.SMOKE)).outcome is Outcome.FAILED


@pytest.mark.parametrize("margin", [0.0045, 0.02])
def test_the_number_of_seeds_that_is_named_decides(margin: float) -> None:
    """Copies of the same seeds keep mean and spread nearly as they are."""
    far = {"5": 0.919, "6": 0.925, "7": 0.916, "8": 0.928, "9": 0.922}
    now = far if margin < 0.01 else {"5": 0.93, "6": 0.90}
    judged = one(case(A, now, margin=Margin("absolute", margin)))
    assert judged.outcome is Outcome.INCONCLUSIVE
    needed = judged.figures.seeds_needed
    assert needed is not None
    assert needed.each is not None
    many = {str(100 + i): list(now.values())[i % len(now)] for i in range(4 * needed.each)}
    more = {str(200 + i): list(A.values())[i % 5] for i in range(4 * needed.each)}
    decided = one(case(more, many, margin=Margin("absolute", margin)))
    assert decided.outcome.value == needed.towards


def test_small_margin_is_called_small_against_the_spread() -> None:
    judged = one(case(A, OTHER_SEEDS, margin=Margin("absolute", 0.001)))
    assert any("small against the spread of the seeds" in remark for remark in remarks(judged))


@pytest.mark.requirement("RQ10")
def test_margin_of_the_reader_is_shown_as_the_readers() -> None:
    judged = one(case(A, OTHER_SEEDS, margin=Margin("absolute", 0.006, "reader")))
    assert "The margin of 0.006 is the reader's." in remarks(judged)


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf])
def test_margins_and_tolerances_are_finite_and_not_negative(value: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        Margin("absolute", value)
    with pytest.raises(ValueError, match="not negative"):
        Tolerance(atol=value)


def slightly_worse(name: str, evidence: bool) -> Case:
    now = {"5": 0.904, "6": 0.907, "7": 0.901, "8": 0.909, "9": 0.903}
    return case(A, now, id=name, margin=Margin("absolute", 0.002), is_evidence=evidence)


def test_holm_corrects_within_the_family_only() -> None:
    """Logging many metrics can hide a contradiction neither in nor behind them."""
    alone = judge([slightly_worse("a", True)])[0]
    assert alone.outcome is Outcome.CONTRADICTED
    assert alone.figures.p_holm == alone.figures.p
    others = [case(A, OTHER_SEEDS, id=f"logged-{i}") for i in range(50)]
    among_logged = judge([slightly_worse("a", True), *others])[0]
    assert among_logged == alone
    family = [replace(other, is_evidence=True) for other in others]
    assert judge([slightly_worse("a", True), *family])[0].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("alpha", [0.05, 0.025, 1e-6])
@pytest.mark.parametrize("df", [1.0, 1.7, 4.0, 8.3, 99.9, 1234.5, 19998.0])
def test_bounds_of_the_t_tail_decide_as_the_tail_does(df: float, alpha: float) -> None:
    border = float(scipy.stats.t.isf(alpha, df))
    for t in (border * factor for factor in (0.1, 0.9, 1 - 1e-9, 1 + 1e-9, 1.1, 10.0)):
        assert _is_rarer(t, df, alpha) is bool(scipy.stats.t.sf(t, df) < alpha)
