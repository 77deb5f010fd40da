"""The files of the crate: which are described one by one, and how everything else refers to them.

A file means something to a reader if the manifest names it: data, what runs wrote and printed, a lock, the
script that ran. It gets an entity of its own. All others are covered by the entity of their folder, and by
`manifest-sha256.txt`, so that a crate of a hundred thousand files stays readable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reprocrate.crate.identifiers import Reference, file_id, folder_id, fragment_id, once, reference
from reprocrate.crate.roles import is_listed, named_files, named_paths
from reprocrate.manifest import File, Manifest

EXTERNAL = ".reprocrate/external/"
"""Folder of data from outside the project, by data id."""

STANDARD = ".reprocrate/standard/"
"""Folder of the schema, the context and the specification that the crate follows."""

_OWN = ".reprocrate/"
_DESCRIBES_CRATE = {"ro-crate-metadata.json", "ro-crate-preview.html", "ro-crate-preview_files"}


class CrateFile(NamedTuple):
    """One file of the crate.

    Attributes:
        path: relative to the root, safe (`reprocrate.files.safe_relative`).
        size: in bytes, where it is known before the crate is written.
        sha256: its digest, where it is known before the crate is written.
        media_type: where the end of its name does not say it.
        name: the path as the file's name in the crate really is, where that is not in Unicode normal form C.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    media_type: str | None = None
    name: str | None = None

    @property
    def stored(self) -> str:
        """The path as it is in the crate, byte by byte."""
        return self.name or self.path


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
        self._roles: dict[str, str] = {}
        self._described = {path for path in self.files if _stands_alone(path)}
        for file, what in named_files(manifest):
            if path := self.path(file):
                self.describe(path, what)
                self._licenses.setdefault(path, file.license)
        for path, what in named_paths(manifest):
            if path in self.files:
                self.describe(path, what)
        for code in manifest.code:
            for file in code.files:
                if path := self.path(file, code.folder):
                    self._roles.setdefault(path, f"Part of the source code {code.id}.")

    @property
    def described(self) -> list[CrateFile]:
        """The files that get an entity of their own, in the order of the bytes of their paths."""
        return [self.files[path] for path in sorted(self._described, key=str.encode)]

    @property
    def folders(self) -> dict[str, int]:
        """The folders that stand for the other files, with the number of files that each stands for."""
        others = (file.stored for path, file in self.files.items() if path not in self._described)
        counts = Counter(map(_covering, others))
        return {folder: counts[folder] for folder in sorted(counts, key=str.encode)}

    def license(self, path: str) -> str | None:
        """The licence that the manifest states for a described file."""
        return self._licenses.get(path)

    def role(self, path: str) -> str | None:
        """What a described file is, where the manifest says it."""
        return self._roles.get(path)

    def inside(self, folder: str) -> list[Reference]:
        """The described files of a folder that stands for others."""
        names = [file.stored for file in self.described]
        return [reference(file_id(name)) for name in names if "/" in name and _covering(name) == folder]

    def identifier(self, path: str) -> str:
        """The identifier of a file of the crate, by the path that a manifest has for it."""
        return file_id(self.files[path].stored)

    def describe(self, path: str, what: str | None = None) -> None:
        """Give a file of the crate an entity of its own, with a sentence about it."""
        self._described.add(path)
        if what:
            self._roles.setdefault(path, what)

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
        name = self.files[path].stored
        return reference(file_id(name) if path in self._described else folder_id(_covering(name)))


def _external_places(manifest: Manifest) -> Iterator[tuple[tuple[str, str], str]]:
    for data in manifest.data:
        for file in data.files:
            if file.root:
                yield (file.root, file.path), f"{EXTERNAL}{data.id}/{file.path}"


def _stands_alone(path: str) -> bool:
    """Whether a file is described though the manifest does not name it: at the root, or of the standard."""
    return "/" not in path or path.startswith(STANDARD)


def _covering(path: str) -> str:
    """The folder that stands for a file: the topmost, or of our own folder the one below it."""
    depth = 2 if path.startswith(_OWN) else 1
    return "/".join(path.split("/")[:-1][:depth])
