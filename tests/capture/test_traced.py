"""What strace sees of real processes, and that they do not notice it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.observation import tracing
from reprocrate.capture.observation.descent import Descent
from reprocrate.capture.observation.lineage import Lineage
from reprocrate.capture.observation.syscalls import Ending, calls, unescaped
from reprocrate.capture.observation.traced import read_trace
from reprocrate.capture.observation.tracing import FOLDER_NAME, check_strace
from reprocrate.errors import UnavailableError


@pytest.fixture(scope="module", autouse=True)
def strace() -> None:
    try:
        check_strace(os.environ)
    except UnavailableError as error:
        pytest.skip(str(error))


def _names(files: Any) -> list[str]:
    return [file.path for file in files if file.root is None]


def test_every_program_is_followed(empty: Any) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        empty.write(f"{name}.csv", name)
    record = empty.python(
        """
import multiprocessing, os, subprocess, sys
def read(path):
    open(path).read()
if __name__ == "__main__":
    read("a.csv")
    subprocess.run("sort < b.csv > sorted.txt", shell=True, check=True)
    process = multiprocessing.get_context("spawn").Process(target=read, args=("c.csv",))
    process.start(); process.join()
    subprocess.run([sys.executable, "-I", "-S", "-c", "open('d.csv').read()"], check=True)
    subprocess.run([sys.executable, "-c", "open('e.csv').read()"], env={}, check=True)
    if os.fork() == 0:
        read("f.csv")
        os._exit(0)
    os.wait()
""",
        trace="strace",
    )
    assert _names(record.inputs) == ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "f.csv"]
    assert _names(record.outputs) == ["sorted.txt"]
    assert record.imported == ("script.py",)
    assert all(file.root is None for file in (*record.inputs, *record.outputs))
    assert (record.capture.completeness, record.capture.reason) == ("complete", "")
    assert record.environment.packages  # what is known of the process from inside is still there
    assert not (empty.folder / ".reprocrate" / "runs" / record.id / FOLDER_NAME).exists()


def test_names_are_followed_through_folders_links_and_renaming(empty: Any) -> None:
    for name in ("sub/in.txt", "moved.txt", "gone.txt", "updated.txt", "kept.txt"):
        empty.write(name, "1")
    time.sleep(0.05)
    record = empty.python(
        r"""
import os, subprocess, threading
here = os.open(".", os.O_RDONLY)
os.chdir("sub")
open("in.txt").read()
open("x.tmp", "w").write("1"); os.rename("x.tmp", "renamed.txt")
threading.Thread(target=os.chdir, args=("..",)).start()
while os.path.basename(os.getcwd()) == "sub": pass
open("y.tmp", "w").write("1"); os.replace("y.tmp", "sub/after.txt")
os.close(os.open("by_folder.txt", os.O_WRONLY | os.O_CREAT, dir_fd=here))
os.rename("moved.txt", "moved_away.txt")
open("gone.txt").read(); os.remove("gone.txt")
open("updated.txt", "r+").write("2"); open("kept.txt", "r+").read()
os.makedirs("parts"); subprocess.run("echo 1 > parts/one.txt", shell=True); os.rename("parts", "whole")
open(b"odd\n\"name\\ \xff<1>", "wb").write(b"1")
os.link("sub/in.txt", "linked.txt")
open("short.txt", "w").write("1234"); os.truncate("short.txt", 2)
open("brief.txt", "w").close(); os.unlink("brief.txt")
for wrong in ("absent.txt", "absent/absent.txt"):
    try: open(wrong)
    except OSError: pass
