"""What two runs predicted for each item of a test set, from their files of predictions.

The form is that of spec.md, "Files of a run": CSV with `item`, `prediction`, and `target` or `correct`. What
is compared for each item is the first of these whose mean over the items is the recorded metric on both
sides, since else the test would be one of something else: whether the item is right; a column with the name
of the metric; the absolute error; the squared error.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reprocrate.rerun.compare.items import ItemTest, paired_items

LARGEST_FILE = 64 * 1024 * 1024
"""The most bytes of predictions that are read."""

_SAME = 1e-6  # relative: a metric may have been computed in single precision
_LARGEST_SCALE_OF_NOTHING = 1e-12

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why predictions cannot judge, as the rest of a sentence."""

    reason: str


def items_of(
    then: bytes, now: bytes, metric: str, values: tuple[float, float], scale: float
) -> ItemTest | Unusable:
    """The test over the items of one seed, or why there can be none.

    Args:
        then: the recorded predictions.
        now: those of the rerun.
        metric: id of the metric.
        values: what the recorded run and the rerun reported.
        scale: what the share of items that are right has to be multiplied with to be the metric.
    """
    first, second = _read(then), _read(now)
    if isinstance(first, Unusable):
        return first
    if isinstance(second, Unusable):
        return second
    if first.keys() != second.keys():
        return Unusable("they are not of the same items")
    order = list(first)
    for of, unit, value_of in _meanings(metric, scale):
        mine = _values([first[item] for item in order], value_of)
        theirs = _values([second[item] for item in order], value_of)
        if mine is None or theirs is None:
            continue
        if _is_metric(mine, values[0] / unit) and _is_metric(theirs, values[1] / unit):
            found = paired_items(mine, theirs, unit, of, counts=value_of is _is_right)
            return found or Unusable("they are of a single item")
    return Unusable(f"no mean over their items is the recorded {metric}")


def _read(content: bytes) -> dict[str, Row] | Unusable:
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = list(table)
    except (csv.Error, UnicodeDecodeError):
        return Unusable("a file of them is no CSV in UTF-8")
    items = {row["item"]: row for row in rows if row.get("item")}
    if not rows or len(items) < len(rows):
        return Unusable("a file of them does not name each item once")
    return {str(item): row for item, row in items.items()}


def _meanings(metric: str, scale: float) -> Iterator[tuple[str, float, Callable[[Row], float | None]]]:
    yield "whether it is right", scale, _is_right
    yield f"its {metric}", 1.0, lambda row: _number(row.get(metric))
    yield "its absolute error", 1.0, lambda row: _error(row, abs)
    yield "its squared error", 1.0, lambda row: _error(row, lambda error: error * error)


def _values(rows: list[Row], value_of: Callable[[Row], float | None]) -> list[float] | None:
    found = []
    for row in rows:
        value = value_of(row)
        if value is None:
            return None
        found.append(value)
    return found


def _is_metric(values: list[float], expected: float) -> bool:
    mean = math.fsum(values) / len(values)
    return math.isclose(mean, expected, rel_tol=_SAME, abs_tol=_LARGEST_SCALE_OF_NOTHING)


def _is_right(row: Row) -> float | None:
    if row.get("correct") in ("0", "1"):
        return float(str(row["correct"]))
    if row.get("prediction") is None or row.get("target") is None:
        return None
    return float(row["prediction"] == row["target"])


def _error(row: Row, of: Callable[[float], float]) -> float | None:
    prediction, target = _number(row.get("prediction")), _number(row.get("target"))
    if prediction is None or target is None:
        return None
    error = of(prediction - target)
    return error if math.isfinite(error) else None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except (ValueError, TypeError):
        return None
    return value if math.isfinite(value) and abs(value) < 1e150 else None
