"""How much main memory a launch can use."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from reprocrate.capture.hardware.control_groups import OWN, memory_limit


def memory_bytes(proc: Path = OWN) -> int | None:
    """Main memory in bytes, or less where a control group allows less."""
    sizes = [size for size in (installed_bytes(), memory_limit(proc)) if size is not None]
    return min(sizes, default=None)


def installed_bytes() -> int | None:
    """The main memory of this machine that its system can use."""
    if sys.platform == "win32":
        return _of_windows()
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _of_windows() -> int | None:
    """By GlobalMemoryStatusEx (Windows API, structure MEMORYSTATUSEX)."""
    if sys.platform != "win32":
        return None
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("others", ctypes.c_ulonglong * 6),
        )

    status = Status(length=ctypes.sizeof(Status))
    answered = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.total) if answered else None
