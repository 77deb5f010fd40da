"""Values over steps, read from a file of histories: spec.md, "Files of a run", says what it looks like."""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reprocrate.errors import UnreadableError

_MOST_SERIES = 2_000
_LONGEST_NAME = 200


class Series(NamedTuple):
    """What a curve is of, within its run; empty where the file does not say.

    Attributes:
        metric: id of the metric, or the name that a tracker gave it.
        data: id of the data set.
        split: name of the split.
        fold: number of the fold.
    """

    metric: str
    data: str = ""
    split: str = ""
    fold: str = ""


@dataclass(slots=True)
class Points:
    """Steps, ascending and each once, and the value at each; NaN where it is no finite number."""

    steps: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))


def read_histories(content: bytes) -> dict[Series, Points]:
    """The curves in a file. Rows that are no points are passed over.

    Of several values at one step the last counts, as of a run that went on from a checkpoint.

    Raises:
        UnreadableError: it is no table of histories.
    """
    try:
        rows = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), strict=True)
        places = {name.strip(): place for place, name in enumerate(next(rows, ()))}
        if lacking := [name for name in ("metric", "step", "value") if name not in places]:
            raise UnreadableError("these are no histories", f"there is no column {lacking[0]}")
        found = _collected(rows, places)
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableError("these are no histories", f"it is no CSV in UTF-8: {error}") from error
    return {series: _in_order(points) for series, points in found.items() if points.steps}


def _collected(rows: Iterable[Sequence[str]], places: dict[str, int]) -> dict[Series, Points]:
    step_at, value_at, metric_at = places["step"], places["value"], places["metric"]
    others = tuple((name, places[name]) for name in ("data", "split", "fold") if name in places)
    found: dict[tuple[str, ...], Points] = {}
    named: dict[tuple[str, ...], Series] = {}
    for row in rows:
        try:
            step, text = float(row[step_at]), row[value_at]
            key = (row[metric_at], *[row[place] for _, place in others])
            value = float(text) if text.strip() else math.nan
        except (IndexError, ValueError):
            continue
        points = found.get(key)
        if points is None:
            if len(found) >= _MOST_SERIES:
                continue
            points = found[key] = Points()
            more = {name: text[:_LONGEST_NAME] for (name, _), text in zip(others, key[1:], strict=True)}
            named[key] = Series(key[0][:_LONGEST_NAME], **more)
        if math.isfinite(step):
            points.steps.append(step)
            points.values.append(value if math.isfinite(value) else math.nan)
    return {named[key]: points for key, points in found.items()}


def _in_order(points: Points) -> Points:
    steps = points.steps
    if all(map(float.__lt__, steps, steps[1:])):
        return points
    last = dict(sorted(zip(steps, points.values, strict=True), key=lambda point: point[0]))
    return Points(array("d", last), array("d", last.values()))
