from __future__ import annotations

import gc
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprocrate.errors import UnavailableError
from reprocrate.files import atomic_file, write_atomically


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def small_limit() -> Iterator[None]:
    """No file may grow beyond 64 KiB, as on a disk that is almost full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_file_is_written_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    write_atomically(target, b"one")
    write_atomically(str(target), b"two")
    assert target.read_bytes() == b"two"
    assert _names(tmp_path) == ["x.json"]


def test_new_file_has_the_permissions_that_the_user_chose(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "x", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


def test_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"secret")
    (tmp_path / "x").chmod(0o600)
    write_atomically(tmp_path / "x", b"still secret")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


def test_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"untouched")
    (tmp_path / "x").symlink_to("elsewhere")
    write_atomically(tmp_path / "x", b"new")
    assert (tmp_path / "elsewhere").read_bytes() == b"untouched"
    assert not (tmp_path / "x").is_symlink()


def test_longest_file_name_can_be_written(tmp_path: Path) -> None:
    write_atomically(tmp_path / ("x" * 255), b"data")
    assert _names(tmp_path) == ["x" * 255]


def test_streamed_file_can_be_sought_in(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "x") as file:
        file.write(b"....body")
        file.seek(0)
        file.write(b"head")
        file.seek(0, os.SEEK_END)
        assert file.tell() == 8
        assert not (tmp_path / "x").exists()
    assert (tmp_path / "x").read_bytes() == b"headbody"


def test_failing_block_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"before")

    def fail() -> None:
        with atomic_file(tmp_path / "x") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (tmp_path / "x").read_bytes() == b"before"
    assert _names(tmp_path) == ["x"]


@pytest.mark.filterwarnings("error")
def test_no_room_is_told_and_leaves_nothing(tmp_path: Path, small_limit: None) -> None:
    with pytest.raises(UnavailableError, match=r"could not write .*/x.*largest size"):
        write_atomically(tmp_path / "x", bytes(1 << 17))

    def write_a_little_at_a_time() -> None:
        with atomic_file(tmp_path / "y") as file:
            for _ in range(1 << 17):
                file.write(b"a little")

    with pytest.raises(UnavailableError, match="could not write"):
        write_a_little_at_a_time()
    gc.collect()
    assert _names(tmp_path) == []


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no such file or folder"):
        write_atomically(tmp_path / "nowhere" / "x", b"")


def test_folders_and_pipes_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnavailableError, match="it is a folder"):
        write_atomically(tmp_path / "folder", b"")
    with pytest.raises(UnavailableError, match="it is a device or a pipe"):
        write_atomically(tmp_path / "pipe", b"")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert _names(tmp_path) == ["folder", "pipe"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /sys, where not even root can make files")
def test_refused_permission_is_told() -> None:
    with pytest.raises(UnavailableError, match=r"permission denied|read-only"):
        write_atomically("/sys/reprocrate-test", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files without a name")
def test_killed_process_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from reprocrate.files import atomic_file\n"
        "with atomic_file(sys.argv[1]) as file:\n"
        "    file.write(bytes(1 << 20)); file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (tmp_path / "x").write_bytes(b"before")
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "x"], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert _names(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"before"


def test_file_systems_without_nameless_files_work_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with atomic_file(tmp_path / "x") as file:
        file.write(b"data")
        assert len(_names(tmp_path)) == 1
    assert _names(tmp_path) == ["x"]
    with pytest.raises(ZeroDivisionError), atomic_file(tmp_path / "y"):
        raise ZeroDivisionError
    assert _names(tmp_path) == ["x"]
