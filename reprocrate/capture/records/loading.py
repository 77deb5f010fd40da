"""The records of a project's launches, read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.record import RECORD_NAME, Configuration, RunRecord
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.liveness import is_alive
from reprocrate.errors import UnreadableError, UsageError

_MOST_NAMES = 5


@dataclass(frozen=True)
class Records:
    """What a project has on record.

    Attributes:
        records: every launch, sorted by id, that is, by time.
        problems: records that could not be read, as sentences that name the file.
    """

    records: tuple[RunRecord, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collision:
    """Files that launches of one configuration with different seeds wrote over each other.

    Attributes:
        paths: the files, relative to the project.
        seeds: the seeds whose launches wrote them.
    """

    paths: tuple[str, ...]
    seeds: tuple[int | str, ...]

    def __str__(self) -> str:
        seeds = ", ".join(map(str, self.seeds[:_MOST_NAMES])) + (", ..." if self.seeds[_MOST_NAMES:] else "")
        more = f" and {len(self.paths) - _MOST_NAMES} more files" if self.paths[_MOST_NAMES:] else ""
        are = "'s are" if self.paths[1:] else "'s is"
        return (
            f"seeds {seeds} all wrote {', '.join(self.paths[:_MOST_NAMES])}{more}, so only the last one{are} "
            "left. Put {seed} into the path that the command writes to."
        )


def load_records(project: Path) -> Records:
    """Every record of a project.

    A launch that is recorded as running but whose process is gone is read as killed. One that a later launch
    names as an earlier attempt of itself is no launch of its own.
    """
    records, problems = [], []
    for path in sorted((project / RUNS).glob(f"*/{RECORD_NAME}")):
        try:
            record = RunRecord.load(path)
        except UnreadableError as error:
            problems.append(str(error))
            continue
        if record.status == "running" and not is_alive(path.parent):
            record = record.with_status(
                "killed", "the launcher ended before it could say how the launch ended"
            )
        records.append(record)
    repeated = {attempt.record for record in records for attempt in record.attempts}
    launches = (record for record in records if record.id not in repeated)
    return Records(tuple(sorted(launches, key=lambda record: record.id)), tuple(problems))


def collisions(records: Iterable[RunRecord]) -> tuple[Collision, ...]:
    """Files that launches of one configuration with different seeds wrote, grouped by these seeds."""
    writers: dict[tuple[str | None, str, str], dict[int | str, None]] = {}
    for record in records:
        if record.seed is None:
            continue
        for output in record.outputs:
            if output.root is None:
                key = (record.configuration.name, record.configuration.digest, output.path)
                writers.setdefault(key, {})[record.seed] = None
    groups: dict[tuple[str, tuple[int | str, ...]], list[str]] = {}
    for (_, digest, path), seeds in sorted(writers.items(), key=str):
        if len(seeds) > 1:
            groups.setdefault((digest, tuple(seeds)), []).append(path)
    return tuple(Collision(tuple(paths), seeds) for (_, seeds), paths in groups.items())


def check_name_is_free(earlier: Iterable[Configuration], configuration: Configuration) -> None:
    """Make sure that a configuration's name means one command, or one grid of commands.

    Raises:
        UsageError: the name was used with another command or working directory.
    """
    if configuration.name is None:
        return
    for other in earlier:
        if other.name == configuration.name and other.named_work != configuration.named_work:
            raise UsageError(
                f'the name "{configuration.name}" is already used for another command',
                f"it was `{' '.join(other.grid_template or other.template)}` in {other.working_directory}",
                "Choose another --name, or repeat that command",
            )
