"""`import`: a bundle verified, unpacked and planned; with `--prepare` environments built and data brought."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reprocrate.bundle import USUAL, Bundle, Limits, open_bundle, printable
from reprocrate.bundle.extraction import is_empty_folder
from reprocrate.bundle.part import Part
from reprocrate.bundle.volume_list import LIST_SUFFIX, volume_name
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.deposit.candidates import RemoteFile
from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.files import write_atomically
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.rerun.environment.permission import Permission
from reprocrate.rerun.plan import Plan
from reprocrate.rerun.plan.claim_share import needed_files
from reprocrate.workflow.bringing import Bringing, prepare_data
from reprocrate.workflow.declared_files import require_declared_files
from reprocrate.workflow.foreign_crates import foreign_cannot_be_rerun
from reprocrate.workflow.interruption import going_on
from reprocrate.workflow.opening import FORGED, Kind, added_by_us, forged, kind_of
from reprocrate.workflow.partial import IMPORTED, partial_of
from reprocrate.workflow.planning import plan_of
from reprocrate.workflow.preparing import prepare_environments
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.remote import Remote, bring_aside, opened_remote, require_same_manifest, source_of

_KEPT = "What has arrived is kept: the same command goes on from there"
_AGAIN = "Nothing of it is left: the same command begins again"
_SUFFIXES = (".crate.zip", ".zip", ".crate.tar.zst", ".tar.zst", ".crate")


@dataclass(frozen=True, slots=True)
class Imported:
    """An imported experiment.

    Attributes:
        folder: where it lies.
        manifest: its manifest, which is authoritative there.
        payload_digest: the identity of its bundle.
        plan: what a rerun here would need.
        claim: the claim for which a part of it was brought; None for all of it.
        not_brought: how many files of the bundle were left where they are.
    """

    folder: Path
    manifest: Manifest
    payload_digest: str
    plan: Plan
    claim: str | None = None
    not_brought: int = 0

    def to_json(self) -> dict[str, Any]:
        """The plan, and where the folder is."""
        about: dict[str, Any] = {"folder": str(self.folder), "payload_sha256": self.payload_digest}
        if self.claim is not None:
            about["partial"] = {"claim": self.claim, "not_brought": self.not_brought}
        return self.plan.to_json() | about


def import_bundle(
    what: Path | Remote,
    folder: Path | None,
    progress: Progress,
    *,
    prepare: bool = False,
    limits: Limits = USUAL,
    claim: str | None = None,
    check: Callable[[Path], object] | None = None,
    data: Bringing | None = None,
) -> Imported:
    """Verify every digest, unpack into a new folder, and plan. Executes nothing.

    Args:
        what: a bundle, a crate folder, or where a bundle lies on the network. A remote one is brought first,
            beside the folder, where it stays if it is interrupted, so that the same call goes on.
        folder: where to; the bundle's name in the current folder where none is given.
        progress: who listens.
        prepare: whether to build the environments and bring the data, too.
        limits: how much the bundle may hold.
        claim: only what the rerun of the claim of this id needs.
        check: called with the bundle's file before anything of it is unpacked.
        data: how data is brought that does not come with the bundle.

    Raises:
        UsageError: it is no bundle, the folder is not empty, or there is no such claim.
        IntegrityError: a file is changed, missing or extra; nothing is left behind.
        UnreadableError, UnavailableError: it cannot be read, or the folder not be written, or what was to be
            prepared cannot be had; the folder is complete then all the same.
        KeyboardInterrupt: interrupted; its text tells how to go on.
    """
    if isinstance(what, Remote):
        bringing = _Bringing(what, folder, progress, limits)
        with going_on(_AGAIN if claim is not None else _KEPT):
            imported = bringing.of_claim(claim, check) if claim is not None else bringing.whole(check)
    else:
        kind, path = kind_of(what)
        _require_bundle(what, kind)
        target = folder or Path(default_name(path))
        if check:
            check(path)
        with going_on(_AGAIN):
            if volumes := volumes_at(path):
                volumes.require_intact(counter(progress, "checking the volumes", volumes.size))
            about = {"bundle": volumes.bundle.name if volumes else path.name}
            with open_bundle(path, skip=added_by_us, limits=limits) as bundle:
                imported = _unpacked(bundle, target, progress, about, claim)
    if not prepare:
        return imported
    place = shlex.quote(str(imported.folder))
    with going_on(f"{place} is complete: `reprocrate rerun {place}` prepares what is lacking"):
        return _prepared(imported, data or Bringing(), progress)


def _prepared(imported: Imported, brought: Bringing, progress: Progress) -> Imported:
    """An imported folder with environments and data, and what a rerun still needs then."""
    tasks = imported.plan.tasks
    needed = {one.recorded.environment for one in tasks if one.recorded.environment}
    permission = Permission(brought.reach, brought.agrees)
    prepare_environments(
        imported.manifest,
        imported.folder,
        progress,
        None if imported.claim is None else needed,
        permission=permission,
    )
    provision = prepare_data(imported.manifest, tasks, imported.folder, brought, progress)
    plan = plan_of(imported.manifest, imported.folder, provision=provision)
    return replace(imported, plan=plan)


def _require_bundle(what: Path, kind: Kind) -> None:
    if kind is Kind.FOREIGN:
        raise foreign_cannot_be_rerun(what)
    if kind not in (Kind.BUNDLE, Kind.CRATE):
        raise UsageError(
            f"{what} is a {kind.value}, not a bundle",
            fix="Make a bundle with `reprocrate pack`, and import that",
        )
    if part := partial_of(what):
        raise UsageError(
            f"{what} holds only a part of a bundle", f"{part}", "Import again from where the bundle is"
        )


@dataclass(frozen=True, slots=True)
class _Bringing:
    """A remote bundle on its way into a folder."""

    remote: Remote
    folder: Path | None
    progress: Progress
    limits: Limits

    def whole(self, check: Callable[[Path], object] | None) -> Imported:
        """All of it: brought beside the folder first, so that it can go on where it was broken off."""
        if self.folder is not None:
            is_empty_folder(self.folder)  # before anything is asked
        client = self.remote.client()
        found = self.remote.found(client)
        target = self._target(found)
        beside = target.parent / f"{target.name or 'bundle'}.download"
        brought = bring_aside(found, beside, client, self.progress)
        try:
            if check:
                with brought.one_file(beside) as file:
                    check(file)
            with (
                brought.open() as content,
                open_bundle(Path(found.name), limits=self.limits, file=content) as bundle,
            ):
                require_same_manifest(bundle, found, client)
                imported = _unpacked(bundle, target, self.progress, self._about(found), None)
        except (IntegrityError, UnreadableError):
            brought.remove()
            raise
        brought.remove()
        return imported

    def of_claim(self, claim: str, check: Callable[[Path], object] | None) -> Imported:
        """What a claim needs, without the rest."""
        if check:
            raise UsageError(
                "--claim and --signature do not go together here",
                "a signature is of the whole file, of which only a part would be brought",
                "Leave one of them out",
            )
        if self.folder is not None:
            is_empty_folder(self.folder)
        with opened_remote(self.remote, self.limits) as (bundle, found):
            require_same_manifest(bundle, found, self.remote.client())
            return _unpacked(bundle, self._target(found), self.progress, self._about(found), claim)

    def _target(self, found: RemoteFile) -> Path:
        target = self.folder or Path(default_name(Path(found.name)))
        is_empty_folder(target)
        return target

    def _about(self, found: RemoteFile) -> dict[str, object]:
        return {"bundle": found.name, "source": source_of(self.remote, found)}


def _unpacked(
    bundle: Bundle, target: Path, progress: Progress, about: Mapping[str, object], claim: str | None
) -> Imported:
    """Check and unpack a bundle, or what a claim needs of it."""
    manifest = parse_manifest(bundle.manifest_bytes(), f"the manifest of {bundle.path}")
    _refuse_our_own_places(bundle)
    digest = bundle.payload_digest()
    marker: dict[str, object] = {**about, "payload_sha256": digest, "id": manifest.id}
    absent: dict[str, int | None] = {}
    if claim is None:
        require_declared_files(bundle, manifest)
        bundle.extract(target, counter(progress, "checking and unpacking", bundle.total_size))
    else:
        only = needed_files(manifest, claim, bundle.names())
        part = Part(bundle.members, bundle.links, only)
        absent = part.absent()
        require_declared_files(bundle, manifest, plainly=False)
        bundle.extract(target, counter(progress, "bringing and checking", part.size), only)
        marker["partial"] = {"claim": claim, "not_brought": absent}
    write_atomically(target / IMPORTED, json.dumps(marker, indent=1).encode() + b"\n")
    plan = plan_of(manifest, target)
    return Imported(target, manifest, digest, plan, claim, len(absent))


def _refuse_our_own_places(bundle: Bundle) -> None:
    """A bundle must not bring what only import and rerun make.

    Raises:
        IntegrityError: it does.
    """
    if found := forged(bundle):
        raise IntegrityError(f"{bundle.path} holds {printable(found[0])}", FORGED, "Do not use this bundle")


def default_name(bundle: Path) -> str:
    """Name of the folder that a bundle is unpacked to."""
    if bundle.is_dir() and (volumes := volumes_at(bundle)):
        bundle = volumes.bundle
    of = volume_name(bundle.name)
    name = of.bundle if of else bundle.name.removesuffix(LIST_SUFFIX)
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix)
    return f"{name}-imported"
