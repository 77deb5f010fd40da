"""Which process of a launch came from which, alike ones as one: so are a file's readers and writers told.

A launch may start thousands of processes, such as the workers of each epoch. Those that run the same program
in the same way, from alike parents, are of one lineage, so that few lineages say who used a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reprocrate.capture.observation.programs import called, is_called, is_shell

How = Literal["fork", "spawn", "program"]
_DEEPEST = 20
_SPAWNING = ("spawn_main", "multiprocessing.forkserver", "popen_loky")


@dataclass(frozen=True)
class Lineage:
    """Processes that are alike by their descent.

    Attributes:
        program: what they run, without arguments.
        how: what they are to their parent: copies of it, fresh interpreters with its code, programs of their
            own. None for the command itself.
        parent: what they come from.
    """

    program: str
    how: How | None = None
    parent: Lineage | None = None

    @property
    def line(self) -> tuple[Lineage, ...]:
        """It and those that it comes from, itself first."""
        return (self, *(self.parent.line if self.parent else ()))

    def forked(self) -> Lineage:
        """A copy of one of these processes."""
        return self._child(self.program, "fork")

    def started(self, words: Sequence[str]) -> Lineage:
        """A program that one of these processes started, by its command."""
        if any(mark in word for mark in _SPAWNING for word in words[1:4]):
            return self._child(self.program, "spawn")
        return self._child(called(words), "program")

    def _child(self, program: str, how: How) -> Lineage:
        if len(self.line) < _DEEPEST:
            return Lineage(program, how, self)
        return self  # a program that starts itself again and again


ITSELF = Lineage("")
"""In the log of a process: the process itself."""


def lineages(
    headers: Sequence[Mapping[str, Any]], root: Lineage, first: Mapping[str, Any] | None
) -> list[Lineage]:
    """What each of the recorded processes is.

    A process whose parent is not known comes from the command itself, by programs that nobody saw.

    Args:
        headers: what each log says of its process, oldest first.
        root: the command itself.
        first: the process that the command began as, if it was recorded.
    """
    found: list[Lineage] = []
    latest: dict[object, Lineage] = {}
    itself = ""  # what the command itself is called by, once it has begun
    for header in headers:
        words = [str(word) for word in header.get("argv") or ()]
        copied_from = header.get("forked_from")
        if first is not None and _is_same_process(header, first):
            program = called(words)
            itself = itself or (root.program if is_shell(root.program) else program)
            lineage = root if program == itself else root.started(words)
        elif copied_from:
            lineage = latest.get(copied_from, root).forked()
        elif first is None and not itself and is_called(root.program, words):
            lineage, itself = root, root.program  # behind a program that only starts it, such as `uv run`
        else:
            lineage = latest.get(header.get("ppid"), root).started(words)
        found.append(lineage)
        latest[header.get("pid")] = lineage
    return found


def _is_same_process(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two logs are of one process, which may have become another program in between."""
    return all(one.get(name) == other.get(name) for name in ("pid", "ppid"))
