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
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from reprocrate.bundle.joined import Window
from reprocrate.bundle.volume_list import (
    LIST_SUFFIX,
    MAX_LIST_BYTES,
    MOST_VOLUMES,
    VolumeList,
    numbered_files,
    parse_volume_list,
    volume_names,
)
from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.files import CHUNK_BYTES, atomic_file, could_not, read_regular, write_atomically

Count = Callable[[int], object]
"""Called with the number of bytes just handled."""


class Volume(NamedTuple):
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


class Split(NamedTuple):
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
                sha256 = digest_of_next(file, length, whole, progress)
                volumes.append(Volume(bundle, name, start, length, sha256))
    except OSError as error:
        raise could_not("read", bundle, error) from error
    digests = {one.name: one.sha256 for one in volumes}
    return Split(tuple(volumes), VolumeList(bundle.name, whole.hexdigest(), digests))


def write_volumes(split: Split, progress: Count = lambda _count: None) -> tuple[Path, ...]:
    """Write the list of checksums beside a bundle, and then the volumes, each all or nothing.

    If it is interrupted, the list tells readers what is missing, and the same call which files are to go.

    Returns:
        The volumes, and behind them the list.

    Raises:
        UsageError: other files of such names are there.
        IntegrityError: the bundle has changed since it was split.
        UnavailableError: they cannot be written.
    """
    folder = split.volumes[0].bundle.parent
    remove_volumes(split.volumes[0].bundle)
    write_atomically(folder / split.list_name, split.list_bytes)
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
        for path in [*numbered_files(bundle), earlier]:  # as long as there are some, the list names them
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
    for path in numbered_files(bundle):
        if listed is None or path.name not in listed.volumes:
            raise UsageError(
                f"{path} is in the way of the volumes",
                f"no {place.name} names it, and it would count as one of them",
                "Move it away",
            )


def digest_of_next(file: BinaryIO, size: int, whole: hashlib._Hash, progress: Count) -> str:
    """The SHA-256 of the next `size` bytes of a file, which go into that of the whole as well.

    Raises:
        OSError: they cannot be read.
    """
    digest = hashlib.sha256()
    while size > 0 and (piece := file.read(min(size, CHUNK_BYTES))):
        digest.update(piece)
        whole.update(piece)
        size -= len(piece)
        progress(len(piece))
    return digest.hexdigest()
