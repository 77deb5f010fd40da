"""What `run` is asked for, completed by what `reprocrate.toml` says of the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.capture.launch.grid import (
    NAME_PLACE,
    Grid,
    Point,
    base_name,
    check_grid_reaches,
    check_name,
    configuration_name,
    open_places,
    parse_grid,
    point_name,
    points_of,
    with_name,
)
from reprocrate.capture.launch.identity import identify
from reprocrate.capture.launch.request import Request as LaunchRequest
from reprocrate.capture.seeds.notation import PLACEHOLDER, check_seed_has_a_place, parse_seeds
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.assembly.settings import ConfigurationSettings
    from reprocrate.capture.results.extraction import MetricSource


class Request(NamedTuple):
    """What the author asked for.

    Attributes:
        command: the argv template; empty to take it from `reprocrate.toml`.
        seeds: a list such as `0-4`; where not given, the configuration's own.
        name: the configuration.
        seed_variable: environment variable that carries the seed.
        resume: whether to skip seeds that ended well with the code and the files that they read as they are.
        echo: whether to show what the command prints.
        grid: lists of values such as `lr=0.1,0.01`, beside or in place of those of the configuration.
        jobs: how many launches run at once; if more than one, what they print is recorded only.
        twice: whether to run the first seed that ends well again, to measure determinism.
        deterministic: whether to set what makes for determinism, as far as it can be set from outside.
        trace: how the use of files is seen.
    """

    command: tuple[str, ...]
    seeds: str | None = None
    name: str | None = None
    seed_variable: str | None = None
    resume: bool = False
    echo: bool = True
    grid: tuple[str, ...] = ()
    jobs: int = 1
    twice: bool = False
    deterministic: bool = False
    trace: Literal["hook", "strace"] = "hook"


@dataclass(frozen=True, slots=True)
class DeclaredToRun:
    """What `reprocrate.toml` says of running: configurations, where metrics stand, and what ran elsewhere."""

    configurations: Mapping[str, ConfigurationSettings] = field(default_factory=dict)
    sources: tuple[MetricSource, ...] = ()
    elsewhere: frozenset[str] = frozenset()


class Planned(NamedTuple):
    """One launch that is to be.

    Attributes:
        command: the argv template, seed and grid left open.
        name: the name given to the configuration or the grid.
        point: its point of the grid.
        group: what its configuration is called.
    """

    command: tuple[str, ...]
    name: str | None
    seed_variable: str | None
    point: Mapping[str, str]
    seed: int | None
    group: str

    @property
    def label(self) -> str:
        """What the author knows it by."""
        return self.group if self.seed is None else f"{self.group} seed {self.seed}"


def declared_to_run(project: Path) -> DeclaredToRun:
    """Read the settings where there are any: without them, nothing heavy is imported before the command."""
    if not (project / SETTINGS_NAME).is_file():
        return DeclaredToRun()
    from reprocrate.assembly.measured import metric_sources
    from reprocrate.assembly.toml import load_settings

    settings = load_settings(project)
    elsewhere = frozenset(run.configuration for run in settings.runs)
    return DeclaredToRun(settings.configurations, tuple(metric_sources(settings)), elsewhere)


def plan(project: Path, folder: Path, declared: DeclaredToRun, request: Request) -> list[Planned]:
    """The launches that a request comes to: every seed of one point of the grid, then of the next.

    Raises:
        UsageError: there is no such command or configuration, or seeds or grid make no sense.
    """
    asked, grid = _completed(project, folder, declared, request)
    check_grid_reaches(asked.command, grid)
    if asked.name is not None:
        check_name(asked.name)
        if not grid:  # else each point of it is a configuration
            asked = asked._replace(command=with_name(asked.command, asked.name))
    if asked.seeds is not None:
        check_seed_has_a_place(asked.command, asked.seed_variable)
    seeds: list[int | None] = [None] if asked.seeds is None else [*parse_seeds(asked.seeds)]
    points = points_of(grid)
    base = _base_name(project, folder, declared, asked, points[0], seeds[0])
    return [
        Planned(asked.command, asked.name, asked.seed_variable, point, seed, point_name(base, point))
        for point in points
        for seed in seeds
    ]


def names_to_run(declared: DeclaredToRun) -> list[str]:
    """The configurations that `--all` runs: those with a command whose runs are not declared.

    Raises:
        UsageError: there is none.
    """
    with_command = [name for name, one in declared.configurations.items() if one.command is not None]
    names = [name for name in with_command if name not in declared.elsewhere]
    if not names:
        raise UsageError(
            f"no configuration of {SETTINGS_NAME} has a command"
            + (" and is to be run here" if with_command else ""),
            fix="Add `command` to [configurations.NAME]",
        )
    return names


def forgotten_places(planned: Sequence[Planned]) -> Iterator[str]:
    """Sentences about names in braces that look like seeds or parameters and that nothing fills."""
    commands = {one.command: one for one in planned}
    for one in commands.values():
        known = {*one.point, *(() if one.seed is None else ("seed",))}
        for name in open_places(one.command, known):
            yield f"the command gets {{{name}}} as it stands there, since nothing fills it. {_remedy(name)}"
    for variable in dict.fromkeys(one.seed_variable for one in planned if one.seed is None):
        if variable is not None:
            yield f"{variable} carries no seed to the command, since no seeds are given. Add --seeds 0-4."


def _remedy(name: str) -> str:
    if f"{{{name}}}" == NAME_PLACE:
        return "It stands for the --name of a configuration without a grid."
    option = "--seeds 0-4" if f"{{{name}}}" == PLACEHOLDER else f"--grid {name}=VALUE,VALUE"
    return f"If something is to be put there, add {option}."


def _base_name(
    project: Path, folder: Path, declared: DeclaredToRun, asked: Request, point: Point, seed: int | None
) -> str:
    """What the manifest will call the configuration of this launch, but for its point of the grid."""
    request = LaunchRequest(
        project=project,
        template=asked.command,
        name=asked.name,
        cwd=folder,
        seed=seed,
        seed_variable=asked.seed_variable,
        grid=point,
    )
    configuration = identify(request, os.environ).configuration
    name = base_name if point else configuration_name
    return name(declared.configurations, configuration)


def _completed(
    project: Path, folder: Path, settings: DeclaredToRun, request: Request
) -> tuple[Request, Grid]:
    """The request and its grid, with what `reprocrate.toml` says of the configuration filled in."""
    given = parse_grid(request.grid)
    declared = settings.configurations.get(request.name) if request.name else None
    if request.command:
        if declared and declared.command and declared.command != request.command:
            raise UsageError(
                f"the configuration `{request.name}` has another command in {SETTINGS_NAME}",
                f"there it is `{' '.join(declared.command)}`",
                "Leave the command out, or choose another --name",
            )
        return request, {**(declared.grid if declared else {}), **given}
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
    completed = request._replace(
        command=declared.command,
        seeds=declared.seeds if request.seeds is None else request.seeds,
        seed_variable=request.seed_variable or declared.seed_variable,
    )
    return completed, {**declared.grid, **given}
