"""Folders and archives of any origin, read in place: nothing is unpacked to the disk, nothing is trusted.

A bundle is refused where programs would disagree about what is in it. What somebody else packed, by whatever
program, is only looked at here, so that it is enough to leave out what cannot be read, and to say so.
"""

from __future__ import annotations

from pathlib import Path

from reprocrate.bundle.admission import USUAL, Limits
from reprocrate.bundle.plain.contents import Contents
from reprocrate.bundle.plain.forms import PlainForm, form_of

__all__ = ["Contents", "PlainForm", "form_of", "open_plain"]


def open_plain(path: Path, limits: Limits = USUAL) -> Contents:
    """The files of a folder or archive, or a file alone; to be closed.

    Args:
        path: the folder; a ZIP file, a tar archive, plain or compressed by gzip, bzip2, XZ or Zstandard; or
            a PDF file.
        limits: how much an archive may hold.

    Raises:
        UnreadableError: it is none of these, or is broken, or holds more than is allowed.
        UnavailableError: it cannot be read.
    """
    form = form_of(path)
    if form is PlainForm.FOLDER:
        from reprocrate.bundle.plain.folders import FolderContents

        return FolderContents(path)
    if form is PlainForm.PDF:
        from reprocrate.bundle.plain.folders import FileContents

        return FileContents(path)
    if form is PlainForm.ZIP:
        from reprocrate.bundle.plain.zips import ZipContents

        return ZipContents(path, limits)
    from reprocrate.bundle.plain.tars import TarContents

    return TarContents(path, form, limits)
