"""Copies of data that the reader has already, found below a path of theirs and held against the manifest.

A file counts as found only where its bytes are the recorded ones, whatever it is called there and whatever
link leads to it. Files without a recorded digest are taken by their path alone, and never by way of a link
that leads elsewhere: nothing would tell that it is data at all.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from reprocrate.files import CHUNK_BYTES, open_regular, place_of, walk_readable
from reprocrate.rerun.work.materials import Key, Material


@dataclass(frozen=True, slots=True)
class Supply:
    """A file of data that the reader has.

    Attributes:
        location: where it lies.
        size: its size in bytes when it was looked at.
        sha256: its SHA-256 then; the recorded one, where one is recorded.
    """

    location: Path
    size: int
    sha256: str


Supplies = Mapping[Key, Supply]
"""Where files of data lie outside the imported folder."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A file of data that is there under its name, but is not the recorded one.

    Attributes:
        material: the recorded file.
        why: what is different about it, in words.
    """

    material: Material
    why: str


@dataclass(frozen=True, slots=True)
class Search:
    """What was found of some data.

    Attributes:
        supplies: what is there.
        missing: what is not.
        mismatches: what is there with another content, and nowhere with the recorded one.
    """

    supplies: dict[Key, Supply] = field(default_factory=dict)
    missing: list[Material] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)


def look_for(
    materials: Sequence[Material],
    places: Sequence[Path],
    *,
    common: int = 0,
    read: Callable[[int], None] = lambda _count: None,
) -> Search:
    """Look for files of one data set below folders, or among single files, and read all that may be them.

    Args:
        materials: the files.
        places: folders or files, in the order in which they are looked through.
        common: how many leading folders all files of the data share; the path below some or all of them will
            do, too.
        read: called with the number of bytes just read.
    """
    search = Search()
    shelves = [Shelf(place, read) for place in places]
    for material in materials:
        mismatches: list[Mismatch] = []
        for shelf in shelves:
            found = shelf.find(material, common)
            if isinstance(found, Supply):
                search.supplies[material.key] = found
                break
            if found is not None:
                mismatches.append(found)
        else:
            if mismatches:
                search.mismatches.append(mismatches[0])
            else:
                search.missing.append(material)
    return search


def common_folders(paths: Iterable[str]) -> int:
    """How many leading folders all of these relative paths share."""
    parents = [PurePosixPath(path).parts[:-1] for path in paths]
    shared = 0
    for level in zip(*parents, strict=False):
        if len(set(level)) > 1:
            break
        shared += 1
    return shared


@dataclass(frozen=True)
class Shelf:
    """A folder, or a single file, in which data is looked for.

    Attributes:
        place: the folder or file.
        read: called with the number of bytes just read.
    """

    place: Path
    read: Callable[[int], None] = lambda _count: None

    def find(self, material: Material, common: int = 0) -> Supply | Mismatch | None:
        """A recorded file: by its path, by the path below shared folders, or by its digest.

        None where nothing has its name or its content.
        """
        mismatch = None
        for location in self._candidates(material.file.path, common):
            found = self.check(material, location)
            if isinstance(found, Supply):
                return found
            mismatch = mismatch or found
        return self._by_digest(material) or mismatch

    def check(self, material: Material, location: Path) -> Supply | Mismatch | None:
        """What a place holds, held against the recorded file; None where there is nothing."""
        file = material.file
        if not os.path.lexists(location):
            return None
        if file.sha256 is None and not self._is_within(location):
            why = "is a link that leads elsewhere, and no digest was recorded that would tell to what"
            return Mismatch(material, why)
        try:
            with open_regular(location) as handle:
                size = os.fstat(handle.fileno()).st_size
            if file.size not in (None, size):
                return Mismatch(material, f"has {size} bytes, recorded are {file.size}")
            sha256 = self._digest(location, size)
        except OSError as error:
            return Mismatch(material, f"cannot be read: {error.strerror or error}")
        if sha256 is None:
            return Mismatch(material, "changed while it was read")
        if file.sha256 not in (None, sha256):
            return Mismatch(material, f"has the SHA-256 {sha256}, recorded is {file.sha256}")
        return Supply(location.absolute(), size, sha256)

    def _candidates(self, path: str, common: int) -> Iterator[Path]:
        """Where it may lie, by its name."""
        if not self.place.is_dir():
            if self.place.name == PurePosixPath(path).name:
                yield self.place
            return
        parts = path.split("/")
        for left_out in range(common + 1):
            yield place_of(self.place, "/".join(parts[left_out:]))

    def _by_digest(self, material: Material) -> Supply | None:
        """It under another name, where size and digest were recorded: they tell it from everything else."""
        file = material.file
        if file.sha256 is None or file.size is None:
            return None
        for location in self._by_size.get(file.size, ()):
            found = self.check(material, location)
            if isinstance(found, Supply):
                return found
        return None

    @cached_property
    def _by_size(self) -> dict[int, list[Path]]:
        """All files below, without links, by their sizes."""
        found: dict[int, list[Path]] = {}
        if not self.place.is_dir():
            return {self.place.stat().st_size: [self.place]} if self.place.is_file() else {}
        for path, entry in walk_readable(self.place, lambda _entry: True):
            try:
                if entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    found.setdefault(size, []).append(self.place / path)
            except OSError:
                continue
        return {size: sorted(places) for size, places in found.items()}

    def _is_within(self, location: Path) -> bool:
        root = self.place.resolve()
        return location.resolve().is_relative_to(root)

    @cached_property
    def _digests(self) -> dict[tuple[Path, int], str | None]:
        return {}

    def _digest(self, location: Path, size: int) -> str | None:
        """The digest of a file that has `size` bytes, read once; None where it has another size by now.

        Raises:
            OSError: it could not be read.
        """
        key = (location, size)
        if key not in self._digests:
            self._digests[key] = _digest_of(location, size, self.read)
        return self._digests[key]


def _digest_of(location: Path, size: int, read: Callable[[int], None]) -> str | None:
    digest, seen = hashlib.sha256(), 0
    with open_regular(location) as handle:
        while seen <= size and (chunk := handle.read(min(CHUNK_BYTES, size + 1 - seen))):
            digest.update(chunk)
            seen += len(chunk)
            read(len(chunk))
    return digest.hexdigest() if seen == size else None
