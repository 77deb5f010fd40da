"""Digests of files and of trees of files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from reprocrate.files.reasons import could_not

CHUNK_BYTES = 1 << 18
"""How much is read at a time from a file of any size."""

_LINES = 1000  # so many are hashed at once


class FileDigest(NamedTuple):
    """What a file holds: its SHA-256 as 64 lower-case hexadecimal digits, and its size in bytes."""

    sha256: str
    size: int


def sha256_bytes(data: bytes) -> str:
    """The SHA-256 of bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(
    path: str | os.PathLike[str], progress: Callable[[int], None] = lambda _count: None
) -> FileDigest:
    """The digest of a file, read in pieces. A link is followed.

    Args:
        path: the file.
        progress: called with the number of bytes just read.

    Raises:
        UnavailableError: the file could not be read (its `__cause__` is the OSError).
    """
    digest = hashlib.sha256()
    size = 0
    try:
        with Path(path).open("rb", buffering=0) as handle:
            while chunk := handle.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                progress(len(chunk))
    except OSError as error:
        raise could_not("read", path, error) from error
    return FileDigest(digest.hexdigest(), size)


def tree_digest(entries: Iterable[tuple[str, str]]) -> str:
    """The digest of a tree of files, given as pairs of path and SHA-256.

    It is the SHA-256 over one line a file, `<sha256>`, two spaces, `<path>` and a line feed (also after
    the last), where the lines are UTF-8 and sorted by their bytes; a tree without files has the digest of
    no bytes. The order of `entries` does not matter. For a list that `sha256sum` wrote it equals
    `LC_ALL=C sort LIST | sha256sum`.
    """
    digest = hashlib.sha256()
    lines = sorted(f"{sha256}  {path}\n" for path, sha256 in entries)  # code points sort as their UTF-8 does
    for start in range(0, len(lines), _LINES):
        digest.update("".join(lines[start : start + _LINES]).encode())
    return digest.hexdigest()
