"""`reprocrate run` as a process: stopped, killed, gone on with, watched at a terminal."""

from __future__ import annotations

import inspect
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from reprocrate.capture.code.source_names import may_be_source
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.history import INDEX_NAME, History
from reprocrate.capture.records.loading import load_records
from reprocrate.cli import running
from reprocrate.cli.run_arguments import RunArguments, parse

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals are POSIX's")

WAITS = """
import pathlib, signal, sys, time
seed = sys.argv[1]
if len(sys.argv) > 2:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path(f"started-{seed}").touch()
while pathlib.Path("hold").exists():
    time.sleep(0.02)
print("value", seed)
"""


class Work:
    """A project whose runs wait as long as a file is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "waits.py").write_text(WAITS)
        (folder / "hold").touch()

    def argv(self, *options: str, command: Sequence[str] = ("waits.py", "{seed}")) -> list[str]:
        return [sys.executable, "-m", "reprocrate", "run", *options, "--", sys.executable, *command]

    def start(self, *options: str, **how: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.argv(*options),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **how,
        )

    def started(self) -> set[str]:
        return {path.name for path in self.folder.glob("started-*")}

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def statuses(self) -> list[tuple[Any, str]]:
        return sorted((one.seed, one.status) for one in load_records(self.folder).records)

    def release(self) -> None:
        (self.folder / "hold").unlink()
        for path in self.folder.glob("started-*"):
            path.unlink()


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "work")


@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 2)])
def test_stopped_session_says_how_to_go_on_and_does(work: Work, number: signal.Signals, jobs: int) -> None:
    process = work.start("--seeds", "0-3", "--jobs", str(jobs))
    work.wait_for(lambda: work.started() == {f"started-{seed}" for seed in range(jobs)})
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    stopped = [(seed, "interrupted") for seed in range(jobs)]
    assert work.statuses() == stopped
    last = said.decode().splitlines()[-1]
    assert "interrupted: 4 of 4 runs are left. Go on with: reprocrate run --resume --seeds 0-3" in last
    work.release()
    again = last.partition("Go on with: ")[2]
    done = subprocess.run(
        f"{sys.executable} -m {again}", shell=True, cwd=work.folder, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert work.started() == {f"started-{seed}" for seed in range(4)}
    assert work.statuses() == sorted([*stopped, *((seed, "ok") for seed in range(4))])


def test_killed_session_goes_on_where_it_stopped(work: Work) -> None:
    process = work.start("--seeds", "0-3")
    work.wait_for(lambda: work.started() == {"started-0"})
    work.release()
    work.wait_for(lambda: (0, "ok") in work.statuses())
    work.wait_for(lambda: "started-1" in work.started())
    (work.folder / "hold").touch()
    work.wait_for(lambda: any(status == "running" for _, status in work.statuses()))
    process.kill()
    process.communicate()
    before = work.statuses()
    assert before[-1][1] == "killed"
    done_before = {seed for seed, status in before if status == "ok"}
    assert 0 in done_before
    work.release()
    assert (
        subprocess.run(work.argv("--seeds", "0-3", "--resume", "-q"), cwd=work.folder, check=False).returncode
        == 0
    )
    assert work.started() == {f"started-{seed}" for seed in set(range(4)) - done_before}
    assert {seed for seed, status in work.statuses() if status == "ok"} == set(range(4))


class Terminal:
    """A terminal that a process has, with what it was shown."""

    def __init__(self, argv: Sequence[str], folder: Path) -> None:
        self.shown = b""
        self.pid, self._end = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update({"TERM": "xterm", "COLUMNS": "100", "LINES": "30"})
            os.environ.pop("NO_COLOR", None)
            os.execvp(argv[0], argv)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._end, 65536)
            except OSError:
                return
            if not chunk:
                return
            self.shown += chunk

    def press(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def text(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.shown.decode(errors="replace"))

    def end(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        self._reader.join(5)
        os.close(self._end)
        return os.waitstatus_to_exitcode(status)


def test_second_ctrl_c_kills_what_does_not_want_to_end(work: Work) -> None:
    argv = work.argv("--seeds", "0-2", "--jobs", "2", command=("waits.py", "{seed}", "stubborn"))
    terminal = Terminal(argv, work.folder)
    work.wait_for(lambda: len(work.started()) == 2)
    terminal.press(b"\x03")
    time.sleep(0.3)
    assert [status for _, status in work.statuses()] == ["running"] * 2
    terminal.press(b"\x03")
    assert terminal.end() == 130
    assert {status for _, status in work.statuses()} == {"interrupted"}
    assert all(one.signal == signal.SIGKILL for one in load_records(work.folder).records)
    assert "Go on with: reprocrate run --resume" in terminal.text()


def test_table_at_a_terminal_shows_what_runs_and_how_far_it_is(work: Work) -> None:
    terminal = Terminal(work.argv("--seeds", "0-2", "--jobs", "2"), work.folder)
    work.wait_for(lambda: len(work.started()) == 2)
    work.wait_for(lambda: "0/3 done, 2 running" in terminal.text())
    assert re.search(r"running +\S+ seed 1 ", terminal.text())
    work.release()
    assert terminal.end() == 0
    assert "(3/3 done)" in terminal.text()
    assert re.search(r"\S+, 3 of 3 +mean", terminal.text())


def test_one_at_a_time_the_terminal_is_the_command_s(work: Work) -> None:
    code = "import sys, os; print('sees', os.isatty(0), os.isatty(1))"
    terminal = Terminal(work.argv("--seeds", "0-1", command=("-c", code, "{seed}")), work.folder)
    assert terminal.end() == 0
    assert terminal.text().count("sees True True") == 2
    assert "running" not in terminal.text()
    assert re.search(r"\S+-[0-9a-f]{8} seed 0 .*\(1/2 done", terminal.text())


def test_quiet_says_nothing_and_several_show_nothing_of_their_own(work: Work) -> None:
    work.release()
    done = subprocess.run(
        work.argv("--seeds", "0-1", "--jobs", "2", "--quiet"),
        cwd=work.folder,
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_no_record_is_read_twice(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every record is read at most once by a session, and not at all where the index knows it."""
    work.release()
    subprocess.run(work.argv("--seeds", "0-4", "-q"), cwd=work.folder, check=True)
    read: list[str] = []
    load = RunRecord.load
    monkeypatch.setattr(RunRecord, "load", lambda path: read.append(path.parent.name) or load(path))
    history = History(work.folder, may_be_source)
    assert len(history.over()) == 5
    assert read == []
    index = work.folder / INDEX_NAME
    index.write_bytes(b"".join(index.read_bytes().splitlines(keepends=True)[:3]))
    history = History(work.folder, may_be_source)
    for _ in range(3):
        assert len(history.over()) == 5
    assert len(set(read)) == len(read) == 2
    history.save()
    read.clear()
    assert len(History(work.folder, may_be_source).over()) == 5
    assert read == []
    record = next((work.folder / RUNS).iterdir()) / "run.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "status": "failed"}))
    assert len(History(work.folder, may_be_source).over()) == 5
    assert read == [record.parent.name]


