"""The files around a manifest that lies in a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from reprocrate.files import (
    FileDigest,
    FileKind,
    could_not,
    open_regular,
    place_of,
    require_safe,
    sha256_file,
    walk,
)


class FolderFiles:
    """A folder's files, read without starting any program.

    A path that a manifest names is only followed where it is safe and stays in the folder: a link that leads
    out of it, a device or a pipe counts as absent.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> Iterator[str]:
        """Paths of all files, sorted by their bytes, without links.

        Raises:
            UnavailableError: a folder cannot be read.
        """
        return (file.path for file in walk(self._root) if file.kind is FileKind.FILE)

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._place_of(path) is not None

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size.

        Raises:
            UnavailableError: it cannot be read.
        """
        return sha256_file(self._existing(path))

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes.

        Raises:
            UnavailableError: it cannot be read.
        """
        place = self._existing(path)
        try:
            with place.open("rb") as file:
                return file.read(limit)
        except OSError as error:
            raise could_not("read", place, error) from error

    def open(self, path: str) -> BinaryIO:
        """Its content as a file.

        Raises:
            UnavailableError: it cannot be read.
        """
        place = self._existing(path)
        try:
            return open_regular(place)
        except OSError as error:
            raise could_not("read", place, error) from error

    def _existing(self, path: str) -> Path:
        place = self._place_of(path)
        if place is None:
            missing = FileNotFoundError(2, os.strerror(2))
            raise could_not("read", self._root / path, missing)
        return place

    def _place_of(self, path: str) -> Path | None:
        try:
            require_safe(path)
            place = place_of(self._root, path).resolve(strict=True)
            inside = place.is_relative_to(self._root.resolve())
            return place if inside and stat.S_ISREG(place.stat().st_mode) else None
        except (
            OSError,
            RuntimeError,
            ValueError,
        ):  # Python 3.11 and 3.12 report a circle of links as RuntimeError
            return None
