from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reprocrate.bundle import Entry, open_bundle, pack
from reprocrate.errors import UnavailableError, UsageError

EXTRACT_FROM_A_PROCESS = """
import os, shutil, sys
from pathlib import Path
from types import SimpleNamespace
if len(sys.argv) > 3:  # a file system that promises more room than it has
    shutil.disk_usage = lambda path: SimpleNamespace(free=1 << 40)
from reprocrate.bundle import open_bundle
from reprocrate.errors import UnavailableError
with open_bundle(Path(sys.argv[1])) as bundle:
    try:
        bundle.extract(Path(sys.argv[2]) / "out")
    except UnavailableError as error:
        print(error)
print(os.listdir(sys.argv[2]))
"""


def test_folders_above_the_target_are_made(bundle: Path, tmp_path: Path) -> None:
    with open_bundle(bundle) as opened:
        opened.extract(tmp_path / "a/b/c")
    assert (tmp_path / "a/b/c/run.sh").exists()
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c"]


def test_empty_folder_that_someone_stands_in_stays_the_same_folder(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with open_bundle(bundle) as opened:
        opened.extract(Path())
    assert Path("run.sh").exists()
    assert not list(Path().glob("*.partial"))


def test_link_to_an_empty_folder_is_a_folder(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to("disk")
    with open_bundle(bundle) as opened:
        opened.extract(tmp_path / "out")
    assert (tmp_path / "disk/run.sh").exists()


def test_permissions_are_what_the_user_chose(bundle: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with open_bundle(bundle) as opened:
            opened.extract(tmp_path / "out")
    finally:
        os.umask(before)
    modes = [(tmp_path / "out" / name).stat().st_mode & 0o777 for name in ("", "data", "run.sh", "data.txt")]
    assert modes == [0o700, 0o700, 0o700, 0o600]


@pytest.mark.parametrize("kind", ["file", "full folder", "dangling link"])
def test_what_exists_is_never_unpacked_over(kind: str, bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    if kind == "file":
        target.write_text("mine")
    elif kind == "full folder":
        target.mkdir()
        (target / ".hidden").write_text("mine")
    else:
        target.symlink_to("nowhere")
    with open_bundle(bundle) as opened, pytest.raises(UsageError, match="out exists and is not"):
        opened.extract(target)
    assert {path.name for path in tmp_path.iterdir()} == {"out", bundle.name}


@pytest.mark.parametrize("exists", [True, False])
def test_failing_to_write_leaves_nothing(
    exists: bool, tmp_path: Path, entries: list[Entry], request: pytest.FixtureRequest
) -> None:
    bundle = pack(entries, tmp_path / "x.zip").path
    target = tmp_path / "deep/out"
    if exists:
        target.mkdir(parents=True)
    request.getfixturevalue("small_limit")
    with open_bundle(bundle) as opened, pytest.raises(UnavailableError, match=r"out/data/large noise\.bin"):
        opened.extract(target)
    if exists:
        assert list(target.iterdir()) == []
    else:
        assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /sys, where not even root can make folders")
def test_refused_permission_is_told(bundle: Path) -> None:
    with open_bundle(bundle) as opened, pytest.raises(UnavailableError, match=r"could not write /sys/out"):
        opened.extract(Path("/sys/out"))


def test_file_in_the_way_of_the_target_is_told(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with open_bundle(bundle) as opened, pytest.raises(UnavailableError, match="could not write"):
        opened.extract(tmp_path / "file/out")


def _bubblewrap_works() -> bool:
    command = ["bwrap", "--bind", "/", "/", "--size", "65536", "--tmpfs", "/tmp", "true"]
    return bool(shutil.which("bwrap")) and subprocess.run(command, check=False).returncode == 0


@pytest.mark.skipif(not _bubblewrap_works(), reason="needs bubblewrap to make a small disk")
@pytest.mark.parametrize(
    ("option", "why"),
    [([], "out. the disk is full: [0-9,]+ bytes are needed"), (["full"], r"data/.*: the disk is full")],
)
def test_full_disk_is_told_and_left_empty(option: list[str], why: str, bundle: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    small_disk = ["bwrap", "--dev-bind", "/", "/", "--size", str(3 << 19), "--tmpfs", disk]
    done = subprocess.run(
        [*small_disk, sys.executable, "-c", EXTRACT_FROM_A_PROCESS, bundle, disk, *option],
        capture_output=True,
        text=True,
        check=True,
    )
    message, listing = done.stdout.splitlines()
    assert re.search(why, message)
    assert listing == "[]"


def test_interrupted_unpacking_leaves_nothing(bundle: Path, tmp_path: Path) -> None:
    def interrupt(_count: int) -> None:
        raise KeyboardInterrupt

    with open_bundle(bundle) as opened, pytest.raises(KeyboardInterrupt):
        opened.extract(tmp_path / "a/out", interrupt)
    assert [path.name for path in tmp_path.iterdir()] == [bundle.name]
