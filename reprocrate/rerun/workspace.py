"""The folder that a rerun works in: copies of code and data, and nothing that was recorded as written.

Recorded results stay where they are: runs see copies, so that nothing they do can change what they are
compared with.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from reprocrate.bundle import Tree
from reprocrate.capture.record import DataFile
from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import CHUNK_BYTES, could_not, place_of, spelled_as
from reprocrate.rerun.materials import Material
from reprocrate.rerun.surroundings import place_in_home

_READ_AND_EXECUTE = 0o755
_READ = 0o644


@dataclass(frozen=True, slots=True)
class Workspace:
    """A rerun's own project folder, filled from an imported one.

    Attributes:
        source: the imported folder.
        work: where the runs find the project.
        home: what they take for their home folder, with data that lay outside the project.
    """

    source: Path
    work: Path
    home: Path
    _known: dict[Path, tuple[str, tuple[int, int]]] = field(default_factory=dict, repr=False)

    def fill(self, materials: Iterable[Material]) -> Iterator[Material]:
        """Copy what is missing or was changed since it was copied, checking digests; yields what was copied.

        Called before every run, it gives each the files that it was recorded with, whatever the run before
        did to them.

        Args:
            materials: the files that the next run reads.

        Raises:
            IntegrityError: a file is not what its digest says.
            UnavailableError: a file is missing or could not be copied.
        """
        for material in materials:
            target = self.place_of(material)
            state = _state(target)
            if state is None or (material.source, state) != self._known.get(target):
                make_folders(self.work if material.root is None else self.home, target.parent)
                _copy(place_of(self.source, material.source), target, material)
                if state := _state(target):
                    self._known[target] = (material.source, state)
                yield material

    def lay(self, tree: Tree) -> None:
        """Make the project's empty folders, and those of its links that lead to something that is there.

        A link to what runs write is left out: where it leads to nothing, a script that makes it itself fails.

        Args:
            tree: links and empty folders of the imported folder.

        Raises:
            UnavailableError: one could not be made.
        """
        for folder in tree.folders:
            if not os.path.lexists(self.work / folder):
                make_folders(self.work, self.work / folder)
        waiting = dict(tree.links)
        while laid := [path for path, target in waiting.items() if self._link(path, target)]:
            for path in laid:  # others may lead over it
                del waiting[path]

    def _link(self, path: str, target: str) -> bool:
        place = self.work / path
        leads_to = Path(os.path.realpath(place.parent / target))
        if (
            os.path.lexists(place)
            or not leads_to.is_relative_to(self.work.resolve())
            or not leads_to.exists()
        ):
            return False
        make_folders(self.work, place.parent)
        try:
            place.symlink_to(target)
        except OSError as error:
            raise could_not("create", place, error) from error
        return True

    def remove(self, paths: Iterable[str]) -> None:
        """Take away files of the project that the next run must not find, such as another tree's code.

        Raises:
            UnavailableError: one could not be removed.
        """
        for path in paths:
            target = place_of(self.work, path)
            if is_below_folders(self.work, target):
                try:
                    target.unlink(missing_ok=True)
                except OSError as error:
                    raise could_not("remove", target, error) from error

    def folder(self, path: str | None) -> Path:
        """A folder of the project, made where it is missing; the project itself for None.

        Raises:
            UnavailableError: it could not be made.
        """
        target = self.work / self._named(path, path) if path else self.work
        make_folders(self.work, target)
        return target

    def place_of(self, material: Material) -> Path:
        """Where a run finds a file.

        Raises:
            UnavailableError: it lay in a place that cannot be given to a run here, or would make the
            project a
                version control folder, whose settings could start programs.
        """
        path = self._named(material.file.path, material.source)
        if any(part.lower() == ".git" for part in path.split("/")):
            raise UnavailableError(f"{material.source} is a file of a git repository", "It is never copied")
        if material.root is None:
            return self.work / path
        inside_home = place_in_home(material.root)
        if inside_home is None:
            raise UnavailableError(
                f"{path} was read from outside the project",
                f"Its place ({material.root}) cannot be given to a run here",
                "See `plan` for what the run needs.",
            )
        return self.home / inside_home / path

    def root_of(self, file: DataFile) -> Path:
        """The folder below which a file lies that a run wrote."""
        return self.work if file.root is None else self.home

    def written_at(self, file: DataFile) -> Path | None:
        """Where a file lies that a run wrote; None where that is outside of this workspace."""
        inside = "" if file.root is None else place_in_home(file.root)
        path = PurePosixPath(file.path)
        if inside is None or path.is_absolute() or ".." in path.parts or not path.parts:
            return None
        return self.root_of(file) / inside / path

    def _named(self, path: str, source: str) -> str:
        """A path with the names of what lies at `source` in the imported folder: programs open only those."""
        return path if path.isascii() else spelled_as(path, place_of(self.source, source))


def _state(path: Path) -> tuple[int, int] | None:
    """What changes when a file does: its size and its time of change; None for anything but a file."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return (status.st_size, status.st_ctime_ns) if stat.S_ISREG(status.st_mode) else None


def make_folders(root: Path, target: Path) -> None:
    """Make the folders down to one, each a folder in its own right.

    A run may have put a link to somewhere else in a folder's place: it must not lead our copy out of the
    workspace.
    """
    folder = root
    try:
        root.mkdir(parents=True, exist_ok=True)
        for part in target.relative_to(root).parts:
            folder = folder / part
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                folder.unlink()
            folder.mkdir(exist_ok=True)
    except OSError as error:
        raise could_not("create", folder, error) from error


def is_below_folders(root: Path, target: Path) -> bool:
    """Whether a file's folders, down from the root, are folders in their own right and no links."""
    folder = root
    for part in target.relative_to(root).parts[:-1]:
        folder = folder / part
        if folder.is_symlink() or not folder.is_dir():
            return False
    return True


def _new_file(path: Path, executable: bool | None) -> BinaryIO:
    path.unlink(missing_ok=True)
    mode = _READ_AND_EXECUTE if executable else _READ
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")  # noqa: PTH123


def _copy(source: Path, target: Path, material: Material) -> None:
    """Copy a file under a temporary name, then give it its own."""
    temporary = target.with_name(f".reprocrate-{secrets.token_hex(8)}.tmp")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as original, _new_file(temporary, material.file.executable) as copy:
            while chunk := original.read(CHUNK_BYTES):
                digest.update(chunk)
                copy.write(chunk)
        if material.file.sha256 not in (None, digest.hexdigest()):
            raise IntegrityError(
                f"{material.source} is not the recorded file",
                f"Its SHA-256 is {digest.hexdigest()}, recorded is {material.file.sha256}",
                "Import the bundle again, or put the recorded file there.",
            )
        temporary.replace(target)
    except FileNotFoundError as error:
        raise UnavailableError(
            f"{material.source} is missing in {source.parent}",
            "The rerun reads it and it did not come along" if material.data else "It belongs to the code",
            "See `plan` for how to obtain it." if material.data else "Import the bundle again.",
        ) from error
    except OSError as error:
        raise could_not("copy", source, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
