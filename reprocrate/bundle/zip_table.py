"""The table of contents of a ZIP file (its central directory), found and read strictly."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from reprocrate.bundle.admission import Limits
from reprocrate.bundle.zip_records import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    END,
    END_64,
    END_64_SIGNATURE,
    END_SIGNATURE,
    LIMIT_16,
    LIMIT_32,
    LOCATOR_64,
    LOCATOR_64_SIGNATURE,
    MOST_EXPANSION,
    UNICODE_PATH_EXTRA,
    UNIX,
    ZIP64_EXTRA,
    Stored,
)
from reprocrate.errors import UnreadableError

_MAX_TABLE_BYTES = 1 << 30
_FIRST_BYTES = 4096


class _Place(NamedTuple):
    """Where the table is: its entries, first byte, length in bytes, and where the end records start."""

    entries: int
    start: int
    size: int
    end: int


class _BrokenError(Exception):
    """The table contradicts itself or the file; the text says how."""


class ZipTable:
    """The table of contents.

    Args:
        file: the ZIP file, open.
        path: what to call it.

    Attributes:
        start: where in the file the table starts, behind the last member.

    Raises:
        UnreadableError: there is none, or it contradicts itself or the file.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        try:
            self._length = file.seek(0, os.SEEK_END)
            place = _find(file, self._length)
        except _BrokenError as error:
            raise self._broken(error) from None
        if place is None:
            raise UnreadableError(
                f"{path} is cut off", "the end of the ZIP file is missing", "Download or copy it again"
            )
        self._place = place
        self.start = place.start

    def first(self) -> Stored | None:
        """The first entry alone, which of a bundle is the manifest's; None where it cannot be told."""
        part = min(self._place.size, _FIRST_BYTES)
        self._file.seek(self._place.start)
        try:
            return next(_entries(self._file.read(part), self._place._replace(entries=1)), None)
        except _BrokenError:
            return None

    def entries(self, limits: Limits) -> list[Stored]:
        """All entries.

        Raises:
            UnreadableError: the table is damaged, or they are more than is allowed.
        """
        count = self._place.entries
        limits.require(self._path, count, 0, 0)
        self._file.seek(self._place.start)
        try:
            if self._place.size > _MAX_TABLE_BYTES:
                raise _BrokenError("it has an oversized table of contents")
            found = list(_entries(self._file.read(self._place.size), self._place))
        except _BrokenError as error:
            raise self._broken(error) from None
        # What a member cannot have is told of that member.
        size = sum(min(stored.size, stored.compressed * MOST_EXPANSION) for stored in found)
        limits.require(self._path, count, size, self._length)
        return found

    def _broken(self, error: _BrokenError) -> UnreadableError:
        return UnreadableError(
            f"{self._path} is not a sound ZIP file", str(error), "Get it again from where it was published"
        )


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of a header as pairs of kind and content (4.5.1); what is cut off is left out."""
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        field = extra[position + 4 : position + 4 + size]
        if len(field) == size:
            yield kind, field
        position += 4 + size


def is_ambiguous(extra: bytes, name: bytes, small: list[int], sizes: list[int]) -> bool:
    """Whether extra fields name another path or other sizes than the header, so that programs disagree.

    Args:
        extra: the extra fields.
        name: the name in the header.
        small: the numbers in the header that a ZIP64 field may replace.
        sizes: size and compressed size as they are understood here.
    """
    for kind, field in extra_fields(extra):
        if kind == UNICODE_PATH_EXTRA and field[5:] != name:
            return True
        if (
            kind == ZIP64_EXTRA
            and LIMIT_32 not in small
            and list(_numbers(field)[:2]) not in ([], sizes, [0, 0])
        ):
            return True
    return False


def _numbers(field: bytes) -> tuple[int, ...]:
    """The 64-bit numbers of a ZIP64 field."""
    return struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8])


def _find(file: BinaryIO, length: int) -> _Place | None:
    """Where the table is; None if the file does not end as a ZIP file does."""
    tail_start = max(0, length - END.size - LIMIT_16)
    file.seek(tail_start)
    tail = file.read()
    ends = []
    position = tail.find(END_SIGNATURE)
    while position >= 0:
        record = tail[position : position + END.size]
        if len(record) == END.size and position + END.size + END.unpack(record)[7] == len(tail):
            ends.append((record, tail_start + position))
        position = tail.find(END_SIGNATURE, position + 1)
    if len(ends) > 1:  # one is the comment of the other: different programs find different files
        raise _BrokenError("it ends in more than one way")
    return _place(file, *ends[0]) if ends else None


def _place(file: BinaryIO, record: bytes, position: int) -> _Place:
    _, disk, table_disk, here, count, size, start, _ = END.unpack(record)
    place = _place_64(file, position)
    if place is None:
        if disk or table_disk or here != count:
            raise _BrokenError("it is one part of several")
        place = _Place(count, start, size, position)
    else:
        small = (min(place.entries, LIMIT_16), min(place.size, LIMIT_32), min(place.start, LIMIT_32))
        shown = (count, size, start)
        limits = (LIMIT_16, LIMIT_32, LIMIT_32)
        if any(a not in (b, limit) for a, b, limit in zip(shown, small, limits, strict=True)):
            raise _BrokenError("its two end records contradict each other")
    if place.start + place.size != place.end:
        raise _BrokenError("its table of contents is not where its end record says")
    return place


def _place_64(file: BinaryIO, position: int) -> _Place | None:
    """What the ZIP64 end record says, if there is one in front of the end record at `position`."""
    if position < LOCATOR_64.size + END_64.size:
        return None
    file.seek(position - LOCATOR_64.size)
    signature, disk, start, disks = LOCATOR_64.unpack(file.read(LOCATOR_64.size))
    if signature != LOCATOR_64_SIGNATURE:
        return None
    if disk or disks > 1:
        raise _BrokenError("it is one part of several")
    if start + END_64.size > position - LOCATOR_64.size:
        raise _BrokenError("its ZIP64 end record is not where its locator says")
    file.seek(start)
    record = END_64.unpack(file.read(END_64.size))
    signature, record_size, _, _, disk, table_disk, here, count, size, table_start = record
    if signature != END_64_SIGNATURE or start + 12 + record_size != position - LOCATOR_64.size:
        raise _BrokenError("its ZIP64 end record is not where its locator says")
    if disk or table_disk or here != count:
        raise _BrokenError("it is one part of several")
    return _Place(count, table_start, size, start)


def _entries(table: bytes, place: _Place) -> Iterator[Stored]:
    position = 0
    for _ in range(place.entries):
        fixed = table[position : position + CENTRAL.size]
        if len(fixed) < CENTRAL.size or not fixed.startswith(CENTRAL_SIGNATURE):
            raise _BrokenError("its table of contents is damaged")
        _, _, system, _, flags, method, _, _, crc, compressed, size, *lengths, disk, _, external, offset = (
            CENTRAL.unpack(fixed)
        )
        name_size, extra_size, comment_size = lengths
        position += CENTRAL.size
        name = table[position : position + name_size]
        extra = table[position + name_size : position + name_size + extra_size]
        position += name_size + extra_size + comment_size
        if position > len(table) or disk not in (0, LIMIT_16):
            raise _BrokenError("its table of contents is damaged")
        small = [size, compressed, offset]
        size, compressed, offset = _large(extra, small)
        mode = external >> 16 if system == UNIX else 0
        ambiguous = bool(extra) and is_ambiguous(extra, name, small, [size, compressed])
        yield Stored(name, method, flags, crc, compressed, size, offset, mode, ambiguous)
    if position != place.size:
        raise _BrokenError("its table of contents is longer than it says")


def _large(extra: bytes, values: list[int]) -> list[int]:
    """Size, compressed size and offset, each from the ZIP64 field where 32 bits do not hold it (4.5.3)."""
    if LIMIT_32 not in values:
        return values
    field = next((field for kind, field in extra_fields(extra) if kind == ZIP64_EXTRA), b"")
    numbers = iter(_numbers(field))
    return [next(numbers, value) if value == LIMIT_32 else value for value in values]
