"""Bringing the archives of a list, each checked by its digest, after the user agreed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from reprocrate.deposit.addresses import shown
from reprocrate.deposit.downloading import download
from reprocrate.deposit.requesting import Client
from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_file
from reprocrate.rerun.environment.conda.lists import Archive
from reprocrate.rerun.environment.permission import Permission
from reprocrate.rerun.environment.uv_tool import Notify
from reprocrate.rerun.wording import counted, listed


def fetch_archives(
    archives: Sequence[Archive], folder: Path, permission: Permission | None, notify: Notify
) -> list[Path]:
    """Bring what is not there yet.

    Args:
        archives: what is wanted.
        folder: where archives are kept.
        permission: what may be asked, and of whom; nothing where it is None.
        notify: called with lines of progress.

    Returns:
        Where each of them lies, in the same order.

    Raises:
        UnavailableError: the user does not agree, or one cannot be had.
        IntegrityError: one has another digest than the list states.
    """
    places = [place_of(one, folder) for one in archives]
    wanted = [(one, place) for one, place in zip(archives, places, strict=True) if not _is_there(one, place)]
    if not wanted:
        return places
    what = offered(one for one, _ in wanted)
    if permission is None or not permission.agrees(
        "fetch", f"Packages of conda are to be fetched, from addresses that the bundle names: {what}."
    ):
        raise UnavailableError("packages of conda were not fetched", what, "Agree with --fetch")
    weak = [one.name for one in archives if one.sha256 is None]
    if weak:
        notify(
            f"the list has only MD5 digests for {listed(weak)}: they tell damage, and not whether somebody "
            "made another file with the same digest"
        )
    notify(f"fetching {what}")
    client = Client(permission.reach, tell=notify)
    for number, (one, place) in enumerate(wanted, start=1):
        download(one.url, place, reach=permission.reach, sha256=one.sha256, md5=one.md5, client=client)
        notify(f"fetched {one.name} {one.version} ({number} of {len(wanted)})")
    return places


def place_of(archive: Archive, folder: Path) -> Path:
    """Where an archive is kept: by its digest, since channels have files of one name and other content."""
    return folder / (archive.sha256 or archive.md5 or "")[:32] / archive.file


def offered(archives: Iterable[Archive]) -> str:
    """How many archives come from where, in words."""
    by_channel = Counter(one.channel for one in archives)
    total = sum(by_channel.values())
    places = listed(f"{shown(channel)} ({count})" for channel, count in sorted(by_channel.items()))
    return f"{counted(total, 'package')} from {places}"


def _is_there(archive: Archive, place: Path) -> bool:
    if not place.is_file() or place.is_symlink():
        return False
    if archive.sha256 is not None:
        return sha256_file(place).sha256 == archive.sha256
    with place.open("rb") as file:
        return hashlib.file_digest(file, _md5).hexdigest() == archive.md5


def _md5() -> hashlib._Hash:
    return hashlib.md5(usedforsecurity=False)
