"""Multi-seed mathematics, judged by scipy, closed forms and the worked examples of the specification."""

from __future__ import annotations

import math
import statistics as standard_library
import sys
import warnings
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.statistics import (
    CORRECTIONS,
    Recomputed,
    claimed_rounding,
    cliff_delta,
    cohen_d,
    compare_printed,
    counting,
    iqm,
    is_constant,
    mcnemar,
    mean,
    median,
    paired,
    prediction_interval,
    probability_of_improvement,
    rank,
    read_printed,
    recompute_mean,
    sd,
    se,
    smallest_p_of_labels,
    smallest_p_of_ranks,
    smallest_p_of_signs,
    summarise,
    t_interval,
    t_quantile,
    t_tail,
    welch,
    welch_of,
)

A = (0.912, 0.918, 0.909, 0.921, 0.915)
B = (0.914, 0.917, 0.911, 0.919, 0.913)
DEGREES = (1, 1.3, 2, 2.5, 3, 4, 7.00840584, 10, 29, 79, 80, 81, 333.3, 1e3, 1e4, 1e5, 1e6, 1e8)
TS = (0.1, 0.5, 0.99, 1.0, 1.01, 1.5, 1.8, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
PROBABILITIES = (1e-15, 1e-10, 1e-5, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.7, 0.9, 0.95, 0.975, 0.995)

finite = st.floats(-1e6, 1e6, allow_nan=False)
samples = st.lists(finite, min_size=2, max_size=12)


@pytest.mark.parametrize("df", DEGREES)
def test_t_tail_is_scipys(df: float) -> None:
    for t in TS:
        expected = scipy.stats.t.sf(t, df)
        if expected > 1e-300:
            assert t_tail(t, df) == pytest.approx(expected, rel=1e-12, abs=0)
            assert t_tail(-t, df) == pytest.approx(scipy.stats.t.sf(-t, df), rel=1e-12, abs=0)


@pytest.mark.parametrize("df", DEGREES)
def test_t_quantile_is_scipys(df: float) -> None:
    for p in PROBABILITIES:
        assert t_quantile(p, df) == pytest.approx(float(scipy.stats.t.ppf(p, df)), rel=1e-12, abs=0)


@given(t=st.floats(1e-9, 1e30))
def test_t_tail_has_all_digits_where_a_closed_form_exists(t: float) -> None:
    """For one and two degrees of freedom, also near 0, where scipy itself loses digits."""
    assert t_tail(t, 1) == pytest.approx(math.atan2(1, t) / math.pi, rel=1e-13)
    root = math.sqrt(t * t + 2)
    assert t_tail(t, 2) == pytest.approx(1 / (root * (root + t)), rel=1e-13)


@given(p=st.floats(1e-200, 0.999999), df=st.floats(1, 1e7))
def test_quantile_is_the_inverse_of_the_tail(p: float, df: float) -> None:
    t = t_quantile(p, df)
    assert t_tail(-t, df) == pytest.approx(p, rel=1e-9)


def test_infinite_arguments_have_their_limits() -> None:
    assert t_tail(math.inf, 3) == 0
    assert t_tail(-math.inf, 3) == 1
    assert t_tail(0, 3) == 0.5
    assert t_tail(5e-324, 1e8) == 0.5
    assert t_tail(1.959963984540054, math.inf) == pytest.approx(0.025, rel=1e-12)
    assert t_quantile(0.975, math.inf) == pytest.approx(1.959963984540054, rel=1e-12)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, math.nan])
def test_quantile_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        t_quantile(p, 3)


@pytest.mark.parametrize("df", [0.0, -1.0, math.nan])
def test_degrees_of_freedom_are_positive(df: float) -> None:
    with pytest.raises(ValueError, match="degrees of freedom"):
        t_tail(1.0, df)


def test_summary_of_the_worked_example() -> None:
    summary = summarise(A)
    assert summary.n == 5
    assert summary.mean == pytest.approx(0.915, abs=1e-15)
    assert summary.sd == pytest.approx(0.00474342, abs=5e-9)
    assert sd(A, ddof=0) == pytest.approx(0.00424264, abs=5e-9)
    assert se(A) == pytest.approx(0.00474342 / math.sqrt(5), abs=5e-9)
    assert (summary.min, summary.median, summary.max) == (0.909, 0.915, 0.921)
    assert summary.interval is not None
    assert summary.interval.low == pytest.approx(0.91 - 0.00088973, abs=5e-9)
    assert summary.interval.high == pytest.approx(0.92088973, abs=5e-9)


