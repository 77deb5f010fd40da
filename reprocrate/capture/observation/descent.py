"""What the processes that strace followed come from: forks, and programs that they executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reprocrate.capture.observation.lineage import Lineage
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.observation.programs import is_called, is_harmless, is_shell
from reprocrate.capture.observation.syscalls import Call
from reprocrate.capture.privacy.scrubber import is_interpreter


@dataclass
class _Member:
    """A process; its threads share this.

    Attributes:
        lineage: what it is by now.
        was: the programs that it has been one after the other, by execution.
        is_foreseen: whether it counts as the program already that it will execute next.
    """

    lineage: Lineage
    was: list[Lineage] = field(default_factory=list)
    is_foreseen: bool = False


class Descent:
    """Follows which process makes which, in the order of time.

    Args:
        root: the command itself.
        recorded: logs of the processes that are Pythons. strace is not told to write arguments down; what a
            Python was told to run stands there.
    """

    def __init__(self, root: Lineage, recorded: Sequence[Process] = ()) -> None:
        self.lineages: Counter[Lineage] = Counter()
        self._root = root
        self._members: dict[int, _Member] = {}
        self._pythons: dict[int, list[tuple[float, list[str]]]] = {}
        self._has_begun = False
        self._is_itself = False  # whether the command behind `uv run` and its like has begun
        self._executions: dict[int, list[tuple[float, str]]] = {}
        for process in recorded:
            number, words = process.header.get("pid"), process.header.get("argv")
            if isinstance(number, int) and isinstance(words, list) and not process.header.get("forked_from"):
                begun = (float(process.header.get("time") or 0.0), [str(word) for word in words])
                self._pythons.setdefault(number, []).append(begun)

    def foresee(self, calls: Iterable[Call]) -> None:
        """Learn which programs will be executed; before all other calls.

        What a shell's copy opens before it becomes a program, as for `sort > a.txt`, is for that program.
        """
        for call in calls:
            if call.name in ("execve", "execveat"):
                program = call.paths[-1][1] if call.paths else ""
                self._executions.setdefault(call.pid, []).append((call.time, program or call.opened or ""))

    def of(self, pid: int) -> Lineage:
        """What a process, or the process of a thread, is by now."""
        return self._member(pid).lineage

    def clone(self, pid: int, child: int, time_s: float, *, is_thread: bool) -> None:
        """A process makes another, or a thread."""
        parent = self._member(pid)
        if is_thread:
            self._members[child] = parent
            return
        program = self._next_program(child, time_s) if is_shell(parent.lineage.program) else ""
        if program:
            lineage = parent.lineage.started(self._words(child, program, time_s))
            self._members[child] = _Member(lineage, [lineage], is_foreseen=True)
        else:
            lineage = parent.lineage.forked()
            self._members[child] = _Member(lineage)
        self.lineages[lineage] += 1

    def execute(self, pid: int, program: str, time_s: float) -> None:
        """A process becomes another program; the command itself begins so, and stays what it is."""
        member = self._member(pid)
        before, has_begun, self._has_begun = member.lineage, self._has_begun, True
        words = self._words(pid, program, time_s)
        if not has_begun:
            self._is_itself = is_called(self._root.program, words)
        if member.is_foreseen or not has_begun:
            member.is_foreseen = False
            return
        is_passing = before.how == "fork" or is_harmless(before.program)  # as `env` is
        parent = before.parent if is_passing and before.parent else before
        if not self._is_itself and parent == self._root and is_called(self._root.program, words):
            self._is_itself, after = True, self._root
        else:
            after = parent.started(words)
        after = next((one for one in member.was if _is_again(one, after)), after)
        if after not in member.was:
            member.was.append(after)
        if after != before:
            self.lineages[before] -= 1
            member.lineage = after
            self.lineages[after] += after != self._root  # which stays one with what only starts it

    def _next_program(self, pid: int, time_s: float) -> str:
        """The program that a new process will execute; empty where it will not."""
        times = self._executions.get(pid, ())
        return next((program for begun_s, program in times if begun_s >= time_s), "")

    def _member(self, pid: int) -> _Member:
        if pid not in self._members:
            self._members[pid] = _Member(self._root, [self._root])
            self.lineages[self._root] += 1
        return self._members[pid]

    def _words(self, pid: int, program: str, time_s: float) -> list[str]:
        """The command of a program that was executed, as far as it is known."""
        if is_interpreter(program):
            for begun_s, words in self._pythons.get(pid, ()):
                if begun_s >= time_s:
                    return words
        return [program or "a program"]


def _is_again(before: Lineage, after: Lineage) -> bool:
    """Whether a process is again what it was, as behind `nice`; arguments may not be known."""
    return before.program == after.program or before.program.startswith(f"{after.program} ")
