"""Claims: upheld, not upheld or undecided, judged apart from the metrics they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import scipy.stats

from reprocrate.rerun.compare import (
    Basis,
    Case,
    Claim,
    ClaimJudged,
    ClaimOutcome,
    Direction,
    Duel,
    Judged,
    Margin,
    Sample,
    SeedValue,
    judge,
    judge_claim,
)
from reprocrate.rerun.compare.outcomes import judge_again
from reprocrate.statistics import welch

UPHELD, NOT_UPHELD, UNDECIDED = ClaimOutcome
HIGH = (0.96, 0.97, 0.965, 0.955, 0.962)
LOW = (0.92, 0.93, 0.925, 0.915, 0.922)
WIDE = (0.90, 0.99, 0.95, 0.93, 0.98)


def sample(values: Sequence[float | None], direction: Direction | None, metric: str = "accuracy") -> Sample:
    status = {True: "failed", False: "ok"}
    seeds = [SeedValue(str(i), value, status[value is None]) for i, value in enumerate(values)]
    return Sample(metric, tuple(seeds), direction)


def result(
    name: str,
    recorded: Sequence[float],
    rerun: Sequence[float | None] | None = None,
    direction: Direction | None = Direction.MAXIMIZE,
    **more: object,
) -> Judged:
    """A judged result; the rerun repeats the record unless its values are given."""
    again = sample(recorded if rerun is None else rerun, direction)
    asked = tuple(one.seed for one in again.seeds)
    case = Case(name, name, sample(recorded, direction), again, asked, is_evidence=True)
    return judge([replace(case, **more)])[0]  # type: ignore[arg-type]


def verdict(claim: Claim, *results: Judged) -> ClaimJudged:
    return judge_claim(claim, {one.case.id: one for one in results})


def better(by: float = 0.0, **more: object) -> Claim:
    duel = Duel("net-vs-linear", "net", "linear")
    claim = Claim("c", "The net beats the line.", "gain" if by else "ordering", duels=(duel,), by=by)
    return replace(claim, **more)  # type: ignore[arg-type]


def test_p_value_of_a_claim_is_that_at_its_own_margin() -> None:
    """The metric's margin and that of a claim are two questions."""
    again = [value - 0.001 for value in reversed(WIDE)]
    net = result("net", WIDE, again, margin=Margin("absolute", 10.0))
    assert net.outcome.value == "equivalent"
    at_claim = judge_again(net, Margin("absolute", 0.2, "claim"))
    assert at_claim.figures.equivalence is not None
    assert net.figures.equivalence is not None
    assert at_claim.figures.equivalence.p == pytest.approx(welch(again, WIDE).equivalence_p(0.2))
    assert at_claim.figures.equivalence.p != net.figures.equivalence.p
    assert at_claim.figures.equivalence.from_margin == net.figures.equivalence.from_margin


def test_power_of_an_ordering_is_the_chance_to_show_the_recorded_advantage() -> None:
    net, linear = result("net", HIGH), result("linear", LOW)
    part = verdict(better(0.02), net, linear).parts[0]
    difference = welch(HIGH, LOW)
    critical = scipy.stats.t.ppf(0.975, difference.df)
    expected = scipy.stats.norm.sf((0.02 - difference.value) / difference.se + critical)
    assert part.power == pytest.approx(expected)
    tie = verdict(better(0.5), result("net", WIDE), result("linear", LOW)).parts[0]
    assert tie.power is not None
    assert tie.power < 0.05


@pytest.mark.parametrize(
    ("first", "second", "by", "outcome"),
    [
        (HIGH, LOW, 0.0, UPHELD),
        (HIGH, LOW, 0.03, UPHELD),
        (HIGH, LOW, 0.04, UNDECIDED),
        (HIGH, LOW, 0.06, NOT_UPHELD),
        (LOW, HIGH, 0.0, NOT_UPHELD),
        (WIDE, LOW, 0.0, UNDECIDED),
        (HIGH, HIGH, 0.0, UNDECIDED),
    ],
)
def test_ordering_by_the_interval_of_the_difference(
    first: Sequence[float], second: Sequence[float], by: float, outcome: ClaimOutcome
) -> None:
    judged = verdict(better(by), result("net", first), result("linear", second))
    assert judged.outcome is outcome
    part = judged.parts[0]
    assert part.interval is not None
    expected = scipy.stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert (part.interval.low, part.interval.high) == pytest.approx((expected.low, expected.high))
    assert part.bound == by


def test_where_smaller_is_better_the_smaller_one_wins() -> None:
    down = Direction.MINIMIZE
    judged = verdict(better(0.03), result("net", LOW, direction=down), result("linear", HIGH, direction=down))
    assert judged.outcome is UPHELD
    judged = verdict(better(), result("net", HIGH, direction=down), result("linear", LOW, direction=down))
    assert judged.outcome is NOT_UPHELD
    assert "net is worse than linear" in judged.explanation


