"""A command run by us behaves as if it were run without us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError, UsageError
from reprocrate.executors import Command
from reprocrate.executors.local import LocalExecutor, SignalRelay, check_program, run

Quiet = Callable[..., Command]
PYTHON = sys.executable
WAITS = "import time; open('started', 'w').close(); time.sleep(60)"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups are POSIX's")


def _wait_for(path: Path, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


def test_output_and_error_are_recorded_apart_and_unchanged(quiet: Quiet, tmp_path: Path) -> None:
    code = (
        "import sys; sys.stdout.buffer.write(bytes(range(256)) * 20000 + b'\\r\\n');"
        "sys.stderr.buffer.write(b'\\xff\\x00' * 1000000)"
    )
    outcome = run(quiet(PYTHON, "-c", code))
    assert outcome.exit_code == 0
    assert outcome.ok
    assert (tmp_path / "stdout.log").read_bytes() == bytes(range(256)) * 20000 + b"\r\n"
    assert (tmp_path / "stderr.log").read_bytes() == b"\xff\x00" * 1000000


def test_outcome_tells_status_times_and_resources(quiet: Quiet) -> None:
    code = "x = bytearray(200_000_000); sum(range(3_000_000)); raise SystemExit(7)"
    outcome = run(quiet(PYTHON, "-c", code))
    assert (outcome.exit_code, outcome.signal, outcome.ok, outcome.shell_code) == (7, None, False, 7)
    assert outcome.started <= outcome.ended
    assert 0 < outcome.duration_s < 60
    assert outcome.cpu_s is not None
    assert 0 < outcome.cpu_s < 60
    assert outcome.peak_memory_bytes is not None
    assert 200_000_000 < outcome.peak_memory_bytes < 2_000_000_000


def test_signal_that_ended_it_is_told(quiet: Quiet) -> None:
    outcome = run(quiet(PYTHON, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    assert (outcome.exit_code, outcome.signal, outcome.interrupted) == (None, signal.SIGKILL, False)
    assert outcome.shell_code == 137


def test_program_is_found_on_the_path_of_its_own_environment(quiet: Quiet, tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "mytool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho found\n")
    tool.chmod(0o755)
    assert run(quiet("mytool", PATH=f"{tool.parent}:{os.environ['PATH']}")).ok
    assert (tmp_path / "stdout.log").read_text() == "found\n"
    with pytest.raises(UsageError, match="mytool was not found"):
        run(quiet("mytool"))


@pytest.mark.parametrize(
    ("name", "content", "mode", "says"),
    [
        ("./absent", None, 0, "there is no such file"),
        ("./train.py", "print(1)\n", 0o644, "Did you mean `python ./train.py`"),
        ("train.py", "print(1)\n", 0o644, "Did you mean `python train.py`"),
        ("./tool", "#!/absent/interpreter\n", 0o755, "interpreter that its first line names"),
        ("./tool", "no program\n", 0o755, "neither a program"),
    ],
)
def test_what_cannot_be_started_is_said_in_words(
    quiet: Quiet, tmp_path: Path, name: str, content: str | None, mode: int, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    with pytest.raises(UsageError) as caught:
        run(quiet(name))
    assert says in str(caught.value)


def test_folder_as_program_no_program_and_no_folder(quiet: Quiet, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(UsageError, match="it is a folder"):
        run(quiet("./sub"))
    with pytest.raises(UsageError, match="no command"):
        check_program((), tmp_path, os.environ)
    with pytest.raises(UsageError, match="no folder"):
        run(quiet("true", cwd=tmp_path / "absent"))


def test_output_file_that_cannot_be_made_is_unavailable(quiet: Quiet, tmp_path: Path) -> None:
    (tmp_path / "stdout.log").mkdir()
    with pytest.raises(UnavailableError, match=r"stdout\.log"):
        run(quiet("true"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_full_disk_under_a_log_does_not_stop_the_program(quiet: Quiet, tmp_path: Path) -> None:
    (tmp_path / "stdout.log").symlink_to("/dev/full")
    outcome = run(quiet(PYTHON, "-c", "print('x' * 1000000); open('done', 'w')"))
    assert outcome.ok
    assert (tmp_path / "done").exists()
    assert outcome.problems == ("stdout.log is incomplete: No space left on device",)


def test_what_it_leaves_running_is_not_waited_for(quiet: Quiet, tmp_path: Path) -> None:
    begun = time.monotonic()
    assert run(quiet("sh", "-c", "sleep 30 & echo $!; echo done")).ok
    assert time.monotonic() - begun < 10
    pid, word = (tmp_path / "stdout.log").read_text().split()
    assert word == "done"
    os.kill(int(pid), signal.SIGKILL)


def test_it_reads_our_input_and_shows_its_output_as_it_comes(driver: Any) -> None:
    code = "name = input('name? '); print('hello', name, flush=True); input(); print('bye')"
    with driver.start([PYTHON, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"ada\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"name? hello ada\n"  # while it still runs
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.stdout.read() == b"bye\n"
    assert driver.stdout() == b"name? hello ada\nbye\n"
    assert driver.outcome()["exit_code"] == 0


def test_without_a_terminal_it_gets_pipes(driver: Any) -> None:
    code = "import sys; print(sys.stdout.isatty(), sys.stderr.isatty())"
    with driver.start([PYTHON, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.read() == b"False False\n"


def test_reader_that_goes_away_ends_it_as_it_would_without_us(driver: Any) -> None:
    with driver.start(["yes"], stdout=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        process.wait(20)
    assert driver.outcome()["signal"] == signal.SIGPIPE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_request_to_stop_reaches_it_and_is_remembered(driver: Any, number: signal.Signals) -> None:
    with driver.start(
        [PYTHON, "-c", WAITS], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        _wait_for(driver.folder / "started")
        process.send_signal(number)
        process.wait(20)
    assert driver.outcome()["interrupted"] is True
    assert driver.outcome()["signal"] == number


def test_program_that_cleans_up_on_ctrl_c_may_do_so(driver: Any) -> None:
    code = (
        "import time\ntry:\n    open('started', 'w').close(); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    time.sleep(0.3); print('saved'); raise SystemExit(3)"
    )
    with driver.start(
        [PYTHON, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        _wait_for(driver.folder / "started")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == b"saved\n"
    assert driver.outcome() == {"exit_code": 3, "signal": None, "interrupted": True, "problems": []}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_it_dies_with_us_even_if_we_are_killed(driver: Any) -> None:
    code = f"import os; open('pid.part', 'w').write(str(os.getpid())); os.rename('pid.part', 'pid'); {WAITS}"
    with driver.start([PYTHON, "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        _wait_for(driver.folder / "started")
        pid = int((driver.folder / "pid").read_text())
        process.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the program outlived us")


def test_several_at_once_in_threads_share_one_relay(tmp_path: Path) -> None:
    def command(number: int) -> Command:
        logs = tmp_path / str(number)
        logs.mkdir()
        argv = (PYTHON, "-c", f"print({number}); raise SystemExit({number})")
        return Command(argv, tmp_path, os.environ, logs / "out", logs / "err", echo=False, stdin=False)

    with SignalRelay() as relay, ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(LocalExecutor(relay).run, [command(number) for number in range(4)]))
    assert [outcome.exit_code for outcome in outcomes] == [0, 1, 2, 3]
    assert [(tmp_path / str(number) / "out").read_text() for number in range(4)] == [
        "0\n",
        "1\n",
        "2\n",
        "3\n",
    ]


def test_relay_passes_ctrl_c_to_programs_in_threads_and_leaves_our_handlers_as_they_were(
    quiet: Quiet, tmp_path: Path
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with SignalRelay() as relay, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(run, quiet(PYTHON, "-c", WAITS), relay)
        _wait_for(tmp_path / "started")
        if relay.shares_terminal:
            pytest.skip("with a terminal, the terminal sends Ctrl-C")
        os.kill(os.getpid(), signal.SIGINT)
        outcome = waiting.result(20)
    assert relay.interrupted
    assert outcome.interrupted
    assert outcome.signal == signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_nothing_is_left_open(quiet: Quiet) -> None:
    def count() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    run(quiet("true"))
    before = count()
    for _ in range(5):
        run(quiet(PYTHON, "-c", "print(1)"))
        with pytest.raises(UsageError):
            run(quiet("./absent"))
    assert count() == before
