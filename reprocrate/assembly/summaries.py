"""Results over other results: averages over the levels of a factor, and mean ranks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reprocrate import statistics
from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.results import Average, ResultSet
from reprocrate.assembly.sections import Section
from reprocrate.assembly.settings import ProjectSettings, SummarySettings
from reprocrate.errors import UsageError

_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.mean,
    "median": statistics.median,
    "iqm": statistics.iqm,
    "max": max,
    "min": min,
    "mean_rank": statistics.mean,
}
_ALIKE = ("metric", "data", "split", "statistic")
"""What results that are ranked among each other have in common."""


def with_averages(
    settings: ProjectSettings, groups: Sequence[ConfigurationGroup], results: Sequence[Section]
) -> ResultSet:
    """The results together with the `[[summaries]]` over them.

    A summary of fewer than two results is left out: there is nothing to sum up yet.

    Raises:
        UsageError: ranks are asked for in a metric without a direction, or among results of unknown data.
    """
    plain = ResultSet(tuple(results))
    averages = []
    for index, summary in enumerate(settings.summaries):
        _check(f"summaries[{index}]", summary, settings)
        for levels, members in _members(summary, groups, plain):
            if len(members) > 1:
                section = _section(summary, levels, members, plain, settings)
                averages.append(Average(section, summary.over, levels))
    return ResultSet(plain.of_configurations, tuple(averages))


def _members(
    summary: SummarySettings, groups: Sequence[ConfigurationGroup], results: ResultSet
) -> list[tuple[dict[str, Any], list[Section]]]:
    """For each combination of the other factors the results of all levels of the factor."""
    found: list[tuple[dict[str, Any], list[Section]]] = []
    for group in groups:
        result = results.find(group.id, summary.metric, summary.split)
        if result is None or group.level(summary.over) is None:
            continue
        others = group.other_factors(summary.over)
        members = next((each for levels, each in found if levels == others), None)
        if members is None:
            found.append((others, [result]))
        else:
            members.append(result)
    return found


def _section(
    summary: SummarySettings,
    levels: Mapping[str, Any],
    members: Sequence[Section],
    results: ResultSet,
    settings: ProjectSettings,
) -> Section:
    is_ranked = summary.statistic == "mean_rank"
    if is_ranked:
        _check_ranks(summary, members)
    values = [_rank(each, results, settings) if is_ranked else each["value"] for each in members]
    label = "-".join(map(str, levels.values())) or "all"
    name = ".".join([label, summary.metric, f"{summary.statistic}-over-{summary.over}", summary.split or ""])
    return {
        "id": re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._"),
        "configuration": None,
        "metric": summary.metric,
        "data": _common(members, "data"),
        "split": _common(members, "split"),
        "over": "results",
        "statistic": summary.statistic,
        "n": len(values),
        "runs": [],
        "results": [each["id"] for each in members],
        "value": _STATISTICS[summary.statistic](values),
        "minimum": min(values),
        "maximum": max(values),
    }


def _rank(result: Section, results: ResultSet, settings: ProjectSettings) -> float:
    """The place of a result among those of all configurations in the same metric, data and split."""
    rivals = [
        each["value"]
        for each in results.of_configurations
        if all(each.get(name) == result.get(name) for name in _ALIKE)
    ]
    larger_is_better = settings.metrics[result["metric"]].direction == "maximize"
    return statistics.rank(result["value"], rivals, larger_is_better=larger_is_better)


def _check_ranks(summary: SummarySettings, members: Sequence[Section]) -> None:
    """What is ranked has to differ from what it is ranked against by the method, and not by the data."""
    pools = {tuple(each.get(name) for name in _ALIKE) for each in members}
    if len(pools) < len(members):
        raise UsageError(
            f"reprocrate.toml: ranks in {summary.metric} over `{summary.over}` would mix data",
            "nothing says that its results are of different data",
            'Set `data = ["NAME"]` in each of the [configurations]',
        )


def _common(members: Sequence[Section], name: str) -> Any:
    values = {each.get(name) for each in members}
    return next(iter(values)) if len(values) == 1 else None


def _check(place: str, summary: SummarySettings, settings: ProjectSettings) -> None:
    metric = settings.metrics.get(summary.metric)
    if summary.statistic == "mean_rank" and (
        metric is None or metric.direction not in ("maximize", "minimize")
    ):
        raise UsageError(
            f"reprocrate.toml: {place} ranks by the metric `{summary.metric}`",
            "nothing says whether larger or smaller values of it are better",
            f'Set `direction` in `[metrics.{summary.metric}]` to "maximize" or "minimize"',
        )
