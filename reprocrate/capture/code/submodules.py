"""The repositories that a project's repository holds as submodules, compared with the commits it names.

The commit of the project names a commit of every submodule, so that it and one patch give back all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reprocrate.capture.code.git import GitError, Repository, find_repository


def submodules_of(repository: Repository, problems: list[str]) -> Iterator[tuple[str, Repository]]:
    """The submodules that are checked out, at any depth, each with its path in the project and a slash.

    Args:
        repository: the project's.
        problems: takes what could not be found out, as sentences.
    """
    yield from _below("", repository, problems)


def _below(inside: str, repository: Repository, problems: list[str]) -> Iterator[tuple[str, Repository]]:
    for path, commit in sorted(repository.submodules.items()):
        folder = repository.project / path
        if not Path(folder, ".git").exists():
            continue  # never checked out, so nothing of it ran
        try:
            found = find_repository(folder, commit, f"{repository.outer}{repository.prefix}{path}/")
        except GitError as error:
            problems.append(f"git could not read the submodule {inside}{path}: {error}")
            continue
        if found is None:
            continue
        if found.commit is None:
            problems.append(
                f"the submodule {inside}{path} does not have commit {commit[:12]}, which the project names: "
                "its files are kept, but not how they differ"
            )
        yield f"{inside}{path}/", found
        yield from _below(f"{inside}{path}/", found, problems)
