"""The values that a metric can have."""

from __future__ import annotations

import math

from reprocrate.manifest import Metric

OF_UNITS = {"fraction": (0.0, 1.0), "percent": (0.0, 100.0)}
"""The values that a metric with one of these units can have."""


def range_of(metric: Metric) -> tuple[float, float]:
    """The smallest and the largest value that a metric can have, by its `range`, else by its unit.

    Infinite where there is no bound, and where its `range` does not ascend, which another rule objects to.
    """
    bounds = metric.range or OF_UNITS.get(metric.unit or "")
    low, high = bounds or (None, None)
    if low is not None and high is not None and low >= high:
        return -math.inf, math.inf
    return (-math.inf if low is None else low, math.inf if high is None else high)
