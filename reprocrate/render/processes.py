"""Which processes used files, over all runs, as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reprocrate.manifest import File, Manifest, Process, Run
from reprocrate.render import words

_HOW = {"fork": ("fork of {}", "forks of {}"), "spawn": ("worker of {}", "workers of {}")}


@dataclass
class ProcessUse:
    """Processes that are alike in all runs, and the files that they used.

    Attributes:
        process: what they are, in one of the runs.
        parent: the program that they come from.
        counts: how many there were, in each run that has them.
        read, written: paths of files, with their roots.
    """

    process: Process
    parent: str
    counts: list[int] = field(default_factory=list)
    read: set[tuple[str | None, str]] = field(default_factory=set)
    written: set[tuple[str | None, str]] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What they are, for people."""
        least, most = min(self.counts), max(self.counts)
        number = str(most) if least == most else f"{least} to {most}"
        program = words.plain(self.process.program)
        if self.process.how not in _HOW:
            return program if most == 1 else f"{program} ({number} times)"
        one, several = _HOW[self.process.how]
        parent = words.plain(self.parent)
        return one.format(parent) if most == 1 else f"{number} {several.format(parent)}"

    @property
    def sentence(self) -> str:
        """What they did."""
        done = []
        if self.read:
            done.append(f"read {words.count_of(len(self.read), 'file')}")
        if self.written:
            done.append(f"wrote {words.count_of(len(self.written), 'file')}")
        return f"{self.name} {' and '.join(done)}"


def process_uses(manifest: Manifest) -> list[ProcessUse]:
    """Who used files, in the order of the runs; nobody where each run's command itself did everything."""
    found: dict[tuple[str, ...], ProcessUse] = {}
    for run in manifest.runs:
        lines = _lines(run)
        known = {process.id: process for process in run.processes}
        counted = set()
        for name, file, written in _uses(run):
            if name in lines:
                process = known[name]
                parent = known.get(process.parent or "", process)
                use = found.setdefault(lines[name], ProcessUse(process, parent.program))
                (use.written if written else use.read).add((file.root, file.path))
                if name not in counted:
                    counted.add(name)
                    use.counts.append(process.count or 1)
    return list(found.values())


def _uses(run: Run) -> Iterator[tuple[str, File, bool]]:
    for file in (*run.inputs, *run.written):
        yield from ((name, file, False) for name in file.read_by)
        yield from ((name, file, True) for name in file.written_by)


def _lines(run: Run) -> dict[str, tuple[str, ...]]:
    """For each process what it is and comes from, by which those of other runs are like it."""
    lines: dict[str, tuple[str, ...]] = {}
    for process in run.processes:
        above = lines.get(process.parent or "", ())
        lines[process.id] = (*above, f"{process.how or ''} {process.program}")
    return lines
