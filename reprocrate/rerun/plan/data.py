"""What a plan says of each data set that the runs read: what is here, what is not, and how to get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reprocrate.manifest import Data, Manifest
from reprocrate.rerun.data.offers import Form, Offer, Provision, offers_of, why_not_offered
from reprocrate.rerun.data.supply import common_folders
from reprocrate.rerun.surroundings.variables import place_in_home
from reprocrate.rerun.wording import counted, listed, size_text
from reprocrate.rerun.work.materials import Material, data_materials, data_of, written_by
from reprocrate.rerun.work.selection import Task


class Standing(StrEnum):
    """Where the files of some data are.

    `HERE`: in the bundle, or where it was imported to; `GIVEN`: the reader has them, and every digest is as
    recorded; `OFFERED`: at addresses of the manifest, and the digests tell whether they are the right ones;
    `MISSING`: not to be had without the reader's help; `REMOTE`: read over the network by the run itself;
    `OUTSIDE`: in a place outside the project that no run here could find.
    """

    HERE = "here"
    GIVEN = "given"
    OFFERED = "offered"
    MISSING = "missing"
    REMOTE = "remote"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Address:
    """An address to fetch from.

    Attributes:
        url: the address.
        files: how many recorded files it has.
        bytes: their size as recorded; an archive that holds them may have another.
        form: what it leads to: the file itself, an archive that holds the files, or the record of a
            repository that has either.
    """

    url: str
    files: int
    bytes: int
    form: Form


@dataclass(frozen=True, slots=True)
class DataNeed:
    """A data set that the runs read.

    Attributes:
        data: its id.
        name: what people call it.
        standing: where its files are.
        files: how many files the runs need of it.
        bytes: their size.
        lacking: paths of those that are not here.
        unverified: paths of those that are here and have no recorded digest to tell whether they are right.
        license: the licence under which it may be used, where it is known.
        access: who may have it, where it is known.
        how_to_obtain: what a reader has to do to get it.
        url: the address that it was obtained from.
        doi: its DOI.
        addresses: where to fetch what is lacking.
        place: where to put what is missing, relative to the imported folder.
        option: what to give on the command line instead; None where nothing is missing.
        not_fetched: why what is missing is fetched from nowhere, as a clause; None where nothing is missing.
        could_allow: hosts that the user could allow, after which some of it could be fetched.
    """

    data: str
    name: str
    standing: Standing
    files: int
    bytes: int
    lacking: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    license: str | None = None
    access: str | None = None
    how_to_obtain: str | None = None
    url: str | None = None
    doi: str | None = None
    addresses: tuple[Address, ...] = ()
    place: str | None = None
    option: str | None = None
    not_fetched: str | None = None
    could_allow: tuple[str, ...] = ()

    @property
    def fetched_bytes(self) -> int:
        """Bytes to be fetched, as far as the manifest tells."""
        return sum(one.bytes for one in self.addresses)

    @property
    def amount(self) -> str:
        """How much it is, in words."""
        return f"{counted(self.files, 'file')}, {size_text(self.bytes)}"

    @property
    def directions(self) -> str:
        """How to get what is missing, in words."""
        ways = [
            one for one in (self.how_to_obtain, self.url, self.doi and f"https://doi.org/{self.doi}") if one
        ]
        how = f"obtain it ({'; '.join(ways)})" if ways else "obtain it"
        by_hand = f"{how} and give {self.option}, or put it at {self.place} in the imported folder"
        allowed = " ".join(f"--allow-address {one}" for one in self.could_allow)
        return f"{by_hand}; if you trust that address, give {allowed}" if allowed else by_hand

    def explanation(self) -> str:
        """Everything that a reader has to know to get it, in one sentence."""
        name = self.data if self.name == self.data else f"{self.data} ({self.name})"
        rights = [f"licence {self.license}" if self.license else "no licence stated"]
        rights += [f"access {self.access}"] if self.access else []
        said = f"{name}: {self.amount}, {', '.join(rights)}; {listed(self.lacking)} did not come along"
        return f"{said}, and {self.not_fetched}" if self.not_fetched else said


def data_needs(
    manifest: Manifest, tasks: Sequence[Task], folder: Path | None, provision: Provision
) -> tuple[DataNeed, ...]:
    """What the runs read, set by set.

    Args:
        manifest: the recorded experiment.
        tasks: the runs to be repeated.
        folder: the imported folder, where there is one yet.
        provision: what the reader brings.
    """
    written = written_by(tasks)
    return tuple(
        data_need(data, list(data_materials(data, written)), folder, provision)
        for data in data_of(manifest, tasks)
    )


def data_need(
    data: Data, materials: Sequence[Material], folder: Path | None, provision: Provision
) -> DataNeed:
    """What a plan says of a data set.

    Args:
        data: the data.
        materials: its files that the runs read.
        folder: the imported folder, where there is one yet.
        provision: what the reader brings.
    """
    lacking = lacking_of(materials, folder, provision)
    offers = list(offers_of(data, lacking, provision.reach))
    standing = _standing(data, materials, lacking, offers, provision)
    wanted = standing in (Standing.MISSING, Standing.OFFERED)
    offered = {one.key for offer in offers for one in offer.materials}
    unoffered = [one for one in lacking if one.key not in offered] if standing is Standing.MISSING else []
    why, hosts = why_not_offered(data, unoffered, provision.reach) if unoffered else (None, ())
    return DataNeed(
        data=data.id,
        name=data.name or data.id,
        standing=standing,
        files=len(materials),
        bytes=sum(one.file.size or 0 for one in materials),
        lacking=tuple(one.file.path for one in lacking),
        unverified=tuple(
            one.file.path
            for one in materials
            if one.file.sha256 is None and not one.file.travels and one not in lacking
        ),
        license=data.license,
        access=data.access.level if data.access else None,
        how_to_obtain=data.access.how_to_obtain if data.access else None,
        url=data.source.url if data.source else None,
        doi=data.source.doi if data.source else None,
        addresses=tuple(Address(one.url, len(one.materials), one.size, one.form) for one in offers)
        if wanted
        else (),
        place=_place(lacking) if standing is Standing.MISSING else None,
        option=f"--data {data.id}=PATH" if wanted else None,
        not_fetched=why,
        could_allow=hosts,
    )


def lacking_of(
    materials: Sequence[Material], folder: Path | None, provision: Provision
) -> tuple[Material, ...]:
    """The files that neither came along nor are given."""
    return tuple(
        one
        for one in materials
        if one.key not in provision.supplies
        and not (one.file.travels if folder is None else one.lies_in(folder))
    )


def _standing(
    data: Data,
    materials: Sequence[Material],
    lacking: Sequence[Material],
    offers: Sequence[Offer],
    provision: Provision,
) -> Standing:
    if data.remote is not None:
        return Standing.REMOTE
    if any(one.root and place_in_home(one.root) is None for one in materials):
        return Standing.OUTSIDE
    if lacking:
        offered = {one.key for offer in offers for one in offer.materials}
        return Standing.OFFERED if offered >= {one.key for one in lacking} else Standing.MISSING
    given = any(one.key in provision.supplies for one in materials)
    return Standing.GIVEN if given else Standing.HERE


def _place(lacking: Sequence[Material]) -> str:
    """The file, or the folder that all files share, where what is missing belongs."""
    if len(lacking) == 1:
        return lacking[0].source
    paths = [one.source for one in lacking]
    shared = common_folders(paths)
    return f"{'/'.join(paths[0].split('/')[:shared])}/" if shared else "their recorded paths"
