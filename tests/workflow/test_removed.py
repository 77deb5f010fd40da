"""Records that another command removed, or that we were killed before we could complete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

REMOVES = """
import glob, json, os, shutil, sys, time
seed = int(sys.argv[1])
open(f"out-{seed}.txt", "w").write("x")
print("loss", seed / 10, flush=True)
def wait(name):
    end = time.monotonic() + 60
    while not os.path.exists(name) and time.monotonic() < end:
        time.sleep(0.02)
def recorded(seed):
    records = [json.load(open(path)) for path in glob.glob(".reprocrate/runs/*/run.json")]
    return seed in [record["seeds"][0]["value"] for record in records if record["metrics"]]
if seed == 1:
    wait("out-4.txt")
    end = time.monotonic() + 60
    while not recorded(4) and time.monotonic() < end:
        time.sleep(0.1)
    while True:  # what the others are just adding to cannot be removed
        try:
            shutil.rmtree(".reprocrate")
            break
        except OSError:
            time.sleep(0.02)
    open("removed", "w").close()
if seed == 2 and "--jobs" in sys.argv:
    wait("removed")
"""


def _run(
    folder: Path, code: str, *options: str, more: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(code)
    (folder / "reprocrate.toml").write_text("[metrics.loss]\nstdout = 'loss (?P<value>\\S+)'\n")
    command = ["reprocrate", "run", *options, "--", sys.executable, "script.py", "{seed}", *more]
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def _records(folder: Path) -> dict[int, Any]:
    found = [json.loads(path.read_bytes()) for path in folder.glob(".reprocrate/runs/*/run.json")]
    return {record["seeds"][0]["value"]: record for record in found}


def test_of_launches_at_once(tmp_path: Path) -> None:
    done = _run(tmp_path, REMOVES, "--jobs", "3", "--seeds", "0-4", more=("--jobs",))
    records = _records(tmp_path)
    assert done.returncode == 0, done.stderr
    assert [(seed, records[seed]["status"]) for seed in sorted(records)] == [(n, "ok") for n in range(5)]
    assert [records[seed]["metrics"][0]["value"] for seed in (0, 3, 4)] == [0, 0.3, 0.4]
    for seed in (0, 3, 4):
        assert f" seed {seed}: its record was removed after it had ended" in done.stderr
        assert "its record was removed" in records[seed]["capture"]["reason"]
        assert records[seed]["capture"]["completeness"] == "partial"
        assert records[seed]["logs"] == []
        assert [file["path"] for file in records[seed]["outputs"]] == [f"out-{seed}.txt"]
    shown = subprocess.run(
        [sys.executable, "-m", "reprocrate", "show"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr


def test_of_launches_one_after_the_other_and_of_earlier_ones(tmp_path: Path) -> None:
    code = "import shutil, sys\nif sys.argv[1] == '1': shutil.rmtree('.reprocrate')\nraise SystemExit(4)\n"
    _run(tmp_path, code, "--seeds", "5-6")
    done = _run(tmp_path, code, "--seeds", "0-2")
    assert done.returncode == 4
    assert sorted(_records(tmp_path)) == [0, 1, 2]
    assert "the records of 2 earlier launches were removed while this ran" in done.stderr
    (tree,) = {record["code"]["tree_sha256"] for record in _records(tmp_path).values()}
    for record in _records(tmp_path).values():
        for file in record["code"]["files"]:
            assert (tmp_path / ".reprocrate" / "objects" / file["sha256"][:2] / file["sha256"]).is_file()
    assert tree


@pytest.mark.parametrize("code", [0, 5])
def test_where_no_record_can_be_written_any_more(tmp_path: Path, code: int) -> None:
    removes = (
        "import shutil, sys\nif sys.argv[1] == '1':\n    shutil.rmtree('.reprocrate')\n"
        f"    open('.reprocrate', 'w').close()\nraise SystemExit({code})\n"
    )
    done = _run(tmp_path, removes, "--seeds", "0-1")
    assert done.returncode == (code or 3)
    assert "could not write" in done.stderr
    assert "Traceback" not in done.stderr


def test_of_source_that_has_changed_since(tmp_path: Path) -> None:
    code = "import shutil\nshutil.rmtree('.reprocrate')\nopen('script.py', 'a').write('# changed')\n"
    done = _run(tmp_path, code, "--seeds", "0")
    (record,) = _records(tmp_path).values()
    assert done.returncode == 0
    assert "the source that ran was removed from where it was kept" in record["capture"]["reason"]


def test_of_a_patch_is_kept_again(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    (tmp_path / "script.py").write_text("pass\n")
    for arguments in (["init", "-q"], ["add", "script.py"], ["commit", "-qm", "begin"]):
        subprocess.run(
            [*git, *arguments], cwd=tmp_path, check=True, env={**os.environ, "HOME": str(tmp_path)}
        )
    _run(tmp_path, "import shutil\nshutil.rmtree('.reprocrate')\n", "--seeds", "0")
    (record,) = _records(tmp_path).values()
    assert (tmp_path / record["code"]["patch"]["path"]).is_file()


def test_of_a_launch_whose_data_were_being_hashed_when_we_were_killed_is_done_again(tmp_path: Path) -> None:
    code = (
        "import os\nprint('loss 0.5')\nopen('big.bin', 'w').close()\n"
        "if not os.path.exists('small'): os.truncate('big.bin', 20_000_000_000)\n"
    )
    (tmp_path / "script.py").write_text(code)
    command = [sys.executable, "-m", "reprocrate", "run", "--", sys.executable, "script.py", "0"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not any(
        '"status": "ok"' in path.read_text() for path in tmp_path.glob(".reprocrate/runs/*/run.json")
    ):
        assert time.monotonic() < end
        time.sleep(0.05)
    process.kill()
    process.wait()
    (tmp_path / "small").touch()
    for again in ("0.5", "done already"):
        done = _run(tmp_path, code, "--seeds", "0", "--resume")
        assert again in done.stderr
    metrics = [
        json.loads(path.read_bytes())["metrics"]
        for path in sorted(tmp_path.glob(".reprocrate/runs/*/run.json"))
    ]
    assert [len(found) for found in metrics] == [0, 1]
