"""What the reader of an experiment wants of its rerun."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.compare import Margin


@dataclass(frozen=True, slots=True)
class RerunChoice:
    """What the reader wants.

    Attributes:
        depth: `logs`, `smoke` or `full`.
        seeds: only these of the recorded seeds, as a list such as `0-2`.
        margins: the reader's own margins, as `METRIC=VALUE`.
        data: data that the reader has, as `NAME=PATH`.
        allow_address: hosts that may be asked although they are private.
    """

    depth: str = "full"
    seeds: str | None = None
    margins: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    allow_address: tuple[str, ...] = ()


def require_metrics(manifest: Manifest, margins: Mapping[str, Margin]) -> None:
    """A misspelt metric must not leave the reader's margin without effect."""
    known = [metric.id for metric in manifest.metrics]
    for name in margins:
        if name not in known:
            raise UsageError(
                f"--margin names the metric `{name}`",
                "the experiment has none of that name",
                f"Known: {', '.join(known) or 'none'}",
            )


def margins_of(texts: tuple[str, ...]) -> dict[str, Margin]:
    """The reader's own margins by metric.

    Raises:
        UsageError: one is not `METRIC=VALUE`, or the value is no finite number of at least 0, or two of them
            are for one metric.
    """
    margins: dict[str, Any] = {}
    for text in texts:
        metric, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            raise UsageError(
                f'--margin "{text}" is not METRIC=VALUE', fix="For example: accuracy=0.01"
            ) from None
        if not 0.0 <= number < math.inf:
            raise UsageError(
                f'--margin "{text}" is no margin',
                "it is the largest difference without importance, a finite number of at least 0",
                "For example: accuracy=0.01",
            )
        if metric in margins:
            raise UsageError(f"--margin is given twice for `{metric}`", fix="Give it once for each metric")
        margins[metric] = Margin("absolute", number, "reader")
    return margins
