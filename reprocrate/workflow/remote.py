"""What lies at an address: found, read in parts, or brought whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from reprocrate.bundle import USUAL, Bundle, Limits, layout, open_bundle
from reprocrate.bundle.volume_list import volume_names
from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.deposit.downloading import download_aside, small_file
from reprocrate.deposit.ranged import NoRangesError, RangedFile, open_volumes
from reprocrate.deposit.references import Reference
from reprocrate.deposit.remote_volumes import Brought, bring_volumes
from reprocrate.deposit.requesting import Client
from reprocrate.errors import IntegrityError, UnavailableError, UnreadableError
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.manifest.strict import MAX_BYTES
from reprocrate.rerun.wording import size_text
from reprocrate.workflow.progress import Progress, Silence

_JSON_STARTS = (b"{", b"\xef\xbb\xbf{")


@dataclass(frozen=True, slots=True)
class Remote:
    """An experiment at an address, as the user named it.

    Attributes:
        reference: the address or DOI.
        reach: what may be asked.
        listener: told what was found.
        told: what it was told already.
    """

    reference: Reference
    reach: Reach = field(default_factory=Reach)
    listener: Progress = field(default_factory=Silence, compare=False)
    told: set[str] = field(default_factory=set, compare=False, repr=False)

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
        notes = [*file.notes]
        if file.url != self.reference.text:
            size = f", {size_text(file.size)}" if file.size is not None else ""
            parts = f" in {len(file.volumes)} volumes" if file.volumes else ""
            notes.append(f"{self} leads to {file.name}{parts}{size}, at {shown(file.url)}")
        for note in notes:
            if note not in self.told:
                self.listener.note(note)
        self.told.update(notes)
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

    Where a copy of the manifest lies beside the bundle, that is read, and said.

    Raises:
        IntegrityError: the copy is not what its archive states.
        UnreadableError: it is neither.
        UnavailableError: it cannot be reached or not be read.
    """
    client = remote.client()
    found = remote.found(client)
    if found.manifest is not None and found.size is not None:
        remote.listener.note(
            f"read the copy of {layout.MANIFEST} beside {found.name}; `import` compares it with the bundle"
        )
        data = small_file(found.manifest, client, MAX_BYTES)
        where = f"{layout.MANIFEST} beside {found.name}"
        return Seen(parse_manifest(data, where), found.name, found.size, is_manifest=False)
    with suppress(NoRangesError):
        return _seen_inside(remote, found, client)
    given = _given_out(found, client)
    if given is None or found.size is None:
        return _seen_inside(remote, found, client, whole=True)
    where = f"{layout.MANIFEST} in {found.name}"
    remote.listener.note(f"read {where}, as its archive gives it out")
    return Seen(parse_manifest(given, where), found.name, found.size, is_manifest=False)


def _seen_inside(remote: Remote, found: RemoteFile, client: Client, *, whole: bool = False) -> Seen:
    """What is read out of the file itself.

    Raises:
        NoRangesError: the server gives out whole files only, and not the whole is to be brought.
    """
    with in_parts_or_whole(remote, found, client) if whole else in_parts(found, client) as file:
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


def _given_out(found: RemoteFile, client: Client) -> bytes | None:
    """The manifest, taken out of the bundle by its archive; None where that does not do so."""
    if not found.member:
        return None
    inside = RemoteFile(found.member.replace("{}", layout.MANIFEST), layout.MANIFEST)
    try:
        return small_file(inside, client, MAX_BYTES)
    except UnavailableError:
        return None  # such as of a bundle in a bag: then the whole is brought


def require_same_manifest(bundle: Bundle, found: RemoteFile, client: Client) -> None:
    """Make sure that the copy of the manifest beside a remote bundle, if there is one, is the bundle's.

    Who looked at the copy before has seen what is in the bundle then.

    Raises:
        IntegrityError: it is another one.
        UnavailableError: it cannot be had.
    """
    if found.manifest is None:
        return
    if small_file(found.manifest, client, MAX_BYTES) != bundle.manifest_bytes():
        raise IntegrityError(
            f"the {layout.MANIFEST} beside {found.name} is not the one in it",
            "`show` and `plan` of this record tell of another experiment than the bundle holds",
            f"Tell whoever published it; {found.address or shown(found.url)} is the address of the bundle "
            "alone",
        )


