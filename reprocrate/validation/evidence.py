"""What results rest on: which runs count, and the values that they left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from reprocrate.manifest import Comparison, Manifest, Metric, Observation, Result, Run

Key = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """The values that a result was computed from.

    Attributes:
        runs: the run of each value; None where results were aggregated.
        values: finite values, in the order of the result's runs.
        silent: runs of the result that left no finite value.
    """

    runs: tuple[Run | None, ...]
    values: tuple[float, ...]
    silent: tuple[str, ...] = ()

    @property
    def seeds(self) -> tuple[int | str | None, ...]:
        """The seed of each value."""
        return tuple(run.seed if run else None for run in self.runs)


class Evidence:
    """The runs and values behind the results of a manifest, looked up once.

    Args:
        manifest: whose results are meant.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._observations: dict[str, dict[Key, list[Observation]]] = {}
        self._samples: dict[str, Sample | None] = {}

    @cached_property
    def counting(self) -> tuple[tuple[int, Run], ...]:
        """Runs that a result rests on, with their places; all that ended well where there is no result."""
        named = {name for result in self._manifest.results for name in result.runs}
        return tuple(
            (index, run)
            for index, run in enumerate(self._manifest.runs)
            if (run.id in named if self._manifest.results else run.status == "ok")
        )

    @cached_property
    def runs_of(self) -> dict[str, list[Run]]:
        """The runs of each configuration."""
        found: dict[str, list[Run]] = {}
        for run in self._manifest.runs:
            found.setdefault(run.configuration, []).append(run)
        return found

    def sample(self, result: Result) -> Sample | None:
        """The values that a result was computed from.

        None where that cannot be told: a run or result that it names is not there, or a run has several
        values and the metric's selection does not say which of them counts.
        """
        if result.id not in self._samples:
            self._samples[result.id] = self._of_results(result) if result.results else self._of_runs(result)
        return self._samples[result.id]

    def samples(self, comparison: Comparison) -> tuple[Sample, Sample] | None:
        """The values of both sides of a comparison, if both can be told."""
        sides = [self._manifest.find_result(name) for name in (comparison.a, comparison.b)]
        found = [self.sample(result) for result in sides if result is not None]
        return (found[0], found[1]) if len(found) == 2 and found[0] and found[1] else None

    def value(self, run: Run, result: Result) -> Observation | None:
        """The observation of a run that counts for a result; None where it left none.

        Raises:
            LookupError: it left several, and it cannot be told which of them counts.
        """
        seen = self._seen(run).get((result.metric, result.data, result.split), [])
        return selected(seen, self._manifest.find_metric(result.metric))

    def _of_runs(self, result: Result) -> Sample | None:
        runs: list[Run] = []
        values: list[float] = []
        silent: list[str] = []
        for name in result.runs:
            run = self._manifest.find_run(name)
            try:
                seen = self.value(run, result) if run else None
            except LookupError:
                return None
            if run is None:
                return None
            if seen is None or seen.value is None:
                silent.append(name)
            else:
                runs.append(run)
                values.append(seen.value)
        return Sample(tuple(runs), tuple(values), tuple(silent))

    def _of_results(self, result: Result) -> Sample | None:
        parts = [self._manifest.find_result(name) for name in result.results]
        values = tuple(part.value for part in parts if part is not None)
        return Sample((None,) * len(values), values) if len(values) == len(parts) else None

    def _seen(self, run: Run) -> dict[Key, list[Observation]]:
        if run.id not in self._observations:
            found: dict[Key, list[Observation]] = {}
            for seen in run.metrics:
                found.setdefault((seen.metric, seen.data, seen.split), []).append(seen)
            self._observations[run.id] = found
        return self._observations[run.id]


def selected(observations: Sequence[Observation], metric: Metric | None) -> Observation | None:
    """Which of a run's values of one metric is reported: the last one, unless the metric says otherwise.

    Raises:
        LookupError: the metric's selection needs what the values do not say.
    """
    if len(observations) <= 1:
        return observations[0] if observations else None
    selection = metric.selection if metric else None
    if selection == "max":
        finite = [seen for seen in observations if seen.value is not None]
        return max(finite, key=lambda seen: seen.value or 0.0) if finite else observations[-1]
    if selection in (None, "last"):
        return max(enumerate(observations), key=lambda pair: (pair[1].step or 0, pair[0]))[1]
    raise LookupError(f"{selection} of several values")


def best(values: Iterable[float], metric: Metric | None) -> float | None:
    """The best of some values; None where the metric has no better or worse."""
    if metric is None or metric.direction not in ("maximize", "minimize"):
        return None
    return max(values) if metric.direction == "maximize" else min(values)
