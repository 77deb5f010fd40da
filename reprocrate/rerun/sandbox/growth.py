"""How much a run adds to the disk: seen at a glance by the free space, and counted where that falls."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from reprocrate.rerun.sandbox.consumption import BLOCK_BYTES, Sight, open_without_name

_RESERVE_BYTES = 1 << 30
_RESERVE_SHARE = 0.05
_COUNT_EVERY_S = 10.0
_COUNT_SHARE = 0.01
_FILE_CLOCK = 5  # CLOCK_REALTIME_COARSE, which Python does not name: by it Linux stamps files


def _file_time_ns() -> int:
    """The time that a file would be stamped with now, which lags behind the clock by some milliseconds."""
    return time.clock_gettime_ns(_FILE_CLOCK) if sys.platform == "linux" else time.time_ns()


class Growth:
    """What is added to some folders from now on.

    Free space is cheap to ask for, but everybody on the machine takes of it and gives back. So files are
    counted where it has fallen by as much as the limit allows, and now and then anyway; only those count that
    were changed since.

    Args:
        folders: all on one disk.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders if hasattr(os, "statvfs") else ()  # Windows has another call for it
        self._began_ns = _file_time_ns()
        self._free, self._free_files = self._left() if self._folders else (0, 0)
        self._reserve = min(_RESERVE_BYTES, int(_RESERVE_SHARE * self._free))
        self._count_below: tuple[int, int] | None = None
        self._count_at = time.monotonic() + _COUNT_EVERY_S

    def disk_is_full(self) -> bool:
        """Whether next to nothing is left of the space that there was."""
        return bool(self._folders) and self._left()[0] < self._reserve

    def exceeds(self, limit: int, files: int | None, sight: Sight) -> Literal["", "bytes", "files"]:
        """Whether more than so many bytes or files were added.

        Args:
            limit: bytes.
            files: how many files; None for any number.
            sight: sees the processes, which may hold files open that have no name any more.
        """
        if not self._folders:
            return ""
        free, free_files = self._left()
        most_files = files if files is not None else 1 << 62
        below = self._count_below or (self._free - limit, self._free_files - most_files)
        began = time.monotonic()
        if free >= below[0] and free_files >= below[1] and began < self._count_at:
            return ""
        size, number = self._added(limit, most_files)
        if size <= limit and number <= most_files:
            size += sum(open_without_name(sight.look(), self._folders[0].stat().st_dev).values())
        if size > limit:
            return "bytes"
        if number > most_files:
            return "files"
        # Count again once the rest of what is allowed may be used up, or after a while.
        self._count_below = (free - max(limit - size, 1), free_files - max(most_files - number, 1))
        self._count_at = time.monotonic() + max(_COUNT_EVERY_S, (time.monotonic() - began) / _COUNT_SHARE)
        return ""

    def _left(self) -> tuple[int, int]:
        found = os.statvfs(self._folders[0])
        return found.f_bavail * found.f_frsize, found.f_ffree

    def _added(self, most: int, most_files: int) -> tuple[int, int]:
        """Bytes and number of the files that were changed since; no further than a limit."""
        size = number = 0
        waiting = [os.fspath(folder) for folder in self._folders]
        seen: set[tuple[int, int]] = set()
        while waiting and size <= most and number <= most_files:
            with suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    with suppress(OSError):
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISDIR(status.st_mode):
                            waiting.append(entry.path)
                        if status.st_ctime_ns < self._began_ns:
                            continue
                        number += 1
                        if status.st_nlink > 1 and not stat.S_ISDIR(status.st_mode):
                            key = (status.st_dev, status.st_ino)
                            size -= status.st_blocks * BLOCK_BYTES if key in seen else 0
                            seen.add(key)
                        size += status.st_blocks * BLOCK_BYTES
        return size, number
