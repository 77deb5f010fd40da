"""Opening a new bundle of any form, which appears only when it is complete."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from reprocrate import __version__
from reprocrate.bundle.bag import BagWriter
from reprocrate.bundle.deflating import COMPRESSOR
from reprocrate.bundle.extraction import Staging
from reprocrate.bundle.folder import FolderWriter
from reprocrate.bundle.formats import ArchiveWriter, Form
from reprocrate.bundle.zip_writer import ZipWriter
from reprocrate.errors import UsageError
from reprocrate.files import atomic_file, remove_leftovers

_TIMESTAMP = 315532800  # 1980-01-01T00:00:00Z, the earliest that a ZIP file can say


class Written(NamedTuple):
    """A bundle that is being written.

    Attributes:
        archive: what takes its files.
        compressor: what compresses them, with its version: equal bytes are promised for an equal one.
        size: how many bytes it took; asked before it is closed.
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
            yield Written(_bagged(FolderWriter(staging, count), bag=bag), compressor_of(form), lambda: read)
            staging.publish()
        return
    remove_leftovers(target.parent)
    with atomic_file(target) as output, ExitStack() as working:
        archive: ArchiveWriter = ZipWriter(output, timestamp, progress)
        if form is Form.TAR_ZST:
            from reprocrate.bundle.tar_writer import TarWriter

            archive = working.enter_context(TarWriter(output, timestamp, progress))
        yield Written(_bagged(archive, bag=bag), compressor_of(form), output.tell)


def compressor_of(form: Form) -> str:
    """What compresses a bundle of this form, with its version."""
    if form is Form.TAR_ZST:
        from reprocrate.bundle.zstd_writer import compressor_name

        return compressor_name()
    return COMPRESSOR if form is Form.ZIP else "none"


def writing_bytes(form: Form) -> bytes:
    """The file that says what writes a bundle: the same content and the same of this give the same bytes.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is not a number.
    """
    said = {
        "format": form.value,
        "producer": f"reprocrate {__version__}",
        "compressor": compressor_of(form),
        "source_date_epoch": _timestamp(),
    }
    return json.dumps(said, indent=1).encode() + b"\n"


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
