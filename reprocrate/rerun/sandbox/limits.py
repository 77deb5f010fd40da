"""How much a repeated run may use before it is ended: time, memory, processes, disk.

The limits keep a run that never ends, or takes whatever it can get, from harming the machine. They follow
from what the recorded run used, so generously that an honest run on slower hardware never meets them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from reprocrate.errors import UsageError
from reprocrate.files.sizes import bytes_of
from reprocrate.manifest import Hardware, Manifest
from reprocrate.rerun.work.selection import Task

KILLED = 9
"""The signal of what breaks a limit, as it is recorded."""

_SHORTEST_S = 15 * 60.0
_TIMES_LONGER = 10.0
_WITHOUT_ACCELERATOR = 50.0
"""How many times longer a run may take where the recorded one had an accelerator and this one has none."""

_LONGEST_UNKNOWN_S = 7 * 86400.0
"""Where nobody knows how long the recorded run took."""

_TIMES_MEMORY = 4
_LEAST_MEMORY_BYTES = 4 << 30
_SHARE_OF_MEMORY = 0.9
_FEWEST_PROCESSES = 512
_PROCESSES_PER_THREAD = 4
_THREADS_PER_PROCESS = 2
_THREADS_PER_PROCESSOR = 32
_TIMES_OUTPUT = 10
_LEAST_DISK_BYTES = 10 * 10**9
_TIMES_FILES = 10
_FEWEST_FILES = 1_000_000
_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)?", re.IGNORECASE)
_HOW = "Write time=2h, memory=8GB, processes=1000 or disk=20GB, or none for no limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; None where nothing is set.

    Attributes:
        time: seconds.
        memory: bytes of all its processes together, and of files that it keeps in memory.
        processes: processes that are there at once.
        disk: bytes that it adds to the folders that it may write to.
        files: files that it adds to them.
    """

    time: float | None = None
    memory: int | None = None
    processes: int | None = None
    disk: int | None = None
    files: int | None = None

    @property
    def threads(self) -> int | None:
        """How many threads all processes may have together."""
        if self.processes is None:
            return None
        return max(_THREADS_PER_PROCESS * self.processes, _THREADS_PER_PROCESSOR * (os.cpu_count() or 1))


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class AskedLimits:
    """The reader's own limits, which take the place of those that follow from the records.

    Attributes:
        given: the limits that were given; what is not named in `names` means nothing.
        names: which of them were given; None in `given` is then no limit.
    """

    given: Limits = NO_LIMITS
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> AskedLimits:
        """Limits given as texts: `time=2h`, `memory=8GB`, `processes=1000`, `disk=none`.

        Raises:
            UsageError: a text is none of these.
        """
        found: dict[str, float | int | None] = {}
        for text in texts:
            name, _, value = text.partition("=")
            try:
                found[name] = _READ[name](value) if value != "none" else None
            except (KeyError, ValueError, OverflowError) as error:
                why = f"there is no limit {name!r}" if isinstance(error, KeyError) else str(error)
                raise UsageError(f'--limit "{text}" cannot be used', why, _HOW) from None
            if found[name] is not None and found[name] <= 0:  # type: ignore[operator]
                raise UsageError(f'--limit "{text}" cannot be used', "nothing could run under it", _HOW)
        if "disk" in found and found["disk"] is None:
            found["files"] = None
        return cls(Limits(**found), frozenset(found))  # type: ignore[arg-type]

    def over(self, usual: Limits) -> Limits:
        """The usual limits with those that the reader gave in their place."""
        own = {one.name: getattr(self.given, one.name) for one in fields(Limits) if one.name in self.names}
        return replace(usual, **own)


NOTHING_ASKED = AskedLimits()


def duration_of(text: str) -> float:
    """The seconds that a text such as `90`, `45s`, `20m`, `1.5h` or `2d` means.

    Raises:
        ValueError: it is no such text.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time such as 45s, 20m, 1.5h or 2d")
    return float(match[1]) * _SECONDS[(match[2] or "s").lower()]


def too_many_processes(most: int) -> str:
    """What is said of a run that had more processes."""
    return f"it had more than {most} {'process' if most == 1 else 'processes'} at once"


def _number_of(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


_READ = {"time": duration_of, "memory": bytes_of, "processes": _number_of, "disk": bytes_of}


def usual_limits(manifest: Manifest, task: Task, here: Hardware, jobs: int = 1) -> Limits:
    """The limits that follow from what the recorded run used and what this machine has.

    Args:
        manifest: the recorded experiment.
        task: what is to be repeated.
        here: this machine.
        jobs: how many runs share it.
    """
    machines = task.recorded.hardware
    then = manifest.find_hardware(machines[0] if machines else None)
    written = task.recorded.written
    counted = sum(process.count or 1 for process in task.recorded.processes)
    threads = (here.cpu.threads if here.cpu else None) or 1
    return Limits(
        time=_longest(task, then, here, jobs),
        memory=_most_memory(task.peak_memory_bytes, here.memory_bytes, jobs),
        processes=max(_FEWEST_PROCESSES, _PROCESSES_PER_THREAD * max(threads, counted)),
        disk=max(_LEAST_DISK_BYTES, _TIMES_OUTPUT * sum(file.size or 0 for file in written)),
        files=max(_FEWEST_FILES, _TIMES_FILES * len(written)),
    )


def _longest(task: Task, then: Hardware | None, here: Hardware, jobs: int) -> float:
    """Ten times as long as recorded, and as many times more as this machine may be slower by its kind."""
    seconds = task.seconds if task.seconds is not None else task.recorded.duration_s
    if seconds is None:
        return _LONGEST_UNKNOWN_S
    slower = float(jobs)
    if then and then.cpu and here.cpu and then.cpu.threads and here.cpu.threads:
        slower *= max(1.0, then.cpu.threads / here.cpu.threads)
    if then and then.accelerators and not here.accelerators:
        slower *= _WITHOUT_ACCELERATOR
    return max(_SHORTEST_S, _TIMES_LONGER * slower * seconds)


def _most_memory(peak: int | None, here: int | None, jobs: int) -> int | None:
    """Four times the recorded peak, but never more than this machine can give to each run."""
    whole = None if here is None else int(here * _SHARE_OF_MEMORY)
    if peak is None:
        return whole
    enough = max(_TIMES_MEMORY * peak, _LEAST_MEMORY_BYTES)
    if whole is None:
        return enough
    share = max(whole // jobs, min(whole, 2 * peak))
    return min(enough, share)
