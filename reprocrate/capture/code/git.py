"""What git knows of a project, asked without starting anything that a repository can configure.

No hook, no file-system monitor, no external difference program and no text conversion runs; no lock is taken
and nothing is written into the repository.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

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
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_COMMON_DIR"}
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
        left_out: files of the commit that were never checked out (sparse checkout).
        submodules: other repositories in the project, with the commit of each that this commit names.
        outer: path from the top of the outermost repository to the top of this one, as `prefix` is written.
    """

    project: Path
    prefix: str
    commit: str | None
    remote: str | None
    committed: Mapping[str, Blob]
    untracked: frozenset[str]
    staged: frozenset[str]
    left_out: frozenset[str] = frozenset()
    submodules: Mapping[str, str] = field(default_factory=dict)
    outer: str = ""

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
            patch = self._changes(environ)
            added = sorted(added)
            if added:  # apart, since a file may have made way for a folder of its name
                environ["GIT_INDEX_FILE"] = os.path.join(folder, "added")  # noqa: PTH118
                options = ("--intent-to-add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
                pathspecs = "\0".join(f":(top,literal){self.prefix}{path}" for path in added)
                self._ask("add", *options, given=pathspecs, environ=environ)
                patch += self._changes(environ)
            return patch

    def _changes(self, environ: Mapping[str, str]) -> bytes:
        return self._ask(
            *("diff", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-renames"),
            *("--no-color", f"--src-prefix=a/{self.outer}", f"--dst-prefix=b/{self.outer}", "--no-relative"),
            environ=environ,
        )

    def _ask(self, *arguments: str, given: str = "", environ: Mapping[str, str] | None = None) -> bytes:
        return _git(self.project, arguments, given, environ)


class GitError(Exception):
    """Git could not say; the message is its own."""


def find_repository(project: Path, at: str | None = None, outer: str = "") -> Repository | None:
    """The repository of a project; None where there is none, no git, or where git ignores the project.

    Args:
        project: the project's folder.
        at: the commit to compare with; that which is checked out where it is None.
        outer: for a submodule, its path from the top of the outermost repository.

    Raises:
        GitError: there is one that git refuses to read or cannot read.
    """
    if not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return None
    try:
        prefix = _git(project, ("rev-parse", "--show-prefix")).decode().removesuffix("\n")
    except FileNotFoundError:
        return None
    commit = _optional(project, "rev-parse", "--verify", "--quiet", f"{at or 'HEAD'}^{{commit}}")
    committed, submodules = _listed(project, commit) if commit else ({}, {})
    tagged = _paths(_git(project, ("ls-files", "-z", "-t")))  # H staged, S never checked out
    staged = frozenset(path[2:] for path in tagged)
    left_out = frozenset(path[2:] for path in tagged if path.startswith("S "))
    untracked = _paths(_git(project, ("ls-files", "-z", "--others", "--exclude-standard")))
    if not committed and not staged and not untracked:
        return None
    return Repository(
        project, prefix, commit, _remote(project), committed, untracked, staged, left_out, submodules, outer
    )


def committed_file(project: Path, commit: str, path: str) -> bytes | None:
    """What a commit, or the commit that it names of a submodule, holds of a project's file, if anything."""
    try:
        return _git(project, ("cat-file", "blob", f"{commit}:./{path}"))
    except OSError:
        return None
    except GitError:
        for folder in map(str, PurePosixPath(path).parents):
            named = None if folder == "." else _optional(project, "ls-tree", commit, "--", f"./{folder}")
            if named and named.startswith("160000 commit "):
                within = PurePosixPath(path).relative_to(folder)
                return committed_file(project / folder, named.split()[2], str(within))
        return None


def ignored_paths(project: Path, paths: Iterable[str]) -> set[str]:
    """Those of these paths of a project that git ignores; none where there is no git or no repository."""
    given = "\0".join(paths)
    if not given or not any((folder / ".git").exists() for folder in (project, *project.parents)):
        return set()
    try:
        return set(_paths(_git(project, ("check-ignore", "-z", "--stdin"), given)))
    except (OSError, GitError):  # also where it ignores none of them
        return set()


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
    return _listed(project, commit)[0]


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


def people_of(project: Path) -> list[tuple[str, str]]:
    """Name and e-mail address of everybody who made a commit of a project's repository, or would make one.

    Those with most commits come first, after the user. Empty where there is no repository, or no git.
    """
    try:
        log = _optional(project, "log", "--all", "--format=%an%x00%ae%n%cn%x00%ce") or ""
        user = [_optional(project, "config", "--get", f"user.{each}") or "" for each in ("name", "email")]
    except OSError:
        return []
    lines = ["\0".join(user), *(line for line, _ in Counter(log.splitlines()).most_common())]
    return [(name.strip(), address.strip()) for name, _, address in (line.partition("\0") for line in lines)]


def remotes_of(project: Path) -> tuple[str, ...]:
    """The addresses of all repositories that a project's repository knows; empty where there is none."""
    try:
        listed = _optional(project, "config", "--get-regexp", r"^remote\..*\.(push)?url$") or ""
    except OSError:
        return ()
    return tuple(dict.fromkeys(line.partition(" ")[2].strip() for line in listed.splitlines()))


def _listed(project: Path, commit: str) -> tuple[dict[str, Blob], dict[str, str]]:
    """The files of a commit, and the commits of its submodules."""
    found = {}
    submodules = {}
    listing = _git(project, ("ls-tree", "-r", "-z", commit, "--", "."))
    for line in listing.decode(errors="surrogateescape").split("\0")[:-1]:
        about, _, path = line.partition("\t")
        mode, kind, name = about.split(" ")
        if kind == "blob":
            found[path] = Blob(mode, name)
        elif kind == "commit":
            submodules[path] = name
    return found, submodules


def _remote(project: Path) -> str | None:
    """The address of `origin`, or of the only other repository that is known."""
    origin = _optional(project, "config", "--get", "remote.origin.url")
    if origin is not None:
        return origin
    listed = (_optional(project, "config", "--get-regexp", r"^remote\..*\.url$") or "").splitlines()
    return listed[0].partition(" ")[2] if len(listed) == 1 else None


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
            "GIT_NO_LAZY_FETCH": "1",  # a partial clone is asked for what it has
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
