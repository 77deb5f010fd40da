"""What lies in a folder or archive, as those see it who only look."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import PurePosixPath
from typing import BinaryIO, Self

from reprocrate.errors import UnavailableError
from reprocrate.files import FileDigest
from reprocrate.files.pieces import PieceReader

MOST_FILES = 100_000
"""More files than this are not looked at."""

DEEPEST = 60
"""Files in more folders than this, one in the other, are not looked at."""

_FOLDERS_OF_TOOLS = """
.git .hg .svn .venv venv .tox .nox .pixi __pycache__ __pypackages__ node_modules .mypy_cache .pytest_cache
.ruff_cache .ipynb_checkpoints .eggs site-packages .idea .vscode .cache __MACOSX .reprocrate
"""
OF_TOOLS = frozenset(_FOLDERS_OF_TOOLS.split())
"""Folders that tools make. What is in them is nobody's work on this experiment."""

_READ_ALL_THE_SAME = re.compile(r"(?:.*/)?\.git/(?:config|logs/HEAD)")
_OUTWARD = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|$)")


@dataclass(slots=True)
class Seen:
    """What was seen beside the files.

    Attributes:
        links: symbolic links, which are never followed.
        outward: names and targets of links that would lead out of the folder.
        unreadable: what could not be read, with the reason.
        left_out: folders of tools.
        others: devices, pipes, sockets, and names that are no text.
        encrypted: files that only their packer can read.
        is_whole: whether all was looked at.
    """

    links: int = 0
    outward: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    others: int = 0
    encrypted: int = 0
    is_whole: bool = True


class Contents(ABC):
    """Files by path with their sizes in bytes, in the order of the paths. Use it in a `with` statement.

    Attributes:
        sizes: bytes of each file.
        seen: what was seen beside them.
        form: what it is, in words.
    """

    def __init__(self, form: str, sizes: Mapping[str, int], seen: Seen) -> None:
        self.form = form
        self.sizes: Mapping[str, int] = dict(sorted(sizes.items()))
        self.seen = seen

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027 - most have nothing open
        """Close what is open."""

    def names(self) -> Iterable[str]:
        """Paths of all files."""
        return self.sizes

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self.sizes

    def size(self, path: str) -> int:
        """Its size in bytes, without reading it."""
        return self.sizes[path]

    def read(self, path: str, limit: int) -> bytes:
        """Its content, at most `limit` bytes from the start.

        Raises:
            UnavailableError: it cannot be read.
        """
        found = bytearray()
        for piece in self.pieces(path):
            found += piece
            if len(found) >= limit:
                break
        return bytes(found[:limit])

    def digest(self, path: str) -> FileDigest:
        """Its SHA-256 and size.

        Raises:
            UnavailableError: it cannot be read.
        """
        from hashlib import sha256

        digest = sha256()
        for piece in self.pieces(path):
            digest.update(piece)
        return FileDigest(digest.hexdigest(), self.sizes[path])

    def open(self, path: str) -> BinaryIO:
        """Its content as a file to be closed, from front to back."""
        return BufferedReader(PieceReader(self.pieces(path)))

    @abstractmethod
    def pieces(self, path: str) -> Iterator[bytes]:
        """Its content in pieces of bounded size.

        Raises:
            UnavailableError: it cannot be read.
        """


def is_looked_at(path: str, seen: Seen) -> bool:
    """Whether a file of an archive is looked at; if not, it is noted why."""
    parts = path.split("/")
    if is_outward(path):
        seen.outward.append(path)
        return False
    for place, part in enumerate(parts[:-1]):
        if part in OF_TOOLS:
            if part != "__MACOSX":
                seen.left_out.add("/".join(parts[: place + 1]))
            return is_read_all_the_same(path)
    if len(parts) > DEEPEST:
        seen.is_whole = False
        return False
    return parts[-1] != ".DS_Store"


def is_outward(path: str) -> bool:
    """Whether a name would lead out of the folder that it is unpacked in, on some system."""
    return _OUTWARD.match(path.replace("\\", "/")) is not None


def is_read_all_the_same(path: str) -> bool:
    """Whether a file in a tool's folder is looked at because it names people and addresses."""
    return _READ_ALL_THE_SAME.fullmatch(path) is not None


def leads_out(path: str, target: str) -> bool:
    """Whether a symbolic link leads out of the folder that it lies in."""
    if is_outward(target) and not target.startswith(".."):
        return True
    depth = len(PurePosixPath(path).parts) - 1
    for part in PurePosixPath(target).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return True
    return False


def unavailable(path: str, why: str) -> UnavailableError:
    """The error for a file that cannot be read."""
    return UnavailableError(f"{path} cannot be read", why)
