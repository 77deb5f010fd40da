"""Which form of folder or archive something is, told by its content, never by its name."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from reprocrate.errors import UnreadableError
from reprocrate.files import could_not

_START_BYTES = 512


class PlainForm(StrEnum):
    """What somebody else's files come as."""

    FOLDER = "a folder"
    ZIP = "a ZIP file"
    TAR = "a tar archive"
    TAR_GZIP = "a tar archive compressed by gzip"
    TAR_BZIP2 = "a tar archive compressed by bzip2"
    TAR_XZ = "a tar archive compressed by XZ"
    TAR_ZSTD = "a tar archive compressed by Zstandard"
    PDF = "a PDF file"


_STARTS = (
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), PlainForm.ZIP),
    (re.compile(rb"\x1f\x8b"), PlainForm.TAR_GZIP),
    (re.compile(rb"BZh[1-9]"), PlainForm.TAR_BZIP2),
    (re.compile(rb"\xfd7zXZ\0"), PlainForm.TAR_XZ),
    (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), PlainForm.TAR_ZSTD),
    (re.compile(rb"[\s\S]{257}ustar"), PlainForm.TAR),
    (re.compile(rb"\s*%PDF-"), PlainForm.PDF),
)
_OTHERS = (
    (b"Rar!", "a RAR file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"<", "a web page or XML"),
)


def form_of(path: Path) -> PlainForm:
    """The form of what lies at a path.

    Raises:
        UnreadableError: it has none of the forms.
        UnavailableError: it cannot be read.
    """
    if path.is_dir():
        return PlainForm.FOLDER
    try:
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    except OSError as error:
        raise could_not("read", path, error) from error
    for pattern, form in _STARTS:
        if pattern.match(start):
            return form
    looks = next((kind for magic, kind in _OTHERS if start.lstrip().startswith(magic)), "")
    why = (
        "it is empty"
        if not start
        else f"it is {looks}"
        if looks
        else "it is of a kind that is not known here"
    )
    raise UnreadableError(
        f"{path} cannot be judged",
        f"{why}, not a manifest, a folder, a ZIP file, a tar archive or a PDF file",
        "Name the folder that holds the files, or pack it as a ZIP file",
    )
