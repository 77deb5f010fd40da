"""NVIDIA's management library, NVML, which is part of the driver, by ctypes.

Functions and structures as in the NVML API reference and `nvml.h`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_SIGNS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")
_NAME = "nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1"
_TEXT = 96
_ENABLED = 1
_MOST_LINKS = 36
_MOST_PROCESSES = 256


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU, or an instance of one that is divided (MIG).

    Attributes:
        handle: what the library knows it by.
        unit: its id, such as `GPU-...` or `MIG-...`.
        name: model, and for an instance its profile.
        memory_bytes: its memory.
        capability: compute capability.
        whole: the GPU itself; the device itself where it is not divided.
    """

    handle: Any
    unit: str
    name: str
    memory_bytes: int | None
    capability: str | None
    whole: Any


class Library:
    """The library once it is started.

    Args:
        functions: the loaded library.
    """

    def __init__(self, functions: Any) -> None:
        self._functions = functions

    def _text(self, function: str, *arguments: Any) -> str:
        import ctypes

        buffer = ctypes.create_string_buffer(_TEXT)
        failed = getattr(self._functions, function)(*arguments, buffer, _TEXT)
        return "" if failed else buffer.value.decode(errors="replace")

    def _number(self, function: str, *arguments: Any, wide: bool = False) -> int | None:
        import ctypes

        number = ctypes.c_ulonglong() if wide else ctypes.c_uint()
        try:
            failed = getattr(self._functions, function)(*arguments, ctypes.byref(number))
        except AttributeError:  # an older driver
            return None
        return None if failed else number.value

    @property
    def driver(self) -> str | None:
        """Version of the driver."""
        return self._text("nvmlSystemGetDriverVersion") or None

    @property
    def runtime(self) -> str | None:
        """The newest CUDA that the driver supports."""
        number = self._number("nvmlSystemGetCudaDriverVersion_v2")
        return f"CUDA {number // 1000}.{number % 1000 // 10}" if number else None

    def handles(self) -> list[Any]:
        """One for each GPU that can be used."""
        import ctypes

        found = []
        for index in range(self._number("nvmlDeviceGetCount_v2") or 0):
            handle = ctypes.c_void_p()
            if not self._functions.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)):
                found.append(handle)
        return found

    def devices(self) -> list[Device]:
        """What CUDA can use: each GPU, or in place of one that is divided its instances."""
        found = []
        for handle in self.handles():
            instances = self._instances(handle)
            found += [self._described(one, handle) for one in instances or [handle]]
        return found

    def _instances(self, handle: Any) -> list[Any]:
        import ctypes

        mode, pending = ctypes.c_uint(), ctypes.c_uint()
        try:
            asked = self._functions.nvmlDeviceGetMigMode
        except AttributeError:
            return []
        if asked(handle, ctypes.byref(mode), ctypes.byref(pending)) or mode.value != _ENABLED:
            return []
        found = []
        for index in range(self._number("nvmlDeviceGetMaxMigDeviceCount", handle) or 0):
            instance = ctypes.c_void_p()
            answer = self._functions.nvmlDeviceGetMigDeviceHandleByIndex(
                handle, index, ctypes.byref(instance)
            )
            if not answer:
                found.append(instance)
        return found

    def _described(self, handle: Any, whole: Any) -> Device:
        import ctypes

        memory = (ctypes.c_ulonglong * 3)()  # nvmlMemory_t: total, free, used
        failed = self._functions.nvmlDeviceGetMemoryInfo(handle, memory)
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._functions.nvmlDeviceGetCudaComputeCapability(whole, ctypes.byref(major), ctypes.byref(minor))
        return Device(
            handle=handle,
            unit=self._text("nvmlDeviceGetUUID", handle),
            name=self._text("nvmlDeviceGetName", handle) or self._text("nvmlDeviceGetName", whole),
            memory_bytes=None if failed else memory[0] or None,
            capability=f"{major.value}.{minor.value}" if major.value else None,
            whole=whole,
        )

    def links(self, handle: Any) -> int:
        """How many NVLinks of a GPU are in use."""
        states = (self._number("nvmlDeviceGetNvLinkState", handle, link) for link in range(_MOST_LINKS))
        return sum(state == _ENABLED for state in states)

    def bus(self, handle: Any) -> tuple[int, int] | None:
        """The best generation and number of lanes of PCI Express that GPU and slot can do."""
        generation = self._number("nvmlDeviceGetMaxPcieLinkGeneration", handle)
        width = self._number("nvmlDeviceGetMaxPcieLinkWidth", handle)
        return (generation, width) if generation and width else None

    def energy_mj(self, handle: Any) -> int | None:
        """Millijoules that a GPU has used since the driver was loaded (from Volta on)."""
        return self._number("nvmlDeviceGetTotalEnergyConsumption", handle, wide=True)

    def processes(self, handle: Any) -> dict[int, int]:
        """Bytes of a device's memory that each process holds; 0 where the driver does not say how many."""
        import ctypes

        class Process(ctypes.Structure):  # nvmlProcessInfo_t of version 2 and 3
            _fields_ = (
                ("pid", ctypes.c_uint),
                ("used", ctypes.c_ulonglong),
                ("gpu_instance", ctypes.c_uint),
                ("compute_instance", ctypes.c_uint),
            )

        processes = (Process * _MOST_PROCESSES)()
        count = ctypes.c_uint(_MOST_PROCESSES)
        try:
            failed = self._functions.nvmlDeviceGetComputeRunningProcesses_v3(
                handle, ctypes.byref(count), processes
            )
        except AttributeError:
            return {}
        if failed:
            return {}
        unknown = 2**64 - 1
        return {one.pid: 0 if one.used == unknown else int(one.used) for one in processes[: count.value]}


def has_driver() -> bool:
    """Whether there is a sign of NVIDIA's driver; without one nothing is loaded."""
    if sys.platform == "linux":
        return any(map(os.path.exists, _SIGNS))
    return sys.platform == "win32"


@contextmanager
def management_library() -> Iterator[Library]:
    """The library, started, for as long as it is needed.

    Raises:
        OSError: it is not there, or does not start.
        AttributeError: it lacks what every version has.
    """
    import ctypes

    functions: Any = ctypes.CDLL(_NAME)
    if functions.nvmlInit_v2():
        raise OSError("NVML did not start")
    try:
        yield Library(functions)
    finally:
        functions.nvmlShutdown()
