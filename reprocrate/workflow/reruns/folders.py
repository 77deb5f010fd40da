"""The folder that a rerun works in: imported, unchanged since, with a place for each rerun."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

from reprocrate import __version__
from reprocrate.bundle import open_bundle
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.errors import UsageError
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.workflow.declared_files import require_declared_files
from reprocrate.workflow.foreign_crates import foreign_cannot_be_rerun
from reprocrate.workflow.importing import default_name, import_bundle
from reprocrate.workflow.opening import Kind, added_by_us, kind_of, open_imported
from reprocrate.workflow.partial import IMPORTED, imported_note
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.remote import Remote, is_from, opened_remote
from reprocrate.workflow.reproduction import REQUEST, VERDICT
from reprocrate.workflow.reruns.choice import RerunChoice

RERUNS = ".reprocrate/reruns"
"""Where reruns leave what they make, below the imported folder."""

PAGE = "verdict.html"
"""The verdict for people; written before it, since a rerun with a verdict is done."""

_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s<>\"]{1,300}")


def imported_folder(what: Path | Remote, progress: Progress) -> Path:
    """The folder to work in: a bundle, or one unpacked by hand, is imported first, unless that was done."""
    if isinstance(what, Remote):
        return _imported_remote(what, progress)
    kind, path = kind_of(what)
    if kind is Kind.CRATE and (path / IMPORTED).is_file():
        return path
    if kind is Kind.FOREIGN:
        raise foreign_cannot_be_rerun(what)
    if kind not in (Kind.BUNDLE, Kind.CRATE):
        raise UsageError(
            f"{what} is a {kind.value}", "a rerun begins with a bundle", "Make one with `reprocrate pack`"
        )
    target = Path(default_name(path))
    if (target / IMPORTED).is_file():
        with open_bundle(path, skip=added_by_us) as bundle:
            digest = bundle.payload_digest()
        if _holds_all_of(target, digest):
            progress.note(f"going on in {target}, where this bundle was imported to")
            return target
    return import_bundle(path, target, progress).folder


def _imported_remote(remote: Remote, progress: Progress) -> Path:
    """The folder that a remote bundle was imported to; now, if it was not done before."""
    found = remote.found(remote.client())
    target = Path(default_name(Path(found.name)))
    if (target / IMPORTED).is_file() and _is_of(target, remote, found):
        progress.note(f"going on in {target}, where this bundle was imported to")
        return target
    return import_bundle(remote, target, progress).folder


def _is_of(folder: Path, remote: Remote, found: RemoteFile) -> bool:
    """Whether a folder is a remote bundle, imported: as its archive states, or by the bundle's own list."""
    note = imported_note(folder)
    if "partial" not in note and is_from(found, note.get("source")):
        return True
    with opened_remote(remote) as (bundle, _):
        return _holds_all_of(folder, bundle.payload_digest())


def _holds_all_of(folder: Path, digest: str) -> bool:
    """Whether a folder is the whole bundle with this payload digest, imported."""
    note = imported_note(folder)
    return note.get("payload_sha256") == digest and "partial" not in note


def archived_doi(folder: Path) -> str | None:
    """The DOI that a bundle was imported by; None where it was not, or that is not known any more."""
    source = imported_note(folder).get("source")
    doi = source.get("doi") if isinstance(source, dict) else None
    return doi if isinstance(doi, str) and _DOI.fullmatch(doi) else None


def verified_manifest(folder: Path, progress: Progress) -> tuple[Manifest, str]:
    """The manifest and payload digest of an imported folder, in which nothing has changed since.

    Data that does not come with the bundle may have been put where it belongs: it is no part of the bundle.
    """
    with open_imported(folder) as bundle:
        bundle.require_intact(counter(progress, "checking digests", bundle.total_size))
        manifest = parse_manifest(bundle.manifest_bytes(), f"the manifest in {folder}")
        require_declared_files(bundle, manifest)
        return manifest, bundle.payload_digest()


def place_of(folder: Path, choice: RerunChoice, payload: str) -> Path:
    """The rerun's folder: that of the same rerun if it was broken off, else a new one."""
    request = json.loads(json.dumps(choice.what() | {"payload_sha256": payload, "tool": __version__}))
    for earlier in sorted((folder / RERUNS).glob(f"*/{REQUEST}"), reverse=True):
        if not (earlier.parent / VERDICT).exists() and json.loads(earlier.read_bytes()) == request:
            return earlier.parent
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
    place = folder / RERUNS / name
    place.mkdir(parents=True)
    write_atomically(place / REQUEST, json.dumps(request, indent=1).encode() + b"\n")
    return place
