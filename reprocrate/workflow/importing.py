"""`import`: a bundle verified, unpacked and planned; with `--prepare` environments built and data brought."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.bundle import USUAL, Bundle, Limits, open_bundle, printable
from reprocrate.errors import IntegrityError, UsageError
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.rerun.plan import Plan
from reprocrate.workflow.bringing import Bringing, prepare_data
from reprocrate.workflow.foreign_crates import foreign_cannot_be_rerun
from reprocrate.workflow.opening import FORGED, IMPORTED, Kind, added_by_us, forged, kind_of
from reprocrate.workflow.planning import plan_of
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.validating import require_declared_files

_SUFFIXES = (".crate.zip", ".zip", ".crate.tar.zst", ".tar.zst", ".crate")


@dataclass(frozen=True, slots=True)
class Imported:
    """An imported experiment.

    Attributes:
        folder: where it lies.
        manifest: its manifest, which is authoritative there.
        payload_digest: the identity of its bundle.
        plan: what a rerun here would need.
    """

    folder: Path
    manifest: Manifest
    payload_digest: str
    plan: Plan

    def to_json(self) -> dict[str, Any]:
        """The plan, and where the folder is."""
        return self.plan.to_json() | {"folder": str(self.folder), "payload_sha256": self.payload_digest}


def import_bundle(
    what: Path,
    folder: Path | None,
    progress: Progress,
    *,
    prepare: bool = False,
    limits: Limits = USUAL,
    bringing: Bringing | None = None,
) -> Imported:
    """Verify every digest, unpack into a new folder, and plan. Executes nothing.

    Args:
        what: a bundle or a crate folder.
        folder: where to; the bundle's name in the current folder where none is given.
        progress: who listens.
        prepare: whether to build the environments and bring the data, too.
        limits: how much the bundle may hold.
        bringing: how data is brought that does not come with the bundle.

    Raises:
        UsageError: it is no bundle, or the folder is not empty.
        IntegrityError: a file is changed, missing or extra; nothing is left behind.
        UnreadableError, UnavailableError: it cannot be read, or the folder not be written, or what was to be
            prepared cannot be had; the folder is complete then all the same.
    """
    kind, path = kind_of(what)
    if kind is Kind.FOREIGN:
        raise foreign_cannot_be_rerun(what)
    if kind not in (Kind.BUNDLE, Kind.CRATE):
        raise UsageError(
            f"{what} is a {kind.value}, not a bundle",
            fix="Make a bundle with `reprocrate pack`, and import that",
        )
    target = folder or Path(default_name(path))
    with open_bundle(path, skip=added_by_us, limits=limits) as bundle:
        manifest = parse_manifest(bundle.manifest_bytes(), f"the manifest of {path}")
        require_declared_files(bundle, manifest)
        _refuse_our_own_places(bundle)
        bundle.extract(target, counter(progress, "checking and unpacking", bundle.total_size))
        digest = bundle.payload_digest()
    marker = {"payload_sha256": digest, "bundle": path.name, "id": manifest.id}
    write_atomically(target / IMPORTED, json.dumps(marker, indent=1).encode() + b"\n")
    provision = None
    if prepare:
        prepare_environments(manifest, target, progress)
        provision = prepare_data(manifest, target, bringing or Bringing(), progress)
    return Imported(target, manifest, digest, plan_of(manifest, target, provision=provision))


def _refuse_our_own_places(bundle: Bundle) -> None:
    """A bundle must not bring what only import and rerun make.

    Raises:
        IntegrityError: it does.
    """
    if found := forged(bundle):
        raise IntegrityError(f"{bundle.path} holds {printable(found[0])}", FORGED, "Do not use this bundle")


def default_name(bundle: Path) -> str:
    """Name of the folder that a bundle is unpacked to."""
    name = bundle.name
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix)
    return f"{name}-imported"
