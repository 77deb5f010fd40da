"""A source tree that ran can be had again: from its commit, the submodules that this names, and the patch."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reprocrate.capture.code.git import committed_file
from reprocrate.capture.code.objects import object_path
from reprocrate.capture.code.source_names import is_source
from reprocrate.capture.code.tree import take_snapshot
from reprocrate.capture.record import CodeFile, CodeState
from reprocrate.files import tree_digest


@dataclass
class Tree:
    """A working tree."""

    folder: Path

    def git(self, *arguments: str) -> str:
        command = ("git", "-c", "protocol.file.allow=always", *arguments)
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def write(self, path: str, data: str | bytes, mode: int = 0o644) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        target.chmod(mode)

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "Everything")


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Tree]:
    """Repositories with a little source and data, beside each other."""

    def tree(name: str) -> Tree:
        made = Tree(tmp_path / name)
        made.folder.mkdir()
        made.git("init", "-q", "-b", "main")
        made.write("a.py", "a\n")
        made.write("pkg/b.py", "b\nc\n")
        made.write("data.csv", "1\n")
        made.write("run", "#!/bin/sh\n", 0o755)
        made.write("conf.yaml", "x: 1\n")
        made.commit()
        return made

    return tree


Make = Callable[[str], Tree]


def _with_submodule(make: Make, path: str = "vendor") -> Tree:
    library, project = make("library"), make("project")
    project.git("submodule", "add", "-q", os.fspath(library.folder), path)
    project.commit()
    return project


def clean(make: Make) -> Tree:
    return make("project")


def changed(make: Make) -> Tree:
    project = make("project")
    project.write("a.py", "no newline at the end")
    project.write("conf.yaml", "x: 2\n")
    project.write("data.csv", "no code\n")
    return project


def renamed_and_changed(make: Make) -> Tree:
    project = make("project")
    project.git("mv", "a.py", "z.py")
    project.write("z.py", "z\n")
    return project


def modes(make: Make) -> Tree:
    project = make("project")
    (project.folder / "a.py").chmod(0o755)
    return project


def mode_only_in_the_index(make: Make) -> Tree:
    project = make("project")
    project.git("update-index", "--chmod=+x", "a.py")
    return project


def binary(make: Make) -> Tree:
    project = make("project")
    project.write("book.ipynb", bytes(range(256)) * 10)
    project.write("a.py", b"\0\1\2")
    return project


def untracked(make: Make) -> Tree:
    project = make("project")
    project.write("new/__init__.py", "")
    project.write("new/x y.py", "x\n")
    project.write("new/script", "#!/bin/sh\n", 0o755)
    project.write("pkg/ü.py", "u\n")
    return project


def folder_in_place_of_a_file(make: Make) -> Tree:
    project = make("project")
    project.remove("a.py")
    project.write("a.py/__init__.py", "x\n")
    return project


def link_in_place_of_a_file(make: Make) -> Tree:
    project = make("project")
    project.remove("a.py")
    (project.folder / "a.py").symlink_to("pkg/b.py")
    return project


def committed_link(make: Make) -> Tree:
    project = make("project")
    (project.folder / "l.py").symlink_to("a.py")
    project.commit()
    return project


def line_endings_by_attribute(make: Make) -> Tree:
    project = make("project")
    project.write(".gitattributes", "*.py text eol=crlf\n")
    project.commit()
    project.write("a.py", "a\r\n")
    project.write("pkg/b.py", "b\r\nc\r\n")
    return project


def worktree(make: Make) -> Tree:
    project = make("project")
    project.git("worktree", "add", "-q", "../other")
    other = Tree(project.folder.parent / "other")
    other.write("a.py", "changed\n")
    return other


def shallow_clone(make: Make) -> Tree:
    origin = make("origin")
    origin.write("a.py", "second\n")
    origin.commit()
    clone = Tree(origin.folder.parent / "shallow")
    origin.git("clone", "-q", "--depth", "1", origin.folder.as_uri(), os.fspath(clone.folder))
    clone.write("a.py", "third\n")
    return clone


def clone_that_borrows_objects(make: Make) -> Tree:
    origin = make("origin")
    clone = Tree(origin.folder.parent / "borrower")
    origin.git("clone", "-q", "--shared", os.fspath(origin.folder), os.fspath(clone.folder))
    clone.write("a.py", "third\n")
    return clone


def detached_and_assumed_unchanged(make: Make) -> Tree:
    project = make("project")
    project.git("checkout", "-q", "--detach")
    project.git("update-index", "--assume-unchanged", "a.py")
    project.write("a.py", "changed all the same\n")
    return project


def in_a_merge(make: Make) -> Tree:
    project = make("project")
    for branch, text in (("other", "o\n"), ("main", "m\n")):
        project.git("checkout", "-q", *(["-b"] if branch == "other" else []), branch)
        project.write("a.py", text)
        project.commit()
    with pytest.raises(subprocess.CalledProcessError):
        project.git("merge", "other")
    return project


def long_object_names(make: Make) -> Tree:
    project = Tree(make("unused").folder.parent / "sha256")
    project.folder.mkdir()
    project.git("init", "-q", "--object-format=sha256")
    project.write("a.py", "1\n")
    project.commit()
    project.write("a.py", "2\n")
    return project


def submodule_as_committed(make: Make) -> Tree:
    return _with_submodule(make)


def submodule_that_differs(make: Make) -> Tree:
    project = _with_submodule(make, "x y/vendor")
    inside = Tree(project.folder / "x y" / "vendor")
    inside.write("a.py", "CHANGED\n")
    inside.write("new.py", "n\n")
    inside.write("book.ipynb", b"\0\1" * 50)
    inside.remove("pkg/b.py")
    project.write("a.py", "changed too\n")
    return project


def submodule_with_a_commit_that_nobody_has(make: Make) -> Tree:
    project = _with_submodule(make)
    inside = Tree(project.folder / "vendor")
    inside.write("a.py", "LOCAL\n")
    inside.commit()
    return project


def submodule_in_a_submodule(make: Make) -> Tree:
    library, middle, project = make("library"), make("middle"), make("project")
    middle.git("submodule", "add", "-q", os.fspath(library.folder), "in")
    middle.commit()
    project.git("submodule", "add", "-q", os.fspath(middle.folder), "vendor")
    project.commit()
    project.git("submodule", "update", "--init", "--recursive", "-q")
    Tree(project.folder / "vendor" / "in").write("a.py", "deep\n")
    return project


def project_that_is_a_submodule(make: Make) -> Tree:
    project = _with_submodule(make)
    inside = Tree(project.folder / "vendor")
    inside.write("a.py", "changed\n")
    return inside


CASES = (
    *(clean, changed, renamed_and_changed, modes, mode_only_in_the_index, binary, untracked),
    *(folder_in_place_of_a_file, link_in_place_of_a_file, committed_link, line_endings_by_attribute),
    *(worktree, shallow_clone, clone_that_borrows_objects, detached_and_assumed_unchanged, in_a_merge),
    *(long_object_names, submodule_as_committed, submodule_that_differs),
    *(submodule_with_a_commit_that_nobody_has, submodule_in_a_submodule, project_that_is_a_submodule),
)
CLEAN = (clean, mode_only_in_the_index, committed_link, line_endings_by_attribute, submodule_as_committed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_commit_and_patch_give_back_the_tree(
    case: Callable[[Make], Tree], make: Make, tmp_path: Path
) -> None:
    ran = case(make)
    status = ran.git("status", "--porcelain")
    snapshot = take_snapshot(ran.folder)
    state = snapshot.state
    assert snapshot.problems == ()
    assert state.dirty is (case not in CLEAN)
    assert (state.patch is not None) is state.dirty
    restored = _restored(ran, state, tmp_path / "restored")
    assert _tree(restored, state) == state.files
    assert tree_digest((file.path, file.sha256) for file in _tree(restored, state)) == state.tree_sha256
    assert _source(restored.folder) == {file.path for file in state.files}
    (ran.folder / ".reprocrate").mkdir(exist_ok=True)
    (ran.folder / ".reprocrate" / ".gitignore").write_text("*\n")
    assert ran.git("status", "--porcelain") == status  # neither index nor files were touched
    for file in state.files:
        _assert_kept_or_committed(ran.folder, state, file)


def _restored(ran: Tree, state: CodeState, folder: Path) -> Tree:
    """A checkout of the commit somewhere else, with the patch."""
    assert state.commit is not None
    folder.mkdir()
    restored = Tree(folder)
    restored.git("init", "-q", f"--object-format={'sha256' if len(state.commit) == 64 else 'sha1'}")
    restored.git("fetch", "-q", os.fspath(ran.folder), "HEAD")
    restored.git("checkout", "-q", state.commit)
    restored.git("submodule", "update", "--init", "--recursive", "-q")
    if state.patch is not None:
        restored.git("apply", os.fspath(ran.folder / state.patch.path))
    return restored


def _tree(restored: Tree, state: CodeState) -> tuple[CodeFile, ...]:
    found = []
    for file in state.files:
        place = restored.folder / file.path
        data = place.read_bytes()
        mode = bool(place.stat().st_mode & 0o100)
        found.append(CodeFile(file.path, len(data), hashlib.sha256(data).hexdigest(), mode))
    return tuple(found)


def _source(folder: Path) -> set[str]:
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    inside = [name for name in names if ".git" not in name.parts]
    scripts = {name.as_posix() for name in inside if name.name in ("run", "script")}
    return scripts | {name.as_posix() for name in inside if is_source(name.as_posix(), tracked=True)}


def _assert_kept_or_committed(project: Path, state: CodeState, file: CodeFile) -> None:
    """The bytes of a file can be had without the working tree."""
    kept = project / object_path(file.sha256)
    if kept.is_file():
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == file.sha256
        return
    assert state.commit is not None
    data = committed_file(project, state.commit, file.path)
    assert data is not None, file.path
    assert hashlib.sha256(data).hexdigest() == file.sha256


def test_what_a_sparse_checkout_leaves_out_was_not_removed(make: Make) -> None:
    origin = make("origin")
    clone = Tree(origin.folder.parent / "sparse")
    origin.git("clone", "-q", os.fspath(origin.folder), os.fspath(clone.folder))
    clone.git("sparse-checkout", "set", "--no-cone", "/*", "!/pkg")
    state = take_snapshot(clone.folder).state
    assert (state.dirty, state.patch) == (False, None)
    assert [file.path for file in state.files] == ["a.py", "conf.yaml", "run"]


def test_submodule_that_was_never_checked_out_is_left_out(make: Make) -> None:
    project = _with_submodule(make)
    project.git("submodule", "deinit", "-q", "--force", "vendor")
    state = take_snapshot(project.folder).state
    assert (state.dirty, [file.path for file in state.files]) == (
        False,
        ["a.py", "conf.yaml", "pkg/b.py", "run"],
    )


def test_submodule_without_the_commit_that_the_project_names(make: Make) -> None:
    project = _with_submodule(make)
    project.git("update-index", "--cacheinfo", f"160000,{'1' * 40},vendor")
    project.git("commit", "-q", "-m", "Nobody has this")
    snapshot = take_snapshot(project.folder)
    assert "vendor does not have commit 111111111111" in snapshot.problems[0]
    assert snapshot.state.dirty is True
    (file,) = [file for file in snapshot.state.files if file.path == "vendor/a.py"]
    assert (project.folder / object_path(file.sha256)).is_file()


def test_address_is_that_of_the_only_other_repository(make: Make) -> None:
    project = make("project")
    project.git("remote", "add", "upstream", "https://ada:secret@example.org/lab/project.git")
    assert take_snapshot(project.folder).state.repository == "https://example.org/lab/project.git"
    project.git("remote", "add", "other", "https://example.org/other.git")
    assert take_snapshot(project.folder).state.repository is None
