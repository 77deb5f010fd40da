"""Taking recorded files out of an archive that somebody else made.

Nothing of the archive decides where anything is written: its members are read one after the other, and one
whose size and SHA-256 are recorded is kept, whatever it is called. Links, devices and all other members are
passed over. What may be read is limited by the size of the archive, as for bundles.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from reprocrate.bundle import USUAL
from reprocrate.bundle.admission import ANY_EXPANSION_BYTES
from reprocrate.bundle.formats import BadMemberError
from reprocrate.bundle.recognition import open_container
from reprocrate.errors import UnreadableError
from reprocrate.files import CHUNK_BYTES, could_not
from reprocrate.rerun.work.materials import Material

_MOST_AT_ONCE = 1 << 20
"""So much `tarfile` may ask for at once: a header that claims to be larger is no honest one."""

_HEADER = 512
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError, UnicodeError)


class _Held(NamedTuple):
    """A file in an archive: its size, and what gives out its content."""

    size: int
    pieces: Callable[[], Iterator[bytes]]


def take_members(
    archive: Path, wanted: Iterable[Material], keep: Callable[[Sequence[Material], Path], None], staging: Path
) -> tuple[Material, ...]:
    """Find files in an archive by their recorded size and digest.

    Args:
        archive: a ZIP file, or a tar file with or without compression by gzip or bzip2.
        wanted: the files; size and digest of each are recorded.
        keep: called with files and the place of their bytes, from where they may be moved.
        staging: a folder for what is being taken out.

    Returns:
        Those that are not in it.

    Raises:
        UnreadableError: it is no archive, is damaged, or holds more than it honestly can.
        UnavailableError: something could not be read or written.
    """
    by_size: dict[int, dict[str, list[Material]]] = {}
    for one in wanted:
        if one.file.size is not None and one.file.sha256 is not None:
            by_size.setdefault(one.file.size, {}).setdefault(one.file.sha256, []).append(one)
    temporary = staging / f"reprocrate-{os.urandom(8).hex()}.tmp"
    try:
        for held in _members(archive):
            known = by_size.get(held.size)
            if known and (found := known.pop(_unpacked(held, temporary), None)):
                keep(found, temporary)
                temporary.unlink(missing_ok=True)  # what was kept may be this very file
                if not any(by_size.values()):
                    break
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return tuple(one for known in by_size.values() for each in known.values() for one in each)


def _unpacked(held: _Held, target: Path) -> str:
    """Write a member to a file, and say what digest it has; never more than it claims to be."""
    digest, seen = hashlib.sha256(), 0
    try:
        with target.open("wb") as file:
            for piece in held.pieces():
                seen += len(piece)
                if seen > held.size:
                    return ""
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise could_not("write", target, error) from error
    return digest.hexdigest() if seen == held.size else ""


def _members(archive: Path) -> Iterator[_Held]:
    try:
        with archive.open("rb") as file:
            start = file.read(_HEADER)
    except OSError as error:
        raise could_not("read", archive, error) from error
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        yield from _zipped(archive)
    elif start.startswith(b"\x1f\x8b"):
        yield from _tarred(archive, lambda file: gzip.GzipFile(fileobj=file))
    elif start.startswith(b"BZh"):
        yield from _tarred(archive, bz2.BZ2File)
    elif start[257:262] == b"ustar":
        yield from _tarred(archive, lambda file: file)
    else:
        page = start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml"))
        raise UnreadableError(
            "what came is no archive",
            "it is a web page" if page else "it is neither a ZIP file nor a tar file",
        )


def _zipped(archive: Path) -> Iterator[_Held]:
    container = open_container(archive, lambda _path: False, USUAL)
    try:
        for member in container.members:
            yield _Held(member.size, lambda path=member.path: _stream(container.stream(path)))  # type: ignore[misc]
    finally:
        container.close()


def _stream(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a member; one that is damaged or unsafe ends early, and so is none of those wanted."""
    with suppress(BadMemberError):
        yield from pieces


class _Bounded(io.RawIOBase):
    """A stream of which nobody reads much at once, or beyond an end.

    Args:
        inner: the stream.
        most: its furthest position that may be reached.
    """

    def __init__(self, inner: BinaryIO, most: int) -> None:
        self._inner = inner
        self._most = most

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _MOST_AT_ONCE:
            raise tarfile.ReadError("a header of it claims to be larger than any honest one")
        self._require(self._inner.tell() + size)
        return self._inner.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence != io.SEEK_SET:
            raise tarfile.ReadError("it is not read from its end")
        self._require(offset)
        return self._inner.seek(offset)

    def tell(self) -> int:
        return self._inner.tell()

    def _require(self, position: int) -> None:
        if position > self._most + _MOST_AT_ONCE:
            raise UnreadableError(
                "what came is not unpacked",
                f"it would be more than {self._most:,} bytes, {USUAL.expansion} times its own size",
                "Unpack it yourself and give the folder",
            )


def _tarred(
    archive: Path, opened: Callable[[BinaryIO], BinaryIO | gzip.GzipFile | bz2.BZ2File]
) -> Iterator[_Held]:
    try:
        size = archive.stat().st_size
        most = max(ANY_EXPANSION_BYTES, USUAL.expansion * size)
        with archive.open("rb") as file, opened(file) as inner:
            bounded = _Bounded(inner, most)  # type: ignore[arg-type]
            with tarfile.open(fileobj=bounded, mode="r:") as tar:
                for number, member in enumerate(tar):
                    if number >= USUAL.files:
                        raise tarfile.ReadError(f"it holds more than {USUAL.files:,} files")
                    if member.size < 0:
                        raise tarfile.ReadError("a file of it claims to have less than no bytes")
                    if member.isreg():
                        yield _Held(member.size, lambda one=member: _content(tar, one))  # type: ignore[misc]
                    tar.members.clear()  # type: ignore[attr-defined] # which would grow with each
    except _DAMAGE as error:
        raise _damaged(error) from error


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    try:
        handle = tar.extractfile(member)
        while handle is not None and (piece := handle.read(CHUNK_BYTES)):
            yield piece
    except _DAMAGE as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> UnreadableError:
    return UnreadableError("what came is damaged, or no archive", str(error)[:200])
