"""The files of a deposit: the bundle, whole or in volumes, and beside it what is looked at first."""

from __future__ import annotations

from collections.abc import Callable

from reprocrate.bundle import Bundle, layout
from reprocrate.bundle.volumes import split_bundle
from reprocrate.deposit.sources import Source

_MOST_BYTES = 64 << 20

_LOOSE = (layout.MANIFEST, layout.METADATA, layout.PREVIEW)
"""Files of the bundle that lie beside it as well: who looks at them need not bring the bundle."""


def expected_sources(bundle: Bundle, volume_bytes: int | None) -> list[Source]:
    """Files of the names and sizes that will be sent, about: without reading them.

    Args:
        bundle: the bundle, before its DOI is in it.
        volume_bytes: bytes of a volume; None for a bundle in one piece.
    """
    loose = [Source(one.path, b"", 0, one.size) for one in bundle.members if one.path in _LOOSE]
    if bundle.path.is_dir():  # it becomes a file of another size
        return loose
    size = bundle.path.stat().st_size
    if not volume_bytes or size <= volume_bytes:
        return [*loose, Source(bundle.path.name, bundle.path, 0, size)]
    starts = range(0, size, volume_bytes)
    volumes = [Source(f"{at}", bundle.path, at, min(volume_bytes, size - at)) for at in starts]
    return [*loose, Source("list", b"", 0, 1), *volumes]


def sources_of(bundle: Bundle, volume_bytes: int | None, read: Callable[[int], object]) -> list[Source]:
    """The files to be sent, the small ones first.

    Args:
        bundle: the bundle, a file.
        volume_bytes: bytes of a volume of a bundle that is larger; None for bundles in one piece.
        read: told how many bytes were read.

    Raises:
        UsageError: it makes no such volumes.
        IntegrityError: a file that goes beside the bundle is not what its checksum says.
        UnavailableError: the bundle cannot be read.
    """
    names = set(bundle.names())
    loose = [Source(name, bundle.read(name, _MOST_BYTES)) for name in _LOOSE if name in names]
    whole = Source(bundle.path.name, bundle.path)
    if not volume_bytes or whole.size <= volume_bytes:
        return [*loose, whole]
    split = split_bundle(bundle.path, volume_bytes, read)
    return [
        *loose,
        Source(split.list_name, split.list_bytes),
        *(Source(one.name, bundle.path, one.start, one.size) for one in split.volumes),
    ]


def signature_of(bundle: Bundle) -> list[Source]:
    """The signature that lies beside a bundle, where there is one: it is of this file, to its last byte."""
    place = bundle.path.with_name(f"{bundle.path.name}.sig")
    return [Source(place.name, place)] if place.is_file() else []
