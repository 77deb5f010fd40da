"""Where the values of metrics stand, by a manifest.

Apart from what assembles a reproduction, which takes longer to import and is needed only after its runs.
"""

from __future__ import annotations

from reprocrate.capture.results.extraction import MetricSource
from reprocrate.capture.results.points import Columns
from reprocrate.manifest import Manifest


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
