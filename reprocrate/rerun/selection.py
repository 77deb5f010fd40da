"""Which runs a rerun repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reprocrate.errors import UsageError
from reprocrate.manifest import Configuration, Manifest, Run, Variant


class Depth(StrEnum):
    """How much of an experiment is done again.

    `LOGS` computes results from the recorded runs; `EVALUATE` and `SMOKE` run the variants that the
    author declared under these names; `FULL` runs everything as recorded.
    """

    LOGS = "logs"
    EVALUATE = "evaluate"
    SMOKE = "smoke"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Task:
    """One recorded run that is to be repeated.

    Attributes:
        configuration: what was run.
        recorded: the run whose command, seed and environment are repeated.
        variant: the cheaper way in which it is repeated; None for the run as recorded.
    """

    configuration: Configuration
    recorded: Run
    variant: Variant | None = None

    @property
    def id(self) -> str:
        """What tells it from the other tasks of a rerun, as a file name: the recorded run's id."""
        return self.recorded.id

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments to run; `python` stands for the environment's interpreter."""
        return (*self.recorded.command, *(self.variant.overrides if self.variant else ()))

    @property
    def template(self) -> tuple[str, ...]:
        """The same with `{seed}` left open."""
        return (*self.configuration.command, *(self.variant.overrides if self.variant else ()))

    @property
    def seconds(self) -> float | None:
        """How long it is likely to take; None where nobody knows."""
        if self.variant is None:
            return self.recorded.duration_s
        return self.variant.minutes * 60 if self.variant.minutes is not None else None

    @property
    def peak_memory_bytes(self) -> int | None:
        """How much memory its processes are likely to use at once."""
        if self.variant is not None:
            return self.variant.memory_bytes
        return self.recorded.resources.peak_memory_bytes if self.recorded.resources else None

    @property
    def peak_device_memory_bytes(self) -> int | None:
        """How much memory of accelerators it is likely to use; None for a variant, which may use less."""
        if self.variant is not None or self.recorded.resources is None:
            return None
        return self.recorded.resources.peak_device_memory_bytes

    @property
    def seed(self) -> int | str | None:
        """The seed, or None for a command that takes none."""
        return self.recorded.seed

    @property
    def label(self) -> str:
        """What people call it: `wide, seed 3`."""
        name = self.configuration.label
        return name if self.seed is None else f"{name}, seed {self.seed}"


def select_tasks(
    manifest: Manifest,
    *,
    depth: Depth = Depth.FULL,
    seeds: Iterable[int | str] | None = None,
    configurations: Iterable[str] | None = None,
) -> tuple[Task, ...]:
    """The runs that results rest on, in the order in which they were recorded.

    A configuration that no result is about (one that prepares data, say) is repeated by its newest run of
    each seed that ended well.

    Args:
        manifest: the recorded experiment.
        depth: how much is done again; `LOGS` runs nothing.
        seeds: only these; runs without a seed are always taken.
        configurations: only those of these ids or names.

    Raises:
        UsageError: a seed, a configuration or a depth is asked for that was not recorded or declared.
    """
    if depth is Depth.LOGS:
        return ()
    chosen = _chosen_configurations(manifest, configurations)
    counting = {identifier for result in manifest.results for identifier in result.runs}
    counting |= {run.parent for run in manifest.runs if run.parent and run.id in counting}
    runs = {run.id: run for one in chosen for run in _runs_of(manifest, one, counting)}
    known = {one.id: one for one in manifest.configurations}
    tasks = [Task(known[run.configuration], run) for run in runs.values()]
    if seeds is not None:
        tasks = _of_seeds(tasks, list(seeds))
    if depth is not Depth.FULL:
        tasks = _as_variants(tasks, depth)
    return tuple(sorted(tasks, key=lambda task: (task.recorded.started or "", task.recorded.id)))


def repeated_runs(manifest: Manifest, tasks: Sequence[Task]) -> list[Run]:
    """The runs that are made again by these tasks: of a launch that held several, these."""
    launches = {task.recorded.id for task in tasks}
    held = [run for run in manifest.runs if run.parent in launches]
    holding = {run.parent for run in held}
    return [*(task.recorded for task in tasks if task.recorded.id not in holding), *held]


def _chosen_configurations(manifest: Manifest, wanted: Iterable[str] | None) -> Sequence[Configuration]:
    if wanted is None:
        return manifest.configurations
    known = {name: one for one in manifest.configurations for name in (one.id, one.label)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(
            f'there is no configuration "{unknown[0]}"',
            f"Recorded are: {', '.join(one.label for one in manifest.configurations) or 'none'}",
            "Name one of these.",
        )
    asked = {known[name].id for name in wanted}
    return [one for one in manifest.configurations if one.id in asked]


def _runs_of(manifest: Manifest, configuration: Configuration, counting: set[str]) -> list[Run]:
    """What is to be launched again; for runs that a launch held among several, that launch."""
    own = [run for run in manifest.runs if run.configuration == configuration.id]
    wanted = {run.id if run.parent is None else run.parent for run in own}
    runs = [run for run in manifest.runs if run.id in wanted]
    in_results = [run for run in runs if run.id in counting]
    if in_results:
        return in_results
    newest: dict[int | str | None, Run] = {}
    for run in sorted(runs, key=lambda one: (one.started or "", one.id)):
        if run.status == "ok":
            newest[run.seed] = run
    return list(newest.values())


def _of_seeds(tasks: Sequence[Task], seeds: Sequence[int | str]) -> list[Task]:
    wanted = {str(seed) for seed in seeds}
    recorded = {str(task.seed) for task in tasks if task.seed is not None}
    unknown = [str(seed) for seed in seeds if str(seed) not in recorded]
    if unknown:
        raise UsageError(
            f"seed {unknown[0]} was not recorded",
            f"Recorded seeds are: {', '.join(sorted(recorded, key=_numerically)) or 'none'}",
            "Name some of these.",
        )
    return [task for task in tasks if task.seed is None or str(task.seed) in wanted]


def _as_variants(tasks: Sequence[Task], depth: Depth) -> list[Task]:
    cheaper = [
        Task(task.configuration, task.recorded, variant)
        for task in tasks
        for variant in task.configuration.variants
        if variant.name == depth.value
    ]
    if not cheaper:
        raise UsageError(
            f'a rerun of depth "{depth.value}" is not possible',
            f'No configuration declares a variant of the name "{depth.value}"',
            f"Use --depth {Depth.FULL.value} or --depth {Depth.LOGS.value}.",
        )
    return cheaper


def _numerically(seed: str) -> tuple[int, str]:
    return (int(seed), seed) if seed.lstrip("-").isdigit() else (0, seed)
