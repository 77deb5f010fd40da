"""The file behind a redirected standard input, `python train.py < data.csv`: it is open before Python is.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

_REGULAR, _KIND = 0o100000, 0o170000  # S_IFREG and S_IFMT: `stat` may not be imported yet
_LONGEST_PATH = 1024  # PATH_MAX of macOS, which F_GETPATH fills


def standard_input(folder: str) -> str | None:
    """The path of the file that this process was given as its standard input; None where there is none.

    What a recorded process gave to another one it has opened, or got, itself: it has told of it.

    Args:
        folder: where the logs of the processes are.
    """
    try:
        status = os.fstat(0)
        if status.st_mode & _KIND != _REGULAR:
            return None
        if os.path.exists(os.path.join(folder, "access-%d-0.jsonl" % os.getppid())):
            return None
        path = _path_of(0)
        return path if os.path.samestat(os.stat(path), status) else None  # it may have been removed
    except (OSError, ValueError):
        return None


def _path_of(descriptor: int) -> str:
    """The path of an open file; OSError where the system does not tell."""
    if sys.platform == "darwin":
        import fcntl

        buffer = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(_LONGEST_PATH))
        return os.fsdecode(buffer.partition(b"\0")[0])
    return os.readlink("/proc/self/fd/%d" % descriptor)
