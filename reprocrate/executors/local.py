"""Runs a command on this machine so that it behaves as if it were run without us."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reprocrate.errors import UnavailableError, UsageError
from reprocrate.executors.command import Command, Outcome
from reprocrate.executors.signals import SignalRelay, in_main_thread
from reprocrate.executors.streams import Stream

__all__ = ["Command", "LocalExecutor", "Outcome", "SignalRelay", "check_program", "run"]


@dataclass(frozen=True)
class LocalExecutor:
    """The `reprocrate.executors.Executor` of this machine.

    Attributes:
        relay: the relay that is in force around several runs; each run has its own where it is None.
    """

    relay: SignalRelay | None = None

    def run(self, command: Command) -> Outcome:
        """Run a command to its end; see `run`."""
        return run(command, self.relay)


def run(command: Command, relay: SignalRelay | None = None) -> Outcome:
    """Run a command to its end.

    It reads our standard input; what it writes is shown as it comes and copied to its two files, unchanged.
    It dies with us, where the system can see to that (Linux).

    Args:
        command: what to run.
        relay: a relay in force; without it, signals are passed on for this run only, and only if this is the
            main thread.

    Raises:
        UsageError: there is no such program or folder, or it cannot be executed.
        UnavailableError: the command could not be started, or its output not be recorded.
    """
    check_program(command.argv, command.cwd, command.env)
    for ours in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            ours.flush()
    own = SignalRelay() if relay is None else relay
    with own if relay is None and in_main_thread() else nullcontext():
        return _run(command, own)


def check_program(argv: tuple[str, ...], cwd: Path, env: Mapping[str, str]) -> None:
    """Say what is wrong with a command that cannot be started.

    Raises:
        UsageError: the program or the folder is not there, or the program cannot be executed.
    """
    if not argv or not argv[0]:
        raise UsageError("no command was given", fix="Name it after `--`, as in `-- python train.py`")
    if not cwd.is_dir():
        raise UsageError(f"there is no folder {cwd} to run the command in")
    program = argv[0]
    if any("\0" in argument for argument in argv):
        raise UsageError("an argument of the command holds a null character")
    if os.sep in program or (os.altsep and os.altsep in program):
        _check_file(program, cwd / program)
    elif shutil.which(program, path=env.get("PATH", os.defpath)) is None:
        fix = "Check the spelling, or activate the environment that has it"
        if (cwd / program).is_file():
            meant = f"`python {program}`" if program.endswith(".py") else f"./{program}"
            fix = f"Did you mean {meant}?"
        raise UsageError(f"the command {program} was not found", "no folder of PATH has it", fix)


def _check_file(program: str, path: Path) -> None:
    if not path.exists():
        raise UsageError(f"the command {program} was not found", "there is no such file")
    if path.is_dir():
        raise UsageError(f"the command {program} cannot be executed", "it is a folder")
    if not os.access(path, os.X_OK):
        fix = f"Did you mean `python {program}`?" if program.endswith(".py") else f"Try: chmod +x {program}"
        raise UsageError(f"the command {program} cannot be executed", "it is not marked executable", fix)


def _run(command: Command, relay: SignalRelay) -> Outcome:
    with _streams(command) as streams:
        started, clock = datetime.now(UTC), time.monotonic()
        process = _start(command, relay, streams)
        relay.add(process.pid, [stream.resize for stream in streams])
        if command.monitor is not None:
            command.monitor.began(process.pid)
        try:
            status, usage = _wait(process)
        finally:
            relay.discard(process.pid)
            if command.monitor is not None:
                command.monitor.ended()
        ended, duration = datetime.now(UTC), time.monotonic() - clock
    return Outcome(
        exit_code=status if status >= 0 else None,
        signal=-status if status < 0 else None,
        started=started,
        ended=ended,
        duration_s=duration,
        cpu_s=usage.ru_utime + usage.ru_stime if usage else None,
        peak_memory_bytes=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) if usage else None,
        interrupted=relay.interrupted,
        problems=tuple(stream.problem for stream in streams if stream.problem),
    )


@contextmanager
def _streams(command: Command) -> Iterator[tuple[Stream, Stream]]:
    """The program's output and error; at the end all that it wrote has been shown and recorded."""
    output = Stream(command.stdout, 1 if command.echo else None)
    try:
        error = Stream(command.stderr, 2 if command.echo else None)
    except BaseException:
        output.abandon()
        raise
    yield output, error
    output.finish()
    error.finish()


def _start(command: Command, relay: SignalRelay, streams: tuple[Stream, Stream]) -> subprocess.Popen[bytes]:
    options: dict[str, Any] = {}
    if sys.platform != "win32":
        options["process_group"] = None if relay.shares_terminal else 0
        options["preexec_fn"] = _tie_to(os.getpid())
    try:
        process = subprocess.Popen(
            (*command.tracer, *command.argv),
            cwd=command.cwd,
            env=command.env,
            stdin=None if command.stdin else subprocess.DEVNULL,
            stdout=streams[0].program_end,
            stderr=streams[1].program_end,
            **options,
        )
    except OSError as error:
        for stream in streams:
            stream.abandon()
        raise _not_started(command.argv[0], error) from error
    for stream in streams:
        stream.start()
    return process


def _not_started(program: str, error: OSError) -> UsageError | UnavailableError:
    what = f"the command {program} could not be started"
    if error.errno == errno.ENOEXEC:
        return UsageError(what, "it is neither a program for this machine nor a script with a #! line")
    if error.errno == errno.ENOENT:
        return UsageError(what, "the interpreter that its first line names is not there")
    if error.errno == errno.EACCES:
        return UsageError(what, "permission denied")
    if error.errno == errno.E2BIG:
        return UsageError(what, "its arguments and environment are too long for this system")
    return UnavailableError(what, error.strerror or str(error))


def _tie_to(parent: int) -> Callable[[], None] | None:
    """What makes the new process die with this one, even if this one is killed.

    Linux sends the signal asked for by prctl(PR_SET_PDEATHSIG) when the thread that started a process ends.
    """
    if sys.platform != "linux":
        return None
    import ctypes

    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None

    def tie() -> None:
        prctl(1, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return tie


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """Exit status, negative for a signal, and what the system counted, where it counts."""
    if sys.platform == "win32":
        return process.wait(), None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage
