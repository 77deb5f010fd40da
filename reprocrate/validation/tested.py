"""What results were measured on, and in which metrics."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Data, Manifest, Metric, Split
from reprocrate.validation.places import numbered
from reprocrate.validation.split_roles import data_of


def tested_data(manifest: Manifest) -> Iterator[tuple[str, Data]]:
    """The data that results of runs or folds are on, weights of models left out, with their places."""
    named = {
        data.id
        for result in manifest.results
        if result.over != "results"
        for data in data_of(manifest, result.data, result.configuration)
    }
    for pointer, data in numbered("/data", manifest.data):
        if data.id in named and data.kind != "model":
            yield pointer, data


def tested_splits(manifest: Manifest) -> Iterator[tuple[str, Data, Split]]:
    """The test splits that results of runs or folds are on."""
    names = {result.split for result in manifest.results if result.over != "results"}
    for pointer, data in tested_data(manifest):
        for place, split in numbered(f"{pointer}/splits", data.splits):
            if split.role == "test" and split.name in names:
                yield place, data, split


def is_divided(data: Data) -> bool:
    """Whether some data has a part to learn from and a part to test on."""
    return {"train", "test"} <= {split.role for split in data.splits}


def reported_metrics(manifest: Manifest) -> Iterator[tuple[str, Metric]]:
    """The metrics that results are of."""
    named = {result.metric for result in manifest.results}
    for pointer, metric in numbered("/metrics", manifest.metrics):
        if metric.id in named:
            yield pointer, metric


def is_argued(manifest: Manifest, kind: str) -> bool:
    """Whether the authors say why a type of leakage does not apply."""
    return any(entry.type == kind for entry in manifest.leakage)
