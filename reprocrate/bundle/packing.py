"""Packing files into a bundle, the same files into the same bytes."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reprocrate.bundle.admission import (
    MAX_CHECKSUMS_BYTES,
    MAX_FILES,
    MAX_MANIFEST_BYTES,
    names_problems,
    parents,
    printable,
)
from reprocrate.bundle.checksums import checksums_bytes
from reprocrate.bundle.formats import ArchiveWriter
from reprocrate.bundle.layout import CHECKSUMS, MANIFEST, payload_digest, storage_order
from reprocrate.bundle.zip_writer import COMPRESSOR, ZipWriter
from reprocrate.errors import IntegrityError, UsageError
from reprocrate.files import atomic_file, could_not

_TIMESTAMP = 315532800  # 1980-01-01T00:00:00Z, the earliest that a ZIP file can say


@dataclass(frozen=True, slots=True)
class Entry:
    """A file to pack.

    Attributes:
        path: where it goes in the bundle.
        source: the file to read (a link is followed), or the content itself.
        executable: whether it may be executed.
        expected_sha256: what it must be, if that is known.
    """

    path: str
    source: Path | bytes
    executable: bool = False
    expected_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle that was written.

    Attributes:
        path: the file.
        payload_digest: the identity of the bundle (`layout.in_payload` says of which files).
        manifest_sha256: the digest of `reprocrate.json`.
        size: bytes of the file.
        files: how many files are in it, `manifest-sha256.txt` included.
        compressor: what compressed it, with its version: equal bytes are promised for an equal one.
    """

    path: Path
    payload_digest: str
    manifest_sha256: str
    size: int
    files: int
    compressor: str


def pack(
    entries: Iterable[Entry], target: Path, *, progress: Callable[[int], None] = lambda _count: None
) -> Packed:
    """Write a `.crate.zip`: whole, or not at all.

    The bytes depend on the entries alone, not on their order, the clock, the time zone, the locale or the
    permissions of the files. Times are 1980-01-01, or SOURCE_DATE_EPOCH where that is set
    (https://reproducible-builds.org/specs/source-date-epoch/). `manifest-sha256.txt` is added.

    Args:
        entries: the files, `reprocrate.json` among them.
        target: the file to write; one that exists is replaced.
        progress: called with the number of bytes just read.

    Raises:
        UsageError: a bundle cannot hold these names, or SOURCE_DATE_EPOCH is not a number.
        IntegrityError: a file is not what it is expected to be, or changes while it is packed.
        UnavailableError: a file could not be read, or the bundle not be written.
    """
    ordered = _admitted(entries)
    timestamp = _timestamp()
    digests: dict[str, str] = {}
    with atomic_file(target) as output:
        archive: ArchiveWriter = ZipWriter(output, timestamp, progress)
        folders: set[str] = set()
        for entry in ordered:
            _add_folders(archive, entry.path, folders)
            digests[entry.path] = _add(archive, entry)
        listing = _listing(digests)
        archive.add_file(CHECKSUMS, io.BytesIO(listing), len(listing), executable=False)
        archive.finish()
        size = output.tell()
    return Packed(
        path=target,
        payload_digest=payload_digest(digests.items()),
        manifest_sha256=digests[MANIFEST],
        size=size,
        files=len(digests) + 1,
        compressor=COMPRESSOR,
    )


def _admitted(entries: Iterable[Entry]) -> list[Entry]:
    """The entries in the order of storage, if a reader will take them."""
    listed = list(entries)
    paths = [entry.path for entry in listed]
    if CHECKSUMS in paths:
        raise UsageError(f"{CHECKSUMS} cannot be packed", "it is made while packing")
    problems = list(names_problems([*paths, CHECKSUMS]))
    if problems:
        shown = "; ".join(map(str, problems[:10]))
        more = f"; and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise UsageError(
            f"{printable(problems[0].path)} cannot be packed", f"{shown}{more}", "Rename it or leave it out"
        )
    if MANIFEST not in paths:
        raise UsageError("the bundle cannot be packed", f"it has no {MANIFEST}")
    folders = {folder for path in paths for folder in parents(path)}
    if len(paths) + 1 + len(folders) > MAX_FILES:
        raise UsageError("the bundle cannot be packed", f"it has more than {MAX_FILES} files and folders")
    return sorted(listed, key=lambda entry: storage_order(entry.path))


def _timestamp() -> int:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return _TIMESTAMP
    if not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {text!r}", "it must be a number of seconds since 1970-01-01 UTC"
        )
    return int(text)


def _add_folders(archive: ArchiveWriter, path: str, known: set[str]) -> None:
    for folder in reversed(list(parents(path))):
        if folder not in known:
            known.add(folder)
            archive.add_folder(folder)


def _add(archive: ArchiveWriter, entry: Entry) -> str:
    with _opened(entry) as (content, size):
        digest = archive.add_file(entry.path, content, size, executable=entry.executable)
    if digest.size != size:
        raise _changed(entry, "its size changed while it was packed")
    if entry.expected_sha256 not in (None, digest.sha256):
        raise _changed(entry, f"its SHA-256 is {digest.sha256}, but {entry.expected_sha256} was recorded")
    if entry.path == MANIFEST and digest.size > MAX_MANIFEST_BYTES:
        raise UsageError(f"{MANIFEST} cannot be packed", f"it is larger than {MAX_MANIFEST_BYTES >> 20} MiB")
    return digest.sha256


@contextmanager
def _opened(entry: Entry) -> Iterator[tuple[BinaryIO, int]]:
    """The content and its size; whether a file stayed as it was is checked at the end."""
    if isinstance(entry.source, bytes):
        yield io.BytesIO(entry.source), len(entry.source)
        return
    try:
        if not stat.S_ISREG(entry.source.stat().st_mode):  # opening a pipe would wait for ever
            raise UsageError(f"{entry.source} cannot be packed", "it is not a file")
        with entry.source.open("rb") as content:
            before = os.fstat(content.fileno())
            yield content, before.st_size
            after = os.fstat(content.fileno())
    except FileNotFoundError as error:
        raise _changed(entry, "it is gone") from error
    except OSError as error:
        raise could_not("read", entry.source, error) from error
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise _changed(entry, "it was written to while it was packed")


def _changed(entry: Entry, why: str) -> IntegrityError:
    return IntegrityError(
        f"{printable(entry.path)} changed since it was recorded", why, "Restore the file, or run again"
    )


def _listing(digests: dict[str, str]) -> bytes:
    listing = checksums_bytes(digests.items())
    if len(listing) > MAX_CHECKSUMS_BYTES:
        raise UsageError("the bundle cannot be packed", f"its {CHECKSUMS} would exceed 256 MiB")
    return listing
