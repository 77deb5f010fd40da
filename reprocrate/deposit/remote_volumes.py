"""Bundles in volumes on the network: found by one of them, their list, and all of them brought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote, unquote, urlsplit

from reprocrate.bundle.joined import JoinedFile, Piece, join, sha256_of
from reprocrate.bundle.volume_list import (
    LIST_SUFFIX,
    MAX_LIST_BYTES,
    VolumeList,
    parse_volume_list,
    volume_name,
)
from reprocrate.bundle.volume_set import USUAL_SUFFIXES
from reprocrate.deposit.addresses import shown
from reprocrate.deposit.candidates import RemoteFile, name_in, volumes_as_one
from reprocrate.deposit.downloading import Notify, download_aside, small_file
from reprocrate.deposit.requesting import Client, RefusedError
from reprocrate.errors import IntegrityError, UnreadableError


@dataclass(frozen=True, slots=True)
class Brought:
    """A remote file that was brought, in one piece or as volumes.

    Attributes:
        paths: its pieces in their order, under names that say that they are not all.
    """

    paths: tuple[Path, ...]

    def open(self) -> BinaryIO:
        """The whole, open for reading at any place. Nothing is joined on the disk."""
        if len(self.paths) == 1:
            return self.paths[0].open("rb")
        return cast(BinaryIO, JoinedFile([_piece(path) for path in self.paths]))

    @contextmanager
    def one_file(self, beside: Path) -> Iterator[Path]:
        """The whole as one file; volumes are joined for it while the block runs.

        Args:
            beside: where the joined file goes.

        Raises:
            UnavailableError: it cannot be written.
        """
        if len(self.paths) == 1:
            yield self.paths[0]
            return
        joined = beside.with_name(f"{beside.name}.joined")
        try:
            with self.open() as pieces:
                join(pieces, joined)
            yield joined
        finally:
            joined.unlink(missing_ok=True)

    def remove(self) -> None:
        """Leave nothing of it."""
        for path in self.paths:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.json").unlink(missing_ok=True)


def volumes_beside(url: str, client: Client) -> RemoteFile | None:
    """The bundle in volumes, of which one lies at an address, or the list that is beside them.

    None where the address is of neither, or no list names volumes there.

    Raises:
        UnreadableError: the list is none.
        UnavailableError: it cannot be had.
    """
    parts = urlsplit(url)
    folder, _, last = parts.path.rpartition("/")
    name = unquote(last)
    of = volume_name(name)
    bundle = of.bundle if of else name.removesuffix(LIST_SUFFIX)
    if bundle == name or not bundle or (of and not bundle.lower().endswith(USUAL_SUFFIXES)):
        return None

    def beside(each: str) -> RemoteFile:
        place = parts._replace(path=f"{folder}/{quote(each)}").geturl()
        return RemoteFile(place, name_in(place))

    checksums = beside(f"{bundle}{LIST_SUFFIX}")
    try:
        listed = parse_volume_list(small_file(checksums, client, MAX_LIST_BYTES), bundle)
    except (RefusedError, UnreadableError) as error:
        if of is None and isinstance(error, UnreadableError):
            raise
        return None  # a file of its own, whose name happens to end so
    if listed is None:
        return None
    return volumes_as_one(name_in(bundle), [beside(each) for each in listed.volumes], checksums)


def list_of(file: RemoteFile, client: Client) -> VolumeList | None:
    """What the list beside the volumes of a bundle says; None where none lies there.

    Raises:
        IntegrityError: it is not what its archive states.
        UnreadableError: it is none, or names other volumes than there are.
        UnavailableError: it cannot be had.
    """
    if file.checksums is None:
        return None
    listed = parse_volume_list(small_file(file.checksums, client, MAX_LIST_BYTES), file.name)
    names = [one.name for one in file.volumes]
    if listed is None or list(listed.volumes) != names:
        lacking = [each for each in (listed.volumes if listed else ()) if each not in names]
        raise UnreadableError(
            f"{file.name} is not complete" + (f": {lacking[0]} is missing" if lacking else ""),
            f"{file.checksums.name} names {len(listed.volumes) if listed else 0} volumes, and "
            f"{len(names)} are there",
            "Ask whoever published it for what is missing",
        )
    return listed


def bring_volumes(file: RemoteFile, target: Path, client: Client, notify: Notify) -> Brought:
    """Bring all volumes of a bundle, each compared with what archive and list state, and so the whole.

    What has arrived stays where it is if it is interrupted: the same call goes on from there.

    Args:
        file: the bundle.
        target: what the bundle would be called; the volumes keep names of incomplete files beside that.
        client: who asks.
        notify: told how far it is.

    Raises:
        IntegrityError: one is not as stated, or they do not make what the list says.
        UnreadableError: the list is none, or names other volumes.
        UnavailableError: they cannot be had; what has arrived is kept.
    """
    listed = list_of(file, client)
    paths: list[Path] = []
    before = 0
    for volume in file.volumes:
        number = volume.name.removeprefix(f"{file.name}.")

        def tell(done: int, total: int | None, before: int = before) -> None:
            notify(before + done, file.size if file.size is not None else before + (total or done))

        path = download_aside(
            volume.url,
            target.with_name(f"{target.name}.{number}"),
            client=client,
            size=volume.size,
            md5=volume.md5,
            sha256=listed.volumes[volume.name] if listed else volume.sha256,
            notify=tell,
        )
        paths.append(path)
        before += path.stat().st_size
    brought = Brought(tuple(paths))
    if listed:
        _require_whole(file, brought, listed)
    return brought


def _require_whole(file: RemoteFile, brought: Brought, listed: VolumeList) -> None:
    """Make sure that volumes, each of which is as listed, are those of the bundle that the list names."""
    with brought.open() as pieces:
        whole = sha256_of(pieces, brought.paths[0])
    if whole != listed.sha256:
        brought.remove()
        raise IntegrityError(
            f"the volumes of {file.name} at {shown(file.url)} do not make what their list says",
            f"together their SHA-256 is {whole}, not {listed.sha256}",
            "Tell whoever published it",
        )


def _piece(path: Path) -> Piece:
    return Piece(path.stat().st_size, lambda _place: path.open("rb"))