@contextmanager
def brought_whole(remote: Remote) -> Iterator[Path]:
    """A remote file at a temporary place, compared with what its archive states; of volumes the first.

    Raises:
        IntegrityError: it is not what its archive states.
        UnavailableError: it cannot be had.
    """
    client = remote.client()
    found = remote.found(client)
    with tempfile.TemporaryDirectory(prefix="reprocrate-") as place:
        brought = bring_aside(found, Path(place) / "bundle", client, remote.listener)
        if len(brought.paths) == 1:
            yield brought.paths[0]
            return
        names = volume_names("bundle.zip", len(brought.paths))
        named = [path.rename(Path(place) / name) for path, name in zip(brought.paths, names, strict=True)]
        yield named[0]


@contextmanager
def in_parts(found: RemoteFile, client: Client) -> Iterator[BinaryIO]:
    """A remote file, open for reading at any place, of which only what is read is brought.

    Raises:
        NoRangesError: the server gives out whole files only.
        UnavailableError: it cannot be had.
    """
    file = open_volumes(found.volumes, client) if found.volumes else RangedFile(found.url, client, found.size)
    with file:
        yield cast(BinaryIO, file)


@contextmanager
def in_parts_or_whole(remote: Remote, found: RemoteFile, client: Client) -> Iterator[BinaryIO]:
    """A remote file, open for reading at any place; brought whole where its server gives out no parts.

    Raises:
        UnavailableError: it cannot be had.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(in_parts(found, client))
        except NoRangesError as error:
            whole = found.size if found.size is not None or found.volumes else error.size
        else:
            yield file
            return
        size = "of unknown size" if whole is None else size_text(whole)
        remote.listener.note(
            f"the server gives out whole files only, so all of {found.name} is brought: {size}"
        )
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="reprocrate-"))
        brought = bring_aside(found, Path(place) / "bundle", client, remote.listener)
        yield stack.enter_context(brought.open())


def bring_aside(found: RemoteFile, target: Path, client: Client, progress: Progress) -> Brought:
    """Bring a remote file whole, and compare it with what its archive states.

    Args:
        found: the file.
        target: what it would be called; it keeps the name of an incomplete file beside that.
        client: who asks.
        progress: who listens.

    Raises:
        IntegrityError: it is not what its archive states.
        UnreadableError: it is in volumes, of which some are missing.
        UnavailableError: it cannot be had; what has arrived is kept.
    """

    def tell(done: int, total: int | None) -> None:
        progress.transfer(f"bringing {found.name}", done, max(total or 0, done + (total is None)))

    if found.volumes:
        return bring_volumes(found, target, client, tell)
    path = download_aside(
        found.url,
        target,
        client=client,
        size=found.size,
        md5=found.md5,
        sha256=found.sha256,
        notify=tell,
    )
    return Brought((path,))


def _tell_brought(remote: Remote, file: BinaryIO, size: int) -> None:
    brought = getattr(file, "brought", None)
    if brought is not None and size:
        remote.listener.note(f"read {size_text(brought)} of {size_text(size)}")


def source_of(remote: Remote, found: RemoteFile) -> dict[str, object]:
    """Where something was brought from, as the imported folder notes it: without keys in an address."""
    about = {"address": shown(found.url), "doi": remote.reference.doi}
    about |= {"sha256": found.sha256, "md5": found.md5}
    known: dict[str, object] = {name: text for name, text in about.items() if text}
    if found.size is not None:
        known["size"] = found.size
    if found.volumes:
        return known | {"volumes": [one.sha256 or one.md5 or "" for one in found.volumes]}
    return known


def is_from(found: RemoteFile, source: object) -> bool:
    """Whether something was brought from the very bytes that an archive states now, by digest and size.

    Args:
        found: what it states now.
        source: what `source_of` noted then; anything else is no proof.
    """
    if not isinstance(source, dict) or source.get("size") != found.size:
        return False
    if found.volumes:
        digests = [one.sha256 or one.md5 for one in found.volumes]
        return all(digests) and source.get("volumes") == digests
    digests = [found.sha256 or found.md5]
    return all(digests) and [source.get("sha256") or source.get("md5")] == digests
