"""What a format of bundles must be able to do: the interface between bundles and their formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from reprocrate.bundle.admission import Problem
from reprocrate.files import FileDigest


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a bundle: its path, its declared size in bytes, and whether it may be executed."""

    path: str
    size: int
    executable: bool


class BadMemberError(Exception):
    """A file of a bundle cannot be given out, for the reason in `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ArchiveWriter(Protocol):
    """Writes a bundle, one file after the other, in the order and with the names given."""

    def add_folder(self, path: str) -> None:
        """Add a folder, before what is in it."""

    def add_file(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a file of `size` bytes and say what was really read: at most one byte more than that."""

    def finish(self) -> None:
        """Write what comes after the last file."""


class Container(Protocol):
    """Reads what lies in a bundle. Nothing it gives out has been compared with a checksum yet."""

    @property
    def members(self) -> Sequence[Member]:
        """The files, in any order. A path that occurs twice in the bundle is here once."""

    def problems(self) -> list[Problem]:
        """What makes the bundle unsafe or contradictory, as far as its structure tells."""

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a member in pieces of bounded size.

        Raises:
            BadMemberError: it is one of the problems, or its content is damaged.
            UnavailableError: the bundle could not be read.
        """

    def close(self) -> None:
        """Give back what is open."""
