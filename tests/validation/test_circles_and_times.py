"""References in circles, and times as text, against slower ways of telling the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.validation.circles import in_circles
from reprocrate.validation.times import instant, moment

NAMES = st.integers(0, 7)


def reachable(start: int, references: dict[int, list[int]]) -> set[int]:
    found: set[int] = set()
    waiting = list(references.get(start, []))
    while waiting:
        name = waiting.pop()
        if name not in found and name in references:
            found.add(name)
            waiting.extend(references[name])
    return found


@given(st.dictionaries(NAMES, st.lists(NAMES, max_size=4)))
def test_exactly_the_names_that_lead_back_to_themselves_are_in_circles(
    references: dict[int, list[int]],
) -> None:
    slowly = {name for name in references if name in reachable(name, references)}
    assert in_circles(references) == slowly


def test_a_long_chain_and_a_large_circle_take_no_deep_stack() -> None:
    chain = {number: [number + 1] for number in range(200_000)}
    assert in_circles(chain) == set()
    assert in_circles(chain | {199_999: [0]}) == set(chain)


@given(st.datetimes(), st.datetimes())
def test_timestamps_compare_as_times_do(first: datetime, second: datetime) -> None:
    a, b = (f"{each:%Y-%m-%dT%H:%M:%S.%f}".rjust(26, "0") for each in (first, second))
    assert (instant(f"{a}Z") < instant(f"{b}Z")) is (first < second)
    assert (instant(f"{a}Z") == instant(f"{b}000Z")) is (first == second)


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.integers(-14 * 60, 14 * 60),
    st.integers(-(10**12), 10**12),
)
def test_times_with_offsets_compare_in_utc(start: datetime, one: int, two: int, microseconds: int) -> None:
    first = start.replace(tzinfo=UTC)
    try:
        second = first + timedelta(microseconds=microseconds)
    except OverflowError:
        return
    texts = [
        each.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
        for each, minutes in ((first, one), (second, two))
    ]
    a, b = map(moment, texts)
    assert a is not None
    assert b is not None
    assert a[0] == b[0] == "time"
    assert (a < b) is (first < second)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024", "year"),
        ("2024-05", "month"),
        ("2024-02-29", "day"),
        ("2024-05-31T12:00:00Z", "time"),
        ("2024-05-31t12:00:00.5+02:00", "time"),
        ("2023-02-29", None),
        ("2024-13", None),
        ("2024-05-31T25:00:00Z", None),
        ("2024-05-31T12:00:00", None),  # without an offset nobody knows when
        ("0001-01-01T00:00:00+14:00", None),  # before the calendar
        ("spring 2024", None),
        ("24", None),
        ("٢٠٢٤", None),
        ("", None),
    ],
)
def test_only_forms_that_can_be_compared_are_read(text: str, form: str | None) -> None:
    found = moment(text)
    assert (found[0] if found else None) == form
