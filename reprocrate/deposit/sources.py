"""Files on their way to an archive: read in pieces, never held in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from reprocrate.errors import IntegrityError
from reprocrate.files import CHUNK_BYTES, could_not


@dataclass(frozen=True)
class Source:
    """What is to be kept under a name: the bytes of a file, a window of one, or some bytes.

    Attributes:
        name: what it is to be called.
        content: a file, or the bytes themselves.
        start: where the window begins.
        length: bytes of the window; None for all that follow.
    """

    name: str
    content: Path | bytes
    start: int = 0
    length: int | None = None

    @cached_property
    def size(self) -> int:
        """Its bytes.

        Raises:
            UnavailableError: the file cannot be read.
        """
        if self.length is not None:
            return self.length
        if isinstance(self.content, bytes):
            return len(self.content) - self.start
        try:
            return self.content.stat().st_size - self.start
        except OSError as error:
            raise could_not("read", self.content, error) from error

    def digest(self, algorithm: str, read: Callable[[int], object] = lambda _count: None) -> str:
        """Its digest in hexadecimal digits, to find damage and not malice: InvenioRDM tells no more than MD5.

        Args:
            algorithm: by its name in `hashlib`.
            read: told how many bytes were read.

        Raises:
            UnavailableError: the file cannot be read.
            IntegrityError: it is shorter than it was.
        """
        digest = hashlib.new(algorithm, usedforsecurity=False)
        with self.open() as window:
            while piece := window.read(CHUNK_BYTES):
                digest.update(piece)
                read(len(piece))
        return digest.hexdigest()

    def open(self, start: int = 0, length: int | None = None) -> Window:
        """It, or a part of it, open for reading; use it in a `with` statement.

        Raises:
            UnavailableError: the file cannot be read.
        """
        rest = self.size - start if length is None else min(length, self.size - start)
        if isinstance(self.content, bytes):
            return Window(self.name, io.BytesIO(self.content), self.start + start, rest)
        try:
            return Window(str(self.content), self.content.open("rb"), self.start + start, rest)
        except OSError as error:
            raise could_not("read", self.content, error) from error


class Window:
    """A part of a file, read from its start to its end.

    An HTTP client asks a body for its `len` and calls `read`, so that nothing is held in memory.

    Args:
        name: the file, for errors.
        file: open for reading.
        start: where the part begins.
        size: its bytes.
    """

    def __init__(self, name: str, file: BinaryIO, start: int, size: int) -> None:
        self._name = name
        self._file = file
        self._left = size
        self.len = size
        self.sent: Callable[[int], object] = lambda _count: None
        file.seek(start)

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """What follows.

        Raises:
            UnavailableError: the file cannot be read.
            IntegrityError: the file has become shorter.
        """
        wanted = self._left if size < 0 else min(size, self._left)
        if not wanted:
            return b""
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            raise could_not("read", self._name, error) from error
        if not piece:
            raise IntegrityError(
                f"{self._name} became shorter while it was sent", fix="Let nothing change it, and try again"
            )
        self._left -= len(piece)
        self.sent(len(piece))
        return piece
