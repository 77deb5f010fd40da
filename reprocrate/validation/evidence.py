"""What results rest on: which runs count, and the values that they left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import NamedTuple

from reprocrate import statistics
from reprocrate.manifest import Comparison, Manifest, Metric, Observation, Result, Run
from reprocrate.validation.places import numbered

Key = tuple[str, str | None, str | None]
"""A metric, the data and the split."""

Left = Mapping[Key, list[Observation]]
"""What a run left, by what it is of."""


SPREADS_OF_VALUES = (None, "seeds", "folds")
"""What a spread varies over where it is that of the values; test items and resamples are elsewhere."""


class Sample(NamedTuple):
    """The values that a result was computed from.

    Attributes:
        runs: the run of each value; None where results were aggregated.
        values: finite values, in the order of the result's runs; of a mean rank, the ranks.
        silent: runs of the result that left no finite value.
        folds: the fold of each value of a result over folds.
    """

    runs: tuple[Run | None, ...]
    values: tuple[float, ...]
    silent: tuple[str, ...] = ()
    folds: tuple[int, ...] = ()

    @property
    def seeds(self) -> tuple[int | str | None, ...]:
        """The seed of each value, with its fold where it has one: what pairs it with another result's."""
        seeds = tuple(run.seed if run else None for run in self.runs)
        if not self.folds:
            return seeds
        return tuple(f"{seed} fold {fold}" for seed, fold in zip(seeds, self.folds, strict=True))

    def partners_in(self, other: Sample) -> list[float] | None:
        """The value of another result for each of these, by seed and fold; None where they do not pair."""
        seeds, others = ([*map(str, each.seeds)] for each in (self, other))
        by_seed = dict(zip(others, other.values, strict=True))
        if None in self.seeds or len(by_seed) != len(seeds) or sorted(seeds) != sorted(others):
            return None
        return [by_seed[seed] for seed in seeds]


class Listed:
    """What a list of names of runs stands for; hundreds of results may have the same one.

    Attributes:
        runs: the run of each name; None where it is not there.
        left: what each of them left.
    """

    def __init__(self, runs: tuple[Run | None, ...], left: tuple[Left, ...]) -> None:
        self.runs = runs
        self.left = left

    @cached_property
    def there(self) -> tuple[Run, ...]:
        """The runs that are there."""
        return tuple(run for run in self.runs if run)

    @cached_property
    def configurations(self) -> frozenset[str]:
        """Those that the runs are of."""
        return frozenset(run.configuration for run in self.there)

    @cached_property
    def differ_in_seeds(self) -> bool:
        """Whether no two of the runs have the same seed."""
        seeds = {run.id: str(run.seed) for run in self.there if run.seed is not None}
        return len(set(seeds.values())) == len(seeds)


