"""The source tree as it runs: which files it is, what they hold, and how they differ from the commit.

A file that runs although its name does not tell (`source_names`) is added when the launch has ended.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from stat import S_ISREG, S_IXUSR

from reprocrate.capture.code import objects
from reprocrate.capture.code.git import GitError, Repository, find_repository
from reprocrate.capture.code.source_memory import Remembered, SourceMemory
from reprocrate.capture.code.source_names import SKIPPED_FOLDERS, is_source, may_be_source
from reprocrate.capture.code.submodules import submodules_of
from reprocrate.capture.privacy.scrubber import scrubbed_url
from reprocrate.capture.record import CodeFile, CodeState
from reprocrate.capture.records.history import History
from reprocrate.files import composed, safe_relative, sha256_bytes, tree_digest, walk_readable

Written = Callable[[], Set[str]]
"""Tells which files earlier launches wrote."""

LARGEST_KEPT_BYTES = 10_000_000
"""Larger files are neither kept nor source by their name."""


@dataclass(frozen=True)
class Snapshot:
    """The source tree at one moment.

    Attributes:
        state: what the record says of it.
        problems: what could not be found out, as sentences.
    """

    state: CodeState
    problems: tuple[str, ...] = ()

    def with_executed(self, project: Path, paths: Iterable[str]) -> Snapshot:
        """The same tree with files that ran, whatever their names, and those read as they are now.

        Raises:
            UnavailableError: one could not be kept.
        """
        known = {file.path for file in self.state.files}
        others = (path for path in sorted(set(paths)) if composed(path) not in known)
        more = [path for path in others if (project / path).is_file()]
        if not more:
            return self
        added = list(_read(project, more, _Keeper(project, None), SourceMemory()))
        files = tuple(sorted([*self.state.files, *added], key=_by_path))
        return replace(self, state=replace(self.state, files=files, tree_sha256=_digest(files)))


def take_snapshot(
    project: Path,
    *,
    version_control: bool = True,
    keep: bool = True,
    written: Written | None = None,
    memory: SourceMemory | None = None,
) -> Snapshot:
    """The source tree of a project now; what git cannot give back is kept in `.reprocrate/objects`.

    Args:
        project: the project's folder.
        version_control: whether to ask git, which reads settings that the folder holds.
        keep: whether to keep anything; else nothing is written, and there is no patch.
        written: tells the files that earlier launches wrote and that could be taken for source.
        memory: the tree as it was last.

    Raises:
        UnavailableError: the project could not be read, or a file not be kept.
    """
    problems = []
    earlier = written or History(project, may_be_source).written_sources
    known = SourceMemory() if memory is None else memory
    try:
        repository = find_repository(project) if version_control else None
    except GitError as error:
        repository = None
        problems.append(f"git could not read the repository: {error}")
    if repository is None:
        source = _source_of_folder(project, earlier)
        files = tuple(_read(project, source, _Keeper(project, None, keep=keep), known))
        return Snapshot(CodeState(files=files, tree_sha256=_digest(files)), tuple(problems))
    parts = [("", repository), *submodules_of(repository, problems)]
    look = _Look(project, earlier, known, problems, keep=keep)
    looked_at = [look.at(inside, part) for inside, part in parts]
    files = tuple(sorted((file for part in looked_at for file in part.files), key=_by_path))
    patch = b"".join(part.patch or b"" for part in looked_at)
    state = CodeState(
        vcs="git",
        repository=scrubbed_url(repository.remote) if repository.remote else None,
        commit=repository.commit,
        dirty=any(part.patch != b"" for part in looked_at),
        patch=objects.keep(project, patch) if patch else None,
        tree_sha256=_digest(files),
        files=files,
    )
    return Snapshot(state, tuple(problems))


@dataclass(frozen=True)
class _Part:
    """The source of one repository; what turns its commit's into it, None where that could not be told."""

    files: tuple[CodeFile, ...]
    patch: bytes | None


@dataclass(frozen=True)
class _Look:
    """Looks at the repositories of a project, one after the other."""

    project: Path
    written: Written
    memory: SourceMemory
    problems: list[str]
    keep: bool

    def at(self, inside: str, repository: Repository) -> _Part:
        """The source of the project's repository, or of a submodule that lies `inside` it."""
        keeper = _Keeper(self.project, repository, inside, keep=self.keep)
        paths = _source_of_repository(self.project, inside, repository, self.written)
        files = tuple(_read(self.project, [inside + path for path in paths], keeper, self.memory))
        present = {file.path.removeprefix(inside) for file in files}
        removed = _committed_source(repository) - present - repository.left_out
        changed = sorted(keeper.differing | removed)
        if repository.commit is None or not self.keep:
            return _Part(files, b"" if not changed and repository.commit else None)
        try:
            # Git may find no difference where bytes differ, as with line endings that it converts.
            return _Part(files, self._patch(inside, repository, changed, files) if changed else b"")
        except GitError as error:
            self.problems.append(f"git could not tell the difference to the commit: {error}")
            return _Part(files, None)

    def _patch(
        self, inside: str, repository: Repository, changed: list[str], files: Iterable[CodeFile]
    ) -> bytes:
        key = self.memory.patch_key(
            f"{inside}:{repository.commit}", [inside + path for path in changed], files
        )
        known = self.memory.patches.get(key)
        if known is None:
            known = self.memory.patches[key] = _difference(repository, changed)
        return known


