"""Hashing large files before their digests are asked for: with progress, and remembered if we are killed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.assembly.inputs import files_of
from reprocrate.assembly.toml import load_settings
from reprocrate.bundle import Entry
from reprocrate.capture.data.digests import Digests
from reprocrate.files import place_of
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.project import Project
from reprocrate.workflow.sources import Sources

_SAVED_EVERY_SECONDS = 5.0


def hash_ahead(paths: Iterable[Path], digests: Digests, progress: Progress) -> None:
    """Hash those files that are large and not known unchanged, several at once.

    Args:
        paths: the files; what is no file or cannot be read is passed over.
        digests: what will be asked for them later.
        progress: who listens.
    """
    unknown = digests.unknown(dict.fromkeys(paths))
    if not unknown:
        return
    saved = time.monotonic()
    count = counter(progress, "hashing", sum(path.stat().st_size for path in unknown))
    for _digest in digests.of_all(unknown, count):
        if time.monotonic() - saved > _SAVED_EVERY_SECONDS:
            digests.save()
            saved = time.monotonic()
    digests.save()


def written_files(project: Project) -> Iterator[Path]:
    """What runs wrote and what of it travels, if it still is as long as it was."""
    sources = Sources(project.root)
    for run in project.manifest.runs:
        for file in (*run.written, *run.logs):
            if file.travels and file.root is None:
                place = sources.place(file.path)
                with suppress(OSError):
                    if place.is_file() and place.stat().st_size == file.size:
                        yield place


def files_among(entries: Iterable[Entry]) -> Iterator[Path]:
    """The files of these entries that come from the disk and have a digest to be compared with."""
    return (
        entry.source
        for entry in entries
        if isinstance(entry.source, Path) and entry.expected_sha256 is not None
    )


def declared_files(root: Path) -> Iterator[Path]:
    """The data files that the author named, which are hashed where no run was seen to read them."""
    if (root / SETTINGS_NAME).is_file():
        for data in load_settings(root).data.values():
            for pattern in data.files:
                for path in files_of(root, pattern):
                    yield place_of(root, path)
