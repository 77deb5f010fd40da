"""Looks at a launch from beside it while it runs, by a thread that costs about half a percent of a core."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reprocrate.capture.usage.processes import family, holding_drivers, proportional_bytes, resident_bytes

if TYPE_CHECKING:
    from reprocrate.capture.usage.accelerators import GpuWatch
    from reprocrate.capture.usage.energy import ProcessorEnergy

_PAUSE_S = 0.2
_SHARE = 0.005
"""Which part of one processor's time looking may take; where it costs more, it is done less often."""

_LONGEST_PAUSE_S = 2.0
_ENERGY_EVERY_S = 10.0
_DRIVERS_EVERY_S = 1.0
_SLOW_START_S = 0.5
"""NVIDIA's library takes a moment to start, which a launch that is over by then need not pay for."""


@dataclass(frozen=True)
class Usage:
    """What was seen.

    Attributes:
        memory_bytes: the largest memory of all processes together, what they share counted once; None where
            nothing was seen, as in a launch of a fraction of a second.
        device_bytes: the largest memory of all GPUs that they held.
        device_s: seconds times GPUs that they held.
        devices: models of these GPUs.
        drivers_held_by: processes that were seen to hold an accelerator's driver open; None where nothing was
            looked at.
        energy_j: joules by part of the machine: `processor`, `memory`, `accelerator`; the whole
            machine's, and of GPUs those that the launch could use.
    """

    memory_bytes: int | None = None
    device_bytes: int | None = None
    device_s: float | None = None
    devices: tuple[str, ...] = ()
    drivers_held_by: frozenset[int] | None = None
    energy_j: Mapping[str, float] | None = None


class UsageMonitor:
    """Watches one launch, between `began` and `ended`; nothing that fails here reaches it.

    Args:
        environ: the variables of the launch, which say what GPUs it can use.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._visible = environ.get("CUDA_VISIBLE_DEVICES")
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self._peak = 0
        self._has_looked = False
        self._exactly_from = 0.0
        self._drivers_from = 0.0
        self._drivers_held_by: set[int] = set()
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        """What was seen so far; complete once `ended` was called."""
        return self._usage

    @property
    def has_looked(self) -> bool:
        """Whether it has seen the processes once."""
        return self._has_looked

    def began(self, pid: int) -> None:
        """The launch has started as this process."""
        self._thread = threading.Thread(target=self._watch, args=(pid,), name="usage", daemon=True)
        self._thread.start()

    def ended(self) -> None:
        """The process has ended."""
        self._done.set()
        if self._thread is not None:
            self._thread.join(timeout=5)  # a driver that hangs must not hold up the record

    def _watch(self, pid: int) -> None:
        with suppress(Exception):
            self._watched(pid)

    def _watched(self, pid: int) -> None:
        from reprocrate.capture.usage.accelerators import GpuWatch
        from reprocrate.capture.usage.energy import ProcessorEnergy

        energy = ProcessorEnergy()
        if self._done.wait(_PAUSE_S):
            energy.read()
            self._usage = Usage(energy_j=energy.used_j() or None)
            return
        self._look(pid)
        gpus = (
            None if self._done.wait(_SLOW_START_S - _PAUSE_S) else GpuWatch(self._visible, time.monotonic())
        )
        try:
            self._loop(pid, energy, gpus)
            energy.read()
            self._usage = self._seen(energy.used_j(), gpus)
        finally:
            if gpus is not None:
                gpus.close()

    def _loop(self, pid: int, energy: ProcessorEnergy, gpus: GpuWatch | None) -> None:
        pause, energy_at = _PAUSE_S, time.monotonic()
        while not self._done.wait(pause):
            before = time.thread_time()
            pids, now = self._look(pid), time.monotonic()
            if gpus is not None:
                gpus.look(pids, now)
            if now - energy_at > _ENERGY_EVERY_S:
                energy.read()
                energy_at = now
            pause = max(_PAUSE_S, min((time.thread_time() - before) / _SHARE, _LONGEST_PAUSE_S))

    def _seen(self, energy_j: dict[str, float], gpus: GpuWatch | None) -> Usage:
        gpu_j = gpus.used_j() if gpus else None
        if gpu_j is not None:
            energy_j["accelerator"] = gpu_j
        is_held = gpus is not None and bool(gpus.held())
        return Usage(
            memory_bytes=self._peak or None,
            device_bytes=gpus.peak_bytes or None if gpus else None,
            device_s=gpus.held_s(time.monotonic()) if gpus and is_held else None,
            devices=gpus.held() if gpus else (),
            drivers_held_by=frozenset(self._drivers_held_by),
            energy_j=energy_j or None,
        )

    def _look(self, pid: int) -> list[int]:
        """Note how much memory the processes hold now."""
        pids = family(pid)
        together = resident_bytes(pids)
        if together > self._peak and len(pids) > 1:
            together = self._exactly(pids, together)
        self._peak = max(self._peak, together)
        if time.monotonic() >= self._drivers_from:
            self._drivers_held_by |= holding_drivers(pids)
            self._drivers_from = time.monotonic() + _DRIVERS_EVERY_S
        self._has_looked = True
        return pids

    def _exactly(self, pids: list[int], together: int) -> int:
        """The same with what is shared counted once; 0 where looking so closely would cost too much now.

        The kernel walks through all their pages for that: 12 ms for a gigabyte, once for each process.
        """
        now = time.monotonic()
        if now < self._exactly_from:
            return 0
        before = time.thread_time()
        exact = proportional_bytes(pids)
        self._exactly_from = now + (time.thread_time() - before) / _SHARE
        return together if exact is None else exact