@pytest.mark.parametrize("direction", [Direction.TARGET, None])
def test_without_better_and_worse_no_ordering_is_decided(direction: Direction | None) -> None:
    net, linear = (result(*one, direction=direction) for one in (("net", HIGH), ("linear", LOW)))
    judged = verdict(better(), net, linear)
    assert judged.outcome is UNDECIDED
    assert "better is not declared" in judged.explanation


def test_ordering_is_judged_on_the_rerun_and_not_on_the_record() -> None:
    judged = verdict(better(), result("net", HIGH, LOW), result("linear", LOW, HIGH))
    assert judged.outcome is NOT_UPHELD


def test_ordering_can_be_upheld_while_both_values_are_contradicted() -> None:
    margin = Margin("absolute", 0.01)
    net = result("net", HIGH, [value - 0.2 for value in HIGH], margin=margin)
    linear = result("linear", LOW, [value - 0.2 for value in LOW], margin=margin)
    assert net.outcome.value == linear.outcome.value == "contradicted"
    assert verdict(better(0.02), net, linear).outcome is UPHELD


def test_pairs_are_used_only_where_seeds_pair_the_randomness() -> None:
    """Values that scatter together: only the difference of the pairs is clear."""
    lower = [value - 0.01 for value in WIDE]
    apart = verdict(better(), result("net", WIDE), result("linear", lower))
    assert apart.outcome is UNDECIDED
    pairing = {"seeds_pair_randomness": True}
    together = verdict(better(), result("net", WIDE, **pairing), result("linear", lower, **pairing))
    assert together.outcome is UPHELD
    linear = result("linear", lower, **pairing)
    renamed = tuple(one._replace(seed=f"1{one.seed}") for one in linear.case.rerun.seeds)
    other_seeds = replace(linear, case=replace(linear.case, rerun=replace(linear.case.rerun, seeds=renamed)))
    assert verdict(better(), result("net", WIDE, **pairing), other_seeds).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("first", "second", "by", "outcome"),
    [
        (0.95, 0.92, 0.03, UPHELD),
        (0.95, 0.92, 0.031, NOT_UPHELD),
        (0.95, 0.92, 0.0, UPHELD),
        (0.92, 0.92, 0.0, NOT_UPHELD),
        (0.92, 0.95, 0.0, NOT_UPHELD),
    ],
)
def test_constants_are_ordered_by_their_values(
    first: float, second: float, by: float, outcome: ClaimOutcome
) -> None:
    """0.95 - 0.92 falls short of 0.03 by rounding only; equal is not better."""
    assert verdict(better(by), result("net", [first] * 3), result("linear", [second] * 3)).outcome is outcome


@pytest.mark.parametrize("rerun", [(0.96,), (0.96, 0.97, None, 0.955, 0.962)])
def test_too_few_seeds_or_a_failed_one_leave_an_ordering_undecided(rerun: Sequence[float | None]) -> None:
    judged = verdict(better(), result("net", HIGH, rerun), result("linear", LOW))
    assert judged.outcome is UNDECIDED
    assert "net" in judged.explanation


def test_results_of_two_metrics_cannot_be_ordered() -> None:
    loss = replace(result("linear", LOW).case, original=sample(LOW, Direction.MAXIMIZE, "loss"))
    loss = replace(loss, rerun=loss.original)
    assert verdict(better(), result("net", HIGH), judge([loss])[0]).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("values", "relation", "bound", "outcome"),
    [
        (HIGH, "at_least", 0.95, UPHELD),
        (HIGH, "at_least", 0.962, UNDECIDED),
        (HIGH, "at_least", 0.98, NOT_UPHELD),
        (HIGH, "at_most", 0.98, UPHELD),
        (HIGH, "at_most", 0.95, NOT_UPHELD),
        (HIGH, None, 0.95, UPHELD),
        ((0.95, 0.95, 0.95), "at_least", 0.95, UPHELD),
        ((0.95, 0.95, 0.95), "at_most", 0.95, UPHELD),
        ((0.95,), "at_least", 0.9, UNDECIDED),
        (HIGH, "at_least", None, UNDECIDED),
    ],
)
def test_threshold_by_the_interval_of_the_mean(
    values: Sequence[float], relation: str | None, bound: float | None, outcome: ClaimOutcome
) -> None:
    claim = Claim("c", "It is high.", "threshold", results=("net",), relation=relation, value=bound)  # type: ignore[arg-type]
    assert verdict(claim, result("net", values)).outcome is outcome
    if relation:  # the specification lets a value with a side be one
        assert verdict(replace(claim, kind="value"), result("net", values)).outcome is outcome


def test_threshold_of_a_metric_to_be_minimized_is_an_upper_bound() -> None:
    claim = Claim("c", "It is low.", "threshold", results=("net",), value=0.98)
    assert verdict(claim, result("net", HIGH, direction=Direction.MINIMIZE)).outcome is UPHELD