@pytest.mark.parametrize(("k", "low", "high"), [(5, 0.90667066, 0.92332934), (3, 0.90538211, 0.92461789)])
def test_prediction_interval_of_the_worked_example(k: int, low: float, high: float) -> None:
    interval = prediction_interval(A, k)
    assert interval.kind == "pi"
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-9)


@pytest.mark.parametrize(("n", "half_width"), [(2, 12.7), (3, 3.51), (5, 1.76), (10, 1.01), (20, 0.66)])
def test_what_n_seeds_can_show(n: int, half_width: float) -> None:
    """Half width of the prediction interval for as many seeds again, in standard deviations."""
    values = [float(i) for i in range(n)]
    width = prediction_interval(values, n).half_width / sd(values)
    assert width == pytest.approx(half_width, abs=0.051 if n == 2 else 0.0051)


def test_tests_of_the_worked_example() -> None:
    difference = welch(A, B)
    assert difference.t == pytest.approx(0.07820619, abs=5e-9)
    assert difference.df == pytest.approx(7.00840584, abs=5e-9)
    assert difference.p == pytest.approx(0.93985007, abs=5e-9)
    assert difference.equivalence_p(0.005) == pytest.approx(0.05128726, abs=5e-9)
    assert paired(A, B).equivalence_p(0.005) == pytest.approx(0.00317613, abs=5e-9)


def test_pooling_would_flip_the_verdict_of_the_worked_example() -> None:
    """Statsmodels pools unless told otherwise; the standard never does."""
    from statsmodels.stats.weightstats import ttost_ind

    assert ttost_ind(A, B, -0.005, 0.005)[0] == pytest.approx(0.04868068, abs=5e-9)
    assert ttost_ind(A, B, -0.005, 0.005, usevar="unequal")[0] == pytest.approx(0.05128726, abs=5e-9)
    assert welch(A, B).equivalence_p(0.005) > 0.05


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=9))
def test_mean_and_spread_are_those_of_exact_fractions(values: list[float]) -> None:
    assert mean(values) == standard_library.mean(values)
    for ddof, of in ((1, standard_library.stdev), (0, standard_library.pstdev)):
        try:
            expected = of(values)
        except OverflowError:
            expected = math.inf
        assert sd(values, ddof) == expected


@given(samples, samples)
def test_welch_of_summaries_is_that_of_values(a: list[float], b: list[float]) -> None:
    assert welch_of(summarise(a), summarise(b)) == welch(a, b)


@given(samples, samples)
def test_welch_is_scipys(a: list[float], b: list[float]) -> None:
    if min(sd(a), sd(b)) < 1e-3:
        return  # scipy warns of lost digits
    ours, theirs = welch(a, b), scipy.stats.ttest_ind(a, b, equal_var=False)
    assert ours.t == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
    assert ours.df == pytest.approx(theirs.df, rel=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-7)
    interval, expected = ours.interval(0.9), theirs.confidence_interval(0.9)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-7)


@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=12))
def test_paired_is_scipys(pairs: list[tuple[float, float]]) -> None:
    a, b = zip(*pairs, strict=True)
    if sd([x - y for x, y in pairs]) < 1e-3:
        return
    ours, theirs = paired(a, b), scipy.stats.ttest_rel(a, b)
    assert (ours.t, ours.df) == pytest.approx((theirs.statistic, theirs.df), rel=1e-9, abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-7)


