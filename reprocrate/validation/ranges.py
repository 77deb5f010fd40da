"""The values that a metric can have."""

from __future__ import annotations

import math

from reprocrate.manifest import Metric

_OF_UNITS = {"fraction": (0.0, 1.0), "percent": (0.0, 100.0)}


def range_of(metric: Metric) -> tuple[float, float]:
    """The smallest and the largest value that a metric can have, by its `range`, else by its unit."""
    bounds = metric.range or _OF_UNITS.get(metric.unit or "")
    low, high = bounds or (None, None)
    return (-math.inf if low is None else low, math.inf if high is None else high)
