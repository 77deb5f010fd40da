"""Where things lie inside a bundle, in which order, and what its identity covers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

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
_PLACES = {**{path: place for place, path in enumerate(_FIRST)}, CHECKSUMS: len(_FIRST) + 1}


def is_packed(paths: Iterable[str]) -> bool:
    """Whether these are files of a bundle or of an unpacked one: every bundle carries its standard."""
    return any(path.startswith(STANDARD) for path in paths)


def is_reserved(path: str) -> bool:
    """Whether a project's file of this name would take the place of one of the bundle's own.

    Names that differ only by case are the same file on some systems, so they are reserved too.
    """
    return _is_one_of(spelling(path), _RESERVED_SPELT)


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


def is_leading(path: str) -> bool:
    """Whether a file comes before all others, so that a reader has it from the first bytes of a bundle."""
    return path in _FIRST


def storage_order(path: str) -> tuple[int, str]:
    """The key that files are sorted by inside a bundle.

    The manifest and the crate metadata come first, so that a reader of a remote bundle finds them in its
    first bytes; the checksums come last, since they are known only when everything else was read; between
    them the order is that of the UTF-8 bytes, which is that of the code points.
    """
    return _PLACES.get(path, len(_FIRST)), path


def spelling(path: str) -> str:
    """What all spellings of a path that some file system takes for the same file have in common.

    This is the canonical caseless form of the Unicode standard (section 3.13, D145), composed.
    """
    if path.isascii():
        return path.lower()
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFC", folded)


def _is_one_of(path: str, names: _Places) -> bool:
    return path in names.files or path.startswith(names.folders)


class _Places(NamedTuple):
    """Names of files and folders, and the beginnings of what is in the folders."""

    files: frozenset[str]
    folders: tuple[str, ...]


def _places(names: Iterable[str]) -> _Places:
    listed = tuple(names)
    folders = tuple(name for name in listed if name.endswith("/"))
    return _Places(frozenset(name.rstrip("/") for name in listed), folders)


_RESERVED_SPELT = _places(map(spelling, RESERVED))
_OUTSIDE_PAYLOAD = _places((METADATA, PREVIEW, PREVIEW_FILES, CHECKSUMS, WRITING))
