"""What holds of every verdict, whatever the values."""

from __future__ import annotations

import json
import math
import random
from dataclasses import asdict, replace

from hypothesis import assume, given
from hypothesis import strategies as st

from reprocrate.rerun.compare import (
    Case,
    Claim,
    ClaimOutcome,
    Duel,
    HostDifference,
    Judged,
    Margin,
    Outcome,
    Sample,
    SeedValue,
    judge,
    judge_claim,
)
from reprocrate.rerun.compare.claims import Kind
from reprocrate.rerun.compare.explanation import explain, remarks
from reprocrate.rerun.compare.verdict import result_verdict

values = st.floats(-1e9, 1e9, allow_nan=False)
extremes = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 5e-324, -5e-324, 1.7e308, -1.7e308, 1e300, 1e-290, 0.91]
)
KINDS: tuple[Kind, ...] = ("value", "threshold", "ordering", "gain", "quantified")
tame = st.integers(-1000, 1000).map(lambda value: value / 1000)
statuses = st.sampled_from(["ok", "nan", "failed", "no_value"])


def sample(numbers: list[float], first_seed: int = 0) -> Sample:
    return Sample("m", tuple(SeedValue(str(first_seed + i), value) for i, value in enumerate(numbers)))


@st.composite
def cases(draw: st.DrawFn, numbers: st.SearchStrategy[float] = values) -> Case:
    original = sample(draw(st.lists(numbers, min_size=1, max_size=6)))
    rerun = sample(draw(st.lists(numbers, min_size=1, max_size=6)), draw(st.sampled_from([0, 3, 100])))
    margins = st.builds(Margin, st.sampled_from(["absolute", "relative"]), st.floats(0, 1e6))
    return Case(
        "r",
        "c",
        original,
        rerun,
        asked=tuple(one.seed for one in rerun.seeds),
        margin=draw(st.none() | margins),
        host=draw(st.sampled_from(HostDifference)),
        seeds_pair_randomness=draw(st.booleans()),
        is_evidence=draw(st.booleans()),
        degraded=draw(st.booleans()),
    )


def one(case: Case) -> Judged:
    return judge([case])[0]


@given(cases())
def test_every_verdict_has_a_sentence_and_finite_numbers(case: Case) -> None:
    judged = one(case)
    text = explain(judged)
    assert text[0].isupper()
    assert text.endswith(".")
    assert all(remark.endswith(".") for remark in remarks(judged))
    numbers = judged.figures
    for value in (numbers.difference, numbers.p, numbers.p_holm, numbers.contradicted_below):
        assert value is None or math.isfinite(value)
    assert result_verdict(judged).explanation == text


@given(st.lists(cases(extremes), min_size=1, max_size=3))
def test_no_values_make_the_judge_crash_or_write_what_is_no_json(several: list[Case]) -> None:
    for judged in judge(several):
        document = result_verdict(judged)
        assert explain(judged)[0].isupper()
        plain = asdict(document.numbers) | {"explanation": document.explanation, "remarks": document.remarks}
        json.dumps(plain, allow_nan=False)
        if judged.case.degraded or judged.case.margin is None:
            assert judged.outcome is not Outcome.CONTRADICTED


@given(st.lists(cases(extremes), min_size=2, max_size=2), st.floats(0, 1e3), st.sampled_from(KINDS))
def test_no_values_make_a_claim_crash_or_fail_when_degraded(
    several: list[Case], by: float, kind: Kind
) -> None:
    first, second = (replace(case, id=name) for case, name in zip(several, "ab", strict=True))
    judged = {one.case.id: one for one in judge([first, second])}
    duels = (Duel("a-b", "a", "b"),) if kind in ("ordering", "gain", "quantified") else ()
    claim = Claim(
        "c", "It holds.", kind, results=() if duels else ("a",), duels=duels, by=by, value=by, margin=by
    )
    found = judge_claim(claim, judged)
    assert found.explanation.endswith(".")
    json.dumps([asdict(part) for part in found.parts], allow_nan=False)
    named = [first, second] if duels else [first]
    if any(case.degraded for case in named):
        assert found.outcome is not ClaimOutcome.NOT_UPHELD


@given(cases(), st.randoms(use_true_random=False))
def test_order_of_the_seeds_changes_nothing(case: Case, shuffle: random.Random) -> None:
    def shuffled(of: Sample) -> Sample:
        seeds = list(of.seeds)
        shuffle.shuffle(seeds)
        return replace(of, seeds=tuple(seeds))

    other = replace(case, original=shuffled(case.original), rerun=shuffled(case.rerun))
    assert one(other).outcome is one(case).outcome
    assert one(other).figures == one(case).figures


@given(cases())
def test_identical_exactly_where_every_value_is_the_recorded_double(case: Case) -> None:
    recorded = case.original.by_seed
    equal = all(one.seed in recorded and recorded[one.seed] == one.value for one in case.rerun.seeds)
    assert (one(case).outcome is Outcome.IDENTICAL) == equal


@given(cases())
def test_a_rerun_that_repeats_everything_is_identical(case: Case) -> None:
    asked = tuple(seed.seed for seed in case.original.seeds)
    assert one(replace(case, rerun=case.original, asked=asked)).outcome is Outcome.IDENTICAL