""",
        trace="strace",
    )
    assert record.status == "ok"
    assert _names(record.inputs) == ["kept.txt", "sub/in.txt"]
    assert _names(record.outputs) == [
        "by_folder.txt",
        "linked.txt",
        "moved_away.txt",
        "short.txt",
        "sub/after.txt",
        "sub/renamed.txt",
        "updated.txt",
        "whole/one.txt",
    ]
    assert record.capture.completeness == "partial"
    assert "gone.txt" in record.capture.reason
    assert "updated.txt" in record.capture.reason
    assert r'no manifest can hold: odd\n"name\\ \udcff<1>' in record.capture.reason
    assert "kept.txt" not in record.capture.reason
    assert "short.txt" not in record.capture.reason


def test_strange_names_are_read_as_they_are(empty: Any) -> None:
    names = ["a b", "a<b>c) = 3", "comma, 'quote' \"double\"", "ünï"]
    for name in names:
        (empty.folder / name).write_text("x")
    record = empty.python(f"for name in {names!r}: open(name).read()", trace="strace")
    assert _names(record.inputs) == names


@pytest.mark.parametrize(
    ("code", "status", "exit_code", "number"),
    [
        ("raise SystemExit(7)", "failed", 7, None),
        ("import os, signal; open('a'); os.kill(os.getpid(), signal.SIGKILL)", "killed", None, 9),
        ("import os, signal; open('a'); os.kill(os.getpid(), signal.SIGTERM)", "killed", None, 15),
        ("import os; open('a'); os.abort()", "killed", None, 6),
        ("import os; open('a'); os._exit(0)", "ok", 0, None),
        ("import os; os.execv('/bin/sh', ['sh', '-c', 'read x < a; exit 3'])", "failed", 3, None),
    ],
)
def test_ending_is_that_of_the_command(
    empty: Any, code: str, status: str, exit_code: int | None, number: int | None
) -> None:
    empty.write("a", "1\n")
    record = empty.python(code, trace="strace")
    assert (record.status, record.exit_code, record.signal) == (status, exit_code, number)
    assert record.capture.method == "strace"
    assert record.capture.completeness == "complete"
    if "a'" in code or "< a" in code:
        assert _names(record.inputs) == ["a"]


def test_process_is_the_same_with_and_without_strace(empty: Any) -> None:
    code = """
import os, sys, signal
status = [line for line in open("/proc/self/status") if line.startswith(("SigBlk", "SigIgn", "SigCgt"))]
print(status, os.getpgid(0) == os.getpid(), sys.argv, sys.orig_argv, sys.executable, sorted(os.environ))
print(os.getcwd(), os.isatty(0), os.isatty(1), len(os.listdir("/proc/self/fd")))
sys.stderr.write("error\\n")
"""
    texts = []
    for trace in ("hook", "strace"):
        record = empty.python(code, trace=trace)
        folder = empty.folder / ".reprocrate" / "runs" / record.id
        texts.append([(folder / f"{name}.log").read_text() for name in ("stdout", "stderr")])
    assert texts[0] == texts[1]
    assert texts[1][1] == "error\n"


def test_program_that_is_no_python_is_seen_whole(empty: Any) -> None:
    empty.write("run.sh", "cat data.txt > copy.txt\n")
    empty.write("data.txt", "1")
    record = empty.record("sh", "run.sh", trace="strace")
    assert _names(record.inputs) == ["data.txt"]
    assert _names(record.outputs) == ["copy.txt"]
    assert record.imported == ("run.sh",)
    assert record.capture.completeness == "complete"
    assert "sh did not tell its libraries" in record.capture.reason


def test_file_read_by_one_process_and_overwritten_by_another_is_told(empty: Any) -> None:
    empty.write("state.txt", "1")
    code = "import subprocess; open('state.txt').read(); subprocess.run('echo 2 > state.txt', shell=True)"
    record = empty.python(code, trace="strace")
    assert _names(record.outputs) == ["state.txt"]
    assert record.capture.completeness == "partial"
    assert "overwritten is not known: state.txt" in record.capture.reason


def test_process_left_behind_is_told_and_goes_on(empty: Any) -> None:
    empty.write("late.sh", "sleep 2.5; echo 1 > late.txt\n")
    code = "import subprocess; subprocess.Popen(['setsid', 'sh', 'late.sh'], stdin=-3, stdout=-3, stderr=-3)"
    record = empty.python(code, trace="strace")
    assert record.capture.completeness == "partial"
    assert "went on after the program had ended" in record.capture.reason
    deadline = time.monotonic() + 20
    while not (empty.folder / "late.txt").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (empty.folder / "late.txt").exists()


def test_what_a_killed_launcher_left_is_removed_by_the_next_launch(empty: Any) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = empty.write(f".reprocrate/runs/20200101T000000.000000Z-0/trace/t.{ended.pid}", "1.0 ")
    used = empty.write(f".reprocrate/runs/20200101T000000.000000Z-1/trace/t.{os.getpid()}", "1.0 ")
    empty.python("1", trace="strace")
    assert not left.parent.exists()
    assert used.exists()  # that process is there, and may be followed


def test_strace_that_is_killed_is_told(empty: Any) -> None:
    code = """
