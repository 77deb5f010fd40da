"""Results over seeds and over folds, computed from the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reprocrate import statistics
from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.metric_settings import MetricSettings
from reprocrate.assembly.sections import Section
from reprocrate.assembly.selection import Selection, reported_value
from reprocrate.assembly.settings import ProjectSettings

Key = tuple[str, str | None, str | None]
"""Metric, data and split of a value."""


@dataclass(frozen=True, slots=True)
class Average:
    """A result over the results of one factor's levels.

    Attributes:
        section: the manifest's entry.
        over: the factor.
        levels: what the other factors are.
    """

    section: Section
    over: str
    levels: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The results of an experiment: those of configurations, found by metric, and the averages over them."""

    of_configurations: tuple[Section, ...]
    averages: tuple[Average, ...] = ()

    @property
    def sections(self) -> list[Section]:
        """All of them, as entries of the manifest."""
        return [*self.of_configurations, *(average.section for average in self.averages)]

    def find(
        self, configuration: str, metric: str, split: str | None = None, over: str | None = None
    ) -> Section | None:
        """The result of a configuration in a metric; `split` and `over` decide where there are several."""
        return next(
            (
                result
                for result in self.of_configurations
                if result["configuration"] == configuration
                and result["metric"] == metric
                and split in (None, result.get("split"))
                and over in (None, result["over"])
            ),
            None,
        )


def make_results(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], selections: Mapping[str, Selection]
) -> tuple[Section, ...]:
    """One result for each configuration, metric, data and split that any counting run left a value of.

    Values of folds make a result over folds; where there are others too, it is one of its own.
    """
    sections = []
    for group in groups:
        if not group.makes_results:
            continue
        chosen = selections[group.id]
        keys = dict.fromkeys(
            (_key(seen), "runs" if seen.get("fold") is None else "folds")
            for run in chosen.counting
            for seen in run["metrics"]
        )
        names = [key[0] for key, _ in keys]
        for key, over in keys:
            place = [part for part in key[1:] if part] if names.count(key[0]) > 1 else []
            place += [over] if over == "folds" and (key, "runs") in keys else []
            identifier = ".".join([group.id, key[0], *place])
            section = _result(chosen, key, over, settings.metrics.get(key[0], MetricSettings()))
            if section:
                sections.append({"id": identifier, "configuration": group.id, **section})
    return tuple(sections)


def values_of(run: Mapping[str, Any], key: Key, over: str, metric: MetricSettings) -> list[Mapping[str, Any]]:
    """The observations of a run that count for a result over runs, one at most, or over folds."""
    seen = [each for each in run["metrics"] if _key(each) == key]
    if over == "folds":
        return [each for each in seen if each.get("fold") is not None]
    plain = [each for each in seen if each.get("fold") is None]
    reported = reported_value(plain, metric.selection, metric.last_k)
    return [] if reported is None else [reported]


def _key(seen: Mapping[str, Any]) -> Key:
    return seen["metric"], seen.get("data"), seen.get("split")


def _result(chosen: Selection, key: Key, over: str, metric: MetricSettings) -> Section | None:
    runs: list[str] = []
    values: list[float] = []
    excluded = list(chosen.excluded)
    for run in chosen.counting:
        seen = values_of(run, key, over, metric)
        finite = [each["value"] for each in seen if each["value"] is not None]
        if finite:
            runs.append(run["id"])
            values += finite
        else:
            excluded.append((run["id"], "not_finite" if seen else "no_value"))
    if not values:
        return None
    return {
        "metric": key[0],
        "data": key[1],
        "split": key[2],
        "over": over,
        "runs": runs,
        "excluded": [{"run": run, "reason": reason} for run, reason in sorted(excluded)],
        **_spread(values, over),
    }


def _spread(values: Sequence[float], over: str) -> Section:
    """The numbers of a result.

    Over folds there is no interval: folds share training data, so that no unbiased estimate of the variance
    of their mean exists (Bengio and Grandvalet 2004), and Student's t would promise too much.
    """
    if len(values) == 1:
        return {"statistic": "single", "n": 1, "value": values[0]}
    summary = statistics.summarise(values)
    section = {
        "statistic": "mean",
        "n": summary.n,
        "value": summary.mean,
        "sd": summary.sd,
        "ddof": summary.ddof,
        "minimum": summary.min,
        "maximum": summary.max,
        "varies_over": "seeds" if over == "runs" else "folds",
    }
    if over == "folds" or summary.interval is None:
        return section
    return section | {"interval": interval_section(summary.interval)}


def interval_section(interval: statistics.Interval) -> Section:
    """The manifest's form of an interval over seeds."""
    return {
        "kind": interval.kind,
        "level": interval.level,
        "low": interval.low,
        "high": interval.high,
        "method": interval.method,
        "varies_over": "seeds",
    }
