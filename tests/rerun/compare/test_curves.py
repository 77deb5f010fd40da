"""Learning curves then and now: told beside the verdict, never a part of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.errors import UnreadableError
from reprocrate.manifest.histories import Series, read_histories
from reprocrate.rerun.compare import Verdict
from reprocrate.rerun.compare.curves import CurveComparison
from reprocrate.standard import problems, schema_document
from tests.rerun.compare.test_items import Files, answers, flipped, one_seed
from tests.rerun.compare.test_manifests import Document, experiment, judged

STEPS = range(0, 100, 10)
VALUES = (0.9, 0.91, 0.92)


def history(value: Callable[[int], float | str], steps: Sequence[int] = STEPS, metric: str = "loss") -> bytes:
    lines = [f"{metric},{step},{value(step)}" for step in steps]
    return "\n".join(["metric,step,value", *lines]).encode()


def falling(seed: int, add: float = 0.0, since: int = 0) -> Callable[[int], float]:
    return lambda step: 1.0 / (1 + step + seed) + (add if step >= since else 0.0)


def side(contents: Sequence[bytes | None], values: Sequence[float] = VALUES) -> tuple[Document, Files]:
    document = experiment({"net": values[: len(contents)]})
    files = {}
    for seed, content in enumerate(contents):
        if content is not None:
            path = f"{document['runs'][seed]['id']}/histories.csv"
            document["runs"][seed]["histories"] = {"path": path}
            files[path] = content
    return document, Files(files)


def verdict(then: Sequence[bytes | None], now: Sequence[bytes | None], **more: Any) -> Verdict:
    first, files = side(then)
    second, others = side(now)
    return judged(first, second, files=(files, others), **more)


def curve(then: Sequence[bytes | None], now: Sequence[bytes | None]) -> CurveComparison:
    (found,) = verdict(then, now).curves
    return found


def test_equal_curves_are_identical_and_within_the_band() -> None:
    same = [history(falling(seed)) for seed in range(3)]
    found = curve(same, same)
    assert (found.configuration, found.result, found.metric) == ("net", None, "loss")
    assert all(one.identical and one.largest_deviation == 0.0 for one in found.seeds)
    assert found.band is not None
    assert (found.band.steps, found.band.within, found.band.recorded_seeds) == (10, True, 3)
    assert found.explanation.startswith("3 of 3 curves are identical")


def test_where_curves_part_and_by_how_much() -> None:
    then = [history(falling(seed)) for seed in range(3)]
    now = [then[0], history(falling(1, add=1e-3, since=50)), then[2]]
    found = curve(then, now)
    parted = found.seeds[1]
    assert not parted.identical
    assert parted.parts_at == 50
    assert parted.parts_by == pytest.approx(1e-3 / (1 / 52))
    assert parted.largest_deviation == pytest.approx(1e-3)
    assert parted.largest_at in range(50, 100, 10)
    assert "2 of 3 curves are identical; the first to part does so at step 50" in found.explanation


def test_a_mean_that_leaves_the_band_says_where_first() -> None:
    then = [history(falling(seed)) for seed in range(3)]
    now = [history(falling(seed, add=5.0, since=70)) for seed in range(3)]
    band = curve(then, now).band
    assert band is not None
    assert (band.within, band.outside, band.first_outside) == (False, 3, 70)


def test_other_steps_are_compared_where_they_are_common_and_it_is_said() -> None:
    then = [history(falling(seed)) for seed in range(3)]
    now = [history(falling(seed), range(0, 100, 20)) for seed in range(3)]
    found = curve(then, now)
    assert [(one.common_steps, one.recorded_steps, one.rerun_steps) for one in found.seeds] == [
        (5, 10, 5)
    ] * 3
    assert not any(one.identical for one in found.seeds)
    assert all(one.parts_at is None and one.largest_deviation == 0.0 for one in found.seeds)
    assert found.band is not None
    assert found.band.steps == 5
    assert "the steps are not the same, so only common ones are compared" in found.explanation


def test_no_common_step_leaves_nothing_to_compare() -> None:
    found = curve([history(falling(0), [1, 3])] * 2, [history(falling(0), [2, 4])] * 2)
    assert found.band is None
    assert [one.common_steps for one in found.seeds] == [0, 0]
    assert [one.largest_deviation for one in found.seeds] == [None, None]


def test_values_that_are_no_numbers_are_equal_to_their_like_only() -> None:
    broken = history(lambda step: "nan" if step == 30 else 0.5)
    whole = history(lambda _step: 0.5)
    assert curve([broken] * 2, [broken] * 2).seeds[0].identical
    parted = curve([broken] * 2, [whole] * 2).seeds[0]
    assert (parted.parts_at, parted.parts_by, parted.largest_deviation) == (30, None, None)
    band = curve([whole] * 2, [broken] * 2).band
    assert band is not None
    assert band.first_outside == 30


def test_a_rerun_with_fewer_seeds_is_held_against_the_band_of_all() -> None:
    then = [history(falling(seed)) for seed in range(3)]
    band = curve(then, then[:1]).band
    assert band is not None
    assert (band.recorded_seeds, band.rerun_seeds, band.within) == (3, 1, True)


def test_curve_of_a_result_names_it_by_metric_data_and_split() -> None:
    lines = b"metric,step,value,split\naccuracy,0,0.5,test\naccuracy,1,0.6,test\naccuracy,0,0.4,train\n"
    found = verdict([lines] * 2, [lines] * 2).curves
    assert [(one.result, one.split) for one in found] == [("net.accuracy", "test"), (None, "train")]


def test_curves_and_items_follow_the_schema() -> None:
    described = {
        name: set(part["properties"])
        for name, part in schema_document("verdict")["$defs"].items()
        if "properties" in part
    }
    same = [history(falling(seed)) for seed in range(3)]
    document = json.loads(json.dumps(verdict(same, same).to_json(), allow_nan=False))
    assert problems(document, "verdict") == []
    (found,) = document["curves"]
    assert found.keys() == described["curve"]
    assert found["band"].keys() == described["band"]
    assert {frozenset(one) for one in found["seeds"]} == {frozenset(described["curve_pair"])}
    then = answers(360)
    document = json.loads(json.dumps(one_seed(then, flipped(then, 40, 2)).to_json(), allow_nan=False))
    assert problems(document, "verdict") == []
    assert document["results"][0]["numbers"]["items"].keys() == described["items"]
    assert document["artifacts"]["named"][0].keys() == described["artifact"]


def test_curves_never_change_the_outcome() -> None:
    then = [history(falling(seed)) for seed in range(3)]
    now = [history(falling(seed, add=9.0)) for seed in range(3)]
    apart, without = verdict(then, now), verdict([None] * 3, [None] * 3)
    assert apart.results == without.results
    assert apart.sentence == without.sentence
    assert without.curves == ()


def test_history_that_the_rerun_lists_as_an_output_is_found_at_its_place() -> None:
    content = history(falling(0))
    first, files = side([content])
    second = experiment({"net": VALUES[:1]})
    second["runs"][0]["outputs"] = [{"path": f"{second['runs'][0]['id']}/histories.csv"}]
    found = judged(first, second, files=(files, files)).curves
    assert [one.seeds[0].identical for one in found] == [True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xff",
        b"a,b\n1,2\n",
        b'metric,step,value\n"open',
        b"metric,step,value\nloss,x,1\nloss,nan,1\n",
    ],
)
def test_what_is_no_table_of_histories_is_passed_over(content: bytes) -> None:
    assert verdict([content] * 2, [content] * 2).curves == ()


def test_of_several_values_at_a_step_the_last_counts_and_steps_are_put_in_order() -> None:
    found = read_histories(b"metric,step,value\nloss,2,5\nloss,1,7\nloss,2,6\nloss,3,\n")[Series("loss")]
    assert list(found.steps) == [1, 2, 3]
    assert list(found.values)[:2] == [7, 6]
    assert math.isnan(found.values[2])


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read_as_histories(content: bytes) -> None:
    try:
        found = read_histories(b"metric,step,value\n" + content)
    except UnreadableError:
        return
    for one in found.values():
        assert list(one.steps) == sorted(set(one.steps))


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 6), st.sampled_from([0.0, 0.1, -3.0, 1e308, math.nan])), max_size=6
        ),
        min_size=4,
        max_size=4,
    )
)
def test_any_curves_can_be_compared_and_written(curves: list[list[tuple[int, float]]]) -> None:
    tables = [
        "\n".join(["metric,step,value", *(f"loss,{step},{value}" for step, value in one)]).encode()
        for one in curves
    ]
    found = verdict(tables[:2], tables[2:])
    json.dumps(found.to_json(), allow_nan=False)
    for one in found.curves:
        assert one.explanation.endswith(".")