@given(cases(), st.data())
def test_a_seed_without_a_value_is_never_dropped(case: Case, data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(case.asked))
    seeds = tuple(
        SeedValue(each.seed, None, "failed") if each.seed == lost else each for each in case.rerun.seeds
    )
    assert one(replace(case, rerun=replace(case.rerun, seeds=seeds))).outcome is Outcome.FAILED
    gone = tuple(each for each in case.rerun.seeds if each.seed != lost)
    assert one(replace(case, rerun=replace(case.rerun, seeds=gone))).outcome is Outcome.FAILED


@given(cases())
def test_degraded_or_without_a_margin_nothing_is_contradicted(case: Case) -> None:
    assert one(replace(case, degraded=True)).outcome is not Outcome.CONTRADICTED
    without = one(replace(case, margin=None)).outcome
    assert without not in (Outcome.CONTRADICTED, Outcome.EQUIVALENT)


@given(cases(tame))
def test_mirrored_values_get_the_same_verdict(case: Case) -> None:
    def mirrored(of: Sample) -> Sample:
        return replace(of, seeds=tuple(each._replace(value=-(each.value or 0.0)) for each in of.seeds))

    other = one(replace(case, original=mirrored(case.original), rerun=mirrored(case.rerun)))
    assert other.outcome is one(case).outcome


@given(cases(tame))
def test_equivalence_is_symmetric(case: Case) -> None:
    """Of independent samples neither is special, unlike in the tolerance and the prediction interval."""
    case = replace(case, seeds_pair_randomness=False, margin=Margin("absolute", 0.1))
    swapped = replace(
        case,
        original=case.rerun,
        rerun=case.original,
        asked=tuple(each.seed for each in case.original.seeds),
    )
    first, second = one(case).figures.equivalence, one(swapped).figures.equivalence
    if first is None or second is None:
        assert first is second
        return
    assert first.method == second.method
    assert math.isclose(first.from_margin, second.from_margin, rel_tol=1e-9, abs_tol=1e-12)


@given(cases(tame), st.floats(0.001, 2), st.floats(0.001, 2))
def test_a_larger_margin_never_turns_for_the_worse(case: Case, first: float, second: float) -> None:
    small, large = sorted((first, second))
    order = {Outcome.CONTRADICTED: 0, Outcome.INCONCLUSIVE: 1, Outcome.EQUIVALENT: 2}
    at_small = one(replace(case, margin=Margin("absolute", small))).outcome
    at_large = one(replace(case, margin=Margin("absolute", large))).outcome
    assume(at_small in order)
    assert order[at_large] >= order[at_small]


@given(cases(tame), st.integers(-20, 20))
def test_the_unit_does_not_matter(case: Case, power: int) -> None:
    """Powers of two scale doubles exactly."""
    factor = 2.0**power
    assume(case.margin is not None)

    def scaled(of: Sample) -> Sample:
        seeds = [each._replace(value=(each.value or 0.0) * factor) for each in of.seeds]
        return replace(of, seeds=tuple(seeds))

    margin = Margin("absolute", 0.125)
    other = replace(
        case,
        original=scaled(case.original),
        rerun=scaled(case.rerun),
        margin=Margin("absolute", margin.value * factor),
    )
    assert one(other).outcome is one(replace(case, margin=margin)).outcome


@given(st.lists(cases(), min_size=2, max_size=4))
def test_judging_together_can_only_soften(several: list[Case]) -> None:
    """Holm's correction takes contradictions away and adds none."""
    together = judge(several)
    for case, judged in zip(several, together, strict=True):
        alone = one(case)
        if judged.outcome is not alone.outcome:
            assert (alone.outcome, judged.outcome) == (Outcome.CONTRADICTED, Outcome.INCONCLUSIVE)


@given(st.lists(st.tuples(values | st.just(math.nan) | st.just(math.inf), statuses), min_size=1, max_size=5))
def test_any_record_can_be_judged(record: list[tuple[float, str]]) -> None:
    seeds = tuple(SeedValue(str(i), value, status) for i, (value, status) in enumerate(record))
    case = Case("r", "c", Sample("m", seeds), Sample("m", seeds), tuple(each.seed for each in seeds))
    judged = one(case)
    good = all(each.finite for each in seeds)
    some = any(each.finite for each in seeds)
    expected = Outcome.IDENTICAL if good else Outcome.FAILED if some else Outcome.NOT_COMPARABLE
    assert judged.outcome is expected
    json.dumps(result_verdict(judged).explanation, allow_nan=False)


def test_honest_reruns_are_rarely_contradicted_and_real_changes_are_found() -> None:
    """A short form of benchmarks/verdicts.py: five seeds each, margin 1.8 standard deviations."""
    source, counts = random.Random(7), {0.0: 0, 3.0: 0}
    for shift in counts:
        for _ in range(400):
            original = sample([source.gauss(0, 1) for _ in range(5)])
            rerun = sample([source.gauss(shift, 1) for _ in range(5)], 100)
            asked = tuple(each.seed for each in rerun.seeds)
            case = Case("r", "c", original, rerun, asked, margin=Margin("absolute", 1.8))
            counts[shift] += one(case).outcome is Outcome.CONTRADICTED
    assert counts[0.0] <= 6
    assert counts[3.0] >= 350
