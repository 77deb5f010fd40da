"""P values as people read them."""

from __future__ import annotations

from reprocrate.statistics import p_value


def test_a_p_value_below_the_level_reads_as_below_it() -> None:
    assert [p_value(p) for p in (0.0494, 0.0497, 0.04996, 0.0499996, 0.05, 0.0501)] == [
        "p = 0.049",
        "p = 0.0497",
        "p < 0.05",
        "p < 0.05",
        "p = 0.05",
        "p = 0.05",
    ]


def test_p_values_have_two_digits_where_they_do() -> None:
    assert [p_value(p) for p in (0.012345, 0.000321, 0.0501, 0.05, 0.00001, 0.9999)] == [
        "p = 0.012",
        "p = 0.00032",
        "p = 0.05",
        "p = 0.05",
        "p < 0.0001",
        "p = 1.0",
    ]
