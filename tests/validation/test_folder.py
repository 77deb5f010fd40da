"""The files around a manifest in a folder that may be a stranger's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reprocrate import UnavailableError
from reprocrate.validation import FolderFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "bundle"
    (root / "data").mkdir(parents=True)
    (root / "data" / "rings.csv").write_bytes(b"x,y\n")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    return root


def test_file_is_read_and_measured(folder: Path) -> None:
    files = FolderFiles(folder)
    assert files.exists("data/rings.csv")
    digest = files.digest("data/rings.csv")
    assert (digest.size, digest.sha256[:8]) == (4, "9c6536d3")
    assert files.read("data/rings.csv", 2) == b"x,"
    assert list(files.names()) == ["data/rings.csv"]


@pytest.mark.parametrize(
    "path", ["data", "absent.csv", "../secret.txt", "/etc/hostname", "data/../data/rings.csv", "", "a\0b"]
)
def test_what_is_no_file_of_the_folder_is_absent(folder: Path, path: str) -> None:
    files = FolderFiles(folder)
    assert not files.exists(path)
    with pytest.raises(UnavailableError, match="could not read"):
        files.digest(path)
    with pytest.raises(UnavailableError, match="could not read"):
        files.read(path, 1)


def test_links_are_followed_within_the_folder_only(folder: Path) -> None:
    (folder / "inside.csv").symlink_to("data/rings.csv")
    (folder / "outside.txt").symlink_to("../secret.txt")
    (folder / "up").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    files = FolderFiles(folder)
    assert files.exists("inside.csv")
    assert not files.exists("outside.txt")
    assert not files.exists("up/secret.txt")
    assert not files.exists("loop")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert not FolderFiles(folder).exists("pipe")
