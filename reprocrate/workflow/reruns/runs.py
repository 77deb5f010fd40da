"""The runs of a rerun as they happen, told to who listens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from reprocrate.capture.record import RunRecord
from reprocrate.capture.results.extraction import read_text
from reprocrate.render.numbers import duration
from reprocrate.rerun.execute.repetition import Assignment
from reprocrate.rerun.execute.running import WORK, Ended, Interrupted, Started, execute
from reprocrate.workflow.progress import Progress, measured_texts
from reprocrate.workflow.reruns.pace import Pace

_LONGEST_LINE = 300
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt)\b")


def executed_runs(
    assignment: Assignment, place: Path, progress: Progress, meanwhile: Callable[[], None] = lambda: None
) -> list[RunRecord]:
    """The record of every task in the order of the tasks, those that an earlier call had done among them.

    Args:
        assignment: what is to be run, and with what.
        place: the rerun's folder.
        progress: who listens.
        meanwhile: called now and then while runs are going on, and not before the first one does.

    Raises:
        KeyboardInterrupt: interrupted; what is done is kept.
        IntegrityError, UnavailableError: as `execute`.
    """
    records: dict[str, RunRecord] = {}
    total = len(assignment.tasks)
    if not total:
        return []
    pace = Pace(assignment.tasks, assignment.jobs)

    def tell() -> None:
        left = pace.seconds_left()
        progress.track("runs", len(records), total, "" if left is None else f"about {duration(left)} left")

    def tick() -> None:
        meanwhile()
        tell()

    for event in execute(assignment, place, tick):
        if isinstance(event, Started):
            pace.begin(event.task)
            tell()
        elif isinstance(event, Ended):
            records[event.task.id] = event.record
            pace.end(event.task, event.record.duration_s)
            again = " (done before)" if event.reused else ""
            values = "  ".join(measured_texts(event.record.metrics))
            progress.note(f"      {event.task.label}  {event.record.status}  {values}{again}".rstrip())
            problems = event.problems if event.record.status == "ok" else last_words(event.record, place)
            for problem in problems:
                progress.note(f"      {event.task.label}: {problem}")
        elif isinstance(event, Interrupted):
            raise KeyboardInterrupt
    progress.track("runs", total, total)
    return [records[task.id] for task in assignment.tasks]


def last_words(record: RunRecord, place: Path) -> list[str]:
    """Why a run was ended, or the exception or else the last line that it wrote, and where to read on."""
    if record.killed_because is not None:
        return [f"killed, because {record.killed_because}"]
    for log in sorted((place / WORK / log.path for log in record.logs), key=lambda path: path.name):
        try:
            lines = [line for line in read_text(log).splitlines() if line.strip()]
        except OSError:
            continue
        if lines:
            last = next((line for line in reversed(lines) if _EXCEPTION.match(line)), lines[-1])
            return [f"{last.strip()[:_LONGEST_LINE]} (see {log})"]
    return []
