"""The source tree that ran, as a record has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reprocrate.capture.record.data import StoredFile


@dataclass(frozen=True)
class CodeFile:
    """A file of the source tree."""

    path: str
    size: int
    sha256: str
    executable: bool = False


@dataclass(frozen=True)
class CodeState:
    """The source tree as it ran.

    Attributes:
        vcs: `git`, or None where no version control is in use.
        repository: address of the repository, without credentials.
        commit: the commit that was checked out.
        dirty: whether a file of the tree differs from that commit.
        patch: the difference, as `git apply` takes it at the top of the repository.
        tree_sha256: `reprocrate.files.tree_digest` of `files`.
        files: every file of the tree.
    """

    vcs: Literal["git"] | None = None
    repository: str | None = None
    commit: str | None = None
    dirty: bool | None = None
    patch: StoredFile | None = None
    tree_sha256: str | None = None
    files: tuple[CodeFile, ...] = ()
