"""What a manifest says of settings in words: hyper-parameters, arguments, steps and definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reprocrate.manifest import Configuration, Data, Manifest, Metric


def of_configuration(configuration: Configuration) -> Iterator[str]:
    """Names and texts of its hyper-parameters and factors, and the names and values of its arguments."""
    yield from _named(configuration.hyperparameters)
    yield from _named(configuration.factors)
    yield from of_command(configuration.command)


def of_command(command: Iterable[str]) -> Iterator[str]:
    """What a command is told: each argument behind the first, and both sides of a `name=value`."""
    for part in list(command)[1:]:
        name, equals, value = part.partition("=")
        yield from (name, value) if equals else (part,)


def of_preprocessing(data: Data) -> Iterator[str]:
    """The steps of some data, with names and texts of their parameters."""
    for step in data.preprocessing:
        yield step.step
        yield from _named(step.parameters)


def of_metric(manifest: Manifest, metric: Metric | None) -> Iterator[str]:
    """What says how a metric is measured: its definition, and all settings of the configurations."""
    if metric and metric.definition:
        yield metric.definition
    for configuration in manifest.configurations:
        yield from of_configuration(configuration)


def _named(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        yield name
        if isinstance(value, str):
            yield value
