"""Which of several values counts, and which place a value takes among others."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reprocrate.statistics.differences import SLACK

Point = tuple[int | None, float | None]
"""The step of a measured value, where it has one, and the value; `None` where it is no finite number."""


def counting(points: Sequence[Point], selection: str | None = None, last_k: int | None = None) -> list[int]:
    """Places of the values of a run that count together, by the metric's `selection`.

    What a run reports is the mean of these values, and nothing where one of them is not finite.

    - A single value counts, whatever the selection.
    - Without a selection, and for `last`: the value at the largest step, an absent one being 0; of equal
      steps the last in the list.
    - `max`: the largest finite value, the first of equal ones; where none is finite, the last in the list.
    - `mean_last_k`: the `last_k` last values in that order.

    Args:
        points: the values of one run in one metric, data and split.
        selection: the metric's.
        last_k: how many values count together.

    Raises:
        LookupError: the values do not say which of them count.
    """
    if len(points) <= 1:
        return list(range(len(points)))
    if selection == "max":
        finite = [place for place, (_, value) in enumerate(points) if value is not None]
        return [max(finite, key=lambda place: points[place][1] or 0.0)] if finite else [len(points) - 1]
    by_step = sorted(range(len(points)), key=lambda place: (points[place][0] or 0, place))
    if selection in (None, "last"):
        return by_step[-1:]
    if selection == "mean_last_k" and last_k is not None and last_k <= len(points):
        return by_step[-last_k:]
    wanted = f"{selection} {last_k or ''}".strip()
    raise LookupError(f"{wanted} of {len(points)} values")


def rank(value: float, among: Sequence[float], *, larger_is_better: bool) -> float:
    """The place that a value takes among others, 1 for the best; equal values share the mean of their places.

    Ranks of methods on one data set, whose means over data sets are compared, are those of Demsar (2006),
    "Statistical comparisons of classifiers over multiple data sets".

    Args:
        value: the value.
        among: all values, this one included. Those that differ by 1e-9 of the larger one at most are equal.
        larger_is_better: which values come first.
    """
    equal = sum(math.isclose(other, value, rel_tol=SLACK) for other in among)
    better = sum(
        (other > value) is larger_is_better
        for other in among
        if not math.isclose(other, value, rel_tol=SLACK)
    )
    return better + (equal + 1) / 2
