"""One launch: its record is begun before the command starts, and completed after it has ended.

    launch = prepare(Request(project, template), os.environ)
    variables = launch.environment()
    outcome = executor.run(Command(launch.argv, launch.cwd, variables, launch.stdout, launch.stderr))
    finished = launch.finish(outcome, sources)

Before the command starts next to nothing is imported; what costs time happens afterwards.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.capture.code import Snapshot, take_snapshot
from reprocrate.capture.keeping import begin, make_way, save_clean
from reprocrate.capture.liveness import LOCK_NAME, Liveness
from reprocrate.capture.privacy import Scrubber, scrubber
from reprocrate.capture.record import (
    Capture,
    Configuration,
    Resources,
    RunRecord,
    Seed,
    Status,
    Tool,
)
from reprocrate.capture.records import RUNS
from reprocrate.capture.request import Ended, Finished, Request
from reprocrate.capture.seeds import check_seed_has_a_place, recorded_seed, substitute, with_open_seed
from reprocrate.errors import ReprocrateError, UnavailableError, UsageError
from reprocrate.files import could_not, sha256_bytes, write_atomically

if TYPE_CHECKING:
    from reprocrate.capture.results import MetricSource

RECORDER = Path(__file__).with_name("recorder")
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
    overlapped: bool
    foreign: bool = False

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
        from reprocrate.capture.finishing import Circumstances, observed, written_by
        from reprocrate.capture.results import extract

        problems = [*outcome.problems, *make_way(self.folder)]
        try:
            self.record = self._ended(outcome)
            # Whatever happens from here on, how it ended is known.
            save_clean(self.record, self.scrubber, self.folder)
            around = Circumstances(
                project=self.project,
                folder=self.folder,
                program=self.argv[0],
                environ=self.environment(),
                launcher=None if self.foreign else os.getpid(),
                began_ns=self.liveness.began_ns,
                snapshot=self.snapshot,
                scrubber=self.scrubber,
                overlapped=self.overlapped,
            )
            self.record = observed(around, self.record, problems, progress)
            save_clean(self.record, self.scrubber, self.folder)
            extraction = extract(sources, written_by(self.record, self.project))
            self.record = replace(self.record, metrics=extraction.metrics)
            self.record = save_clean(self.record, self.scrubber, self.folder)
        except ReprocrateError as error:
            error.exit_code = outcome.exit_code if outcome.signal is None else 128 + outcome.signal
            raise
        finally:
            self.liveness.end()
        return Finished(self.record, (*problems, *extraction.problems))

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
            started=timestamp(outcome.started),
            ended=timestamp(outcome.ended),
            duration_s=round(outcome.duration_s, 6),
            resources=Resources(
                None if outcome.cpu_s is None else round(outcome.cpu_s, 6), outcome.peak_memory_bytes
            ),
            capture=_ENDED,
        )


def prepare(request: Request, environ: Mapping[str, str]) -> Launch:
    """Begin the record of a launch: the source tree as it is now, and a record that says `running`.

    Args:
        request: what to launch.
        environ: the author's environment variables.

    Raises:
        UsageError: the request makes no sense.
        UnavailableError: the project cannot be written to.
    """
    project = request.project.resolve()
    if not project.is_dir():
        raise UsageError(f"there is no folder {request.project}")
    cwd = (request.cwd or project).resolve()
    if not cwd.is_relative_to(project):
        raise UsageError(f"the command would start in {cwd}", "that is outside the project")
    if not request.template:
        raise UsageError("no command was given", fix="Name it after `--`, as in `-- python train.py`")
    hidden = scrubber(project, cwd, environ)
    template, argv, seeds = _filled(request)
    configuration = _configuration(request, hidden.command(template), cwd.relative_to(project).as_posix())
    folder = _new_folder(project)
    liveness = None
    try:
        liveness = Liveness(folder)
        snapshot = take_snapshot(project, version_control=not request.foreign)
        record = RunRecord(
            id=folder.name,
            tool=_tool(),
            configuration=configuration,
            command=hidden.command(argv),
            status="running",
            started=timestamp(datetime.now(UTC)),
            seeds=seeds,
            code=snapshot.state,
            capture=_BEGUN,
        )
        record = begin(record, hidden, folder)
    except BaseException as error:
        if liveness is not None:
            liveness.end()
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError) and not isinstance(error, ReprocrateError):
            raise could_not("write", folder, error) from error
        raise
    overlapped = any((other / LOCK_NAME).exists() for other in folder.parent.iterdir() if other != folder)
    return Launch(
        project,
        folder,
        argv,
        cwd,
        record,
        snapshot,
        hidden,
        dict(environ),
        liveness,
        overlapped,
        request.foreign,
    )


def timestamp(moment: datetime) -> str:
    """A moment as a record has it: RFC 3339, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _filled(request: Request) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Seed, ...]]:
    """The template with the seed left open, the command with it filled in, and the seed as recorded."""
    if request.seed is None:
        template, seed = with_open_seed(request.template)
        values = dict(request.grid)
        seeds = (recorded_seed(seed, None),) if seed is not None else ()
        return template, substitute(request.template, values), seeds
    check_seed_has_a_place(request.template, request.seed_variable)
    argv = substitute(request.template, {**request.grid, "seed": request.seed})
    return request.template, argv, (recorded_seed(request.seed, request.seed_variable),)


def _configuration(request: Request, template: tuple[str, ...], working_directory: str) -> Configuration:
    from reprocrate.manifest.canonical import canonical_bytes

    identity = {"template": list(template), "working_directory": working_directory}
    return Configuration(
        name=request.name,
        digest=sha256_bytes(canonical_bytes(identity)),
        template=template,
        working_directory=working_directory,
        grid=dict(request.grid),
        seed_variable=request.seed_variable,
    )


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
