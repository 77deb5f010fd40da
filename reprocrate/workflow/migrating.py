"""`migrate`: a manifest of an older version as one of the newest, beside the original."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from reprocrate.bundle import layout, open_bundle
from reprocrate.errors import ReprocrateError, UnreadableError, UsageError
from reprocrate.files import write_atomically
from reprocrate.manifest import (
    VERSION,
    InvalidManifestError,
    Migration,
    Problem,
    document_of,
    document_version,
    is_newer_minor,
    is_older,
    manifest_file_bytes,
    migrate,
)
from reprocrate.manifest.canonical import canonical_bytes
from reprocrate.standard import problems
from reprocrate.workflow.opening import Kind, added_by_us, kind_of, require_there


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` did.

    Attributes:
        subject: the manifest, as the user may call it.
        migration: what was changed, assumed, set aside and lost.
        written: the file of the new manifest; None where nothing had to be done.
        original: the file that has the original's bytes.
    """

    subject: str
    migration: Migration
    written: Path | None
    original: Path


@dataclass(frozen=True, slots=True)
class _Source:
    """A manifest that was read: its bytes, what to call it, and the file that they lie in."""

    data: bytes
    name: str
    path: Path
    in_bundle: bool = False


def migrate_manifest(what: Path, output: Path | None = None, *, in_place: bool = False) -> Migrated:
    """Write a manifest of an older version as one of the newest. No file that exists is written over.

    Args:
        what: a manifest, or a folder or bundle that holds one.
        output: the file to write; by default one beside the original, with the version in its name.
        in_place: whether the new manifest takes the original's name, and the original one with its version.

    Raises:
        UsageError: there is no manifest, or what would be written is already there.
        UnreadableError: it is no sound manifest of a version that is known here.
        UnavailableError: it cannot be read or written.
    """
    if in_place and output is not None:
        raise UsageError("--in-place and --output do not go together", fix="Leave one of them out")
    source = _read(what)
    document = document_of(source.data, source.name)
    version = document_version(document, source.name)
    if is_newer_minor(version):
        raise UnreadableError(
            f"{source.name} follows version {version} of the standard",
            f"that is newer than {VERSION}, the newest known here, and there is no way back",
            "Leave it as it is, or install a newer reprocrate",
        )
    if not is_older(version):
        return Migrated(source.name, Migration(version, version, document), None, source.path)
    if found := problems(document, "manifest", version):
        raise InvalidManifestError(source.name, [Problem(each.pointer, each.message) for each in found])
    migration = migrate(document)
    data = canonical_bytes(migration.document) + b"\n"
    if in_place:
        return Migrated(source.name, migration, source.path, _replace(source, version, data))
    target = output or source.path.with_name(
        f"{Path(layout.MANIFEST if source.in_bundle else source.path.name).stem}-{migration.now}.json"
    )
    _require_free(target, "Choose another file with --output, or move this one away")
    write_atomically(target, data)
    return Migrated(source.name, migration, target, source.path)


def _read(what: Path) -> _Source:
    require_there(what)
    if what.is_dir():
        if not (what / layout.MANIFEST).is_file():
            raise UsageError(
                f"{what} holds no {layout.MANIFEST}",
                "only a manifest that was written can be migrated; that of a project is made anew from its "
                "records",
                "Name the manifest's file",
            )
        what /= layout.MANIFEST
    kind, path = kind_of(what)
    if kind is Kind.MANIFEST:
        return _Source(manifest_file_bytes(path), str(path), path)
    with open_bundle(path, skip=added_by_us) as bundle:
        data = bundle.manifest_bytes(check=False)
    return _Source(data, f"{layout.MANIFEST} in {path}", path, in_bundle=True)


def _replace(source: _Source, version: str, data: bytes) -> Path:
    """Put the new manifest in the original's place; the answer is where the original is then."""
    if source.in_bundle or (source.path.parent / layout.CHECKSUMS).exists():
        raise UsageError(
            f"{source.name} cannot be replaced",
            "the bundle's list of checksums tells its digest, so that every reader would refuse the bundle",
            "Leave --in-place out",
        )
    kept = source.path.with_name(f"{source.path.stem}-{version}{source.path.suffix}")
    if not (kept.is_file() and kept.read_bytes() == source.data):  # as an interrupted migration leaves it
        _require_free(kept, "The original would be kept there. Move that file away")
    write_atomically(kept, source.data)
    try:
        write_atomically(source.path, data)
    except ReprocrateError:
        kept.unlink(missing_ok=True)
        raise
    return kept


def _require_free(path: Path, fix: str) -> None:
    if os.path.lexists(path):
        raise UsageError(f"{path} is already there", "it is not written over", fix)
