"""The forms that a bundle can have, and what each must be able to do."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import BinaryIO, NamedTuple, Protocol

from reprocrate.bundle.admission import Problem
from reprocrate.files import FileDigest

WHOLE_BYTES = 1 << 20
"""Up to this size a file is written in one piece."""


class Form(StrEnum):
    """What a bundle is written as."""

    ZIP = "zip"
    TAR_ZST = "tar.zst"
    FOLDER = "dir"

    @property
    def suffix(self) -> str:
        """What the name of such a bundle ends in."""
        return ".crate" if self is Form.FOLDER else f".crate.{self.value}"


class Member(NamedTuple):
    """A file in a bundle.

    Attributes:
        path: its path.
        size: its declared size in bytes.
        executable: whether it may be executed.
        work: how long it takes to read compared with others: 1 for a byte that is stored as it is.
    """

    path: str
    size: int
    executable: bool
    work: int = 0


class BadMemberError(Exception):
    """A file of a bundle cannot be given out, for the reason in `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ArchiveWriter(Protocol):
    """Writes a bundle, one file after the other, in the order and with the names given."""

    def add_folder(self, path: str) -> None:
        """Add a folder, before what is in it."""

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link. What it leads to may come later."""

    def add_small(self, path: str, data: bytes, *, executable: bool) -> FileDigest:
        """Add a file of at most `WHOLE_BYTES`."""

    def add_large(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a larger file of `size` bytes and say what was really read: at most one byte more than that."""

    def finish(self) -> None:
        """Write what comes after the last file."""


def add_bytes(archive: ArchiveWriter, path: str, data: bytes, *, executable: bool = False) -> FileDigest:
    """Add a file whose content is at hand, of any size."""
    if len(data) <= WHOLE_BYTES:
        return archive.add_small(path, data, executable=executable)
    return archive.add_large(path, io.BytesIO(data), len(data), executable=executable)


class Container(Protocol):
    """Reads what lies in a bundle. Nothing it gives out has been compared with a checksum yet."""

    @property
    def concurrent(self) -> bool:
        """Whether several threads may read different files at once."""

    @property
    def members(self) -> Sequence[Member]:
        """The files, in the order of storage. A path that occurs twice in the bundle is here once."""

    @property
    def links(self) -> Mapping[str, str]:
        """The symbolic links: target by path. Neither has been judged."""

    def has(self, path: str) -> bool:
        """Whether there is such a file. For the first one this is told without looking at the others."""

    def problems(self) -> list[Problem]:
        """What makes the bundle unsafe or contradictory, as far as its structure tells."""

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a member in pieces of bounded size; fastest in the order of `members`.

        Raises:
            BadMemberError: it is one of the problems, or its content is damaged.
            UnavailableError: the bundle could not be read.
        """

    def close(self) -> None:
        """Give back what is open."""
