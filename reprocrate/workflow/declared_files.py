"""A bundle's files as validation sees them, and whether they are as its manifest declares.

Apart from what judges a whole bundle, since every import and rerun asks for this alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress
from io import BufferedReader
from typing import BinaryIO

from reprocrate.bundle import Bundle
from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import FileDigest, PieceReader, composed
from reprocrate.manifest import Manifest
from reprocrate.validation import Subject, validate
from reprocrate.validation.folder import FolderFiles

INTEGRITY = "RC07"
"""Family of the rules about files being what the manifest declares; all of them find errors."""

GET_AGAIN = "Get the bundle again from where it was published"
_SHOWN = 10


def require_declared_files(bundle: Bundle, manifest: Manifest, *, plainly: bool = True) -> None:
    """Make sure that a bundle's manifest and its list of checksums agree about every file.

    The list alone proves little, since whoever edits the manifest can write the list anew.

    Args:
        bundle: the bundle.
        manifest: its manifest.
        plainly: whether to read all files to tell what is wrong more plainly, if something is.

    Raises:
        IntegrityError: they do not; it names the first files.
    """
    subject = Subject.of(manifest, files=BundleFiles(bundle, set()))
    wrong = [finding.message for finding in validate(subject, only=[INTEGRITY]).findings]
    if wrong:
        if plainly:
            bundle.require_intact()  # where the list of checksums tells the same more plainly
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise IntegrityError(
            f"the manifest of {bundle.path} is not true to its files",
            "; ".join(wrong[:_SHOWN]) + more,
            GET_AGAIN,
        )


class BundleFiles:
    """The files of a bundle, as validation sees them.

    Args:
        bundle: the bundle.
        doubtful: files of which it is known that their digest is not the listed one.
    """

    def __init__(self, bundle: Bundle, doubtful: set[str]) -> None:
        self._bundle = bundle
        self._doubtful = doubtful
        self._sizes = {member.path: member.size for member in bundle.members}
        self._true = {form: path for path in self._sizes if (form := composed(path)) not in self._sizes}
        self._checksums: dict[str, str] = {}
        with suppress(IntegrityError):  # a damaged list has its own finding
            self._checksums = bundle.checksums()
        # What was not brought is in the bundle, where it was left: its size was seen there.
        self._absent = {
            path for path, size in bundle.absent.items() if path in self._checksums and size is not None
        }
        self._absent -= self._sizes.keys()
        self._sizes |= {path: size for path in self._absent if (size := bundle.absent[path]) is not None}

    def names(self) -> Iterable[str]:
        """Paths of all files, as their names are."""
        return [*self._bundle.names(), *sorted(self._absent)]

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._sizes or path in self._true

    def digest(self, path: str) -> FileDigest:
        """Its size, and its SHA-256: the listed one, unless that is in doubt."""
        path = self._true.get(path, path)
        if path in self._checksums and path not in self._doubtful:
            return FileDigest(self._checksums[path], self._sizes[path])
        return FileDigest(self._bundle.digest(path), self._sizes[path])

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes from the start."""
        path = self._true.get(path, path)
        if path in self._absent:
            raise UnavailableError(f"{path} was not brought", fix="Import the whole bundle")
        found = bytearray()
        with closing(self._bundle.pieces(path)) as pieces:
            for piece in pieces:
                found += piece
                if len(found) >= limit:
                    break
        return bytes(found[:limit])

    def open(self, path: str) -> BinaryIO:
        """Its content as a file."""
        path = self._true.get(path, path)
        if path in self._absent:
            raise UnavailableError(f"{path} was not brought", fix="Import the whole bundle")
        if self._bundle.path.is_dir():
            return FolderFiles(self._bundle.path).open(path)
        return BufferedReader(PieceReader(self._bundle.pieces(path)))
