"""What a launch used: processor, memory, accelerators, energy."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import Hardware, Resources
from reprocrate.capture.usage import Usage

_JOULES_IN_A_KWH = 3.6e6
_CAN_TELL = frozenset({"torch", "jax", "tensorflow"})


def resources_used(
    counted: Resources,
    usage: Usage,
    processes: Iterable[Process],
    hardware: Hardware,
    duration_s: float | None,
    *,
    overlapped: bool,
) -> Resources:
    """What a launch used, from all that tells of it.

    Args:
        counted: what the system counted of its processes.
        usage: what was seen from beside it.
        processes: what its Python processes said of themselves when they ended.
        hardware: the machine.
        duration_s: how long it took.
        overlapped: whether another launch ran meanwhile: then the machine's energy is not this one's.
    """
    known = list(processes)
    found = _reported(known)
    names = usage.devices if len(usage.devices) > len(found) else tuple(name for name, _ in found.values())
    peaks = [size for _, size in found.values() if size]
    device_bytes = max(sum(peaks), usage.device_bytes or 0)
    gpu_s: float | None = None
    if names:
        gpu_s = usage.device_s if usage.device_s else _times(duration_s, len(names))
    elif _only_computed_on_the_processor(known, usage) and (hardware.accelerators or _has_said(known)):
        names = ("cpu",)
        gpu_s = 0.0 if hardware.accelerators else None
    energy = {} if overlapped else usage.energy_j or {}
    return replace(
        counted,
        peak_memory_bytes=_peak(counted.peak_memory_bytes, usage.memory_bytes, _told_peak(known)),
        devices=names,
        peak_device_memory_bytes=device_bytes or None,
        gpu_s=None if gpu_s is None else round(gpu_s, 3),
        energy_kwh=round(sum(energy.values()) / _JOULES_IN_A_KWH, 9) if energy else None,
        energy_of=tuple(energy),
    )


def _peak(counted: int | None, sampled: int | None, told: int | None) -> int | None:
    """The largest of what the system counted, what was seen from beside it, and what its processes told.

    What the system counted begins with what this process held when it started the command. Where it is no
    more than that, it says nothing of the command.
    """
    seen = max((size for size in (sampled, told) if size), default=None)
    if counted is not None and seen is not None and counted <= _own_peak():
        return seen
    return max((size for size in (counted, seen) if size), default=None)


def _told_peak(processes: Iterable[Process]) -> int | None:
    """The memory of the largest of the processes, as they said it when they ended."""
    said = [process.end.get("used") for process in processes]
    peaks = [one.get("peak_memory_bytes") for one in said if isinstance(one, Mapping)]
    return max((peak for peak in peaks if isinstance(peak, int)), default=None)


def _own_peak() -> int:
    """The most memory that this process has held; 0 where the system does not count it."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _reported(processes: Iterable[Process]) -> dict[str, tuple[str, int | None]]:
    """Name and largest memory of each accelerator that a library of a process computed on."""
    found: dict[str, tuple[str, int | None]] = {}
    for process in processes:
        for device in _said(process).get("accelerators") or ():
            unit, peak = str(device.get("unit")), device.get("peak_bytes")
            before = found.get(unit, ("", None))[1]
            sizes = [size for size in (before, peak) if isinstance(size, int)]
            found[unit] = (str(device.get("name")), max(sizes, default=None))
    return found


def _only_computed_on_the_processor(processes: list[Process], usage: Usage) -> bool:
    """Whether the first process could say what it computed on, and no process used an accelerator's driver.

    A driver that is only open proves nothing: PyTorch opens it to see whether there is a device. So a process
    that holds it is asked whether its libraries used a device, where they are ones that can tell.
    """
    told = [process for process in processes if _said(process)]
    if not told or told[0] is not processes[0]:
        return False
    idle = {process.header.get("pid") for process in told if _is_idle(_said(process))}
    return len(idle) == len(told) and (usage.drivers_held_by or frozenset()) <= idle


def _is_idle(said: Mapping[str, Any]) -> bool:
    libraries = set(said.get("libraries") or ())
    can_tell = bool(libraries) and libraries <= _CAN_TELL
    return not said.get("accelerators") and (said.get("driver_in_use") is False or can_tell)


def _has_said(processes: Iterable[Process]) -> bool:
    """Whether a library that computes on accelerators where it can was in use."""
    return any(_said(process).get("libraries") for process in processes)


def _said(process: Process) -> Mapping[str, Any]:
    said = process.end.get("devices")
    return said if isinstance(said, Mapping) else {}


def _times(duration_s: float | None, number: int) -> float | None:
    return None if duration_s is None else duration_s * number
