"""Results over seeds, computed from the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reprocrate import statistics
from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.sections import Section
from reprocrate.assembly.selection import Selection, reported_value
from reprocrate.assembly.settings import MetricSettings, ProjectSettings


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The results of an experiment, found by configuration and metric."""

    sections: tuple[Section, ...]

    def find(self, configuration: str, metric: str, split: str | None = None) -> Section | None:
        """The result of a configuration in a metric; `split` decides where there are several."""
        return next(
            (
                result
                for result in self.sections
                if result["configuration"] == configuration
                and result["metric"] == metric
                and split in (None, result.get("split"))
            ),
            None,
        )


def make_results(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], selections: Mapping[str, Selection]
) -> ResultSet:
    """One result for each configuration, metric, data and split that any counting run left a value of."""
    sections = []
    for group in groups:
        chosen = selections[group.id]
        keys = dict.fromkeys(
            (seen["metric"], seen.get("data"), seen.get("split"))
            for run in chosen.counting
            for seen in run["metrics"]
        )
        names = [key[0] for key in keys]
        for metric, data, split in keys:
            place = [part for part in (data, split) if part] if names.count(metric) > 1 else []
            identifier = ".".join([group.id, metric, *place])
            declared = settings.metrics.get(metric, MetricSettings())
            section = _result(chosen, (metric, data, split), declared.selection)
            if section:
                sections.append({"id": identifier, "configuration": group.id, **section})
    return ResultSet(tuple(sections))


def _result(
    chosen: Selection, key: tuple[str, str | None, str | None], selection: str | None
) -> Section | None:
    values: list[tuple[str, float]] = []
    excluded = list(chosen.excluded)
    for run in chosen.counting:
        seen = reported_value(
            [each for each in run["metrics"] if (each["metric"], each.get("data"), each.get("split")) == key],
            selection,
        )
        if seen is None:
            excluded.append((run["id"], "no_value"))
        elif seen["value"] is None:
            excluded.append((run["id"], "not_finite"))
        else:
            values.append((run["id"], seen["value"]))
    if not values:
        return None
    return {
        "metric": key[0],
        "data": key[1],
        "split": key[2],
        "over": "runs",
        "runs": [run for run, _ in values],
        "excluded": [{"run": run, "reason": reason} for run, reason in sorted(excluded)],
        **_spread([value for _, value in values]),
    }


def _spread(values: Sequence[float]) -> Section:
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
        "varies_over": "seeds",
    }
    return section | {"interval": interval_section(summary.interval)} if summary.interval else section


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
