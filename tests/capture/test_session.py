"""What launches of one session need not find out again, and what they must notice nevertheless."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.code.source_names import may_be_source
from reprocrate.capture.launch.launch import prepare
from reprocrate.capture.launch.request import Request
from reprocrate.capture.launch.session import Session
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.history import INDEX_NAME, History


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def code_of(project: Any, session: Session) -> Any:
    launch = prepare(Request(project.folder, ("python", "a.py")), os.environ, session)
    launch.abandon()
    return launch.record.code


@pytest.fixture(params=["git", "folder"])
def tree(project: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two files of source, which count as settled at once."""
    monkeypatch.setattr("reprocrate.capture.code.source_memory._SETTLED_NS", -1)
    project.write("a.py", "import b\n")
    project.write("b.py", "x = 1\n")
    if request.param == "git":
        git(project.folder, "init", "-q")
        git(project.folder, "add", "a.py", "b.py")
        git(project.folder, "commit", "-qm", "All")
    return project


def test_unchanged_source_is_not_read_again(tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.of(tree.folder)
    first = code_of(tree, session)
    read: list[str] = []
    original = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or original(path))
    assert code_of(tree, session) == first
    assert not {"a.py", "b.py"} & set(read)


def test_a_change_between_two_seeds_is_noticed(tree: Any) -> None:
    session = Session.of(tree.folder)
    before = code_of(tree, session)
    file = tree.folder / "b.py"
    status = file.stat()
    file.write_text("x = 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # same size, same time of modification
    after = code_of(tree, session)
    assert after.tree_sha256 != before.tree_sha256
    file.chmod(0o755)
    assert [one.executable for one in code_of(tree, session).files if one.path == "b.py"] == [True]
    tree.write("c.py", "")
    assert "c.py" in {one.path for one in code_of(tree, session).files}
    file.unlink()
    assert "b.py" not in {one.path for one in code_of(tree, session).files}


def test_a_commit_between_two_seeds_is_noticed(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reprocrate.capture.code.source_memory._SETTLED_NS", -1)
    git(project.folder, "init", "-q")
    project.write("a.py", "x = 1\n")
    git(project.folder, "add", "a.py")
    git(project.folder, "commit", "-qm", "One")
    project.write("new.py", "y = 1\n")
    project.write("a.py", "x = 2\n")
    session = Session.of(project.folder)
    dirty = code_of(project, session)
    assert dirty.dirty
    again = code_of(project, session)
    assert again == dirty
    (project.folder / dirty.patch.path).unlink()
    assert code_of(project, session).patch == dirty.patch
    assert (project.folder / dirty.patch.path).is_file()
    git(project.folder, "add", "--all", ":(exclude).reprocrate")
    git(project.folder, "commit", "-qm", "Two")
    clean = code_of(project, session)
    assert (clean.dirty, clean.patch) == (False, None)
    assert clean.commit != dirty.commit
    assert clean.tree_sha256 == dirty.tree_sha256


def test_what_changed_a_moment_ago_is_read_again(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the grain of its clock a file may change once more and look the same."""
    project.write("a.py", "x = 1\n")
    session = Session.of(project.folder)
    code_of(project, session)
    read: list[str] = []
    original = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or original(path))
    code_of(project, session)
    assert "a.py" in read


def test_what_others_record_meanwhile_is_seen(project: Any) -> None:
    history = History(project.folder, may_be_source)
    assert history.over() == frozenset()
    first = project.record("sh", "-c", "echo 1 > made.sh", name="one")
    assert history.over() == {first.id}
    assert [one.name for one in history.called("one")] == ["one"]
    assert history.written_sources() == {"made.sh"}
    running = project.prepare("sh", "-c", "true", name="one")
    assert history.over() == {first.id}
    assert history.others(frozenset({first.id}), "mine")
    assert len(history.called("one")) == 2
    running.abandon()
    assert len(history.called("one")) == 1
    assert not history.others(frozenset({first.id}), "mine")


def test_a_damaged_index_costs_time_and_nothing_else(project: Any) -> None:
    record = project.record("sh", "-c", "true", "{seed}", seed=4)
    known = History(project.folder, may_be_source).same_work(record.configuration, record.given_seeds)
    assert known == [record.id]
    index = project.folder / INDEX_NAME
    whole = index.read_bytes()
    assert len(whole.splitlines()) == 1
    for damage in (b"", b"\xff\xfe nonsense\n{}\n[]\n", whole[:-20], b"null\n" + whole):
        index.write_bytes(damage)
        history = History(project.folder, may_be_source)
        assert history.same_work(record.configuration, record.given_seeds) == [record.id]
    index.write_bytes(index.read_bytes() + b"{}\n" * 2000)
    assert History(project.folder, may_be_source).over() == {record.id}
    assert len(index.read_bytes().splitlines()) == 1


def test_a_record_that_is_gone_or_no_record_is_not_counted(project: Any) -> None:
    record = project.record("sh", "-c", "true", "{seed}", seed=4, name="n")
    history = History(project.folder, may_be_source)
    assert history.called("n")
    (project.folder / RUNS / "notes").mkdir()
    (project.folder / RUNS / record.id / "run.json").write_text("{")
    assert history.over() == {record.id}  # what is complete is not looked at again by one session
    fresh = History(project.folder, may_be_source)
    assert fresh.called("n") == []
    assert not fresh.others(frozenset({record.id}), "mine")
    for path in (project.folder / RUNS / record.id).iterdir():
        path.unlink()
    (project.folder / RUNS / record.id).rmdir()
    assert history.called("n") == []
    assert history.same_work(record.configuration, record.given_seeds) == []


def test_a_killed_launch_is_over(project: Any) -> None:
    """Its lock is left behind, but nobody holds it; launches after it have the project to themselves."""
    launch = project.prepare("sh", "-c", "true", name="n")
    os.close(launch.liveness._descriptor)
    launch.liveness._descriptor = -1
    assert History(project.folder, may_be_source).over() == {launch.folder.name}
    record = project.record("sh", "-c", "echo 1 > made.txt")
    assert [file.path for file in record.outputs] == ["made.txt"]
    assert RunRecord.load(launch.folder / "run.json").status == "running"


def test_what_was_written_just_before_a_launch_is_older_than_the_launch(project: Any) -> None:
    session = Session.of(project.folder)
    for _ in range(5):
        laid_out = project.write("laid-out.csv", "1\n")
        launch = prepare(Request(project.folder, ("python", "a.py")), os.environ, session)
        began_ns = launch.liveness.began_ns
        launch.abandon()
        assert laid_out.stat().st_ctime_ns < began_ns
        laid_out.unlink()
