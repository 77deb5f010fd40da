"""Ids of 1.0 for the names by which parts of a draft refer to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprocrate.manifest.migration.values import Names

Object = dict[str, Any]


class Naming:
    """The ids of everything that a draft names, whether the name leads to something or not.

    Args:
        document: the whole draft.

    Attributes:
        configurations, data, metrics, runs, results: ids by name.
        commands: the command line of a configuration, by its name.
        described: what the draft says of a metric, by its name.
        values: finite values by the id of the run and the name of the metric.
    """

    def __init__(self, document: Object) -> None:
        self.configurations = Names("configuration", _configurations(document))
        self.data = Names("data", _datasets(document))
        self.metrics = Names("metric", _metrics(document))
        self.runs = Names("run", _runs(document))
        self.results = Names("result", _results(document))
        self.commands = {each["name"]: each["command"] for each in document.get("configurations", ())}
        self.values = {
            (run["id"], name): value
            for run in document.get("runs", ())
            for name, value in run.get("metrics", {}).items()
            if not isinstance(value, str)
        }
        self.described = {each["name"]: each for each in document.get("metrics", ())}


def _configurations(document: Object) -> Iterator[str]:
    yield from (each["name"] for each in document.get("configurations", ()))
    yield from (each["configuration"] for each in document.get("runs", ()))
    yield from (each["configuration"] for each in document.get("results", ()) if "configuration" in each)


def _datasets(document: Object) -> Iterator[str]:
    yield from (each["name"] for each in document.get("datasets", ()))
    for each in document.get("configurations", ()):
        yield from each.get("datasets", ())
    yield from (each["dataset"] for each in document.get("metrics", ()) if "dataset" in each)


def _metrics(document: Object) -> Iterator[str]:
    yield from (each["name"] for each in document.get("metrics", ()))
    yield from used_metrics(document)


def used_metrics(document: Object) -> Iterator[str]:
    """Names of metrics that configurations, runs and results speak of, in the order of the manifest."""
    for each in document.get("configurations", ()):
        if "metric" in each.get("tuning", {}):
            yield each["tuning"]["metric"]
    for each in document.get("runs", ()):
        yield from each.get("metrics", {})
    yield from (each["metric"] for each in document.get("results", ()))


def _runs(document: Object) -> Iterator[str]:
    yield from (each["id"] for each in document.get("runs", ()))
    for each in document.get("results", ()):
        yield from each["runs"]
        yield from each.get("excluded", ())


def _results(document: Object) -> Iterator[str]:
    yield from (each["id"] for each in document.get("results", ()))
    for each in document.get("tests", ()):
        yield from (each["first"], each["second"])
    for each in document.get("claims", ()):
        yield from each.get("supports", ())
