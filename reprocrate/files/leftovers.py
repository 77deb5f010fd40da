"""What killed processes left behind under a temporary name, told apart from what others are writing.

Whoever writes holds a lock on the temporary file or folder, which the system releases when the process dies.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reprocrate.files.reasons import could_not

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


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """A new folder in another one, which is gone when the block ends.

    Where the process is killed, it is a leftover that the next one removes.

    Raises:
        UnavailableError: it cannot be made.
    """
    import shutil  # which most never need

    place = parent / f".reprocrate-{os.urandom(8).hex()}.partial"
    descriptor: int | None = None
    try:
        place.mkdir(mode=0o700)
        if fcntl is not None:
            descriptor = os.open(place, os.O_RDONLY)
    except OSError as error:
        raise could_not("write", parent, error) from error
    try:
        if descriptor is not None:
            hold(descriptor)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


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
