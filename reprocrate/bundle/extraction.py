"""Writing the files of a bundle into a folder that appears only when it is complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from reprocrate.bundle.formats import Member
from reprocrate.bundle.layout import MANIFEST
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import could_not, hold, remove_leftovers

_TELLING = (MANIFEST, "bagit.txt")

# Nothing in a staging folder is older than it, and links are made in it only after all files: a path of safe
# parts cannot lead out of it. What exists is refused all the same.
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Staging:
    """A temporary folder that becomes the target, or vanishes.

    It lies beside the target, or inside if the target is there already: an empty folder that someone stands
    in stays the same folder.

    Args:
        target: the folder to make; the folders above it are made as well.
        size: bytes that will be written, so that a full disk is noticed before anything is.

    Raises:
        UsageError: the target exists and is not an empty folder.
        UnavailableError: there is no room, or no permission.
    """

    def __init__(self, target: Path, size: int) -> None:
        self._target = target
        self._size = size
        self._made: list[Path] = []
        self._known: set[str] = set()
        self._published: list[Path] = []
        self._complete = False
        self._held = -1
        if target.is_dir():
            remove_leftovers(target)
        self._exists = is_empty_folder(target)
        home = target if self._exists else target.parent
        self._folder = home / f"reprocrate-{os.urandom(8).hex()}.partial"
        self._prefix = f"{self._folder}{os.sep}"

    def __enter__(self) -> Self:
        try:
            self._make_parents(self._folder.parent)
            remove_leftovers(self._folder.parent)
            free = shutil.disk_usage(self._folder.parent).free
            if free >= self._size:
                self._folder.mkdir()
                self._hold()
                return self
        except OSError as error:
            self._remove()
            raise could_not("write", self._target, error) from error
        self._remove()
        raise UnavailableError(
            f"could not write {self._target}",
            f"the disk is full: {self._size:,} bytes are needed, {free:,} are free, "
            f"{self._size - free:,} are missing",
            "Free some space or choose another place",
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._complete:
            self._remove()
        if self._held >= 0:
            os.close(self._held)

    @contextmanager
    def create(self, member: Member) -> Iterator[Callable[[bytes], object]]:
        """A new file, as a function that appends to it. Several threads may make different files at once.

        Raises:
            UnavailableError: it could not be written.
        """
        path = member.path
        try:
            folder, slash, _ = path.rpartition("/")
            if slash and folder not in self._known:
                (self._folder / folder).mkdir(parents=True, exist_ok=True)
                self._known.add(folder)
            mode = 0o777 if member.executable else 0o666
            descriptor = os.open(f"{self._prefix}{path}", _NEW, mode)
        except OSError as error:
            raise could_not("write", self._target / path, error) from error

        def append(piece: bytes) -> None:
            try:
                written = os.write(descriptor, piece)
                while written < len(piece):
                    written += os.write(descriptor, memoryview(piece)[written:])
            except OSError as error:
                raise could_not("write", self._target / path, error) from error

        try:
            yield append
        finally:
            try:
                os.close(descriptor)
            except OSError as error:
                raise could_not("write", self._target / path, error) from error

    def add_folder(self, path: str) -> None:
        """A folder without anything in it, if it is not there yet.

        Raises:
            UnavailableError: it could not be made.
        """
        try:
            (self._folder / path).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise could_not("write", self._target / path, error) from error

    def add_link(self, path: str, target: str) -> None:
        """A symbolic link. Nothing is written behind a link: links come after all files.

        Raises:
            UnavailableError: it could not be made.
        """
        location = self._folder / path
        try:
            location.parent.mkdir(parents=True, exist_ok=True)
            location.symlink_to(target)
        except OSError as error:
            raise could_not("write", self._target / path, error) from error

    def publish(self) -> None:
        """Give the complete folder its name.

        Raises:
            UnavailableError: that was not possible; nothing is left.
        """
        try:
            if self._exists:
                # What makes it a bundle comes last: a process that is killed meanwhile leaves none.
                for item in sorted(self._folder.iterdir(), key=lambda item: (item.name in _TELLING, item)):
                    final = self._target / item.name
                    item.rename(final)
                    self._published.append(final)
                self._folder.rmdir()
            else:
                self._folder.rename(self._target)
        except OSError as error:
            raise could_not("write", self._target, error) from error
        self._complete = True

    def _hold(self) -> None:
        """Keep other processes from taking the temporary folder for one that a killed process left."""
        with suppress(OSError):  # where a folder cannot be opened, none is ever taken for that
            self._held = os.open(self._folder, os.O_RDONLY)
            hold(self._held)

    def _make_parents(self, folder: Path) -> None:
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            self._made.append(parent)

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        for item in self._published:
            if item.is_dir():
                shutil.rmtree(item, ignore_errors=True)
            else:
                item.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()


def is_empty_folder(target: Path) -> bool:
    """Whether the target is an empty folder; False if there is nothing yet."""
    fix = "Name a folder that does not exist yet, or an empty one"
    if not os.path.lexists(target):
        return False
    if not target.is_dir():
        raise UsageError(f"{target} exists and is not a folder", fix=fix)
    try:
        with os.scandir(target) as entries:
            if next(entries, None) is not None:
                raise UsageError(f"{target} exists and is not empty", fix=fix)
    except OSError as error:
        raise could_not("read", target, error) from error
    return True
