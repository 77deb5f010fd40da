"""What an executor is given, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


class Monitor(Protocol):
    """Looks at a process from beside it while it runs; it must not raise."""

    def began(self, pid: int) -> None:
        """The command has started as this process."""

    def ended(self) -> None:
        """It has ended."""


@dataclass(frozen=True, slots=True)
class Command:
    """One process to run.

    Attributes:
        argv: the program and its arguments; a program without a slash is looked up in `env["PATH"]`.
        cwd: the folder that it starts in.
        env: its whole environment.
        stdout: file that gets a copy of its standard output.
        stderr: file that gets a copy of its standard error.
        echo: whether its output is also shown, as it comes; if not, it is only recorded.
        stdin: whether it reads our standard input; if not, it finds an empty one.
        monitor: what looks at it while it runs.
        tracer: a program with its arguments that executes the command in its own place and follows it.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdout: Path
    stderr: Path
    echo: bool = True
    stdin: bool = True
    monitor: Monitor | None = None
    tracer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended.

    Attributes:
        exit_code: its exit status; None where a signal ended it.
        signal: the signal that ended it.
        started: when it was started, in UTC.
        ended: when it had ended, in UTC.
        duration_s: seconds between the two by a clock that is never set.
        cpu_s: processor seconds, user and system, of it and of the descendants that were waited for.
        peak_memory_bytes: largest resident memory of it or of one such descendant. The system counts what the
            process held before it became the program, so that it is never below this process's own memory.
        interrupted: whether we were asked to stop while it ran.
        problems: what went wrong around it, such as a full disk under a log, as sentences.
        killed_because: the limit for which we ended it, as in `it ran for longer than 2 h`; empty where we
            did not.
    """

    exit_code: int | None
    signal: int | None
    started: datetime
    ended: datetime
    duration_s: float
    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    interrupted: bool = False
    problems: tuple[str, ...] = ()
    killed_because: str = ""

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with exit status 0."""
        return self.exit_code == 0 and not self.interrupted

    @property
    def shell_code(self) -> int:
        """The exit status that a shell would give it: 128 + n after signal n."""
        if self.signal is not None:
            return 128 + self.signal
        return self.exit_code or 0
