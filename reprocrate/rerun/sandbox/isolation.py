"""An executor that puts every command into the sandbox before another executor runs it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.executors import Command, Executor, Outcome
from reprocrate.executors.local import check_program
from reprocrate.rerun.sandbox import inside
from reprocrate.rerun.sandbox.bubblewrap import Sandbox, python_folders
from reprocrate.rerun.sandbox.limits import KILLED, NO_LIMITS, Limits, too_many_processes

_REPORT = "end.json"
_MORE_THREADS = 100


@dataclass(frozen=True, slots=True)
class SandboxedExecutor:
    """Runs commands isolated from everything but what they are given.

    Attributes:
        sandbox: the sandbox of this host.
        inner: what runs the wrapped command.
        python: the interpreter of the environment that commands run in.
        writable: folders that commands may change; the folder of its logs is added for each command.
        readable: folders that commands may read but not change, wherever they lie.
        limits: what one command may use, as far as the sandbox itself sees to it.
        network: whether commands have the network of this machine.
    """

    sandbox: Sandbox
    inner: Executor
    python: Path
    writable: tuple[Path, ...]
    readable: tuple[Path, ...]
    limits: Limits = NO_LIMITS
    network: bool = False

    def run(self, command: Command) -> Outcome:
        """Run a command to its end, inside.

        Raises:
            UsageError: there is no such program, or it cannot be executed.
            UnavailableError: the command could not be started here and now.
        """
        check_program(command.argv, command.cwd, command.env)
        logs, first = command.stdout.parent, Path(inside.__file__)
        report = logs / _REPORT
        wrapped = self.sandbox.wrap(
            [str(self.python), "-I", "-S", str(first), str(report), *self._held_back(), *command.argv],
            folder=command.cwd,
            writable=(*self.writable, logs),
            readable=(*self.readable, *python_folders(self.python), first),
            variables=command.env,
            network=self.network,
            memory_bytes=self.limits.memory,
        )
        outcome = self.inner.run(replace(command, argv=tuple(wrapped), env={}))
        return self._as_seen_inside(outcome, report)

    def _held_back(self) -> tuple[str, str]:
        """What the first program inside is told of limits; see `inside.hold_back`.

        What watches from outside is to see the limit broken, so the system's own begins a little later.
        """
        most = self.limits.threads
        return str(0 if most is None else most + _MORE_THREADS), inside.namespace()

    def _as_seen_inside(self, outcome: Outcome, report: Path) -> Outcome:
        """The outcome with how the command itself ended and what it used, where it left word."""
        unknown = replace(outcome, cpu_s=None, peak_memory_bytes=None)
        try:
            found = json.loads(report.read_bytes())
            seen = replace(
                outcome,
                exit_code=None if found["exit_code"] is None else int(found["exit_code"]),
                signal=None if found["signal"] is None else int(found["signal"]),
                cpu_s=float(found["cpu_s"]),
                peak_memory_bytes=int(found["peak_kib"]) * 1024,
            )
            return self._with_what_it_left(seen, int(found["left"]))
        except (OSError, ValueError, KeyError, TypeError):
            return unknown
        finally:
            with suppress(OSError):
                report.unlink(missing_ok=True)

    def _with_what_it_left(self, outcome: Outcome, processes: int) -> Outcome:
        """A command that the system refused more processes may end at once, before anybody has seen why."""
        most = self.limits.processes
        if most is None or processes <= most:
            return outcome
        return replace(outcome, exit_code=None, signal=KILLED, killed_because=too_many_processes(most))
