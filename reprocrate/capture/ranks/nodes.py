"""The machines of a launch of many processes: ours is looked at, others described themselves."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from reprocrate.capture.hardware import look_at_hardware
from reprocrate.capture.hardware.nvidia import named_devices
from reprocrate.capture.hardware.processor import by_cpuinfo
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.ranks.ranks import Found
from reprocrate.capture.record import Accelerator, Hardware

_NOWHERE = Path("/nonexistent")  # the folder that tells of cores is on that machine
_DRIVER = re.compile(r"Kernel Module\s+(?:for \S+\s+)?(?P<version>[0-9]+(?:\.[0-9]+)+)")
# What is written where a control group sets no limit: `max`, or the largest number of pages in bytes.
_NO_LIMIT = 1 << 62


def look_at_nodes(
    ranks: Found | None, processes: Sequence[Process], environ: Mapping[str, str]
) -> tuple[Hardware, ...]:
    """The machine of rank 0 and then those of the other ranks, each once; ours where there are no ranks.

    Args:
        ranks: the ranks of the launch.
        processes: the processes that left a log.
        environ: the variables of the launch.
    """
    ours = environ.get("REPROCRATE_NODE")
    if ranks is None:
        return (look_at_hardware(environ),)
    described = {
        str(process.header.get("node")): machine
        for process in reversed(processes)
        if isinstance(machine := process.header.get("machine"), dict)
    }
    found = []
    for node in dict.fromkeys(process.header.get("node") for process in ranks.own.values()):
        visible = _visible(process for process in ranks.own.values() if process.header.get("node") == node)
        if node in (ours, None):
            found.append(look_at_hardware(_with_visible(environ, visible)))
        elif str(node) in described:
            found.append(described_hardware(described[str(node)], visible))
    return tuple(found) or (look_at_hardware(environ),)


def described_hardware(machine: Mapping[str, Any], visible: str | None = None) -> Hardware:
    """A machine as it described itself (`recorder/_reprocrate_ranks.py`).

    Args:
        machine: the description.
        visible: the GPUs that could be used there, as `CUDA_VISIBLE_DEVICES` names them; None for all.
    """
    architecture, threads = str(machine.get("machine") or platform.machine()), machine.get("threads")
    cpu = by_cpuinfo(f"{machine.get('cpuinfo') or ''}\n", architecture, _NOWHERE)
    cpu = replace(cpu, threads=threads if isinstance(threads, int) else None)
    return Hardware(cpu, _memory(machine), _gpus(machine, visible))


def _memory(machine: Mapping[str, Any]) -> int | None:
    sizes = [machine.get("memory")]
    for limit in machine.get("limits") or ():
        with suppress(ValueError):
            sizes.append(int(limit))
    known = [size for size in sizes if isinstance(size, int) and 0 < size < _NO_LIMIT]
    return min(known, default=None)


def _gpus(machine: Mapping[str, Any], visible: str | None) -> tuple[Accelerator, ...]:
    """NVIDIA's GPUs, from what its driver shows in /proc/driver/nvidia (README, "The /proc Interface")."""
    match = _DRIVER.search(str(machine.get("nvidia", "")))
    found = []
    for text in machine.get("gpus") or ():
        fields = {
            name.strip(): value.strip()
            for name, colon, value in (line.partition(":") for line in str(text).splitlines())
            if colon
        }
        if fields.get("Model"):
            gpu = Accelerator("nvidia", fields["Model"], driver=match["version"] if match else None)
            found.append((fields.get("GPU UUID", ""), gpu))
    return tuple(gpu for _, gpu in named_devices(found, visible))


def _visible(processes: Iterable[Process]) -> str | None:
    """The GPUs that any of these ranks could use; None where one of them could use all."""
    lists = [(process.header.get("ranks") or {}).get("CUDA_VISIBLE_DEVICES") for process in processes]
    if not lists or None in lists:
        return None
    words = [word.strip() for text in lists for word in str(text).split(",") if word.strip()]
    return ",".join(sorted(dict.fromkeys(words)))


def _with_visible(environ: Mapping[str, str], visible: str | None) -> Mapping[str, str]:
    if visible is None:
        return environ
    return {**environ, "CUDA_VISIBLE_DEVICES": visible}
