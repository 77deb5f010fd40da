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
from pathlib import Path
from typing import BinaryIO

from reprocrate.bundle.admission import Problem, ProblemKind, names_problems
from reprocrate.bundle.formats import BadMemberError, Member
from reprocrate.bundle.zip_records import (
    DEFLATE_LEVEL,
    DEFLATED,
    DESCRIPTOR_SIGNATURE,
    ENCRYPTED,
    HAS_DESCRIPTOR,
    LIMIT_32,
    LOCAL,
    LOCAL_SIGNATURE,
    MASKED_HEADER,
    STORED,
    STRONG_ENCRYPTION,
    UTF8_NAME,
    ZIP64_EXTRA,
    Stored,
)
from reprocrate.bundle.zip_table import extra_fields, read_table
from reprocrate.files import CHUNK_BYTES, could_not

_KNOWN_FLAGS = HAS_DESCRIPTOR | UTF8_NAME | DEFLATE_LEVEL
_MOST_EXPANSION = 1032  # deflate cannot do more: 258 bytes for two bits

# What may follow a member's content if its header says so: with or without signature, 32 or 64 bits (4.3.9).
_DESCRIPTORS = tuple(
    (prefix, struct.Struct(layout)) for prefix in (DESCRIPTOR_SIGNATURE, b"") for layout in ("<III", "<IQQ")
)


