"""Processes in the background that are known by their pid files. Linux only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STOPPING = 15.0
"""Seconds that a process has to end by itself."""


class StartError(RuntimeError):
    """Something does not start; the message says why and where to look."""


def running(pid_file: Path) -> int | None:
    """The pid in a file, if that very process is alive."""
    try:
        pid, mark = pid_file.read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return int(pid) if _birth(int(pid)) == mark else None


def start(
    command: Sequence[str | Path | int],
    pid_file: Path,
    environment: Mapping[str, str],
    ready: Callable[[], bool],
    *,
    tied: bool,
    patience: float = 180.0,
) -> None:
    """Start a command, with its output in a log beside the pid file, and wait until it is ready.

    Args:
        tied: whether the process is to end with this one, even where this one is killed.
        patience: seconds to wait.

    Raises:
        StartError: it ended, or is not ready in time.
    """
    log = pid_file.with_suffix(".log")
    tie = ("setpriv", "--pdeathsig", "TERM") if tied else ()
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [*tie, *(str(part) for part in command)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )
    pid_file.write_text(f"{process.pid} {_birth(process.pid)}\n", "ascii")
    deadline = time.monotonic() + patience
    while not ready():
        if process.poll() is not None:
            raise StartError(f"{pid_file.stem} ended with {process.returncode}: see {log}")
        if time.monotonic() > deadline:
            raise StartError(f"{pid_file.stem} is not ready after {patience:.0f} s: see {log}")
        time.sleep(0.1)


def stop(pid_file: Path) -> bool:
    """End the process of a pid file, if it is alive; tell whether it was."""
    pid = running(pid_file)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOPPING
        while running(pid_file) == pid:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)
    return pid is not None


def free_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Whether something listens at a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _birth(pid: int) -> str | None:
    """When a live process started, in the kernel's clock ticks: a pid alone may belong to a later one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]
