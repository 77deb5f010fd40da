"""What is to be deposited: a bundle, or a project that is packed once its DOI is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.bundle import layout, open_bundle
from reprocrate.deposit.journal import SUFFIX
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.workflow.opening import Kind, kind_of
from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Progress
from reprocrate.workflow.project import Project, name_of, open_project
from reprocrate.workflow.publishing.identifying import doi_in, require_writable, with_doi, written_place
from reprocrate.workflow.publishing.noting import project_of_bundle
from reprocrate.workflow.publishing.wanted import PublishingChoice


@dataclass(frozen=True, slots=True)
class Material:
    """What is to be deposited.

    Attributes:
        manifest: the experiment.
        bundle: the bundle, or where it is to be.
        project: the project that it is of, if that is here.
        packs: whether the project has to be packed.
        payload: the payload digest; empty where it is not known yet.
        doi: the DOI that the bundle, or the reviewed one, says it is kept under; empty if it says none.
        journal: where what was begun is written down.
    """

    manifest: Manifest
    bundle: Path
    project: Project | None
    packs: bool
    payload: str
    doi: str
    journal: Path

    @property
    def anonymous(self) -> bool:
        """Whether it shows nobody."""
        return self.manifest.anonymous is not None

    def identified(self, doi: str, choice: PublishingChoice, progress: Progress) -> Material | PackingOutcome:
        """The bundle that says under which DOI it is kept; or why the project cannot be packed.

        Raises:
            IntegrityError: the bundle is not intact.
            UnavailableError: it cannot be written.
        """
        if self.packs:
            return self._packed(doi, choice, progress)
        if choice.as_is or not doi:
            return self
        target = written_place(self.bundle, choice.packing.output)
        elsewhere = target.absolute() != self.bundle.absolute()
        if self.doi != doi or elsewhere:  # what lies at another place may be anything, and is written again
            with_doi(self.bundle, doi, target, progress)
            progress.note(f"{target} says now that it is kept under {doi}; its payload is the same")
            signature = target.with_name(f"{target.name}.sig")
            if signature.exists():
                progress.warn(f"{signature} was made before and no longer fits: sign the bundle once more")
        return replace(self, bundle=target)

    def _packed(self, doi: str, choice: PublishingChoice, progress: Progress) -> Material | PackingOutcome:
        root = self.project.root if self.project else Path()
        outcome = pack_project(root, choice.packing._replace(doi=doi, output=self.bundle), progress)
        if outcome.packed is None:
            return outcome
        path = outcome.packed.path
        with open_bundle(path) as bundle:
            manifest = parse_manifest(bundle.manifest_bytes(), f"{layout.MANIFEST} in {path}")
        return replace(self, manifest=manifest, bundle=path, payload=outcome.packed.payload_digest)


def material(what: Path, choice: PublishingChoice, progress: Progress) -> Material | PackingOutcome:
    """What is to be deposited; or why a project cannot be packed, before a DOI is asked for.

    Raises:
        ReprocrateError: it is neither a bundle nor a project, or cannot be read or packed.
    """
    kind, place = kind_of(what)
    packing = choice.packing
    if kind in (Kind.BUNDLE, Kind.CRATE):
        if packing.anonymous or packing.reveal:
            raise UsageError(f"{what} is packed already", fix="Give the project: publish FOLDER --anonymous")
        if packing.named or (packing.data, packing.form) != (PackingChoice().data, PackingChoice().form):
            raise UsageError(
                f"{what} is packed already",
                "--data and --format say how a project is packed",
                "Leave them out",
            )
        return _of_bundle(place, choice)
    if kind is not Kind.PROJECT:
        raise UsageError(
            f"{what} is a {kind.value}",
            "a bundle is deposited, or a project that is packed for it",
            "Pack it",
        )
    if packing.anonymous:
        outcome = pack_project(place, packing, progress)
        return outcome if outcome.packed is None else _of_bundle(outcome.packed.path, choice)
    outcome = pack_project(place, packing._replace(dry=packing.reveal is None), progress)
    if outcome.listing is None or outcome.proposal is not None:
        return outcome
    bundle = packing.output or Path(f"{name_of(place)}{packing.form.suffix}")
    project = open_project(place)
    return Material(
        project.manifest,
        bundle,
        project,
        packs=True,
        payload=outcome.packed.payload_digest if outcome.packed else outcome.payload,
        doi=_doi_of(packing.reveal) if packing.reveal else "",
        journal=_journal_of(packing.reveal or bundle),
    )


def _doi_of(path: Path) -> str:
    with open_bundle(path) as bundle:
        return doi_in(bundle)


def _of_bundle(path: Path, choice: PublishingChoice) -> Material:
    with open_bundle(path) as bundle:
        if layout.CHECKSUMS not in bundle.names():
            raise UsageError(
                f"{path} has no {layout.CHECKSUMS}", "so it is no bundle that was packed", "Pack it first"
            )
        manifest = parse_manifest(bundle.manifest_bytes(), f"{layout.MANIFEST} in {path}")
        payload, doi = bundle.payload_digest(), doi_in(bundle)
    if choice.as_is and path.is_dir():
        raise UsageError(f"{path} is a folder", "an archive takes files", "Leave out --as-is")
    if not choice.as_is:
        require_writable(written_place(path, choice.packing.output))
    project = None if manifest.anonymous else project_of_bundle(path, manifest.id)
    return Material(manifest, path, project, packs=False, payload=payload, doi=doi, journal=_journal_of(path))


def _journal_of(bundle: Path) -> Path:
    return bundle.absolute().with_name(bundle.name + SUFFIX)
