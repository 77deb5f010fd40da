"""Values over steps, read from a file of histories: spec.md, "Files of a run", says what it looks like."""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LARGEST_FILE = 256 * 1024 * 1024
"""The most bytes of one run's histories that are read."""

_MOST_SERIES = 2_000
_LONGEST_NAME = 200


class Series(NamedTuple):
    """What a curve is of, within its run; empty where the file does not say."""

    metric: str
    data: str = ""
    split: str = ""
    fold: str = ""


@dataclass(slots=True)
class Curve:
    """Steps, ascending and each once, and the value at each; NaN where it is no finite number."""

    steps: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))


def read_histories(content: bytes) -> dict[Series, Curve]:
    """The curves in a file; none where it is no table of histories. Rows that are no points are passed over.

    Of several values at one step the last counts, as of a run that went on from a checkpoint.
    """
    try:
        rows = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline=""), strict=True)
        places = {name.strip(): place for place, name in enumerate(next(rows, ()))}
        if not {"metric", "step", "value"} <= places.keys():
            return {}
        found = _collected(rows, places)
    except (csv.Error, UnicodeDecodeError):
        return {}
    return {series: _in_order(curve) for series, curve in found.items() if curve.steps}


def _collected(rows: Iterable[Sequence[str]], places: dict[str, int]) -> dict[Series, Curve]:
    step_at, value_at, metric_at = places["step"], places["value"], places["metric"]
    others = tuple((name, places[name]) for name in ("data", "split", "fold") if name in places)
    found: dict[tuple[str, ...], Curve] = {}
    named: dict[tuple[str, ...], Series] = {}
    for row in rows:
        try:
            step, text = float(row[step_at]), row[value_at]
            key = (row[metric_at], *[row[place] for _, place in others])
            value = float(text) if text else math.nan
        except (IndexError, ValueError):
            continue
        curve = found.get(key)
        if curve is None:
            if len(found) >= _MOST_SERIES:
                continue
            curve = found[key] = Curve()
            more = {name: text[:_LONGEST_NAME] for (name, _), text in zip(others, key[1:], strict=True)}
            named[key] = Series(key[0][:_LONGEST_NAME], **more)
        if math.isfinite(step):
            curve.steps.append(step)
            curve.values.append(value if math.isfinite(value) else math.nan)
    return {named[key]: curve for key, curve in found.items()}


def _in_order(curve: Curve) -> Curve:
    steps = curve.steps
    if all(map(float.__lt__, steps, steps[1:])):
        return curve
    points = dict(sorted(zip(steps, curve.values, strict=True), key=lambda point: point[0]))
    return Curve(array("d", points), array("d", points.values()))