@pytest.mark.parametrize(
    ("rerun", "margin", "outcome"),
    [
        (HIGH, None, UPHELD),
        ([value + 1e-6 for value in HIGH], None, UPHELD),
        ([value - 0.2 for value in HIGH], 0.01, NOT_UPHELD),
        ([value - 0.2 for value in HIGH], None, UNDECIDED),
        ([0.96, 0.97, 0.965, 0.955, None], 0.01, UNDECIDED),
        ([value - 0.002 for value in HIGH], 0.05, UPHELD),
    ],
)
def test_value_by_the_verdict_on_its_result(
    rerun: Sequence[float | None], margin: float | None, outcome: ClaimOutcome
) -> None:
    claim = Claim("c", "Accuracy is 0.9624.", "value", results=("net",), value=0.9624, margin=margin)
    assert verdict(claim, result("net", HIGH, rerun)).outcome is outcome


def test_claimed_figure_is_held_against_the_recorded_figure_not_the_mean() -> None:
    claim = Claim("c", "The median is 0.97.", "value", results=("net",), value=0.97)
    judged = result("net", HIGH)
    assert verdict(claim, judged).outcome is NOT_UPHELD
    median = replace(judged, case=replace(judged.case, stated=0.97))
    assert verdict(claim, median).outcome is UPHELD


def test_claim_has_a_margin_of_its_own() -> None:
    net = result("net", HIGH, [value - 0.02 for value in HIGH], margin=Margin("absolute", 0.05))
    assert net.outcome.value == "equivalent"
    claim = Claim("c", "Accuracy is 0.9624.", "value", results=("net",), value=0.9624)
    assert verdict(claim, net).outcome is UPHELD
    assert verdict(replace(claim, margin=0.01), net).outcome is NOT_UPHELD


@pytest.mark.parametrize(
    ("claimed", "margin", "outcome"),
    [
        (0.96, None, UPHELD),
        (0.962, None, UPHELD),
        (0.97, 0.01, UPHELD),
        (0.97, None, NOT_UPHELD),
        (1, None, NOT_UPHELD),
    ],
)
def test_confirmed_record_does_not_uphold_another_value(
    claimed: float, margin: float | None, outcome: ClaimOutcome
) -> None:
    """A claimed value agrees with the record up to its own rounding and the margin."""
    claim = Claim("c", "Accuracy.", "value", results=("net",), value=claimed, margin=margin)
    judged = verdict(claim, result("net", HIGH))
    assert judged.outcome is outcome
    if outcome is NOT_UPHELD:
        assert "confirms the recorded 0.9624" in judged.explanation


@pytest.mark.parametrize(
    ("wins", "ties", "losses", "at_least", "outcome"),
    [
        (3, 0, 1, 3, UPHELD),
        (3, 1, 0, None, UNDECIDED),
        (3, 0, 1, None, NOT_UPHELD),
        (2, 1, 1, 3, UNDECIDED),
        (2, 0, 2, 3, NOT_UPHELD),
        (4, 0, 0, None, UPHELD),
        (0, 0, 4, 1, NOT_UPHELD),
    ],
)
def test_quantified_counts_its_parts(
    wins: int, ties: int, losses: int, at_least: int | None, outcome: ClaimOutcome
) -> None:
    pairs = [(HIGH, LOW)] * wins + [(WIDE, WIDE)] * ties + [(LOW, HIGH)] * losses
    results = [result(f"{side}{i}", pair[side == "b"]) for i, pair in enumerate(pairs) for side in "ab"]
    duels = tuple(Duel(f"d{i}", f"a{i}", f"b{i}") for i in range(len(pairs)))
    judged = verdict(Claim("c", "Best on most.", "quantified", duels=duels, at_least=at_least), *results)
    assert judged.outcome is outcome
    assert len(judged.parts) == len(pairs)
    assert judged.explanation.startswith(f"{wins} of {len(pairs)} parts are upheld, {losses} are not")


def test_degraded_conditions_hold_nothing_against_a_claim() -> None:
    judged = verdict(better(), result("net", LOW, degraded=True), result("linear", HIGH))
    assert judged.outcome is UNDECIDED
    assert judged.explanation.startswith("Under other conditions than the recorded ones")
    assert verdict(better(), result("net", HIGH, degraded=True), result("linear", LOW)).outcome is UPHELD


def test_scaled_down_run_decides_no_claim() -> None:
    net, linear = (result(*one, basis=Basis.SMOKE) for one in (("net", HIGH), ("linear", LOW)))
    assert verdict(better(), net, linear).outcome is UNDECIDED


def test_claim_without_evidence_is_undecided() -> None:
    assert verdict(Claim("c", "Trust us.", "value")).outcome is UNDECIDED
    judged = verdict(better(), result("net", HIGH))
    assert judged.outcome is UNDECIDED
    assert judged.explanation == "The manifest has no result linear."
