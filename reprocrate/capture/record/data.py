"""The files that a launch read and wrote, as a record has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoredFile:
    """A file with its size in bytes and SHA-256, relative to the project."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class DataFile:
    """A file that was read or written; `root` names the place outside the project that `path` starts from."""

    path: str
    root: str | None
    size: int
    sha256: str
