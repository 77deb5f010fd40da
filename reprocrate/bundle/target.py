"""Whether a bundle can be written where it is to go, found out before hours of work are done for it."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from reprocrate.bundle.deflating import BLOCK_BYTES, shrinks
from reprocrate.bundle.entries import Entry
from reprocrate.bundle.extraction import is_empty_folder
from reprocrate.bundle.formats import Form
from reprocrate.bundle.recognition import looks_like_bundle
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import could_not


def require_target(target: Path, form: Form) -> None:
    """Make sure that a bundle can be written here, as far as that can be told.

    Args:
        target: the file or folder to write.
        form: what it will be.

    Raises:
        UsageError: something else is there, which would be lost.
        UnavailableError: it could not be written.
    """
    if form is Form.FOLDER:
        is_empty_folder(target)
        folder = next(each for each in (target, *target.absolute().parents) if each.exists())
    else:
        if target.is_dir():
            raise could_not("write", target, IsADirectoryError(errno.EISDIR, ""))
        if target.is_file() and target.stat().st_size and not _may_be_replaced(target):
            raise UsageError(
                f"{target} exists and is not a bundle",
                "it would be lost",
                "Name another file, or remove this one first",
            )
        folder = target.parent
    probe = folder / f".reprocrate-{secrets.token_hex(8)}.tmp"
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        probe.unlink()
    except OSError as error:
        raise could_not("write", target, error) from error


def require_room(entries: Iterable[Entry], target: Path, form: Form) -> None:
    """Make sure that the disk is not plainly too small.

    What text compresses to is known only afterwards; what samples do not compress takes at least most of its
    size.

    Args:
        entries: what will be packed.
        target: where to.
        form: as what.

    Raises:
        UnavailableError: it is.
    """
    sources = [entry.source for entry in entries]
    try:
        free = shutil.disk_usage(next(each for each in target.absolute().parents if each.exists())).free
        if sum(map(_size, sources)) <= free:
            return
        least = sum(_least(source, form) for source in sources)
    except OSError:
        return  # which packing tells better
    if least > free:
        raise UnavailableError(
            f"could not write {target}",
            f"the disk is full: at least {least:,} bytes are needed, {free:,} are free, {least - free:,} are "
            "missing",
            "Free some space, choose another place, or leave data out",
        )


def _may_be_replaced(target: Path) -> bool:
    return looks_like_bundle(target) or target.suffix == f".{Form.TAR_ZST.value.rpartition('.')[2]}"


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _least(source: Path | bytes, form: Form) -> int:
    size = _size(source)
    if form is Form.FOLDER:
        return size
    if isinstance(source, bytes) or size <= BLOCK_BYTES:
        return 0
    with source.open("rb") as content:
        return 0 if shrinks(content, size) else size * 8 // 10
