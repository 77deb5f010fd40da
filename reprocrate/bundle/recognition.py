"""Which form of bundle something is, told by its content, never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from reprocrate.bundle.admission import USUAL, Limits
from reprocrate.bundle.bag import DECLARATION, PAYLOAD, BagContainer
from reprocrate.bundle.formats import Container, Form
from reprocrate.bundle.layout import MANIFEST, STANDARD
from reprocrate.bundle.volume_list import LIST_SUFFIX
from reprocrate.bundle.volume_set import Volumes, volumes_at
from reprocrate.errors import UnreadableError, UsageError
from reprocrate.files import could_not

_START_BYTES = 512
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_ZSTD_START = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or one to skip
_OTHER_STARTS = {
    b"\x1f\x8b": "a gzip file",
    b"\xfd7zXZ\0": "an XZ file",
    b"BZh": "a bzip2 file",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip file",
    b"Rar!": "a RAR file",
    b"%PDF": "a PDF file",
    b"<": "a web page",
    b"{": "a JSON file",
}


def open_container(
    path: Path, skip: Callable[[str], bool], limits: Limits, file: BinaryIO | None = None
) -> Container:
    """Open what may be a bundle, without looking whether it is one.

    Args:
        path: the file or folder.
        skip: for a folder, says what in it is none of the bundle's business.
        limits: how much it may hold.
        file: what to read instead of `path`, which is only its name then; the container closes it.

    Raises:
        UsageError: there is nothing at this path.
        UnreadableError: it has none of the forms, or is cut off or broken.
        UnavailableError: it could not be read.
    """
    opened = _opened(path, skip, limits, file)
    if not opened.has(MANIFEST) and opened.has(DECLARATION) and opened.has(PAYLOAD + MANIFEST):
        return BagContainer(opened)
    return opened


def is_bag(path: Path) -> bool:
    """Whether a bundle is the payload of a BagIt bag.

    Raises:
        ReprocrateError: as `open_container`.
    """
    with closing(open_container(path, lambda _path: False, USUAL)) as opened:
        return isinstance(opened, BagContainer)


def looks_like_bundle(path: Path) -> bool:
    """Whether a file or folder is a bundle by how it begins: one that this program wrote, or unpacked, does.

    A tar file is told by its name as well: others compress with Zstandard, too.
    """
    try:
        if path.is_dir():
            roots = (path, path / PAYLOAD)
            return any((root / MANIFEST).is_file() and (root / STANDARD).is_dir() for root in roots)
        with path.open("rb") as file:
            start = file.read(64)
    except OSError:
        return False
    first = start[30:]  # where the name of a ZIP file's first member stands (APPNOTE 4.3.7)
    zipped = start.startswith(_ZIP_STARTS[0]) and first.startswith((MANIFEST.encode(), DECLARATION.encode()))
    return zipped or (path.name.endswith(Form.TAR_ZST.suffix) and _ZSTD_START.match(start) is not None)


def _opened(
    path: Path, skip: Callable[[str], bool], limits: Limits, file: BinaryIO | None = None
) -> Container:
    if file is None and (volumes := volumes_at(path)):
        return _of_volumes(volumes, limits)
    # Readers are imported where they are needed: starting is most of what reading a manifest takes.
    if file is None and path.is_dir():
        from reprocrate.bundle.folder import FolderContainer

        return FolderContainer(path, skip)
    start = _first_bytes(path) if file is None else file.read(_START_BYTES)
    if start.startswith(_ZIP_STARTS):
        from reprocrate.bundle.zip_reader import ZipContainer

        return ZipContainer(path, limits, file)
    if _ZSTD_START.match(start):
        from reprocrate.bundle.tar_reader import TarContainer

        return TarContainer(path, limits, file)
    raise UnreadableError(f"{path} is not a bundle", *_why_not(start))


def _of_volumes(volumes: Volumes, limits: Limits) -> Container:
    """What volumes make together, read as one file."""
    file = volumes.open()
    try:
        return _opened(volumes.bundle, lambda _path: False, limits, file)
    except UnreadableError as error:
        file.close()
        if volumes.listed is not None:
            raise
        raise UnreadableError(
            error.what,
            f"{error.why}; it is read from {len(volumes.paths)} volumes, and no list beside them says "
            "whether these are all",
            f"Get {volumes.bundle.name}{LIST_SUFFIX} from where they are from, and what it names",
        ) from error


def _why_not(start: bytes) -> tuple[str, str]:
    """Why a file that starts so has none of the forms, and what to do."""
    fix = "Name a .crate.zip or .crate.tar.zst file, or its unpacked folder"
    if start[257:262] == b"ustar":
        looks = "a tar file without compression"
    else:
        start = start.lstrip()
        looks = next((kind for magic, kind in _OTHER_STARTS.items() if start.startswith(magic)), "")
    if looks.startswith(("a tar", "a gzip", "an XZ", "a bzip2")):
        fix = "Unpack it and name the folder, or make a .tar.zst file of it: tar --zstd -cf"
    neither = "a ZIP file, and no tar file compressed by Zstandard"
    return (f"it is {looks}, not {neither}" if looks else f"it is not {neither}"), fix


def _first_bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UnreadableError(f"{path} is not a bundle", "it is neither a file nor a folder")
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist", fix="Check the path") from None
    except OSError as error:
        raise could_not("read", path, error) from error
    if not start:
        raise UnreadableError(
            f"{path} is empty", "a bundle is a ZIP or a tar.zst file", "Download or copy it again"
        )
    return start
