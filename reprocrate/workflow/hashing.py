"""Hashing large files before their digests are asked for: with progress, and remembered if we are killed."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.assembly.inputs import files_of
from reprocrate.assembly.toml import load_settings
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


def recorded_files(project: Project, digests: Digests, named: Container[str] | None) -> Iterator[Path]:
    """What runs wrote, and data, if it travels and still is as long as it was.

    Args:
        project: the project.
        digests: takes the digests of its files.
        named: the data sets that travel whatever their size; None for all that may.
    """
    sources = Sources(project.root, digests)
    files = [file for run in project.manifest.runs for file in (*run.written, *run.logs)]
    for data in project.manifest.data:
        if data.root is None and (named is None or data.id in named):
            files += data.files
    for file in files:
        if file.travels and file.root is None:
            place = sources.place(file.path)
            with suppress(OSError):
                if place.is_file() and place.stat().st_size == file.size:
                    yield place


def declared_files(root: Path) -> Iterator[Path]:
    """The data files that the author named, which are hashed where no run was seen to read them."""
    if (root / SETTINGS_NAME).is_file():
        for data in load_settings(root).data.values():
            for pattern in data.files:
                for path in files_of(root, pattern):
                    yield place_of(root, path)
