"""Which runs a rerun repeats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reprocrate.capture.seeds.notation import substitute
from reprocrate.errors import UsageError
from reprocrate.manifest import Configuration, Manifest, Run, Variant

_MOST_NAMES = 20


class Depth(StrEnum):
    """How much of an experiment is done again.

    `LOGS` computes results from the recorded runs; `EVALUATE` and `SMOKE` run the variants that the
    author declared under these names, `EVALUATE` also the recorded runs that were evaluations themselves;
    `FULL` runs everything as recorded.
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
        new_seed: the seed that it is run with in place of the recorded one; None for the recorded one.
    """

    configuration: Configuration
    recorded: Run
    variant: Variant | None = None
    new_seed: int | None = None

    @property
    def id(self) -> str:
        """What tells it from the other tasks of a rerun, as a file name: the recorded run's id.

        With a new seed it goes on with an `@`, which no id in a manifest holds.
        """
        return self.recorded.id if self.new_seed is None else f"{self.recorded.id}@{self.new_seed}"

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments to run; `python` stands for the environment's interpreter."""
        added = self.variant.overrides if self.variant else ()
        if self.seed is None:
            return (*self.recorded.command, *added)
        own = {"seed": self.seed}
        if self.new_seed is not None:
            return substitute((*self.configuration.command, *added), own)
        return (*self.recorded.command, *substitute(added, own))

    @property
    def template(self) -> tuple[str, ...]:
        """The same with `{seed}` left open."""
        return (*self.configuration.command, *(self.variant.overrides if self.variant else ()))

    @property
    def seconds(self) -> float | None:
        """How long it is likely to take; None where nobody knows.

        A duration of zero tells nothing, since no program starts and ends at once, nor does one that no
        clock could have measured.
        """
        if self.variant is None:
            known = self.recorded.duration_s or 0.0
        else:
            known = (self.variant.minutes or 0.0) * 60
        return known if 0.0 < known < math.inf else None

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
        """The seed that it is run with, or None for a command that takes none."""
        return self.recorded.seed if self.new_seed is None else self.new_seed

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
        seeds: only these; runs that take none are always taken.
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
    return in_order(tasks)


def in_order(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Tasks in the order in which their runs were recorded: who reads a file comes after who writes it."""
    return tuple(sorted(tasks, key=lambda task: (task.recorded.started or "", task.recorded.id)))


def repeated_runs(manifest: Manifest, tasks: Sequence[Task]) -> list[Run]:
    """The runs that are made again with their own seeds: of a launch that held several, these."""
    repeated = [task for task in tasks if task.new_seed is None]
    launches = {task.recorded.id for task in repeated}
    held = [run for run in manifest.runs if run.parent in launches]
    holding = {run.parent for run in held}
    return [*(task.recorded for task in repeated if task.recorded.id not in holding), *held]


def asked_seeds(manifest: Manifest, tasks: Sequence[Task]) -> dict[str, list[int | str | None]]:
    """The seeds that these tasks run, by configuration; None for a run that takes none."""
    asked: dict[str, list[int | str | None]] = {}
    for run in repeated_runs(manifest, tasks):
        asked.setdefault(run.configuration, []).append(run.seed)
    for task in tasks:
        if task.new_seed is not None:
            asked.setdefault(task.configuration.id, []).append(task.new_seed)
    return asked


def _chosen_configurations(manifest: Manifest, wanted: Iterable[str] | None) -> Sequence[Configuration]:
    if wanted is None:
        return manifest.configurations
    asked = set(configuration_ids(manifest, wanted))
    return [one for one in manifest.configurations if one.id in asked]


def configuration_ids(manifest: Manifest, wanted: Iterable[str]) -> tuple[str, ...]:
    """Ids of the configurations of these ids or names; a name that several have stands for all of them.

    Raises:
        UsageError: there is none of that name; the message lists those that there are.
    """
    by_id = {one.id for one in manifest.configurations}
    by_name: dict[str, list[str]] = {}
    for one in manifest.configurations:
        by_name.setdefault(one.label, []).append(one.id)
    found: dict[str, None] = {}
    for name in wanted:
        ids = [name] if name in by_id else by_name.get(name)
        if ids is None:
            raise UsageError(
                f'there is no configuration "{name}"',
                f"Recorded are: {_names(by_name)}",
                "Name one of these.",
            )
        found |= dict.fromkeys(ids)
    return tuple(found)


def _names(known: Mapping[str, object]) -> str:
    shown = list(known)[:_MOST_NAMES]
    more = len(known) - len(shown)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''}" if shown else "none"


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
    wanted, fixed = {str(seed) for seed in seeds}, without_choice(tasks)
    recorded = {str(task.seed) for task in tasks if task.seed is not None}
    unknown = [str(seed) for seed in seeds if str(seed) not in recorded]
    if unknown:
        raise UsageError(
            f"seed {unknown[0]} was not recorded",
            f"Recorded seeds are: {', '.join(sorted(recorded, key=_numerically)) or 'none'}",
            "Name some of these.",
        )
    return [task for task in tasks if task.id in fixed or str(task.seed) in wanted]


def without_choice(tasks: Sequence[Task]) -> frozenset[str]:
    """Ids of the tasks that no choice of seeds concerns.

    They take no seed, or their program always chooses the same by itself: one that shuffles data for all
    others, say.
    """
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.configuration.id, []).append(task)
    fixed = {task.id for task in tasks if task.seed is None}
    for group in groups.values():
        observed = all(seed.how == "observed" for task in group for seed in task.recorded.seeds)
        if observed and len({task.seed for task in group}) == 1:
            fixed |= {task.id for task in group}
    return frozenset(fixed)


def _as_variants(tasks: Sequence[Task], depth: Depth) -> list[Task]:
    cheaper = [one for task in tasks for one in _cheaper(task, depth)]
    if not cheaper:
        raise UsageError(
            f'a rerun of depth "{depth.value}" is not possible',
            f'No configuration declares a variant of the name "{depth.value}"{_nor(tasks, depth)}',
            f"Use --depth {Depth.FULL.value} or --depth {Depth.LOGS.value}.",
        )
    return cheaper


def _cheaper(task: Task, depth: Depth) -> Iterator[Task]:
    variants = [one for one in task.configuration.variants if one.name == depth.value]
    if variants:
        yield from (replace(task, variant=variant) for variant in variants[:1])
    elif depth is Depth.EVALUATE and task.recorded.kind == Depth.EVALUATE.value:
        yield task


def _nor(tasks: Sequence[Task], depth: Depth) -> str:
    """What else could have been an evaluation, and why it is none."""
    if depth is not Depth.EVALUATE:
        return ""
    predicted = sum(task.recorded.predictions is not None for task in tasks)
    if not predicted:
        return ", and no recorded run is an evaluation"
    runs = "1 run" if predicted == 1 else f"{predicted} runs"
    return (
        f", and no recorded run is an evaluation; the predictions of {runs} are on record, but no command "
        "that computes a metric from them"
    )


def _numerically(seed: str) -> tuple[int, str]:
    return (int(seed), seed) if seed.lstrip("-").isdigit() else (0, seed)
