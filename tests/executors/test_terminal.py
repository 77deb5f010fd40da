"""With a terminal, a command run by us still has one."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("there are no POSIX terminals", allow_module_level=True)

import pty
import termios

PYTHON = sys.executable


class Terminal:
    """A terminal with our program in it, as a person would have."""

    def __init__(self, argv: list[str], rows: int = 33, columns: int = 101) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            termios.tcsetwinsize(0, (rows, columns))
            os.execv(argv[0], argv)
        self.seen = b""

    def read_until(self, text: bytes, seconds: float = 20) -> bytes:
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} did not come, only {self.seen!r}"
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:
                break
        assert text in self.seen, self.seen
        return self.seen

    def type(self, data: bytes) -> None:
        os.write(self.master, data)

    def resize(self, rows: int, columns: int) -> None:
        termios.tcsetwinsize(self.master, (rows, columns))

    def wait(self, seconds: float = 20) -> int:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                with suppress(OSError):
                    self.seen += os.read(self.master, 65536)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.master)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f"it did not end; it wrote {self.seen!r}")


def test_it_has_a_terminal_of_our_size_for_output_and_error(driver: Any) -> None:
    code = (
        "import os, sys; print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty());"
        "print(os.get_terminal_size(), os.get_terminal_size(2))"
    )
    terminal = Terminal(driver.argv([PYTHON, "-c", code]))
    assert terminal.wait() == 0
    size = "os.terminal_size(columns=101, lines=33)"
    assert terminal.seen == f"True True True\r\n{size} {size}\r\n".encode()
    assert driver.stdout() == f"True True True\n{size} {size}\n".encode()  # the program's own bytes


def test_progress_bars_and_colours_come_through_as_they_are(driver: Any) -> None:
    code = (
        "import sys, time\n"
        "for i in range(3): print(f'\\r{i}/3', end='', file=sys.stderr, flush=True); time.sleep(0.05)\n"
        "print('\\x1b[32mdone\\x1b[0m')"
    )
    terminal = Terminal(driver.argv([PYTHON, "-c", code]))
    assert terminal.wait() == 0
    assert terminal.seen == b"\r0/3\r1/3\r2/3\x1b[32mdone\x1b[0m\r\n"
    assert driver.stdout() == b"\x1b[32mdone\x1b[0m\n"
    assert driver.stderr() == b"\r0/3\r1/3\r2/3"


def test_prompts_are_answered_at_the_terminal(driver: Any) -> None:
    code = "import getpass; name = input('name? '); word = getpass.getpass('word? '); print(name, len(word))"
    terminal = Terminal(driver.argv([PYTHON, "-c", code]))
    terminal.read_until(b"name? ")
    terminal.type(b"ada\n")
    terminal.read_until(b"word? ")
    terminal.type(b"secret\n")
    assert terminal.wait() == 0
    assert terminal.seen.endswith(b"ada 6\r\n")
    assert b"secret" not in terminal.seen
    assert b"secret" not in driver.stdout() + driver.stderr()


def test_ctrl_c_at_the_terminal_reaches_it_once_and_is_remembered(driver: Any) -> None:
    code = (
        "import signal, sys, time\ntimes = []\n"
        "signal.signal(signal.SIGINT, lambda *_: times.append(1))\nprint('ready', flush=True)\n"
        "end = time.monotonic() + 20\n"
        "while not times and time.monotonic() < end: time.sleep(0.05)\n"
        "time.sleep(0.5)\nprint('times', len(times))\nsys.exit(5)"
    )
    terminal = Terminal(driver.argv([PYTHON, "-c", code]))
    terminal.read_until(b"ready")
    terminal.type(b"\x03")
    terminal.read_until(b"times 1")
    assert terminal.wait() == 0
    assert driver.outcome() == {"exit_code": 5, "signal": None, "interrupted": True, "problems": []}


def test_new_size_reaches_it(driver: Any) -> None:
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGWINCH, lambda *_: print(os.get_terminal_size().columns, flush=True))\n"
        "print('ready', flush=True)\nend = time.monotonic() + 3\n"
        "while time.monotonic() < end: time.sleep(0.05)"
    )
    terminal = Terminal(driver.argv([PYTHON, "-c", code]))
    terminal.read_until(b"ready")
    terminal.resize(20, 57)
    terminal.read_until(b"57")
    assert terminal.wait() == 0


def test_output_to_a_file_is_no_terminal_but_error_still_is(driver: Any, tmp_path: Path) -> None:
    code = "import sys; print(sys.stdout.isatty(), sys.stderr.isatty())"
    script = tmp_path / "run.sh"
    argv = driver.argv([PYTHON, "-c", code])
    script.write_text(f'#!/bin/sh\nexec "$@" > {tmp_path}/shown.txt\n')
    script.chmod(0o755)
    terminal = Terminal([os.fspath(script), *argv])
    assert terminal.wait() == 0
    assert (tmp_path / "shown.txt").read_text() == "False True\n"
