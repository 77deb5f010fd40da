from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.code.source_names import is_source
from reprocrate.capture.code.tree import take_snapshot
from reprocrate.files import tree_digest


def _paths(project: Any) -> list[str]:
    return [file.path for file in take_snapshot(project.folder).state.files]


def _is_kept(project: Any, text: str) -> bool:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    path = project.folder / ".reprocrate" / "objects" / sha256[:2] / sha256
    return path.is_file() and path.read_text() == text


def test_clean_commit_is_all_that_is_needed(project: Any) -> None:
    commit = project.commit()
    snapshot = take_snapshot(project.folder)
    state = snapshot.state
    assert (state.vcs, state.commit, state.dirty, state.patch) == ("git", commit, False, None)
    assert [file.path for file in state.files] == ["train.py"]
    assert state.files[0].sha256 == hashlib.sha256((project.folder / "train.py").read_bytes()).hexdigest()
    assert state.tree_sha256 == tree_digest((file.path, file.sha256) for file in state.files)
    assert snapshot.problems == ()
    assert not (project.folder / ".reprocrate").exists()


def test_changed_removed_and_new_source_makes_a_patch_that_git_applies(project: Any, tmp_path: Path) -> None:
    project.write("old.py", "gone\n")
    project.write("config.yaml", "a: 1\n")
    commit = project.commit()
    project.write("train.py", "changed\n")
    project.write("config.yaml", "a: 2\n")
    project.write("pkg/new.py", "new\n")
    project.write("with space.py", "space\n")
    (project.folder / "old.py").unlink()
    project.write("data.csv", "data is no code\n")
    project.write("result.json", "{}")
    status = project.git("status", "--porcelain")
    state = take_snapshot(project.folder).state
    assert (state.commit, state.dirty) == (commit, True)
    assert [file.path for file in state.files] == ["config.yaml", "pkg/new.py", "train.py", "with space.py"]
    assert _is_kept(project, "changed\n")
    assert _is_kept(project, "new\n")
    assert state.patch is not None
    patch = project.folder / state.patch.path
    assert hashlib.sha256(patch.read_bytes()).hexdigest() == state.patch.sha256
    assert patch.stat().st_size == state.patch.size

    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", project.folder, clone], check=True)
    subprocess.run(["git", "apply", patch], cwd=clone, check=True)
    for path in ("train.py", "config.yaml", "pkg/new.py", "with space.py"):
        assert (clone / path).read_bytes() == (project.folder / path).read_bytes()
    assert not (clone / "old.py").exists()
    assert (clone / "data.csv").read_text() == "1\n2\n3\n"
    (project.folder / ".reprocrate" / ".gitignore").write_text("*\n")
    assert project.git("status", "--porcelain") == status  # neither index nor files were touched


def test_output_in_version_control_does_not_make_the_code_dirty(project: Any) -> None:
    project.write("results.json", "1")
    project.commit()
    project.write("results.json", "2")
    assert take_snapshot(project.folder).state.dirty is False


def test_executable_bit_counts(project: Any) -> None:
    project.commit()
    (project.folder / "train.py").chmod(0o755)
    state = take_snapshot(project.folder).state
    assert state.dirty is True
    assert state.files[0].executable is True


def test_before_the_first_commit_everything_is_kept(project: Any) -> None:
    project.git("init", "-q")
    state = take_snapshot(project.folder).state
    assert (state.vcs, state.commit, state.dirty, state.patch) == ("git", None, True, None)
    assert [file.path for file in state.files] == ["train.py"]
    assert _is_kept(project, (project.folder / "train.py").read_text())


def test_project_below_the_top_of_a_repository(project: Any) -> None:
    project.write("sub/a.py", "1\n")
    project.write("sub/lib/b.py", "1\n")
    project.commit()
    project.write("sub/a.py", "2\n")
    project.write("train.py", "elsewhere\n")
    sub = project.folder / "sub"
    state = take_snapshot(sub).state
    assert [file.path for file in state.files] == ["a.py", "lib/b.py"]
    assert state.patch is not None
    patch = (sub / state.patch.path).read_text()
    assert "a/sub/a.py" in patch
    assert "train.py" not in patch


def test_ignored_files_are_no_code(project: Any) -> None:
    project.write(".gitignore", "secret/\n*_local.py\n")
    project.write("secret/key.py", "KEY = 1\n")
    project.write("settings_local.py", "KEY = 1\n")
    project.commit()
    assert _paths(project) == ["train.py"]


def test_what_tools_put_beside_a_checkout_is_no_code(project: Any) -> None:
    project.commit()
    project.write("env/pyvenv.cfg", "home = /usr/bin\n")  # Python before 3.13 does not make git ignore it
    project.write("env/lib/python3.11/site-packages/pkg/__init__.py", "")
    project.write("mlruns/0/models/m-1/artifacts/requirements.txt", "numpy\n")
    project.write("new.py", "")
    assert _paths(project) == ["new.py", "train.py"]


