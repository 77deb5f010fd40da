"""`pack` that is killed, interrupted or has no room: no half bundle, and a project as it was."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.bundle import open_bundle
from tests.prepared import completed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")

FIRST = """
import atexit, os, sys

number, moment, unnamed = {number}, {moment}, "{how}"
if unnamed == "named" and hasattr(os, "O_TMPFILE"):
    del os.O_TMPFILE  # as on a file system that has no files without a name
TELLING = {{"open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.symlink"}}
seen = 0

def look(event, _arguments):
    global seen
    if event in TELLING:
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), number)

atexit.register(lambda: os.write(2, f"\\n{{seen}} events".encode()))
sys.addaudithook(look)
"""
"""Has a command send itself a signal when it does something with files for the n-th time."""

TEMPORARY = re.compile(r"\.?reprocrate-[0-9a-f]{16}\.(tmp|partial)")
_OURS = (".reprocrate/cache/", ".reprocrate/masked/")


def _run(cli: Any, project: Path, number: int, moment: int, how: str, *arguments: object) -> Any:
    first = FIRST.format(number=int(number), moment=moment, how=how)
    return completed(project, *arguments, environ=cli.environ, first=first)


def _without_ours(found: dict[str, str]) -> dict[str, str]:
    """What is the author's; a file under way may be left beside the manifest until the next `pack`."""
    return {
        path: digest
        for path, digest in found.items()
        if not path.startswith(_OURS) and not TEMPORARY.fullmatch(path)
    }


def _age(folder: Path) -> None:
    """Make what a killed process left an hour older."""
    for place in folder.iterdir():
        if TEMPORARY.fullmatch(place.name):
            moment = place.stat().st_mtime - 3600
            os.utime(place, (moment, moment))


def _content(bundle: Path, tree: Any) -> object:
    return tree(bundle) if bundle.is_dir() else bundle.read_bytes()


def _is_half(target: Path) -> bool:
    """Whether there is something that a reader would take for a bundle, and that is none."""
    if not target.exists() or (target.is_dir() and not (target / "reprocrate.json").exists()):
        return False
    with open_bundle(target) as bundle:
        return bundle.verify() != []


