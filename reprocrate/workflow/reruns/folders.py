"""The folder that a rerun works in: imported, unchanged since, with a place for each rerun."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from reprocrate import __version__
from reprocrate.bundle import open_bundle
from reprocrate.errors import UsageError
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.workflow.foreign_crates import foreign_cannot_be_rerun
from reprocrate.workflow.importing import default_name, import_bundle
from reprocrate.workflow.opening import IMPORTED, Kind, added_by_us, kind_of
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.reproduction import REQUEST, VERDICT
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.validating import require_declared_files

RERUNS = ".reprocrate/reruns"
"""Where reruns leave what they make, below the imported folder."""

_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s<>\"]{1,300}")


def imported_folder(what: Path, progress: Progress) -> Path:
    """The folder to work in: a bundle, or one unpacked by hand, is imported first, unless that was done."""
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
        if _imported_payload(target) == digest:
            progress.note(f"going on in {target}, where this bundle was imported to")
            return target
    return import_bundle(path, target, progress).folder


def _imported_payload(folder: Path) -> object:
    """The payload digest of what was imported to a folder; None where that is not known any more."""
    return _imported(folder, "payload_sha256")


def archived_doi(folder: Path) -> str | None:
    """The DOI that a bundle was imported by; None where it was not, or that is not known any more."""
    doi = _imported(folder, "doi")
    return doi if isinstance(doi, str) and _DOI.fullmatch(doi) else None


def _imported(folder: Path, name: str) -> object:
    try:
        found = json.loads((folder / IMPORTED).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found.get(name) if isinstance(found, dict) else None


def verified_manifest(folder: Path, progress: Progress) -> tuple[Manifest, str]:
    """The manifest and payload digest of an imported folder, in which nothing has changed since."""
    with open_bundle(folder, skip=added_by_us) as bundle:
        bundle.require_intact(counter(progress, "checking digests", bundle.total_size))
        manifest = parse_manifest(bundle.manifest_bytes(), f"the manifest in {folder}")
        require_declared_files(bundle, manifest)
        return manifest, bundle.payload_digest()


def place_of(folder: Path, choice: RerunChoice, payload: str) -> Path:
    """The rerun's folder: that of the same rerun if it was broken off, else a new one."""
    request = json.loads(json.dumps(asdict(choice) | {"payload_sha256": payload, "tool": __version__}))
    for earlier in sorted((folder / RERUNS).glob(f"*/{REQUEST}"), reverse=True):
        if not (earlier.parent / VERDICT).exists() and json.loads(earlier.read_bytes()) == request:
            return earlier.parent
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
    place = folder / RERUNS / name
    place.mkdir(parents=True)
    write_atomically(place / REQUEST, json.dumps(request, indent=1).encode() + b"\n")
    return place