@pytest.mark.parametrize("version_control", [True, False])
def test_what_an_earlier_launch_wrote_is_no_code_unless_it_runs(project: Any, version_control: bool) -> None:
    project.write("makes.py", "import os; os.mkdir('out'); open('out/made.py', 'w').close()")
    project.write("uses.py", "import sys; sys.path.insert(0, 'out'); import made")
    project.write("train.py", "")
    if version_control:
        project.commit()
    first = project.finished(sys.executable, "makes.py").record
    assert [file.path for file in first.outputs] == ["out/made.py"]
    assert _paths(project) == ["makes.py", "train.py", "uses.py"]
    second = project.finished(sys.executable, "uses.py").record
    assert [file.path for file in second.code.files] == ["makes.py", "out/made.py", "train.py", "uses.py"]


def test_repository_address_is_recorded_without_credentials(project: Any) -> None:
    project.commit()
    project.git("remote", "add", "origin", "https://ada:token@example.org/rings.git")
    assert take_snapshot(project.folder).state.repository == "https://example.org/rings.git"


def test_nothing_that_the_repository_configures_is_started(project: Any) -> None:
    trap = project.write("trap.sh", '#!/bin/sh\ntouch sprung\ncat "$1" 2>/dev/null\n')
    trap.chmod(0o755)
    project.write(".gitattributes", "*.py diff=trap\n")
    project.commit()
    for name in ("core.fsmonitor", "diff.external", "diff.trap.textconv", "diff.trap.command", "core.pager"):
        project.git("config", name, os.fspath(trap))
    hook = project.folder / ".git" / "hooks" / "post-index-change"
    hook.write_text(trap.read_text())
    hook.chmod(0o755)
    project.write("train.py", "changed\n")
    project.write("new.py", "new\n")
    state = take_snapshot(project.folder).state
    assert state.patch is not None
    assert "+changed" in (project.folder / state.patch.path).read_text()
    assert not list(project.folder.rglob("sprung"))


def test_broken_repository_is_a_problem_and_the_folder_is_read(project: Any) -> None:
    project.commit()
    (project.folder / ".git" / "HEAD").write_text("nonsense\n")
    snapshot = take_snapshot(project.folder)
    assert snapshot.state.vcs is None
    assert [file.path for file in snapshot.state.files] == ["train.py"]
    assert "git could not read the repository" in snapshot.problems[0]


def test_without_git_what_tools_put_there_is_left_out(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("pkg/a.py", "run.sh", "requirements.txt", "Makefile", "note.ipynb", "params.yaml"):
        project.write(path, "x\n")
    for path in (
        ".venv/lib/x.py",
        "node_modules/x.js",
        "__pycache__/x.py",
        "out.json",
        "data.npz",
        "config.yaml",
        "reprocrate.toml",
        ".reprocrate/x.py",
    ):
        project.write(path, "x\n")
    project.write("myenv/pyvenv.cfg", "home = x\n")
    project.write("myenv/lib/x.py", "x\n")
    project.write("tool", "#!/bin/sh\n").chmod(0o755)
    project.write("text", "no program\n")
    expected = [
        "Makefile",
        "note.ipynb",
        "params.yaml",
        "pkg/a.py",
        "requirements.txt",
        "run.sh",
        "tool",
        "train.py",
    ]
    assert _paths(project) == expected
    state = take_snapshot(project.folder).state
    assert (state.vcs, state.commit, state.dirty, state.patch) == (None, None, None, None)
    assert _is_kept(project, "#!/bin/sh\n")
    monkeypatch.setenv("PATH", "/nonexistent")
    project.folder.joinpath(".git").mkdir()
    assert _paths(project) == expected  # a repository, but no git program


def test_file_that_ran_is_added_whatever_its_name(project: Any) -> None:
    project.write("generated.txt", "x = 1\n")
    snapshot = take_snapshot(project.folder)
    more = snapshot.with_executed(project.folder, ["generated.txt", "train.py", "absent.py"])
    assert [file.path for file in more.state.files] == ["generated.txt", "train.py"]
    assert more.state.tree_sha256 != snapshot.state.tree_sha256
    assert _is_kept(project, "x = 1\n")
    assert snapshot.with_executed(project.folder, ["train.py"]) is snapshot


def test_unreadable_and_linked_files(project: Any, tmp_path: Path) -> None:
    (project.folder / "dangling.py").symlink_to("absent.py")
    (project.folder / "linked.py").symlink_to("train.py")
    (tmp_path / "outside").mkdir()
    (project.folder / "loop").symlink_to(project.folder)
    os.mkfifo(project.folder / "pipe.py")
    assert _paths(project) == ["linked.py", "train.py"]


def test_large_file_is_not_kept(project: Any) -> None:
    text = "#" * 10_000_001
    project.write("large.py", text)
    assert "large.py" in _paths(project)
    assert not _is_kept(project, text)


@pytest.mark.parametrize(
    ("path", "tracked", "untracked"),
    [
        ("a.py", True, True),
        ("A.R", True, True),
        ("conf/model.yaml", True, False),
        ("requirements-dev.txt", True, True),
        ("data.csv", False, False),
        ("vocab.txt", False, False),
        ("reprocrate.toml", False, False),
        (".reprocrate/x.py", False, False),
    ],
)
def test_what_is_source(path: str, tracked: bool, untracked: bool) -> None:
    assert is_source(path, tracked=True) is tracked
    assert is_source(path, tracked=False) is untracked
