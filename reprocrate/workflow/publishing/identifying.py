"""A bundle that says under which DOI it is kept: in its metadata and on its page, and nowhere else."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from reprocrate.bundle import Bundle, Entry, Form, Packed, layout, open_bundle, pack, writing_bytes
from reprocrate.bundle.recognition import is_bag
from reprocrate.crate import CHECKED, TARGETS, Target
from reprocrate.crate.reading import read_crate, read_graph, references
from reprocrate.errors import IntegrityError, UnreadableError
from reprocrate.files import could_not, remove_leftovers, temporary_folder
from reprocrate.manifest import parse_manifest
from reprocrate.validation import Subject, validate
from reprocrate.workflow.bundle_files import Making, described
from reprocrate.workflow.contents import ContentFiles, Contents
from reprocrate.workflow.progress import Progress, counter

_MOST_METADATA = 64 << 20
_MADE_ANEW = (layout.WRITING, layout.TREE)
"""What every bundle is given anew when it is packed."""


def doi_in(bundle: Bundle) -> str:
    """The DOI that a bundle says it is kept under; empty if it says none."""
    with suppress(UnreadableError, IntegrityError, KeyError):
        graph = read_graph(bundle.read(layout.METADATA, _MOST_METADATA))
        for name in references(graph.root.get("identifier")):
            value = str(graph.entities.get(name, {}).get("value", ""))
            if value.startswith("doi:"):
                return value.removeprefix("doi:")
    return ""


def with_doi(path: Path, doi: str, target: Path, progress: Progress) -> Packed:
    """Write a bundle once more, with its DOI. Its payload, and so its identity, stays the same.

    Args:
        path: the bundle.
        doi: its DOI.
        target: what to write; the bundle itself may be replaced.
        progress: who listens.

    Raises:
        IntegrityError: the bundle is not intact.
        UnavailableError: it cannot be read, or the new one not be written; what was there is untouched.
    """
    folder = target.absolute().parent
    remove_leftovers(folder)
    with temporary_folder(folder) as place, open_bundle(path) as bundle:
        bundle.extract(place / "bundle", counter(progress, f"checking {path.name}", bundle.total_size))
        contents = _contents(bundle, place / "bundle")
        making = Making(_crate_of(bundle), _form_of(path), doi)
        packed = pack(
            _entries(contents, path.name, making),
            target,
            form=making.form,
            bag=is_bag(path),
            tree=contents.tree,
            progress=counter(progress, "packing it with its DOI", bundle.total_size),
        )
        if packed.payload_digest != bundle.payload_digest():
            raise IntegrityError(f"{path} has another payload when it is packed again")
    return packed


def _entries(contents: Contents, name: str, making: Making) -> list[Entry]:
    """All files of the bundle to be, with a page and metadata that name its DOI."""
    manifest = contents.manifest
    report = validate(Subject.of(manifest, manifest.experiment.title, ContentFiles(contents)))
    entries = [*contents.entries.values(), Entry(layout.WRITING, writing_bytes(making.form))]
    return described(contents, entries, name, report, making)


def _contents(bundle: Bundle, unpacked: Path) -> Contents:
    digests = bundle.checksums()
    entries = {
        member.path: Entry(member.path, unpacked / member.path, member.executable, digests.get(member.path))
        for member in bundle.members
        if layout.in_payload(member.path) and member.path not in _MADE_ANEW
    }
    manifest = parse_manifest(bundle.manifest_bytes(), str(bundle.path))
    return Contents(manifest, entries, links=dict(bundle.links), folders=list(bundle.empty_folders))


def _crate_of(bundle: Bundle) -> Target:
    with suppress(UnreadableError):
        version = read_crate(bundle.read(layout.METADATA, _MOST_METADATA)).version
        return TARGETS.get(version or "", CHECKED)
    return CHECKED


def _form_of(path: Path) -> Form:
    """A folder becomes a ZIP file: an archive takes files."""
    if path.is_dir():
        return Form.ZIP
    with path.open("rb") as file:
        return Form.ZIP if file.read(2) == b"PK" else Form.TAR_ZST


def written_place(path: Path, output: Path | None) -> Path:
    """Where the bundle with the DOI goes: in the place of a file, beside a folder."""
    if output is not None:
        return output
    if not path.is_dir():
        return path
    name = path.name.removesuffix(Form.FOLDER.suffix)
    return path.absolute().parent / f"{name}{Form.ZIP.suffix}"


def require_writable(target: Path) -> None:
    """Make sure that the bundle with the DOI can be written, before a DOI is asked for.

    Raises:
        UnavailableError: it cannot.
    """
    folder = target.absolute().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise could_not("write", target, PermissionError(13, "Permission denied"))
