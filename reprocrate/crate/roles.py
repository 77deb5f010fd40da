"""The files that a manifest names outside the trees of code, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reprocrate.manifest import Data, File, Lock, Manifest, Run

MOST_FILES = 1000
"""A data set, or what one run wrote, of more files than this is described by its folders alone."""

Named = tuple[File, str]
"""A file and a sentence about it."""


def named_files(manifest: Manifest) -> Iterator[Named]:
    """The files that a manifest names, each with what it is; long lists are left out."""
    for data in manifest.data:
        yield from _files_of_data(data)
    in_data = {(file.root, file.path) for data in manifest.data for file in data.files}
    for run in manifest.runs:
        others = [file for file in run.inputs if (file.root, file.path) not in in_data]
        yield from _listed(others, f"Read by the run {run.id}.")
        made = list(_made_by(run))
        yield from made if is_listed(made) else ()
    for environment in manifest.environments:
        if environment.lock:
            yield lock_file(environment.lock), f"The lock of the software environment {environment.id}."
        for lock in environment.locks:
            yield lock_file(lock), f"A lock of the author's ({lock.format}), as the runs found it."
        for house in environment.wheels:
            yield from _listed(house.files, f"A wheel for the software environment {environment.id}.")
    yield from _single_files(manifest)


def named_paths(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Paths of the bundle that a manifest names without a digest, each with what it is."""
    yield from ((table.file, f"{table.label}, as a file.") for table in manifest.tables if table.file)
    yield from ((model.card, f"The model card of {model.id}.") for model in manifest.models if model.card)


def lock_file(lock: Lock) -> File:
    """The file of a lock."""
    return File.model_construct(path=lock.path, size=lock.size, sha256=lock.sha256)


def written_by(run: Run) -> Iterator[File]:
    """What a run wrote and printed."""
    return (file for file, _what in _made_by(run))


def is_listed(files: Sequence[object]) -> bool:
    """Whether so many files are described one by one."""
    return len(files) <= MOST_FILES


def _made_by(run: Run) -> Iterator[Named]:
    for files, what in (
        (run.outputs, "Written by"),
        (run.checkpoints, "A checkpoint of"),
        (run.artifacts, "An artifact of"),
        (run.logs, "A log of"),
    ):
        yield from _each(files, f"{what} the run {run.id}.")
    for file, what in ((run.predictions, "predictions"), (run.histories, "histories of metrics")):
        if file:
            yield file, f"The {what} of the run {run.id}."


def _files_of_data(data: Data) -> Iterator[Named]:
    name = data.name or data.id
    yield from _listed(data.files, f"Part of the data set {name}.")
    if data.croissant:
        yield data.croissant, f"The Croissant description of the data set {name}."
    for split in data.splits:
        if split.digests:
            yield split.digests, f"What is in the split {split.name} of the data set {name}."


def _single_files(manifest: Manifest) -> Iterator[Named]:
    for code in manifest.code:
        if code.patch:
            yield code.patch, f"The changes in the source code {code.id} that were not committed."
    for service in manifest.services:
        if service.cached_responses:
            yield service.cached_responses, f"Responses of the service {service.id} that were kept."
    for model in manifest.models:
        if model.file:
            yield model.file, f"The model {model.id}."
    if manifest.reproduces and manifest.reproduces.verdict:
        yield manifest.reproduces.verdict, "The verdict on the experiment that this one reproduces."


def _listed(files: Sequence[File], what: str) -> Iterator[Named]:
    return _each(files if is_listed(files) else (), what)


def _each(files: Iterable[File], what: str) -> Iterator[Named]:
    return ((file, what) for file in files)
