"""`run`: one launch for each seed, each recorded, none of them picked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.capture.launch import Launch, prepare
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records import check_name_is_free, collisions, load_records
from reprocrate.capture.request import Request as LaunchRequest
from reprocrate.capture.seeds import parse_seeds
from reprocrate.errors import ReprocrateError, UsageError
from reprocrate.executors import Command, Executor
from reprocrate.executors.local import LocalExecutor, check_program
from reprocrate.executors.signals import SignalRelay, in_main_thread
from reprocrate.files import sha256_file
from reprocrate.workflow.progress import Progress, measured_texts
from reprocrate.workflow.project import project_to_run_in
from reprocrate.workflow.secret_warnings import secrets_in_code

if TYPE_CHECKING:
    from reprocrate.assembly.settings import ConfigurationSettings
    from reprocrate.capture.results import MetricSource

INTERRUPTED = 130
_MOST_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What the author asked for.

    Attributes:
        command: the argv template; empty to take it from `reprocrate.toml`.
        seeds: a list such as `0-4`; where not given, the configuration's own.
        name: the configuration.
        seed_variable: environment variable that carries the seed.
        resume: whether to skip seeds that ended well with the code and the files that they read as they are.
        echo: whether to show what the command prints.
    """

    command: tuple[str, ...]
    seeds: str | None = None
    name: str | None = None
    seed_variable: str | None = None
    resume: bool = False
    echo: bool = True


@dataclass(frozen=True, slots=True)
class _Declared:
    """What `reprocrate.toml` says of running: configurations, where metrics stand, and what ran elsewhere."""

    configurations: Mapping[str, ConfigurationSettings] = field(default_factory=dict)
    sources: tuple[MetricSource, ...] = ()
    elsewhere: frozenset[str] = frozenset()


@dataclass(slots=True)
class Session:
    """What came of it.

    Attributes:
        records: the launches, in order.
        exit_code: that of the first command that failed, 128 + n after signal n; 130 if interrupted; else 0.
        warnings: what the author has to know.
        hints: what to do next.
    """

    records: list[RunRecord] = field(default_factory=list)
    exit_code: int = 0
    warnings: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def run_configuration(folder: Path, request: Request, progress: Progress) -> Session:
    """Run one configuration, once for each seed.

    Args:
        folder: where the command starts.
        request: what to run.
        progress: who listens.

    Raises:
        UsageError: there is no such command or configuration, or the name is taken by another command.
        UnavailableError: the launch cannot be recorded.
    """
    project = project_to_run_in(folder)
    declared = _declared(project)
    asked = _completed(project, folder, declared, request)
    session = Session()
    seeds: list[int | None] = [None] if asked.seeds is None else [*parse_seeds(asked.seeds)]
    check_program(asked.command, folder, os.environ)
    with SignalRelay() if in_main_thread() else nullcontext(SignalRelay()) as relay:
        for seed in seeds:
            launch = _prepared(project, folder, asked, seed)
            if asked.resume and (done := _done_before(project, launch)):
                launch.abandon()
                progress.note(f"{_label(asked, seed)}: done already ({done})")
                continue
            _run_one(launch, asked, LocalExecutor(relay), declared.sources, session, progress)
            if relay.interrupted or session.records[-1].status == "interrupted":
                session.exit_code = INTERRUPTED
                break
    session.warnings += [str(each) for each in collisions(session.records)]
    session.warnings += secrets_in_code(project, session.records)
    if not any(record.metrics for record in session.records):
        session.hints += _hints(project, session.records)
    return session


def run_all(folder: Path, request: Request, progress: Progress) -> Session:
    """Run every configuration of `reprocrate.toml` that has a command, but for those whose runs are declared.

    Raises:
        UsageError: none has, or a command or name was given.
    """
    if request.command or request.name:
        raise UsageError("--all takes no command and no --name", fix="Leave them out")
    declared = _declared(project_to_run_in(folder))
    with_command = [name for name, one in declared.configurations.items() if one.command is not None]
    names = [name for name in with_command if name not in declared.elsewhere]
    for name in with_command:
        if name in declared.elsewhere:
            progress.note(f"configuration {name}: not run, since its runs are declared in {SETTINGS_NAME}")
    if not names:
        raise UsageError(
            f"no configuration of {SETTINGS_NAME} has a command"
            + (" and is to be run here" if with_command else ""),
            fix="Add `command` to [configurations.NAME]",
        )
    whole = Session()
    for name in names:
        progress.note(f"configuration {name}")
        session = run_configuration(folder, replace(request, name=name), progress)
        whole.records += session.records
        whole.exit_code = whole.exit_code or session.exit_code
        whole.warnings += session.warnings
        whole.hints = whole.hints or session.hints
        if session.exit_code == INTERRUPTED:
            break
    return whole