class ZipContainer:
    """The members of a ZIP file.

    Raises:
        UnreadableError: it is no ZIP file, or one that is cut off or contradicts itself.
        UnavailableError: it could not be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with ExitStack() as failing:
                self._file = failing.enter_context(path.open("rb"))
                self._table, self._end = read_table(self._file, path)
                failing.pop_all()
        except OSError as error:
            raise could_not("read", path, error) from error
        self._files: dict[str, Stored] = {}
        self._refused: dict[str, Problem] = {}
        self._problems = list(self._judge_table())

    @property
    def members(self) -> tuple[Member, ...]:
        """The files, in the order of the table. A path that occurs twice is here once."""
        return tuple(
            Member(path, stored.size, bool(stored.mode & stat.S_IXUSR))
            for path, stored in self._files.items()
        )

    def problems(self) -> list[Problem]:
        """What makes the ZIP file unsafe or contradictory, as far as its headers tell."""
        try:
            return [*self._problems, *self._judge_layout()]
        except OSError as error:
            raise could_not("read", self._path, error) from error

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a member in pieces of bounded size.

        Raises:
            BadMemberError: it is one of the problems, or its content is damaged.
            UnavailableError: the ZIP file could not be read.
        """
        if path in self._refused:
            raise BadMemberError(self._refused[path])
        stored = self._files[path]
        try:
            start = self._content_start(path, stored)
            yield from _checked(path, stored, self._unpacked(path, stored, start))
        except OSError as error:
            raise could_not("read", self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # -- the table alone --

    def _judge_table(self) -> Iterator[Problem]:
        paths: list[str] = []
        folders: list[str] = []
        for stored in self._table:
            path, problem = _judge(stored)
            if problem:
                self._refused.setdefault(path, problem)
                yield problem
            if path.endswith("/"):
                folders.append(path[:-1])
            else:
                paths.append(path)
                self._files.setdefault(path, stored)
        for problem in names_problems(paths, folders):
            self._refused.setdefault(problem.path, problem)
            yield problem

    # -- the table against the members --

    def _judge_layout(self) -> Iterator[Problem]:
        end = 0
        for stored in sorted(self._table, key=lambda stored: stored.offset):
            path = _name(stored)
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
        header = _read_at(self._file, stored.offset, LOCAL.size)
        if len(header) < LOCAL.size or not header.startswith(LOCAL_SIGNATURE):
            raise _damaged(path, "has no local header where the table of contents says")
        fields: tuple[int, ...] = LOCAL.unpack(header)[2:]
        flags, method, _, _, crc, compressed, size, name_size, extra_size = fields
        name = self._file.read(name_size)
        extra = self._file.read(extra_size)
        sizes = _local_sizes(extra, compressed, size)
        agrees = (name, flags, method) == (stored.name, stored.flags, stored.method)
        later = bool(flags & HAS_DESCRIPTOR)
        agrees &= crc == stored.crc or (later and crc == 0)
        agrees &= sizes == (stored.compressed, stored.size) or (later and sizes == (0, 0))
        if not agrees:
            raise _damaged(path, "has a local header that contradicts the table of contents")
        start = stored.offset + LOCAL.size + name_size + extra_size
        if start + stored.compressed > self._end:
            raise _damaged(path, "reaches into the table of contents")
        return start

    def _descriptor_size(self, path: str, stored: Stored, content: int) -> int:
        if not stored.flags & HAS_DESCRIPTOR:
            return 0
        found = _read_at(self._file, content + stored.compressed, 24)
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
            piece = _read_at(self._file, start, min(left, CHUNK_BYTES))
            if not piece:
                raise _damaged(path, "is cut off")
            start += len(piece)
            left -= len(piece)
            yield piece


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


def _judge(stored: Stored) -> tuple[str, Problem | None]:
    """The path of a member, and what the table alone says against it."""
    path = _name(stored)
    kind = stat.S_IFMT(stored.mode)
    is_folder = path.endswith("/")
    judgements: tuple[tuple[bool, ProblemKind, str], ...] = (
        (not _is_utf8(stored.name), ProblemKind.UNSAFE, "has a name that is not UTF-8"),
        (
            bool(stored.flags & (ENCRYPTED | STRONG_ENCRYPTION | MASKED_HEADER)),
            ProblemKind.ENCRYPTED,
            "is encrypted",
        ),
        (stat.S_ISLNK(stored.mode), ProblemKind.LINK, "is a symbolic link"),
        (kind not in (0, stat.S_IFREG, stat.S_IFDIR), ProblemKind.UNSAFE, "is a device, a pipe or a link"),
        (
            kind == (stat.S_IFREG if is_folder else stat.S_IFDIR) or (is_folder and stored.size > 0),
            ProblemKind.UNSAFE,
            "is a file by its name and a folder by its type, or the other way round",
        ),
        (
            stored.method not in (STORED, DEFLATED) or bool(stored.flags & ~_KNOWN_FLAGS),
            ProblemKind.UNSUPPORTED,
            f"is compressed in an unsupported way (method {stored.method}, flags {stored.flags:#06x})",
        ),
        (_is_impossible(stored), ProblemKind.DAMAGED, f"cannot have {stored.size} bytes, as it declares"),
    )
    for applies, problem_kind, detail in judgements:
        if applies:
            return path, Problem(path, problem_kind, detail)
    return path, None


def _is_impossible(stored: Stored) -> bool:
    if stored.method == STORED:
        return stored.size != stored.compressed
    return stored.size > stored.compressed * _MOST_EXPANSION


def _name(stored: Stored) -> str:
    # Without the flag the name is CP437 by the letter (appendix D), but macOS writes UTF-8 all the same. A
    # wrong guess shows, since the checksums name every file.
    return stored.name.decode("utf-8", "surrogateescape")


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _local_sizes(extra: bytes, compressed: int, size: int) -> tuple[int, int]:
    """Compressed size and size of a local header, from its ZIP64 field where they do not fit (4.5.3)."""
    if LIMIT_32 in (compressed, size):
        for kind, field in extra_fields(extra):
            if kind == ZIP64_EXTRA and len(field) >= 16:
                size, compressed = struct.unpack_from("<QQ", field)
    return compressed, size


def _read_at(file: BinaryIO, position: int, size: int) -> bytes:
    file.seek(position)
    return file.read(size)


def _damaged(path: str, detail: str) -> BadMemberError:
    return BadMemberError(Problem(path, ProblemKind.DAMAGED, detail))
