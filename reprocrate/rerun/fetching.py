"""Bringing data from the addresses of a manifest into an imported folder, each file checked by its digest.

What arrives is kept below `.reprocrate/fetching` until it is complete and known to be right, so that an
interrupted call goes on; only then a file gets its place. A file that is there is never replaced.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.downloading import download
from reprocrate.deposit.partial import SUFFIX
from reprocrate.errors import IntegrityError, ReprocrateError, UnavailableError
from reprocrate.files import could_not
from reprocrate.rerun.archives import take_members
from reprocrate.rerun.materials import Material
from reprocrate.rerun.offers import Offer

FETCHING = ".reprocrate/fetching"
"""What is on its way, below the imported folder."""

_ANY_ARCHIVE_BYTES = 1 << 30
_ARCHIVE_TO_FILES = 10
_SHOWN = 10


def fetch(
    offer: Offer, folder: Path, reach: Reach, notify: Callable[[int, int | None], object] = lambda *_: None
) -> None:
    """Bring what an address offers, into the places that the manifest names.

    Args:
        offer: the address, and the files that it has.
        folder: the imported folder.
        reach: what may be asked.
        notify: told how many bytes are there, and how many there will be, if that is known.

    Raises:
        IntegrityError: what came is not what was recorded.
        UnavailableError: it cannot be reached, may not be asked, or not be written; what is there is kept.
        UnreadableError: it is no archive, but files were to be taken out of it.
    """
    staging = folder / FETCHING
    try:
        staging.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("create", staging, error) from error
    for material in offer.materials:
        _require_free(folder, material)
    if offer.packed:
        _fetch_packed(offer, folder, staging, reach, notify)
    else:
        _fetch_file(offer, folder, staging, reach, notify)
    with suppress(OSError):
        staging.rmdir()


def _fetch_file(
    offer: Offer,
    folder: Path,
    staging: Path,
    reach: Reach,
    notify: Callable[[int, int | None], object],
) -> None:
    file = offer.materials[0].file
    arrived = staging / str(file.sha256)
    download(offer.url, arrived, reach=reach, size=file.size, sha256=file.sha256, notify=notify)
    _keep(folder, offer.materials, arrived)


def _fetch_packed(
    offer: Offer,
    folder: Path,
    staging: Path,
    reach: Reach,
    notify: Callable[[int, int | None], object],
) -> None:
    arrived = staging / hashlib.sha256(offer.url.encode()).hexdigest()
    if not arrived.is_file():
        _download_archive(offer, arrived, reach, notify)
    try:
        absent = take_members(
            arrived, offer.materials, lambda found, place: _keep(folder, found, place), staging
        )
    except UnavailableError:  # the disk is full, say: what came may be right
        raise
    except ReprocrateError as error:
        arrived.unlink(missing_ok=True)
        raise type(error)(f"{shown(offer.url)}: {error.what}", error.why, error.fix) from error
    arrived.unlink(missing_ok=True)
    if absent:
        names = ", ".join(one.file.path for one in absent[:_SHOWN])
        more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
        raise IntegrityError(
            f"the archive at {shown(offer.url)} does not hold the recorded files",
            f"no file in it has the recorded digest of {names}{more}",
            f"Give a copy of the data with --data {offer.materials[0].data}=PATH",
        )


def _download_archive(
    offer: Offer, arrived: Path, reach: Reach, notify: Callable[[int, int | None], object]
) -> None:
    """Bring an archive, whose size nobody recorded: it is limited by what is to be found in it."""
    most = max(_ANY_ARCHIVE_BYTES, _ARCHIVE_TO_FILES * offer.size)

    def limited(done: int, total: int | None) -> None:
        if max(done, total or 0) > most:
            raise _TooLargeError(
                f"{shown(offer.url)} is not fetched",
                f"it sends more than {most:,} bytes, and {offer.size:,} are wanted of it",
                f"Get it yourself, and give the data with --data {offer.materials[0].data}=PATH",
            )
        notify(done, total)

    try:
        download(offer.url, arrived, reach=reach, notify=limited)
    except _TooLargeError:
        for left in (SUFFIX, f"{SUFFIX}.json"):
            arrived.with_name(arrived.name + left).unlink(missing_ok=True)
        raise


class _TooLargeError(UnavailableError):
    """More came than can be wanted."""


def _require_free(folder: Path, material: Material) -> Path:
    """The place of a file, of which nothing is there yet.

    Raises:
        UnavailableError: something is there, or a link stands where a folder should.
    """
    target = folder / material.source
    place = folder
    for part in Path(material.source).parts[:-1]:
        place = place / part
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise UnavailableError(
                f"{material.source} cannot be put into {folder}", f"{place} is no folder of its own"
            )
    if os.path.lexists(target):
        raise UnavailableError(
            f"{material.source} cannot be put into {folder}",
            "another file is there",
            "Remove it, or put the recorded file there",
        )
    return target


def _keep(folder: Path, materials: Sequence[Material], arrived: Path) -> None:
    """Give a complete and checked file its place, or its places, each all or nothing."""
    *others, last = [_require_free(folder, one) for one in materials]
    try:
        for target in others:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = arrived.with_name(f"reprocrate-{os.urandom(8).hex()}.tmp")
            shutil.copyfile(arrived, temporary)
            temporary.replace(target)
        last.parent.mkdir(parents=True, exist_ok=True)
        arrived.replace(last)
    except OSError as error:
        raise could_not("write", last, error) from error
