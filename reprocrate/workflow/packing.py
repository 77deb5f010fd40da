"""`pack`: a project as one file, with everything that a reader needs, validated first."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reprocrate.bundle import Entry, Form, Packed, layout, pack, require_room, require_target
from reprocrate.capture.data.digests import Digests, digests_of_project
from reprocrate.crate import CHECKED, TARGETS
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import composed, remove_leftovers
from reprocrate.finding import Finding, Report, Severity
from reprocrate.manifest import save_manifest
from reprocrate.validation import Subject, validate
from reprocrate.workflow.anonymous.anonymising import Anonymity
from reprocrate.workflow.anonymous.blinding import Blinding
from reprocrate.workflow.bundle_files import Making, all_entries, bundle_entries
from reprocrate.workflow.choosing import DataChoice
from reprocrate.workflow.contents import collect
from reprocrate.workflow.fitting import Proposal, proposal
from reprocrate.workflow.hashing import declared_files, hash_ahead, recorded_files
from reprocrate.workflow.identity import known_payload_digest
from reprocrate.workflow.inventory import ContentFiles, Contents, size_of
from reprocrate.workflow.links import with_tree
from reprocrate.workflow.listing import Listing, make_listing
from reprocrate.workflow.locking import make_locks
from reprocrate.workflow.main_program import with_main_program
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.project import Project, find_project, name_of, open_project, refuse_unread
from reprocrate.workflow.screening import screen
from reprocrate.workflow.surprises import surprises
from reprocrate.workflow.wheelhouse import WheelsWanted, with_wheels

_NEVER_PACKED = ("RC00", "RC01", "RC07")
"""Families whose errors stop `pack`: what cannot be read, shape, and integrity."""

_LINE_BYTES = 67
"""What a line of checksums has beside the path: 64 digits, two spaces and the end of the line."""


class PackingChoice(NamedTuple):
    """What the author wants of a bundle.

    Attributes:
        output: the file to write; one of the project's name in the current folder where none is given.
        data: which data travels.
        strict: whether any error stops packing.
        offline: whether to make locks without a package index.
        ro_crate: the version of RO-Crate that the metadata follows, one of `reprocrate.crate.TARGETS`.
        form: what to write.
        bag: whether to put the bundle into a BagIt bag.
        anonymous: what may be shown in a bundle for double-blind review, if it is to be one.
        reveal: the reviewed bundle, if it is to be packed again with the identities.
        wheels: for which platforms wheels travel; None where none do.
        workflow: whether the crate names a main program, also where the author named none.
        named: ids of data sets that travel whatever else is said of them.
        most: how many bytes its files may have before compression; None for any number.
        dry: whether only to say what would be packed. Nothing is written then, not even a lock.
        doi: the DOI under which the bundle will be kept, where that is known.
    """

    output: Path | None = None
    data: DataChoice = "small"
    strict: bool = False
    offline: bool = False
    ro_crate: str = CHECKED.crate_version
    form: Form = Form.ZIP
    bag: bool = False
    anonymous: Anonymity | None = None
    reveal: Path | None = None
    wheels: WheelsWanted | None = None
    workflow: bool = False
    named: tuple[str, ...] = ()
    most: int | None = None
    dry: bool = False
    doi: str = ""

    @property
    def making(self) -> Making:
        """How the bundle's own files are made."""
        return Making(TARGETS[self.ro_crate], self.form, self.doi)


class PackingOutcome(NamedTuple):
    """What became of it: the bundle, or None if something stood in the way.

    Attributes:
        report: what validation said; its errors may stand in the way.
        packed: the bundle.
        secrets: what looks like a secret in files that cannot stay behind, as sentences that name the place.
        identities: what looks like an identity in a bundle that is to show none, likewise.
        listing: what goes into it, where nothing stands in the way.
        proposal: what to leave out, where it would be larger than it may.
        payload: the payload digest of what would be packed; empty where it is not known before.
    """

    report: Report
    packed: Packed | None = None
    secrets: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    listing: Listing | None = None
    proposal: Proposal | None = None
    payload: str = ""

    def to_json(self) -> dict[str, Any]:
        """The bundle as plain JSON values."""
        about: dict[str, Any] = {}
        if self.listing is not None:
            about["listing"] = self.listing.to_json()
        if self.proposal is not None:
            about["proposal"] = self.proposal.to_json()
        if self.packed is None:
            return {"packed": False, **about}
        return {
            "packed": True,
            "path": str(self.packed.path),
            "size": self.packed.size,
            "files": self.packed.files,
            "payload_sha256": self.packed.payload_digest,
            "manifest_sha256": self.packed.manifest_sha256,
            "compressor": self.packed.compressor,
            **about,
        }


