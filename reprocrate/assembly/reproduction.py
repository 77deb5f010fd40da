"""A reproduction is assembled like any project; what its author would declare comes from the original."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.record import RunRecord
from reprocrate.capture.results.extraction import MetricSource
from reprocrate.capture.results.points import Columns
from reprocrate.manifest import Manifest, Reproduction

_KEPT_OF_METRICS = {"name", "direction", "range", "unit", "definition", "count_of", "selection", "last_k"}


def assemble_reproduction(
    original: Manifest, project: Path, records: Sequence[RunRecord], reproduces: Reproduction
) -> Manifest:
    """The manifest of a rerun: its own runs and results, under the original's names.

    Args:
        original: the experiment that was rerun.
        project: the folder that the rerun worked in.
        records: the rerun's launches.
        reproduces: which bundle it reproduces, and how deeply.
    """
    manifest = assemble(project, settings_of(original), records)
    return manifest.model_copy(update={"reproduces": reproduces})


def settings_of(original: Manifest) -> ProjectSettings:
    """What of an experiment's settings decides how runs are told apart and read."""
    return ProjectSettings.model_validate(
        {
            "experiment": {"title": f"Rerun of: {original.experiment.title}"},
            "data": {
                data.id: {
                    "files": [file.path for file in data.files if not (file.root or data.root)],
                    **data.model_dump(mode="json", exclude_defaults=True, include={"access"}),
                }
                for data in original.data
            },
            "metrics": {
                metric.id: metric.model_dump(mode="json", exclude_defaults=True, include=_KEPT_OF_METRICS)
                for metric in original.metrics
            },
            "configurations": {
                each.id: each.model_dump(
                    mode="json", exclude_defaults=True, include={"role", "factors", "data"}
                )
                for each in original.configurations
            },
            "determinism": _determinism(original),
        }
    )


def sources_of(original: Manifest) -> tuple[MetricSource, ...]:
    """Where a run of the experiment leaves the values of its metrics."""
    return tuple(
        MetricSource(
            metric.id,
            from_path=metric.source.path,
            json_path=metric.source.json_path,
            csv_column=metric.source.csv_column,
            series=metric.source.series,
            stdout_regex=metric.source.stdout,
            split=metric.source.split,
            data=metric.source.data,
            selection=metric.selection,
            last_k=metric.last_k,
            columns=Columns(
                metric.source.seed_column, metric.source.data_column, metric.source.factor_columns
            ),
        )
        for metric in original.metrics
        if metric.source
    )


def _determinism(original: Manifest) -> dict[str, Any]:
    found = original.determinism
    paired = found.seeds_pair_randomness if found else None
    return {} if paired is None else {"seeds_pair_randomness": paired}
