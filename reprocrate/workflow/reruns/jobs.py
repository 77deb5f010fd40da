"""Whether several runs fit on this machine at once."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.surroundings.threads import THREAD_VARIABLES, pinned_threads
from reprocrate.rerun.wording import size_text
from reprocrate.rerun.work.selection import Task
from reprocrate.workflow.progress import Progress


def require_room(
    jobs: int, manifest: Manifest, tasks: Sequence[Task], host: Host, progress: Progress
) -> None:
    """Make sure that so many runs fit, by what the recorded ones used; tell where they hinder each other.

    Raises:
        UsageError: there are fewer than one, or they do not fit.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} jobs cannot run at once", fix="Give --jobs a number from 1")
    if jobs == 1:
        return
    together = min(jobs, len(tasks))
    devices = [one.memory_bytes for one in host.hardware.accelerators if one.memory_bytes]
    _require("memory", together, [task.peak_memory_bytes for task in tasks], host.hardware.memory_bytes)
    _require(
        "memory of the accelerator",
        together,
        [task.peak_device_memory_bytes for task in tasks],
        min(devices, default=None),
    )
    threads = max((_threads(manifest, task, host) for task in tasks), default=1)
    here = host.hardware.cpu.threads if host.hardware.cpu else None
    if here is not None and threads * together > here:
        progress.note(
            f"{together} runs of up to {threads} threads share {here}: each keeps its recorded number, so "
            "values stay comparable, and takes longer than alone"
        )


def _require(what: str, jobs: int, peaks: Sequence[int | None], here: int | None) -> None:
    largest = sorted((peak for peak in peaks if peak is not None), reverse=True)[:jobs]
    if here is None or not largest or sum(largest) <= here:
        return
    fitting = max(1, here // largest[0])
    raise UsageError(
        f"--jobs {jobs} does not fit",
        f"The recorded runs used up to {size_text(largest[0])} of {what} each, and this machine has "
        f"{size_text(here)}",
        f"Give --jobs {fitting}",
    )


def _threads(manifest: Manifest, task: Task, host: Host) -> int:
    """How many threads the numerical libraries of a run use."""
    environment = manifest.find_environment(task.recorded.environment)
    machines = task.recorded.hardware
    then = manifest.find_hardware(machines[0] if machines else None)
    set_again = environment.variables if environment else {}
    pins = pinned_threads(environment, then, host.hardware)
    for name in THREAD_VARIABLES:
        value = set_again.get(name) or pins.get(name, "")
        if value.isdigit():
            return int(value)
    return (host.hardware.cpu.threads if host.hardware.cpu else None) or 1
