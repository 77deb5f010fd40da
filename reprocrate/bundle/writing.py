"""Opening a new bundle of any form, which appears only when it is complete."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reprocrate import __version__
from reprocrate.bundle.bag import BagWriter
from reprocrate.bundle.extraction import Staging
from reprocrate.bundle.folder import FolderWriter
from reprocrate.bundle.formats import ArchiveWriter, Form
from reprocrate.bundle.zip_writer import COMPRESSOR, ZipWriter
from reprocrate.errors import UsageError
from reprocrate.files import atomic_file, remove_leftovers

_TIMESTAMP = 315532800  # 1980-01-01T00:00:00Z, the earliest that a ZIP file can say


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that is being written.

    Attributes:
        archive: what takes its files.
        compressor: what compresses them, with its version: equal bytes are promised for an equal one.
        size: how many bytes it took.
    """

    archive: ArchiveWriter
    compressor: str
    size: Callable[[], int]


@contextmanager
def writing(
    form: Form, target: Path, progress: Callable[[int], None], *, bag: bool = False
) -> Iterator[Written]:
    """A bundle that becomes `target` when the block ends without an exception.

    Args:
        form: what to write.
        target: where.
        progress: called with the number of bytes just read.
        bag: whether to put it into a BagIt bag.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is not a number, or a folder exists and is not empty.
        UnavailableError: it could not be written.
    """
    timestamp = _timestamp()
    if form is Form.FOLDER:
        read = 0

        def count(size: int) -> None:
            nonlocal read
            read += size
            progress(size)

        with Staging(target, 0) as staging:
            yield Written(_bagged(FolderWriter(staging, count), bag=bag), "none", lambda: read)
            staging.publish()
        return
    remove_leftovers(target.parent)
    with atomic_file(target) as output:
        size = 0
        archive = _bagged(ZipWriter(output, timestamp, progress), bag=bag)
        yield Written(archive, COMPRESSOR, lambda: size)
        size = output.tell()


def _bagged(archive: ArchiveWriter, *, bag: bool) -> ArchiveWriter:
    return BagWriter(archive, f"reprocrate {__version__}") if bag else archive


def _timestamp() -> int:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return _TIMESTAMP
    if not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {text!r}", "it must be a number of seconds since 1970-01-01 UTC"
        )
    return int(text)
