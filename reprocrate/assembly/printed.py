"""What the paper's own files print in the cells of its tables."""

from __future__ import annotations

from pathlib import Path

from reprocrate.assembly.sections import Section
from reprocrate.files import could_not, open_regular, place_of
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.validation.printed_tables import MAX_BYTES, Around
from reprocrate.validation.printed_tables.matching import Printings


def with_printed_texts(project: Path, document: Section) -> Manifest:
    """The manifest of a document, whose cells say what the files of their tables print.

    A cell that is not found stays as it is: validation says which, and why (RC1208).

    Args:
        project: root of the project.
        document: the manifest as plain values.
    """
    manifest = manifest_from(document, "the assembled manifest")
    if not any(table.file for table in manifest.tables):
        return manifest
    places = Printings(manifest, _around(project)).places
    if not places:
        return manifest
    document = manifest.to_dict()
    for at, table in enumerate(document["tables"]):
        for number, cell in enumerate(table["cells"]):
            if found := places.get(f"/tables/{at}/cells/{number}"):
                cell["text"] = found[1].cell.marked
    return manifest_from(document, "the assembled manifest")


def files_of_tables(project: Path, manifest: Manifest) -> tuple[str, ...]:
    """The files that a manifest's tables are printed in, with those that they bring in.

    Args:
        project: root of the project.
        manifest: its manifest.
    """
    named = dict.fromkeys(table.file for table in manifest.tables if table.file)
    return tuple(dict.fromkeys([*named, *Printings(manifest, _around(project)).files])) if named else ()


def _around(project: Path) -> Around:
    return Around(lambda path: _read(project, path), lambda folder: _names(project, folder))


def _read(project: Path, path: str) -> bytes | None:
    place = place_of(project, path)
    if not place.is_file() or not place.resolve().is_relative_to(project.resolve()):
        return None
    try:
        with open_regular(place) as handle:
            return handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise could_not("read", path, error) from error


def _names(project: Path, folder: str) -> list[str]:
    place = place_of(project, folder) if folder else project
    if not place.is_dir() or not place.resolve().is_relative_to(project.resolve()):
        return []
    try:
        return [f"{folder}/{each.name}" if folder else each.name for each in place.iterdir()]
    except OSError as error:
        raise could_not("read", place, error) from error
