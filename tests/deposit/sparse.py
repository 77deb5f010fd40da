"""A ZIP file of any size that takes no room: most of it is a hole."""

from __future__ import annotations

import zipfile
from pathlib import Path


class SparseBody:
    """The bytes of a large file, of which a server reads only what it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __len__(self) -> int:
        return self._path.stat().st_size

    def __getitem__(self, part: slice) -> bytes:
        with self._path.open("rb") as file:
            file.seek(part.start)
            return file.read(part.stop - part.start)


def sparse_zip(path: Path, manifest: bytes, size: int, files: int) -> SparseBody:
    """A ZIP file with a manifest, one member of `size` bytes that is a hole, and many small ones."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("reprocrate.json", manifest)
        with archive.open(zipfile.ZipInfo("data/large.bin"), "w", force_zip64=True) as member:
            member._fileobj.seek(size, 1)  # type: ignore[attr-defined]  # a hole in place of content
            member._file_size = size  # type: ignore[attr-defined]
        for number in range(files):
            archive.writestr(zipfile.ZipInfo(f"data/small/{number:06}.txt"), b"")
    return SparseBody(path)
