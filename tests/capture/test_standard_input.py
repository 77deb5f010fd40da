"""A file behind a redirected standard input is an input, whoever could see that it was read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.observation.tracing import check_strace
from reprocrate.errors import UnavailableError

READS = (sys.executable, "-c", "import sys; print(len(sys.stdin.read()))")


def _run(folder: Path, options: tuple[str, ...], command: tuple[str, ...], **more: Any) -> list[Any]:
    """The records of a command with `data.csv` as its standard input, and what it printed."""
    (folder / "data.csv").write_text("1,2\n")
    program = [sys.executable, "-m", "reprocrate", "run", *options, "--", *command]
    with (folder / "data.csv").open() as given:
        more = {"stdin": given} | more
        subprocess.run(program, cwd=folder, check=True, capture_output=True, timeout=120, **more)
    paths = sorted(folder.glob(".reprocrate/runs/*/run.json"))
    return [json.loads(path.read_bytes()) for path in paths]


def _inputs(record: Any) -> list[str]:
    return [file["path"] for file in record["inputs"]]


@pytest.mark.parametrize("trace", ["hook", "strace"])
@pytest.mark.parametrize("command", [READS, (sys.executable, "-I", *READS[1:]), ("wc", "-l")])
def test_of_the_command(tmp_path: Path, trace: str, command: tuple[str, ...]) -> None:
    if trace == "strace":
        try:
            check_strace(os.environ)
        except UnavailableError as error:
            pytest.skip(str(error))
    (record,) = _run(tmp_path, (f"--trace={trace}",), command)
    assert _inputs(record) == ["data.csv"]
    assert (record["inputs"][0]["size"], record["processes"]) == (4, [])


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")
def test_of_a_python_that_a_shell_starts(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text(f"{sys.executable} -c 'import sys; sys.stdin.read()' < data.csv\n")
    (record,) = _run(tmp_path, (), ("sh", "run.sh"), stdin=subprocess.DEVNULL)
    assert "data.csv" in _inputs(record)


def test_of_processes_that_inherit_it_and_do_not_read_it(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', '1'])"
    (record,) = _run(tmp_path, (), (sys.executable, "-c", code))
    assert _inputs(record) == ["data.csv"]
    assert record["processes"] == []


def test_of_each_seed_is_the_whole_file(tmp_path: Path) -> None:
    records = _run(tmp_path, ("--seeds", "0-2", "--twice"), (*READS, "{seed}"))
    assert [_inputs(record) for record in records] == [["data.csv"]] * 4
    logs = [tmp_path / record["logs"][0]["path"] for record in records]
    assert [log.read_text() for log in logs] == ["4\n"] * 4


def test_that_is_no_file(tmp_path: Path) -> None:
    (record,) = _run(tmp_path, (), READS, stdin=subprocess.DEVNULL)
    assert record["inputs"] == []


def test_that_was_removed_before(tmp_path: Path) -> None:
    with (tmp_path / "gone.csv").open("w+") as gone:
        (tmp_path / "gone.csv").unlink()
        (record,) = _run(tmp_path, (), READS, stdin=gone)
    assert record["inputs"] == []
