"""Files and trees: atomic writing, digests, safe relative paths, walking.

Whatever this package writes, it writes under a temporary name first: a reader never sees half a file,
and a failure leaves what was there before.
"""

from __future__ import annotations

from reprocrate.files.digests import CHUNK_BYTES, FileDigest, sha256_bytes, sha256_file, tree_digest
from reprocrate.files.leftovers import hold, remove_leftovers, temporary_folder
from reprocrate.files.paths import LONGEST_PATH_BYTES, require_safe, safe_relative
from reprocrate.files.pieces import PieceReader
from reprocrate.files.reading import open_regular, read_regular
from reprocrate.files.reasons import could_not, is_of_the_machine
from reprocrate.files.seekable import SeekableReader
from reprocrate.files.sizes import bytes_of
from reprocrate.files.spellings import composed, place_of, places_of, spelled_as
from reprocrate.files.trees import FileKind, TreeFile, walk, walk_readable
from reprocrate.files.writing import atomic_file, sync_folder, write_atomically

__all__ = [
    "CHUNK_BYTES",
    "LONGEST_PATH_BYTES",
    "FileDigest",
    "FileKind",
    "PieceReader",
    "SeekableReader",
    "TreeFile",
    "atomic_file",
    "bytes_of",
    "composed",
    "could_not",
    "hold",
    "is_of_the_machine",
    "open_regular",
    "place_of",
    "places_of",
    "read_regular",
    "remove_leftovers",
    "require_safe",
    "safe_relative",
    "sha256_bytes",
    "sha256_file",
    "spelled_as",
    "sync_folder",
    "temporary_folder",
    "tree_digest",
    "walk",
    "walk_readable",
    "write_atomically",
]
