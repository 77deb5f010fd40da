"""The processes that descend from one, and how much memory they hold together (Linux).

By proc(5): `task/TID/children`, `statm` and `smaps_rollup` below /proc/PID.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")

_DRIVERS = re.compile(r"/dev/(nvidia[0-9]|nvidia-uvm|kfd|dri/render|accel|dxg|vfio/)")


def family(pid: int, proc: Path = PROC) -> list[int]:
    """A process and all that descend from it, but for those whose parents have ended."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        tasks = proc / str(one) / "task"
        with suppress(OSError):
            for thread in os.listdir(tasks):  # noqa: PTH208 - this is done often
                with suppress(OSError, ValueError):
                    text = (tasks / thread / "children").read_text(encoding="ascii")
                    waiting += map(int, text.split())
    return found


def resident_bytes(pids: list[int], proc: Path = PROC) -> int:
    """Resident memory of all of them; what they share is counted as often as it is shared."""
    if not hasattr(os, "sysconf"):  # Windows
        return 0
    page = os.sysconf("SC_PAGE_SIZE")
    total = 0
    for pid in pids:
        with suppress(OSError, ValueError, IndexError):
            total += int((proc / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * page
    return total


def proportional_bytes(pids: list[int], proc: Path = PROC) -> int | None:
    """Resident memory of all of them, what they share counted once; None where the system does not tell.

    A page that n processes share counts as the n-th part of a page for each of them (Pss).
    """
    total, told = 0, False
    for pid in pids:
        try:
            text = (proc / str(pid) / "smaps_rollup").read_text(encoding="ascii", errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # it has just ended, or the kernel is older than 4.14
            continue
        except OSError:  # another user's
            return None
        for line in text.splitlines():
            if line.startswith("Pss:"):
                total, told = total + int(line.split()[1]) * 1024, True
    return total if told else None


def holding_drivers(pids: list[int], proc: Path = PROC) -> set[int]:
    """Those of them that hold an accelerator's driver open, whatever program they are."""
    found = set()
    for pid in pids:
        folder = os.fspath(proc / str(pid) / "fd")
        with suppress(OSError):
            for name in os.listdir(folder):  # noqa: PTH208 - this is done often
                with suppress(OSError):
                    if _DRIVERS.match(os.readlink(f"{folder}/{name}")):  # noqa: PTH115
                        found.add(pid)
                        break
    return found
