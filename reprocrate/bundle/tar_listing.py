"""The members of a tar archive, one header after the other, each judged by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from reprocrate.bundle.admission import Problem, ProblemKind
from reprocrate.bundle.links import MAX_LINK_BYTES
from reprocrate.bundle.tar_headers import (
    MAX_RECORDS_BYTES,
    Header,
    header_of,
    long_name,
    records_of,
    stated_size,
)
from reprocrate.bundle.tar_records import BLOCK_BYTES, EXTENDED, FOLDER, LINK, REGULAR
from reprocrate.bundle.zstd_frames import BrokenError, CutOffError
from reprocrate.bundle.zstd_stream import Stream

_OLD_REGULAR, _HARD_LINK, _SPARSE = b"\0", b"1", b"S"
_DEVICES = (b"3", b"4", b"6")
_EVERYWHERE, _LONG_NAME, _LONG_TARGET = b"g", b"L", b"K"
_ABOUT_NEXT = (EXTENDED, _LONG_NAME, _LONG_TARGET)
_MOST_ABOUT_ALL = 100
_FILES = (REGULAR, _OLD_REGULAR)
_WITHOUT_CONTENT = (_HARD_LINK, LINK, FOLDER, *_DEVICES)


class Stored(NamedTuple):
    """A member.

    Attributes:
        kind: the byte that says what it is.
        name: its path; that of a folder may end in `/`.
        size: bytes of its content.
        offset: where in the archive the content starts.
        mode: its permissions.
        target: what a link leads to.
    """

    kind: bytes
    name: bytes
    size: int
    offset: int
    mode: int
    target: bytes


def is_file(stored: Stored) -> bool:
    """Whether a member is a file."""
    return stored.kind in _FILES


def is_folder(stored: Stored) -> bool:
    """Whether a member is a folder."""
    return stored.kind == FOLDER


def path_of(stored: Stored) -> str:
    """The path of a member in the bundle; the empty path for the root itself."""
    # `tar -C folder -c .` puts "./" in front of every name.
    name = stored.name.decode("utf-8", "surrogateescape").removeprefix("./")
    return name.removesuffix("/") if stored.kind == FOLDER else name


def judge(path: str, stored: Stored) -> Problem | None:
    """What speaks against a member by its header alone."""
    if stored.kind in _FILES:
        if not path.endswith("/"):
            return None
        detail = "is a file by its type and a folder by its name"
        return Problem(path, ProblemKind.UNSAFE, detail)
    if stored.kind == FOLDER:
        return None
    if stored.kind == LINK:
        if len(stored.target) <= MAX_LINK_BYTES:
            return None
        return Problem(path, ProblemKind.LINK, "is a symbolic link with too long a target")
    if stored.kind == _HARD_LINK:
        return Problem(path, ProblemKind.LINK, "is a hard link, which no bundle has")
    if stored.kind in _DEVICES:
        return Problem(path, ProblemKind.UNSAFE, "is a device, a pipe or a socket")
    kind = ascii(stored.kind.decode("latin-1"))
    return Problem(path, ProblemKind.UNSUPPORTED, f"is of the kind {kind}, which no bundle has")


def members(stream: Stream) -> Iterator[Stored]:
    """The members of an archive, to its very end.

    Raises:
        BrokenError: it is not sound, or is cut off.
    """
    position, padding, about_all = 0, 0, 0
    said: dict[bytes, bytes] = {}
    while True:
        header = header_of(_block(stream, position, padding))
        position += padding + BLOCK_BYTES
        if header is None:
            break
        if header.kind in _ABOUT_NEXT or header.kind == _EVERYWHERE:
            size = header.size
            about_all += header.kind == _EVERYWHERE
            if about_all > _MOST_ABOUT_ALL:
                raise BrokenError(f"it says more than {_MOST_ABOUT_ALL} times something about all members")
            _note(said, header, _records(stream, position, size))
        else:
            stored = _stored(header, said, position)
            said = {}
            size = stored.size
            yield stored
        position += size
        padding = -size % BLOCK_BYTES
    if said:
        raise BrokenError("it says something about a member that does not come")
    _require_end(stream, position)


def _block(stream: Stream, position: int, padding: int) -> bytes:
    """The next block, behind the padding of a member's content."""
    data = _read(stream, position, padding + BLOCK_BYTES)
    if data[:padding].strip(b"\0"):
        raise BrokenError("it has stray bytes behind a member")
    return data[padding:]


def _read(stream: Stream, position: int, size: int) -> bytes:
    data = b"".join(stream.pieces(position, size))
    if len(data) < size:
        raise CutOffError("the end of the tar archive is missing")
    return data


def _records(stream: Stream, position: int, size: int) -> bytes:
    if size > MAX_RECORDS_BYTES:
        raise BrokenError(f"it says more than {MAX_RECORDS_BYTES >> 20} MiB about one member")
    return _read(stream, position, size)


def _note(said: dict[bytes, bytes], header: Header, data: bytes) -> None:
    """Keep what is said about the next member."""
    if header.kind == _EVERYWHERE:
        if records_of(data):
            raise BrokenError("its pax records give one path, link or size to all members")
        return
    if header.kind in said:
        raise BrokenError("it says something about the same member twice")
    if header.kind == EXTENDED:
        found = records_of(data)
    else:
        found = {b"path" if header.kind == _LONG_NAME else b"linkpath": long_name(data)}
    if found.keys() & said.keys():
        raise BrokenError("it gives a member two long names")
    said.update(found)
    said[header.kind] = b""


def _stored(header: Header, said: dict[bytes, bytes], position: int) -> Stored:
    size = stated_size(said, header)
    if header.kind == _SPARSE:
        raise BrokenError("it holds a sparse file in a form of GNU tar's (make it without --sparse)")
    if size and header.kind in _WITHOUT_CONTENT:
        raise BrokenError("a link, a folder or a device in it has content")
    name = said.get(b"path", header.name)
    if not name:
        raise BrokenError("a member has no name")
    target = said.get(b"linkpath", header.target)
    return Stored(header.kind, name, size, position, header.mode, target)


def _require_end(stream: Stream, position: int) -> None:
    """An archive ends with two blocks of zeros, and with more of them where a program writes in units."""
    found = 0
    for piece in stream.pieces(position, sys.maxsize):
        if piece != bytes(len(piece)):
            raise BrokenError("it has stray bytes behind its end")
        found += len(piece)
    if found < BLOCK_BYTES or found % BLOCK_BYTES:
        raise CutOffError("the end of the tar archive is missing")
