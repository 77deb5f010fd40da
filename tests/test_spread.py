"""Measures of spread and what counts can be, judged by numpy, scipy, and by trying everything out."""

from __future__ import annotations

import itertools
import math
import struct
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.statistics import (
    finest,
    half_width,
    interquartile_ranges,
    is_informative,
    is_rounded,
    is_share,
    mad,
    mean,
    mean_bounds,
    mean_is_impossible,
    normal_half_width,
    read_printed,
    sd,
    sd_bounds,
    sd_is_impossible,
    shown,
    spreads,
    t_interval,
    value_range,
)

A = (0.912, 0.918, 0.909, 0.921, 0.915)
METHODS = (
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
)

samples = st.lists(st.floats(-1e3, 1e3, allow_nan=False), min_size=2, max_size=15)


@given(samples)
def test_interquartile_range_of_each_definition_is_numpys(values: list[float]) -> None:
    ours = interquartile_ranges(values)
    for method in METHODS:
        low, high = numpy.quantile(values, [0.25, 0.75], method=method)
        assert any(each == pytest.approx(high - low, rel=1e-9, abs=1e-9) for each in ours), method


def test_interquartile_range_of_halves() -> None:
    """The hinges of Tukey's box plot hold the middle value in both halves, those of others in neither."""
    values = [1.0, 2.0, 4.0, 8.0, 16.0]
    assert {8.0 - 2.0, 12.0 - 1.5} <= set(interquartile_ranges(values))


@given(samples)
def test_mad_is_scipys(values: list[float]) -> None:
    assert mad(values) == pytest.approx(float(scipy.stats.median_abs_deviation(values)), rel=1e-9, abs=1e-9)


def test_half_widths_of_the_worked_example() -> None:
    half = half_width(sd(A), 5)
    assert half == pytest.approx(t_interval(A).half_width, rel=1e-12)
    assert (mean(A) - half, mean(A) + half) == pytest.approx((0.90911027, 0.92088973), abs=5e-9)
    assert normal_half_width(sd(A), 5) == pytest.approx(
        1.959963984540054 * 0.00474342 / math.sqrt(5), abs=5e-9
    )
    assert half_width(sd(A), 5, level=0.9) == pytest.approx(
        float(scipy.stats.t.ppf(0.95, 4) * scipy.stats.sem(A)), rel=1e-12
    )


def test_spreads_of_the_worked_example_have_names() -> None:
    named = dict(reversed(list(spreads(A))))
    assert named["sd with ddof 1"] == pytest.approx(0.00474342, abs=5e-9)
    assert named["sd with ddof 0"] == pytest.approx(0.00424264, abs=5e-9)
    assert named["standard error with ddof 1"] == pytest.approx(0.00474342 / math.sqrt(5), abs=5e-9)
    assert named["half-width of the 95 % t interval"] == pytest.approx(0.00588973, abs=5e-9)
    assert named["range"] == value_range(A) == pytest.approx(0.012)
    assert list(spreads([0.9])) == []


