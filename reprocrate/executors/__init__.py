"""Where seeds run: each executor takes a command and returns how it ended."""

from __future__ import annotations

from typing import Protocol

from reprocrate.executors.command import Command, Outcome

__all__ = ["Command", "Executor", "Outcome"]


class Executor(Protocol):
    """Something that runs commands: this machine, a cluster.

    It shows and records what a command writes, byte for byte, and never raises because a command fails.
    """

    def run(self, command: Command) -> Outcome:
        """Run a command to its end.

        Raises:
            UsageError: there is no such program, or it cannot be executed.
            UnavailableError: the command could not be started here and now.
        """
        ...
