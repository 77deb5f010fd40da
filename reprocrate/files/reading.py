"""Reading files that may have become anything meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NO_WAITING = getattr(os, "O_NONBLOCK", 0)


def open_regular(path: Path) -> BinaryIO:
    """A file opened for reading, unbuffered. A link is followed.

    A pipe does not keep the caller waiting, and a device is not even opened.

    Raises:
        OSError: it could not be opened, or is no file (`EISDIR` for a folder, `EINVAL` for anything else).
    """
    _require_regular(os.stat(path).st_mode)  # noqa: PTH116 - what is opened below is looked at again
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | _NO_WAITING)
    try:
        _require_regular(os.fstat(descriptor).st_mode)
        return open(descriptor, "rb", buffering=0)  # noqa: PTH123 - a descriptor
    except BaseException:
        os.close(descriptor)
        raise


def _require_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a device, a pipe or a socket")


def read_regular(path: Path, most: int) -> bytes:
    """The content of a file; nothing where it is no file or larger than `most` bytes.

    A pipe does not keep the caller waiting, and a device without end does not fill the memory.

    Raises:
        OSError: it could not be read.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | _NO_WAITING), "rb") as handle:
        status = os.fstat(handle.fileno())
        return handle.read(most) if stat.S_ISREG(status.st_mode) and status.st_size <= most else b""
