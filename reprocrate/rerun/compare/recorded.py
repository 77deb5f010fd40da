"""From the runs of a manifest to samples: what each seed gave, the seeds without a value included."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reprocrate.assembly.selection import reported_value
from reprocrate.manifest import Configuration, Manifest, Metric, Result, Run
from reprocrate.rerun.compare.samples import Direction, Sample, Seed, SeedValue
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


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Where a manifest holds the values of a result of the original.

    Attributes:
        manifest: the original itself, or the rerun's record.
        result: the result there; `None` where the rerun left no value at all.
        configuration: the configuration there; `None` where there is none.
        key: metric, data and split of the values.
        over: what the original's result is over. Over folds each run counts with the mean of its folds: they
            share training data, and so are no independent values.
    """

    manifest: Manifest
    result: Result | None
    configuration: Configuration | None
    key: tuple[str, str | None, str | None]
    over: str = "runs"

    @property
    def runs(self) -> tuple[Run, ...]:
        """One run for each seed: those of the result, then those that left no value."""
        if self.result is None:
            return tuple(_newest_of_each_seed(self.manifest, self.configuration))
        counting = [run for name in self.result.runs if (run := self.manifest.find_run(name))]
        seeds = {run.seed for run in counting}
        excluded: dict[int | str | None, Run] = {}
        for one in self.result.excluded:
            run = self.manifest.find_run(one.run)
            if run and one.reason in _WITHOUT_VALUE and run.seed not in seeds:
                excluded[run.seed] = run
        return (*counting, *excluded.values())

    def sample(self) -> Sample:
        """The values of its runs by seed."""
        metric = self.manifest.find_metric(self.key[0])
        return Sample(
            metric=self.key[0],
            seeds=tuple(self._value(run, metric) for run in self.runs),
            direction=_DIRECTION.get(metric.direction) if metric and metric.direction else None,
            unit=metric.unit if metric else None,
            split=self.key[2],
            item=_item(metric),
        )

    def _value(self, run: Run, metric: Metric | None) -> SeedValue:
        seed = None if run.seed is None else str(run.seed)
        if run.status != "ok":
            return SeedValue(seed, None, run.status, run.killed_because or "")
        observed = [one for one in run.metrics if (one.metric, one.data, one.split) == self.key]
        if self.over == "folds":
            values = [one.value for one in observed if one.fold is not None]
            known = [value for value in values if value is not None]
            if not values or len(known) < len(values):
                return SeedValue(seed, None, "no_value")
            return SeedValue(seed, mean(known))
        plain = [one.model_dump() for one in observed if one.fold is None]
        selection, last_k = (metric.selection, metric.last_k) if metric else (None, None)
        seen = reported_value(plain, selection, last_k)
        if seen is None:
            return SeedValue(seed, None, "no_value")
        return SeedValue(seed, seen["value"], seen["status"])


def recorded_in(original: Manifest, result: Result) -> Counterpart:
    """The original's own values of a result."""
    key = (result.metric, result.data, result.split)
    return Counterpart(original, result, original.find_configuration(result.configuration), key, result.over)


def results_by_place(manifest: Manifest) -> ResultsByPlace:
    """The results over runs of a manifest by configuration and metric."""
    found: dict[tuple[str | None, str], list[Result]] = {}
    for one in manifest.results:
        if one.over != "results":
            found.setdefault((one.configuration, one.metric), []).append(one)
    return found


def found_in(reproduction: Manifest, results: ResultsByPlace, recorded: Counterpart) -> Counterpart:
    """The rerun's values of the same metric, data and split of the same configuration.

    Where it has the metric on other data or another split only, these: that the two cannot be compared is
    then the verdict, and not that there is no value.

    Args:
        reproduction: the manifest of the rerun.
        results: its results by place.
        recorded: where the original's values are.
    """
    configuration = _same_configuration(reproduction, recorded.configuration)
    if configuration is None:
        return Counterpart(reproduction, None, None, recorded.key, recorded.over)
    found = results.get((configuration.id, recorded.key[0]), [])
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


def data_digests(recorded: Counterpart, found: Counterpart) -> tuple[str | None, str | None]:
    """Digests of the data on both sides, over the files that both name, wherever these lie.

    Generated data is left out: it follows from the rest, and may hold times. `None` where nothing is common.
    """
    then, now = dict(_data_files(recorded)), dict(_data_files(found))
    common = sorted(then.keys() & now.keys())
    if not common:
        return None, None
    digests = ["\n".join(f"{side[path]}  {path}" for path in common) for side in (then, now)]
    first, second = (hashlib.sha256(text.encode()).hexdigest() for text in digests)
    return first, second


def changed_code(recorded: Counterpart, found: Counterpart) -> tuple[str, ...]:
    """Code files that both sides ran and that are not the same."""
    then, now = dict(_code_files(recorded)), dict(_code_files(found))
    return tuple(sorted(path for path in then.keys() & now.keys() if then[path] != now[path]))


def _same_configuration(manifest: Manifest, wanted: Configuration | None) -> Configuration | None:
    """The configuration of the same id; else the one of the same name, else the one that runs the same."""
    if wanted is None:
        return None
    same_name = [one for one in manifest.configurations if one.label == wanted.label]
    ran = (wanted.command, wanted.working_directory)
    same_command = [one for one in manifest.configurations if (one.command, one.working_directory) == ran]
    return manifest.find_configuration(wanted.id) or next(iter([*same_name, *same_command]), None)


def _newest_of_each_seed(manifest: Manifest, configuration: Configuration | None) -> Iterable[Run]:
    """For each seed its newest run that ended well, else its newest run."""
    newest: dict[int | str | None, Run] = {}
    runs = [run for run in manifest.runs if configuration and run.configuration == configuration.id]
    for run in sorted(runs, key=lambda one: (one.status == "ok", one.started or "", one.id)):
        newest[run.seed] = run
    return newest.values()


def _item(metric: Metric | None) -> float | None:
    """How much one test item changes a metric that counts items."""
    if metric is None or metric.count_of is None:
        return None
    if metric.unit in _ITEMS:
        return 1.0
    in_percent = metric.unit in _PERCENT or (metric.range is not None and metric.range[1] == 100)
    return (100.0 if in_percent else 1.0) / metric.count_of


def _aggregated(
    seed: Seed, parts: Sequence[Sample], statistic: Callable[[Sequence[float]], float]
) -> SeedValue:
    values = [part.by_seed[seed] for part in parts if seed in part.by_seed]
    if len(values) < len(parts):
        return SeedValue(seed, None, "no_value")
    return SeedValue(seed, statistic(values))


def _data_files(side: Counterpart) -> Iterator[tuple[str, str]]:
    named = (side.key[1],) if side.manifest.find_data(side.key[1]) else ()
    read = side.configuration.data if side.configuration else ()
    for data in map(side.manifest.find_data, named or read):
        if data is not None and data.origin != "generated":
            yield from ((file.path, file.sha256) for file in data.files if file.sha256)


def _code_files(side: Counterpart) -> Iterator[tuple[str, str]]:
    code = side.manifest.find_code(side.configuration.code) if side.configuration else None
    for file in code.files if code else ():
        if file.sha256:
            yield file.path, file.sha256
