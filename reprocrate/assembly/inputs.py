"""What a file of the project is: declared data, an output, code, or data that was read."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from reprocrate.assembly.sections import Section
from reprocrate.assembly.settings import DataSettings, ProjectSettings
from reprocrate.capture.record import CodeFile, DataFile, RunRecord
from reprocrate.files import sha256_file, tree_digest

Key = tuple[str | None, str]


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


def make_data(
    project: Path, settings: ProjectSettings, records: Sequence[RunRecord], roles: FileRoles
) -> tuple[list[Section], dict[Key, str]]:
    """The manifest's data entries, and for each file the id of the entry that holds it.

    Declared data comes first. What was read without being declared is one entry per folder.
    """
    files: dict[str, dict[Key, DataFile]] = {name: {} for name in settings.data}
    for record in records:
        for file in record.inputs:
            if roles.is_data(file.root, file.path):
                name = (None if file.root else roles.declared_as(file.path)) or _folder_name(file, settings)
                files.setdefault(name, {})[file.root, file.path] = file
    for name, declared in settings.data.items():
        for file in _unread_files(project, declared, files[name]):
            files[name][None, file.path] = file
    sections = [
        _section(project, name, settings.data.get(name), members.values()) for name, members in files.items()
    ]
    return sections, {key: name for name, members in files.items() for key in members}


def _unread_files(project: Path, declared: DataSettings, known: Mapping[Key, DataFile]) -> Iterable[DataFile]:
    """Declared files that no launch was seen to read."""
    for pattern in declared.files:
        for name in files_of(project, pattern):
            if (None, name) not in known:
                digest = sha256_file(project / name)
                yield DataFile(name, None, digest.size, digest.sha256)


def files_of(project: Path, pattern: str) -> Iterator[str]:
    """The files of a project that a pattern of `reprocrate.toml` names: one, all of a folder, or a glob."""
    parts = PurePosixPath(pattern).parts
    if PurePosixPath(pattern).is_absolute() or ".." in parts:
        return
    for path in sorted(project.glob(pattern)):
        for member in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if member.is_file():
                yield member.relative_to(project).as_posix()


def _section(project: Path, name: str, declared: DataSettings | None, files: Iterable[DataFile]) -> Section:
    known: Section = {}
    if declared:
        known = declared.model_dump(mode="json", exclude_defaults=True, exclude={"files", "in_bundle"})
        known["splits"] = [_split(project, split) for split in known.get("splits", [])]
    stays = {"in_bundle": False} if declared and not declared.travels else {}
    listed = sorted(files, key=lambda file: (file.root or "", file.path))
    roots = {file.root for file in listed}
    return {
        "id": name,
        **known,
        "root": next(iter(roots)) if len(roots) == 1 else None,
        "files": [
            {"path": file.path, "size": file.size, "sha256": file.sha256, "root": file.root, **stays}
            for file in listed
        ],
    }


def _split(project: Path, split: Section) -> Section:
    """A split with what its file of digests says of it; where nobody made that yet, without."""
    listed = split.get("digests", {})
    if not listed or "sha256" in listed or not (project / listed["path"]).is_file():
        return split
    place = project / listed["path"]
    digest = sha256_file(place)
    items = sum(bool(line.strip()) for line in place.read_bytes().splitlines())
    return {"count": items} | split | {"digests": listed | {"size": digest.size, "sha256": digest.sha256}}


def _folder_name(file: DataFile, settings: ProjectSettings) -> str:
    parts = PurePosixPath(file.path).parts
    words = [file.root] if file.root else []
    words += parts[:-1] if len(parts) > 1 else [PurePosixPath(file.path).stem]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words)).strip("-._") or "data"
    return f"{name}-files" if name in settings.data else name[:200]
