"""What all archives have in common for a reader: members that are listed and judged, and the first one."""

from __future__ import annotations

import stat
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import BinaryIO, Generic, Protocol, TypeVar

from reprocrate.bundle.admission import Problem
from reprocrate.bundle.formats import BadMemberError, Member


class _Placed(Protocol):
    """A member as a format records it."""

    @property
    def size(self) -> int:
        """Bytes of its content."""

    @property
    def mode(self) -> int:
        """Its permissions."""


_Stored = TypeVar("_Stored", bound=_Placed)


class Listing(Generic[_Stored]):
    """The members by what they are.

    Attributes:
        files: files by path, each path once, in the order of storage.
        links: the targets of symbolic links by path.
        refused: what must not be given out, and why.
        problems: all of these and others.
    """

    def __init__(self) -> None:
        self.files: dict[str, _Stored] = {}
        self.links: dict[str, str] = {}
        self.refused: dict[str, Problem] = {}
        self.problems: list[Problem] = []

    def refuse(self, problem: Problem) -> None:
        """Add a problem, for which its member must not be given out."""
        self.refused.setdefault(problem.path, problem)
        self.problems.append(problem)


class Archive(ABC, Generic[_Stored]):
    """A container that is one file. What is asked for its first member alone does not list the others."""

    _file: BinaryIO

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The files, in the order of storage. A path that occurs twice is here once."""
        return tuple(
            Member(path, stored.size, bool(stored.mode & stat.S_IXUSR), self._work(stored))
            for path, stored in self._listing.files.items()
        )

    @property
    def links(self) -> Mapping[str, str]:
        """The symbolic links: target by path."""
        return self._listing.links

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._is_first(path) or path in self._listing.files

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _member(self, path: str) -> _Stored:
        """A file that may be given out.

        Raises:
            BadMemberError: it is one of the problems.
        """
        if "_listing" not in self.__dict__ and self._first is not None and self._is_first(path):
            return self._first
        if path in self._listing.refused:
            raise BadMemberError(self._listing.refused[path])
        return self._listing.files[path]

    def _is_first(self, path: str) -> bool:
        return self._first is not None and self._path_of(self._first) == path

    def _work(self, stored: _Stored) -> int:
        """How long a member takes to read compared with others."""
        return stored.size

    @property
    @abstractmethod
    def _first(self) -> _Stored | None:
        """The first member, if it is a file and nothing in its record speaks against giving it out."""

    @property
    @abstractmethod
    def _listing(self) -> Listing[_Stored]:
        """All members; worked out once."""

    @abstractmethod
    def _path_of(self, stored: _Stored) -> str:
        """The path of a member in the bundle."""
