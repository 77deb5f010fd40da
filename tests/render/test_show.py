"""`show`: one grid for a table, every result with its seeds, readable without colour and in any width."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable

import pytest
from rich.console import Console, RenderableType

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render.show import show_document, show_text
from reprocrate.render.terminal import table
from reprocrate.standard import problems
from tests.render import sample

SAMPLES: list[Callable[[], Manifest]] = [sample.digits, sample.grid, sample.bare, sample.hostile]


def printed(content: RenderableType, width: int = 100, *, colour: bool = False) -> str:
    stream = io.StringIO()
    Console(
        file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None
    ).print(content)
    return stream.getvalue()


@pytest.mark.parametrize("make", SAMPLES)
def test_document_follows_its_schema(make: Callable[[], Manifest]) -> None:
    assert problems(show_document(make()), "show") == []


def test_document_holds_every_seed() -> None:
    document = show_document(sample.digits())
    result = document["results"][0]
    assert [each["value"] for each in result["values"]] == list(sample.MLP)
    assert [each["seed"] for each in result["values"]] == ["0", "1", "2", "3", "4"]
    assert result["excluded"] == [{"run": "mlp-3-first", "reason": "failed"}]
    assert result["text"] == "0.9656 ± 0.0067"
    assert document["runs"]["by_status"] == {"ok": 10, "failed": 1}
    assert [run["counts"] for run in document["runs"]["list"]].count(False) == 1
    assert document["claims"][0]["standing"] == "supported"
    assert document["missing"] == []


def test_document_holds_one_grid() -> None:
    (grid,) = show_document(sample.grid())["grids"]
    assert grid["row_values"] == ["neighbours", "centroid"]
    assert grid["column_values"] == ["moons", "blobs"]
    assert grid["cells"][1] == {
        "row": "neighbours",
        "column": "blobs",
        "result": "neighbours-blobs.accuracy",
        "text": "0.97 ± 0",
    }


def test_two_methods_on_two_data_sets_are_one_grid() -> None:
    lines = printed(show_text(sample.grid())).splitlines()
    start = lines.index("Table 1: accuracy, mean ± sd, 3 seeds in each cell")
    assert lines[start + 1].split() == ["method", "/", "data", "moons", "blobs"]
    assert lines[start + 3].split() == ["neighbours", "0.940", "±", "0.010", "0.97", "±", "0"]
    assert lines[start + 4].split() == ["centroid", "0.793", "±", "0.015", "0.970", "±", "0.010"]


def test_results_runs_and_what_they_rest_on() -> None:
    text = printed(show_text(sample.digits()), width=140)
    assert "mlp (proposed)        0.9656 ± 0.0067   0.9572 to 0.9739   5   0.95833, 0.96944" in text
    assert "- mlp, another run of seed 3 does not count: it failed" in text
    assert "! mlp, seed 3: failed (exit status 1)" in text
    assert "commit 4015b57a143a with uncommitted changes" in text
    assert "CPython 3.11.7, 5 packages, locked" in text
    assert "supported by the recorded runs" in text


def test_missing_things_are_named_with_their_cost() -> None:
    text = printed(show_text(sample.bare()))
    assert "Recorded: a title only. Lacking: description" in text
    assert "- No licence was given.\n  Nobody but the authors may use" in text


@pytest.mark.parametrize("make", SAMPLES)
@pytest.mark.parametrize("width", [20, 44, 80, 200])
def test_any_width_does(make: Callable[[], Manifest], width: int) -> None:
    for line in printed(show_text(make()), width).splitlines():
        assert len(line) <= width
        assert line == line.rstrip()


def test_numbers_stay_whole_in_narrow_windows() -> None:
    text = printed(show_text(sample.grid()), width=36)
    assert "moons: 0.940 ± 0.010" in text
    assert "95 % interval: 0.915 to 0.965" in text


def test_hostile_text_reaches_no_terminal() -> None:
    plain = printed(show_text(sample.hostile()), width=200)
    assert "\x1b" not in plain
    assert "[red]" in plain
    assert "\x1b[31mred" not in printed(show_text(sample.hostile()), width=200, colour=True)


def test_a_name_is_not_broken_within_a_word() -> None:
    rows = [("train-lr-0.1-trees-20 seed 0", "0.7758", "0.7258, 0.8751, 0.8010, " * 4)]
    text = printed(table(("Configuration", "Mean", "Each seed"), rows, ("Mean",)), 60)
    assert "train-lr-0.1-trees-20" in text


def test_runs_at_the_same_time_are_told_where_their_times_stand() -> None:
    document = sample.digits_document()
    note = "Some ran at the same time on one machine, which bears on how long they took."
    for minute, run in enumerate(document["runs"]):
        run |= {"started": f"2026-01-01T10:{minute:02}:00Z", "duration_s": 59.0}
    assert note not in printed(show_text(manifest_from(document)))
    document["runs"][1]["started"] = "2026-13-01T10:00:30Z"
    assert note not in printed(show_text(manifest_from(document)))
    document["runs"][1]["started"] = "2026-01-01T10:00:30Z"
    assert note in printed(show_text(manifest_from(document)))


def test_runs_that_do_not_count_for_one_reason_are_told_in_one_line() -> None:
    document = sample.digits_document()
    result = next(each for each in document["results"] if each["excluded"])
    (excluded,) = result["excluded"]
    run = next(each for each in document["runs"] if each["id"] == excluded["run"])
    document["runs"].append(copy.deepcopy(run) | {"id": "another"})
    result["excluded"].append({**excluded, "run": "another"})
    text = printed(show_text(manifest_from(document)))
    assert "- mlp, 2 other runs (seed 3) do not count: it failed" in text