PLAIN = [
    [],
    ["--", "python", "x.py"],
    ["python", "x.py", "--seeds", "3"],
    ["--seeds", "0-4", "--name=wide", "-q", "--", "python", "--", "-q"],
    ["--grid", "lr=1,2", "--grid=width=3", "--jobs", "2", "--resume", "--", "a", "{lr}"],
    ["-j", "3", "--all", "--quiet", "--seed-env", "SEED"],
    ["--seeds", "0", "--seeds", "1", "x"],
]


@pytest.mark.parametrize("arguments", PLAIN)
def test_arguments_are_read_alike_with_and_without_the_package(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[RunArguments] = []
    monkeypatch.setattr("reprocrate.cli.launching.launch", lambda asked: seen.append(asked) or 0)
    app = typer.Typer()
    app.callback()(lambda: None)
    running.register(app)
    with pytest.raises(SystemExit) as ended:
        app(["run", *arguments])
    assert ended.value.code == 0
    assert parse(arguments) == seen[0]


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--nonsense"], ["--seeds"], ["--jobs", "x"], ["--jobs", "-1"], ["-qj", "2"], ["--quiet=1"]],
)
def test_arguments_that_are_not_plain_are_left_to_the_package(arguments: list[str]) -> None:
    assert parse(arguments) is None


def test_every_argument_is_known_to_both() -> None:
    asked = set(RunArguments._fields)
    assert set(inspect.signature(running.run).parameters) == asked


def test_run_waits_for_no_package_that_it_does_not_need(work: Work) -> None:
    code = """
import sys
import reprocrate.executors.local as local
from reprocrate.cli.app import run_app

def run(command, relay=None):
    heavy = "pydantic jsonschema typer rich requests rocrate numpy scipy csv reprocrate.statistics"
    print([name for name in heavy.split() if name in sys.modules])
    sys.exit(5)

local.run = run
run_app(["run", "--seeds", "0-1", "--", sys.executable, "-c", "1", "{seed}"])
"""
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, cwd=work.folder, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