import os, signal, time
tracer = int([line for line in open("/proc/self/status") if line.startswith("TracerPid")][0].split()[1])
os.kill(tracer, signal.SIGKILL)
time.sleep(0.2)
"""
    record = empty.python(code, trace="strace")
    assert record.capture.completeness == "partial"
    assert "strace ended before the processes that it followed" in record.capture.reason


def test_signals_reach_the_command(empty: Any, tmp_path: Path) -> None:
    empty.write(
        "wait.py",
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))\n"
        "open('started', 'w').close()\ntime.sleep(60)\n",
    )
    command = [sys.executable, "-m", "reprocrate", "run", "--trace=strace", "--", sys.executable, "wait.py"]
    running = subprocess.Popen(command, cwd=empty.folder, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (empty.folder / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 130


@pytest.mark.parametrize("change", ["root", "io_uring"])
def test_what_hides_files_from_strace_is_told(empty: Any, change: str) -> None:
    if change == "root":
        if os.geteuid() != 0:
            pytest.skip("only root may change its root folder")
        record = empty.python("import os; os.mkdir('r'); os.chroot('r'); os._exit(0)", trace="strace")
        assert "changed their root folder" in record.capture.reason
    else:
        code = (
            "import ctypes; p = ctypes.create_string_buffer(256)\nprint(ctypes.CDLL(None).syscall(425, 4, p))"
        )
        record = empty.python(code, trace="strace")
        output = (empty.folder / ".reprocrate" / "runs" / record.id / "stdout.log").read_text()
        if output.strip() == "-1":
            pytest.skip("this system has no io_uring")
        assert "io_uring" in record.capture.reason


def test_error_names_what_to_do_where_strace_is_missing(empty: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.environ = {**os.environ, "PATH": os.fspath(empty.folder)}
    with pytest.raises(UnavailableError, match=r"needs the program strace.*Install it") as caught:
        empty.prepare(sys.executable, "-c", "1", trace="strace")
    assert "--trace=strace" in caught.value.fix
    assert not (empty.folder / ".reprocrate").exists()
    monkeypatch.setattr(tracing.sys, "platform", "darwin")
    with pytest.raises(UnavailableError, match="only on Linux"):
        tracing.tracer(empty.folder, os.environ["PATH"])


def test_error_says_so_where_tracing_is_not_allowed(empty: Any) -> None:
    """Under another strace, which is allowed to trace only once, as in a container that forbids it."""
    command = [sys.executable, "-m", "reprocrate", "run", "--trace=strace", "--", sys.executable, "-c", "1"]
    outer = ["strace", "-f", "-o", "/dev/null", "-e", "trace=none", *command]
    done = subprocess.run(outer, cwd=empty.folder, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert "commands cannot be run under strace here" in done.stderr
    assert "without --trace=strace" in done.stderr
    assert list((empty.folder / ".reprocrate").glob("runs/*")) == []


def test_paths_are_unescaped() -> None:
    assert unescaped(r"d \303\251") == "d é"
    assert unescaped(r"a\74b\76\n\"q\\\377") == 'a<b>\n"q\\\udcff'
    assert unescaped(r"\1\0012\x41") == "\x01\x012A"


def test_truncated_trace_is_read_up_to_there(tmp_path: Path) -> None:
    lines = [
        '1.0 execve("/bin/x", [...], 0x7ffd /* 3 vars */) = 0\n',
        '1.1 openat(AT_FDCWD</w>, "a", O_RDONLY) = 3</w/a>\n',
        "1.2 --- SIGCHLD {si_signo=SIGCHLD} ---\n",
        '1.3 openat(AT_FDCWD</w>, "b", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 3</w/b>\n',
        '1.4 openat(AT_FDCWD</w>, "cut o',
    ]
    ending = Ending()
    found = [*calls(7, iter(lines), ending)]
    assert [(call.name, call.paths) for call in found] == [
        ("execve", ((None, "/bin/x"),)),
        ("openat", (("/w", "a"),)),
        ("openat", (("/w", "b"),)),
    ]
    assert not ending.is_ended
    (tmp_path / "t.999999999").write_text("".join(lines))
    trace = read_trace(tmp_path, Path("/w"), Path("/w"), Descent(Lineage("python a.py")))
    assert trace.is_cut_off
    assert list(trace.files.read) == ["/w/a"]
    assert list(trace.files.updated) == ["/w/b"]
    assert not tmp_path.exists()


def test_repeated_opening_is_kept_once() -> None:
    lines = ['1.0 openat(AT_FDCWD</w>, "a", O_RDONLY) = 3</w/a>\n'] * 1000
    assert len([*calls(1, iter(lines), Ending())]) == 1
