"""The manifest's metrics: what was declared of each, and where a rerun finds it."""

from __future__ import annotations

from collections.abc import Sequence

from reprocrate.assembly.measured import metric_sources
from reprocrate.assembly.metric_settings import MetricSettings
from reprocrate.assembly.sections import Section
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.results.metric_sources import MetricSource


def metric_sections(settings: ProjectSettings, runs: Sequence[Section]) -> list[Section]:
    """An entry for each metric that is declared or was measured."""
    names = dict.fromkeys([*settings.metrics, *(seen["metric"] for run in runs for seen in run["metrics"])])
    sources = {source.name: source for source in metric_sources(settings)}
    return [
        {
            "id": name,
            **_declared_metric(settings.metrics.get(name)),
            "source": _metric_source(sources.get(name)),
        }
        for name in names
    ]


def _declared_metric(declared: MetricSettings | None) -> Section:
    if declared is None:
        return {}
    elsewhere = {"source", "stdout", "split", "data", "seed_column", "data_column", "factor_columns"}
    return declared.model_dump(mode="json", exclude_defaults=True, exclude=elsewhere)


def _metric_source(source: MetricSource | None) -> Section | None:
    if source is None or source.is_logged:
        return None
    return {
        "path": source.from_path,
        "json_path": source.json_path,
        "csv_column": source.csv_column,
        "series": source.series,
        "stdout": source.stdout_regex,
        "data": source.data,
        "split": source.split,
        "seed_column": source.columns.seed,
        "data_column": source.columns.data,
        "factor_columns": list(source.columns.factors),
    }
