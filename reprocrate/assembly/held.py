"""Launches that held several runs: a loop over seeds, the jobs of a sweep, each a run of its own.

The launch stays a run, with its time, resources, logs and outputs, so that nothing is counted twice; the runs
that it held name it as their parent, and have a seed, metrics and a history of their own.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.settings import ConfigurationSettings, ProjectSettings
from reprocrate.capture.record import History, Metric, Resources, RunRecord, Scalar, Seed

_LONGEST_NAME = 60

Labels = tuple[tuple[str, Scalar], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What tells a run of a launch from the others."""

    seed: int | str | None
    factors: Labels

    def is_of(self, other: Run) -> bool:
        """Whether what is said of this one, in part perhaps, is true of the other."""
        return self.seed in (None, other.seed) and set(self.factors) <= set(other.factors)

    @property
    def name(self) -> str:
        """What it is called, after the launch."""
        seed = [] if self.seed is None else [("seed", self.seed)]
        return _word([*self.factors, *seed])


@dataclass(slots=True)
class Held:
    """Configurations with the runs that launches held among their records.

    Attributes:
        groups: the configurations; one that a launch held beside others is one of its own.
        values: the metric values of each run.
        parents: for each run that a launch held, the launch.
    """

    groups: list[ConfigurationGroup] = field(default_factory=list)
    values: dict[str, Sequence[Metric]] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    @property
    def launches(self) -> set[str]:
        """Launches that held runs: no result rests on them themselves."""
        return set(self.parents.values())


def with_held_runs(
    settings: ProjectSettings,
    groups: Iterable[ConfigurationGroup],
    values: Mapping[str, Sequence[Metric]],
    data: Iterable[str],
) -> Held:
    """The configurations, with each run that a launch held.

    A launch that left values of one seed and one setting is the run itself. Values that are not of one run,
    such as a mean over seeds, stay with the launch.

    Args:
        settings: the author's part.
        groups: the configurations with their launches.
        values: the metric values of each launch, with what they say of the run.
        data: ids of the data sets that are known.
    """
    held = Held()
    data_sets = set(data)
    for group in groups:
        known = {*data_sets, *group.settings.data}
        records: list[RunRecord] = []
        others: dict[Labels, list[RunRecord]] = {}
        for record in group.records:
            metrics = [_with_known_data(metric, known) for metric in values[record.id]]
            runs = _runs_of(metrics, record.histories)
            if len(runs) < 2:
                records.append(_only_run(record, runs))
                held.values[record.id] = [_plain(metric) for metric in metrics]
                continue
            records.append(replace(record, histories=_left(record.histories, runs)))
            held.values[record.id] = [_plain(one) for one in metrics if _owner(_run_of(one), runs) is None]
            for run in runs:
                child = _child(record, run, runs, held.parents)
                held.parents[child.id] = record.id
                held.values[child.id] = [_plain(one) for one in metrics if _owner(_run_of(one), runs) == run]
                factors = () if group.settings.trials_of else run.factors
                (others.setdefault(factors, []) if factors else records).append(child)
        held.groups.append(replace(group, records=tuple(records)))
        for factors, children in others.items():
            _add(held.groups, _derived(settings, group, factors, children))
    return held


def _run_of(labelled: Metric | History) -> Run:
    return Run(labelled.seed, tuple(sorted(labelled.factors.items())))


def _runs_of(metrics: Sequence[Metric], histories: Sequence[History]) -> list[Run]:
    """The runs that values speak of, without what is the same of all of them, in a fixed order."""
    said = dict.fromkeys([*map(_run_of, metrics), *map(_run_of, histories)])
    whole = [
        run
        for run in said
        if (run.seed is not None or run.factors) and not any(run != each and run.is_of(each) for each in said)
    ]
    common = set.intersection(*(set(run.factors) for run in whole)) if whole else set()
    runs = {Run(run.seed, tuple(one for one in run.factors if one not in common)) for run in whole}
    return sorted(runs, key=lambda run: (str(run.factors), len(str(run.seed)), str(run.seed)))


def _owner(said: Run, runs: Sequence[Run]) -> Run | None:
    """The run that something is said of, if it is one."""
    names = {name for run in runs for name, _ in run.factors}
    differing = Run(said.seed, tuple(one for one in said.factors if one[0] in names))
    if differing.seed is None and not differing.factors:
        return None
    owners = [run for run in runs if differing.is_of(run)]
    return owners[0] if len(owners) == 1 else None


def _only_run(record: RunRecord, runs: Sequence[Run]) -> RunRecord:
    """A launch that is one run, with the seed that it wrote down itself if it was given none."""
    if not runs or runs[0].seed is None or record.given_seed is not None:
        return record
    return replace(record, seeds=(Seed(None, runs[0].seed, "declared"), *record.seeds))


def _child(record: RunRecord, run: Run, runs: Sequence[Run], before: Container[str]) -> RunRecord:
    """A run of a launch: it shares code, environment, machine and inputs, and nothing that is counted.

    Where the launch repeats another one, it repeats the same run of that, if it is among those `before`.
    """
    repeated = _id_of(record.repeats, run) if record.repeats else None
    seeds = tuple(seed for seed in record.seeds if seed.how != "observed")
    return replace(
        record,
        id=_id_of(record.id, run),
        repeats=repeated if repeated in before else None,
        seeds=(Seed(None, run.seed, "declared"),) if run.seed is not None else seeds,
        duration_s=None,
        outputs=(),
        logs=(),
        histories=tuple(one for one in record.histories if _owner(_run_of(one), runs) == run)[:1],
        resources=Resources(),
    )


def _id_of(launch: str, run: Run) -> str:
    return f"{launch}-{run.name}"[:200]


def _left(histories: Sequence[History], runs: Sequence[Run]) -> tuple[History, ...]:
    return tuple(one for one in histories if _owner(_run_of(one), runs) is None)


def _plain(metric: Metric) -> Metric:
    return replace(metric, seed=None, factors={})


def _with_known_data(metric: Metric, known: Set[str]) -> Metric:
    """A data set that is not declared cannot be referred to: it tells runs apart like any other factor."""
    if metric.data is None or metric.data in known:
        return metric
    return replace(metric, data=None, factors={**metric.factors, "data": metric.data})


def _derived(
    settings: ProjectSettings, group: ConfigurationGroup, factors: Labels, records: Sequence[RunRecord]
) -> ConfigurationGroup:
    """A configuration that a launch held beside others; `reprocrate.toml` may say more of it by its name."""
    name = f"{group.id}-{_word(factors)}"[:200]
    declared = settings.configurations.get(name)
    own = declared or ConfigurationSettings(
        kind=group.settings.kind, role=group.settings.role, data=group.settings.data
    )
    levels = {**group.factors, **{key: level for key, level in factors if level is not None}}
    return replace(group, id=name, records=tuple(records), settings=own, factors=own.factors or levels)


def _add(groups: list[ConfigurationGroup], new: ConfigurationGroup) -> None:
    """Launches of the same command hold runs of the same configurations."""
    for place, group in enumerate(groups):
        if group.id == new.id:
            groups[place] = replace(group, records=(*group.records, *new.records))
            return
    groups.append(new)


def _word(labels: Iterable[tuple[str, Scalar]]) -> str:
    """Labels as a part of an id: `method-wide-seed-3`."""
    words = [f"{name}-{value}" for name, value in labels]
    return "-".join(re.sub(r"[^A-Za-z0-9._]+", "-", word).strip("-")[:_LONGEST_NAME] for word in words)
