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
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.bundle import layout, printable
from reprocrate.bundle.admission import names_problems
from reprocrate.deposit.addresses import shown
from reprocrate.deposit.downloading import download
from reprocrate.deposit.partial import SUFFIX
from reprocrate.deposit.requesting import Client
from reprocrate.errors import IntegrityError, ReprocrateError, UnavailableError
from reprocrate.files import could_not
from reprocrate.rerun.data.archives import take_members
from reprocrate.rerun.data.offers import Form, Offer
from reprocrate.rerun.data.repositories import offers_behind
from reprocrate.rerun.work.materials import Material

FETCHING = ".reprocrate/fetching"
"""What is on its way, below the imported folder."""

_ANY_ARCHIVE_BYTES = 1 << 30
_ARCHIVE_TO_FILES = 10
_SHOWN = 10


Notify = Callable[[int, int | None], object]
"""Told how many bytes are there, and how many there will be, if that is known."""


def fetch(offer: Offer, folder: Path, client: Client, notify: Notify = lambda *_: None) -> None:
    """Bring what an address offers, into the places that the manifest names.

    Args:
        offer: the address, and the files that it has.
        folder: the imported folder.
        client: who asks.
        notify: told how far it is.

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
    on_its_way = _Fetching(folder, staging, client, notify)
    each = offers_behind(offer, client) if offer.form is Form.RECORD else [offer]
    archives = [one for one in each if one.form is Form.ARCHIVE]
    for one in each:
        if one.form is Form.FILE:
            on_its_way.file(one)
    absent: Sequence[Material] = archives[0].materials if archives else ()
    for one in archives:
        if absent:
            absent = on_its_way.members(replace(one, materials=tuple(absent)))
    if absent:
        names = ", ".join(one.file.path for one in absent[:_SHOWN])
        more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
        raise IntegrityError(
            f"the archive at {shown(offer.url)} does not hold the recorded files",
            f"no file in it has the recorded digest of {names}{more}",
            f"Give a copy of the data with --data {absent[0].data}=PATH",
        )
    with suppress(OSError):
        staging.rmdir()


@dataclass(frozen=True, slots=True)
class _Fetching:
    """Files on their way into an imported folder."""

    folder: Path
    staging: Path
    client: Client
    notify: Notify

    def file(self, offer: Offer) -> None:
        """Bring one file."""
        file = offer.materials[0].file
        arrived = self.staging / str(file.sha256)
        download(
            offer.url,
            arrived,
            reach=self.client.reach,
            size=file.size,
            sha256=file.sha256,
            notify=self.notify,
            client=self.client,
        )
        _keep(self.folder, offer.materials, arrived)

    def members(self, offer: Offer) -> Sequence[Material]:
        """Bring an archive and take files out of it; those that it does not hold are returned."""
        arrived = self.staging / hashlib.sha256(offer.url.encode()).hexdigest()
        if not arrived.is_file():
            self._archive(offer, arrived)
        try:
            absent = take_members(
                arrived, offer.materials, lambda ones, place: _keep(self.folder, ones, place), self.staging
            )
        except UnavailableError:  # the disk is full, say: what came may be right
            raise
        except ReprocrateError as error:
            arrived.unlink(missing_ok=True)
            raise type(error)(f"{shown(offer.url)}: {error.what}", error.why, error.fix) from error
        arrived.unlink(missing_ok=True)
        return absent

    def _archive(self, offer: Offer, arrived: Path) -> None:
        """Bring an archive, whose size nobody recorded: it is limited by what is to be found in it."""
        most = max(_ANY_ARCHIVE_BYTES, _ARCHIVE_TO_FILES * offer.size)

        def limited(done: int, total: int | None) -> None:
            if max(done, total or 0) > most:
                raise _TooLargeError(
                    f"{shown(offer.url)} is not fetched",
                    f"it sends more than {most:,} bytes, and {offer.size:,} are wanted of it",
                    f"Get it yourself, and give the data with --data {offer.materials[0].data}=PATH",
                )
            self.notify(done, total)

        try:
            download(offer.url, arrived, reach=self.client.reach, notify=limited, client=self.client)
        except _TooLargeError:
            for left in (SUFFIX, f"{SUFFIX}.json"):
                arrived.with_name(arrived.name + left).unlink(missing_ok=True)
            raise


class _TooLargeError(UnavailableError):
    """More came than can be wanted."""


def _require_free(folder: Path, material: Material) -> Path:
    """The place of a file, of which nothing is there yet.

    Raises:
        UnavailableError: something is there, a link stands where a folder should, or the place is none for
            data: one where a bundle, this program or git keeps what it reads itself.
    """
    target = folder / material.source
    reserved = material.root is None and layout.is_reserved(material.source)
    if reserved or any(names_problems([material.source])):
        raise UnavailableError(
            f"{printable(material.source)} is not fetched",
            "that is no place for data: something else is kept there, or it means another file elsewhere",
            "Do not use this bundle",
        )
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
