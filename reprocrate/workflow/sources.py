"""Where the bytes of a recorded file are to be had: in the working tree, among kept objects, or from git."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reprocrate.capture.code.git import committed_file
from reprocrate.capture.code.objects import object_path
from reprocrate.capture.records.keeping import true_names
from reprocrate.files import FileDigest, sha256_bytes, sha256_file


class Digests:
    """Takes the digest of each file once, as long as it stays as it is."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int, int], FileDigest] = {}

    def of(self, path: Path) -> FileDigest:
        """The SHA-256 and size of a file.

        Raises:
            UnavailableError: it could not be read.
        """
        try:
            status = path.stat()
        except OSError:
            return sha256_file(path)
        key = (path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if key not in self._known:
            self._known[key] = sha256_file(path)
        return self._known[key]


class Sources:
    """Finds the bytes of files by their recorded digests; what differs is never taken.

    Args:
        root: the project.
        digests: takes the digests of its files.
    """

    def __init__(self, root: Path, digests: Digests) -> None:
        self._root = root
        self._digests = digests
        self._true_names = true_names(root)
        self._listed: dict[Path, Mapping[str, str]] = {}

    def place(self, path: str) -> Path:
        """Where a file of a record lies, which may have another name there.

        It may have held something that no record has, or be written in another form of Unicode: macOS takes
        names apart (NFD), and records have them composed (NFC).
        """
        named = self._root / self._true_names.get(path, path)
        if path.isascii() or os.path.lexists(named):
            return named
        place = self._root
        for part in path.split("/"):
            place = place / self._spellings(place).get(part, part)
        return place

    def _spellings(self, folder: Path) -> Mapping[str, str]:
        """The names in a folder as they are on the disk, by their composed form."""
        if folder not in self._listed:
            self._listed[folder] = {}
            with suppress(OSError):
                self._listed[folder] = {
                    unicodedata.normalize("NFC", entry.name): entry.name for entry in folder.iterdir()
                }
        return self._listed[folder]

    def digest(self, place: Path) -> FileDigest:
        """The SHA-256 and size of a file.

        Raises:
            UnavailableError: it could not be read.
        """
        return self._digests.of(place)

    def is_as_recorded(self, place: Path, file: dict[str, Any]) -> bool:
        """Whether a file has the size and digest of an entry of the manifest."""
        if not place.is_file() or place.stat().st_size != file["size"]:
            return False
        recorded: str = file["sha256"]
        return self.digest(place).sha256 == recorded

    def code(self, code: dict[str, Any], file: dict[str, Any]) -> Path | bytes | None:
        """A file of a source tree as it ran.

        Args:
            code: the manifest's entry of the tree.
            file: the file's entry in it.
        """
        wanted = file["sha256"]
        for place in (self.place(file["path"]), self._root / object_path(wanted)):
            if self.is_as_recorded(place, file):
                return place
        if commit := code.get("commit"):
            data = committed_file(self._root, commit, file["path"])
            if data is not None and sha256_bytes(data) == wanted:
                return data
        return None

    def kept(self, sha256: str) -> Path | None:
        """A file that was kept by its digest when something ran."""
        place = self._root / object_path(sha256)
        return place if place.is_file() and self.digest(place).sha256 == sha256 else None

    def data(self, file: dict[str, Any]) -> Path | None:
        """A data file that lies in the project; those of other places stay where they are."""
        place = self.place(file["path"])
        return place if not file.get("root") and place.is_file() else None
