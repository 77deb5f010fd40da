"""The folder that a rerun works in: copies of code and data, and nothing that was recorded as written.

Recorded results stay where they are: runs see copies, so that nothing they do can change what they are
compared with. The same holds for data that the reader gave: each file is copied (where the file system can,
without taking space), and its digest is taken from the copy that the run will read. So nothing that
happens to the original between its check and the run goes unnoticed, and nothing that the run does reaches
it. A hard link would let a run change the original, and a read-only mount of it could change below the run.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from reprocrate.bundle import Tree
from reprocrate.capture.record import DataFile
from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import CHUNK_BYTES, FileDigest, could_not, open_regular, place_of, spelled_as
from reprocrate.rerun.data.cloning import clone
from reprocrate.rerun.data.supply import Supply
from reprocrate.rerun.surroundings.variables import place_in_home
from reprocrate.rerun.work.materials import Key, Material

_READ_AND_EXECUTE = 0o755
_READ = 0o644


@dataclass(frozen=True, slots=True)
class Workspace:
    """A rerun's own project folder, filled from an imported one.

    Attributes:
        source: the imported folder.
        work: where the runs find the project.
        home: what they take for their home folder, with data that lay outside the project.
        supplies: files of data that lie elsewhere than in the imported folder.
    """

    source: Path
    work: Path
    home: Path
    supplies: Mapping[Key, Supply] = field(default_factory=dict)
    _known: dict[Path, tuple[Key, tuple[int, int]]] = field(default_factory=dict, repr=False)

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
            if state is None or (material.key, state) != self._known.get(target):
                make_folders(self.work if material.root is None else self.home, target.parent)
                supply = self.supplies.get(material.key)
                expected = supply.sha256 if supply else material.file.sha256
                _copy(self._original(material), target, material, expected)
                if state := _state(target):
                    self._known[target] = (material.key, state)
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
        target = self.work / _named(path, place_of(self.source, path)) if path else self.work
        make_folders(self.work, target)
        return target

    def place_of(self, material: Material) -> Path:
        """Where a run finds a file.

        Raises:
            UnavailableError: it lay in a place that cannot be given to a run here, or would make the
            project a
                version control folder, whose settings could start programs.
        """
        path = _named(material.file.path, self._original(material))
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

    def _original(self, material: Material) -> Path:
        """Where the bytes of a file are."""
        supply = self.supplies.get(material.key)
        return supply.location if supply else place_of(self.source, material.source)

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


def _named(path: str, original: Path) -> str:
    """A path with the names that the original has on its disk: programs open only those."""
    return path if path.isascii() else spelled_as(path, original)


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
    return open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "w+b")  # noqa: PTH123


def _copy(source: Path, target: Path, material: Material, expected: str | None) -> None:
    """Copy a file under a temporary name, then give it its own, if it has the expected SHA-256."""
    temporary = target.with_name(f".reprocrate-{secrets.token_hex(8)}.tmp")
    try:
        with open_regular(source) as original, _new_file(temporary, material.file.executable) as copy:
            found = _copied(original, copy, material.file.size)
        if material.file.size not in (None, found.size):
            raise _another(source, material, f"It does not have the recorded {material.file.size} bytes")
        if expected not in (None, found.sha256):
            raise _another(source, material, f"Its SHA-256 is {found.sha256}, recorded is {expected}")
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


def _copied(original: BinaryIO, copy: BinaryIO, size: int | None) -> FileDigest:
    """Copy a file, and say what the copy holds.

    No more is read than one byte beyond the recorded size, so that nothing that has taken the file's place
    fills the disk.
    """
    digest, seen = hashlib.sha256(), 0
    there = os.fstat(original.fileno()).st_size
    most = there if size is None else size + 1
    cloned = size in (None, there) and clone(original, copy, there)
    source = copy if cloned else original
    while seen < most and (chunk := source.read(min(CHUNK_BYTES, most - seen))):
        digest.update(chunk)
        seen += len(chunk)
        if not cloned:
            copy.write(chunk)
    return FileDigest(digest.hexdigest(), seen)


def _another(source: Path, material: Material, why: str) -> IntegrityError:
    return IntegrityError(
        f"{material.source} is not the recorded file",
        why,
        "Import the bundle again, or put the recorded file there."
        if source.name == material.file.path.rpartition("/")[2]
        else f"It was read from {source}: put the recorded file there.",
    )
