"""Copies that share their blocks with the original until one of the two is written to.

Where the file system can (Btrfs, XFS, bcachefs, ZFS and others), a copy of any size takes no
space. Unlike a hard link it is a file of its own: whatever is done to it, the original stays as it is.
"""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FICLONE = 0x40049409
"""`FICLONE` of linux/fs.h, _IOW(0x94, 9, int): see ioctl_ficlone(2)."""

_SMALLEST_BYTES = 1 << 20
"""Below this a plain copy is as fast."""


def clone(original: BinaryIO, copy: BinaryIO, size: int) -> bool:
    """Give an empty file the content of another without copying it; False where that cannot be done here.

    Args:
        original: the file, open for reading.
        copy: the new file, open for writing, nothing written to it yet.
        size: the size of the original in bytes.
    """
    if fcntl is None:
        return False
    if size >= _SMALLEST_BYTES:
        with suppress(OSError):  # another file system, or one that cannot
            fcntl.ioctl(copy.fileno(), _FICLONE, original.fileno())
            return True
    return False
