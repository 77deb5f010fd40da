"""Numbers carry the digits that their spread allows, and never hide that values differ."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.render import numbers
from reprocrate.render.numbers import Precision

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)
SPREAD = st.floats(min_value=1e-300, max_value=1e12, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "spread", "shown"),
    [
        (0.915, 0.00474342, "0.9150 ± 0.0047"),
        (0.915, 0.0996, "0.92 ± 0.10"),
        (95.3, 1.0, "95.3 ± 1.0"),
        (123456.7, 2345.0, "123457 ± 2345"),
        (0.91, 0.0, "0.91 ± 0"),
        (0.91, 1e-16, "0.91 ± 1.0e-16"),
        (1.234e-9, 1.2e-11, "(1.234 ± 0.012)e-09"),
        (2.5e9, 3.1e7, "(2.500 ± 0.031)e+09"),
        (0.0, 0.012, "0.000 ± 0.012"),
        (-0.0001, 0.012, "0.000 ± 0.012"),
        (0.9138888888888889, None, "0.913889"),
        (360.0, None, "360"),
    ],
)
def test_value_and_spread(value: float, spread: float | None, shown: str) -> None:
    assert numbers.with_spread(value, spread) == shown


@pytest.mark.parametrize(
    ("then", "now", "shown"),
    [
        ((0.91328, 0.0022), (0.91, 0.0048), ("0.9133 ± 0.0022", "0.9100 ± 0.0048", "-0.0033")),
        ((0.298673, 0.0134), (0.35773, 0.0022), ("0.2987 ± 0.0134", "0.3577 ± 0.0022", "+0.0591")),
        ((0.91, 0.01), (0.9, None), ("0.910 ± 0.010", "0.900", "-0.010")),
        ((0.91, 0.01), (0.9, 0.0), ("0.910 ± 0.010", "0.900 ± 0", "-0.010")),
        ((0.9, None), (0.91234, None), ("0.90000", "0.91234", "+0.01234")),
        ((0.5, 0.1), (0.9, 1e-6), ("0.5000 ± 0.1000", "0.9000 ± 1.0e-06", "+0.4000")),
        ((0.5, 0.1), (0.50003, 0.1), ("0.50 ± 0.10", "0.50 ± 0.10", "+3e-05")),
        ((0.5, 0.1), (0.5, 0.1), ("0.50 ± 0.10", "0.50 ± 0.10", "0")),
        ((0.0123, 0.0001), (150.0, 20.0), ("0.012 ± 1.0e-04", "150.000 ± 20.000", "+149.988")),
        ((0.9, 0.1), (-1e8, 1e7), ("0.9 ± 1.0e-01", "-100000000 ± 1.0e+07", "-1e+08")),
        ((1.2e-9, 1e-11), (1.3e-9, 2e-11), ("(1.200 ± 0.010)e-09", "(1.300 ± 0.020)e-09", "+0.100e-09")),
        ((98.0, None), (100.0, None), ("98", "100", "+2")),
    ],
)
def test_both_sides_and_their_difference_have_the_same_decimals(
    then: tuple[float, float | None], now: tuple[float, float | None], shown: tuple[str, str, str]
) -> None:
    digits = Precision.of_pair(then, now)
    told = (numbers.with_spread(*then, digits), numbers.with_spread(*now, digits))
    assert (*told, digits.write_change(now[0] - then[0])) == shown


@given(FINITE, SPREAD, FINITE, SPREAD)
def test_no_side_of_a_pair_loses_its_first_digits(a: float, da: float, b: float, db: float) -> None:
    digits = Precision.of_pair((a, da), (b, db))
    for value, spread in ((a, da), (b, db)):
        if abs(value) > spread:
            assert float(digits.write(value)) == pytest.approx(value, rel=0.051)


def test_an_interval_that_ends_beside_a_bound_is_not_written_as_if_it_ended_there() -> None:
    digits = Precision.of_interval(0.90996, 0.92)
    assert digits.write_interval(0.90996, 0.92) == "[0.9100, 0.9200]"
    assert digits.apart(0.91, 0.90996, 0.92).write_interval(0.90996, 0.92) == "[0.90996, 0.92000]"
    assert digits.apart(0.91, 0.91, 0.92) == digits


@given(FINITE, SPREAD)
def test_spread_is_never_shown_as_nothing(value: float, spread: float) -> None:
    shown = numbers.with_spread(value, spread).partition("±")[2]
    assert re.search("[1-9]", shown)


@given(FINITE, SPREAD)
def test_value_as_shown_is_within_half_a_unit(value: float, spread: float) -> None:
    precision = Precision.of(value, spread)
    if precision.decimals is not None:
        unit = 10.0 ** (precision.exponent - precision.decimals)
        assert float(precision.write(value)) == pytest.approx(value, abs=0.5001 * unit)
        assert unit <= spread


@given(FINITE)
def test_exact_numbers_read_back_as_the_same_double(value: float) -> None:
    assert float(numbers.exact(value)) == value


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.004, "0.00 s"),
        (0.84, "0.84 s"),
        (2.0, "2.0 s"),
        (12.4, "12 s"),
        (59.7, "1 min"),
        (200.0, "3 min 20 s"),
        (7500.0, "2 h 05 min"),
        (86399.0, "1 d"),
        (100000.0, "1 d 4 h"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert numbers.duration(seconds) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (4100, "4.1 kB"),
        (12_000_000, "12 MB"),
        (999_999, "1.0 MB"),
    ],
)
def test_file_sizes_are_decimal(size: int, shown: str) -> None:
    assert numbers.file_size(size) == shown


def test_memory_is_binary() -> None:
    assert numbers.memory_size(16 * 2**30) == "16 GiB"


@pytest.mark.parametrize(
    ("p", "shown"), [(0.93985, "p = 0.94"), (0.00123, "p = 0.0012"), (1e-9, "p < 0.0001"), (1.0, "p = 1.0")]
)
def test_p_values_are_never_nought(p: float, shown: str) -> None:
    assert numbers.p_value(p) == shown


def test_a_sum_of_times_beyond_all_numbers_has_no_length() -> None:
    assert numbers.duration(float("inf")) == "–"


def test_a_p_value_below_the_level_reads_as_below_it() -> None:
    assert [numbers.p_value(p) for p in (0.0494, 0.0497, 0.04996, 0.0499996, 0.05, 0.0501)] == [
        "p = 0.049",
        "p = 0.0497",
        "p < 0.05",
        "p < 0.05",
        "p = 0.05",
        "p = 0.05",
    ]


def test_p_values_have_two_digits_where_they_do() -> None:
    assert [numbers.p_value(p) for p in (0.012345, 0.000321, 0.0501, 0.05, 0.00001, 0.9999)] == [
        "p = 0.012",
        "p = 0.00032",
        "p = 0.05",
        "p = 0.05",
        "p < 0.0001",
        "p = 1.0",
    ]
