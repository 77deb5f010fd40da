"""The machine of a launch: processor, memory, accelerators and what connects them.

On Linux from /proc and /sys, without starting a program; NVIDIA's GPUs from its management library, which is
part of the driver. macOS tells by `sysctl` and `system_profiler`, Windows by its registry.
"""

from __future__ import annotations

from collections.abc import Mapping

from reprocrate.capture.hardware.accelerators import find_accelerators
from reprocrate.capture.hardware.interconnect import find_interconnect
from reprocrate.capture.hardware.memory import memory_bytes
from reprocrate.capture.hardware.processor import processor
from reprocrate.capture.record import Hardware

__all__ = ["look_at_hardware"]


def look_at_hardware(environ: Mapping[str, str]) -> Hardware:
    """This machine, as far as a launch with the variables `environ` could use it."""
    accelerators = find_accelerators(environ)
    return Hardware(
        cpu=processor(),
        memory_bytes=memory_bytes(),
        accelerators=accelerators,
        interconnect=find_interconnect(len(accelerators)),
    )