class Evidence:
    """The runs and values behind the results of a manifest, looked up once.

    Args:
        manifest: whose results are meant.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._left: dict[str, Left] = {}
        self._listed: dict[tuple[str, ...], Listed] = {}
        self._samples: dict[int, tuple[Result, Sample | None]] = {}

    def listed(self, names: tuple[str, ...]) -> Listed:
        """The runs that a result lists, and what they left."""
        found = self._listed.get(names)
        if found is None:
            runs = tuple(map(self._manifest.find_run, names))
            left = tuple(self._left_by(run) if run else {} for run in runs)
            found = self._listed[names] = Listed(runs, left)
        return found

    @cached_property
    def named(self) -> dict[str, Run]:
        """The runs that any result lists as one that it rests on, by name, as far as they are there."""
        names = set[str]().union(*(result.runs for result in self._manifest.results))
        return {run.id: run for run in reversed(self._manifest.runs) if run.id in names}

    def entries_of(self, names: Set[str]) -> Iterator[tuple[str, Result, str]]:
        """Each entry in `runs` of a result that is one of some names: its place, the result, and the name."""
        for pointer, result in numbered("/results", self._manifest.results if names else ()):
            if not names.isdisjoint(result.runs):
                for place, name in numbered(f"{pointer}/runs", result.runs):
                    if name in names:
                        yield place, result, name

    @cached_property
    def counting(self) -> tuple[tuple[int, Run], ...]:
        """Runs that a result rests on, with their places; all that ended well where there is no result."""
        return tuple(
            (index, run)
            for index, run in enumerate(self._manifest.runs)
            if (self.named.get(run.id) is run if self._manifest.results else run.status == "ok")
        )

    @cached_property
    def runs_of(self) -> dict[str, list[Run]]:
        """The runs of each configuration."""
        found: dict[str, list[Run]] = {}
        for run in self._manifest.runs:
            found.setdefault(run.configuration, []).append(run)
        return found

    @cached_property
    def names_of(self) -> dict[str, frozenset[str]]:
        """The names of the runs of each configuration."""
        return {name: frozenset(run.id for run in runs) for name, runs in self.runs_of.items()}

    def sample(self, result: Result) -> Sample | None:
        """The values that a result was computed from.

        None where that cannot be told: it lists nothing that it is over, a run or result that it names is not
        there, a run has several values and the metric's selection does not say which of them counts, or what
        is ranked cannot be ranked.
        """
        known = self._samples.get(id(result))  # and not by its name, which another one may have, too
        if known is None:
            known = self._samples[id(result)] = (result, self._sample(result))
        return known[1]

    def samples(self, comparison: Comparison) -> tuple[Sample, Sample] | None:
        """The values of both sides of a comparison, if both can be told."""
        sides = [self._manifest.find_result(name) for name in (comparison.a, comparison.b)]
        found = [self.sample(result) for result in sides if result is not None]
        return (found[0], found[1]) if len(found) == 2 and found[0] and found[1] else None

    def value(self, run: Run, result: Result) -> Observation | None:
        """What a run reports for a result over runs; None where it left nothing.

        Raises:
            LookupError: it left several values, and it cannot be told which of them count.
        """
        left = self._left_by(run).get(_key(result), ())
        return _whole(left, self._manifest.find_metric(result.metric))

    def rank(self, result: Result) -> float | None:
        """The place of a result over runs or folds among those of all configurations on the same data.

        These are all results over runs or folds of the manifest with the same metric, data, split and
        statistic. None where the metric's direction does not say which values are better.
        """
        metric = self._manifest.find_metric(result.metric)
        if result.over == "results" or metric is None or metric.direction not in ("maximize", "minimize"):
            return None
        rivals = [each.value for each in self._of_key[_key(result)] if each.statistic == result.statistic]
        return statistics.rank(result.value, rivals, larger_is_better=metric.direction == "maximize")

    @cached_property
    def _of_key(self) -> dict[Key, list[Result]]:
        """The results over runs or folds, by metric, data and split."""
        found: dict[Key, list[Result]] = {}
        for result in self._manifest.results:
            if result.over != "results":
                found.setdefault(_key(result), []).append(result)
        return found

    def _sample(self, result: Result) -> Sample | None:
        if result.over == "results":
            return self._of_results(result) if result.results else None
        if not result.runs:
            return None
        return self._of_folds(result) if result.over == "folds" else self._of_runs(result)

    def _of_runs(self, result: Result) -> Sample | None:
        listed = self.listed(result.runs)
        metric = self._manifest.find_metric(result.metric)
        values: list[float | None] = []
        for run, left in zip(listed.runs, self.left(result), strict=True):
            if run is None:
                return None
            if len(left) == 1 and left[0].fold is None:  # almost always
                values.append(left[0].value)
                continue
            try:
                seen = _whole(left, metric)
            except LookupError:
                return None
            values.append(seen.value if seen else None)
        finite = tuple(value for value in values if value is not None)
        if len(finite) == len(values):
            return Sample(listed.runs, finite)
        runs = tuple(run for run, value in zip(listed.runs, values, strict=True) if value is not None)
        silent = tuple(name for name, value in zip(result.runs, values, strict=True) if value is None)
        return Sample(runs, finite, silent)

    def _of_folds(self, result: Result) -> Sample | None:
        listed = self.listed(result.runs)
        runs: list[Run] = []
        seen: list[Observation] = []
        silent: list[str] = []
        for run, left in zip(listed.runs, self.left(result), strict=True):
            if run is None:
                return None
            finite = [each for each in left if each.fold is not None and each.value is not None]
            runs += [run] * len(finite)
            seen += finite
            silent += [] if finite else [run.id]
        values = tuple(each.value for each in seen if each.value is not None)
        folds = tuple(each.fold for each in seen if each.fold is not None)
        return Sample(tuple(runs), values, tuple(silent), folds)

    def _of_results(self, result: Result) -> Sample | None:
        parts = [self._manifest.find_result(name) for name in result.results]
        is_ranked = result.statistic == "mean_rank"
        found = [(self.rank(part) if is_ranked else part.value) if part else None for part in parts]
        values = tuple(value for value in found if value is not None)
        return Sample((None,) * len(values), values) if len(values) == len(parts) else None

    def left(self, result: Result) -> list[Sequence[Observation]]:
        """What each of the runs that a result lists left in its metric, data and split."""
        key = _key(result)
        return [left.get(key, ()) for left in self.listed(result.runs).left]

    @cached_property
    def longest(self) -> int:
        """How many values of one thing a run left that a result rests on, where it left most."""
        left = (values for run in self.named.values() for values in self._left_by(run).values())
        return max(map(len, left), default=0)

    def _left_by(self, run: Run) -> Left:
        """What a run left."""
        if run.id not in self._left:
            found: dict[Key, list[Observation]] = {}
            for seen in run.metrics:
                found.setdefault((seen.metric, seen.data, seen.split), []).append(seen)
            self._left[run.id] = found
        return self._left[run.id]


def _key(result: Result) -> Key:
    """What a result is of."""
    return result.metric, result.data, result.split


def _whole(left: Sequence[Observation], metric: Metric | None) -> Observation | None:
    """What a run reports of values that it left, those of folds aside.

    Raises:
        LookupError: there are several, and it cannot be told which of them count.
    """
    return selected([each for each in left if each.fold is None], metric)


def selected(observations: Sequence[Observation], metric: Metric | None) -> Observation | None:
    """What a run reports of its values of one metric: the last one, unless the metric says otherwise.

    Where several count together, their mean at the last of their steps; it is null, with the status of the
    last that is not finite, where one of them is.

    Raises:
        LookupError: the metric's selection needs what the values do not say.
    """
    if len(observations) <= 1:  # a single value counts, whatever the selection
        return observations[0] if observations else None
    points = [(seen.step, seen.value) for seen in observations]
    selection, last_k = (metric.selection, metric.last_k) if metric else (None, None)
    chosen = [observations[place] for place in statistics.counting(points, selection, last_k)]
    values = [seen.value for seen in chosen if seen.value is not None]
    if len(values) < len(chosen):
        return next(seen for seen in reversed(chosen) if seen.value is None)
    return chosen[-1].model_copy(update={"value": statistics.mean(values)}) if chosen[1:] else chosen[0]


def best(values: Iterable[float], metric: Metric | None) -> float | None:
    """The best of some values; None where the metric has no better or worse."""
    if metric is None or metric.direction not in ("maximize", "minimize"):
        return None
    return max(values) if metric.direction == "maximize" else min(values)
