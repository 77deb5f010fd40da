"""From the runs of a manifest to samples: what each seed gave, the seeds without a value included."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from reprocrate.assembly.selection import reported_value
from reprocrate.manifest import Configuration, Manifest, Metric, Observation, Result, Run
from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.once import once
from reprocrate.rerun.compare.samples import Complete, Direction, Sample, Seed, SeedValue
from reprocrate.statistics import iqm, mean, median

ResultsByPlace = Mapping[tuple[str | None, str], Sequence[Result]]
"""Results by configuration and metric."""

_WITHOUT_VALUE = frozenset({"failed", "killed", "interrupted", "running", "no_value", "not_finite"})
_PERCENT = frozenset({"percent", "%"})
_ITEMS = frozenset({"count", "items"})
_DIRECTION = {each.value: each for each in Direction}
"""A word of a newer version of the standard is none of them: it does not say which values are better."""

_AGGREGATE: dict[str, Callable[[Sequence[float]], float]] = {
    "single": mean,
    "mean": mean,
    "median": median,
    "iqm": iqm,
    "max": max,
    "min": min,
}


Key = tuple[str, str | None, str | None]
"""Metric, data and split of some values."""


class Records:
    """A manifest with the indexes that a comparison of thousands of results needs.

    Attributes:
        manifest: the manifest.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self._plain: dict[int, dict[Key, Collection[SeedValue]]] = {}
        self._observed: dict[int, dict[Key, list[Observation]]] = {}
        self._counting: dict[tuple[str, ...], tuple[Run, ...]] = {}
        self._newest: dict[str, tuple[Run, ...]] = {}
        self._alike: dict[str, Configuration | None] = {}
        self._seeds: dict[int, Seed] = {}
        self._described: dict[Key, Sample] = {}

    @once
    def by_place(self) -> ResultsByPlace:
        """The results over runs by configuration and metric."""
        found: dict[tuple[str | None, str], list[Result]] = {}
        for one in self.manifest.results:
            if one.over != "results":
                found.setdefault((one.configuration, one.metric), []).append(one)
        return found

    def plain_values(self, runs: tuple[Run, ...]) -> dict[Key, Collection[SeedValue]]:
        """What some runs gave of those metrics that each that ended well measured once: none is chosen."""
        found = self._plain.get(id(runs))
        if found is None:
            columns = _columns([run for run in runs if run.status == "ok"])
            names = tuple(map(self.seed_of, runs))
            distinct = len(set(names)) == len(names)
            found = self._plain[id(runs)] = {}
            for key, values in columns.items():
                if distinct and len(values) == len(runs) and math.isfinite(sum(values)):
                    found[key] = Complete(names, tuple(values))
                else:
                    found[key] = tuple(self._with_lost(runs, iter(values)))
        return found

    def _with_lost(self, runs: Sequence[Run], values: Iterator[float]) -> Iterator[SeedValue]:
        """Values of the runs that ended well, with what the others left."""
        for run in runs:
            yield SeedValue(self.seed_of(run), next(values)) if run.status == "ok" else self.lost(run)

    def lost(self, run: Run) -> SeedValue:
        """What a run that did not end well gives of any metric."""
        return SeedValue(self.seed_of(run), None, run.status, run.killed_because or "")

    def observed(self, run: Run, key: Key) -> list[Observation]:
        """Everything that a run measured of a metric on some data and split."""
        found = self._observed.get(id(run))
        if found is None:
            found = self._observed[id(run)] = {}
            for one in run.metrics:
                found.setdefault((one.metric, one.data, one.split), []).append(one)
        return found.get(key, [])

    def counting(self, result: Result) -> tuple[Run, ...]:
        """One run for each seed of a result: those that it rests on, then those that left no value."""
        lost = [one.run for one in result.excluded if one.reason in _WITHOUT_VALUE]
        key = (*result.runs, "", *lost)
        if key not in self._counting:
            find = self.manifest.find_run
            runs = [run for name in result.runs if (run := find(name))]
            seeds = {run.seed for run in runs}
            excluded = {run.seed: run for name in lost if (run := find(name)) and run.seed not in seeds}
            self._counting[key] = (*runs, *excluded.values())
        return self._counting[key]

    def newest(self, configuration: Configuration | None) -> tuple[Run, ...]:
        """For each seed of a configuration its newest run that ended well, else its newest run."""
        if configuration is None:
            return ()
        if configuration.id not in self._newest:
            runs = self._runs_by_configuration.get(configuration.id, ())
            runs = sorted(runs, key=lambda one: (one.status == "ok", one.started or "", one.id))
            self._newest[configuration.id] = tuple({run.seed: run for run in runs}.values())
        return self._newest[configuration.id]

    @once
    def _runs_by_configuration(self) -> dict[str | None, list[Run]]:
        found: dict[str | None, list[Run]] = {}
        for run in self.manifest.runs:
            found.setdefault(run.configuration, []).append(run)
        return found

    def alike(self, wanted: Configuration | None) -> Configuration | None:
        """The configuration of the same id, else that of the same name, else that with the same command."""
        if wanted is None:
            return None
        if wanted.id not in self._alike:
            mine = self.manifest.configurations
            ran = (wanted.command, wanted.working_directory)
            same_name = (one for one in mine if one.label == wanted.label)
            same_command = (one for one in mine if (one.command, one.working_directory) == ran)
            found = self.manifest.find_configuration(wanted.id)
            self._alike[wanted.id] = found or next(same_name, None) or next(same_command, None)
        return self._alike[wanted.id]

    def described(self, key: Key) -> Sample:
        """What is known of a metric on some data and split, without any value."""
        if key not in self._described:
            metric = self.manifest.find_metric(key[0])
            self._described[key] = Sample(
                metric=key[0],
                seeds=(),
                direction=_DIRECTION.get(metric.direction) if metric and metric.direction else None,
                unit=metric.unit if metric else None,
                split=key[2],
                item=_item(metric),
            )
        return self._described[key]

    def seed_of(self, run: Run) -> Seed:
        """The seed that names a run, as text."""
        if id(run) not in self._seeds:
            self._seeds[id(run)] = None if run.seed is None else str(run.seed)
        return self._seeds[id(run)]


