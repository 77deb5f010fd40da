"""Which recorded runs wrote what others read: preparation before training, training before evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reprocrate.manifest import File, Manifest, Run
from reprocrate.rerun.work.selection import Task, in_order


@dataclass(frozen=True)
class Sources:
    """Who wrote what, in a recorded experiment.

    A file is known by its path and its digest: a run that left another file at the same path is not where
    what was read came from.

    Args:
        manifest: the recorded experiment.
    """

    manifest: Manifest
    _writers: dict[tuple[str, str], list[tuple[Run, File]]] = field(
        init=False, default_factory=dict, repr=False
    )
    _travelling: set[str] = field(init=False, default_factory=set, repr=False)
    _code: dict[str, set[str]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for run in self.manifest.runs:
            for file in run.written:
                if file.root is None and file.sha256:
                    self._writers.setdefault((file.path, file.sha256), []).append((run, file))
        for data in self.manifest.data:
            here = (one for one in data.files if (one.root or data.root) is None)
            self._travelling.update(one.path for one in here if one.travels)
        self._code.update({code.id: {one.path for one in code.files} for code in self.manifest.code})

    def travelling(self, file: File) -> File:
        """A written file as a run has it whose bytes came along: of equal ones only the newest lies there."""
        equal = [one for _, one in self._writers.get((file.path, file.sha256 or ""), ())]
        return next((one for one in equal if one.travels), file)

    def read_from_others(self, task: Task) -> Iterator[tuple[File, Run]]:
        """The files that a run read and that other runs had written, each with the newest of these runs.

        Left out is what comes along as code or as data, wherever it came from.
        """
        code = self._code.get(task.recorded.code or task.configuration.code or "", set())
        for file in task.recorded.inputs:
            if file.root is not None or file.path in self._travelling or file.path in code:
                continue
            writers = self._writers.get((file.path, file.sha256 or ""), ())
            own = (task.recorded.id, task.recorded.parent)
            if writers and all(run.id not in own for run, _ in writers):
                runs = [run for run, _ in writers]
                newest = max(runs, key=lambda one: (one.status == "ok", one.started or "", one.id))
                yield self.travelling(writers[0][1]), newest


def with_upstream(manifest: Manifest, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """These tasks and the runs that wrote what they read, down to those that read only code and data.

    Args:
        manifest: the recorded experiment.
        tasks: recorded runs to be repeated in full.
    """
    sources = Sources(manifest)
    runs = {run.id: run for run in manifest.runs}
    configurations = {one.id: one for one in manifest.configurations}
    found = {task.id: task for task in tasks}
    waiting = list(found.values())
    made = {file.path for task in waiting for file in task.recorded.written if file.root is None}
    while waiting:
        task = waiting.pop()
        for file, writer in sources.read_from_others(task):
            launch = runs.get(writer.parent or "", writer)
            if file.path in made or launch.id in found:
                continue
            more = Task(configurations[launch.configuration], launch)
            found[more.id] = more
            made |= {one.path for one in launch.written if one.root is None}
            waiting.append(more)
    return in_order(found.values())
