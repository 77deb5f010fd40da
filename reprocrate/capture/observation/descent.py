"""What the processes that strace followed come from: forks, and programs that they executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reprocrate.capture.observation.lineage import Lineage
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.privacy.scrubber import is_interpreter


@dataclass
class _Member:
    """A process; its threads share this."""

    lineage: Lineage


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
        for process in recorded:
            number, words = process.header.get("pid"), process.header.get("argv")
            if isinstance(number, int) and isinstance(words, list) and not process.header.get("forked_from"):
                begun = (float(process.header.get("time") or 0.0), [str(word) for word in words])
                self._pythons.setdefault(number, []).append(begun)

    def of(self, pid: int) -> Lineage:
        """What a process, or the process of a thread, is by now."""
        return self._member(pid).lineage

    def clone(self, pid: int, child: int, *, is_thread: bool) -> None:
        """A process makes another, or a thread."""
        parent = self._member(pid)
        if is_thread:
            self._members[child] = parent
        else:
            self._members[child] = _Member(parent.lineage.forked())
            self.lineages[parent.lineage.forked()] += 1

    def execute(self, pid: int, program: str, time_s: float) -> None:
        """A process becomes another program; the command itself begins so, and stays what it is."""
        member = self._member(pid)
        before, has_begun, self._has_begun = member.lineage, self._has_begun, True
        parent = before.parent if before.how == "fork" and before.parent else before
        after = parent.started(self._words(pid, program, time_s))
        if has_begun and (after.program != before.program or before.how == "fork"):  # else as `env` does
            self.lineages[before] -= 1
            member.lineage = after
            self.lineages[after] += 1

    def _member(self, pid: int) -> _Member:
        if pid not in self._members:
            self._members[pid] = _Member(self._root)
            self.lineages[self._root] += 1
        return self._members[pid]

    def _words(self, pid: int, program: str, time_s: float) -> list[str]:
        """The command of a program that was executed, as far as it is known."""
        if is_interpreter(program):
            for begun_s, words in self._pythons.get(pid, ()):
                if begun_s >= time_s:
                    return words
        return [program or "a program"]