@given(samples, st.sampled_from([0, 1]))
def test_bounds_of_mean_and_deviation_hold(values: list[float], ddof: int) -> None:
    low, high, n = min(values), max(values), len(values)
    slack = 1e-9 * max(abs(low), abs(high))
    least, most = sd_bounds(low, high, n, ddof)
    assert least * (1 - 1e-9) - slack <= sd(values, ddof) <= most * (1 + 1e-9) + slack
    assert most <= (high - low) / 2 * math.sqrt(n / (n - ddof)) * (1 + 1e-12)
    smallest, largest = mean_bounds(low, high, n)
    assert smallest - slack <= mean(values) <= largest + slack


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("ddof", [0, 1])
def test_bounds_are_attained(n: int, ddof: int) -> None:
    """By all other values in the middle, by half of them at each end, and by all but one at one end."""
    least, most = sd_bounds(0.0, 1.0, n, ddof)
    assert sd([0.0, 1.0, *[0.5] * (n - 2)], ddof) == pytest.approx(least)
    assert sd([*[0.0] * (n // 2), *[1.0] * (n - n // 2)], ddof) == pytest.approx(most)
    assert mean([0.0, *[1.0] * (n - 1)]) == pytest.approx(mean_bounds(0.0, 1.0, n)[1])


def test_bounds_need_values() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        sd_bounds(0.0, 1.0, 1, 0)
    with pytest.raises(ValueError, match="at least 1"):
        mean_bounds(0.0, 1.0, 0)
    assert mean_bounds(0.2, 0.2, 1) == (0.2, 0.2)


# Counts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit"), [(0.95, "0.01"), (0.9583333333333334, "1e-16"), (95.0, "1"), (1e-05, "1e-5")]
)
def test_recorded_number_shows_its_last_place(value: float, unit: str) -> None:
    assert shown(value).unit == Fraction(unit)
    assert is_rounded(Fraction(unit)) is (Fraction(unit) > Fraction(1, 10**10))


def test_finest_place_is_that_of_all_values() -> None:
    assert finest([0.95, 0.9583, 0.9]) == Fraction(1, 10**4)


@given(st.integers(1, 10**6), st.data())
def test_share_of_items_is_one_however_it_was_computed(items: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, items))
    percent = 100 * k / items
    assert is_share(k / items, items)
    assert is_share(percent, items, 100)
    assert is_share(k * (1 / items), items)
    assert is_share(1 - (items - k) / items, items)
    assert is_share(float(numpy.float32(k) / numpy.float32(items)), items)
    assert is_share(float(numpy.float32(100) * (numpy.float32(k) / numpy.float32(items))), items, 100)
    for decimals in (1, 2, 3, 4):
        rounded = round(k / items, decimals)
        assert is_share(rounded, items, unit=Fraction(1, 10**decimals))


@pytest.mark.parametrize(
    ("value", "items", "scale", "unit"),
    [
        (0.91234, 300, 1, 0),
        (0.912, 300, 1, Fraction(1, 1000)),
        (91.2, 300, 100, Fraction(1, 10)),
        (274.5 / 300, 300, 1, 0),
        (301 / 300, 300, 1, 0),
        (-1 / 300, 300, 1, 0),
        (274 / 300 + 1e-8, 300, 1, 0),
    ],
)
def test_what_no_number_of_items_gives(value: float, items: int, scale: int, unit: Fraction) -> None:
    assert not is_share(value, items, scale, Fraction(unit))


def test_numbers_too_large_for_single_precision_are_judged_as_doubles() -> None:
    with pytest.raises(OverflowError):
        struct.pack("<f", 1e300)
    assert not is_share(1e300, 300)


@pytest.mark.parametrize(
    ("text", "n", "items", "scale", "informative"),
    [
        ("0.95", 1, 99, 1, True),
        ("0.95", 1, 100, 1, False),
        ("95.3", 3, 333, 100, True),
        ("95.3", 5, 200, 100, False),
        ("95.30", 5, 1999, 100, True),
    ],
)
def test_digits_have_to_be_finer_than_the_steps(
    text: str, n: int, items: int, scale: int, informative: bool
) -> None:
    """N n < 10^decimals for fractions, 10^(decimals + 2) for percentages."""
    assert is_informative(read_printed(text), n, items, scale) is informative


def test_grim_of_its_paper() -> None:
    """Brown and Heathers (2017): of 28 whole numbers the mean cannot be 5.19; it can be 5.18 and 5.21."""
    possible = {
        text: not mean_is_impossible(read_printed(text), 28, 7, 7) for text in ("5.18", "5.19", "5.21")
    }
    assert possible == {"5.18": True, "5.19": False, "5.21": True}


@pytest.mark.parametrize(("n", "items"), [(1, 7), (2, 6), (3, 5), (4, 4)])
@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize("ddof", [0, 1])
def test_every_sample_of_counts_is_possible(n: int, items: int, scale: int, ddof: int) -> None:
    """All samples there are, printed with every number of digits and rounded either way at the border."""
    for counts in itertools.combinations_with_replacement(range(items + 1), n):
        values = [scale * k / items for k in counts]
        for decimals in (0, 1, 2, 3, 4):
            for text in _printed(mean([*values]), decimals):
                assert not mean_is_impossible(read_printed(text), n, items, scale)
                if n > ddof:
                    for spread in _printed(sd(values, ddof), decimals):
                        assert not sd_is_impossible(
                            read_printed(text), read_printed(spread), n, items, ddof=ddof, scale=scale
                        ), (counts, text, spread)


def _printed(value: float, decimals: int) -> set[str]:
    """A number rounded half up and half to even."""
    exact = Fraction(value)
    scaled = exact * 10**decimals
    return {
        f"{Decimal(whole).scaleb(-decimals):.{decimals}f}"
        for whole in {round(scaled), math.floor(scaled + Fraction(1, 2))}
    }


def test_impossible_deviations_are_told_from_possible_ones() -> None:
    """Of all deviations that could be printed beside a mean, hardly more are let through than there are."""
    n, items, ddof = 5, 10, 1
    there: dict[str, set[str]] = defaultdict(set)
    for counts in itertools.combinations_with_replacement(range(items + 1), n):
        values = [k / items for k in counts]
        there[f"{mean(values):.3f}"].add(f"{sd(values, ddof):.3f}")
    accepted = refused = 0
    for text, spreads_there in there.items():
        for thousandths in range(500):
            spread = f"{thousandths / 1000:.3f}"
            if spread in spreads_there:
                continue
            if sd_is_impossible(read_printed(text), read_printed(spread), n, items, ddof=ddof):
                refused += 1
            else:
                accepted += 1
    assert refused > 15 * accepted


def test_deviation_beside_an_impossible_mean_is_not_judged() -> None:
    assert not sd_is_impossible(read_printed("0.123"), read_printed("0.100"), 2, 5, ddof=1)
    assert not sd_is_impossible(read_printed("0.400"), read_printed("0.100"), 1, 5, ddof=1)