def pack_project(folder: Path, choice: PackingChoice, progress: Progress) -> PackingOutcome:
    """Validate and pack a project. Nothing is made for one that cannot be packed, not even its lock.

    Raises:
        UsageError: it does not exist or is no project, nothing has been run, a file has a reserved name, or
            there is no data set of a name that was asked for.
        IntegrityError: a file changed while it was packed.
        UnavailableError: the bundle cannot be written; nothing half-written is left.
    """
    project = _begun(folder, choice, progress)
    blinding = Blinding.open(project.root, choice.anonymous, choice.reveal)
    with TemporaryDirectory(prefix="reprocrate-") as aside:
        draft = _draft(project, choice, blinding, masked=Path(aside) if choice.dry else None)
        if choice.dry or draft.refused:
            return draft.outcome
    made = blinding.makes_locks and make_locks(project, progress, offline=choice.offline)
    if made or choice.wheels or choice.anonymous or choice.reveal:
        project = open_project(project.root) if made else project
        draft = _draft(project, choice, blinding, draft.digests, finishing=progress)
        if draft.refused:
            return draft.outcome
    return _written(project, choice, blinding, draft, progress)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A bundle that could be packed.

    Attributes:
        outcome: what is said of it, or why it cannot be packed.
        refused: whether something stands in the way.
        digests: the digests that were taken.
        contents: the project's files.
        name: its usual name.
        entries: all files.
    """

    outcome: PackingOutcome
    refused: bool
    digests: Digests
    contents: Contents
    name: str = ""
    entries: list[Entry] = field(default_factory=list)


def _draft(
    project: Project,
    choice: PackingChoice,
    blinding: Blinding,
    known: Digests | None = None,
    *,
    masked: Path | None = None,
    finishing: Progress | None = None,
) -> _Draft:
    """Decide what goes into the bundle, and look for what stands in the way.

    Args:
        project: the project.
        choice: what the author wants.
        blinding: what is different for double-blind review.
        known: digests of files that were taken before.
        masked: where masked logs go; a folder of the project where it is None.
        finishing: who listens, once it is known that it can be packed; only then are identities taken out
            and wheels fetched.
    """
    digests = known or digests_of_project(project.root)
    screened = screen(project, collect(project, *blinding.data(choice.data, choice.named), digests), masked)
    contents = with_tree(project.root, screened.contents)
    contents.manifest = with_main_program(project, contents.manifest, wanted=choice.workflow)
    if finishing and not screened.secrets:
        contents = blinding.contents(project, contents, choice.data, choice.named)
        if choice.wheels:
            contents = with_wheels(project.root, contents, choice.wheels, finishing, offline=choice.offline)
    files = ContentFiles(contents, digests)
    report = validate(Subject.of(contents.manifest, project.manifest.experiment.title, files))
    refused = PackingOutcome(report, secrets=screened.secrets, identities=blinding.identities)
    if screened.secrets or any(_stands_in_the_way(finding, choice) for finding in report.findings):
        return _Draft(refused, True, digests, contents)
    if blinding.identities:
        return _Draft(refused, True, digests, contents)
    name = _usual_name(project.root, choice)
    if finishing:
        name = blinding.name(
            name,
            choice.form,
            lambda name: all_entries(contents, bundle_entries(contents, name, report, choice.making)),
        )
    # the bytes do not depend on where they go
    entries = bundle_entries(contents, name, report, choice.making)
    sizes = {composed(entry.path): size_of(entry) for entry in all_entries(contents, entries)}
    sizes[layout.CHECKSUMS] = sum(_LINE_BYTES + len(path.encode()) for path in sizes)
    warnings = [*contents.warnings, *surprises(contents, sizes, project.settings)]
    listing = make_listing(contents, sizes, warnings)
    too_large = None if choice.most is None else proposal(contents, sizes, choice.most)
    payload = known_payload_digest(all_entries(contents, entries)) if choice.dry else None
    outcome = PackingOutcome(report, listing=listing, proposal=too_large, payload=payload or "")
    return _Draft(outcome, too_large is not None, digests, contents, name, entries)


def _written(
    project: Project, choice: PackingChoice, blinding: Blinding, draft: _Draft, progress: Progress
) -> PackingOutcome:
    contents, listing = draft.contents, draft.outcome.listing
    for line in listing.lines() if listing else ():
        progress.note(line)
    for warning in listing.warnings if listing else ():
        progress.warn(warning)
    target = choice.output or Path(draft.name)
    require_room(draft.entries, target, choice.form)
    packed = pack(
        draft.entries,
        target,
        form=choice.form,
        bag=choice.bag,
        tree=contents.tree,
        progress=counter(progress, "packing", sum(map(size_of, draft.entries))),
    )
    if blinding.finish(packed.payload_digest):
        remove_leftovers(project.root)
        try:
            save_manifest(contents.manifest, project.root / layout.MANIFEST)
        except UnavailableError as error:  # the bundle has it, and that is what was asked for
            progress.note(str(error))
    return draft.outcome._replace(packed=packed)


def _begun(folder: Path, choice: PackingChoice, progress: Progress) -> Project:
    """The project, if there is something to pack.

    Raises:
        UsageError: there is not, or the choice contradicts itself.
    """
    if choice.wheels and (choice.anonymous or choice.reveal):
        raise UsageError(
            "--wheels cannot go with --anonymous or --reveal",
            "wheels name the people who made them, whom nobody could tell from the authors",
            "Leave --wheels out for the review",
        )
    if choice.dry and (choice.anonymous or choice.reveal):
        raise UsageError(
            "--dry-run cannot go with --anonymous or --reveal",
            "making a bundle anonymous keeps a secret in the project, and nothing is kept then",
            "Pack it: nothing travels anywhere by that",
        )
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        raise UsageError(f"{folder} {what}", fix="Give pack the folder of a project")
    root = find_project(folder)
    if not choice.dry:
        require_target(choice.output or Path(_usual_name(root, choice)), choice.form)
    digests = digests_of_project(root)
    hash_ahead(declared_files(root), digests, progress)
    project = open_project(root)
    refuse_unread(project)
    if not project.manifest.runs:
        raise UsageError(
            f"nothing has been run in {project.root}",
            "a bundle holds runs and their results",
            "Begin with `reprocrate run --seeds 0-4 -- COMMAND`",
        )
    everything = None if choice.data == "all" else choice.named
    hash_ahead(recorded_files(project, digests, everything), digests, progress)
    return project


def _usual_name(root: Path, choice: PackingChoice) -> str:
    return f"{name_of(root)}{choice.form.suffix}"


def _stands_in_the_way(finding: Finding, choice: PackingChoice) -> bool:
    is_error = finding.severity is Severity.ERROR
    return is_error and (choice.strict or finding.code.startswith(_NEVER_PACKED))
