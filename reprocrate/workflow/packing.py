"""`pack`: a project as one file, with everything that a reader needs, validated first."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from reprocrate import standard
from reprocrate.bundle import Entry, Form, Packed, layout, pack, require_room, require_target, writing_bytes
from reprocrate.capture.data.digests import digests_of_project
from reprocrate.crate import CHECKED, TARGETS, CrateFile, Target, write_crate
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import composed, sha256_bytes, sha256_file
from reprocrate.finding import Finding, Report, Severity
from reprocrate.manifest import save_manifest
from reprocrate.render.preview import preview_page
from reprocrate.render.reproducing import reproducing_text
from reprocrate.validation import Subject, validate
from reprocrate.workflow.contents import ContentFiles, Contents, DataChoice, collect
from reprocrate.workflow.hashing import declared_files, files_among, hash_ahead, written_files
from reprocrate.workflow.locking import make_locks
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.project import find_project, open_project, refuse_unread
from reprocrate.workflow.screening import screen

_NEVER_PACKED = ("RC00", "RC01", "RC07")
"""Families whose errors stop `pack`: what cannot be read, shape, and integrity."""


@dataclass(frozen=True, slots=True)
class PackingChoice:
    """What the author wants of a bundle.

    Attributes:
        output: the file to write; one of the project's name in the current folder where none is given.
        data: which data travels.
        strict: whether any error stops packing.
        offline: whether to make locks without a package index.
        ro_crate: the version of RO-Crate that the metadata follows, one of `reprocrate.crate.TARGETS`.
        form: what to write.
        bag: whether to put the bundle into a BagIt bag.
    """

    output: Path | None = None
    data: DataChoice = "small"
    strict: bool = False
    offline: bool = False
    ro_crate: str = CHECKED.crate_version
    form: Form = Form.ZIP
    bag: bool = False


@dataclass(frozen=True, slots=True)
class PackingOutcome:
    """What became of it: the bundle, or None if something stood in the way.

    Attributes:
        report: what validation said; its errors may stand in the way.
        packed: the bundle.
        secrets: what looks like a secret in files that cannot stay behind, as sentences that name the place.
    """

    report: Report
    packed: Packed | None = None
    secrets: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The bundle as plain JSON values."""
        if self.packed is None:
            return {"packed": False}
        return {
            "packed": True,
            "path": str(self.packed.path),
            "size": self.packed.size,
            "files": self.packed.files,
            "payload_sha256": self.packed.payload_digest,
            "manifest_sha256": self.packed.manifest_sha256,
            "compressor": self.packed.compressor,
        }


def pack_project(folder: Path, choice: PackingChoice, progress: Progress) -> PackingOutcome:
    """Validate and pack a project.

    Raises:
        UsageError: it does not exist or is no project, nothing has been run, or a file has a reserved name.
        IntegrityError: a file changed while it was packed.
        UnavailableError: the bundle cannot be written; nothing half-written is left.
    """
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        raise UsageError(f"{folder} {what}", fix="Give pack the folder of a project")
    root = find_project(folder)
    usual = f"{root.name or 'experiment'}{choice.form.suffix}"
    target = choice.output or Path(usual)
    require_target(target, choice.form)
    digests = digests_of_project(root)
    hash_ahead(declared_files(root), digests, progress)
    project = open_project(root)
    refuse_unread(project)
    if not project.manifest.runs:
        raise UsageError(
            f"nothing has been run in {root}",
            "a bundle holds runs and their results",
            "Begin with `reprocrate run --seeds 0-4 -- COMMAND`",
        )
    if make_locks(project, progress, offline=choice.offline):
        project = open_project(root)
    hash_ahead(written_files(project), digests, progress)
    screened = screen(project, collect(project, choice.data))
    contents = screened.contents
    hash_ahead(files_among(contents.entries.values()), digests, progress)
    for note in contents.notes:
        progress.note(f"      {note}")
    subject = Subject.of(contents.manifest, project.manifest.experiment.title, ContentFiles(contents, root))
    report = validate(subject)
    if any(_stands_in_the_way(finding, choice) for finding in report.findings):
        return PackingOutcome(report)
    if screened.secrets:
        return PackingOutcome(report, secrets=screened.secrets)
    entries = bundle_entries(
        contents, usual, report, TARGETS[choice.ro_crate], choice.form
    )  # the bytes do not depend on where they go
    require_room(entries, target, choice.form)
    total = sum(_size(entry) for entry in entries)
    packed = pack(
        entries, target, form=choice.form, bag=choice.bag, progress=counter(progress, "packing", total)
    )
    try:
        save_manifest(contents.manifest, root / layout.MANIFEST)
    except UnavailableError as error:  # the bundle has it, and that is what was asked for
        progress.note(str(error))
    return PackingOutcome(report, packed)


def bundle_entries(
    contents: Contents, name: str, report: Report, crate: Target = CHECKED, form: Form = Form.ZIP
) -> list[Entry]:
    """Everything that goes into the bundle: the project's files and the bundle's own.

    Args:
        contents: the project's files.
        name: the bundle's usual file name, for the commands on its page.
        report: what validation said, for its page.
        crate: what its metadata follows.
        form: what it will be.
    """
    manifest = contents.manifest
    sizes = {path: _size(entry) for path, entry in contents.entries.items()}
    own = {
        layout.MANIFEST: manifest.to_bytes(),
        layout.INSTRUCTIONS: reproducing_text(manifest).encode(),
        layout.PREVIEW: preview_page(manifest, files=sizes, bundle=name, report=report),
        layout.WRITING: writing_bytes(form),
        f"{layout.STANDARD}manifest.schema.json": standard.schema_bytes("manifest"),
        f"{layout.STANDARD}context.jsonld": (
            files("reprocrate") / "schema" / "1.0" / "context.jsonld"
        ).read_bytes(),
        f"{layout.STANDARD}spec.md": (files("reprocrate") / "spec.md").read_bytes(),
    }
    entries = list(contents.entries.values())
    entries += [Entry(path, data) for path, data in own.items()]
    described = [_crate_file(entry) for entry in entries]
    metadata = write_crate(manifest, described, preview=True, target=crate)
    return [*entries, Entry(layout.METADATA, metadata)]


def _stands_in_the_way(finding: Finding, choice: PackingChoice) -> bool:
    is_error = finding.severity is Severity.ERROR
    return is_error and (choice.strict or finding.code.startswith(_NEVER_PACKED))


def _crate_file(entry: Entry) -> CrateFile:
    if isinstance(entry.source, bytes):
        digest: str | None = sha256_bytes(entry.source)
    elif entry.expected_sha256 or "/" in entry.path:
        digest = entry.expected_sha256
    else:  # a file at the root has an entity of its own, whether the manifest knows its digest or not
        digest = sha256_file(entry.source).sha256
    return CrateFile(composed(entry.path), size=_size(entry), sha256=digest, name=entry.path)


def _size(entry: Entry) -> int:
    return len(entry.source) if isinstance(entry.source, bytes) else entry.source.stat().st_size
