"""The source tree of a commit, for runs that nobody recorded."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PurePosixPath

from reprocrate.capture.code.git import GitError, committed_files, contents_of, find_repository, fixed_commit
from reprocrate.capture.code.source_names import is_source
from reprocrate.capture.privacy.scrubber import scrubbed_url
from reprocrate.capture.record import CodeFile, CodeState
from reprocrate.errors import UsageError
from reprocrate.files import safe_relative, sha256_bytes, tree_digest

_EXECUTABLE, _LINK = "100755", "120000"


def state_of_commit(project: Path, name: str, place: str) -> CodeState:
    """The source of a project as a commit has it, chosen as that of a run which is recorded.

    Args:
        project: the project's folder.
        name: a tag, or the id of a commit.
        place: where the name stands, for messages.

    Raises:
        UsageError: the project is in no repository, or the name stands for no commit.
    """
    try:
        repository = find_repository(project)
        commit = fixed_commit(project, name) if repository else None
        if repository is None:
            raise UsageError(
                f"{place} names the commit `{name}`",
                "the project is in no git repository",
                "Leave `commit` out, or work in a clone of the repository that the run was started from",
            )
        if commit is None:
            raise UsageError(
                f"{place} names the commit `{name}`",
                "it is neither a tag nor the id of a commit here; a branch moves on, and cannot say what ran",
                "Fetch the commit, or name another: `git log --oneline` lists their ids",
            )
        files = tuple(_source_files(project, commit))
    except GitError as error:
        raise UsageError(f"{place} names the commit `{name}`", f"git could not read it: {error}") from None
    return CodeState(
        vcs="git",
        repository=scrubbed_url(repository.remote) if repository.remote else None,
        commit=commit,
        dirty=False,
        tree_sha256=tree_digest((file.path, file.sha256) for file in files),
        files=files,
    )


def _source_files(project: Path, commit: str) -> list[CodeFile]:
    """Files that are source by their name, and scripts by their first line."""
    committed = {path: blob for path, blob in committed_files(project, commit).items() if blob.mode != _LINK}
    named = {path for path in committed if is_source(path, tracked=True)}
    scripts = {
        path
        for path, blob in committed.items()
        if path not in named and blob.mode == _EXECUTABLE and "." not in PurePosixPath(path).name
    }
    contents = contents_of(project, [committed[path] for path in named | scripts])
    found = []
    for path in sorted(named | scripts, key=os.fsencode):
        blob = committed[path]
        data = contents[blob.name]
        if path in named or data.startswith(b"#!"):
            with suppress(ValueError):  # of a name that cannot travel
                name = safe_relative(path)
                found.append(CodeFile(name, len(data), sha256_bytes(data), blob.mode == _EXECUTABLE))
    return found
