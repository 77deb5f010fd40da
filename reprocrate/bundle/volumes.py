"""A bundle in volumes: its bytes in several files, for archives and disks that take none so large.

`NAME.001`, `NAME.002` and so on hold consecutive bytes of the bundle `NAME`, and `NAME.sha256` lists the
SHA-256 of the bundle and of each volume. Common tools do the rest, today and in twenty years:

    sha256sum -c --ignore-missing NAME.sha256
    cat NAME.[0-9]* > NAME && sha256sum -c NAME.sha256
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from reprocrate.bundle.bag import PAYLOAD
from reprocrate.bundle.joined import JoinedFile, Piece, Window, join
from reprocrate.bundle.layout import MANIFEST
from reprocrate.bundle.volume_list import (
    LIST_SUFFIX,
    MAX_LIST_BYTES,
    MOST_VOLUMES,
    VolumeList,
    parse_volume_list,
    require_numbered,
    sizes_problem,
    volume_name,
    volume_names,
)
from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.files import CHUNK_BYTES, atomic_file, could_not, read_regular, write_atomically

_USUAL_SUFFIXES = (".zip", ".tar.zst")
"""Numbered files with such a name in front of the number are volumes, even where no list says so."""

Count = Callable[[int], object]
"""Called with the number of bytes just handled."""


# A bundle into volumes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume that a bundle can be put into; no copy of its bytes.

    Attributes:
        bundle: the bundle's file.
        name: what the volume is called.
        start: where in the bundle it begins.
        size: its bytes.
        sha256: its SHA-256.
    """

    bundle: Path
    name: str
    start: int
    size: int
    sha256: str

    def open(self) -> BinaryIO:
        """Its bytes, open for reading, out of the bundle.

        Raises:
            OSError: the bundle cannot be read.
        """
        return cast(BinaryIO, Window(self.bundle.open("rb"), self.start, self.size))


@dataclass(frozen=True, slots=True)
class Split:
    """A bundle as volumes.

    Attributes:
        volumes: in their order.
        listed: what the list beside them says.
    """

    volumes: tuple[Volume, ...]
    listed: VolumeList

    @property
    def list_name(self) -> str:
        """What the list of checksums is called."""
        return f"{self.listed.bundle}{LIST_SUFFIX}"

    @property
    def list_bytes(self) -> bytes:
        """The list of checksums: a line for the bundle, and one for each volume."""
        return self.listed.to_bytes()


