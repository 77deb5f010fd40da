"""Running recorded runs again, each recorded as the original was.

The rerun has a folder of its own, with a project in it: copies of code and data, the records of its runs,
and what they wrote. Records are made by the same code as an author's, so that a reproduction is assembled
like any experiment. What was recorded is never touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.record import RECORD_NAME, RunRecord
from reprocrate.capture.records.loading import RUNS
from reprocrate.errors import UnreadableError
from reprocrate.executors.local import LocalExecutor
from reprocrate.executors.signals import SignalRelay, in_main_thread
from reprocrate.files import could_not, write_atomically
from reprocrate.rerun.repetition import Assignment, Stage
from reprocrate.rerun.selection import Task
from reprocrate.rerun.workspace import Workspace

WORK = "work"
"""The rerun's own project, below its folder."""

_DONE = "done.json"
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


def execute(assignment: Assignment, folder: Path) -> Iterator[Event]:
    """Run every task that is not done yet, and tell of each.

    A run that crashes is kept as failed and the next one starts. After Ctrl-C the last event is
    `Interrupted`; called again with the same folder, runs that ended are not run again.

    Args:
        assignment: what is to be run, and with what.
        folder: the rerun's own folder; made where it is missing.

    Raises:
        IntegrityError: code or data is not what was recorded.
        UnavailableError: something is missing, such as a program, or nothing can be written.
    """
    folder = _own_folder(folder)
    with SignalRelay() if in_main_thread() else nullcontext(SignalRelay()) as relay:
        stage = Stage(
            assignment=assignment,
            workspace=Workspace(
                assignment.source.resolve(), folder / WORK, folder / "home", assignment.supplies
            ),
            temporary=folder / "tmp",
            executor=LocalExecutor(relay),
        )
        done = _read_done(folder)
        total = len(assignment.tasks)
        for number, task in enumerate(assignment.tasks, start=1):
            earlier = _earlier(folder, done.get(task.id))
            if earlier is not None:
                yield Ended(task, earlier, reused=True)
                continue
            yield Started(task, number, total)
            ended = _repeat(stage, task, relay)
            if ended is None or ended.record.status not in _ENDED:
                yield Interrupted(number - 1, total)
                return
            done[task.id] = ended.record.id
            _write_done(folder, done)
            yield ended


def _repeat(stage: Stage, task: Task, relay: SignalRelay) -> Ended | None:
    """Run a task; None where we were asked to stop before it began."""
    for _ in stage.set(task):
        if relay.interrupted:
            break
    if relay.interrupted:
        return None
    finished = stage.repeat(task)
    return Ended(task, finished.record, finished.problems)


def _own_folder(folder: Path) -> Path:
    """The rerun's folder, kept out of the sight of a repository that it may lie in."""
    try:
        for part in (WORK, "home", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise could_not("create", folder, error) from error
    write_atomically(folder / ".gitignore", b"*\n")
    return folder.resolve()


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
