"""How many processes of a run there are now, and how much memory they hold (Linux).

By proc(5): `status`, `smaps_rollup` and `root` below /proc/PID, and `meminfo`.
"""

from __future__ import annotations

import os
import re
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reprocrate.capture.usage.processes import PROC, family
from reprocrate.rerun.sandbox.bubblewrap import in_memory

_FIELD = re.compile(r"^(RssAnon|RssShmem|VmSwap|Threads):\s+(\d+)", re.MULTILINE)
_PROPORTIONAL = re.compile(r"^(Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+)", re.MULTILINE)
_AVAILABLE = re.compile(r"^(MemTotal|MemAvailable):\s+(\d+)", re.MULTILINE)
BLOCK_BYTES = 512
"""The unit of `st_blocks`, by POSIX."""

_MOST_BYTES = 1 << 16
"""More than the files hold that are read here; the kernel gives them whole at the first call."""

_EXACTLY_SHARE = 0.05
_INODE_BYTES = 1024
"""About what the kernel keeps for each file in memory, whatever it holds."""

_RESERVE_BYTES = 256 << 20
_RESERVE_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at one moment.

    Attributes:
        names: the processes, by their numbers below `proc`.
        threads: how many threads they have together.
        resident: their memory in bytes, that in swap space too, without files on disk, whose pages the system
            takes back when it needs them; what is shared is counted for each.
        proc: where the processes are found.
    """

    names: tuple[int, ...] = ()
    threads: int = 0
    resident: int = 0
    proc: Path = PROC

    @property
    def processes(self) -> int:
        """How many processes there are."""
        return len(self.names)


class Sight:
    """Sees the processes of a command.

    In the sandbox they are all those of its namespace, which its own /proc lists, whoever started them.
    Without it they are those that descend from the command, but for those whose parents have ended.

    Args:
        pid: the process that was started.
        isolated: whether that is a sandbox.
    """

    def __init__(self, pid: int, *, isolated: bool) -> None:
        self._pid = pid
        self._isolated = isolated
        self._first: int | None = None

    @property
    def first(self) -> int | None:
        """The first process of the sandbox's namespace, once that is set up."""
        if self._first is None and self._isolated:
            with suppress(OSError, ValueError):
                children = (PROC / str(self._pid) / "task" / str(self._pid) / "children").read_text("ascii")
                self._first = int(children.split()[0]) if children.split() else None
        return self._first

    @property
    def root(self) -> Path | None:
        """The sandbox's file system as seen from here; None while there is none yet."""
        if self.first is None:
            return None
        root = PROC / str(self.first) / "root"
        with suppress(OSError):
            # Until the sandbox is set up, its root is the host's, and so is what it finds at /proc.
            if os.stat(f"{root}/proc").st_dev != os.stat(PROC).st_dev:  # noqa: PTH116 - done often
                return root
        return None

    def look(self, most: int | None = None, most_threads: int | None = None) -> Seen:
        """See what there is now; where there are more processes or threads than so many, only how many."""
        root = self.root
        if root is not None:
            proc = root / "proc"
            names = [int(name) for name in os.listdir(proc) if name.isdigit()]  # noqa: PTH208 - done often
        elif self._isolated:
            return Seen()
        else:
            proc, names = PROC, family(self._pid)
        threads = resident = 0
        for name in names if most is None or len(names) <= most else ():
            with suppress(OSError):
                status = _read(f"{proc}/{name}/status")
                found = {key: int(value) for key, value in _FIELD.findall(status)}
                threads += found.get("Threads", 1)
                resident += 1024 * sum(found.get(key, 0) for key in ("RssAnon", "RssShmem", "VmSwap"))
            if most_threads is not None and threads > most_threads:
                break
        return Seen(tuple(names), threads, resident, proc)


