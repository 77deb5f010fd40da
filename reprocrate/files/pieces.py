"""Reading as a file what comes in pieces, such as a member of an archive while it is unpacked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


class PieceReader(io.RawIOBase):
    """Pieces of bytes as a file that is read once, from front to back.

    Args:
        pieces: the content; what they raise is raised to who reads.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer from the piece at hand; 0 at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._left))
        target[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def close(self) -> None:
        """Let go of what the pieces come from."""
        if not self.closed and (close := getattr(self._pieces, "close", None)):
            close()
        super().close()
