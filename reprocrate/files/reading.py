"""Reading small files that may have become anything meanwhile."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_NO_WAITING = getattr(os, "O_NONBLOCK", 0)


def read_regular(path: Path, most: int) -> bytes:
    """The content of a file; nothing where it is no file or larger than `most` bytes.

    A pipe does not keep the caller waiting, and a device without end does not fill the memory.

    Raises:
        OSError: it could not be read.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | _NO_WAITING), "rb") as handle:
        status = os.fstat(handle.fileno())
        return handle.read(most) if stat.S_ISREG(status.st_mode) and status.st_size <= most else b""