def split_bundle(bundle: Path, volume_bytes: int, progress: Count = lambda _count: None) -> Split:
    """Say which volumes a bundle makes. It is read once, and nothing is written.

    Args:
        bundle: a bundle that is one file.
        volume_bytes: how many bytes each volume has, but for the last, which may have fewer.
        progress: called with the number of bytes just read.

    Raises:
        UsageError: these would be too many volumes, or none.
        UnavailableError: the bundle cannot be read.
    """
    try:
        with bundle.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            count = -(-size // volume_bytes) if volume_bytes > 0 else 0
            if not 1 <= count <= MOST_VOLUMES:
                raise UsageError(
                    f"volumes of {volume_bytes:,} bytes are too small for {bundle.name}",
                    f"it has {size:,} bytes, and a bundle has at most {MOST_VOLUMES:,} volumes",
                    "Choose larger ones",
                )
            whole = hashlib.sha256()
            volumes: list[Volume] = []
            for name in volume_names(bundle.name, count):
                start = len(volumes) * volume_bytes
                length = min(volume_bytes, size - start)
                sha256 = _digest(file, length, whole, progress)
                volumes.append(Volume(bundle, name, start, length, sha256))
    except OSError as error:
        raise could_not("read", bundle, error) from error
    digests = {one.name: one.sha256 for one in volumes}
    return Split(tuple(volumes), VolumeList(bundle.name, whole.hexdigest(), digests))


def write_volumes(split: Split, progress: Count = lambda _count: None) -> tuple[Path, ...]:
    """Write volumes beside their bundle, each all or nothing, and the list of checksums last.

    Returns:
        The volumes, and behind them the list.

    Raises:
        UsageError: other files of such names are there.
        IntegrityError: the bundle has changed since it was split.
        UnavailableError: they cannot be written. Without the list, what is there is no bundle in volumes.
    """
    folder = split.volumes[0].bundle.parent
    remove_volumes(split.volumes[0].bundle)
    written = []
    for volume in split.volumes:
        digest = hashlib.sha256()
        with atomic_file(folder / volume.name) as target, volume.open() as source:
            while piece := source.read(CHUNK_BYTES):
                digest.update(piece)
                target.write(piece)
                progress(len(piece))
            if digest.hexdigest() != volume.sha256:
                raise IntegrityError(f"{volume.bundle} has changed while it was put into volumes")
        written.append(folder / volume.name)
    write_atomically(folder / split.list_name, split.list_bytes)
    return (*written, folder / split.list_name)


def remove_volumes(bundle: Path) -> None:
    """Remove the volumes of an earlier bundle of this name, which the list beside them names.

    Raises:
        UsageError: there are others, which `cat` would take for volumes of this bundle.
        UnavailableError: one cannot be removed.
    """
    require_no_other_volumes(bundle)
    earlier = bundle.with_name(f"{bundle.name}{LIST_SUFFIX}")
    try:
        for path in [earlier, *_numbered(bundle)]:  # without the list the others are none any more
            path.unlink(missing_ok=True)
    except OSError as error:
        raise could_not("write", bundle, error) from error


def require_no_other_volumes(bundle: Path) -> None:
    """Make sure that no numbered files are beside a bundle which its own list of volumes does not name.

    Raises:
        UsageError: there are.
    """
    place = bundle.with_name(f"{bundle.name}{LIST_SUFFIX}")
    listed: VolumeList | None = None
    with suppress(OSError, UnreadableError):
        listed = parse_volume_list(read_regular(place, MAX_LIST_BYTES), bundle.name)
    for path in _numbered(bundle):
        if listed is None or path.name not in listed.volumes:
            raise UsageError(
                f"{path} is in the way of the volumes",
                f"no {place.name} names it, and it would count as one of them",
                "Move it away",
            )


# Volumes as a bundle ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Volumes:
    """The volumes of a bundle, as they lie in a folder. All are there, with sizes that fit each other.

    Attributes:
        bundle: where the bundle would lie.
        paths: the volumes in their order.
        sizes: the bytes of each.
        listed: what the list beside them says; None where there is none.
    """

    bundle: Path
    paths: tuple[Path, ...]
    sizes: tuple[int, ...]
    listed: VolumeList | None

    @property
    def size(self) -> int:
        """Bytes of the bundle."""
        return sum(self.sizes)

    def open(self) -> BinaryIO:
        """The bundle, open for reading at any place. Nothing is joined on the disk."""
        pieces = zip(self.paths, self.sizes, strict=True)
        return cast(BinaryIO, JoinedFile([Piece(size, partial(_opened, path)) for path, size in pieces]))

    def sha256(self) -> str:
        """The SHA-256 of the bundle.

        Raises:
            UnavailableError: a volume cannot be read.
        """
        whole = hashlib.sha256()
        try:
            with self.open() as file:
                while piece := file.read(CHUNK_BYTES):
                    whole.update(piece)
        except OSError as error:
            raise could_not("read", self.bundle, error) from error
        return whole.hexdigest()

    def require_intact(self, progress: Count = lambda _count: None) -> None:
        """Make sure that all volumes, and what they make together, have the SHA-256 that the list says.

        Without a list there is nothing to compare with; what is in a bundle has digests of its own.

        Raises:
            IntegrityError: some have not; it names them.
            UnavailableError: they cannot be read.
        """
        if self.listed is None:
            return
        whole = hashlib.sha256()
        wrong = []
        for path, size in zip(self.paths, self.sizes, strict=True):
            try:
                with path.open("rb") as file:
                    found = _digest(file, size, whole, progress)
            except OSError as error:
                raise could_not("read", path, error) from error
            if found != self.listed.volumes[path.name]:
                wrong.append(path.name)
        if wrong:
            raise changed_volumes(self.bundle.name, wrong)
        if whole.hexdigest() != self.listed.sha256:
            raise IntegrityError(
                f"the volumes of {self.bundle.name} do not make what their list says",
                f"together their SHA-256 is {whole.hexdigest()}, not {self.listed.sha256}",
                "Get them and their list again from where they were published",
            )

    def join(self, target: Path, progress: Count = lambda _count: None) -> None:
        """Write the bundle as one file, all or nothing.

        Raises:
            UnavailableError: a volume cannot be read, or the file not be written.
        """
        with self.open() as file:
            join(file, target, progress)


def volumes_at(path: Path) -> Volumes | None:
    """The volumes of a bundle, of which one is named, or their list, or a folder that holds them.

    None for everything else: for a folder with a manifest, for a file whose name ends in a number, where
    neither a list nor the rest of its name makes it a volume, and for a list of checksums without volumes.

    Raises:
        UnreadableError: volumes are missing, or the list is none.
        IntegrityError: a volume has a size that does not fit the others.
        UnavailableError: the folder or the list cannot be read.
    """
    try:
        name, listed = _named(path)
        if not name:
            return None
        folder = path if path.is_dir() else path.parent
        names = [each.name for each in _numbered(folder / name)]
        wanted = require_numbered(name, names, listed, f"in {folder}")
        paths = tuple(folder / each for each in wanted)
        sizes = tuple(each.stat().st_size for each in paths)
    except OSError as error:
        raise could_not("read", path, error) from error
    if problem := sizes_problem(wanted, sizes):
        raise IntegrityError(
            f"the volumes of {name} are not what was published",
            problem,
            "Get the one that is wrong again from where it was published",
        )
    return Volumes(folder / name, paths, sizes, listed)


def changed_volumes(bundle: str, names: list[str]) -> IntegrityError:
    """What is said of volumes that have another digest than their list says."""
    only = len(names) == 1
    return IntegrityError(
        f"{', '.join(names[:5])}{f' and {len(names) - 5} more' if names[5:] else ''} "
        f"{'is not a volume' if only else 'are not volumes'} of {bundle} as it was published",
        f"{'its SHA-256 is another' if only else 'their SHA-256 are others'} than {bundle}{LIST_SUFFIX} says",
        f"Get {'it' if only else 'them'} again from where the others are from",
    )


def _named(path: Path) -> tuple[str, VolumeList | None]:
    """The name of the bundle whose volumes are meant, and its list; no name where none are."""
    if path.is_dir():
        if (path / MANIFEST).exists() or (path / PAYLOAD / MANIFEST).exists():
            return "", None  # a bundle of its own, whatever files it has
        for each in sorted(path.glob(f"*{LIST_SUFFIX}")):
            with suppress(UnreadableError):
                if listed := _list_at(each, each.name.removesuffix(LIST_SUFFIX)):
                    return listed.bundle, listed
        return "", None
    of = volume_name(path.name)
    name = of.bundle if of else path.name.removesuffix(LIST_SUFFIX)
    if name == path.name or not path.is_file():
        return "", None
    listed = _list_at(path.with_name(f"{name}{LIST_SUFFIX}"), name)
    if of is None:
        return (name, listed) if listed else ("", None)
    usual = name.lower().endswith(_USUAL_SUFFIXES)
    return (name, listed) if usual or (listed and path.name in listed.volumes) else ("", None)


def _list_at(path: Path, name: str) -> VolumeList | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return parse_volume_list(file.read(MAX_LIST_BYTES + 1), name)


def _numbered(bundle: Path) -> list[Path]:
    """The files beside a bundle whose names are those of its volumes, in their order."""
    if not bundle.parent.is_dir():
        return []
    found = ((volume_name(each.name), each) for each in bundle.parent.iterdir())
    return [each for of, each in sorted((of, each) for of, each in found if of and of.bundle == bundle.name)]


def _opened(path: Path, _place: int) -> BinaryIO:
    return path.open("rb")


def _digest(file: BinaryIO, size: int, whole: hashlib._Hash, progress: Count) -> str:
    """The SHA-256 of the next bytes of a file, which go into that of the whole as well."""
    digest = hashlib.sha256()
    while size > 0 and (piece := file.read(min(size, CHUNK_BYTES))):
        digest.update(piece)
        whole.update(piece)
        size -= len(piece)
        progress(len(piece))
    return digest.hexdigest()
