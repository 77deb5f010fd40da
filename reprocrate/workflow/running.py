"""`run`: one launch for each seed and point of the grid, each recorded, none of them picked."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.capture.launch.session import Session as LaunchSession
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records.loading import collisions
from reprocrate.capture.seeds.deterministic import with_determinism
from reprocrate.capture.seeds.warnings import seed_warnings
from reprocrate.errors import ReprocrateError, UsageError
from reprocrate.executors.local import check_program
from reprocrate.executors.signals import SignalRelay, in_main_thread
from reprocrate.workflow.alike import told_once
from reprocrate.workflow.asked import (
    DeclaredToRun,
    Planned,
    Request,
    declared_to_run,
    forgotten_places,
    names_to_run,
    plan,
)
from reprocrate.workflow.launching import Launcher, Ran, write_removed_again
from reprocrate.workflow.progress import Progress, measured_texts
from reprocrate.workflow.project import project_to_run_in
from reprocrate.workflow.repeating import repeat_first, what_was_set
from reprocrate.workflow.resuming import Done
from reprocrate.workflow.scheduling import Schedule, run_at_once, run_in_turn
from reprocrate.workflow.secret_warnings import secrets_in_code

__all__ = ["INTERRUPTED", "Request", "Session", "run_all", "run_configuration"]

INTERRUPTED = 130
_MOST_CANDIDATES = 8


@dataclass(slots=True)
class Session:
    """What came of it.

    Attributes:
        runs: what was planned and is over, in the order planned, not in that in which it ended.
        total: how many launches were planned.
        exit_code: that of the first command that failed, 128 + n after signal n; 130 if interrupted; else 0.
        warnings: what the author has to know.
        hints: what to do next.
    """

    runs: list[Ran] = field(default_factory=list)
    total: int = 0
    exit_code: int = 0
    warnings: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def records(self) -> list[RunRecord]:
        """The launches of this session."""
        return [ran.record for ran in self.runs if not ran.was_done]

    @property
    def left(self) -> int:
        """How many of the planned launches did not end well, or did not begin."""
        return self.total - sum(ran.record.status == "ok" for ran in self.runs)

    @property
    def is_interrupted(self) -> bool:
        """Whether it stopped before its end because we were asked to."""
        return self.exit_code == INTERRUPTED


def run_configuration(folder: Path, request: Request, progress: Progress) -> Session:
    """Run one configuration, or a grid of them, once for each seed.

    Args:
        folder: where the command starts.
        request: what to run.
        progress: who listens.

    Raises:
        UsageError: there is no such command or configuration, or the name is taken by another command.
        UnavailableError: the launch cannot be recorded.
    """
    project = project_to_run_in(folder)
    declared = declared_to_run(project)
    return _run(project, folder, declared, plan(project, folder, declared, request), request, progress)


def run_all(folder: Path, request: Request, progress: Progress) -> Session:
    """Run every configuration of `reprocrate.toml` that has a command, but for those whose runs are declared.

    Raises:
        UsageError: none has, or a command, a name or a grid was given.
    """
    if request.command or request.name or request.grid:
        raise UsageError("--all takes no command, no --name and no --grid", fix="Leave them out")
    project = project_to_run_in(folder)
    declared = declared_to_run(project)
    for name, one in declared.configurations.items():
        if name in declared.elsewhere and one.command is not None:
            progress.note(f"configuration {name}: not run, since its runs are declared in {SETTINGS_NAME}")
    names = names_to_run(declared)
    planned = [one for name in names for one in plan(project, folder, declared, request._replace(name=name))]
    return _run(project, folder, declared, planned, request, progress)


def _run(
    project: Path,
    folder: Path,
    declared: DeclaredToRun,
    planned: Sequence[Planned],
    request: Request,
    progress: Progress,
) -> Session:
    if request.jobs < 1:
        raise UsageError(f"{request.jobs} jobs cannot run at once", fix="Give --jobs a number from 1")
    for command in dict.fromkeys(one.command for one in planned):
        check_program(command, folder, os.environ)
    for sentence in forgotten_places(planned):
        progress.warn(sentence)
    schedule = Schedule(planned, min(request.jobs, len(planned)))
    together = schedule.jobs > 1
    known = LaunchSession.of(project)
    before = known.history.over()
    ended: list[Ran] = []
    with SignalRelay(several=together) if in_main_thread() else nullcontext(SignalRelay()) as relay:
        launcher = Launcher(
            project=project,
            folder=folder,
            sources=declared.sources,
            relay=relay,
            session=known,
            done=_done(project, known, request) if request.resume else None,
            shares_terminal=not together,
            echo=request.echo,
            trace=request.trace,
            environ=with_determinism(os.environ) if request.deterministic else os.environ,
        )

        def is_stopped() -> bool:
            return relay.interrupted or bool(ended and ended[-1].record.status == "interrupted")

        try:
            run = run_at_once if together else run_in_turn
            with progress.watch(schedule) if together else nullcontext():
                for ran in run(schedule, launcher.run, is_stopped):
                    ended.append(ran)
                    progress.note(_line(ran, len(ended), schedule))
            session = Session([schedule.over[place] for place in sorted(schedule.over)], schedule.total)
            if request.twice and not is_stopped():
                _repeat(project, launcher, session, ended, progress)
        except BaseException:
            with suppress(ReprocrateError):
                write_removed_again(ended, progress.warn)
            raise
        write_removed_again(ended, progress.warn)
        was_stopped = is_stopped()
    _conclude(project, session, was_stopped=was_stopped)
    session.warnings += _removed(before - known.history.over())
    if request.deterministic and session.records:
        session.hints += what_was_set(session.records[-1])
    if not any(ran.record.metrics for ran in session.runs):
        session.hints += _hints(project, session.records)
    return session


def _repeat(
    project: Path, launcher: Launcher, session: Session, ended: list[Ran], progress: Progress
) -> None:
    """Run the first launch that ended well again, when nothing else runs, and tell what it shows."""
    planned = {ran.record.id: ran.planned for ran in session.runs}

    def again(first: RunRecord) -> RunRecord | None:
        ran = launcher.run(planned[first.id], repeats=first.id)
        if ran is None:
            return None
        ended.append(ran)
        session.runs.append(ran)
        session.total += 1
        progress.note("  ".join([ran.label, *_words(ran.record)]))
        return ran.record

    session.hints += repeat_first(project, session.records, again)


def _conclude(project: Path, session: Session, *, was_stopped: bool) -> None:
    """Exit code and warnings, in the order planned."""
    for ran in session.runs:
        session.exit_code = session.exit_code or ran.exit_code
    session.warnings += told_once(session.runs)
    if was_stopped:
        session.exit_code = INTERRUPTED
    session.warnings += [str(each) for each in collisions(session.records)]
    session.warnings += seed_warnings(session.records)
    session.warnings += secrets_in_code(project, session.records)


def _done(project: Path, known: LaunchSession, request: Request) -> Done:
    return Done(project, known.history, deterministic=request.deterministic, trace=request.trace)


def _removed(lost: Collection[str]) -> list[str]:
    """What is said of records that an earlier session wrote and that are gone."""
    if len(lost) == 1:
        return ["the record of an earlier launch was removed while this ran"]
    return [f"the records of {len(lost)} earlier launches were removed while this ran"] if lost else []


def _line(ran: Ran, over: int, schedule: Schedule) -> str:
    """What is said when a launch is over."""
    if ran.was_done:
        return f"{ran.label}: done already ({ran.record.id})"
    return "  ".join([ran.label, *_words(ran.record), *_how_far(over, schedule)])


def _words(record: RunRecord) -> list[str]:
    """How a launch ended, what it measured, and how long it took."""
    ending = [] if record.status == "ok" else [record.status]
    return [*ending, *measured_texts(record.metrics), f"{record.duration_s or 0:.1f} s"]


def _how_far(over: int, schedule: Schedule) -> list[str]:
    """`(3/5 done, about 2 min left)`, where there are several."""
    if schedule.total == 1:
        return []
    left = schedule.seconds_left()
    from reprocrate.render.amounts import duration

    waits = over < schedule.total and left is not None and left >= 1
    rest = f", about {duration(left)} left" if waits and left is not None else ""
    return [f"({over}/{schedule.total} done{rest})"]


def _hints(project: Path, records: Iterable[RunRecord]) -> list[str]:
    """The numbers that may be metrics, with the lines to add, where none is declared."""
    ended_well = [record for record in records if record.status == "ok"]
    if not ended_well:
        return []
    newest = ended_well[-1]
    from reprocrate.capture.launch.measuring import written_by
    from reprocrate.capture.results.candidates import candidates

    found = candidates(newest, written_by(newest, project))[:_MOST_CANDIDATES]
    if not found:
        return ["No declared metric was found, and no number was seen in what the run wrote."]
    return [
        f"No declared metric was found. Numbers that were seen; add the lines of yours to {SETTINGS_NAME}:",
        *(f"\n# {one.where}: {one.value:.6g}\n{one.toml}" for one in found),
    ]
