"""What killed processes left behind under a temporary name, told apart from what others are writing.

Whoever writes holds a lock on the temporary file or folder, which the system releases when the process dies.
"""

from __future__ import annotations

import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows removes nothing that is open
    fcntl = None  # type: ignore[assignment]

_TEMPORARY = re.compile(r"\.?reprocrate-[0-9a-f]{16}\.(?:tmp|partial)")
_YOUNG_SECONDS = 60
"""So long after it was made, a temporary file may be one whose writer has not locked it yet."""


def hold(descriptor: int) -> None:
    """Keep others from taking what is being written here for a leftover, until the descriptor is closed."""
    if fcntl is not None:
        with suppress(OSError):  # on a file system without locks nothing is ever removed
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_leftovers(folder: Path) -> None:
    """Remove what earlier processes of this user left in a folder when they were killed.

    What cannot be removed stays: it has a name of its own and is in nobody's way.
    """
    if fcntl is None:
        return
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            if _TEMPORARY.fullmatch(entry.name):
                with suppress(OSError):
                    _remove_if_abandoned(Path(entry.path))


def _remove_if_abandoned(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or time.time() - status.st_mtime < _YOUNG_SECONDS:
            return
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(status.st_mode):
            import shutil  # which most never need

            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink()
    finally:
        os.close(descriptor)
