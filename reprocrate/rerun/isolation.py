"""An executor that puts every command into the sandbox before another executor runs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.executors import Command, Executor, Outcome
from reprocrate.executors.local import check_program
from reprocrate.rerun.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class SandboxedExecutor:
    """Runs commands isolated from everything but what they are given.

    Attributes:
        sandbox: the sandbox of this host.
        inner: what runs the wrapped command.
        writable: folders that commands may change; the folder of its logs is added for each command.
        readable: folders that commands may read but not change, wherever they lie.
    """

    sandbox: Sandbox
    inner: Executor
    writable: tuple[Path, ...]
    readable: tuple[Path, ...]

    def run(self, command: Command) -> Outcome:
        """Run a command to its end, inside.

        Raises:
            UsageError: there is no such program, or it cannot be executed.
            UnavailableError: the command could not be started here and now.
        """
        check_program(command.argv, command.cwd, command.env)
        inside = self.sandbox.wrap(
            command.argv,
            folder=command.cwd,
            writable=(*self.writable, command.stdout.parent),
            readable=self.readable,
        )
        return self.inner.run(replace(command, argv=tuple(inside)))
