"""Reading a ZIP file that may have been made to deceive.

The table of contents must account for every byte of the file: no two members overlap, nothing lies between,
before or after them, and each local header says what the table says. What different programs would unpack
differently is thereby refused.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from reprocrate.bundle.admission import Limits, Problem, ProblemKind, names_problems
from reprocrate.bundle.formats import BadMemberError
from reprocrate.bundle.links import MAX_LINK_BYTES
from reprocrate.bundle.listing import Archive, Listing
from reprocrate.bundle.positioned import PositionedFile
from reprocrate.bundle.zip_listing import judge, name_of
from reprocrate.bundle.zip_records import (
    DESCRIPTOR_SIGNATURE,
    HAS_DESCRIPTOR,
    LIMIT_32,
    LOCAL,
    LOCAL_SIGNATURE,
    STORED,
    ZIP64_EXTRA,
    Stored,
)
from reprocrate.bundle.zip_table import ZipTable, extra_fields, is_ambiguous
from reprocrate.files import CHUNK_BYTES, could_not

# What may follow a member's content if its header says so: with or without signature, 32 or 64 bits (4.3.9).
_DESCRIPTORS = tuple(
    (prefix, struct.Struct(layout)) for prefix in (DESCRIPTOR_SIGNATURE, b"") for layout in ("<III", "<IQQ")
)

_INFLATING = 3  # about so many times as long as hashing alone takes inflating and hashing

_USUAL_EXTRA_BYTES = 32  # what `zip` writes in front of the content: two times and an owner


class ZipContainer(Archive[Stored]):
    """The members of a ZIP file. What is asked for its first member alone does not read the others.

    Args:
        path: what to call it, and where it lies unless it is open.
        limits: how much it may hold.
        file: the file, where it is open already; closing the container closes it.

    Raises:
        UnreadableError: it is no ZIP file, or one that is cut off, contradicts itself or asks for too much.
        UnavailableError: it could not be read.
    """

    concurrent = True

    def __init__(self, path: Path, limits: Limits, file: BinaryIO | None = None) -> None:
        self._path = path
        self._limits = limits
        try:
            with ExitStack() as failing:
                self._file = file or failing.enter_context(path.open("rb"))
                self._zip = ZipTable(self._file, path)
                failing.pop_all()
        except OSError as error:
            raise could_not("read", path, error) from error
        self._end = self._zip.start
        self._positioned = PositionedFile(self._file)

    def problems(self) -> list[Problem]:
        """What makes the ZIP file unsafe or contradictory, as far as its headers tell."""
        try:
            return [*self._listing.problems, *self._judge_layout()]
        except OSError as error:
            raise could_not("read", self._path, error) from error

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a member in pieces of bounded size.

        Raises:
            BadMemberError: it is one of the problems, or its content is damaged.
            UnavailableError: the ZIP file could not be read.
        """
        stored = self._member(path)
        try:
            yield from self._content(path, stored)
        except OSError as error:
            raise could_not("read", self._path, error) from error

    # -- the table alone --

    @cached_property
    def _first(self) -> Stored | None:
        """The first entry of the table, if nothing in it speaks against giving it out."""
        first = self._zip.first()
        return first if first and judge(first)[1] is None and not stat.S_ISLNK(first.mode) else None

    def _work(self, stored: Stored) -> int:
        return stored.size if stored.method == STORED else _INFLATING * stored.size

    def _path_of(self, stored: Stored) -> str:
        return name_of(stored)

    @cached_property
    def _table(self) -> list[Stored]:
        """The entries of the table, in the order of storage."""
        return sorted(self._zip.entries(self._limits), key=lambda stored: stored.offset)

    @cached_property
    def _listing(self) -> Listing[Stored]:
        listing: Listing[Stored] = Listing()
        try:
            self._judge_table(listing)
        except OSError as error:
            raise could_not("read", self._path, error) from error
        return listing

    def _judge_table(self, listing: Listing[Stored]) -> None:
        paths: list[str] = []
        folders: list[str] = []
        for stored in self._table:
            path, problem = judge(stored)
            if problem:
                listing.refuse(problem)
            if path.endswith("/"):
                folders.append(path[:-1])
                continue
            paths.append(path)
            if problem or not stat.S_ISLNK(stored.mode):
                listing.files.setdefault(path, stored)
            else:
                self._add_link(listing, path, stored)
        for found in names_problems(paths, folders):
            listing.refuse(found)

    def _add_link(self, listing: Listing[Stored], path: str, stored: Stored) -> None:
        if stored.size > MAX_LINK_BYTES:
            listing.refuse(Problem(path, ProblemKind.LINK, "is a symbolic link with too long a target"))
            return
        try:
            target = b"".join(self._content(path, stored)).decode("utf-8", "surrogateescape")
        except BadMemberError as error:
            listing.refuse(error.problem)
        else:
            listing.links.setdefault(path, target)

    # -- the table against the members --

    def _judge_layout(self) -> Iterator[Problem]:
        end = 0
        for stored in self._table:
            path = name_of(stored)
            if stored.offset != end:
                found = "overlaps another" if stored.offset < end else "has stray bytes in front of it"
                yield Problem(path, ProblemKind.DAMAGED, f"{found} in the ZIP file")
            try:
                content = self._content_start(path, stored)
                end = content + stored.compressed + self._descriptor_size(path, stored, content)
            except BadMemberError as error:
                yield error.problem
                return
        if end != self._end:
            yield Problem(self._path.name, ProblemKind.DAMAGED, "has stray bytes behind its last file")

    def _content_start(self, path: str, stored: Stored) -> int:
        """Where a member's content starts, if its local header agrees with the table."""
        usual = LOCAL.size + len(stored.name) + _USUAL_EXTRA_BYTES
        header = self._positioned.read(stored.offset, usual)
        if len(header) < LOCAL.size or not header.startswith(LOCAL_SIGNATURE):
            raise _damaged(path, "has no local header where the table of contents says")
        fields: tuple[int, ...] = LOCAL.unpack_from(header)[2:]
        flags, method, _, _, crc, compressed, size, name_size, extra_size = fields
        if LOCAL.size + name_size + extra_size > len(header):
            header = self._positioned.read(stored.offset, LOCAL.size + name_size + extra_size)
        name = header[LOCAL.size : LOCAL.size + name_size]
        extra = header[LOCAL.size + name_size : LOCAL.size + name_size + extra_size]
        sizes = _local_sizes(extra, compressed, size)
        agrees = (name, flags, method) == (stored.name, stored.flags, stored.method)
        later = bool(flags & HAS_DESCRIPTOR)
        agrees &= crc == stored.crc or (later and crc == 0)
        agrees &= sizes == (stored.compressed, stored.size) or (later and sizes == (0, 0))
        if not agrees:
            raise _damaged(path, "has a local header that contradicts the table of contents")
        if extra and is_ambiguous(extra, name, [compressed, size], [stored.size, stored.compressed]):
            raise _damaged(path, "has another name or size in the extra fields of its local header")
        start = stored.offset + LOCAL.size + name_size + extra_size
        if start + stored.compressed > self._end:
            raise _damaged(path, "reaches into the table of contents")
        return start

    def _descriptor_size(self, path: str, stored: Stored, content: int) -> int:
        if not stored.flags & HAS_DESCRIPTOR:
            return 0
        found = self._positioned.read(content + stored.compressed, 24)
        for prefix, layout in _DESCRIPTORS:
            size = len(prefix) + layout.size
            if stored.size > LIMIT_32 and layout.size < 20:
                continue
            if found[:size] == prefix + layout.pack(stored.crc, stored.compressed, stored.size):
                return size
        raise _damaged(
            path, "has no data descriptor behind it, or one that contradicts the table of contents"
        )

    # -- the content --

    def _content(self, path: str, stored: Stored) -> Iterator[bytes]:
        start = self._content_start(path, stored)
        if stored.size <= CHUNK_BYTES and stored.compressed <= CHUNK_BYTES:
            whole = _whole(self._positioned.read(start, stored.compressed), stored)
            if whole is not None:
                return iter((whole,) if whole else ())
        return _checked(path, stored, self._unpacked(path, stored, start))

    def _unpacked(self, path: str, stored: Stored, start: int) -> Iterator[bytes]:
        packed = self._packed(path, start, stored.compressed)
        if stored.method == STORED:
            yield from packed
            return
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for piece in packed:
                yield from _inflated(inflate, piece)
        except zlib.error:
            raise _damaged(path, "is damaged: it cannot be decompressed") from None
        if not inflate.eof or inflate.unused_data:
            raise _damaged(path, "is damaged: its compressed data ends in the wrong place")

    def _packed(self, path: str, start: int, left: int) -> Iterator[bytes]:
        while left:
            piece = self._positioned.read(start, min(left, CHUNK_BYTES))
            if not piece:
                raise _damaged(path, "is cut off")
            start += len(piece)
            left -= len(piece)
            yield piece


