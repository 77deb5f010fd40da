"""The file behind a redirected standard input, as in `reprocrate run -- ./train < data.csv`.

Nobody opens it while the command runs, so that neither strace nor what a compiled program does tells of it.
"""

from __future__ import annotations

import os
import sys
from stat import S_ISREG

_LONGEST_PATH = 1024  # PATH_MAX of macOS, which F_GETPATH fills


def standard_input() -> str | None:
    """The path of the file that our standard input is, which the command inherits; None where it is none."""
    try:
        status = os.fstat(0)
        if not S_ISREG(status.st_mode):
            return None
        path = _path_of(0)
        return path if os.path.samestat(os.stat(path), status) else None  # noqa: PTH116 - it may be removed
    except (OSError, ValueError):
        return None


def place_in_standard_input() -> int | None:
    """How far our standard input has been read; None where it is no file."""
    try:
        return os.lseek(0, 0, os.SEEK_CUR) if S_ISREG(os.fstat(0).st_mode) else None
    except OSError:
        return None


def _path_of(descriptor: int) -> str:
    if sys.platform == "darwin":
        import fcntl

        buffer = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(_LONGEST_PATH))
        return os.fsdecode(buffer.partition(b"\0")[0])
    return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
