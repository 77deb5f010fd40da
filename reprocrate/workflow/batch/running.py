"""Judging a batch: the answers in the order of the submissions, whoever gave them when."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from reprocrate import __version__
from reprocrate.finding import Report
from reprocrate.validation.report_reading import report_from
from reprocrate.workflow.batch.entries import Entry
from reprocrate.workflow.batch.journal import Journal
from reprocrate.workflow.batch.pool import Pool
from reprocrate.workflow.batch.protocol import Answer, Outcome, Setup
from reprocrate.workflow.batch.row import Row
from reprocrate.workflow.interruption import going_on
from reprocrate.workflow.progress import Progress

_SURE_AFTER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission and what came of it.

    Attributes:
        entry: the submission.
        outcome: what it comes to.
        row: what a table says of it.
        text: its report as JSON on one line.
    """

    entry: Entry
    outcome: Outcome
    row: Row
    text: str

    @property
    def report(self) -> Report:
        """Its report."""
        return report_from(json.loads(self.text))


def judge_batch(
    entries: Sequence[Entry],
    setup: Setup,
    progress: Progress,
    *,
    jobs: int | None = None,
    folder: Path | None = None,
) -> Iterator[Judged]:
    """Judge submissions in several processes; what cannot be judged has a report that says why.

    Reports are the same whatever the order and the number of processes.

    Args:
        entries: the submissions.
        setup: what they are judged by, and within which limits.
        progress: who listens.
        jobs: how many processes there are; one for each processor by default.
        folder: where reports are kept as they come. What is there of an earlier call is not judged again,
            unless a submission was changed.

    Raises:
        UsageError: the folder holds something else.
        UnavailableError: a process cannot be started, or the folder not written.
        KeyboardInterrupt: it was interrupted; its text says how to go on.
    """
    count = min(jobs or processors(), max(1, len(entries)))
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(folder, stamp_of(setup))) if folder else None
        stack.enter_context(going_on(_how(journal)))
        if journal and journal.began_anew:
            progress.note(f"the reports in {folder} were made by other demands, so that all is judged anew")
        pool = Pool(setup, count, journal.known if journal else {})
        begun = time.monotonic()
        waiting: dict[int, Judged] = {}
        following = iter(entries)
        awaited = next(following, None)
        for done, answer in enumerate(pool.answers(entries), 1):
            entry = entries[answer.number]
            waiting[entry.number] = _judged(entry, answer, journal)
            progress.track("judging", done, len(entries), _left(done, len(entries), time.monotonic() - begun))
            while awaited is not None and awaited.number in waiting:
                yield waiting.pop(awaited.number)
                awaited = next(following, None)
        if journal:
            journal.finish(entries)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stamp_of(setup: Setup) -> str:
    """What reports depend on beside the submissions: this version, and what they are judged by.

    How long judging may take is not part of it, nor how much memory: what failed for these is judged again.
    """
    asked = hashlib.sha256(pickle.dumps((setup.demands, setup.limits))).hexdigest()
    return f"{__version__} {asked}"


def _judged(entry: Entry, answer: Answer, journal: Journal | None) -> Judged:
    if journal is None:
        return Judged(entry, answer.outcome, answer.row or Row(valid=False), answer.report)
    if not answer.is_same:
        journal.add(entry.path, answer)
        return Judged(entry, answer.outcome, answer.row or Row(valid=False), answer.report)
    text, outcome = journal.report(entry.path)
    return Judged(entry, outcome, Row.of(report_from(json.loads(text))), text)


def _how(journal: Journal | None) -> str:
    if journal is None:
        return "Nothing was kept: with `--reports FOLDER` it can be gone on with"
    return "What is done is kept: the same command goes on where this one stopped"


def _left(done: int, total: int, seconds: float) -> str:
    """How long the rest will take, once that can be told."""
    if seconds < _SURE_AFTER_SECONDS or done >= total:
        return ""
    rest = seconds / done * (total - done)
    if rest < 90:
        return f"{max(1, round(rest))} s left"
    return f"{round(rest / 60)} min left" if rest < 5400 else f"{rest / 3600:.1f} h left"
