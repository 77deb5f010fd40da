"""The files of a deposit: the bundle, whole or in volumes, and beside it what people and programs look at first."""

from __future__ import annotations

from reprocrate.bundle import Bundle, layout
from reprocrate.deposit.sources import Source

_MOST_BYTES = 64 << 20

_LOOSE = (layout.MANIFEST, layout.METADATA, layout.PREVIEW)
"""Files of the bundle that lie beside it as well: who looks at them need not bring the bundle."""


def sources_of(bundle: Bundle, volume_bytes: int) -> list[Source]:
    """The files to be sent, the small ones first.

    Args:
        bundle: the bundle, a file.
        volume_bytes: bytes of a volume; 0 for a bundle in one piece.

    Raises:
        IntegrityError: a file that goes beside the bundle is not what its checksum says.
        UnavailableError: the bundle cannot be read.
    """
    names = set(bundle.names())
    loose = [Source(name, bundle.read(name, _MOST_BYTES)) for name in _LOOSE if name in names]
    whole = Source(bundle.path.name, bundle.path)
    if not volume_bytes or whole.size <= volume_bytes:
        return [*loose, whole]
    raise NotImplementedError
