"""The metric values of a launch: recorded when it ended, or declared since and read from what it left."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from reprocrate.assembly.configurations import ConfigurationGroup
from reprocrate.assembly.factors import named_arguments
from reprocrate.assembly.metric_settings import MetricSettings
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.data.digests import digests_of_project
from reprocrate.capture.privacy.scrubber import scrubber
from reprocrate.capture.ranks.notebooks import LOG_NAME
from reprocrate.capture.record import DataFile, Metric, RunRecord, Scalar, StoredFile
from reprocrate.capture.records import RUNS
from reprocrate.capture.results.extraction import Written, extract
from reprocrate.capture.results.hydra import OVERRIDES
from reprocrate.capture.results.metric_sources import MetricSource, with_place
from reprocrate.capture.results.points import Columns
from reprocrate.capture.seeds.notation import substituted
from reprocrate.files import place_of

_CELLS = f"/{LOG_NAME}"
_BRACES = re.compile(r"\{[^{}]*\}")
_BESIDE = (f"*/{OVERRIDES}", "*/params/*")
"""Files that say to which run of a launch the values in others belong."""


def metric_sources(settings: ProjectSettings) -> list[MetricSource]:
    """Where the declared metrics are to be found.

    Raises:
        UsageError: a place or an expression is wrong.
    """
    return [_source(name, metric) for name, metric in settings.metrics.items()]


def _source(name: str, metric: MetricSettings) -> MetricSource:
    """Where one metric is to be found; without a place, in what the program reports by itself."""
    source = MetricSource(
        name,
        split=metric.split,
        data=metric.data,
        selection=metric.selection,
        last_k=metric.last_k,
        columns=Columns(metric.seed_column, metric.data_column, metric.factor_columns),
    )
    if not metric.source and not metric.stdout:
        return source
    return with_place(source, metric.source, metric.stdout)


def names_in_paths(group: ConfigurationGroup, record: RunRecord) -> dict[str, Scalar]:
    """What the names in braces of a metric's path stand for, beside the seed."""
    launched = record.configuration
    declared = group.settings.factors
    return {
        **named_arguments(launched.template),
        **declared,
        **launched.grid,
        "configuration": group.id,
    }


def measured(
    project: Path, settings: ProjectSettings, group: ConfigurationGroup, record: RunRecord
) -> tuple[Metric, ...]:
    """The metric values of a launch.

    What is declared now holds, also for launches that ended before: a value is read from the launch's outputs
    and its printed text, as long as these are still what it left; else the value that was recorded stands.
    Its data and split are the declared ones, so that launches before and after an edit of the settings
    belong together.
    """
    sources = {source.name: source for source in metric_sources(settings)}
    metrics = record.metrics
    if sources and record.status == "ok":
        hide = scrubber(project, project, os.environ).line
        left = _left_by(project, settings, group, record)
        found = [_as_recorded(one, metrics) for one in extract([*sources.values()], left, hide).metrics]
        names = {metric.metric for metric in found}
        metrics = (*(metric for metric in metrics if metric.metric not in names), *found)
    only = group.settings.data[0] if len(group.settings.data) == 1 else None
    labelled = [_relabelled(metric, sources.get(metric.metric)) for metric in metrics]
    return tuple(replace(metric, data=metric.data or only) for metric in labelled)


def kinds_of_outputs(
    settings: ProjectSettings, group: ConfigurationGroup, record: RunRecord
) -> dict[str, str]:
    """What files that a launch wrote are, by path, as far as `[files]` says so.

    A run has one file of `histories` and of `predictions`. Where the name stands for several, it cannot be
    told which one is meant, and they stay outputs.
    """
    names = names_in_paths(group, record)
    values = {**names, "seed": record.given_seed}
    paths = [file.path for file in record.outputs if file.root is None]
    kinds: dict[str, str] = {}
    for place in settings.files.checkpoints:
        kinds |= dict.fromkeys(_matching(place, values, paths), "checkpoints")
    named = {"histories": settings.files.histories, "predictions": settings.files.predictions}
    for kind, pattern in named.items():
        found = _matching(pattern, values, paths) if pattern else []
        if len(found) == 1:
            kinds[found[0]] = kind
    return kinds


def _matching(place: str, values: Mapping[str, Scalar | None], paths: Sequence[str]) -> list[str]:
    known = {name: value for name, value in values.items() if value is not None}
    wanted = _BRACES.sub("*", substituted(place, known).removeprefix("./"))
    return [path for path in paths if path == wanted or fnmatchcase(path, wanted)]


def _as_recorded(metric: Metric, recorded: Sequence[Metric]) -> Metric:
    """The recorded value, where it is the same: its evidence was made free of names where it was read."""
    bare = replace(metric, evidence=None)
    return next((one for one in recorded if replace(one, evidence=None) == bare), metric)


def _relabelled(metric: Metric, source: MetricSource | None) -> Metric:
    """A value with the declared data and split; its own ones only where it is said that it has some."""
    if source is None:
        return metric
    data = source.data or (metric.data if source.is_logged or source.columns.data else None)
    return replace(metric, data=data, split=source.split or (metric.split if source.is_logged else None))


def _left_by(
    project: Path, settings: ProjectSettings, group: ConfigurationGroup, record: RunRecord
) -> Written:
    names = names_in_paths(group, record) | {"seed": record.given_seed}
    places = [source.from_path for source in metric_sources(settings) if source.from_path]
    endings = {f"*{_BRACES.sub('*', PurePosixPath(place).suffix)}" for place in places}
    logs = [DataFile(log.path, None, log.size, log.sha256) for log in _own_logs(record)]
    candidates = [
        file
        for file in (*record.outputs, *logs)
        if any(fnmatchcase(file.path, each) for each in (*endings, *_BESIDE))
    ]
    *earlier, last = [project / log.path for log in logs] or [project / RUNS / record.id / "stdout.log"]
    return Written(
        project=project,
        outputs=[file.path for file in candidates if _is_unchanged(project, file)],
        stdout=last,
        values={name: value for name, value in names.items() if value is not None},
        earlier=(*earlier, *(project / log.path for log in record.logs if log.path.endswith(_CELLS))),
        logged=project / RUNS / record.id,
        began=datetime.fromisoformat(record.started).timestamp() if record.started else None,
    )


def _own_logs(record: RunRecord) -> list[StoredFile]:
    """Logs that the launcher of a declared run wrote; those of a recorded launch are a copy of its output."""
    return [log for log in record.logs if not log.path.startswith(f"{RUNS}/")]


def _is_unchanged(project: Path, file: DataFile) -> bool:
    place = place_of(project, file.path)
    if file.root is not None or not place.is_file():
        return False
    return digests_of_project(project).of(place).sha256 == file.sha256