@numerous(slots=False)
class Counterpart:
    """Where a manifest holds the values of a result of the original.

    Attributes:
        records: the original itself, or the rerun's record.
        result: the result there; `None` where the rerun left no value at all.
        configuration: the configuration there; `None` where there is none.
        key: metric, data and split of the values.
        over: what the original's result is over. Over folds each run counts with the mean of its folds: they
            share training data, and so are no independent values.
    """

    records: Records
    result: Result | None
    configuration: Configuration | None
    key: Key
    over: str = "runs"

    @property
    def manifest(self) -> Manifest:
        """The manifest of the records."""
        return self.records.manifest

    @once
    def runs(self) -> tuple[Run, ...]:
        """One run for each seed: those of the result, then those that left no value."""
        if self.result is None:
            return self.records.newest(self.configuration)
        return self.records.counting(self.result)

    @once
    def sample(self) -> Sample:
        """The values of its runs by seed."""
        return self.records.described(self.key).with_seeds(self._seeds())

    def _seeds(self) -> Collection[SeedValue]:
        plain = None if self.over == "folds" else self.records.plain_values(self.runs).get(self.key)
        if plain is not None:
            return plain
        metric = self.manifest.find_metric(self.key[0])
        return tuple([self._value(run, metric) for run in self.runs])

    def _value(self, run: Run, metric: Metric | None) -> SeedValue:
        if run.status != "ok":
            return self.records.lost(run)
        seed = self.records.seed_of(run)
        observed = self.records.observed(run, self.key)
        if self.over == "folds":
            values = [one.value for one in observed if one.fold is not None]
            known = [value for value in values if value is not None]
            if not values or len(known) < len(values):
                return SeedValue(seed, None, "no_value")
            return SeedValue(seed, mean(known))
        plain = [
            {"step": one.step, "value": one.value, "status": one.status}
            for one in observed
            if one.fold is None
        ]
        selection, last_k = (metric.selection, metric.last_k) if metric else (None, None)
        seen = reported_value(plain, selection, last_k)
        if seen is None:
            return SeedValue(seed, None, "no_value")
        return SeedValue(seed, seen["value"], seen["status"])


