"""A folder of files, or one file alone, read in place. Links are never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reprocrate.bundle.plain.contents import (
    DEEPEST,
    MOST_FILES,
    OF_TOOLS,
    Contents,
    Seen,
    is_read_all_the_same,
    leads_out,
    unavailable,
)
from reprocrate.bundle.plain.forms import PlainForm
from reprocrate.files import CHUNK_BYTES, could_not

_OF_GIT = (".git/config", ".git/logs/HEAD")


class FolderContents(Contents):
    """The files under a folder.

    Args:
        root: the folder.

    Raises:
        UnavailableError: it cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sizes: dict[str, int] = {}
        self._seen = Seen()
        try:
            pending = list(self._enter(""))
        except OSError as error:
            raise could_not("read", root, error) from error
        while pending:
            prefix = pending.pop(0)
            try:
                pending += self._enter(prefix)
            except OSError as error:
                self._seen.unreadable[prefix] = error.strerror or str(error)
                self._seen.is_whole = False
            if len(self._sizes) > MOST_FILES:
                self._seen.is_whole = False
                break
        super().__init__(PlainForm.FOLDER, self._sizes, self._seen)

    def pieces(self, path: str) -> Iterator[bytes]:
        """The content of a file in pieces."""
        yield from _pieces(self._root / path, path)

    def _enter(self, prefix: str) -> Iterator[str]:
        """Take what is in one folder; the answer is the folders below it."""
        with os.scandir(self._root / prefix) as listing:
            entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        for entry in entries:
            path = prefix + entry.name
            with suppress(FileNotFoundError):
                self._take(path, entry)
            if entry.is_dir(follow_symlinks=False):
                if entry.name in OF_TOOLS or (self._root / path / "pyvenv.cfg").is_file():
                    self._seen.left_out.add(path)
                elif path.count("/") >= DEEPEST:
                    self._seen.is_whole = False
                else:
                    yield f"{path}/"

    def _take(self, path: str, entry: os.DirEntry[str]) -> None:
        status = entry.stat(follow_symlinks=False)
        if not path.isprintable() and not _is_text(path):
            self._seen.others += 1
        elif stat.S_ISLNK(status.st_mode):
            self._seen.links += 1
            target = os.readlink(entry.path)  # noqa: PTH115 - as it is: Path would tidy it
            if leads_out(path, target):
                self._seen.outward.append(path)
        elif stat.S_ISREG(status.st_mode):
            if entry.name != ".DS_Store":
                self._sizes[path] = status.st_size
        elif not stat.S_ISDIR(status.st_mode):
            self._seen.others += 1
        elif entry.name == ".git":
            for name in _OF_GIT:
                self._take_of_git(path.removesuffix(".git") + name)

    def _take_of_git(self, path: str) -> None:
        """A file of git's, where neither it nor what it lies in is a link."""
        with suppress(OSError):
            status = (self._root / path).lstat()
            logs = (self._root / path).parent.lstat()
            if stat.S_ISREG(status.st_mode) and stat.S_ISDIR(logs.st_mode) and is_read_all_the_same(path):
                self._sizes[path] = status.st_size


class FileContents(Contents):
    """One file alone.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(PlainForm.PDF, {path.name: path.stat().st_size}, Seen())

    def pieces(self, path: str) -> Iterator[bytes]:
        """Its content in pieces."""
        yield from _pieces(self._path, path)


def _pieces(location: Path, path: str) -> Iterator[bytes]:
    # A pipe that takes a file's place must not make us wait, nor a link lead out of the folder.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(location, flags | getattr(os, "O_BINARY", 0)), "rb", buffering=0) as file:  # noqa: PTH123
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise unavailable(path, "it is no longer a file")
            while piece := file.read(CHUNK_BYTES):
                yield piece
    except OSError as error:
        raise could_not("read", location, error) from error


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
