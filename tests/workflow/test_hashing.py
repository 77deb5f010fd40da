"""How often a byte of a project is read while it is packed."""

from __future__ import annotations

import os
import random
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from reprocrate.bundle import Entry, Form, require_room, require_target
from reprocrate.capture.data import digests
from reprocrate.capture.data.digests import CACHE_NAME, Digests, digests_of_project
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import sha256_file
from reprocrate.workflow.hashing import hash_ahead
from reprocrate.workflow.progress import Silence

SIZE = 8_000_000


def _bytes_read() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("rchar")).split()[1])


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were just made count as settled."""
    monkeypatch.setattr(digests, "_SETTLED_NS", -1)


@pytest.mark.usefixtures("settled")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process reads")
def test_large_files_are_read_once_and_known_after_that(tmp_path: Path) -> None:
    paths = [_file(tmp_path / f"{number}.bin", bytes([number]) * SIZE) for number in range(2)]
    known = Digests(tmp_path)
    before = _bytes_read()
    hash_ahead(paths, known, Silence())
    assert 2 * SIZE <= _bytes_read() - before < 2.1 * SIZE
    before = _bytes_read()
    assert [known.of(path) for path in paths] == [sha256_file(path) for path in paths]
    assert _bytes_read() - before < 2.1 * SIZE  # by the comparison itself
    again = Digests(tmp_path)  # as another process, after the first was killed
    before = _bytes_read()
    hash_ahead(paths, again, Silence())
    assert [again.of(path).size for path in paths] == [SIZE, SIZE]
    assert _bytes_read() - before < 0.1 * SIZE
    assert (tmp_path / CACHE_NAME).is_file()


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("size", [10, SIZE])
def test_a_changed_file_is_read_again(size: int, tmp_path: Path) -> None:
    path = _file(tmp_path / "x.bin", bytes(size))
    known = digests_of_project(tmp_path)
    first = known.of(path)
    assert known.of(path) == first
    path.write_bytes(b"1" * size)
    assert known.of(path) == sha256_file(path) != first


def test_what_was_written_just_now_is_not_remembered(tmp_path: Path) -> None:
    path = _file(tmp_path / "x.bin", bytes(SIZE))
    known = Digests(tmp_path)
    known.of(path)
    assert known.unknown([path]) == [path]


def test_disk_that_is_plainly_too_small_is_told_before_packing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise, text = tmp_path / "noise", tmp_path / "text"
    noise.write_bytes(random.Random(1).randbytes(2_000_000))
    text.write_bytes(b"text" * 500_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
    target = tmp_path / "x.crate.zip"
    with pytest.raises(UnavailableError, match=r"at least 1,600,000 bytes .* 600,000 are missing"):
        require_room([Entry("noise", noise)], target, Form.ZIP)
    require_room([Entry("text", text)], target, Form.ZIP)  # nobody knows yet
    with pytest.raises(UnavailableError, match=r"at least 2,000,000 bytes .* 1,000,000 are missing"):
        require_room([Entry("text", text)], target, Form.FOLDER)


def test_target_is_told_apart(tmp_path: Path) -> None:
    require_target(tmp_path / "new.zip", Form.ZIP)
    require_target(tmp_path / "deep" / "new", Form.FOLDER)
    (tmp_path / "data.csv").write_text("1")
    with pytest.raises(UsageError, match="is not a bundle"):
        require_target(tmp_path / "data.csv", Form.ZIP)
    with pytest.raises(UnavailableError, match="is a folder"):
        require_target(tmp_path, Form.ZIP)
    with pytest.raises(UnavailableError, match="no such file or folder"):
        require_target(tmp_path / "deep" / "new.zip", Form.ZIP)
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is denied to root")
def test_target_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o555)
    with pytest.raises(UnavailableError, match="permission denied"):
        require_target(folder / "x.zip", Form.ZIP)
