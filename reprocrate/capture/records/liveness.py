"""Whether the process that writes a record still lives, told by a lock that the system releases when it dies.

A lock, unlike a process number, also answers from another node of a shared file system and names no machine.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

LOCK_NAME = "running.lock"
_LONGEST_TICK_S = 0.05


class Liveness:
    """Held for as long as a launch runs.

    Raises:
        OSError: the lock file could not be created.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        with suppress(OSError):  # on a file system without locks nobody can tell; see `is_alive`
            take_lock(self._descriptor, wait=True)
        self._await_tick()

    def _await_tick(self) -> None:
        """Begin later than anything that was written before, by a clock that goes on only every few ms.

        Otherwise what was laid out for a launch just before it would seem to be written by it.
        """
        created_ns, given_up = self.began_ns, time.monotonic() + _LONGEST_TICK_S
        while self.began_ns <= created_ns and time.monotonic() < given_up:
            time.sleep(0.001)
            with suppress(OSError):
                os.utime(self._path)

    @property
    def began_ns(self) -> int:
        """When it began, by the clock of the file system, which may not be this machine's."""
        return os.fstat(self._descriptor).st_ctime_ns

    def end(self) -> None:
        """The launch is over, or never was."""
        if self._descriptor >= 0:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1


def is_alive(folder: Path) -> bool:
    """Whether the launch that writes its record into this folder still runs; if nobody can tell, it does."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR)
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        take_lock(descriptor, wait=False)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def take_lock(descriptor: int, *, wait: bool) -> None:
    """Take the lock of an open file, until it is closed or this process dies.

    Raises:
        OSError: another process holds it, or the file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
