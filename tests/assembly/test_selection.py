"""Which launches count: nobody picks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.assembly.selection import Selection, reported_value, select_runs


def run(name: str, seed: int | None, status: str = "ok") -> dict[str, Any]:
    return {"id": name, "status": status, "seeds": [] if seed is None else [{"value": seed}]}


def selected(runs: list[dict[str, Any]], code: dict[str, str]) -> Selection:
    return select_runs(runs, code, {each["id"]: {} for each in runs})


def test_launches_that_read_another_version_of_the_data_do_not_count() -> None:
    runs = [run("1", 0), run("2", 1), run("3", 2)]
    read = {"1": {"train.csv": "old"}, "2": {"train.csv": "new", "1.npy": "a"}, "3": {"train.csv": "new"}}
    chosen = select_runs(runs, dict.fromkeys("123", "x"), read)
    assert [each["id"] for each in chosen.counting] == ["2", "3"]
    assert chosen.excluded == (("1", "other_data"),)


def test_two_launches_that_count_never_read_two_versions_of_a_file() -> None:
    """Also where the newest launch did not read that file, so that both agree with it."""
    runs = [run("1", 1), run("2", 2), run("3", 3)]
    read = {"1": {"masks": "old"}, "2": {"masks": "new"}, "3": {}}
    chosen = select_runs(runs, dict.fromkeys("123", "x"), read)
    assert [each["id"] for each in chosen.counting] == ["2", "3"]
    assert chosen.excluded == (("1", "other_data"),)


def test_launches_of_one_source_tree_ran_the_same_code() -> None:
    runs = [run("1", 1) | {"code": "code-1"}, run("2", 2) | {"code": "code-1"}]
    chosen = select_runs(runs, {"1": "imported less", "2": "imported more"}, {"1": {}, "2": {}})
    assert chosen.excluded == ()
    runs[0]["code"] = "code-2"
    chosen = select_runs(runs, {"1": "imported less", "2": "imported more"}, {"1": {}, "2": {}})
    assert chosen.excluded == (("1", "other_code"),)


@pytest.mark.requirement("RQ05")
def test_the_newest_launch_of_each_seed_counts_and_the_rest_is_listed() -> None:
    runs = [run("1", 0), run("2", 1, "failed"), run("3", 1), run("4", 0)]
    chosen = selected(runs, dict.fromkeys("1234", "same"))
    assert [each["id"] for each in chosen.counting] == ["4", "3"]
    assert chosen.excluded == (("1", "repeated"), ("2", "failed"))


def test_launches_of_older_code_do_not_count() -> None:
    runs = [run("1", 0), run("2", 1), run("3", 0)]
    chosen = selected(runs, {"1": "old", "2": "old", "3": "new"})
    assert [each["id"] for each in chosen.counting] == ["3"]
    assert chosen.excluded == (("1", "other_code"), ("2", "other_code"))


def test_seeds_are_in_order_of_their_numbers() -> None:
    runs = [run("1", 10), run("2", 9), run("3", 2**70)]
    runs[2]["seeds"] = [{"value": str(2**70)}]
    assert [each["id"] for each in selected(runs, dict.fromkeys("123", "x")).counting] == ["2", "1", "3"]


def test_without_a_seed_one_launch_counts() -> None:
    chosen = selected([run("1", None), run("2", None)], dict.fromkeys("12", "x"))
    assert [each["id"] for each in chosen.counting] == ["2"]


@pytest.mark.requirement("RQ05")
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["ok", "failed", "killed", "interrupted"]),
            st.sampled_from("ab"),
        ),
        max_size=12,
    )
)
def test_every_launch_counts_or_is_excluded_with_a_reason(launches: list[tuple[int, str, str]]) -> None:
    runs = [run(str(index), seed, status) for index, (seed, status, _) in enumerate(launches)]
    code = {str(index): digest for index, (_, _, digest) in enumerate(launches)}
    chosen = selected(runs, code)
    counting = {each["id"] for each in chosen.counting}
    excluded = {name for name, _ in chosen.excluded}
    assert counting | excluded == {each["id"] for each in runs}
    assert not counting & excluded
    seeds = [each["seeds"][0]["value"] for each in chosen.counting]
    assert len(seeds) == len(set(seeds))
    assert len({code[name] for name in counting}) <= 1


def test_the_last_value_is_reported_unless_the_author_says_the_largest() -> None:
    values = [{"value": 0.9, "step": 1}, {"value": 0.8, "step": 3}, {"value": 0.7, "step": 2}]
    assert reported_value(values, None) == {"value": 0.8, "step": 3}
    assert reported_value(values, "max") == {"value": 0.9, "step": 1}
    assert reported_value([{"value": 1.0}, {"value": 2.0}], None) == {"value": 2.0}
    assert reported_value([], None) is None
