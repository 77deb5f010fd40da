"""The identity of a bundle to be, where it is known before the bundle is written."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.bundle import Entry, layout
from reprocrate.files import sha256_bytes, sha256_file

_HASHED_BYTES = 10_000_000


def known_payload_digest(entries: Iterable[Entry]) -> str | None:
    """The payload digest of a bundle of these entries, so that its page can name it.

    `pack` makes sure that a file is what it is expected to be, so that no file with a digest is read here; a
    small one without is. None where a large one has none: reading it twice only for the page costs too much.
    """
    digests = []
    for entry in entries:
        if not layout.in_payload(entry.path):
            continue
        if isinstance(entry.source, bytes):
            digest = sha256_bytes(entry.source)
        elif entry.expected_sha256:
            digest = entry.expected_sha256
        elif entry.source.stat().st_size <= _HASHED_BYTES:
            digest = sha256_file(entry.source).sha256
        else:
            return None
        digests.append((entry.path, digest))
    return layout.payload_digest(digests)