def _whole(packed: bytes, stored: Stored) -> bytes | None:
    """The content of a small member in one piece; None if anything is wrong with it, whatever that is."""
    content: bytes = packed
    if stored.method != STORED:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflate.decompress(packed, stored.size + 1)
        except zlib.error:
            return None
        if not inflate.eof or inflate.unused_data:
            return None
    is_sound = len(content) == stored.size and zlib.crc32(content) == stored.crc
    return content if is_sound else None


def _inflated(inflate: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    while not inflate.eof:
        content = inflate.decompress(piece, CHUNK_BYTES)
        piece = inflate.unconsumed_tail
        if content:
            yield content
        if not piece and len(content) < CHUNK_BYTES:
            return
    if piece:
        raise zlib.error


def _checked(path: str, stored: Stored, content: Iterator[bytes]) -> Iterator[bytes]:
    """The content, as long as it is what the table says: nothing beyond its size is given out."""
    size = crc = 0
    for piece in content:
        size += len(piece)
        if size > stored.size:
            raise _damaged(path, f"is larger than the {stored.size} bytes it declares")
        crc = zlib.crc32(piece, crc)
        yield piece
    if (size, crc) != (stored.size, stored.crc):
        raise _damaged(path, "is damaged: its content does not have the declared size and CRC-32")


def _local_sizes(extra: bytes, compressed: int, size: int) -> tuple[int, int]:
    """Compressed size and size of a local header, from its ZIP64 field where they do not fit (4.5.3)."""
    if LIMIT_32 in (compressed, size):
        for kind, field in extra_fields(extra):
            if kind == ZIP64_EXTRA and len(field) >= 16:
                size, compressed = struct.unpack_from("<QQ", field)
    return compressed, size


def _damaged(path: str, detail: str) -> BadMemberError:
    return BadMemberError(Problem(path, ProblemKind.DAMAGED, detail))