Sides = tuple[Counterpart, Counterpart]
"""Where the values of a result are then and now."""


def recorded_in(original: Records, result: Result) -> Counterpart:
    """The original's own values of a result."""
    key = (result.metric, result.data, result.split)
    configuration = original.manifest.find_configuration(result.configuration)
    return Counterpart(original, result, configuration, key, result.over)


def found_in(reproduction: Records, recorded: Counterpart) -> Counterpart:
    """The rerun's values of the same metric, data and split of the same configuration.

    Where it has the metric on other data or another split only, these: that the two cannot be compared is
    then the verdict, and not that there is no value.

    Args:
        reproduction: what the rerun recorded.
        recorded: where the original's values are.
    """
    configuration = reproduction.alike(recorded.configuration)
    if configuration is None:
        return Counterpart(reproduction, None, None, recorded.key, recorded.over)
    found = reproduction.by_place.get((configuration.id, recorded.key[0]), [])
    candidates = [one for one in found if one.over == recorded.over]
    exact = [one for one in candidates if (one.metric, one.data, one.split) == recorded.key]
    if exact or len(candidates) == 1:
        one = (exact or candidates)[0]
        return Counterpart(reproduction, one, configuration, (one.metric, one.data, one.split), recorded.over)
    return Counterpart(reproduction, None, configuration, recorded.key, recorded.over)


def aggregate(result: Result, parts: Sequence[Sample], sample: Sample) -> Sample:
    """A result over other results, seed by seed: only seeds that all parts have give a value.

    Where the statistic is none that can be computed so, no seed does.

    Args:
        result: the aggregate.
        parts: the samples of the results that it is over.
        sample: what is known of its metric.
    """
    method = _AGGREGATE.get(result.statistic)
    seeds = dict.fromkeys(one.seed for part in parts for one in part.seeds)
    return Sample(
        metric=sample.metric,
        seeds=tuple(_aggregated(seed, parts, method) for seed in seeds) if method else (),
        direction=sample.direction,
        unit=sample.unit,
        split=sample.split,
    )


def _columns(runs: Sequence[Run]) -> dict[Key, list[float]]:
    """The values of each metric that each of some runs measured once, and as a number."""
    found: dict[Key, list[float]] = {}
    others: set[Key] = set()
    for place, run in enumerate(runs):
        for one in run.metrics:
            key, value = (one.metric, one.data, one.split), one.value
            column = found.get(key)
            if column is None:
                column = found[key] = []
            # as long as there were runs before, unless one of them lacks it or this one has it twice
            if len(column) == place and one.fold is None and one.status == "ok" and value is not None:
                column.append(value)
            else:
                others.add(key)
    return {key: column for key, column in found.items() if len(column) == len(runs) and key not in others}


def _item(metric: Metric | None) -> float | None:
    """How much one test item changes a metric that counts items."""
    if metric is None or metric.count_of is None:
        return None
    if metric.unit in _ITEMS:
        return 1.0
    return (100.0 if in_percent(metric) else 1.0) / metric.count_of


def in_percent(metric: Metric) -> bool:
    """Whether the values of a metric that is a share are percentages."""
    return metric.unit in _PERCENT or (metric.range is not None and metric.range[1] == 100)


def _aggregated(
    seed: Seed, parts: Sequence[Sample], statistic: Callable[[Sequence[float]], float]
) -> SeedValue:
    values = [part.by_seed[seed] for part in parts if seed in part.by_seed]
    if len(values) < len(parts):
        return SeedValue(seed, None, "no_value")
    return SeedValue(seed, statistic(values))