@given(samples, samples, st.floats(0.0, 1e6))
def test_equivalence_is_that_of_statsmodels(a: list[float], b: list[float], margin: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.weightstats import ttost_ind

        if min(sd(a), sd(b)) < 1e-3:
            return
        expected, _, _ = ttost_ind(a, b, -margin, margin, usevar="unequal")
    assert welch(a, b).equivalence_p(margin) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(samples, samples)
def test_equivalence_begins_at_its_margin(a: list[float], b: list[float]) -> None:
    difference = welch(a, b)
    if difference.se < 1e-6 * max(1.0, abs(difference.value)):  # the margin is then lost in the difference
        return
    margin = difference.equivalence_margin(0.05)
    assert difference.equivalence_p(margin) == pytest.approx(0.05, rel=1e-6)
    assert difference.equivalence_p(margin * 1.01) < 0.05 < difference.equivalence_p(margin * 0.99)


def test_constants_differ_by_themselves() -> None:
    difference = welch([0.91] * 5, [0.9] * 5)
    assert difference.method == "constant"
    assert difference.p == 0
    assert difference.interval().low == difference.interval().high == difference.value
    assert difference.equivalence_p(0.01) == 0, "0.91 - 0.9 exceeds 0.01 by rounding only"
    assert difference.equivalence_p(0.009) == 1
    same = paired([0.91] * 5, [0.91] * 5)
    assert (same.t, same.p) == (0, 1)


def test_tiny_and_huge_values_do_not_vanish() -> None:
    tiny, huge = welch([1e-200, 2e-200], [3e-200, 5e-200]), welch([1e200, 2e200], [3e200, 5e200])
    assert tiny.t == pytest.approx(huge.t)
    assert tiny.df == pytest.approx(huge.df)


@given(st.floats(-1e300, 1e300), st.integers(1, 40))
def test_equal_values_have_their_own_mean_and_no_spread(value: float, n: int) -> None:
    values = [value] * n
    assert mean(values) == median(values) == iqm(values) == value
    assert is_constant(values)
    assert sd(values, ddof=0) == 0


@given(samples)
def test_order_of_the_figures(values: list[float]) -> None:
    summary = summarise(values)
    assert summary.min <= summary.median <= summary.max
    assert summary.min <= summary.iqm <= summary.max
    assert summary.min <= summary.mean <= summary.max
    spread, n = summary.max - summary.min, summary.n
    assert summary.sd is not None
    assert spread / math.sqrt(2 * (n - 1)) <= summary.sd * (1 + 1e-12)
    assert summary.sd <= spread * (math.sqrt(n / (n - 1)) / 2) * (1 + 1e-12)


@given(samples, st.randoms())
def test_order_of_the_seeds_does_not_matter(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert summarise(shuffled) == summarise(values)


@given(samples)
def test_iqm_is_the_trimmed_mean(values: list[float]) -> None:
    assert iqm(values) == pytest.approx(scipy.stats.trim_mean(values, 0.25), rel=1e-9, abs=1e-6)
    if len(values) < 4:
        assert iqm(values) == mean(values)


@given(samples)
def test_median_is_the_standard_librarys(values: list[float]) -> None:
    assert median(values) == pytest.approx(standard_library.median(values))


def test_single_value_has_no_spread() -> None:
    summary = summarise([0.9])
    assert (summary.n, summary.mean, summary.sd, summary.interval) == (1, 0.9, None, None)


@pytest.mark.parametrize("values", [[], [0.9, math.nan], [math.inf]])
def test_values_are_finite_and_there(values: list[float]) -> None:
    with pytest.raises(ValueError, match="needed"):
        summarise(values)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 values"):
        t_interval([0.9])
    with pytest.raises(ValueError, match="at least 2 values"):
        welch([0.9], [0.8, 0.9])
    with pytest.raises(ValueError, match="at least one seed"):
        prediction_interval(A, 0)
    with pytest.raises(ValueError, match="pairs"):
        paired(A, B[:3])
    with pytest.raises(ValueError, match="margin"):
        welch(A, B).equivalence_p(-1)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("95.30", "95.295", "95.305"),
        ("95.3", "95.25", "95.35"),
        ("-0.5", "-0.55", "-0.45"),
        ("\N{MINUS SIGN}0.5", "-0.55", "-0.45"),
        (".95", "0.945", "0.955"),
        ("7", "6.5", "7.5"),
        ("1.2e-3", "0.00115", "0.00125"),
        ("1200", "1199.5", "1200.5"),
    ],
)
def test_printed_figure_stands_for_half_a_unit_around_it(text: str, low: str, high: str) -> None:
    printed = read_printed(text)
    assert (printed.low, printed.high) == (Fraction(low), Fraction(high))


@pytest.mark.parametrize("text", ["", "nan", "95.3%", "1,234", "0x10", "1_000", "95.30 ± 0.1", "."])
def test_what_is_no_decimal_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printed decimal number"):
        read_printed(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.915", Recomputed.ROUNDED),
        ("0.92", Recomputed.ROUNDED),
        ("0.91", Recomputed.ROUNDED),
        ("0.9150", Recomputed.ROUNDED),
        ("0.916", Recomputed.DIFFERENT),
        ("0.93", Recomputed.DIFFERENT),
        ("-0.915", Recomputed.DIFFERENT),
    ],
)
def test_printed_mean_recomputes(text: str, expected: Recomputed) -> None:
    assert recompute_mean(text, A) is expected


