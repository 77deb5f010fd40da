"""Media types by the ends of file names.

A fixed table, since Python's own `mimetypes` reads the host's files: the same crate must not differ by host.
"""

from __future__ import annotations

UNKNOWN = "application/octet-stream"
"""The type of bytes of which nothing more is known (RFC 2046, section 4.5.1)."""

_TYPES = {
    "bz2": "application/x-bzip2",
    "cff": "application/yaml",
    "css": "text/css",
    "csv": "text/csv",
    "err": "text/plain",
    "gif": "image/gif",
    "gz": "application/gzip",
    "h5": "application/x-hdf5",
    "hdf5": "application/x-hdf5",
    "html": "text/html",
    "ipynb": "application/x-ipynb+json",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "jsonld": "application/ld+json",
    "log": "text/plain",
    "md": "text/markdown",
    "mp4": "video/mp4",
    "out": "text/plain",
    "parquet": "application/vnd.apache.parquet",
    "patch": "text/x-diff",
    "pdf": "application/pdf",
    "png": "image/png",
    "py": "text/x-python",
    "r": "text/x-r",
    "rst": "text/x-rst",
    "sh": "application/x-sh",
    "sqlite": "application/vnd.sqlite3",
    "svg": "image/svg+xml",
    "tar": "application/x-tar",
    "tex": "text/x-tex",
    "toml": "application/toml",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "wav": "audio/vnd.wave",
    "xml": "application/xml",
    "xz": "application/x-xz",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "zip": "application/zip",
    "zst": "application/zstd",
}


def media_type(path: str) -> str:
    """The media type that the end of a name suggests, or that of unknown bytes."""
    name = path.rpartition("/")[2]
    return _TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN) if "." in name else UNKNOWN