class _Keeper:
    """Keeps what the commit cannot give back, and remembers what differs from it."""

    def __init__(
        self, project: Path, repository: Repository | None, inside: str = "", *, keep: bool = True
    ) -> None:
        self._project = project
        self._repository = repository
        self._inside = inside
        self._keeps = keep
        self.differing: set[str] = set()

    def has_all_of(self, path: str, known: Remembered) -> bool:
        """Whether a file that was looked at before is all there still; if so it is noted again."""
        path = path.removeprefix(self._inside)
        blob = self._repository.committed.get(path) if self._repository else None
        file = known.file
        if blob is not None and len(blob.name) not in known.blob_names:
            return False
        same = blob is not None and blob.name == known.blob_names[len(blob.name)]
        if not same and file.size <= LARGEST_KEPT_BYTES and not objects.is_kept(self._project, file.sha256):
            return False
        if not same or (blob is not None and (blob.mode == "100755") != file.executable):
            self.differing.add(path)
        return True

    def look_at(self, path: str, data: bytes, known: Remembered) -> None:
        """One file of the tree, as it is now.

        Raises:
            UnavailableError: it could not be kept.
        """
        path = path.removeprefix(self._inside)
        blob = self._repository.committed.get(path) if self._repository else None
        if blob is not None:
            known.blob_names[len(blob.name)] = _blob_name(data, len(blob.name))
        same = blob is not None and blob.name == known.blob_names[len(blob.name)]
        if not same or (blob is not None and (blob.mode == "100755") != known.file.executable):
            self.differing.add(path)
        if self._keeps and not same and len(data) <= LARGEST_KEPT_BYTES:
            objects.keep(self._project, data)


def _read(project: Path, paths: Iterable[str], keeper: _Keeper, memory: SourceMemory) -> Iterator[CodeFile]:
    for path in paths:
        location = project / path
        try:
            status = location.stat()
            if not S_ISREG(status.st_mode) or status.st_size > 10 * LARGEST_KEPT_BYTES:
                continue
            known = memory.recall(path, status)
            if known is not None and keeper.has_all_of(path, known):
                yield known.file
                continue
            data = location.read_bytes()
            name = safe_relative(path)
        except (OSError, ValueError):  # vanished, unreadable, or of a name that cannot travel
            continue
        executable = bool(status.st_mode & S_IXUSR)
        known = memory.learn(path, status, CodeFile(name, len(data), sha256_bytes(data), executable))
        keeper.look_at(path, data, known)
        yield known.file


def _source_of_repository(project: Path, inside: str, repository: Repository, written: Written) -> list[str]:
    """Paths of its source, from the repository's folder or, where the project lies deeper, from there."""
    tracked = {*repository.staged, *repository.committed}
    untracked = set(_without_tools_folders(repository.untracked))
    found = {path for path in tracked if is_source(path, tracked=True)}
    found |= {path for path in untracked if is_source(path, tracked=False)}
    others = [path for path in (tracked | untracked) - found if "." not in path.rpartition("/")[2]]
    found |= {path for path in others if _is_script(project / inside / path)}
    before = _written_before(written, {inside + path for path in found - tracked})
    return sorted((path for path in found if inside + path not in before), key=os.fsencode)


def _without_tools_folders(paths: frozenset[str]) -> Iterator[str]:
    """Files that lie in no folder that a tool put there, nor in a virtual environment."""
    environments = {str(PurePosixPath(path).parent) for path in paths if path.endswith("/pyvenv.cfg")}
    for path in paths:
        folders = PurePosixPath(path).parents
        if not any(folder.name in SKIPPED_FOLDERS or str(folder) in environments for folder in folders):
            yield path


def _written_before(written: Written, paths: Set[str]) -> Set[str]:
    """Those of these files that earlier launches wrote, such as a copy of the settings beside each result.

    The tree of the next seed would differ by them. One that is run nevertheless is added when it has run.
    """
    return written() & paths if paths else set()


def _committed_source(repository: Repository) -> set[str]:
    return {path for path in repository.committed if is_source(path, tracked=True)}


def _source_of_folder(project: Path, written: Written) -> list[str]:
    """The source of a project without version control, without what tools put beside it."""
    found = {
        path
        for path, entry in walk_readable(project, lambda folder: not _is_beside_the_source(folder))
        if is_source(path, tracked=False) or ("." not in entry.name and _is_script(Path(entry)))
    }
    return sorted(found - _written_before(written, found), key=os.fsencode)


def _is_beside_the_source(folder: os.DirEntry[str]) -> bool:
    return folder.name in SKIPPED_FOLDERS or Path(folder, "pyvenv.cfg").is_file()


def _is_script(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
        if not (S_ISREG(mode) and mode & S_IXUSR):
            return False
        with path.open("rb") as handle:
            return handle.read(2) == b"#!"
    except OSError:
        return False


def _blob_name(data: bytes, digits: int) -> str:
    """The name that git gives to a file's content, in a repository whose names have this many digits."""
    algorithm = hashlib.sha256 if digits == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _difference(repository: Repository, changed: list[str]) -> bytes:
    added = [path for path in changed if path not in repository.committed]
    return repository.difference([path for path in changed if path in repository.committed], added)


def _digest(files: Iterable[CodeFile]) -> str:
    return tree_digest((file.path, file.sha256) for file in files)


def _by_path(file: CodeFile) -> bytes:
    return file.path.encode()
