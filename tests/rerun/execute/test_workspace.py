"""Runs see copies of code and data, checked, and the same ones every time."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.manifest import File
from reprocrate.rerun.data.supply import Supply
from reprocrate.rerun.execute.workspace import Workspace
from reprocrate.rerun.work.materials import Material


def material(path: str, content: bytes, root: str | None = None, executable: bool = False) -> Material:
    sha256 = hashlib.sha256(content).hexdigest()
    file = File(path=path, size=len(content), sha256=sha256, executable=executable)
    return Material(file, f".reprocrate/external/weights/{path}" if root else path, root, "weights")


MATERIALS = (
    material("train.sh", b"#!/bin/sh\n", executable=True),
    material("data/rings.csv", b"1,2\n"),
    material("model.bin", b"weights", root="huggingface"),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An imported folder with a script, a data file, a result, and a file from outside the project."""
    source = tmp_path / "imported"
    files = {
        "train.sh": b"#!/bin/sh\n",
        "data/rings.csv": b"1,2\n",
        "out/0.json": b"{}",
        ".reprocrate/external/weights/model.bin": b"weights",
    }
    for path, content in files.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(content)
    return Workspace(source, tmp_path / "work", tmp_path / "home")


def filled(workspace: Workspace) -> list[str]:
    return [one.file.path for one in workspace.fill(MATERIALS)]


def test_holds_code_and_data_and_no_recorded_output(workspace: Workspace) -> None:
    assert filled(workspace) == ["train.sh", "data/rings.csv", "model.bin"]
    files = {
        path.relative_to(workspace.work).as_posix() for path in workspace.work.rglob("*") if path.is_file()
    }
    assert files == {"train.sh", "data/rings.csv"}
    assert (workspace.home / ".cache" / "huggingface" / "model.bin").read_bytes() == b"weights"
    assert (workspace.work / "train.sh").stat().st_mode & 0o111
    assert not (workspace.work / "data" / "rings.csv").stat().st_mode & 0o111


def test_nothing_is_copied_twice(workspace: Workspace) -> None:
    assert filled(workspace)
    assert filled(workspace) == []


def test_what_a_run_changed_or_removed_is_restored(workspace: Workspace) -> None:
    filled(workspace)
    (workspace.work / "train.sh").unlink()
    (workspace.work / "data" / "rings.csv").write_bytes(b"9,9\n")
    assert filled(workspace) == ["train.sh", "data/rings.csv"]
    assert (workspace.work / "data" / "rings.csv").read_bytes() == b"1,2\n"


def test_outputs_of_earlier_runs_stay(workspace: Workspace) -> None:
    filled(workspace)
    (workspace.work / "out").mkdir()
    (workspace.work / "out" / "0.json").write_text("new")
    filled(workspace)
    assert (workspace.work / "out" / "0.json").read_text() == "new"


def test_changing_a_copy_leaves_the_original(workspace: Workspace) -> None:
    filled(workspace)
    (workspace.work / "data" / "rings.csv").write_bytes(b"9,9\n")
    assert (workspace.source / "data" / "rings.csv").read_bytes() == b"1,2\n"


def test_a_link_that_a_run_left_does_not_lead_outside(workspace: Workspace, tmp_path: Path) -> None:
    filled(workspace)
    outside = tmp_path / "outside"
    outside.mkdir()
    data = workspace.work / "data"
    (data / "rings.csv").unlink()
    data.rmdir()
    data.symlink_to(outside)
    (workspace.work / "train.sh").unlink()
    (workspace.work / "train.sh").symlink_to(outside / "train.sh")
    assert filled(workspace) == ["train.sh", "data/rings.csv"]
    assert list(outside.iterdir()) == []
    assert not data.is_symlink()
    assert not (workspace.work / "train.sh").is_symlink()


def test_a_file_that_is_not_the_recorded_one_is_refused(workspace: Workspace) -> None:
    (workspace.source / "data" / "rings.csv").write_bytes(b"evil")
    with pytest.raises(IntegrityError, match=r"data/rings\.csv"):
        filled(workspace)
    assert not (workspace.work / "data" / "rings.csv").exists()
    assert list((workspace.work / "data").iterdir()) == []


def test_a_file_that_did_not_come_along_is_named(workspace: Workspace) -> None:
    (workspace.source / "data" / "rings.csv").unlink()
    with pytest.raises(UnavailableError, match=r"data/rings\.csv.*See `plan`"):
        filled(workspace)


