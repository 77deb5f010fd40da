"""What git knows of a project, asked without starting anything that a repository can configure.

No hook, no file-system monitor, no external difference program and no text conversion runs; no lock is taken
and nothing is written into the repository.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_QUIET = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.quotePath=false",
    "-c",
    "color.ui=never",
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_LOCAL_VARIABLES = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF"}
)


@dataclass(frozen=True)
class Blob:
    """A file as a commit holds it: its mode (`100644`, `100755`, `120000`) and object name."""

    mode: str
    name: str


@dataclass(frozen=True)
class Repository:
    """A project that lies in a git repository.

    Attributes:
        project: the project's folder, the top of the repository or below.
        prefix: path from the top of the repository to the project, empty or ending in a slash.
        commit: the commit that is checked out; None before the first one.
        remote: the address that the repository was cloned from, as configured.
        committed: the project's files in that commit, by path relative to the project.
        untracked: files that are neither in the index nor ignored.
        staged: files that are in the index.
    """

    project: Path
    prefix: str
    commit: str | None
    remote: str | None
    committed: Mapping[str, Blob]
    untracked: frozenset[str]
    staged: frozenset[str]

    def difference(self, tracked: Iterable[str], added: Iterable[str]) -> bytes:
        """What turns the commit's version of these files into today's, as `git apply` takes it.

        Args:
            tracked: files of the commit, changed, removed or not.
            added: files that are not in the commit.

        Raises:
            GitError: git could not tell.
        """
        with tempfile.TemporaryDirectory(prefix="reprocrate-") as folder:
            # An index of our own, of these files only; what git stores for it goes to the temporary folder.
            objects = (
                self._ask("rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
            )
            environ = {
                "GIT_INDEX_FILE": os.path.join(folder, "index"),  # noqa: PTH118
                "GIT_OBJECT_DIRECTORY": folder,
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects,
            }
            lines = [
                f"{blob.mode} {blob.name}\t{self.prefix}{path}"
                for path in tracked
                if (blob := self.committed.get(path)) is not None
            ]
            self._ask("update-index", "-z", "--index-info", given="\0".join(lines), environ=environ)
            added = sorted(added)
            if added:
                options = ("--intent-to-add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
                pathspecs = "\0".join(f":(top,literal){self.prefix}{path}" for path in added)
                self._ask("add", *options, given=pathspecs, environ=environ)
            return self._ask(
                *("diff", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-renames"),
                *("--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative"),
                environ=environ,
            )

    def _ask(self, *arguments: str, given: str = "", environ: Mapping[str, str] | None = None) -> bytes:
        return _git(self.project, arguments, given, environ)


class GitError(Exception):
    """Git could not say; the message is its own."""


def find_repository(project: Path) -> Repository | None:
    """The repository of a project; None where there is none, no git, or where git ignores the project.

    Raises:
        GitError: there is one that git refuses to read or cannot read.
    """
    if not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return None
    try:
        prefix = _git(project, ("rev-parse", "--show-prefix")).decode().removesuffix("\n")
    except FileNotFoundError:
        return None
    commit = _optional(project, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    remote = _optional(project, "config", "--get", "remote.origin.url")
    committed = _committed(project) if commit else {}
    staged = _paths(_git(project, ("ls-files", "-z")))
    untracked = _paths(_git(project, ("ls-files", "-z", "--others", "--exclude-standard")))
    if not committed and not staged and not untracked:
        return None
    return Repository(project, prefix, commit, remote, committed, untracked, staged)


def committed_file(project: Path, commit: str, path: str) -> bytes | None:
    """What a commit holds of a project's file; None where git cannot give it back."""
    try:
        return _git(project, ("cat-file", "blob", f"{commit}:./{path}"))
    except (GitError, OSError):
        return None


def fixed_commit(project: Path, name: str) -> str | None:
    """The id of the commit that a tag, or the beginning of an id, stands for; None where it stands for none.

    Branches and HEAD move on, so they stand for no commit in particular.
    """
    tagged = _optional(project, "rev-parse", "--verify", "--quiet", f"refs/tags/{name}^{{commit}}")
    if tagged or not _COMMIT.fullmatch(name):
        return tagged
    found = _optional(project, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return found if found and found.startswith(name) else None


def committed_files(project: Path, commit: str) -> dict[str, Blob]:
    """A project's files in a commit, by path relative to the project.

    Raises:
        GitError: git could not tell.
    """
    return _committed(project, commit)


def contents_of(project: Path, blobs: Iterable[Blob]) -> dict[str, bytes]:
    """What objects hold, by their names, all of them read at once.

    Raises:
        GitError: git could not tell.
    """
    names = list(dict.fromkeys(blob.name for blob in blobs))
    answer = _git(project, ("cat-file", "--batch"), "".join(f"{name}\n" for name in names))
    found = {}
    place = 0
    for name in names:
        end = answer.index(b"\n", place)
        words = answer[place:end].split()
        if len(words) != 3:
            raise GitError(f"{name} is {answer[place:end].decode(errors='replace')}")
        place = end + 1 + int(words[2])
        found[name] = answer[end + 1 : place]
        place += 1
    return found


def _committed(project: Path, commit: str = "HEAD") -> dict[str, Blob]:
    found = {}
    listing = _git(project, ("ls-tree", "-r", "-z", commit, "--", "."))
    for line in listing.decode(errors="surrogateescape").split("\0")[:-1]:
        about, _, path = line.partition("\t")
        mode, kind, name = about.split(" ")
        if kind == "blob":
            found[path] = Blob(mode, name)
    return found


def _paths(listing: bytes) -> frozenset[str]:
    return frozenset(listing.decode(errors="surrogateescape").split("\0")[:-1])


def _optional(project: Path, *arguments: str) -> str | None:
    try:
        return _git(project, arguments).decode(errors="replace").strip() or None
    except GitError:
        return None


def _git(
    project: Path, arguments: tuple[str, ...], given: str = "", environ: Mapping[str, str] | None = None
) -> bytes:
    inherited = {name: value for name, value in os.environ.items() if name not in _LOCAL_VARIABLES}
    answer = subprocess.run(
        ("git", *_QUIET, *arguments),
        cwd=project,
        env={
            **inherited,
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            **(environ or {}),
        },
        input=given.encode(errors="surrogateescape"),
        capture_output=True,
        check=False,
    )
    if answer.returncode:
        lines = answer.stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise GitError(lines[0].removeprefix("fatal: "))
    return answer.stdout
