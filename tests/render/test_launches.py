"""What `run` shows of its launches while they run, and when they are over."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType

from reprocrate.render.launches import Row, progress_table, summary


def shown(renderable: RenderableType) -> str:
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def rows(values: Sequence[float | None], group: str = "wide") -> list[Row]:
    return [
        Row(
            group,
            str(seed),
            "failed" if value is None else "ok",
            1.5,
            {} if value is None else {"acc": value},
        )
        for seed, value in enumerate(values)
    ]


def test_mean_and_interval_are_over_all_that_ended_well() -> None:
    text = shown(summary(rows([0.9, None, 0.8, 0.7])))
    assert "wide, 3 of 4" in text
    assert "0.80 ± 0.25" in text  # t(0.975, 2) * 0.1 / sqrt(3) = 0.248
    assert text.count("failed") == 1
    assert "wide seed 1" in text


def test_a_repetition_is_no_sample_more() -> None:
    again = Row("wide", "0", "ok", 1.5, {"acc": 0.9}, repeats=True)
    text = shown(summary([*rows([0.9, 0.8, 0.7]), again]))
    assert "wide seed 0 again" in text
    assert "wide, 3 of 3" in text
    assert "0.80 ± 0.25" in text
    assert "A repetition (again) is no further sample" in text


def test_a_value_that_is_missing_or_no_number_is_told_and_not_left_out() -> None:
    assert "missing in 1" in shown(summary([*rows([0.9, 0.8]), Row("wide", "2", "ok", 1.0)]))
    text = shown(summary(rows([0.9, float("nan")])))
    assert "not finite" in text
    assert "nan" in text


def test_of_one_launch_there_is_no_interval() -> None:
    text = shown(summary([*rows([0.5], "a"), *rows([0.25], "b")]))
    assert "±" not in text
    assert "b, 1 of 1" in text


def test_of_very_many_only_what_did_not_end_well_is_listed() -> None:
    many = rows([0.5, None, *[0.5] * 98])
    text = shown(summary(many))
    assert "wide seed 1 " in text
    assert "wide seed 2 " not in text
    assert "99 launches that ended well are not listed one by one" in text
    assert "0.5 ± 0" in text
    grid = [row for number in range(100) for row in rows([0.5], f"grid-{number}")]
    assert "`reprocrate show` has the means of all 100 configurations" in shown(summary(grid))


def test_table_of_progress_fits_its_room() -> None:
    running = [Row("wide", str(seed), "running", 3.0) for seed in range(3)]
    text = shown(progress_table(running, rows([0.5, None] * 20), 50, "2 min", room=10))
    assert len(text.splitlines()) <= 10
    assert text.count("running") == 4
    assert "40/50 done, 20 not ok, 3 running, about 2 min left" in text
    assert "left" not in shown(progress_table(running, [], 50, "", room=1))


def test_a_repetition_is_called_so_and_counts_in_no_mean() -> None:
    again = Row("wide", "0", "ok", 1.5, {"acc": 0.1}, repeats=True)
    text = shown(summary([*rows([0.9, 0.8, 0.7]), again]))
    assert "wide seed 0 again" in text
    assert "wide, 3 of 3" in text
    assert "0.80 ± 0.25" in text
