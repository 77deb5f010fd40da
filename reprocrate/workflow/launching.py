"""One launch of those that are planned: prepared, run to its end, and recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from reprocrate.capture.launch.identity import identify
from reprocrate.capture.launch.launch import Launch, prepare
from reprocrate.capture.launch.request import Request
from reprocrate.capture.launch.session import Session
from reprocrate.capture.launch.standard_input import place_in_standard_input
from reprocrate.capture.record import RunRecord
from reprocrate.capture.records.loading import check_name_is_free
from reprocrate.errors import ReprocrateError, UnavailableError
from reprocrate.executors import Command
from reprocrate.executors.local import LocalExecutor
from reprocrate.executors.signals import SignalRelay
from reprocrate.workflow.asked import Planned
from reprocrate.workflow.resuming import Done

if TYPE_CHECKING:
    from reprocrate.capture.results.extraction import MetricSource


class Ran(NamedTuple):
    """A planned launch that is over.

    Attributes:
        planned: what was planned.
        record: what is recorded of it, now or by an earlier launch that made it superfluous.
        was_done: whether an earlier launch had done it.
        exit_code: as a shell would tell it.
        problems: what the author has to know, as sentences.
        launch: the launch, where it was one of this session.
    """

    planned: Planned
    record: RunRecord
    was_done: bool = False
    exit_code: int = 0
    problems: tuple[str, ...] = ()
    launch: Launch | None = None

    @property
    def label(self) -> str:
        """What the author knows it by; a seed that the command names by itself is told too."""
        seed = self.record.given_seed
        name = self.planned.label if seed is None else f"{self.planned.group} seed {seed}"
        return f"{name} again" if self.is_repetition else name

    @property
    def is_repetition(self) -> bool:
        """Whether it repeated another launch just now; one that an earlier session repeated stands for it."""
        return self.record.repeats is not None and not self.was_done


@dataclass(frozen=True)
class Launcher:
    """Launches what is planned in one project; several threads may use it at once.

    Attributes:
        project: the project's folder.
        folder: where the commands start.
        sources: where metrics stand.
        relay: passes signals on to what runs.
        session: what the launches have in common.
        done: finds what need not be done again; None to do everything.
        shares_terminal: whether commands read our input and write to our output, as they do without us.
        echo: whether what they print is shown.
        trace: how the use of files is seen.
        environ: the variables that they are started with, beside those of the recorder.
        input_begins: where in the file that is our standard input each of them begins to read; None where
            it is no file, which can be read only once.
    """

    project: Path
    folder: Path
    sources: Sequence[MetricSource]
    relay: SignalRelay
    session: Session
    done: Done | None
    shares_terminal: bool = True
    echo: bool = True
    trace: Literal["hook", "strace"] = "hook"
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    input_begins: int | None = field(default_factory=place_in_standard_input)

    def run(self, planned: Planned, repeats: str | None = None) -> Ran | None:
        """Run one launch to its end; None where we were asked to stop before it had started.

        Args:
            planned: what to run.
            repeats: the earlier launch that this one repeats as it was.

        Raises:
            UsageError: the command cannot be run, or the configuration's name is another command's.
            UnavailableError: it could not be started or recorded.
        """
        request = Request(
            project=self.project,
            template=planned.command,
            name=planned.name,
            cwd=self.folder,
            seed=planned.seed,
            seed_variable=planned.seed_variable,
            grid=planned.point,
            repeats=repeats,
            trace=self.trace,
            has_input=self.shares_terminal,
        )
        if self.done is not None and repeats is None:
            earlier = self.done.find(identify(request, self.environ))
            if earlier is not None:
                return Ran(planned, earlier, was_done=True)
        launch = self._prepared(request)
        try:
            if planned.name is not None:
                earlier_commands = self.session.history.called(planned.name)
                check_name_is_free(earlier_commands, launch.record.configuration)
        except ReprocrateError:
            launch.abandon()
            raise
        if self.relay.interrupted:
            launch.abandon()
            return None
        return self._run(planned, launch)

    def _prepared(self, request: Request) -> Launch:
        try:
            return prepare(request, self.environ, self.session)
        except UnavailableError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            return prepare(request, self.environ, self.session)  # another command removed the folder just now

    def _run(self, planned: Planned, launch: Launch) -> Ran:
        command = Command(
            launch.argv,
            launch.cwd,
            launch.environment(),
            launch.stdout,
            launch.stderr,
            echo=self.echo and self.shares_terminal,
            stdin=self.shares_terminal,
            monitor=launch.monitor,
            tracer=launch.tracer,
        )
        if self.shares_terminal and self.input_begins is not None:
            os.lseek(0, self.input_begins, os.SEEK_SET)  # the command before may have read it to its end
        try:
            outcome = LocalExecutor(self.relay).run(command)
        except ReprocrateError:
            launch.abandon()
            raise
        finished = launch.finish(outcome, self.sources)
        return Ran(
            planned,
            finished.record,
            exit_code=outcome.shell_code,
            problems=tuple(finished.problems),
            launch=launch,
        )


def write_removed_again(runs: Iterable[Ran], warn: Callable[[str], None]) -> None:
    """See to it that the record of each launch of this session is there, whatever another one removed.

    Raises:
        UnavailableError: one could not be written; those after it were.
    """
    failure: ReprocrateError | None = None
    code = 0
    for ran in runs:
        code = code or ran.exit_code
        try:
            for problem in ran.launch.write_again() if ran.launch is not None else ():
                warn(f"{ran.label}: {problem}")
        except ReprocrateError as error:
            failure = failure or error
    if failure is not None:
        failure.exit_code = code
        raise failure
