"""What of a rerun goes into the bundle of the reproduction beside its project."""

from __future__ import annotations

from collections.abc import Iterable

from reprocrate.bundle import Entry, layout
from reprocrate.workflow.inventory import Contents, Kind
from reprocrate.workflow.project import Project


def add_reproduction(project: Project, contents: Contents, documents: Iterable[str]) -> None:
    """Add the verdict, the original's manifest, and what the rerun's authors wrote about it.

    Args:
        project: any project; nothing is added for one that is not a rerun's.
        contents: what is to be packed.
        documents: patterns of the names of documents that travel.
    """
    reproduced = project.reproduced
    if reproduced is None:
        return
    verdict = reproduced.about.verdict
    for path, place in reproduced.files().items():
        digest = verdict.sha256 if verdict and verdict.path == path else None
        contents.entries[path] = Entry(path, place, False, digest)
        contents.kinds[path] = (Kind.VERDICT, "")
    for place in sorted(place for pattern in documents for place in reproduced.folder.glob(pattern)):
        if place.is_file() and not place.is_symlink() and not layout.is_reserved(place.name):
            contents.entries.setdefault(place.name, Entry(place.name, place, False, None))
            contents.kinds.setdefault(place.name, (Kind.DOCUMENTS, ""))
