"""Reading at a place of an open file, from several threads at once."""

from __future__ import annotations

import os
from threading import Lock
from typing import BinaryIO


class PositionedFile:
    """An open file that is read at places, never in a row.

    Args:
        file: the file; it stays the caller's. It need not be one of the system's.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = Lock()
        try:
            self._descriptor = file.fileno()
            self._reads = getattr(os, "pread", None)
        except OSError:  # such as a remote one
            self._reads = None

    def read(self, position: int, size: int) -> bytes:
        """Bytes from a position on: fewer than `size` only at the end of the file."""
        if self._reads is None:
            with self._lock:
                self._file.seek(position)
                return self._file.read(size)
        data: bytes = self._reads(self._descriptor, size, position)
        while len(data) < size and (
            more := self._reads(self._descriptor, size - len(data), position + len(data))
        ):
            data += more
        return data
