"""Which files of a repository's record may be the recorded ones, or hold them.

A record may list any number of files. Those of the recorded name and size come first, then archives. What
comes is judged by its digest alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from reprocrate.deposit.addresses import shown
from reprocrate.deposit.candidates import RemoteFile, file_name
from reprocrate.deposit.references import Reference
from reprocrate.deposit.requesting import Client
from reprocrate.deposit.resolving import files_behind
from reprocrate.errors import UnavailableError
from reprocrate.rerun.data.offers import Form, Offer, is_archive
from reprocrate.rerun.work.materials import Material


def offers_behind(offer: Offer, client: Client) -> list[Offer]:
    """What the record at an address offers, in the order in which it is to be tried.

    A file is offered by itself at most once; all that are not are offered by each of the archives.

    Raises:
        UnavailableError: the record cannot be had, or has nothing that may be one of the files.
    """
    listed = files_behind(Reference(offer.url, offer.doi), client)
    found: list[Offer] = []
    rest: list[Material] = []
    for material in offer.materials:
        one = _alone(material, listed)
        if one is None:
            rest.append(material)
        else:
            found.append(Offer(one.url, (material,), Form.FILE))
    archives = [one for one in listed if is_archive(one.name)]
    if rest and not archives:
        names = ", ".join(one.name for one in listed[:10]) or "none"
        raise UnavailableError(
            f"{shown(offer.url)} does not lead to {rest[0].file.path}",
            f"the files that it names to programs are {names}",
            f"Get the data by hand, and give it with --data {rest[0].data}=PATH",
        )
    if rest:
        found += [Offer(one.url, tuple(rest), Form.ARCHIVE) for one in archives]
    return found


def _alone(material: Material, listed: Sequence[RemoteFile]) -> RemoteFile | None:
    """The file of a record that is a recorded one, as far as its archive tells."""
    file = material.file
    known = [one for one in listed if one.sha256 is not None and one.sha256 == file.sha256]
    sized = [one for one in listed if one.size in (None, file.size)]
    name = file_name(PurePosixPath(file.path).name)
    named = [one for one in sized if one.name == name]
    exactly = [one for one in sized if one.size is not None]
    return next(iter([*known, *named]), exactly[0] if len(exactly) == 1 else None)
