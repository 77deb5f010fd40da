from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reprocrate.errors import UnavailableError
from reprocrate.files import FileKind, walk


def _make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def test_files_come_in_the_order_of_the_bytes_of_their_paths(tmp_path: Path) -> None:
    paths = ["a.txt", "a/b/c", "a/b.c", "a-b", "a0", "A", "é", "z/\U0001f600", "z/\uffee", ".git/x"]
    _make(tmp_path, *paths)
    assert [file.path for file in walk(tmp_path)] == sorted(paths, key=str.encode)


def test_size_permission_and_place_are_told(tmp_path: Path) -> None:
    _make(tmp_path, "bin/run.sh", "notes")
    (tmp_path / "bin/run.sh").chmod(0o755)
    run, notes = walk(tmp_path)
    assert (run.path, run.size, run.executable, run.location) == (
        "bin/run.sh",
        10,
        True,
        tmp_path / "bin/run.sh",
    )
    assert not notes.executable


def test_links_are_told_not_followed(tmp_path: Path) -> None:
    _make(tmp_path, "real/x")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "dangling").symlink_to("nowhere")
    found = {file.path: file.kind for file in walk(tmp_path)}
    assert found == {
        "real/x": FileKind.FILE,
        "folder": FileKind.LINK,
        "loop": FileKind.LINK,
        "dangling": FileKind.LINK,
    }


def test_pipes_are_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [file.kind for file in walk(tmp_path)] == [FileKind.OTHER]


def test_skipped_folders_are_not_even_read(tmp_path: Path) -> None:
    _make(tmp_path, ".venv/lib/x", "src/y", "src/z.pyc")
    asked = []

    def skip(path: str) -> bool:
        asked.append(path)
        return path == ".venv/" or path.endswith(".pyc")

    assert [file.path for file in walk(tmp_path, skip)] == ["src/y"]
    assert asked == [".venv/", "src/", "src/y", "src/z.pyc"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_name_that_is_not_text_is_still_found(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_bytes(b"")
    assert [os.fsencode(file.path) for file in walk(tmp_path)] == [b"caf\xe9"]


def test_missing_root_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="nowhere"):
        list(walk(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="is a file, not a folder"):
        list(walk(tmp_path / "file"))


def test_very_deep_trees_are_walked(tmp_path: Path) -> None:
    path = "/".join("d" * 1500)
    folder = os.open(tmp_path, os.O_RDONLY)
    for part in path.split("/"):
        os.mkdir(part, dir_fd=folder)
        inner = os.open(part, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    try:
        assert [file.path for file in walk(tmp_path)] == [f"{path}/leaf"]
    finally:  # too deep for pytest to remove
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)