def _declared(project: Path) -> _Declared:
    """Read the settings where there are any: without them, nothing heavy is imported before the command."""
    if not (project / SETTINGS_NAME).is_file():
        return _Declared()
    from reprocrate.assembly.measured import metric_sources
    from reprocrate.assembly.toml import load_settings

    settings = load_settings(project)
    elsewhere = frozenset(run.configuration for run in settings.runs)
    return _Declared(settings.configurations, tuple(metric_sources(settings)), elsewhere)


def _completed(project: Path, folder: Path, settings: _Declared, request: Request) -> Request:
    """The request with what `reprocrate.toml` says of the configuration filled in."""
    declared = settings.configurations.get(request.name) if request.name else None
    if request.command:
        if declared and declared.command and declared.command != request.command:
            raise UsageError(
                f"the configuration `{request.name}` has another command in {SETTINGS_NAME}",
                f"there it is `{' '.join(declared.command)}`",
                "Leave the command out, or choose another --name",
            )
        return request
    if request.name is None:
        raise UsageError(
            "no command was given",
            fix="Put it after `--`: reprocrate run --seeds 0-4 -- python train.py --seed {seed}",
        )
    if declared is None or declared.command is None:
        known = ", ".join(name for name, one in settings.configurations.items() if one.command)
        raise UsageError(
            f"{SETTINGS_NAME} has no command for a configuration `{request.name}`",
            f"configurations with a command: {known or 'none'}",
            "Name one of them, or put the command after `--`",
        )
    if folder.resolve() != project:
        raise UsageError(f"run it in {project}", f"commands of {SETTINGS_NAME} start in the project's folder")
    return replace(
        request,
        command=declared.command,
        seeds=declared.seeds if request.seeds is None else request.seeds,
        seed_variable=request.seed_variable or declared.seed_variable,
    )


def _prepared(project: Path, folder: Path, asked: Request, seed: int | None) -> Launch:
    launch = prepare(
        LaunchRequest(
            project, asked.command, name=asked.name, cwd=folder, seed=seed, seed_variable=asked.seed_variable
        ),
        os.environ,
    )
    try:
        check_name_is_free(load_records(project).records, launch.record.configuration)
    except ReprocrateError:
        launch.abandon()
        raise
    return launch


def _run_one(
    launch: Launch,
    asked: Request,
    executor: Executor,
    sources: tuple[MetricSource, ...],
    session: Session,
    progress: Progress,
) -> None:
    command = Command(
        launch.argv, launch.cwd, launch.environment(), launch.stdout, launch.stderr, echo=asked.echo
    )
    try:
        outcome = executor.run(command)
    except ReprocrateError:
        launch.abandon()
        raise
    finished = launch.finish(outcome, sources)
    session.records.append(finished.record)
    session.exit_code = session.exit_code or outcome.shell_code
    label = _label(asked, finished.record.seed)
    if finished.record.status != "ok":
        session.warnings.append(f"{label} {finished.record.status}: it is recorded as such")
    else:
        session.warnings += [f"{label}: {problem}" for problem in finished.problems]
    progress.note(f"{label}  {_summary(finished.record)}")


def _label(asked: Request, seed: int | str | None) -> str:
    name = asked.name or "run"
    return f"{name} seed {seed}" if seed is not None else name


def _summary(record: RunRecord) -> str:
    ending = [] if record.status == "ok" else [record.status]
    return "  ".join([*ending, *measured_texts(record.metrics), f"{record.duration_s or 0:.1f} s"])


def _done_before(project: Path, launch: Launch) -> str | None:
    """An earlier launch of the same configuration and seed that ended well, with everything as it is now."""
    for record in reversed(load_records(project).records):
        same = record.configuration.digest == launch.record.configuration.digest
        if (
            same
            and record.seeds == launch.record.seeds
            and record.status == "ok"
            and _is_current(project, record)
        ):
            return record.id
    return None


def _is_current(project: Path, record: RunRecord) -> bool:
    """Whether the code that a launch executed and the files of the project that it read are unchanged.

    What it wrote itself is left out: that differs after every launch.
    """
    executed = [file for file in record.code.files if file.path in set(record.imported)] or record.code.files
    read = [file for file in record.inputs if file.root is None]
    written = {file.path for file in record.outputs if file.root is None}
    recorded = {(file.path, file.sha256) for file in (*executed, *read) if file.path not in written}
    return all(
        (project / path).is_file() and sha256_file(project / path).sha256 == sha256
        for path, sha256 in recorded
    )


def _hints(project: Path, records: Iterable[RunRecord]) -> list[str]:
    """The numbers that may be metrics, with the lines to add, where none is declared."""
    ended_well = [record for record in records if record.status == "ok"]
    if not ended_well:
        return []
    newest = ended_well[-1]
    from reprocrate.capture.candidates import candidates
    from reprocrate.capture.finishing import written_by

    found = candidates(newest, written_by(newest, project))[:_MOST_CANDIDATES]
    if not found:
        return ["No declared metric was found, and no number was seen in what the run wrote."]
    return [
        f"No declared metric was found. Numbers that were seen; add the lines of yours to {SETTINGS_NAME}:",
        *(f"\n# {one.where}: {one.value:.6g}\n{one.toml}" for one in found),
    ]
