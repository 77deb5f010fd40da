"""A remote file that is read at places, without bringing all of it (RFC 9110, 14)."""

from __future__ import annotations

import io
from collections import OrderedDict
from threading import RLock
from typing import Any

from reprocrate.deposit.addresses import shown
from reprocrate.deposit.downloading import CONTENT_RANGE, validator_of
from reprocrate.deposit.requesting import PAUSES, Answer, BrokenOffError, Client
from reprocrate.errors import UnavailableError

BLOCK_BYTES = 1 << 16
"""What is asked for at once, at least: the end of a ZIP file, whose length is not known, fits twice."""

_KEPT_BLOCKS = 512
_MOST_BLOCKS = 64


class NoRangesError(UnavailableError):
    """The server gives out whole files only.

    Attributes:
        size: bytes of the file, if that was told.
    """

    size: int | None = None


class RangedFile(io.RawIOBase):
    """A remote file, open for reading: only what is read is brought, in blocks that are kept a while.

    Args:
        url: where it is.
        client: who asks.
        size: bytes that it should have.

    Attributes:
        length: bytes that it has.
        brought: bytes that were brought.

    Raises:
        NoRangesError: the server gives out whole files only.
        UnavailableError: it cannot be had.
    """

    def __init__(self, url: str, client: Client, size: int | None = None) -> None:
        super().__init__()
        self._url = url
        self._client = client
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._position = 0
        self._validator = ""
        self._alone = RLock()
        self.brought = 0
        self.length = -1
        first = self._ask(0, BLOCK_BYTES)
        if size is not None and size != self.length:
            raise UnavailableError(
                f"{shown(url)} is not the file that was announced",
                f"it has {self.length:,} bytes, not {size:,}",
                "Try again; if it stays so, tell whoever published it",
            )
        self._keep(0, first)

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
        """As many bytes as there are from here on, but not more than `size`.

        Raises:
            UnavailableError: they cannot be had, or the file has changed since it was opened.
        """
        with self._alone:
            end = self.length if size < 0 else min(self.length, self._position + size)
            if end <= self._position:
                return b""
            data = self._between(self._position, end)
            self._position = end
            return data

    def _between(self, start: int, end: int) -> bytes:
        pieces = []
        number = start // BLOCK_BYTES
        last = (end - 1) // BLOCK_BYTES
        while number <= last:
            if number not in self._blocks:
                self._bring(number, min(last, number + _MOST_BLOCKS - 1))
            block = self._blocks[number]
            self._blocks.move_to_end(number)
            first = number * BLOCK_BYTES
            pieces.append(block[max(0, start - first) : end - first])
            number += 1
        return b"".join(pieces)

    def _bring(self, number: int, last: int) -> None:
        """Bring a block, and those behind it that are not there either, up to `last`."""
        count = 1
        while number + count <= last and number + count not in self._blocks:
            count += 1
        start = number * BLOCK_BYTES
        self._keep(number, self._ask(start, min(count * BLOCK_BYTES, self.length - start)))

    def _keep(self, number: int, data: bytes) -> None:
        for place in range(0, len(data), BLOCK_BYTES):
            self._blocks[number + place // BLOCK_BYTES] = data[place : place + BLOCK_BYTES]
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)

    def _ask(self, start: int, size: int) -> bytes:
        failures = 0
        while True:
            try:
                return self._asked(start, size)
            except BrokenOffError:
                failures += 1
                if failures > len(PAUSES):
                    raise
                self._client.wait(PAUSES[failures - 1])

    def _asked(self, start: int, size: int) -> bytes:
        headers = {"Range": f"bytes={start}-{start + size - 1}"}
        if self._validator:
            headers["If-Range"] = self._validator
        with self._client.get(self._url, headers, also=(206, 416)) as answer:
            self._require_part(answer, start)
            data = bytearray()
            for piece in answer.pieces():
                data += piece
                if len(data) > size:
                    raise self._unexpected("it sends more than was asked for")
        if self.length >= 0 and len(data) != min(size, self.length - start):
            raise BrokenOffError(f"{shown(self._url)} broke off", "a part of it came short", "Try again")
        self.brought += len(data)
        return bytes(data)

    def _require_part(self, answer: Answer, start: int) -> None:
        """Make sure that an answer is the part that was asked for, of the file that was opened."""
        match = CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        if answer.status == 416 and match and match[3] == "0":
            raise UnavailableError(f"{shown(self._url)} is empty", "it has no bytes", "Check the address")
        if self.length >= 0 and answer.status != 206:
            raise self._unexpected("it has changed since it was opened")
        if answer.status != 206 or match is None or match[1] is None or match[3] == "*":
            error = NoRangesError(
                f"{shown(self._url)} cannot be read in parts", "its server gives out whole files only"
            )
            error.size = answer.length
            raise error
        total, validator = int(match[3]), validator_of(answer.headers)
        if int(match[1]) != start:
            raise self._unexpected("its server sends another part than was asked for")
        if self.length < 0:
            self.length, self._validator = total, validator
        elif total != self.length or (self._validator and validator and validator != self._validator):
            raise self._unexpected("it has changed since it was opened")

    def _unexpected(self, why: str) -> UnavailableError:
        return UnavailableError(f"{shown(self._url)} cannot be read in parts", why, "Try again")
