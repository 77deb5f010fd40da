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
