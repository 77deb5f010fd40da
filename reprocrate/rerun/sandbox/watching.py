"""Watches what a run uses, from beside it, and ends it where it breaks a limit.

The kernel's own limits do not fit: RLIMIT_NPROC does not bind root, RLIMIT_AS refuses the address space that
CUDA reserves, RLIMIT_FSIZE the sparse files of databases, and control groups can be made by few users. So the
processes of the run are looked at many times a second, and all are killed at once: in the sandbox through the
first process of their namespace, with which the kernel ends every other, however many they are.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.capture.usage.processes import family
from reprocrate.executors import Command, Executor, Outcome
from reprocrate.executors.command import Monitor
from reprocrate.rerun.sandbox.consumption import MemoryUse, Sight
from reprocrate.rerun.sandbox.growth import Growth
from reprocrate.rerun.sandbox.limits import KILLED, Limits, too_many_processes
from reprocrate.rerun.wording import counted, duration_text, size_text

_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.5
_SHARE = 0.02
"""Which part of one processor's time looking may take; where it costs more, it is done less often."""

_DISK_EVERY_S = 0.2
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class LimitedExecutor:
    """Runs commands by another executor, and ends what breaks its limits.

    Attributes:
        inner: what runs the command.
        limits: what it may use.
        writable: the folders whose growth counts.
        isolated: whether its processes have a namespace of their own, whose first process ends them all.
    """

    inner: Executor
    limits: Limits
    writable: tuple[Path, ...]
    isolated: bool

    def run(self, command: Command) -> Outcome:
        """Run a command to its end, or until it breaks a limit; raises what `inner` raises."""
        watch = Watch(self.limits, self.writable, isolated=self.isolated)
        both = Together((watch, command.monitor) if command.monitor else (watch,))
        outcome = self.inner.run(replace(command, monitor=both))
        if not watch.broken:
            return outcome
        return replace(outcome, exit_code=None, signal=KILLED, killed_because=watch.broken)


@dataclass(frozen=True, slots=True)
class Together:
    """Several monitors as one."""

    monitors: Sequence[Monitor]

    def began(self, pid: int) -> None:
        """The command has started as this process."""
        for one in self.monitors:
            one.began(pid)

    def ended(self) -> None:
        """It has ended."""
        for one in self.monitors:
            one.ended()


class Watch:
    """Watches one command from `began` to `ended`.

    Attributes:
        broken: the limit that it broke, as in `it ran for longer than 2 h`; empty while it has broken none.
    """

    def __init__(self, limits: Limits, writable: Sequence[Path], *, isolated: bool) -> None:
        self.broken = ""
        self._limits = limits
        self._isolated = isolated
        self._growth = Growth(writable)
        self._memory = MemoryUse()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self._disk_from = 0.0

    def began(self, pid: int) -> None:
        """The command has started as this process."""
        self._thread = threading.Thread(target=self._watch, args=(pid,), name="limits", daemon=True)
        self._thread.start()

    def ended(self) -> None:
        """The process has ended."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, pid: int) -> None:
        _let_go_first(0)
        sight, began = Sight(pid, isolated=self._isolated), time.monotonic()
        pause = _PAUSE_S
        while not self._done.wait(pause):
            before = time.thread_time()
            # Whatever a look meets, the next one follows: a run must not escape by making one fail.
            with suppress(Exception):
                self.broken = next(self._breaches(sight, time.monotonic() - began), "")
            if self.broken:
                _end(pid, sight, self._done)
                return
            pause = max(_PAUSE_S, min((time.thread_time() - before) / _SHARE, _LONGEST_PAUSE_S))

    def _breaches(self, sight: Sight, seconds: float) -> Iterator[str]:
        """The limits that are broken now, the cheapest to see first."""
        limits = self._limits
        if limits.time is not None and seconds > limits.time:
            yield f"it ran for longer than {duration_text(limits.time)}"
        most, most_threads = limits.processes, limits.threads
        seen = sight.look(most, most_threads)
        if most is not None and seen.processes > most:
            yield too_many_processes(most)
        if most_threads is not None and seen.threads > most_threads:
            yield f"it had more than {counted(most_threads, 'thread')} at once"
        if limits.memory is not None and self._memory.exceeds(limits.memory, sight, seen):
            yield f"it used more than {size_text(limits.memory)} of memory"
        if limits.memory is not None and self._memory.host_is_short():
            yield "almost no memory was left on this machine"
        if time.monotonic() >= self._disk_from:
            before = time.monotonic()
            yield from self._on_disk(sight)
            self._disk_from = time.monotonic() + max(_DISK_EVERY_S, (time.monotonic() - before) / _SHARE)

    def _on_disk(self, sight: Sight) -> Iterator[str]:
        limits = self._limits
        if limits.disk is None:
            return
        if self._growth.disk_is_full():
            yield "almost no space was left on the disk"
        grown = self._growth.exceeds(limits.disk, limits.files, sight)
        if grown == "bytes":
            yield f"it wrote more than {size_text(limits.disk)}"
        elif grown == "files":
            yield f"it made more than {limits.files:,} files"


def _let_go_first(pid: int) -> None:
    """Where the system allows it (root), a process runs before the thousands that a run may start.

    Args:
        pid: the process; 0 for this thread alone.
    """
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))


def _end(pid: int, sight: Sight, done: threading.Event) -> None:
    """Kill every process of the command, and at last the one that we wait for."""
    deadline = time.monotonic() + _PATIENCE_S
    if sight.first is not None:
        # With the first process of a namespace the kernel ends all others; what started it then ends too. But
        # it dies only when it is its turn, and until then the others go on.
        _let_go_first(sight.first)
        _kill(sight.first)
    else:
        _end_family(pid, deadline)
    if not done.wait(max(0.0, deadline - time.monotonic())):
        _kill(pid)


def _end_family(pid: int, deadline: float) -> None:
    """Stop all first, so that none starts another meanwhile, then kill them."""
    stopped: set[int] = set()
    while sys.platform != "win32" and time.monotonic() < deadline:
        new = set(family(pid)) - stopped
        if not new:
            break
        for one in new:
            with suppress(OSError):
                os.kill(one, signal.SIGSTOP)
        stopped |= new
    for one in stopped | {pid}:
        _kill(one)


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
