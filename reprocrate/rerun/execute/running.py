"""Running recorded runs again, each recorded as the original was.

The rerun has a folder of its own, with a project in it: copies of code and data, the records of its runs,
and what they wrote. Records are made by the same code as an author's, so that a reproduction is assembled
like any experiment. What was recorded is never touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from reprocrate.capture.record import RECORD_NAME, RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.errors import UnreadableError
from reprocrate.executors.local import LocalExecutor
from reprocrate.executors.signals import SignalRelay, in_main_thread
from reprocrate.files import could_not, write_atomically
from reprocrate.rerun.execute.crew import Crew
from reprocrate.rerun.execute.gathering import Gathering
from reprocrate.rerun.execute.recovery import alone_in, forget_unfinished, made_writable
from reprocrate.rerun.execute.repetition import Assignment, Stage
from reprocrate.rerun.execute.sequence import prerequisites
from reprocrate.rerun.execute.workspace import Workspace
from reprocrate.rerun.work.selection import Task

WORK = "work"
"""The rerun's own project, below its folder."""

_DONE = "done.json"
_WORKERS = "workers"
_ENDED = frozenset({"ok", "failed", "killed"})


@dataclass(frozen=True, slots=True)
class Started:
    """A run is about to start: the `number`-th of `total`."""

    task: Task
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A run has ended, well or not.

    Attributes:
        task: the recorded run that it repeats.
        record: its own record.
        problems: what could not be found out about it, as sentences.
        reused: whether an earlier, interrupted call had done it already.
    """

    task: Task
    record: RunRecord
    problems: tuple[str, ...] = ()
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Interrupted:
    """We were asked to stop. What is done is kept, and the same rerun can go on later."""

    done: int
    total: int


Event = Started | Ended | Interrupted


def execute(assignment: Assignment, folder: Path, tick: Callable[[], None] = lambda: None) -> Iterator[Event]:
    """Run every task that is not done yet, and tell of each.

    A run that crashes is kept as failed and the next one starts. After Ctrl-C the last event is
    `Interrupted`; called again with the same folder, runs that ended are not run again, also where this
    process was killed.

    Args:
        assignment: what is to be run, and with what.
        folder: the rerun's own folder; made where it is missing.
        tick: called about once a second while runs are going on.

    Raises:
        IntegrityError: code or data is not what was recorded.
        UnavailableError: something is missing, such as a program, or nothing can be written, or another
            process works in this folder.
    """
    folder = _own_folder(folder)
    several = assignment.jobs > 1
    with (
        alone_in(folder),
        SignalRelay(several=several) if in_main_thread() else nullcontext(SignalRelay()) as relay,
    ):
        yield from _Execution(assignment, folder, relay).events(tick)


class _Execution:
    """One call of `execute`."""

    def __init__(self, assignment: Assignment, folder: Path, relay: SignalRelay) -> None:
        self._assignment = assignment
        self._folder = folder
        self._relay = relay
        self._main = Workspace(
            assignment.source.resolve(), folder / WORK, folder / "home", assignment.supplies
        )
        self._gathering = Gathering(self._main)
        self._waits = prerequisites(assignment.manifest, assignment.tasks)
        self._done = _read_done(folder)
        self._records: dict[str, RunRecord] = {}
        self._keeping = Lock()

    def events(self, tick: Callable[[], None]) -> Iterator[Event]:
        tasks = self._assignment.tasks
        for task in tasks:
            if earlier := _earlier(self._folder, self._done.get(task.id)):
                self._records[task.id] = earlier
        forget_unfinished(self._main, self._records.values())
        _remove_workers(self._folder)
        for task in tasks:
            if task.id in self._records:
                yield Ended(task, self._records[task.id], reused=True)
        number = {task.id: place for place, task in enumerate(tasks, start=1)}
        crew = Crew(self._stages(), tasks, self._waits, tuple(self._records), self._repeat)
        for task, ended in crew.run(tick):
            yield Started(task, number[task.id], len(tasks)) if ended is None else ended
        if len(self._records) < len(tasks):
            yield Interrupted(len(self._records), len(tasks))
        elif self._assignment.jobs > 1:
            self._complete()
        _remove_workers(self._folder)

    def _complete(self) -> None:
        """Give the rerun's own workspace the code and data that workers had in theirs."""
        stage = self._stage(self._main, self._folder / "tmp")
        for task in self._assignment.tasks:
            for _ in stage.set(task):
                pass

    def _stages(self) -> list[Stage]:
        """One for each worker: the rerun's own workspace, or for several at once one for each."""
        jobs = min(self._assignment.jobs, len(self._assignment.tasks) - len(self._records))
        if self._assignment.jobs == 1:
            return [self._stage(self._main, self._folder / "tmp")]
        stages = []
        for name in range(jobs):
            place = self._folder / _WORKERS / str(name)
            workspace = Workspace(self._main.source, place / WORK, place / "home", self._main.supplies)
            _make((place / part for part in (WORK, "home", "tmp")), place)
            stages.append(self._stage(workspace, place / "tmp"))
        return stages

    def _stage(self, workspace: Workspace, temporary: Path) -> Stage:
        return Stage(self._assignment, workspace, temporary, LocalExecutor(self._relay))

    def _repeat(self, stage: Stage, task: Task) -> Ended | None:
        """Run a task; None where we were asked to stop before it began or while it ran."""
        for _ in stage.set(task):
            if self._relay.interrupted:
                return None
        apart = stage.workspace is not self._main
        if apart:
            self._gathering.give((self._records[one.id] for one in self._waits[task.id]), stage.workspace)
        if self._relay.interrupted:
            return None
        finished = stage.repeat(task)
        if finished.record.status not in _ENDED:
            return None
        if apart:
            place = self._assignment.tasks.index(task)
            self._gathering.bring(finished.record, place, stage.workspace)
        self._records[task.id] = finished.record  # before another begins that waits for it
        self._keep(task, finished.record)
        return Ended(task, finished.record, finished.problems)

    def _keep(self, task: Task, record: RunRecord) -> None:
        """Write down that a task is done, before the worker begins another: we may be killed meanwhile."""
        with self._keeping:
            self._done[task.id] = record.id
            _write_done(self._folder, self._done)


def _own_folder(folder: Path) -> Path:
    """The rerun's folder, kept out of the sight of a repository that it may lie in."""
    _make((folder / part for part in (WORK, "home", "tmp")), folder)
    write_atomically(folder / ".gitignore", b"*\n")
    return folder.resolve()


def _make(places: Iterable[Path], folder: Path) -> None:
    try:
        for place in places:
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("create", folder, error) from error


def _remove_workers(folder: Path) -> None:
    """Remove the workspaces of workers: what counts was brought to the rerun's own."""
    place = folder / _WORKERS
    if place.exists():
        try:
            shutil.rmtree(place, onerror=made_writable)
        except OSError as error:
            raise could_not("remove", place, error) from error


def _read_done(folder: Path) -> dict[str, str]:
    """Ids of the records of finished runs, by the ids of the recorded runs."""
    try:
        found = json.loads((folder / _DONE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(task): str(record) for task, record in found.items()} if isinstance(found, dict) else {}


def _write_done(folder: Path, done: dict[str, str]) -> None:
    write_atomically(folder / _DONE, json.dumps(done, indent=1).encode() + b"\n")


def _earlier(folder: Path, identifier: str | None) -> RunRecord | None:
    if identifier is None:
        return None
    try:
        return RunRecord.load(folder / WORK / RUNS / identifier / RECORD_NAME)
    except UnreadableError:
        return None
