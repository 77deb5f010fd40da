"""Writing a file all or nothing."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from reprocrate.files.digests import CHUNK_BYTES
from reprocrate.files.leftovers import hold
from reprocrate.files.reasons import could_not


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Put `data` into the file `path`, all or nothing, and onto the disk.

    Raises:
        UnavailableError: it could not be written; what was there before is untouched.
    """
    with atomic_file(path) as handle:
        handle.write(data)


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A writable, seekable file that becomes `path` when the block ends without an exception.

    Until then `path` is what it was. A link is replaced, not followed; the permissions of a file that
    is replaced are kept. Where the system can, the file has no name until it is complete, so that even
    a killed process leaves nothing behind.

    Raises:
        UnavailableError: it could not be written. An exception of the block passes through as it is.
    """
    target = Path(path)
    temporary = target.with_name(f".reprocrate-{os.urandom(8).hex()}.tmp")
    with _reported_as(target):
        mode = _permissions(target)
        descriptor, named = _new_file(temporary)
    if named:
        hold(descriptor)
    raw = _TargetFile(descriptor, target)
    handle = io.BufferedWriter(raw, CHUNK_BYTES)
    try:
        yield handle
        handle.flush()
        with _reported_as(target):
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(descriptor, mode)
            os.fsync(descriptor)
            if not named:
                _give_name(descriptor, temporary)
                named = True
            raw.close()
            temporary.replace(target)
            named = False
            sync_folder(target.parent)
    finally:
        _abandon(handle, raw)
        if named:
            with suppress(OSError):
                temporary.unlink()


class _TargetFile(io.FileIO):
    """A raw file whose failing writes speak of the file that the user asked for."""

    def __init__(self, descriptor: int, target: Path) -> None:
        super().__init__(descriptor, "wb")
        self._target = target

    def write(self, data: Any, /) -> int:
        with _reported_as(self._target):
            return super().write(data) or 0


@contextmanager
def _reported_as(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise could_not("write", target, error) from error


def _new_file(temporary: Path) -> tuple[int, bool]:
    """A descriptor of a new file, and whether it already has the temporary name."""
    unnamed = getattr(os, "O_TMPFILE", 0)
    if unnamed and Path("/proc/self/fd").is_dir():
        with suppress(OSError):  # not every file system has files without a name
            return os.open(temporary.parent, os.O_WRONLY | unnamed, 0o666), False
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(temporary, flags, 0o666), True


def _give_name(descriptor: int, temporary: Path) -> None:
    # With a src_dir_fd, os.link calls linkat(..., AT_SYMLINK_FOLLOW), as open(2) prescribes for O_TMPFILE.
    folder = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        os.link(str(descriptor), temporary, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _permissions(target: Path) -> int | None:
    """The permissions of the file that is about to be replaced; None where there is none, or a link.

    A folder, a device such as `/dev/null` or a pipe must never be replaced by a file.
    """
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "")
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file")
    return stat.S_IMODE(mode) if stat.S_ISREG(mode) else None


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power failure, where folders can be synchronised at all."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _abandon(handle: BinaryIO, raw: io.FileIO) -> None:
    """Close without writing what may be left in the buffer."""
    with suppress(OSError, ValueError):
        raw.close()
    with suppress(OSError, ValueError):
        handle.close()
