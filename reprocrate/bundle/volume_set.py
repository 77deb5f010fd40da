"""The volumes of a bundle as they lie in a folder: found, compared with their list, and read as one file."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from reprocrate.bundle.bag import PAYLOAD
from reprocrate.bundle.formats import Form
from reprocrate.bundle.joined import JoinedFile, Piece, join, sha256_of
from reprocrate.bundle.layout import MANIFEST
from reprocrate.bundle.volume_list import (
    LIST_SUFFIX,
    MAX_LIST_BYTES,
    VolumeList,
    numbered_files,
    parse_volume_list,
    require_numbered,
    sizes_problem,
    volume_name,
)
from reprocrate.bundle.volumes import Count, digest_of_next
from reprocrate.errors import IntegrityError, UnreadableError
from reprocrate.files import could_not

BUNDLE_SUFFIXES = (Form.ZIP.suffix, Form.TAR_ZST.suffix)
"""What names of bundles end in; others may be some, too."""

USUAL_SUFFIXES = (".zip", ".tar.zst")
"""Numbered files with such a name in front of the number are volumes, even where no list says so."""


class Volumes(NamedTuple):
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
        with self.open() as file:
            return sha256_of(file, self.bundle)

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
                    found = digest_of_next(file, size, whole, progress)
            except OSError as error:
                raise could_not("read", path, error) from error
            if found != self.listed.volumes[path.name]:
                wrong.append(path.name)
        if wrong:
            raise _changed(self.bundle.name, wrong)
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
        names = [each.name for each in numbered_files(folder / name)]
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


def _changed(bundle: str, names: list[str]) -> IntegrityError:
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
        for suffix in BUNDLE_SUFFIXES:  # a submission may hold data in volumes
            for each in sorted(path.glob(f"*{suffix}{LIST_SUFFIX}")):
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
    usual = name.lower().endswith(USUAL_SUFFIXES)
    return (name, listed) if usual or (listed and path.name in listed.volumes) else ("", None)


def _list_at(path: Path, name: str) -> VolumeList | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return parse_volume_list(file.read(MAX_LIST_BYTES + 1), name)


def _opened(path: Path, _place: int) -> BinaryIO:
    return path.open("rb")
