"""Where things lie inside a bundle, in which order, and what its identity covers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from reprocrate.files import tree_digest

MANIFEST = "reprocrate.json"
"""The manifest: what the experiment was."""

METADATA = "ro-crate-metadata.json"
"""The RO-Crate metadata, which names every file that means something."""

PREVIEW = "ro-crate-preview.html"
"""The page for people."""

PREVIEW_FILES = "ro-crate-preview_files/"
"""What the page for people needs besides itself."""

INSTRUCTIONS = "REPRODUCING.md"
"""How to unpack and rerun with common tools alone."""

CHECKSUMS = "manifest-sha256.txt"
"""The SHA-256 of every other file, in the format of `sha256sum`."""

OWN = ".reprocrate/"
"""Everything else that is not the project's."""

STANDARD = ".reprocrate/standard/"
"""Schema, context and specification of the version used."""

EXTERNAL = ".reprocrate/external/"
"""Data from outside the project, by data id."""

ENVIRONMENT = ".reprocrate/environment/"
"""Locks and wheels."""

TREE = ".reprocrate/tree.json"
"""Symbolic links and empty folders, where there are some."""

WRITING = ".reprocrate/packed.json"
"""What wrote the bundle, with versions: the same content gives the same bytes with the same of these."""

CODE = ".reprocrate/code/"
"""Older trees of code that results rest on, by code id. The newest one is the root itself."""

RESERVED = (MANIFEST, METADATA, PREVIEW, PREVIEW_FILES, INSTRUCTIONS, CHECKSUMS, OWN)
"""Names that no file of a project may have; a name that ends in `/` stands for all that is below it."""

_FIRST = (MANIFEST, METADATA, PREVIEW, INSTRUCTIONS)
_OUTSIDE_PAYLOAD = (METADATA, PREVIEW, PREVIEW_FILES, CHECKSUMS, WRITING)


def is_packed(paths: Iterable[str]) -> bool:
    """Whether these are files of a bundle or of an unpacked one: every bundle carries its standard."""
    return any(path.startswith(STANDARD) for path in paths)


def is_reserved(path: str) -> bool:
    """Whether a project's file of this name would take the place of one of the bundle's own.

    Names that differ only by case are the same file on some systems, so they are reserved too.
    """
    return _is_one_of(spelling(path), tuple(spelling(name) for name in RESERVED))


def in_payload(path: str) -> bool:
    """Whether a file belongs to what the payload digest identifies.

    Outside are the crate metadata and the preview, since they carry the DOI of the bundle, which is known
    only after it is made, what wrote the bundle, and the checksums, which cover these. The manifest is
    inside: it names no DOI of its own bundle, and what is claimed is part of what the bundle is.
    """
    return not _is_one_of(path, _OUTSIDE_PAYLOAD)


def payload_digest(checksums: Iterable[tuple[str, str]]) -> str:
    """The identity of a bundle: the tree digest of its payload, from pairs of path and SHA-256."""
    return tree_digest((path, sha256) for path, sha256 in checksums if in_payload(path))


def storage_order(path: str) -> tuple[int, bytes]:
    """The key that files are sorted by inside a bundle.

    The manifest and the crate metadata come first, so that a reader of a remote bundle finds them in its
    first bytes; the checksums come last, since they are known only when everything else was read; between
    them the order is that of the UTF-8 bytes.
    """
    if path == CHECKSUMS:
        return len(_FIRST) + 1, b""
    return _FIRST.index(path) if path in _FIRST else len(_FIRST), path.encode()


def spelling(path: str) -> str:
    """What all spellings of a path that some file system takes for the same file have in common.

    This is the canonical caseless form of the Unicode standard (section 3.13, D145), composed.
    """
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFC", folded)


def _is_one_of(path: str, names: tuple[str, ...]) -> bool:
    return any(path == name.rstrip("/") or (name.endswith("/") and path.startswith(name)) for name in names)
