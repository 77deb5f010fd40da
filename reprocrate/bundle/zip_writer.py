"""Writing a ZIP file whose bytes depend on nothing but its content and the version of zlib."""

from __future__ import annotations

import hashlib
import stat
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

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
from reprocrate.files import CHUNK_BYTES, FileDigest

COMPRESSOR = f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
"""What compresses: the same content gives the same bytes with the same compressor."""

LEVEL = 6
WHOLE_BYTES = 1 << 20
"""Up to this size a file is compressed in memory, and stored as it is if that is not longer."""

ZIP64_FROM = LIMIT_32 - (1 << 24)
"""From this size on a file gets 64-bit sizes; deflate can lengthen a file by less than the difference."""

_SAMPLES = 8
_SAMPLE_BYTES = 1 << 16
_WORTH_IT = 0.9
_EARLIEST = 315532800  # 1980-01-01, where the time stamps of ZIP files begin
_LATEST = 4354819198  # 2107-12-31 23:59:58, where they end


class ZipWriter:
    """Writes a ZIP file.

    Args:
        output: where to; must be seekable.
        timestamp: time of every member, in seconds since 1970 UTC; clipped to what a ZIP file can say.
        progress: called with the number of bytes of content just read.
    """

    def __init__(self, output: BinaryIO, timestamp: int, progress: Callable[[int], None]) -> None:
        self._output = output
        self._time, self._date = _dos_time(timestamp)
        self._progress = progress
        self._members: list[tuple[Stored, bool]] = []

    def add_folder(self, path: str) -> None:
        """Add a folder, before what is in it."""
        member = self._member(f"{path}/", stat.S_IFDIR | 0o755)
        self._put(member, b"")

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link, as Info-ZIP does: its content is where it leads to."""
        data = target.encode()
        member = self._member(path, stat.S_IFLNK | 0o777)
        self._put(replace(member, crc=zlib.crc32(data), compressed=len(data), size=len(data)), data)

    def add_file(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a file of `size` bytes and say what was really read: at most one byte more than that."""
        member = self._member(path, stat.S_IFREG | (0o755 if executable else 0o644))
        if size <= WHOLE_BYTES:
            return self._add_whole(member, content.read(size + 1))
        deflate = shrinks(content, size)
        return self._add_streamed(replace(member, method=DEFLATED if deflate else STORED), content, size)

    def finish(self) -> None:
        """Write the table of contents."""
        start = self._output.tell()
        for member, zip64 in self._members:
            self._output.write(central_header(member, self._time, self._date, zip64=zip64))
        size = self._output.tell() - start
        self._output.write(end_records(len(self._members), start, size))

    def _member(self, name: str, mode: int) -> Stored:
        flags = 0 if name.isascii() else UTF8_NAME
        return Stored(name.encode(), STORED, flags, 0, 0, 0, self._output.tell(), mode)

    def _add_whole(self, member: Stored, data: bytes) -> FileDigest:
        self._progress(len(data))
        packed = _deflated(data) if data else data
        deflate = len(packed) < len(data)
        stored = packed if deflate else data
        member = replace(
            member,
            method=DEFLATED if deflate else STORED,
            crc=zlib.crc32(data),
            compressed=len(stored),
            size=len(data),
        )
        self._put(member, stored)
        return FileDigest(hashlib.sha256(data).hexdigest(), len(data))

    def _put(self, member: Stored, stored: bytes) -> None:
        self._output.write(local_header(member, self._time, self._date, zip64=False) + stored)
        self._members.append((member, False))

    def _add_streamed(self, member: Stored, content: BinaryIO, size: int) -> FileDigest:
        zip64 = size >= ZIP64_FROM
        self._output.write(local_header(member, self._time, self._date, zip64=zip64))
        start = self._output.tell()
        packer = _packer() if member.method == DEFLATED else None
        digest, crc, seen = hashlib.sha256(), 0, 0
        while seen <= size and (chunk := content.read(min(CHUNK_BYTES, size + 1 - seen))):
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            seen += len(chunk)
            self._output.write(packer.compress(chunk) if packer else chunk)
            self._progress(len(chunk))
        if packer:
            self._output.write(packer.flush())
        end = self._output.tell()
        member = replace(member, crc=crc, compressed=end - start, size=seen)
        self._output.seek(member.offset)
        self._output.write(local_header(member, self._time, self._date, zip64=zip64))
        self._output.seek(end)
        self._members.append((member, zip64))
        return FileDigest(digest.hexdigest(), seen)


def _packer() -> zlib._Compress:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


def _deflated(data: bytes) -> bytes:
    packer = _packer()
    return packer.compress(data) + packer.flush()


def shrinks(content: BinaryIO, size: int) -> bool:
    """Whether a large file is worth deflating, judged by samples spread evenly over it."""
    read = packed = 0
    for number in range(_SAMPLES):
        content.seek((size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
        sample = content.read(_SAMPLE_BYTES)
        read += len(sample)
        packed += len(zlib.compress(sample, 1))
    content.seek(0)
    return packed < _WORTH_IT * read


def _dos_time(timestamp: int) -> tuple[int, int]:
    """Time and date as two 16-bit numbers (APPNOTE 4.4.6), in UTC."""
    moment = time.gmtime(min(max(timestamp, _EARLIEST), _LATEST))
    clock = moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec // 2
    return clock, (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