def test_printed_mean_in_percent() -> None:
    assert recompute_mean("91.50", A, scale=100) is Recomputed.ROUNDED
    assert recompute_mean("91.51", A, scale=100) is Recomputed.DIFFERENT


@pytest.mark.parametrize(("text", "value"), [("0.91", 0.9179), ("-0.91", -0.9179), ("91", 91.99)])
def test_figure_cut_off_is_told_from_a_rounded_one(text: str, value: float) -> None:
    assert compare_printed(text, value) is Recomputed.TRUNCATED


@given(
    st.decimals(-200, 200, places=3).map(str) | st.sampled_from(["0", "1e300", "-1e-320", ".5", "9" * 400]),
    st.sampled_from(["0.499", "0.5", "-0.5", "0.500001", "0.999", "1", "1.001", "-1", "0", "3"]),
    st.sampled_from([0.0, 1e-9, 1e-3, 1e300]),
    st.sampled_from([1.0, 100.0, -1.0, 1e-3, 1e308]),
)
def test_what_is_told_by_doubles_is_what_fractions_say(
    text: str, units: str, slack: float, scale: float
) -> None:
    printed = read_printed(text)
    try:
        value = float((printed.value + Fraction(units) * printed.unit) / Fraction(scale))
    except OverflowError:
        value = sys.float_info.max
    exact, slack_of = Fraction(value) * Fraction(scale), Fraction(slack) * abs(Fraction(scale))
    noise = abs(exact) / 10**12 + slack_of
    if printed.low - noise <= exact <= printed.high + noise:
        expected = Recomputed.ROUNDED
    elif 0 <= abs(exact) + noise - abs(printed.value) < printed.unit and exact * printed.value >= 0:
        expected = Recomputed.TRUNCATED
    else:
        expected = Recomputed.DIFFERENT
    assert compare_printed(text, value, slack, scale=scale) is expected


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.integers(1, 4))
def test_what_python_prints_recomputes(counts: list[int], decimals: int) -> None:
    values = [count / 1000 for count in counts]
    assert recompute_mean(f"{sum(values) / len(values):.{decimals}f}", values) is Recomputed.ROUNDED


# Which values count, and ranks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "selection", "last_k", "places"),
    [
        ([], None, None, []),
        ([(None, 0.5)], "best_validation", None, [0]),
        ([(2, 0.5), (1, 0.9)], None, None, [0]),
        ([(None, 0.5), (None, 0.9)], "last", None, [1]),
        ([(0, 0.5), (None, 0.9)], "last", None, [1]),
        ([(1, 0.5), (2, None), (3, 0.4)], "max", None, [0]),
        ([(1, None), (2, None)], "max", None, [1]),
        ([(1, -5.0), (2, -4.0), (3, -9.0)], "max", None, [1]),
        ([(30, 0.1), (10, 0.3), (20, 0.2)], "mean_last_k", 2, [2, 0]),
        ([(1, 0.1), (2, 0.2)], "mean_last_k", 2, [0, 1]),
    ],
)
def test_which_values_of_a_run_count(points: Any, selection: Any, last_k: Any, places: list[int]) -> None:
    assert counting(points, selection, last_k) == places


@pytest.mark.parametrize(
    ("selection", "last_k"), [("mean_last_k", 3), ("mean_last_k", None), ("best_validation", None)]
)
def test_which_values_count_cannot_always_be_told(selection: str, last_k: int | None) -> None:
    with pytest.raises(LookupError, match=selection):
        counting([(1, 0.1), (2, 0.2)], selection, last_k)


@given(st.lists(st.integers(0, 9).map(lambda tenth: tenth / 10), min_size=1, max_size=12), st.booleans())
def test_ranks_are_those_of_scipy(values: list[float], larger_is_better: bool) -> None:
    ordered = [-value for value in values] if larger_is_better else values
    found = [rank(value, values, larger_is_better=larger_is_better) for value in values]
    assert found == list(scipy.stats.rankdata(ordered))


def test_values_that_rounding_parts_share_a_rank() -> None:
    values = [0.1 + 0.2, 0.3, 0.5]
    assert [rank(value, values, larger_is_better=True) for value in values] == [2.5, 2.5, 1.0]


# Items ------------------------------------------------------------------------------------------------


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_the_exact_test_of_a_fair_coin(first: int, second: int) -> None:
    expected = scipy.stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    assert mcnemar(first, second) == mcnemar(second, first)


