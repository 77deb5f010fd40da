"""The metric values of a launch: recorded when it ended, or declared since and read from what it left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.factors import named_arguments
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.record import DataFile, Metric, RunRecord, Scalar
from reprocrate.capture.records import RUNS
from reprocrate.capture.results import MetricSource, Written, extract, parse_source
from reprocrate.files import sha256_file


def metric_sources(settings: ProjectSettings) -> list[MetricSource]:
    """Where the declared metrics are to be found.

    Raises:
        UsageError: a place or an expression is wrong.
    """
    return [
        parse_source(name, place=metric.source, stdout=metric.stdout, split=metric.split, data=metric.data)
        for name, metric in settings.metrics.items()
        if metric.source or metric.stdout
    ]


def names_in_paths(
    settings: ProjectSettings, configuration: str, template: Sequence[str], grid: Mapping[str, Scalar]
) -> dict[str, Scalar]:
    """What the names in braces of a metric's path stand for, beside the seed."""
    declared = settings.configurations.get(configuration)
    factors = declared.factors if declared else {}
    return {**named_arguments(template), **factors, **grid, "configuration": configuration}


def measured(
    project: Path, settings: ProjectSettings, group: ConfigurationGroup, record: RunRecord
) -> tuple[Metric, ...]:
    """The metric values of a launch.

    A value that was recorded stands. A metric that was declared only afterwards is read from the launch's
    outputs and its printed text, as long as these are still what it left.
    """
    known = {metric.metric for metric in record.metrics}
    missing = [source for source in metric_sources(settings) if source.name not in known]
    metrics = record.metrics
    if missing and record.status == "ok":
        metrics += extract(missing, _left_by(project, settings, group, record)).metrics
    only = group.settings.data[0] if len(group.settings.data) == 1 else None
    return tuple(replace(metric, data=metric.data or only) for metric in metrics)


def _left_by(
    project: Path, settings: ProjectSettings, group: ConfigurationGroup, record: RunRecord
) -> Written:
    names = names_in_paths(settings, group.id, record.configuration.template, record.configuration.grid)
    return Written(
        project=project,
        outputs=[file.path for file in record.outputs if _is_unchanged(project, file)],
        stdout=project / RUNS / record.id / "stdout.log",
        values={**names, "seed": record.seed},
    )


def _is_unchanged(project: Path, file: DataFile) -> bool:
    place = project / file.path
    return file.root is None and place.is_file() and sha256_file(place).sha256 == file.sha256