class MemoryUse:
    """Whether the memory of a run is more than it may be, looked at closely only where it may be."""

    def __init__(self) -> None:
        self._exactly_from = self._nameless_from = 0.0
        self._nameless = 0

    def exceeds(self, limit: int, sight: Sight, seen: Seen) -> bool:
        """Whether the processes hold more, with the files that they keep in memory.

        Pages that n processes share count as the n-th part of a page for each of them (Pss). The kernel walks
        through all pages for that, so that it is not asked at every look. Of files in memory and what is
        mapped of such files the larger counts, as they are mostly the same.
        """
        files = _in_memory(sight.root) + self._without_name(seen)
        now = time.monotonic()
        if seen.resident + files <= limit or now < self._exactly_from:
            return False
        own, shared = _proportional(seen)
        self._exactly_from = time.monotonic() + (time.monotonic() - now) / _EXACTLY_SHARE
        return own + max(shared, files) > limit

    def _without_name(self, seen: Seen) -> int:
        """Bytes of files that never had a name and that memory holds (memfd_create)."""
        now = time.monotonic()
        if now >= self._nameless_from:
            self._nameless = sum(open_without_name(seen, _nameless_device()).values())
            self._nameless_from = time.monotonic() + max(0.2, (time.monotonic() - now) / _EXACTLY_SHARE)
        return self._nameless

    def host_is_short(self) -> bool:
        """Whether so little memory is left on this machine that it would soon choose a process to end."""
        with suppress(OSError, KeyError):
            found = dict(_AVAILABLE.findall(_read(f"{PROC}/meminfo")))
            total, free = (1024 * int(found[name]) for name in ("MemTotal", "MemAvailable"))
            return free < min(_RESERVE_BYTES, _RESERVE_SHARE * total)
        return False


def _read(path: str) -> str:
    """A file below /proc; this is done often, and pathlib and buffers take longer than the kernel."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, _MOST_BYTES).decode("ascii", "replace")
    finally:
        os.close(descriptor)


def open_without_name(seen: Seen, device: int) -> dict[tuple[int, int], int]:
    """Bytes of the files of a device that processes hold open although they have no name, by file."""
    found: dict[tuple[int, int], int] = {}
    for name in seen.names:
        folder = os.fspath(seen.proc / str(name) / "fd")
        with suppress(OSError):
            for descriptor in os.listdir(folder):  # noqa: PTH208 - the numbers alone are wanted
                with suppress(OSError):
                    status = os.stat(f"{folder}/{descriptor}")  # noqa: PTH116 - this is done often
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0 and status.st_dev == device:
                        found[status.st_dev, status.st_ino] = status.st_blocks * BLOCK_BYTES
    return found


@lru_cache(maxsize=1)
def _nameless_device() -> int:
    """Where the kernel keeps files that never had a name."""
    try:
        descriptor = os.memfd_create("device")
    except (OSError, AttributeError):
        return -1
    try:
        return os.fstat(descriptor).st_dev
    finally:
        os.close(descriptor)


def _proportional(seen: Seen) -> tuple[int, int]:
    """Memory of the processes' own and memory that files share, each page counted once.

    Where the system does not tell, all is taken for their own, as it was seen.
    """
    own, shared, told = 0, 0, False
    for name in seen.names:
        try:
            text = (seen.proc / str(name) / "smaps_rollup").read_text(encoding="ascii", errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        except OSError:  # it hides itself
            return seen.resident, 0
        found = {key: 1024 * int(value) for key, value in _PROPORTIONAL.findall(text)}
        told = told or "Pss_Anon" in found
        own += found.get("Pss_Anon", 0) + found.get("SwapPss", 0)
        shared += found.get("Pss_Shmem", 0)
    return (own, shared) if told else (seen.resident, 0)


def _in_memory(root: Path | None) -> int:
    """What files take that the sandbox keeps in memory."""
    total = 0
    for place in in_memory() if root is not None else ():
        with suppress(OSError):
            inside = f"{root}{place}"
            if os.stat(inside).st_dev == os.stat(place).st_dev:  # noqa: PTH116 - this is done often
                continue  # a link, which leads from here to the host's own folder
            found = os.statvfs(inside)
            total += (found.f_blocks - found.f_bfree) * found.f_frsize
            total += (found.f_files - found.f_ffree) * _INODE_BYTES
    return total
