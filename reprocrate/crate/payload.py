"""The files of the crate: which are described one by one, and how everything else refers to them.

A file means something to a reader if the manifest names it: data, what runs wrote and printed, a lock, the
script that ran. It gets an entity of its own. All others are covered by the entity of their folder, and by
`manifest-sha256.txt`, so that a crate of a hundred thousand files stays readable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reprocrate.crate.identifiers import Reference, file_id, folder_id, fragment_id, once, reference
from reprocrate.manifest import Data, File, Lock, Manifest, Run

MOST_FILES = 1000
"""A data set, or what one run wrote, of more files than this is described by its folders alone."""

EXTERNAL = ".reprocrate/external/"
"""Folder of data from outside the project, by data id."""

_OWN = ".reprocrate/"
_DESCRIBES_CRATE = {"ro-crate-metadata.json", "ro-crate-preview.html", "ro-crate-preview_files"}


@dataclass(frozen=True, slots=True)
class CrateFile:
    """One file of the crate.

    Attributes:
        path: relative to the root, safe (`reprocrate.files.safe_relative`).
        size: in bytes, where it is known before the crate is written.
        sha256: its digest, where it is known before the crate is written.
        media_type: where the end of its name does not say it.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    media_type: str | None = None


class Payload:
    """Which files there are, which of them are described, and how to refer to any file of the manifest.

    Attributes:
        files: every file of the crate by its path.
        absent: files of the manifest that were referred to and are not in the crate, by identifier.
    """

    def __init__(self, manifest: Manifest, files: Iterable[CrateFile]) -> None:
        self.files: Mapping[str, CrateFile] = {
            file.path: file for file in files if file.path.split("/", 1)[0] not in _DESCRIBES_CRATE
        }
        self.absent: dict[str, File] = {}
        self._places = dict(_external_places(manifest))
        self._licenses: dict[str, str | None] = {}
        self._described = {path for path in self.files if "/" not in path}
        for file in _named_files(manifest):
            if path := self.path(file):
                self._described.add(path)
                self._licenses.setdefault(path, file.license)
        self._described.update(path for path in _named_paths(manifest) if path in self.files)

    @property
    def described(self) -> list[CrateFile]:
        """The files that get an entity of their own, in the order of the bytes of their paths."""
        return [self.files[path] for path in sorted(self._described, key=str.encode)]

    @property
    def folders(self) -> dict[str, int]:
        """The folders that stand for the other files, with the number of files that each stands for."""
        counts = Counter(_covering(path) for path in self.files if path not in self._described)
        return {folder: counts[folder] for folder in sorted(counts, key=str.encode)}

    def license(self, path: str) -> str | None:
        """The licence that the manifest states for a described file."""
        return self._licenses.get(path)

    def describe(self, path: str) -> None:
        """Give a file of the crate an entity of its own."""
        self._described.add(path)

    def path(self, file: File, folder: str | None = None) -> str | None:
        """Where the bytes of a file of the manifest lie in the crate; None if they are not there."""
        if not file.travels:
            return None
        if file.root:
            place = self._places.get((file.root, file.path))
        else:
            place = f"{folder}/{file.path}" if folder else file.path
        found = self.files.get(place) if place else None
        same = found and (file.sha256 is None or found.sha256 in (None, file.sha256))
        return place if same else None

    def refer(self, file: File) -> Reference:
        """The entity that stands for a file: the file, its folder, or a note that it is absent."""
        path = self.path(file)
        if path is not None:
            return self._refer_to_present(path)
        identifier = fragment_id("absent", *filter(None, (file.sha256, file.root)), file.path)
        self.absent.setdefault(identifier, file)
        return reference(identifier)

    def refer_to_all(self, files: Sequence[File]) -> list[Reference]:
        """The entities that stand for several files, each once; of very many only those that are here."""
        here = files if is_listed(files) else [file for file in files if self.path(file)]
        return once(map(self.refer, here))

    def refer_to_path(self, path: str | None) -> Reference | None:
        """The entity that stands for a path of the crate, if there is such a file."""
        return self._refer_to_present(path) if path is not None and path in self.files else None

    def _refer_to_present(self, path: str) -> Reference:
        return reference(file_id(path) if path in self._described else folder_id(_covering(path)))


def lock_file(lock: Lock) -> File:
    """The file of a lock."""
    return File.model_construct(path=lock.path, size=lock.size, sha256=lock.sha256)


def written_by(run: Run) -> Iterator[File]:
    """What a run wrote and printed."""
    for files in (run.outputs, run.checkpoints, run.artifacts, run.logs):
        yield from files
    for file in (run.predictions, run.histories):
        if file:
            yield file


def is_listed(files: Sequence[File]) -> bool:
    """Whether so many files are described one by one."""
    return len(files) <= MOST_FILES


def _external_places(manifest: Manifest) -> Iterator[tuple[tuple[str, str], str]]:
    for data in manifest.data:
        for file in data.files:
            if file.root:
                yield (file.root, file.path), f"{EXTERNAL}{data.id}/{file.path}"


def _named_files(manifest: Manifest) -> Iterator[File]:
    """The files that a manifest names outside the trees of code; long lists are left out."""
    in_data = {(file.root, file.path) for data in manifest.data for file in data.files}
    for data in manifest.data:
        yield from _files_of_data(data)
    for run in manifest.runs:
        yield from _listed([file for file in run.inputs if (file.root, file.path) not in in_data])
        yield from _listed(list(written_by(run)))
    for environment in manifest.environments:
        if environment.lock:
            yield lock_file(environment.lock)
    single = [
        *(code.patch for code in manifest.code),
        *(service.cached_responses for service in manifest.services),
        *(model.file for model in manifest.models),
        manifest.reproduces.verdict if manifest.reproduces else None,
    ]
    yield from (file for file in single if file)


def _files_of_data(data: Data) -> Iterator[File]:
    yield from _listed(data.files)
    if data.croissant:
        yield data.croissant
    yield from (split.digests for split in data.splits if split.digests)


def _listed(files: Sequence[File]) -> Sequence[File]:
    return files if is_listed(files) else ()


def _named_paths(manifest: Manifest) -> Iterator[str]:
    yield from (table.file for table in manifest.tables if table.file)
    yield from (model.card for model in manifest.models if model.card)


def _covering(path: str) -> str:
    """The folder that stands for a file: the topmost, or of our own folder the one below it."""
    depth = 2 if path.startswith(_OWN) else 1
    return "/".join(path.split("/")[:-1][:depth])
