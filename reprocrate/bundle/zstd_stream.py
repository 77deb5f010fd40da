"""What a file of Zstandard frames unpacks to, from any place on."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Protocol

from reprocrate.bundle.admission import Limits
from reprocrate.bundle.zstd_frames import (
    BrokenError,
    frame_table,
    is_skippable,
    read_at,
    skipped,
    unpacked,
    unpacked_beginning,
    unpacked_whole,
)

_WHOLE_BYTES = 16 << 20  # frames that hold no more are unpacked in memory
_BEGINNING_BYTES = (
    128 << 10
)  # what a block holds at most (RFC 8878, 3.1.1.2.4), and what is unpacked at least
_BLOCKS_BYTES = 1 << 10  # what the headers of the frame and of its first blocks take, as programs write them
_EXPANSION_BYTES = 64 << 10  # more than what is incompressible grows by


class Stream(Protocol):
    """Unpacked bytes. What is wrong with the file is raised as `BrokenError` when it is met."""

    def judge(self, limits: Limits) -> None:
        """Make sure that it does not unpack to more than is allowed, now or while it is read.

        Raises:
            UnreadableError: it does.
        """

    def pieces(self, start: int, size: int) -> Iterator[bytes]:
        """The bytes from `start` on, `size` of them or as many as there are; fastest from front to back."""


def open_stream(file: BinaryIO, path: Path) -> Stream:
    """A stream that reads frames one by one where the file has a sound table of them, or from the front.

    Args:
        file: the file, open; nobody else may read it.
        path: what to call it.

    Raises:
        BrokenError: its table of frames contradicts itself.
    """
    length = file.seek(0, os.SEEK_END)
    table = frame_table(file, length)
    if table is not None and all(held <= _WHOLE_BYTES for _, held in table):
        return SeekableStream(file, path, length, table)
    return SequentialStream(file, path, length, table)


class SeekableStream:
    """Reads only the frames that are asked for. Each is compared with the table when it is read.

    Whoever has read every byte from the first to the last has thereby made sure that a program that knows
    nothing of the table unpacks the same.
    """

    def __init__(self, file: BinaryIO, path: Path, length: int, table: list[tuple[int, int]]) -> None:
        self._file = file
        self._path = path
        self._length = length
        self._table = table
        self._places = list(accumulate((packed for packed, _ in table), initial=0))
        self._starts = list(accumulate((held for _, held in table), initial=0))
        self._read: tuple[int, bytes] = (-1, b"")

    def judge(self, limits: Limits) -> None:
        """Make sure that it does not unpack to more than is allowed, and that empty frames are empty."""
        limits.require(self._path, 0, self._starts[-1], self._length)
        for place, (packed, held) in zip(self._places, self._table, strict=False):
            if held:
                continue
            if not is_skippable(read_at(self._file, place, 4)):
                unpacked_whole(read_at(self._file, place, min(packed, _EXPANSION_BYTES)), 0)
            elif skipped(self._file, place) != place + packed:
                raise BrokenError("its table of frames contradicts the frames")

    def pieces(self, start: int, size: int) -> Iterator[bytes]:
        """The bytes from `start` on, a frame at a time."""
        number = bisect_right(self._starts, start) - 1
        end = start + size
        while start < end and number < len(self._table):
            first = self._starts[number]
            if self._table[number][1]:  # others were judged at once
                data = self._frame(number, end - first)[start - first : end - first]
                start += len(data)
                yield data
            number += 1

    def _frame(self, number: int, needed: int) -> bytes:
        """What a frame holds: all of it, or its beginning where no more is needed and none is known."""
        packed, held = self._table[number]
        if self._read[0] != number and needed <= _BEGINNING_BYTES:
            start = read_at(self._file, self._places[number], min(packed, _BEGINNING_BYTES + _BLOCKS_BYTES))
            self._read = number, unpacked_beginning(start, min(held, _BEGINNING_BYTES), held)
        if self._read[0] != number or len(self._read[1]) < min(needed, held):
            if packed > held + held // 128 + _EXPANSION_BYTES:
                raise BrokenError("its table of frames contradicts the frames")
            data = read_at(self._file, self._places[number], packed)
            self._read = number, unpacked_whole(data, held)
        return self._read[1]


class SequentialStream:
    """Reads from the front, and again from the front for what lies further ahead."""

    def __init__(self, file: BinaryIO, path: Path, length: int, table: list[tuple[int, int]] | None) -> None:
        self._file = file
        self._path = path
        self._length = length
        self._table = table
        self._limits: Limits | None = None
        self._restart()

    def judge(self, limits: Limits) -> None:
        """Make sure, while it is read, that it does not unpack to more than is allowed."""
        self._limits = limits

    def pieces(self, start: int, size: int) -> Iterator[bytes]:
        """The bytes from `start` on."""
        while size > 0:
            if start < self._start:
                self._restart()
            place = start - self._start
            if place < len(self._piece):
                data = self._piece[place : place + size]
                size -= len(data)
                start += len(data)
                yield data
            elif not self._advance():
                return

    def _restart(self) -> None:
        self._ahead = self._unpacked()
        self._start = 0  # of the piece below
        self._piece = b""

    def _advance(self) -> bool:
        """Go on to the next piece, if there is one."""
        try:
            piece = next(self._ahead, None)
        except BaseException:
            self._restart()  # so that it is told again to whom asks again
            raise
        if piece is None:
            return False
        self._start += len(self._piece)
        self._piece = piece
        if self._limits:
            self._limits.require(self._path, 0, self._start + len(piece), self._length)
        return True

    def _unpacked(self) -> Iterator[bytes]:
        place = 0
        found: list[tuple[int, int]] = []
        end = self._length
        if self._table is not None:
            end = sum(packed for packed, _ in self._table)
        while place < end:
            start, held = place, 0
            if is_skippable(read_at(self._file, place, 4)):
                place = skipped(self._file, place)
            else:
                frame = unpacked(self._file, place)
                while True:
                    try:
                        piece = next(frame)
                    except StopIteration as stop:
                        place = stop.value
                        break
                    held += len(piece)
                    if piece:
                        yield piece
            if self._table is not None:
                found.append((place - start, held))
        if self._table is not None and found != self._table:
            raise BrokenError("its table of frames contradicts the frames")
