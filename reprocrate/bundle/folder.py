"""Bundles that are folders: unpacked, never packed, or written as one."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from reprocrate.bundle.admission import Problem, ProblemKind, names_problems
from reprocrate.bundle.extraction import Staging
from reprocrate.bundle.formats import BadMemberError, Member
from reprocrate.files import CHUNK_BYTES, FileDigest, FileKind, could_not, walk


class FolderContainer:
    """The files under a folder.

    Args:
        root: the folder.
        skip: says of a relative path whether to leave it out, a folder's with a slash at the end.

    Raises:
        UnavailableError: it could not be read.
    """

    concurrent = True

    def __init__(self, root: Path, skip: Callable[[str], bool]) -> None:
        self._root = root
        found = list(walk(root, skip))
        self.members = tuple(
            Member(file.path, file.size, file.executable) for file in found if file.kind is FileKind.FILE
        )
        self._paths = {member.path for member in self.members}
        self.links = {file.path: _target(file.location) for file in found if file.kind is FileKind.LINK}
        self._problems = [
            Problem(file.path, ProblemKind.UNSAFE, "is a device, a pipe or a socket")
            for file in found
            if file.kind is FileKind.OTHER
        ]
        self._problems += names_problems(file.path for file in found)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._paths

    def problems(self) -> list[Problem]:
        """What cannot be in a bundle."""
        return list(self._problems)

    def stream(self, path: str) -> Iterator[bytes]:
        """The content of a file in pieces.

        Raises:
            BadMemberError: it is gone, or something else has taken its place.
            UnavailableError: it could not be read.
        """
        # A pipe that takes a file's place must not make us wait, nor a link lead out of the folder.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_BINARY", 0)
        location = self._root / path
        try:
            with open(os.open(location, flags), "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise BadMemberError(Problem(path, ProblemKind.UNSAFE, "is no longer a file"))
                while piece := file.read(CHUNK_BYTES):
                    yield piece
        except FileNotFoundError:
            raise BadMemberError(Problem(path, ProblemKind.MISSING, "is missing")) from None
        except OSError as error:
            raise could_not("read", location, error) from error

    def close(self) -> None:
        """Nothing is open."""


class FolderWriter:
    """Writes a bundle as a folder.

    Args:
        staging: the folder to be.
        progress: called with the number of bytes of content just read.
    """

    def __init__(self, staging: Staging, progress: Callable[[int], None]) -> None:
        self._staging = staging
        self._progress = progress
        self._links: dict[str, str] = {}

    def add_folder(self, path: str) -> None:
        """Add a folder."""
        self._staging.add_folder(path)

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link, once everything else is written."""
        self._links[path] = target

    def add_small(self, path: str, data: bytes, *, executable: bool) -> FileDigest:
        """Add a file in one piece."""
        with self._staging.create(Member(path, len(data), executable)) as append:
            append(data)
        self._progress(len(data))
        return FileDigest(hashlib.sha256(data).hexdigest(), len(data))

    def add_large(self, path: str, content: BinaryIO, size: int, *, executable: bool) -> FileDigest:
        """Add a file of `size` bytes and say what was really read: at most one byte more than that."""
        digest, seen = hashlib.sha256(), 0
        with self._staging.create(Member(path, size, executable)) as append:
            while seen <= size and (chunk := content.read(min(CHUNK_BYTES, size + 1 - seen))):
                digest.update(chunk)
                append(chunk)
                seen += len(chunk)
                self._progress(len(chunk))
        return FileDigest(digest.hexdigest(), seen)

    def finish(self) -> None:
        """Write the links."""
        for path, target in self._links.items():
            self._staging.add_link(path, target)


def _target(link: Path) -> str:
    try:
        return os.readlink(link).replace(os.sep, "/")  # noqa: PTH115 - as it is: Path would tidy it
    except OSError as error:
        raise could_not("read", link, error) from error