@pytest.mark.parametrize(
    ("form", "how"),
    [
        ("zip", "named"),
        pytest.param("tar.zst", "unnamed", marks=pytest.mark.thorough),
        pytest.param("dir", "named", marks=pytest.mark.thorough),
        pytest.param("zip", "unnamed", marks=pytest.mark.thorough),
        pytest.param("tar.zst", "named", marks=pytest.mark.thorough),
        pytest.param("dir", "unnamed", marks=pytest.mark.thorough),
        pytest.param("empty dir", "unnamed", marks=pytest.mark.thorough),
        pytest.param("empty dir", "named", marks=pytest.mark.thorough),
    ],
)
def test_killed_at_any_moment_it_leaves_no_half_bundle(
    recorded: Any, cli: Any, tmp_path: Path, tree: Any, form: str, how: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    arguments = ("pack", "--offline", "--quiet", "--format", form.rpartition(" ")[2], "-o")
    for name in ("first", "whole"):  # the first one fills the memory of digests
        whole = _run(cli, recorded.folder, 0, -1, how, *arguments, tmp_path / name)
        assert whole.returncode == 0, whole.stderr
    events = int(whole.stderr.split()[-2])
    project = _without_ours(tree(recorded.folder))
    chance = random.Random(f"{form} {how}")
    killed = 0
    for number in range(6):
        target = out / f"bundle-{number}"
        if form == "empty dir":
            target.mkdir()
        moment = chance.randrange(events // 2, events)
        killed += _run(cli, recorded.folder, signal.SIGKILL, moment, how, *arguments, target).returncode < 0
        assert not _is_half(target)
        assert _without_ours(tree(recorded.folder)) == project
    assert killed
    _age(out)
    _age(recorded.folder)
    done = _run(cli, recorded.folder, 0, -1, how, *arguments, out / "again")
    assert done.returncode == 0, done.stderr
    assert _content(out / "again", tree) == _content(tmp_path / "whole", tree)
    left = [place.name for folder in (out, recorded.folder) for place in folder.iterdir()]
    assert [name for name in left if TEMPORARY.fullmatch(name)] == []


@pytest.mark.parametrize(
    "form", ["zip", *(pytest.param(each, marks=pytest.mark.thorough) for each in ("tar.zst", "dir"))]
)
def test_interrupted_it_says_one_line_and_leaves_nothing(
    recorded: Any, cli: Any, tmp_path: Path, form: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    arguments = ("pack", "--offline", "--format", form, "-o", out / "bundle")
    whole = _run(cli, recorded.folder, 0, -1, "named", *arguments[:-1], tmp_path / "whole")
    events = int(whole.stderr.split()[-2])
    for part in (0.5, 0.9):
        said = _run(cli, recorded.folder, signal.SIGINT, round(events * part), "named", *arguments)
        told = "reprocrate: interrupted. No half bundle is left: the same command makes a whole one\n"
        assert told in said.stderr
        assert said.stdout == ""
        assert said.returncode == 130
        assert list(out.iterdir()) == []


@pytest.mark.parametrize("form", ["zip", "dir"])
def test_file_that_may_not_grow_is_told(recorded: Any, cli: Any, tmp_path: Path, form: str) -> None:
    recorded.write("data/noise.csv", random.Random(1).randbytes(1_000_000).hex())
    out = tmp_path / "out"
    out.mkdir()
    script = 'ulimit -f 200; exec "$@"'  # 512-byte blocks
    command = cli.argv("pack", "--offline", "--format", form, "-o", out / "bundle")
    said = subprocess.run(
        ["sh", "-c", script, "sh", *command],
        cwd=recorded.folder,
        env=dict(cli.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 3
    assert "could not write" in said.stderr
    assert "the file would exceed the largest size allowed here" in said.stderr
    assert list(out.iterdir()) == []


def test_what_stands_where_the_bundle_is_to_go_is_told_before_any_work(
    recorded: Any, cli: Any, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")

    def complaint(*arguments: object, code: int) -> str:
        return str(cli.complaint(tmp_path, "pack", recorded.folder, "--offline", *arguments, code=code))

    assert "folder: it is a folder" in complaint("-o", "folder", code=3)
    assert "folder exists and is not empty" in complaint("-o", "folder", "--format", "dir", code=2)
    assert "notes.txt exists and is not a bundle" in complaint("-o", "notes.txt", code=2)
    assert "notes.txt exists and is not a folder" in complaint("-o", "notes.txt", "--format", "dir", code=2)
    assert "no such file or folder" in complaint("-o", "gone/x.zip", code=3)
    assert "not a folder" in complaint("-o", "notes.txt/x.zip", code=3)
    assert not (recorded.folder / ".reprocrate" / "cache" / "digests.json").exists()


@pytest.mark.thorough
def test_bundle_among_the_data_is_not_packed_again(recorded: Any) -> None:
    first = json.loads(recorded("pack", "--offline", "-o", "data/mine.crate.zip", "--json").out)
    recorded("pack", "--offline", "-o", "data/mine.crate.tar.zst", "--format", "tar.zst")
    recorded("pack", "--offline", "-o", "data/unpacked", "--format", "dir")
    recorded("pack", "--offline", "-o", "data/bagged", "--format", "dir", "--bagit")
    before = (recorded.folder / "data" / "mine.crate.zip").read_bytes()
    again = json.loads(recorded("pack", "--offline", "-o", "data/mine.crate.zip", "--json").out)
    assert again["payload_sha256"] == first["payload_sha256"]
    assert (recorded.folder / "data" / "mine.crate.zip").read_bytes() == before
    assert [file["path"] for file in recorded.manifest()["data"][0]["files"]] == ["data/points.csv"]
