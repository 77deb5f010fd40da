"""What killed processes leave behind: removed, unless somebody may still write it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reprocrate.files import hold, remove_leftovers, temporary_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks on Windows")
NAMES = [".reprocrate-0123456789abcdef.tmp", "reprocrate-0123456789abcdef.partial"]


def _make(folder: Path, name: str, age: float = 3600) -> Path:
    place = folder / name
    if name.endswith(".tmp"):
        place.write_text("half")
    else:
        (place / "inside").mkdir(parents=True)
        (place / "inside" / "file").write_text("half")
    moment = place.stat().st_mtime - age
    os.utime(place, (moment, moment))
    return place


@pytest.mark.parametrize("name", NAMES)
def test_what_nobody_holds_is_removed(name: str, tmp_path: Path) -> None:
    _make(tmp_path, name)
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_being_written_stays(name: str, tmp_path: Path) -> None:
    place = _make(tmp_path, name)
    descriptor = os.open(place, os.O_RDONLY)
    try:
        hold(descriptor)
        remove_leftovers(tmp_path)
        assert place.exists()
    finally:
        os.close(descriptor)
    remove_leftovers(tmp_path)
    assert not place.exists()


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_just_now_stays(name: str, tmp_path: Path) -> None:
    place = _make(tmp_path, name, age=0)
    remove_leftovers(tmp_path)
    assert place.exists()


@pytest.mark.parametrize(
    "name", ["notes.tmp", "reprocrate-notes.partial", "reprocrate-0123456789ABCDEF.partial"]
)
def test_what_has_another_name_stays(name: str, tmp_path: Path) -> None:
    place = _make(tmp_path, name)
    remove_leftovers(tmp_path)
    assert place.exists()


def test_link_is_no_leftover_and_is_not_followed(tmp_path: Path) -> None:
    kept = _make(tmp_path, "kept")
    (tmp_path / NAMES[1]).symlink_to("kept")
    remove_leftovers(tmp_path)
    assert (kept / "inside" / "file").exists()


def test_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "gone")


def test_a_folder_for_the_time_being_stays_while_it_is_needed_and_goes_with_its_process(
    tmp_path: Path,
) -> None:
    with temporary_folder(tmp_path) as place:
        (place / "file").write_text("half")
        os.utime(place, (0, 0))
        remove_leftovers(tmp_path)
        assert (place / "file").exists()
    assert list(tmp_path.iterdir()) == []
    code = (
        "import os, pathlib, signal\n"
        "from reprocrate.files import temporary_folder\n"
        "with temporary_folder(pathlib.Path()) as place:\n"
        "    (place / 'file').write_text('half')\n"
        "    os.utime(place, (0, 0))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert len(list(tmp_path.iterdir())) == 1
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []
