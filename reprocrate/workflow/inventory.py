"""What is in a bundle to be: its files and links, what each of them is, and what stays behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from reprocrate.bundle import Entry, Tree, layout
from reprocrate.capture.data.digests import Digests
from reprocrate.crate import CrateFile
from reprocrate.files import FileDigest, composed, could_not, open_regular, sha256_bytes, sha256_file
from reprocrate.manifest import Manifest


class Kind(StrEnum):
    """What a file is, in the order in which they are listed."""

    CODE = "code"
    DATA = "data"
    OUTPUTS = "outputs"
    EVIDENCE = "predictions and histories"
    CHECKPOINTS = "checkpoints"
    MODELS = "models"
    LOGS = "logs"
    ENVIRONMENT = "environment"
    VERDICT = "verdict"
    DOCUMENTS = "documents"
    LINKS = "links"
    OWN = "the bundle's own"


class Left(NamedTuple):
    """Something that stays behind.

    Attributes:
        path: the file, or the link.
        kind: what it is.
        reason: why, in words that follow a colon.
        of: id of the data set, tree of code or model that it belongs to; empty where there is none.
        size: its bytes.
    """

    path: str
    kind: Kind
    reason: str
    of: str = ""
    size: int = 0


@dataclass(slots=True)
class Contents:
    """The files of a bundle, by path, and the manifest that says which of them travel.

    Attributes:
        manifest: the project's manifest with `in_bundle` set.
        entries: what is packed, without the bundle's own files.
        notes: what else is to be said of them.
        kinds: what each entry is.
        left: what stays behind, and why.
        warnings: what the author should know before publishing them, as sentences.
        links: symbolic links, target by path; both lie inside the bundle.
        folders: folders that would be empty.
    """

    manifest: Manifest
    entries: dict[str, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kinds: dict[str, tuple[Kind, str]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)

    @property
    def tree(self) -> Tree:
        """The links and empty folders, as they are packed."""
        return Tree(self.links, tuple(self.folders))


def size_of(entry: Entry) -> int:
    """The bytes of a file.

    Raises:
        UnavailableError: it is gone.
    """
    if isinstance(entry.source, bytes):
        return len(entry.source)
    try:
        return entry.source.stat().st_size
    except OSError as error:
        raise could_not("read", entry.source, error) from error


def crate_file_of(entry: Entry) -> CrateFile:
    """A file, as the crate describes it."""
    if isinstance(entry.source, bytes):
        digest: str | None = sha256_bytes(entry.source)
    elif entry.expected_sha256 or "/" in entry.path:
        digest = entry.expected_sha256
    else:  # a file at the root has an entity of its own, whether the manifest knows its digest or not
        digest = sha256_file(entry.source).sha256
    return CrateFile(composed(entry.path), size=size_of(entry), sha256=digest, name=entry.path)


def kind_of_entry(contents: Contents, path: str) -> tuple[Kind, str]:
    """What a file is, and the id of what it belongs to."""
    usual = Kind.ENVIRONMENT if path.startswith(layout.ENVIRONMENT) else Kind.OWN
    return contents.kinds.get(composed(path), (usual, ""))


class ContentFiles:
    """The files of a bundle to be, as validation sees them.

    Args:
        contents: the files.
        digests: takes their digests, where they are asked for.
    """

    def __init__(self, contents: Contents, digests: Digests | None = None) -> None:
        self._entries = contents.entries | {entry.path: entry for entry in contents.tree.entries()}
        self._digests = digests

    def names(self) -> Iterator[str]:
        """Paths of all files, as their names are."""
        return (entry.path for entry in self._entries.values())

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return composed(path) in self._entries

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size."""
        source = self._entries[composed(path)].source
        if isinstance(source, bytes):
            return FileDigest(sha256_bytes(source), len(source))
        return self._digests.of(source) if self._digests else sha256_file(source)

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes."""
        source = self._entries[composed(path)].source
        if isinstance(source, bytes):
            return source[:limit]
        with source.open("rb") as file:
            return file.read(limit)

    def open(self, path: str) -> BinaryIO:
        """Its content as a file."""
        source = self._entries[composed(path)].source
        if isinstance(source, bytes):
            return io.BytesIO(source)
        try:
            return open_regular(source)
        except OSError as error:
            raise could_not("read", source, error) from error
