"""What deviations, intervals of shares and p values of rank tests can be, with scipy as the judge."""

from __future__ import annotations

import random
import statistics as standard

import pytest
import scipy.stats

from reprocrate.statistics import (
    deviations_of_items,
    finest,
    mann_whitney_bounds,
    most_sd,
    share_interval_is_possible,
    wilcoxon_bounds,
)


@pytest.mark.parametrize("decimals", [1, 2, 15])
def test_p_values_of_rank_tests_are_within_what_the_usual_ways_give(decimals: int) -> None:
    draw = random.Random(decimals)
    for _ in range(12):
        n, k = draw.randint(3, 9), draw.randint(3, 9)
        a = [round(draw.gauss(0.6, 0.3), decimals) for _ in range(n)]
        b = [round(draw.gauss(0.4, 0.3), decimals) for _ in range(k)]
        low, high = mann_whitney_bounds(a, b)
        for method in ("exact", "asymptotic"):
            assert low <= scipy.stats.mannwhitneyu(a, b, method=method).pvalue * (1 + 1e-9)
            assert scipy.stats.mannwhitneyu(a, b, method=method).pvalue <= high * (1 + 1e-9)
        partners = [round(each + draw.gauss(0.1, 0.2), decimals) for each in a]
        differences = [x - y for x, y in zip(a, partners, strict=True)]
        if not any(differences):
            continue
        low, high = wilcoxon_bounds(differences)
        for method in ("exact", "approx"):
            p = scipy.stats.wilcoxon(a, partners, method=method).pvalue
            assert low * (1 - 1e-9) <= p <= high * (1 + 1e-9)


def test_overlapping_values_give_no_small_p_and_separate_ones_no_large_one() -> None:
    assert mann_whitney_bounds([1, 3, 5, 7, 9], [2, 4, 6, 8, 10])[0] > 0.5
    assert mann_whitney_bounds([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])[1] < 0.05
    assert wilcoxon_bounds([0.0, 0.0, 0.0])[1] == 1.0


@pytest.mark.parametrize("right", [0, 1, 192, 249, 250])
@pytest.mark.parametrize(
    ("method", "theirs"), [("wilson", "wilson"), ("wilson", "wilsoncc"), ("clopper_pearson", "exact")]
)
def test_intervals_of_a_share_are_those_of_scipy(right: int, method: str, theirs: str) -> None:
    share = right / 250
    ends = scipy.stats.binomtest(right, 250).proportion_ci(0.9, theirs)
    low, high = float(ends.low), float(ends.high)
    about = (share, share)
    assert share_interval_is_possible(method, (low, high), about, 250, level=0.9, slack=1e-9)
    narrower = (low + 0.2 * (high - low), high - 0.2 * (high - low))
    assert not share_interval_is_possible(method, narrower, about, 250, level=0.9, slack=1e-9)


def test_a_share_that_was_rounded_may_be_any_that_rounds_to_it() -> None:
    ends = scipy.stats.binomtest(192, 250).proportion_ci(0.95, "wilson")
    given = (float(ends.low), float(ends.high))
    assert share_interval_is_possible("wilson", given, (0.765, 0.775), 250)
    assert not share_interval_is_possible("wilson", given, (0.775, 0.785), 250)


def test_deviation_of_items_follows_from_their_share() -> None:
    items = [1.0] * 192 + [0.0] * 58
    least, most = deviations_of_items((0.768, 0.768), 250, 1)
    assert least == most == pytest.approx(standard.stdev(items))
    assert deviations_of_items((0.45, 0.55), 100, 0)[1] == 0.5


@pytest.mark.parametrize("mean", [0.0, 0.1, 0.5, 0.83, 0.98, 1.0])
@pytest.mark.parametrize("n", [2, 3, 4, 9])
def test_largest_deviation_is_that_of_values_at_the_ends_but_for_one(mean: float, n: int) -> None:
    at_the_top = int(n * mean + 1e-9)
    between = [n * mean - at_the_top] if at_the_top < n else []
    values = [1.0] * at_the_top + between + [0.0] * (n - at_the_top - len(between))
    assert most_sd((mean, mean), 0.0, 1.0, n, 1) == pytest.approx(standard.stdev(values), abs=1e-12)


def test_zeros_at_the_end_of_a_large_number_are_lost() -> None:
    assert finest([3.92e9, 4e9]) == 10_000_000
    assert finest([90.0, 100.0]) == 1
