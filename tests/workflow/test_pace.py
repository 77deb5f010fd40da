"""How long the rest of a rerun takes, by the recorded durations and what was seen so far."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reprocrate.manifest import Configuration, Run
from reprocrate.rerun.work.selection import Task
from reprocrate.workflow.reruns.pace import Pace


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def tasks_of(seconds: Sequence[float | None]) -> list[Task]:
    configuration = Configuration.model_validate({"id": "base", "command": ["python"]})
    run = {"configuration": "base", "command": ["python"], "status": "ok"}
    return [
        Task(configuration, Run.model_validate({"id": f"run-{place}", **run, "duration_s": one}))
        if one is not None
        else Task(configuration, Run.model_validate({"id": f"run-{place}", **run}))
        for place, one in enumerate(seconds)
    ]


def test_before_anything_is_over_the_recorded_durations_count() -> None:
    tasks, clock = tasks_of([100, 200, 300]), Clock()
    pace = Pace(tasks, clock=clock)
    assert pace.seconds_left() == 600
    pace.begin(tasks[0])
    clock.now = 40
    assert pace.seconds_left() == 560
    clock.now = 140  # longer than expected: it may end at any moment, and so will the others be
    assert pace.seconds_left() == pytest.approx(700)


def test_what_was_seen_scales_the_rest() -> None:
    tasks = tasks_of([100, 200, 300])
    pace = Pace(tasks, clock=Clock())
    pace.begin(tasks[0])
    pace.end(tasks[0], 250.0)
    assert pace.seconds_left() == pytest.approx(1250)
    pace.end(tasks[1], 350.0)  # done by an earlier call
    assert pace.seconds_left() == pytest.approx(600)
    pace.end(tasks[2], 1.0)
    assert pace.seconds_left() == 0


def test_several_at_once_share_the_rest_but_none_is_cut() -> None:
    tasks, clock = tasks_of([100, 100, 100, 500]), Clock()
    pace = Pace(tasks, jobs=2, clock=clock)
    assert pace.seconds_left() == 400
    pace.begin(tasks[3])
    pace.begin(tasks[0])
    pace.end(tasks[0], 100.0)
    assert pace.seconds_left() == 500


def test_where_nothing_was_recorded_what_is_over_tells() -> None:
    tasks = tasks_of([None, None, None])
    pace = Pace(tasks, clock=Clock())
    assert pace.seconds_left() is None
    pace.begin(tasks[0])
    assert pace.seconds_left() is None
    pace.end(tasks[0], 30.0)
    assert pace.seconds_left() == 60
