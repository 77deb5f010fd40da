"""Several runs at once are refused where they do not fit, and told where they hinder each other."""

from __future__ import annotations

from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.manifest import Hardware, OperatingSystem, manifest_from
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox
from reprocrate.rerun.work.selection import select_tasks
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.reruns.jobs import require_room

GB = 10**9


class Notes(Silence):
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


def notes_of(jobs: int, resources: dict[str, Any], threads: str | None = None) -> list[str]:
    """What is told of four seeds on a machine with 8 threads, 16 GB and a GPU of 10 GB."""
    run = {"configuration": "base", "command": ["python"], "status": "ok", "environment": "environment"}
    manifest = manifest_from(
        {
            "manifest_version": "1.0",
            "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
            "experiment": {"title": "Jobs"},
            "environments": [
                {"id": "environment", "variables": {"OMP_NUM_THREADS": threads} if threads else {}}
            ],
            "configurations": [{"id": "base", "command": ["python"]}],
            "runs": [
                {
                    "id": f"run-{seed}",
                    **run,
                    "resources": resources,
                    "seeds": [{"value": seed, "how": "argument"}],
                }
                for seed in range(4)
            ],
        }
    )
    machine = {
        "id": "here",
        "cpu": {"architecture": "x86_64", "threads": 8},
        "memory_bytes": 16 * GB,
        "accelerators": [{"vendor": "nvidia", "model": "GPU", "memory_bytes": 10 * GB}],
    }
    host = Host(OperatingSystem(name="Linux"), Hardware.model_validate(machine), NoSandbox("", ""))
    notes = Notes()
    require_room(jobs, manifest, select_tasks(manifest), host, notes)
    return notes.told


@pytest.mark.parametrize(
    ("resources", "jobs", "fit"),
    [
        ({"peak_memory_bytes": 5 * GB}, 4, 3),
        ({"peak_memory_bytes": 9 * GB}, 2, 1),
        ({"peak_device_memory_bytes": 4 * GB}, 3, 2),
    ],
)
def test_what_does_not_fit_is_refused(resources: dict[str, int], jobs: int, fit: int) -> None:
    with pytest.raises(UsageError, match=f"--jobs {jobs} does not fit") as refused:
        notes_of(jobs, resources)
    assert f"Give --jobs {fit}" in str(refused.value)
    notes_of(fit, resources)


def test_more_jobs_than_runs_need_no_more_memory() -> None:
    notes_of(100, {"peak_memory_bytes": 4 * GB})


def test_recorded_threads_are_kept_and_it_is_told_where_they_are_too_many() -> None:
    assert notes_of(2, {}, threads="4") == []
    (told,) = notes_of(3, {}, threads="4")
    assert "3 runs of up to 4 threads share 8" in told
    assert notes_of(1, {}) == []


def test_fewer_than_one_are_refused() -> None:
    with pytest.raises(UsageError, match="0 jobs"):
        notes_of(0, {})
