"""Several files, one behind the other, read as one without joining them anywhere; and a part of one."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, NamedTuple

from reprocrate.files import CHUNK_BYTES, SeekableReader, atomic_file, could_not

_MOST_OPEN = 16
"""Pieces that are open at once: a process may have few files open, and a remote piece keeps what it read."""


class Piece(NamedTuple):
    """One of the files.

    Attributes:
        size: its bytes.
        open: opens it; told the place in it that is read first, which a remote one begins with.
    """

    size: int
    open: Callable[[int], BinaryIO]


class JoinedFile(SeekableReader):
    """Pieces, open for reading at any place of the whole.

    Args:
        pieces: in their order. They are opened when they are read.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__()
        self._pieces = tuple(pieces)
        self._starts = [0, *accumulate(piece.size for piece in self._pieces)]
        self.length = self._starts.pop()
        self._open: OrderedDict[int, BinaryIO] = OrderedDict()

    def close(self) -> None:
        """Close all pieces."""
        while self._open:
            self._open.popitem()[1].close()
        super().close()

    def _between(self, start: int, end: int) -> bytes:
        found: list[bytes] = []
        while start < end:
            data = self._part(start, end)
            if not data:  # a piece has become shorter since it was looked at
                break
            found.append(data)
            start += len(data)
        return found[0] if len(found) == 1 else b"".join(found)

    def _part(self, start: int, end: int) -> bytes:
        """What the piece that a place is in has from there on, up to `end`."""
        number = bisect_right(self._starts, start) - 1
        begins = self._starts[number]
        file = self._opened(number, start - begins)
        file.seek(start - begins)
        return file.read(min(end, begins + self._pieces[number].size) - start)

    def _opened(self, number: int, place: int) -> BinaryIO:
        file = self._open.get(number)
        if file is None:
            file = self._open[number] = self._pieces[number].open(place)
            if len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(number)
        return file


def join(file: BinaryIO, target: Path, progress: Callable[[int], object] = lambda _count: None) -> None:
    """Write what pieces make together as one file, all or nothing.

    Args:
        file: the pieces, open at the start.
        target: where to; a file that is there is replaced.
        progress: called with the number of bytes just written.

    Raises:
        UnavailableError: a piece cannot be read, or the file not be written.
    """
    with atomic_file(target) as output:
        while piece := _read(file, target):
            output.write(piece)
            progress(len(piece))


def sha256_of(file: BinaryIO, name: Path) -> str:
    """The SHA-256 of what pieces make together.

    Args:
        file: the pieces, open at the start.
        name: what to call them.

    Raises:
        UnavailableError: a piece cannot be read.
    """
    whole = hashlib.sha256()
    while piece := _read(file, name):
        whole.update(piece)
    return whole.hexdigest()


def _read(file: BinaryIO, target: Path) -> bytes:
    try:
        return file.read(CHUNK_BYTES)
    except OSError as error:
        raise could_not("read", error.filename or target, error) from error


class Window(SeekableReader):
    """Bytes of an open file from one place to another.

    Args:
        file: the file; closing the window closes it.
        start: where the window begins.
        size: its bytes.
    """

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self.length = size

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _between(self, start: int, end: int) -> bytes:
        self._file.seek(self._start + start)
        return self._file.read(end - start)
