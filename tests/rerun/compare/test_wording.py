"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reprocrate.render import numbers
from reprocrate.rerun.compare import wording


@pytest.mark.parametrize("write", [wording.p_value, numbers.p_value])
def test_a_p_value_below_the_level_reads_as_below_it(write: Callable[[float], str]) -> None:
    assert [write(p) for p in (0.0494, 0.0497, 0.04996, 0.0499996, 0.05, 0.0501)] == [
        "p = 0.049",
        "p = 0.0497",
        "p < 0.05",
        "p < 0.05",
        "p = 0.05",
        "p = 0.05",
    ]


def test_p_values_have_two_digits_where_they_do() -> None:
    assert [wording.p_value(p) for p in (0.012345, 0.0501, 0.05, 0.00001)] == [
        "p = 0.012",
        "p = 0.05",
        "p = 0.05",
        "p < 0.0001",
    ]
    assert numbers.p_value(0.0123) == "p = 0.012"
