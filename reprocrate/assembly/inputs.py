"""What a file of the project is: declared data, an output, code, or data that was read."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from reprocrate.assembly.settings import ProjectSettings
from reprocrate.bundle import looks_like_bundle
from reprocrate.bundle.bag import DECLARATION
from reprocrate.capture.record import CodeFile, RunRecord
from reprocrate.files import composed, place_of, tree_digest

Key = tuple[str | None, str]

_OWN = ".reprocrate"
_PACKED = (".zip", ".zst")


class FileRoles:
    """Sorts files into code, data and outputs.

    What `reprocrate.toml` declares as data is data; else what a run wrote is an output; what was imported or
    executed, and what stands in the source tree, such as settings in version control, is code; what else was
    read is data.
    """

    def __init__(self, settings: ProjectSettings, records: Sequence[RunRecord]) -> None:
        self._declared = {name: data.files for name, data in settings.data.items()}
        self._withheld = {name for name, data in settings.data.items() if not data.travels}
        self.outputs: set[Key] = {(out.root, out.path) for record in records for out in record.outputs}
        self._logs: set[Key] = {(None, log.path) for record in records for log in record.logs}
        self.imported = {path for record in records for path in record.imported}
        self.rewritten = {
            file.path
            for record in records
            for file in record.outputs
            if file.root is None and file.path in record.imported
        }
        self._read = {key for record in records for key in _read_from_outside_the_tree(record)}

    def declared_as(self, path: str) -> str | None:
        """The declared data set that a project file belongs to."""
        for name, patterns in self._declared.items():
            if any(matches(path, pattern) for pattern in patterns):
                return name
        return None

    def is_output(self, root: str | None, path: str) -> bool:
        """Whether a run wrote it, and it was not declared as data."""
        written = (root, path) in self.outputs or (root, path) in self._logs
        return written and (root is not None or self.declared_as(path) is None)

    def is_withheld(self, path: str) -> bool:
        """Whether a project file belongs to data that must not travel, even if a run wrote it."""
        return self.declared_as(path) in self._withheld

    def is_data(self, root: str | None, path: str) -> bool:
        """Whether it was read, or declared, as data."""
        if root is not None:
            return not self.is_output(root, path)
        if self.declared_as(path):
            return True
        return (root, path) in self._read and not self.is_output(root, path) and path not in self.imported

    def code_files(self, record: RunRecord) -> list[CodeFile]:
        """The part of a launch's source tree that is code."""
        return [
            file
            for file in record.code.files
            if file.path in self.rewritten
            or not (self.is_data(None, file.path) or self.is_output(None, file.path))
        ]

    def data_digests(self, record: RunRecord) -> dict[Key, str]:
        """Digests of the data that a launch read, by place, without what launches wrote themselves."""
        return {
            (file.root, file.path): file.sha256
            for file in record.inputs
            if self.is_data(file.root, file.path) and not self.is_output(file.root, file.path)
        }

    def executed_digest(self, record: RunRecord) -> str:
        """Digest of the code that a launch executed: its imported files, or all code where none was seen.

        The settings of the source tree that it read belong to them, unless it had changed them itself first.
        """
        files = self.code_files(record)
        read = {(file.path, file.sha256) for file in record.inputs if file.root is None}
        executed = [file for file in files if file.path in set(record.imported)] or files
        settings = [file for file in files if (file.path, file.sha256) in read and file not in executed]
        return tree_digest((file.path, file.sha256) for file in (*executed, *settings))


def _read_from_outside_the_tree(record: RunRecord) -> Iterable[Key]:
    tree = {file.path for file in record.code.files}
    return [
        (file.root, file.path) for file in record.inputs if file.root is not None or file.path not in tree
    ]


def matches(path: str, pattern: str) -> bool:
    """Whether a path is the pattern, lies in the folder that it names, or matches it as a glob."""
    pattern = pattern.removeprefix("./").rstrip("/")
    return path == pattern or path.startswith(f"{pattern}/") or fnmatch.fnmatchcase(path, pattern)


def files_of(project: Path, pattern: str) -> Iterator[str]:
    """The files of a project that a pattern of `reprocrate.toml` names: one, all of a folder, or a glob.

    The paths are those of a manifest, in Unicode normal form C; `place_of` finds the files by them. A bundle
    that was packed there is none of the project's files.
    """
    parts = PurePosixPath(pattern).parts
    if PurePosixPath(pattern).is_absolute() or ".." in parts:
        return
    for path in sorted(project.glob(pattern)) or [place_of(project, pattern)]:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        roots = [member.parent for member in found if member.name == _OWN]
        bundles = {*roots, *(root.parent for root in roots if (root.parent / DECLARATION).is_file())}
        unpacked = {folder for folder in bundles if folder != project and looks_like_bundle(folder)}
        for member in found:
            if member.is_file() and unpacked.isdisjoint(member.parents) and not _is_packed(member):
                yield composed(member.relative_to(project).as_posix())


def _is_packed(member: Path) -> bool:
    return member.suffix in _PACKED and looks_like_bundle(member)
