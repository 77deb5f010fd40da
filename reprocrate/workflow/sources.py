"""Where the bytes of a recorded file are to be had: in the working tree, among kept objects, or from git."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unicodedata import normalize

from reprocrate.capture.code.git import committed_file
from reprocrate.capture.code.objects import object_path
from reprocrate.capture.data.digests import Digests
from reprocrate.capture.records.keeping import true_names
from reprocrate.errors import UsageError
from reprocrate.files import FileDigest, place_of, places_of, sha256_bytes, spelled_as


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

    def place(self, path: str) -> Path:
        """Where a file of a record lies, which may have another name there.

        It may have held something that no record has, or be written in another form of Unicode: macOS takes
        names apart (NFD), and records have them composed (NFC).
        """
        return place_of(self._root, self._true_names.get(path, path))

    def named(self, place: str, path: str) -> str:
        """A place in the bundle with the names that programs of the project open, in whatever normal form.

        Args:
            place: the place as the manifest has it.
            path: the file's path in the record.

        Raises:
            UsageError: the project has two files that the manifest cannot tell apart.
        """
        if place.isascii():
            return place
        found = places_of(self._root, path)
        if len(found) > 1:
            raise UsageError(
                f"{path} cannot be packed",
                "the project has two files of this name, which differ only in how Unicode composes it, and "
                "only one of them could be unpacked on some systems",
                "Rename or remove one of them, and run again",
            )
        return spelled_as(place, found[0]) if found else place

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
            # As git has it, which keeps the name that the file was made with.
            for name in dict.fromkeys((file["path"], normalize("NFD", file["path"]))):
                data = committed_file(self._root, commit, name)
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
