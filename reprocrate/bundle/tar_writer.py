"""Writing a tar archive into Zstandard frames, and hashing each file while others compress it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from reprocrate.bundle.bag import PAYLOAD
from reprocrate.bundle.layout import is_leading
from reprocrate.bundle.tar_records import END, Headers, padding
from reprocrate.bundle.zstd_writer import FRAME_BYTES, FrameWriter
from reprocrate.files import FileDigest

if TYPE_CHECKING:
    from concurrent.futures import Future

_MOST_WAITING = 3  # chunks to be hashed: a few, since threads are not always served at once


class TarWriter:
    """Writes a tar archive; use it in a `with` statement.

    Args:
        output: where to; need not be seekable.
        timestamp: time of every member, in seconds since 1970 UTC.
        progress: called with the number of bytes of content just read.
        threads: how many compress; by default as many as there are processors.
    """

    def __init__(
        self, output: BinaryIO, timestamp: int, progress: Callable[[int], None], threads: int = 0
    ) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._frames = FrameWriter(output, threads)
        self._headers = Headers(timestamp)
        self._progress = progress
        self._hashing = ThreadPoolExecutor(1)
        self._leads: bool | None = False  # whether the last file was one to be read first; None: no more

    def __enter__(self) -> Self:
        self._open = ExitStack()
        self._open.enter_context(self._frames)
        self._open.callback(self._hashing.shutdown, cancel_futures=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add_folder(self, path: str) -> None:
        """Add a folder, before what is in it."""
        self._part(path)
        self._frames.write(self._headers.of_folder(path))

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._part(path)
        self._frames.write(self._headers.of_link(path, target))

    def add_small(self, path: str, data: bytes, *, executable: bool) -> FileDigest:
        """Add a file in one piece."""
        self._part(path)
        size = len(data)
        header = self._headers.of_file(path, size, executable=executable)
        self._frames.write(b"".join((header, data, padding(size))))
        self._progress(size)
        return FileDigest(hashlib.sha256(data).hexdigest(), size)

    def add_large(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a file of `size` bytes and say what was really read: at most one byte more than that."""
        self._part(path)
        self._frames.write(self._headers.of_file(path, size, executable=executable))
        digest, seen = hashlib.sha256(), 0
        waiting: deque[Future[None]] = deque()
        while seen <= size and (chunk := content.read(min(self._frames.room, size + 1 - seen))):
            waiting.append(self._hashing.submit(digest.update, chunk))
            if len(waiting) > _MOST_WAITING:
                waiting.popleft().result()
            seen += len(chunk)
            self._frames.write(chunk)
            self._progress(len(chunk))
        self._frames.write(padding(size))
        if size > FRAME_BYTES:
            self._frames.cut()  # who lists the members finds the next header where a frame begins
        if waiting:
            waiting[-1].result()
        return FileDigest(digest.hexdigest(), seen)

    def finish(self) -> None:
        """Write what an archive ends with, and the table of frames."""
        self._frames.write(END)
        self._frames.finish()

    def _part(self, path: str) -> None:
        """Begin a new frame behind the files that are read before all others."""
        if self._leads is None:
            return
        leads = is_leading(path.removeprefix(PAYLOAD))
        if self._leads and not leads:
            self._frames.cut()
            self._leads = None
        else:
            self._leads = leads
