"""One launch: its record is begun before the command starts, and completed after it has ended.

    launch = prepare(Request(project, template), os.environ)
    variables = launch.environment()
    command = Command(
        launch.argv, launch.cwd, variables, launch.stdout, launch.stderr, monitor=launch.monitor
    )
    outcome = executor.run(command)
    finished = launch.finish(outcome, sources)

Before the command starts next to nothing is imported; what costs time happens afterwards.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.capture.code.tree import Snapshot, take_snapshot
from reprocrate.capture.launch.identity import Identity, identify
from reprocrate.capture.launch.request import Ended, Finished, Request
from reprocrate.capture.launch.session import Session
from reprocrate.capture.launch.standard_input import standard_input
from reprocrate.capture.observation.tracing import FOLDER_NAME, check_strace, tracer
from reprocrate.capture.privacy.scrubber import Scrubber
from reprocrate.capture.ranks.node_names import node_name
from reprocrate.capture.ranks.notebooks import notebook_of
from reprocrate.capture.ranks.slurm import note_job
from reprocrate.capture.record import RECORD_NAME, Capture, Resources, RunRecord, Status, Tool
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.history import History
from reprocrate.capture.records.keeping import (
    REMOVED,
    SOURCE_LOST,
    WRITTEN_AGAIN,
    begin,
    make_way,
    save_clean,
)
from reprocrate.capture.records.liveness import Liveness
from reprocrate.capture.usage import UsageMonitor
from reprocrate.errors import ReprocrateError, UnavailableError
from reprocrate.files import could_not, write_atomically

if TYPE_CHECKING:
    from reprocrate.capture.results.extraction import MetricSource

RECORDER = Path(__file__).parent.with_name("recorder")
"""The folder that enters the author's process, alone, through PYTHONPATH."""

_BEGUN = Capture("minimal", "the launch has not ended")
_ENDED = Capture("minimal", "what it read and wrote had not been looked at yet")


@dataclass
class Launch:
    """A launch that is prepared, or runs.

    Attributes:
        project: the project's folder.
        folder: where its record and logs are.
        argv: the command to run.
        cwd: the folder to run it in.
        record: the record as it stands.
        tracer: what stands before the command when it runs; nothing, where nothing follows its calls.
        given: the file that is the command's standard input; None where it is no file.
        monitor: what looks at the command from beside it while it runs.
    """

    project: Path
    folder: Path
    argv: tuple[str, ...]
    cwd: Path
    record: RunRecord
    snapshot: Snapshot
    scrubber: Scrubber
    environ: Mapping[str, str]
    liveness: Liveness
    history: History
    over: frozenset[str]
    foreign: bool = False
    tracer: tuple[str, ...] = ()
    given: str | None = None
    monitor: UsageMonitor = field(init=False)
    _found: RunRecord | None = field(init=False, default=None)  # the complete record, before it was cleaned

    def __post_init__(self) -> None:
        self.monitor = UsageMonitor(self.environ)

    @property
    def stdout(self) -> Path:
        """Where the copy of the standard output belongs."""
        return self.folder / "stdout.log"

    @property
    def stderr(self) -> Path:
        """Where the copy of the standard error belongs."""
        return self.folder / "stderr.log"

    def environment(self) -> dict[str, str]:
        """The variables to run the command with: the author's, the recorder's and the seed's."""
        variables = dict(self.environ)
        before = variables.get("PYTHONPATH")
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, (os.fspath(RECORDER), before)))
        variables["REPROCRATE_LOG_DIR"] = os.fspath(self.folder)
        variables["REPROCRATE_PROJECT"] = os.fspath(self.project)
        variables["REPROCRATE_NODE"] = node_name(self.folder) or ""
        notebook = notebook_of(self.argv, self.cwd)
        if notebook is not None:
            variables["REPROCRATE_NOTEBOOK"] = os.fspath(notebook)
        name = self.record.configuration.seed_variable
        if name is not None and self.record.seed is not None:
            variables[name] = str(self.record.seed)
        return variables

    def finish(
        self,
        outcome: Ended,
        sources: Sequence[MetricSource] = (),
        progress: Callable[[int, int], None] | None = None,
    ) -> Finished:
        """Complete the record of a launch whose command has ended.

        Args:
            outcome: how it ended.
            sources: where its metrics stand.
            progress: called with the bytes of its data hashed so far, and in all.

        Raises:
            UsageError: a source is wrong; the record is complete but for the metrics.
            UnavailableError: the record could not be written.
        """
        from reprocrate.capture.launch.circumstances import Circumstances
        from reprocrate.capture.launch.finishing import observed
        from reprocrate.capture.launch.measuring import measured
        from reprocrate.capture.ranks.ranks import one_of_many

        problems = [*outcome.problems, *make_way(self.folder)]
        try:
            if REMOVED in problems:
                problems += self._keep_source_again()
            self.record = self._ended(outcome)
            # Whatever happens from here on, how it ended is known.
            save_clean(self.record, self.scrubber, self.folder)
            around = Circumstances(
                project=self.project,
                folder=self.folder,
                argv=self.argv,
                cwd=self.cwd,
                environ=self.environment(),
                launcher=None if self.foreign else os.getpid(),
                began_ns=self.liveness.began_ns,
                snapshot=self.snapshot,
                scrubber=self.scrubber,
                overlapped=self.history.others(self.over, self.folder.name),
                usage=self.monitor.usage,
                traced=bool(self.tracer),
                own=(f"{RECORDER}/", f"{self.folder}/"),
                given=self.given,
            )
            self.record = observed(around, self.record, problems, progress)
            save_clean(self.record, self.scrubber, self.folder)
            self._found, missing = measured(around, self.record, sources)
            self.record = save_clean(self._found, self.scrubber, self.folder)
        except ReprocrateError as error:
            error.exit_code = outcome.exit_code if outcome.signal is None else 128 + outcome.signal
            raise
        finally:
            self.liveness.end()
            self.history.save()
        return Finished(self.record, (*problems, *one_of_many(self.environ), *missing))

    def write_again(self) -> tuple[str, ...]:
        """Write the complete record again where it was removed, with what is left of its files.

        Returns:
            what was removed, as sentences; nothing where the record is there.

        Raises:
            UnavailableError: it could not be written.
        """
        if self._found is None or (self.folder / RECORD_NAME).is_file():
            return ()
        before = self._found.capture
        problems = [WRITTEN_AGAIN, *self._keep_source_again()]
        capture = replace(
            before,
            completeness="minimal" if before.completeness == "minimal" else "partial",
            reason="; ".join(filter(None, (before.reason, *problems))),
        )
        logs = tuple(log for log in self._found.logs if (self.project / log.path).is_file())
        histories = tuple(one for one in self._found.histories if (self.project / one.file.path).is_file())
        self._found = replace(self._found, capture=capture, logs=logs, histories=histories)
        self.record = save_clean(self._found, self.scrubber, self.folder)
        return tuple(problems)

    def _keep_source_again(self) -> list[str]:
        from reprocrate.capture.code.kept_again import keep_again

        state = self.snapshot.state
        return [] if keep_again(self.project, state, version_control=not self.foreign) else [SOURCE_LOST]

    def abandon(self) -> None:
        """Forget a launch whose command was never started."""
        self.liveness.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ended(self, outcome: Ended) -> RunRecord:
        return replace(
            self.record,
            status=_status(outcome),
            exit_code=outcome.exit_code,
            signal=outcome.signal,
            killed_because=outcome.killed_because or None,
            started=timestamp(outcome.started),
            ended=timestamp(outcome.ended),
            duration_s=round(outcome.duration_s, 6),
            resources=Resources(
                None if outcome.cpu_s is None else round(outcome.cpu_s, 6), outcome.peak_memory_bytes
            ),
            capture=_ENDED,
        )


