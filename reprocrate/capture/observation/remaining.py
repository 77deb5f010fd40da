"""Processes that go on after the command has ended, as a daemon does (Linux).

They are known by the folder of the launch in the environment that they were started with (proc(5), `environ`)
and not by their parent, which may be another one by now.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
_TRIES, _PAUSE_S = 6, 0.05  # helpers, such as Python's resource tracker, end a moment later


def goes_on(folder: Path) -> bool:
    """Whether a process of the launch that has its record in this folder still runs."""
    mark = b"REPROCRATE_LOG_DIR=" + os.fsencode(folder) + b"\0"
    found = [pid for pid in _processes() if _has(pid, mark)]
    for _ in range(_TRIES):
        if not found:
            return False
        time.sleep(_PAUSE_S)
        found = [pid for pid in found if _has(pid, mark)]
    return bool(found)


def _processes() -> list[str]:
    with suppress(OSError):
        return [name for name in os.listdir(PROC) if name.isdigit()]  # noqa: PTH208 - names are enough
    return []


def _has(pid: str, mark: bytes) -> bool:
    try:
        with open(f"{PROC}/{pid}/environ", "rb") as handle:  # noqa: PTH123 - there may be thousands
            return mark in handle.read()
    except OSError:  # it has ended, or is another user's
        return False
