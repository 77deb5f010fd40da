"""Limits follow from what was recorded, so generously that an honest run never meets them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.manifest import Hardware, Manifest, manifest_from
from reprocrate.rerun.sandbox.limits import AskedLimits, Limits, duration_of, usual_limits
from reprocrate.rerun.work.selection import Depth, select_tasks

GIB = 1 << 30
HERE: dict[str, Any] = {
    "id": "here",
    "cpu": {"architecture": "x86_64", "threads": 8},
    "memory_bytes": 64 * GIB,
}


def recorded(hardware: dict[str, Any] | None = None, **run: Any) -> Manifest:
    """One run of one configuration."""
    return manifest_from(
        {
            "manifest_version": "1.0",
            "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
            "experiment": {"title": "Limits"},
            "hardware": [
                {"id": "machine", "cpu": {"architecture": "x86_64", "threads": 8}, **(hardware or {})}
            ],
            "configurations": [
                {
                    "id": "base",
                    "command": ["python", "train.py"],
                    "variants": [{"name": "smoke", "overrides": ["--short"]}],
                }
            ],
            "runs": [
                {
                    "id": "run",
                    "configuration": "base",
                    "command": ["python", "train.py"],
                    "status": "ok",
                    "hardware": ["machine"],
                    **run,
                }
            ],
        }
    )


def limits(manifest: Manifest, jobs: int = 1, depth: Depth = Depth.FULL, **here: Any) -> Limits:
    (task,) = select_tasks(manifest, depth=depth)
    machine = {name: value for name, value in (HERE | here).items() if value is not None}
    return usual_limits(manifest, task, Hardware.model_validate(machine), jobs)


def test_a_short_run_has_minutes() -> None:
    assert limits(recorded(duration_s=2.0)).time == 15 * 60


def test_a_long_run_has_ten_times_as_long_and_more_where_fewer_threads_share_the_work() -> None:
    assert limits(recorded(duration_s=3600.0)).time == 36_000
    two = {"cpu": {"architecture": "x86_64", "threads": 2}}
    assert limits(recorded(duration_s=3600.0), **two).time == 144_000
    assert limits(recorded(duration_s=3600.0), jobs=3).time == 108_000
    many = {"cpu": {"architecture": "x86_64", "threads": 64}}
    assert limits(recorded(duration_s=3600.0), **many).time == 36_000


def test_a_run_that_had_an_accelerator_has_much_longer_without_one() -> None:
    gpu = {"accelerators": [{"vendor": "nvidia", "model": "A100"}]}
    assert limits(recorded(gpu, duration_s=600.0)).time == 300_000
    assert limits(recorded(gpu, duration_s=600.0), **gpu).time == 6_000


def test_a_variant_of_unknown_length_has_as_long_as_the_whole_run() -> None:
    assert limits(recorded(duration_s=3600.0), depth=Depth.SMOKE).time == 36_000


def test_where_no_duration_is_known_a_run_has_a_week() -> None:
    assert limits(recorded()).time == 7 * 86_400


@pytest.mark.parametrize(
    ("peak", "jobs", "most"),
    [
        (None, 1, 0.9 * 64 * GIB),
        (GIB // 8, 1, 4 * GIB),
        (10 * GIB, 1, 40 * GIB),
        (30 * GIB, 1, 0.9 * 64 * GIB),
        (10 * GIB, 3, 20 * GIB),  # a third is less, but twice the recorded peak is left to each
        (2 * GIB, 4, 8 * GIB),
    ],
)
def test_memory_is_many_times_the_peak_and_never_more_than_there_is(
    peak: int | None, jobs: int, most: float
) -> None:
    run = {} if peak is None else {"resources": {"peak_memory_bytes": peak}}
    assert limits(recorded(**run), jobs).memory == int(most)


def test_where_the_memory_of_the_machine_is_unknown_the_peak_decides() -> None:
    manifest = recorded(resources={"peak_memory_bytes": 10 * GIB})
    assert limits(manifest, memory_bytes=None).memory == 40 * GIB
    assert limits(recorded(), memory_bytes=None).memory is None


def test_a_run_of_many_processes_may_have_more() -> None:
    assert limits(recorded()).processes == 512
    many = [{"id": "workers", "program": "python", "count": 300}]
    assert limits(recorded(processes=many)).processes == 1200
    assert limits(recorded(), cpu={"architecture": "x86_64", "threads": 256}).processes == 1024


def test_what_was_written_decides_about_the_disk() -> None:
    assert limits(recorded()).disk == 10 * 10**9
    file = {"path": "model.bin", "size": 5 * 10**9, "sha256": "0" * 64}
    assert limits(recorded(outputs=[file])).disk == 50 * 10**9


def test_the_readers_limits_take_the_place_of_the_usual_ones() -> None:
    usual = Limits(time=900, memory=GIB, processes=512, disk=10**10, files=10**6)
    asked = AskedLimits.of(["time=2h", "memory=1.5GiB", "disk=none"])
    assert asked.over(usual) == replace(usual, time=7200, memory=3 * GIB // 2, disk=None, files=None)
    assert AskedLimits.of([]).over(usual) == usual


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("45s", 45), ("20m", 1200), ("20 min", 1200), ("1.5h", 5400), ("2d", 172800)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert duration_of(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "-3s", "3 weeks", "1e3", "nan", "3h 20m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        AskedLimits.of([f"time={text}"])