def prepare(request: Request, environ: Mapping[str, str], session: Session | None = None) -> Launch:
    """Begin the record of a launch: the source tree as it is now, and a record that says `running`.

    Args:
        request: what to launch.
        environ: the author's environment variables.
        session: what is known from other launches of this project.

    Raises:
        UsageError: the request makes no sense.
        UnavailableError: the project cannot be written to.
    """
    identity = identify(request, environ)
    if request.trace == "strace":
        check_strace(environ)
    project = request.project.resolve()
    known = session or Session.of(project)
    folder = _new_folder(project)
    liveness = None
    try:
        liveness = Liveness(folder)
        over = known.history.over()
        snapshot = take_snapshot(
            project,
            version_control=not request.foreign,
            written=known.history.written_sources,
            memory=known.memory,
        )
        record = begin(_begun(request, identity, folder, snapshot), identity.scrubber, folder)
        note_job(folder, environ)
    except BaseException as error:
        if liveness is not None:
            liveness.end()
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError) and not isinstance(error, ReprocrateError):
            raise could_not("write", folder, error) from error
        raise
    return Launch(
        project=project,
        folder=folder,
        argv=identity.argv,
        cwd=identity.cwd,
        record=record,
        snapshot=snapshot,
        scrubber=identity.scrubber,
        environ=dict(environ),
        liveness=liveness,
        history=known.history,
        over=over,
        foreign=request.foreign,
        tracer=_tracer(request, folder, environ),
        given=standard_input() if request.has_input else None,
    )


def _begun(request: Request, identity: Identity, folder: Path, snapshot: Snapshot) -> RunRecord:
    """What is known before the command starts."""
    return RunRecord(
        id=folder.name,
        tool=_tool(),
        configuration=identity.configuration,
        command=identity.command,
        status="running",
        started=timestamp(datetime.now(UTC)),
        seeds=identity.seeds,
        code=snapshot.state,
        repeats=request.repeats,
        capture=_BEGUN,
    )


def timestamp(moment: datetime) -> str:
    """A moment as a record has it: RFC 3339, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tracer(request: Request, folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    if request.trace != "strace":
        return ()
    trace = folder / FOLDER_NAME
    trace.mkdir(exist_ok=True)
    return tracer(trace, environ.get("PATH"))


def _new_folder(project: Path) -> Path:
    """A folder of its own for the record: no two launches ever have the same."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder = project / RUNS / f"{moment}-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True)
        ignore = project / ".reprocrate" / ".gitignore"
        if not ignore.exists():
            with suppress(UnavailableError):
                write_atomically(ignore, b"# records of launches, kept by reprocrate\n*\n")
    except OSError as error:
        failure = could_not("write to", project, error)
        raise UnavailableError(
            f"the launch cannot be recorded in {project}", failure.why, failure.fix
        ) from error
    return folder


def _tool() -> Tool:
    from reprocrate import __version__

    return Tool("reprocrate", __version__)


def _status(outcome: Ended) -> Status:
    if outcome.interrupted:
        return "interrupted"
    if outcome.signal is not None:
        return "killed"
    return "ok" if outcome.exit_code == 0 else "failed"