def test_a_folder_in_a_files_place_is_told(workspace: Workspace) -> None:
    filled(workspace)
    (workspace.work / "train.sh").unlink()
    (workspace.work / "train.sh").mkdir()
    with pytest.raises(UnavailableError, match="folder"):
        filled(workspace)


def test_code_of_another_tree_is_taken_away_and_outputs_are_not(workspace: Workspace) -> None:
    filled(workspace)
    (workspace.work / "made.txt").touch()
    workspace.remove(["train.sh", "never-there", "nor/there"])
    assert not (workspace.work / "train.sh").exists()
    assert not (workspace.work / "nor").exists()
    assert (workspace.work / "made.txt").exists()
    assert filled(workspace) == ["train.sh"]


def test_nothing_is_taken_away_behind_a_link(workspace: Workspace, tmp_path: Path) -> None:
    filled(workspace)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious.py").touch()
    (workspace.work / "src").symlink_to(tmp_path / "outside")
    workspace.remove(["src/precious.py"])
    assert (tmp_path / "outside" / "precious.py").exists()


@pytest.mark.parametrize("path", [".git/config", "sub/.GIT/hooks/pre-commit"])
def test_a_git_folder_is_never_copied(workspace: Workspace, path: str) -> None:
    with pytest.raises(UnavailableError, match="git repository"):
        list(workspace.fill([material(path, b"")]))


@pytest.mark.parametrize("root", ["external", "temporary"])
def test_a_place_that_cannot_be_given_to_a_run_is_named(workspace: Workspace, root: str) -> None:
    with pytest.raises(UnavailableError, match=root):
        list(workspace.fill([material("model.bin", b"weights", root=root)]))


# -- data that the reader has elsewhere --


def supplied(tmp_path: Path, content: bytes = b"1,2\n") -> tuple[Workspace, Path, Material]:
    """A workspace whose data lies elsewhere, the file there, and what is recorded of it."""
    original = tmp_path / "elsewhere" / "numbers.txt"
    original.parent.mkdir()
    original.write_bytes(content)
    one = material("data/rings.csv", content)
    supply = Supply(original, len(content), hashlib.sha256(content).hexdigest())
    (tmp_path / "imported").mkdir()
    work = Workspace(tmp_path / "imported", tmp_path / "work", tmp_path / "home", {one.key: supply})
    return work, original, one


@pytest.mark.parametrize("content", [b"1,2\n", bytes(3 << 20)], ids=["small", "large"])
def test_a_run_cannot_change_what_the_reader_has(tmp_path: Path, content: bytes) -> None:
    workspace, original, one = supplied(tmp_path, content)
    original.chmod(0o444)
    assert list(workspace.fill([one])) == [one]
    copy = workspace.work / "data" / "rings.csv"
    assert copy.read_bytes() == content
    assert copy.stat().st_ino != original.stat().st_ino
    assert not copy.is_symlink()
    with copy.open("r+b") as file:
        file.write(b"9")
    copy.chmod(0o777)
    assert original.read_bytes() == content
    assert original.stat().st_mode & 0o777 == 0o444
    assert list(workspace.fill([one])) == [one]
    assert copy.read_bytes() == content


def test_what_was_replaced_after_its_check_is_noticed(tmp_path: Path) -> None:
    workspace, original, one = supplied(tmp_path)
    original.write_bytes(b"1,3\n")
    with pytest.raises(IntegrityError, match=r"data/rings\.csv is not the recorded file.*numbers\.txt"):
        list(workspace.fill([one]))
    assert not (workspace.work / "data" / "rings.csv").exists()


def test_it_is_noticed_where_no_digest_was_recorded(tmp_path: Path) -> None:
    workspace, original, one = supplied(tmp_path)
    unknown = Material(File(path="data/rings.csv"), one.source, None, "weights")
    assert list(workspace.fill([unknown])) == [unknown]
    (workspace.work / "data" / "rings.csv").unlink()
    original.write_bytes(b"1,3\n")
    with pytest.raises(IntegrityError):
        list(workspace.fill([unknown]))


@pytest.mark.parametrize("found", ["pipe", "folder", "nothing", "huge"])
def test_whatever_takes_its_place_is_refused_at_once(tmp_path: Path, found: str) -> None:
    workspace, original, one = supplied(tmp_path)
    original.unlink()
    if found == "pipe":
        os.mkfifo(original)
    elif found == "folder":
        original.mkdir()
    elif found == "huge":
        with original.open("wb") as file:
            file.truncate(10 * 10**9)
    with pytest.raises((IntegrityError, UnavailableError)):
        list(workspace.fill([one]))
    assert not list((workspace.work / "data").iterdir())
