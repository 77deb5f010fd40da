"""`export`: what an experiment or a rerun is written as for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.bundle import open_bundle
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.errors import IntegrityError, UnreadableError, UsageError
from reprocrate.exports import KINDS, Export, Kind, Request, export
from reprocrate.exports.request import Person, RerunFile
from reprocrate.files import could_not, sha256_bytes, sha256_file, write_atomically
from reprocrate.manifest import Manifest, load_manifest, parse_manifest
from reprocrate.manifest.strict import parse
from reprocrate.rerun.environment.torch_builds import torch_backend, torch_index
from reprocrate.standard import problems
from reprocrate.workflow.opening import Kind as Form
from reprocrate.workflow.opening import added_by_us, kind_of, open_what
from reprocrate.workflow.reproduction import ORIGINAL, PLACE, VERDICT, WORK, is_rerun

_MOST_VERDICT_BYTES = 64 << 20
_RERUNS = ".reprocrate/reruns"


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What the user says beside what is recorded.

    Attributes:
        output: the file or folder to write to.
        force: whether files that are there give way.
        people: who reran.
        certificate: CODECHECK's number of this.
        report: where the report is published.
        bundle: the bundle that was rerun, of which a statement is to name the file's digest as well.
    """

    output: Path | None = None
    force: bool = False
    people: tuple[Person, ...] = ()
    certificate: str | None = None
    report: str | None = None
    bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written where, and what is still missing in it."""

    kind: str
    files: tuple[Path, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {
            "kind": self.kind,
            "files": [str(path) for path in self.files],
            "missing": list(self.missing),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class _Source:
    """What there is to export."""

    manifest: Manifest
    manifest_sha256: str
    original: Manifest | None = None
    verdict: Mapping[str, Any] | None = None


def make_export(kind: str, what: Path, choice: ExportChoice) -> Export:
    """The files of an export, without writing them.

    Raises:
        UsageError: there is no such kind, or what is there does not have what it is made from.
        UnreadableError, IntegrityError: it cannot be read as what it is.
        UnavailableError: the kind has no words for what was recorded.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no export {kind!r}", fix=f"There are {', '.join(sorted(KINDS))}")
    source = _source(what, KINDS[kind])
    request = Request(
        manifest=source.manifest,
        manifest_sha256=source.manifest_sha256,
        what=str(what),
        original=source.original,
        verdict=source.verdict,
        tested=_tested(choice.bundle, source.verdict) if choice.bundle else None,
        people=choice.people,
        certificate=choice.certificate,
        report=choice.report,
        index=_index(source.manifest),
    )
    return export(kind, request)


def export_experiment(kind: str, what: Path, choice: ExportChoice) -> Exported:
    """Write an export. Nothing is written where a file that is there would be lost.

    Raises:
        ReprocrateError: as `make_export`.
        UsageError: a file is there already.
        UnavailableError: it cannot be written.
    """
    made = make_export(kind, what, choice)
    name = KINDS[kind].file
    if name is not None:
        target = choice.output or Path(name)
        places = {target / name if target.is_dir() else target: made.files[name]}
    else:
        folder = choice.output or Path()
        places = {folder / path: data for path, data in made.files.items()}
    _require_free(places, force=choice.force)
    for place, data in places.items():
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise could_not("create", place.parent, error) from error
        write_atomically(place, data)
    return Exported(kind, tuple(places), made.missing, made.notes)


def _require_free(places: Mapping[Path, bytes], *, force: bool) -> None:
    for place, data in places.items():
        try:
            there = place.exists() and not (place.is_file() and place.read_bytes() == data)
        except OSError as error:
            raise could_not("read", place, error) from error
        if there and (not force or not place.is_file()):
            raise UsageError(
                f"{place} exists and holds something else",
                "it would be lost",
                "Name another place with -o, or replace it with --force",
            )


def _source(what: Path, kind: Kind) -> _Source:
    """The record, and for what is about a rerun its verdict."""
    form, path = kind_of(what) if not is_rerun(what) else (Form.PROJECT, what / WORK)
    rerun = path.parent if path.name == WORK and is_rerun(path.parent) else None
    if rerun is not None:
        return _from_rerun(rerun)
    if form not in (Form.BUNDLE, Form.CRATE):
        manifest = open_what(what).manifest
        return _Source(manifest, sha256_bytes(manifest.to_bytes()))
    source = _from_bundle(path)
    if (
        kind.of_reruns
        and source.verdict is None
        and (reruns := sorted((path / _RERUNS).glob(f"*/{VERDICT}")))
    ):
        raise UsageError(
            f"{what} is what was rerun, and holds no verdict",
            f"it has {len(reruns)} rerun{'s' if len(reruns) > 1 else ''}",
            f"Give the folder of one, such as {reruns[-1].parent}",
        )
    return source


def _from_rerun(folder: Path) -> _Source:
    """What a rerun left; where nothing was run, the record is the original's."""
    ran = (folder / WORK).is_dir()
    manifest = open_what(folder).manifest if ran else load_manifest(folder / ORIGINAL)
    try:
        data = (folder / VERDICT).read_bytes()
    except OSError as error:
        raise could_not("read", folder / VERDICT, error) from error
    return _Source(
        manifest,
        sha256_bytes(manifest.to_bytes()),
        load_manifest(folder / ORIGINAL),
        _verdict(data, str(folder / VERDICT)),
    )


def _from_bundle(path: Path) -> _Source:
    with open_bundle(path, skip=added_by_us) as bundle:
        data = bundle.manifest_bytes()
        manifest = parse_manifest(data, f"the manifest of {path}")
        about, original, verdict = manifest.reproduces, None, None
        names = set(bundle.names())
        if about and about.verdict and about.verdict.path in names:
            place = about.verdict.path
            verdict = _verdict(bundle.read(place, _MOST_VERDICT_BYTES), f"{place} of {path}")
        if f"{PLACE}{ORIGINAL}" in names:
            text = bundle.read(f"{PLACE}{ORIGINAL}", _MOST_VERDICT_BYTES)
            original = parse_manifest(text, f"{PLACE}{ORIGINAL} of {path}")
    return _Source(manifest, sha256_bytes(data), original, verdict)


def _verdict(data: bytes, name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = parse(data, name)
    if wrong := problems(document, "verdict"):
        raise UnreadableError(f"{name} is no verdict", f"{wrong[0].pointer or '/'}: {wrong[0].message}")
    return document


def _tested(bundle: Path, verdict: Mapping[str, Any] | None) -> RerunFile:
    """The file of the bundle that was rerun.

    Raises:
        UsageError: it is another one.
    """
    if not bundle.is_file():
        raise UsageError(f"--bundle {bundle} is no file", fix="Give the bundle that was rerun")
    with open_bundle(bundle) as opened:
        payload = opened.payload_digest()
    expected = verdict["circumstances"]["payload_sha256"] if verdict else None
    if payload != expected:
        raise IntegrityError(
            f"{bundle} is not what was rerun", f"its payload digest is {payload}, not {expected}"
        )
    if volumes := volumes_at(bundle):
        return RerunFile(volumes.bundle.name, volumes.sha256())
    return RerunFile(bundle.name, sha256_file(bundle).sha256)


def _index(manifest: Manifest) -> str | None:
    """The index that PyTorch's own builds are on, where the packages have a label of one."""
    labelled = {(one.name, one.local_label) for each in manifest.environments for one in each.packages}
    backend = torch_backend(sorted(labelled, key=str))
    return torch_index(backend) if backend else None
