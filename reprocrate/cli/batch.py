"""`reprocrate validate` of many submissions: which they are, within which limits, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from reprocrate.cli.exits import MISUSED, NO, NOT_DONE, YES
from reprocrate.cli.validate_arguments import MOST_IN_TURN
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.bundle import Limits
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.batch.entries import Entry
    from reprocrate.workflow.batch.protocol import Setup
    from reprocrate.workflow.batch.running import Judged
    from reprocrate.workflow.judging import Demands

_PANEL = "Many submissions"
_SECONDS = "60s"
_MEMORY = "2GB"

Each = Annotated[
    bool,
    typer.Option(
        "--each",
        help="Judge each thing in the folder for itself: the folder holds submissions, and is none.",
        rich_help_panel=_PANEL,
    ),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="LIST",
        help="A file that names the submissions: one path on each line, or a CSV file.",
        rich_help_panel=_PANEL,
    ),
]
Column = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME",
        help="The column of the CSV file that holds the paths.",
        rich_help_panel=_PANEL,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        max=1024,
        metavar="N",
        help="Processes at once.",
        show_default="one for each processor",
        rich_help_panel=_PANEL,
    ),
]
TimeLimit = Annotated[
    str | None,
    typer.Option(
        "--time-limit",
        metavar="TIME",
        help="How long one submission may take, such as 90s or 5m; then it is given up.",
        show_default=_SECONDS,
        rich_help_panel=_PANEL,
    ),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option(
        "--memory-limit",
        metavar="SIZE",
        help="How much memory one may need, such as 4GB (on Linux).",
        show_default=_MEMORY,
        rich_help_panel=_PANEL,
    ),
]
Reports = Annotated[
    Path | None,
    typer.Option(
        "--reports",
        "--resume",
        metavar="FOLDER",
        help="Keep the reports there as they come, and go on where an earlier run of the command stopped: "
        "what was judged and has not changed since is not judged again.",
        rich_help_panel=_PANEL,
    ),
]


class Asked(NamedTuple):
    """What was asked for by the options above."""

    each: bool = False
    list_file: Path | None = None
    column: str | None = None
    jobs: int | None = None
    time_limit: str | None = None
    memory_limit: str | None = None
    reports: Path | None = None

    def is_batch(self, what: Sequence[object]) -> bool:
        """Whether it is the business of several processes."""
        asked = (self.column, self.jobs, self.time_limit, self.memory_limit, self.reports)
        return (
            self.each
            or self.list_file is not None
            or any(each is not None for each in asked)
            or len(what) > MOST_IN_TURN
        )


def entries_asked_for(what: Sequence[Path], asked: Asked) -> list[Entry]:
    """The submissions of a batch.

    Raises:
        UsageError: there are none, or options contradict each other.
        UnreadableError, UnavailableError: a list or a folder cannot be read.
    """
    from reprocrate.workflow.batch.entries import children_of, entries_of, listed_in

    if asked.column is not None and asked.list_file is None:
        raise UsageError("--column is of no use without a list", fix="Name the list with --from")
    if asked.each:
        paths = [path for folder in what or [Path()] for path in children_of(folder)]
    else:
        paths = [str(path) for path in what]
    if asked.list_file is not None:
        paths += listed_in(asked.list_file, asked.column)
    return entries_of(paths or ["."])


def judged_batch(
    what: Sequence[Path], asked: Asked, demands: Demands, limits: Limits, voice: Voice
) -> Iterator[Judged]:
    """Judge a batch; the answers come in the order of the submissions, while others are still judged.

    Raises:
        UsageError: an option makes no sense.
        UnavailableError: no process can be started, or reports cannot be kept.
    """
    from reprocrate.workflow.batch.running import judge_batch

    entries = entries_asked_for(what, asked)
    setup = _setup(asked, demands, limits)
    with voice.progress():
        yield from judge_batch(entries, setup, voice, jobs=asked.jobs, folder=asked.reports)


def exit_code_of_outcome(outcome: str) -> int:
    """The exit code of a command that judges such a submission alone."""
    return {"valid": YES, "not valid": NO, "not there": MISUSED}.get(outcome, NOT_DONE)


def _setup(asked: Asked, demands: Demands, limits: Limits) -> Setup:
    from reprocrate.files import bytes_of
    from reprocrate.rerun.plan.durations import parse_duration
    from reprocrate.workflow.batch.protocol import Setup

    text = asked.memory_limit or _MEMORY
    try:
        memory = None if text == "none" else bytes_of(text)
        if memory is not None and memory < 1:
            raise ValueError("nothing can be judged without memory")
    except ValueError as error:
        raise UsageError(f"--memory-limit {text} cannot be used", str(error), "Write 4GB, or none") from None
    return Setup(demands, limits, parse_duration(asked.time_limit or _SECONDS), memory)
