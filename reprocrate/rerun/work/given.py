"""What runs had written and a run of a rerun is given all the same, at its recorded place.

A rerun withholds what was recorded as written: a run that finds its own results proves nothing. Two things
are given: to an evaluation, what its training left to be evaluated; and to a run that read what another run
had written, that file, where this rerun does not make it anew. An evaluation is not given the files that its
own metrics are read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath

from reprocrate.capture.record import Scalar
from reprocrate.capture.seeds.notation import substituted
from reprocrate.manifest import File, Manifest, Run
from reprocrate.rerun.work.materials import Material, written_by
from reprocrate.rerun.work.selection import Depth, Task
from reprocrate.rerun.work.upstream import Sources

_NEVER_GIVEN = frozenset({".git", ".reprocrate"})  # settings of git can start programs; records are our own
_BRACES = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")


@dataclass(frozen=True, slots=True)
class Given:
    """A recorded file that a run is given.

    Attributes:
        file: what the manifest says of it.
        run: the recorded run that wrote it.
        needed: whether the run is known to need it; else it is given where it came along.
    """

    file: File
    run: Run
    needed: bool

    @property
    def verifiable(self) -> bool:
        """Whether it can be told from any other file: nothing is given without its digest."""
        return self.file.sha256 is not None

    @property
    def material(self) -> Material:
        """The same as a file that the run reads."""
        return Material(self.file, self.file.path)


@dataclass(frozen=True)
class Gifts:
    """What is given to the tasks of one rerun.

    Attributes:
        manifest: the recorded experiment.
        tasks: everything that this rerun runs.
    """

    manifest: Manifest
    tasks: Sequence[Task]

    def of(self, task: Task) -> tuple[Given, ...]:
        """What a task is given, each file once."""
        found: dict[str, Given] = {}
        for one in (*self._own(task), *self._of_others(task)):
            if _NEVER_GIVEN.isdisjoint(one.file.path.lower().split("/")):
                found.setdefault(one.file.path, one)
        return tuple(found.values())

    def materials(self, task: Task) -> Iterator[Material]:
        """The same as files to be copied: those that came along, and those that the run needs."""
        for one in self.of(task):
            if one.verifiable and (one.needed or one.file.travels):
                yield one.material

    @cached_property
    def sources(self) -> Sources:
        """Who wrote what."""
        return Sources(self.manifest)

    @cached_property
    def _made_anew(self) -> frozenset[str]:
        """What the runs of this rerun write by themselves: evaluations do not write what they evaluate."""
        return written_by(task for task in self.tasks if not is_evaluation_of_its_training(task))

    def _own(self, task: Task) -> Iterator[Given]:
        if not is_evaluation_of_its_training(task):
            return
        run, measured = task.recorded, _Measured.of(self.manifest, task)
        held = [file for file in run.checkpoints if file.root is None and not measured.holds(file.path)]
        held += [run.predictions] if run.predictions and not measured.holds(run.predictions.path) else []
        others = [
            file
            for file in (*run.outputs, *run.artifacts)
            if file.root is None and not measured.holds(file.path)
        ]
        named = _named(task, [*held, *others])
        for file in (*held, *others):
            needed = file.path in named if named else file in held
            yield Given(self.sources.travelling(file), run, needed)

    def _of_others(self, task: Task) -> Iterator[Given]:
        for file, writer in self.sources.read_from_others(task):
            if file.path not in self._made_anew:
                yield Given(file, writer, needed=True)


def is_evaluation_of_its_training(task: Task) -> bool:
    """Whether it evaluates what the recorded run had trained, by the variant that its author declared."""
    return task.variant is not None and task.variant.name == Depth.EVALUATE.value


@dataclass(frozen=True, slots=True)
class _Measured:
    """The files that the values of a run's metrics are read from, and its curves."""

    paths: frozenset[str]
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, manifest: Manifest, task: Task) -> _Measured:
        runs = [run for run in manifest.runs if task.recorded.id in (run.id, run.parent)]
        paths = {one.evidence.path for run in runs for one in run.metrics if one.evidence}
        paths |= {run.histories.path for run in runs if run.histories}
        known: dict[str, Scalar] = {"configuration": task.configuration.label}
        known |= {} if task.recorded.seed is None else {"seed": task.recorded.seed}
        places = [metric.source.path for metric in manifest.metrics if metric.source and metric.source.path]
        return cls(frozenset(paths), tuple(_pattern(substituted(place, known)) for place in places))

    def holds(self, path: str) -> bool:
        return path in self.paths or any(_fits(path, pattern) for pattern in self.patterns)


def _pattern(place: str) -> str:
    """A metric's path as the shell writes it: `*` for each name in braces."""
    return _BRACES.sub("*", place.removeprefix("./").replace("[", "[[]"))


def _fits(path: str, pattern: str) -> bool:
    """Whether a path is meant: only `**` stands for several folders."""
    return fnmatchcase(path, pattern) and ("**" in pattern or path.count("/") == pattern.count("/"))


def _named(task: Task, files: Iterable[File]) -> set[str]:
    """Paths of the files that the variant's arguments name, by themselves or by a folder above them."""
    added = len(task.variant.overrides) if task.variant else 0
    arguments = task.command[len(task.command) - added :]
    words = {
        word.removeprefix("./").rstrip("/") for each in arguments for word in (each, each.partition("=")[2])
    }
    inside = task.recorded.working_directory
    words |= {f"{inside}/{word}" for word in words} if inside else set()
    return {
        file.path
        for file in files
        if not words.isdisjoint({file.path, *map(str, PurePosixPath(file.path).parents)} - {"."})
    }
