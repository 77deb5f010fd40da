"""A stream of bytes as lines, many at a time, whatever ends them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from reprocrate.files import CHUNK_BYTES
from reprocrate.validation.items.limits import MOST_LINE_BYTES, Budget, UnreadError

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SPECIAL = (b'"', b",", b"\r")
BOM = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8, which some programs put before a table."""


class Portion(NamedTuple):
    """Some lines without their ends, and the bytes that stand in any of them, of those that matter."""

    lines: list[bytes]
    special: frozenset[bytes]


def lines_of(file: BinaryIO, path: str, budget: Budget) -> Iterator[Portion]:
    """The lines of a text, in portions.

    Raises:
        UnreadError: it is no such text, or too much.
    """
    rest: list[bytes] = []
    waiting = 0
    special: frozenset[bytes] = frozenset()
    is_first = True
    for piece in pieces_of(file, path, budget):
        if is_first:
            piece = _begun(piece, path)  # noqa: PLW2901 - the same bytes without their mark
            is_first = False
        special |= _special_in(piece)
        found = piece.split(b"\n")
        if len(found) == 1:
            rest.append(piece)
            waiting += len(piece)
            if waiting > MOST_LINE_BYTES:
                raise UnreadError(f"{path} has a line of more than {MOST_LINE_BYTES >> 20} MiB.")
            continue
        found[0] = b"".join([*rest, found[0]])
        rest = [found.pop()]
        waiting = len(rest[0])
        yield Portion(_without_returns(found) if b"\r" in special else found, special)
        special = _special_in(rest[0])
    last = b"".join(rest)
    if last:
        yield Portion(_without_returns([last]), special)


def _special_in(piece: bytes) -> frozenset[bytes]:
    return frozenset(each for each in _SPECIAL if each in piece)


def pieces_of(file: BinaryIO, path: str, budget: Budget) -> Iterator[bytes]:
    """The content of a file, unpacked where its name ends in `.gz`, in pieces of bounded size.

    Raises:
        UnreadError: it is damaged, or too much.
    """
    source = gzip.GzipFile(fileobj=file, mode="rb") if path.lower().endswith(".gz") else file
    try:
        while piece := source.read(CHUNK_BYTES):
            budget.take(len(piece))
            yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadError(f"{path} cannot be unpacked: {error}.") from error


def _begun(piece: bytes, path: str) -> bytes:
    """The first piece, without a byte order mark."""
    if piece.startswith(_UTF16):
        raise UnreadError(f"{path} is a text of UTF-16; save it as UTF-8.")
    if b"\0" in piece:
        raise UnreadError(f"{path} holds bytes of value zero: it is no table of text.")
    return piece.removeprefix(BOM)


def _without_returns(lines: list[bytes]) -> list[bytes]:
    return [line[:-1] if line.endswith(b"\r") else line for line in lines]