# Corrections ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "theirs"), [("bonferroni", "bonferroni"), ("holm", "holm"), ("benjamini_hochberg", "fdr_bh")]
)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_corrections_are_those_of_statsmodels(name: str, theirs: str, p_values: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    with mock.patch(
        "gc.collect"
    ):  # Holm's collects garbage each time, which beside many tests takes a second
        expected = multipletests(p_values, method=theirs)[1]
    assert CORRECTIONS[name](p_values) == pytest.approx(list(expected), abs=1e-12)


def test_a_correction_that_is_none_changes_nothing() -> None:
    assert CORRECTIONS["none"]([0.3, 0.1]) == [0.3, 0.1]


@pytest.mark.parametrize("df", [1.0, 2.0, 4.0, 1e6])
def test_the_smallest_number_is_no_harder_than_nought(df: float) -> None:
    assert t_tail(5e-324, df) == 0.5


TENTHS = st.lists(st.integers(-5, 5).map(lambda tenths: tenths / 10), min_size=1, max_size=8)


@given(TENTHS, TENTHS)
def test_shares_of_pairs_are_those_that_counting_all_pairs_gives(a: list[float], b: list[float]) -> None:
    pairs = [(x, y) for x in a for y in b]
    larger, smaller = sum(x > y for x, y in pairs), sum(x < y for x, y in pairs)
    assert cliff_delta(a, b) == pytest.approx((larger - smaller) / len(pairs))
    better = (larger + (len(pairs) - larger - smaller) / 2) / len(pairs)
    assert probability_of_improvement(a, b) == pytest.approx(better)
    assert probability_of_improvement(a, b, larger_is_better=False) == pytest.approx(1 - better)


def test_probability_of_improvement_is_mann_whitneys_statistic() -> None:
    u = scipy.stats.mannwhitneyu(A, (0.910, 0.912, 0.905, 0.921)).statistic
    assert probability_of_improvement(A, (0.910, 0.912, 0.905, 0.921)) == pytest.approx(u / 20)


@given(TENTHS, TENTHS)
def test_cohens_d_is_the_pooled_t_statistic_times_the_root_of_what_it_is_divided_by(
    a: list[float], b: list[float]
) -> None:
    d = cohen_d(a, b)
    if len(a) + len(b) < 3 or (is_constant(a) and is_constant(b)):
        assert d is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        t = scipy.stats.ttest_ind(a, b).statistic
    assert d == pytest.approx(t * math.sqrt(1 / len(a) + 1 / len(b)), abs=1e-9)


def test_effects_need_values_on_both_sides() -> None:
    for effect in (cliff_delta, probability_of_improvement):
        with pytest.raises(ValueError, match="each side"):
            effect([], A)


@pytest.mark.parametrize("n", range(1, 8))
def test_smallest_p_values_are_those_of_exact_tests_of_samples_that_do_not_overlap(n: int) -> None:
    a, b = [float(i) for i in range(n)], [100.0 + i * i for i in range(n + 2)]
    ranks = scipy.stats.mannwhitneyu(a, b, method="exact").pvalue
    assert smallest_p_of_ranks(n, n + 2) == pytest.approx(ranks)
    assert smallest_p_of_labels(n, n + 2) == pytest.approx(ranks / 2)
    signs = scipy.stats.wilcoxon(a, b[:n], method="exact").pvalue
    assert smallest_p_of_signs(n) == pytest.approx(signs)


def test_smallest_p_values_of_many_values_are_found_at_once() -> None:
    assert smallest_p_of_labels(10**9, 10**9) == 0.0
    assert smallest_p_of_labels(1, 10**9) == pytest.approx(1e-9)
    assert smallest_p_of_ranks(1, 1) == smallest_p_of_signs(1) == 1.0
    assert smallest_p_of_signs(10**9) == 0.0


@pytest.mark.parametrize(
    ("value", "rounding"),
    [
        (0.92, 0.005),
        (0.9, 0.009),
        (90.0, 0.5),
        (12.0, 0.12),
        (1200.0, 0.5),
        (-0.92, 0.005),
        (0.0, 0.0),
        (3.92e9, 5e6),
        (3e9, 3e7),
    ],
)
def test_a_claimed_number_may_be_off_by_half_its_last_digit_and_one_percent(
    value: float, rounding: float
) -> None:
    assert claimed_rounding(value) == pytest.approx(rounding)
