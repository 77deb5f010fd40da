"""Writing a ZIP file whose bytes depend on nothing but its content and the version of zlib."""

from __future__ import annotations

import hashlib
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from reprocrate.bundle import cores
from reprocrate.bundle.deflating import BLOCK_BYTES, deflated_blocks, deflated_whole, shrinks
from reprocrate.bundle.zip_records import (
    DEFLATED,
    LIMIT_32,
    STORED,
    UTF8_NAME,
    Stored,
    central_header,
    end_records,
    local_header,
)
from reprocrate.files import FileDigest

ZIP64_FROM = LIMIT_32 - (1 << 24)
"""From this size on a file gets 64-bit sizes; deflate can lengthen a file by less than the difference."""

_EARLIEST = 315532800  # 1980-01-01, where the time stamps of ZIP files begin
_LATEST = 4354819198  # 2107-12-31 23:59:58, where they end


class ZipWriter:
    """Writes a ZIP file.

    Args:
        output: where to; must be seekable.
        timestamp: time of every member, in seconds since 1970 UTC; clipped to what a ZIP file can say.
        progress: called with the number of bytes of content just read.
        workers: how many threads deflate a large file. The bytes do not depend on it.
    """

    def __init__(
        self,
        output: BinaryIO,
        timestamp: int,
        progress: Callable[[int], None],
        *,
        workers: int | None = None,
    ) -> None:
        self._output = output
        self._time, self._date = _dos_time(timestamp)
        self._progress = progress
        self._workers = cores.workers() if workers is None else workers
        self._position = output.tell()
        self._table = bytearray()  # in the form of the file: a hundred thousand objects would be large
        self._count = 0

    def add_folder(self, path: str) -> None:
        """Add a folder, before what is in it."""
        self._put(self._member(f"{path}/", stat.S_IFDIR | 0o755, b"", b""), b"")

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link, as Info-ZIP does: its content is where it leads to."""
        data = target.encode()
        self._put(self._member(path, stat.S_IFLNK | 0o777, data, data), data)

    def add_small(self, path: str, data: bytes, *, executable: bool) -> FileDigest:
        """Add a file in one piece."""
        packed = deflated_whole(data)
        stored = data if packed is None else packed
        self._put(self._member(path, _mode(executable=executable), data, stored), stored)
        self._progress(len(data))
        return FileDigest(hashlib.sha256(data).hexdigest(), len(data))

    def add_large(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a file of `size` bytes and say what was really read: at most one byte more than that."""
        member = self._member(path, _mode(executable=executable), b"", b"")
        zip64 = size >= ZIP64_FROM
        deflate = shrinks(content, size)
        self._write(local_header(member, self._time, self._date, zip64=zip64))
        start = self._position
        read = _Reading(content, size, self._progress)
        for piece in deflated_blocks(read, self._workers) if deflate else read:
            self._write(piece)
        end = self._position
        member = member._replace(
            method=DEFLATED if deflate else STORED,
            crc=read.crc,
            compressed=end - start,
            size=read.size,
        )
        self._output.seek(member.offset)
        self._output.write(local_header(member, self._time, self._date, zip64=zip64))
        self._output.seek(end)
        self._list(member, zip64=zip64)
        return FileDigest(read.digest.hexdigest(), read.size)

    def finish(self) -> None:
        """Write the table of contents."""
        start = self._position
        self._write(self._table)
        self._write(end_records(self._count, start, len(self._table)))

    def _member(self, name: str, mode: int, data: bytes, stored: bytes) -> Stored:
        method = STORED if stored is data else DEFLATED
        flags = 0 if name.isascii() else UTF8_NAME
        return Stored(
            name.encode(), method, flags, zlib.crc32(data), len(stored), len(data), self._position, mode
        )

    def _put(self, member: Stored, stored: bytes) -> None:
        self._write(local_header(member, self._time, self._date, zip64=False) + stored)
        self._list(member, zip64=False)

    def _list(self, member: Stored, *, zip64: bool) -> None:
        self._table += central_header(member, self._time, self._date, zip64=zip64)
        self._count += 1

    def _write(self, data: bytes | bytearray) -> None:
        self._output.write(data)
        self._position += len(data)


class _Reading:
    """The blocks of a file of `expected` bytes, at most one byte more, and what is known of those read."""

    def __init__(self, content: BinaryIO, expected: int, progress: Callable[[int], None]) -> None:
        self._content = content
        self._left = expected + 1
        self._progress = progress
        self.digest = hashlib.sha256()
        self.crc = self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        while block := _read(self._content, min(BLOCK_BYTES, self._left)):
            self._left -= len(block)
            self.digest.update(block)
            self.crc = zlib.crc32(block, self.crc)
            self.size += len(block)
            self._progress(len(block))
            yield block


def _mode(*, executable: bool) -> int:
    return stat.S_IFREG | (0o755 if executable else 0o644)


def _read(content: BinaryIO, size: int) -> bytes:
    """Fewer bytes only at the end, although a file without a buffer may give them in several parts."""
    data = content.read(size)
    while len(data) < size and (more := content.read(size - len(data))):
        data += more
    return data


def _dos_time(timestamp: int) -> tuple[int, int]:
    """Time and date as two 16-bit numbers (APPNOTE 4.4.6), in UTC."""
    moment = time.gmtime(min(max(timestamp, _EARLIEST), _LATEST))
    clock = moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec // 2
    return clock, (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
