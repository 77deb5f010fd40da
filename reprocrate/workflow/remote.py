"""What lies at an address: found, read in parts, or brought whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from reprocrate.bundle import USUAL, Bundle, Limits, layout, open_bundle
from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.references import Reference
from reprocrate.deposit.requesting import Client
from reprocrate.errors import UnreadableError
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.manifest.strict import MAX_BYTES
from reprocrate.rerun.wording import size_text
from reprocrate.workflow.progress import Progress, Silence

if TYPE_CHECKING:
    from reprocrate.deposit.ranged import RangedFile

_JSON_STARTS = (b"{", b"\xef\xbb\xbf{")


@dataclass(frozen=True, slots=True)
class Remote:
    """An experiment at an address, as the user named it.

    Attributes:
        reference: the address or DOI.
        reach: what may be asked.
        listener: told what was found.
    """

    reference: Reference
    reach: Reach = field(default_factory=Reach)
    listener: Progress = field(default_factory=Silence, compare=False)

    def __str__(self) -> str:
        return shown(str(self.reference)) if self.reference.doi is None else str(self.reference)

    def client(self) -> Client:
        """Who asks for it."""
        return Client(self.reach, tell=self.listener.note)

    def found(self, client: Client) -> RemoteFile:
        """The file that it leads to.

        Raises:
            UnavailableError: it leads to none, or cannot be reached.
        """
        from reprocrate.deposit.resolving import resolve

        file = resolve(self.reference, client)
        for note in file.notes:
            self.listener.note(note)
        if file.url != self.reference.text:
            size = f", {size_text(file.size)}" if file.size is not None else ""
            self.listener.note(f"{self} leads to {file.name}{size}, at {shown(file.url)}")
        return file


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a remote experiment without bringing it whole.

    Attributes:
        manifest: the experiment.
        name: what its file is called.
        size: bytes of that file.
        is_manifest: whether it is a manifest alone, and no bundle.
    """

    manifest: Manifest
    name: str
    size: int
    is_manifest: bool


@contextmanager
def opened_remote(remote: Remote, limits: Limits = USUAL) -> Iterator[tuple[Bundle, RemoteFile]]:
    """A remote bundle, of which only what is read is brought, where its server gives out parts.

    Where it does not, the whole is brought to a temporary place after its size is told.

    Raises:
        UnreadableError: it is no bundle.
        UnavailableError: it cannot be reached or not be read.
    """
    client = remote.client()
    found = remote.found(client)
    with ExitStack() as stack:
        file = stack.enter_context(in_parts_or_whole(remote, found, client))
        yield stack.enter_context(open_bundle(Path(found.name), limits=limits, file=file)), found


def seen_remote(remote: Remote) -> Seen:
    """The manifest of a remote bundle, or one that lies there alone, and nothing else of it.

    Raises:
        UnreadableError: it is neither.
        UnavailableError: it cannot be reached or not be read.
    """
    client = remote.client()
    found = remote.found(client)
    with in_parts_or_whole(remote, found, client) as file:
        size = file.seek(0, 2)
        file.seek(0)
        alone = file.read(4).startswith(_JSON_STARTS)
        file.seek(0)
        if alone:
            if size > MAX_BYTES:
                raise UnreadableError(f"{found.name} is too large for a manifest", f"it has {size:,} bytes")
            data = file.read(size)
        else:
            with open_bundle(Path(found.name), file=file) as bundle:
                data = bundle.manifest_bytes(check=False)
        _tell_brought(remote, file, size)
    where = found.name if alone else f"{layout.MANIFEST} in {found.name}"
    return Seen(parse_manifest(data, where), found.name, size, alone)


@contextmanager
def brought_whole(remote: Remote) -> Iterator[Path]:
    """A remote file at a temporary place, compared with what its archive states.

    Raises:
        IntegrityError: it is not what its archive states.
        UnavailableError: it cannot be had.
    """
    client = remote.client()
    found = remote.found(client)
    with tempfile.TemporaryDirectory(prefix="reprocrate-") as place:
        yield bring_aside(found, Path(place) / "bundle", client, remote.listener)


@contextmanager
def in_parts_or_whole(remote: Remote, found: RemoteFile, client: Client) -> Iterator[BinaryIO]:
    """A remote file, open for reading at any place.

    Raises:
        UnavailableError: it cannot be had.
    """
    from reprocrate.deposit.ranged import NoRangesError, RangedFile

    try:
        ranged = RangedFile(found.url, client, found.size)
    except NoRangesError as error:
        whole = found.size if found.size is not None else error.size
    else:
        with ranged:
            yield cast(BinaryIO, ranged)
        return
    size = "of unknown size" if whole is None else size_text(whole)
    remote.listener.note(f"the server gives out whole files only, so all of {found.name} is brought: {size}")
    with tempfile.TemporaryDirectory(prefix="reprocrate-") as place:
        path = bring_aside(found, Path(place) / "bundle", client, remote.listener)
        with path.open("rb") as file:
            yield file


def bring_aside(found: RemoteFile, target: Path, client: Client, progress: Progress) -> Path:
    """Bring a remote file whole, and compare it with what its archive states.

    Args:
        found: the file.
        target: what it would be called; it keeps the name of an incomplete file beside that.
        client: who asks.
        progress: who listens.

    Raises:
        IntegrityError: it is not what its archive states.
        UnavailableError: it cannot be had; what has arrived is kept.
    """
    from reprocrate.deposit.downloading import download_aside

    def tell(done: int, total: int | None) -> None:
        progress.transfer(f"bringing {found.name}", done, max(total or 0, done + (total is None)))

    return download_aside(
        found.url,
        target,
        client=client,
        size=found.size,
        md5=found.md5,
        sha256=found.sha256,
        notify=tell,
    )


def _tell_brought(remote: Remote, file: BinaryIO, size: int) -> None:
    brought = getattr(cast("RangedFile", file), "brought", None)
    if brought is not None and size:
        remote.listener.note(f"read {size_text(brought)} of {size_text(size)}")


def source_of(remote: Remote, found: RemoteFile) -> dict[str, str | int]:
    """Where something was brought from, as the imported folder notes it: without keys in an address."""
    about = {"address": shown(found.url), "doi": remote.reference.doi}
    about |= {"sha256": found.sha256, "md5": found.md5}
    known: dict[str, str | int] = {name: text for name, text in about.items() if text}
    return known if found.size is None else known | {"size": found.size}
