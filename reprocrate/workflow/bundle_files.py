"""The bundle's own files: manifest, instructions, standard, page and metadata."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from reprocrate import standard
from reprocrate.bundle import Entry, Form, layout, writing_bytes
from reprocrate.crate import CHECKED, Target, write_crate
from reprocrate.files import composed
from reprocrate.finding import Report
from reprocrate.render.preview import Known, preview_page
from reprocrate.render.reproducing import reproducing_text
from reprocrate.workflow.citing import citation_declared
from reprocrate.workflow.contents import Contents
from reprocrate.workflow.identity import known_payload_digest
from reprocrate.workflow.inventory import crate_file_of, size_of
from reprocrate.workflow.page_contents import curves_of, verdict_of


class Making(NamedTuple):
    """How the bundle's own files are made.

    Attributes:
        crate: what its metadata follows.
        form: what it will be.
        doi: the DOI under which it will be kept; empty where there is none yet.
    """

    crate: Target = CHECKED
    form: Form = Form.ZIP
    doi: str = ""


def bundle_entries(contents: Contents, name: str, report: Report, making: Making) -> list[Entry]:
    """Everything that goes into the bundle: the project's files and the bundle's own.

    Args:
        contents: the project's files.
        name: the bundle's usual file name, for the commands on its page.
        report: what validation said, for its page.
        making: how its own files are made.
    """
    manifest = contents.manifest
    own = {
        layout.MANIFEST: manifest.to_bytes(),
        layout.INSTRUCTIONS: reproducing_text(manifest).encode(),
        layout.WRITING: writing_bytes(making.form),
        f"{layout.STANDARD}manifest.schema.json": standard.schema_bytes("manifest"),
        f"{layout.STANDARD}context.jsonld": (
            files("reprocrate") / "schema" / "1.0" / "context.jsonld"
        ).read_bytes(),
        f"{layout.STANDARD}spec.md": (files("reprocrate") / "spec.md").read_bytes(),
    }
    entries = [*contents.entries.values(), *(Entry(path, data) for path, data in own.items())]
    return described(contents, entries, name, report, making)


def described(
    contents: Contents, entries: Sequence[Entry], name: str, report: Report, making: Making
) -> list[Entry]:
    """The files with the page and the metadata, which tell of them.

    Args:
        contents: the project's files.
        entries: all files but these two.
        name: the bundle's usual file name, for the commands on its page.
        report: what validation said, for its page.
        making: how they are made.
    """
    manifest = contents.manifest
    page = preview_page(
        manifest,
        files={composed(entry.path): size_of(entry) for entry in entries},
        known=Known(name, known_payload_digest(all_entries(contents, entries)), making.doi),
        report=report,
        curves=curves_of(contents),
        declared=citation_declared(contents),
        verdict=verdict_of(contents),
    )
    with_page = [*entries, Entry(layout.PREVIEW, page)]
    listed = [crate_file_of(entry) for entry in all_entries(contents, with_page)]
    metadata = write_crate(manifest, listed, preview=True, doi=making.doi or None, target=making.crate)
    return [*with_page, Entry(layout.METADATA, metadata)]


def all_entries(contents: Contents, entries: Sequence[Entry]) -> list[Entry]:
    """All files but the checksums: also the list of links and empty folders, which `pack` adds."""
    return [*entries, *contents.tree.entries()]
