"""Reading a bundle that is a folder: unpacked, or never packed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from reprocrate.bundle.admission import Problem, ProblemKind, names_problems
from reprocrate.bundle.formats import BadMemberError, Member
from reprocrate.files import CHUNK_BYTES, FileKind, could_not, walk


class FolderContainer:
    """The files under a folder.

    Args:
        root: the folder.
        skip: says of a relative path whether to leave it out, a folder's with a slash at the end.

    Raises:
        UnavailableError: it could not be read.
    """

    def __init__(self, root: Path, skip: Callable[[str], bool]) -> None:
        self._root = root
        found = list(walk(root, skip))
        self.members = tuple(
            Member(file.path, file.size, file.executable) for file in found if file.kind is FileKind.FILE
        )
        self._problems = [
            Problem(file.path, ProblemKind.LINK, "is a symbolic link")
            if file.kind is FileKind.LINK
            else Problem(file.path, ProblemKind.UNSAFE, "is a device, a pipe or a socket")
            for file in found
            if file.kind is not FileKind.FILE
        ]
        self._problems += names_problems(file.path for file in found)

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
