"""A remote file that is read at places, without bringing all of it (RFC 9110, 14)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import BinaryIO, cast

from reprocrate.bundle.joined import JoinedFile, Piece
from reprocrate.deposit.addresses import shown
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.downloading import CONTENT_RANGE, validator_of
from reprocrate.deposit.requesting import PAUSES, Answer, BrokenOffError, Client
from reprocrate.errors import UnavailableError
from reprocrate.files import SeekableReader

BLOCK_BYTES = 1 << 16
"""What is asked for at once, at least: the end of a ZIP file, whose length is not known, fits twice."""

FIRST_BYTES = 4 * BLOCK_BYTES
"""What is asked for first of a file that is read from its start, where a bundle has its manifest: so most
come with it, and nothing else is asked for them but the table of contents."""

_KEPT_BLOCKS = 512
_MOST_BLOCKS = 64


class NoRangesError(UnavailableError):
    """The server gives out whole files only.

    Attributes:
        size: bytes of the file, if that was told.
    """

    size: int | None = None


class RangedFile(SeekableReader):
    """A remote file, open for reading: only what is read is brought, in blocks that are kept a while.

    Args:
        url: where it is.
        client: who asks.
        size: bytes that it should have.
        at: the place that is read first.
        kept: how many blocks are kept.

    Attributes:
        length: bytes that it has.
        brought: bytes that were brought.

    Raises:
        NoRangesError: the server gives out whole files only.
        UnavailableError: it cannot be had.
    """

    def __init__(
        self, url: str, client: Client, size: int | None = None, at: int = 0, kept: int = _KEPT_BLOCKS
    ) -> None:
        super().__init__()
        self._url = url
        self._kept = kept
        self._client = client
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._validator = ""
        self.brought = 0
        self.length = -1
        number = at // BLOCK_BYTES
        first = self._ask(number * BLOCK_BYTES, FIRST_BYTES if not number else 2 * BLOCK_BYTES)
        if size is not None and size != self.length:
            raise UnavailableError(
                f"{shown(url)} is not the file that was announced",
                f"it has {self.length:,} bytes, not {size:,}",
                "Try again; if it stays so, tell whoever published it",
            )
        self._keep(number, first)

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
        while len(self._blocks) > self._kept:
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


class RangedVolumes(JoinedFile):
    """The volumes of a remote bundle, read as one file of which only what is read is brought.

    Args:
        volumes: in their order, each with its size.
        client: who asks.
        first: the first of them, open.
    """

    def __init__(self, volumes: Sequence[RemoteFile], client: Client, first: RangedFile) -> None:
        self._client = client
        self._asked = [first]
        super().__init__([Piece(one.size or 0, partial(self._opened_at, one)) for one in volumes])
        self._open[0] = cast(BinaryIO, first)

    @property
    def brought(self) -> int:
        """Bytes that were brought."""
        return sum(one.brought for one in self._asked)

    def _opened_at(self, volume: RemoteFile, place: int) -> BinaryIO:
        file = RangedFile(volume.url, self._client, volume.size, place, _MOST_BLOCKS)
        self._asked.append(file)
        return cast(BinaryIO, file)


def open_volumes(volumes: Sequence[RemoteFile], client: Client) -> RangedVolumes:
    """The volumes of a remote bundle as one file. Where their sizes are not told, two of them are asked.

    Args:
        volumes: in their order.
        client: who asks.

    Raises:
        NoRangesError: the server gives out whole files only.
        UnavailableError: they cannot be had.
    """
    first = RangedFile(volumes[0].url, client, volumes[0].size, kept=_MOST_BLOCKS)
    sizes = [one.size for one in volumes]
    if None in sizes:  # all but the last have the same
        last = RangedFile(volumes[-1].url, client) if volumes[1:] else first
        sizes = [*[first.length] * (len(volumes) - 1), last.length]
    sized = [replace(one, size=size) for one, size in zip(volumes, sizes, strict=True)]
    return RangedVolumes(sized, client, first)
