"""Files that are read at any place, whatever their bytes come from."""

from __future__ import annotations

import io
from abc import abstractmethod
from threading import RLock
from typing import Any


class SeekableReader(io.RawIOBase):
    """A file of known length, open for reading; a subclass says which bytes it has.

    Several threads may read, each of them the place that it went to only if it is alone.

    Attributes:
        length: bytes that it has.
    """

    length: int

    def __init__(self) -> None:
        super().__init__()
        self._position = 0
        self._alone = RLock()

    @abstractmethod
    def _between(self, start: int, end: int) -> bytes:
        """The bytes from one place to another, both within the file; fewer where it turned out shorter."""

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read at any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.length}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """The place."""
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1, /) -> bytes:
        """As many bytes as there are from here on, but not more than `size`."""
        with self._alone:
            end = self.length if size < 0 else min(self.length, self._position + size)
            if end <= self._position:
                return b""
            data = self._between(self._position, end)
            self._position += len(data)
            return data
