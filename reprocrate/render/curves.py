"""Values over steps, as a page draws them: read from the histories of the runs that people look at."""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reprocrate.errors import UnreadableError
from reprocrate.manifest import Manifest, Run
from reprocrate.render.outcomes import headline_results

MOST_CONFIGURATIONS = 12
MOST_SEEDS = 10
_MOST_METRICS_READ = 200
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Series:
    """What a curve is of, within its run.

    Attributes:
        metric: id of the metric, or the name that a tracker gave it.
        data: id of the data set, or an empty string.
        split: name of the split, or an empty string.
        fold: number of the fold, or an empty string.
    """

    metric: str
    data: str = ""
    split: str = ""
    fold: str = ""


@dataclass(slots=True)
class Curve:
    """One metric of one run over its steps.

    Attributes:
        run: id of the run.
        series: what it is of.
        steps: the steps, ascending.
        values: the value at each; NaN where it is no finite number.
    """

    run: str
    series: Series
    steps: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def thinned(self, most: int) -> list[tuple[float, float]]:
        """About as many points: the lowest and highest of each stretch of steps, so no peak is lost."""
        points = list(zip(self.steps, self.values, strict=True))
        if len(points) <= most:
            return points
        stretches = max(1, (most - 2) // 2)
        kept = [points[0]]
        for number in range(stretches):
            start = len(points) * number // stretches
            stretch = points[start : len(points) * (number + 1) // stretches]
            finite = [point for point in stretch if not math.isnan(point[1])]
            ends = {min(finite, key=_value), max(finite, key=_value)} if finite else {stretch[0]}
            kept += sorted(ends)
        return [*kept, points[-1]]


def _value(point: tuple[float, float]) -> float:
    return point[1]


def runs_to_draw(manifest: Manifest) -> list[Run]:
    """Runs with a history whose curves are worth a look: a few seeds of a few configurations.

    Runs that results rest on come before others that completed, and the configurations that claims and tables
    are about before the others.
    """
    headline = headline_results(manifest)
    ranked = sorted(manifest.results, key=lambda result: result.id not in headline)
    counted = dict.fromkeys(name for result in ranked for name in result.runs)
    runs = [run for run in map(manifest.find_run, counted) if run]
    if not runs:
        runs = [run for run in manifest.runs if run.status == "ok"]
    chosen: dict[str, list[Run]] = {}
    for run in runs:
        if run.histories is not None and run.histories.root is None:
            members = chosen.setdefault(run.configuration, [])
            if len(members) < MOST_SEEDS:
                members.append(run)
    return [run for members in list(chosen.values())[:MOST_CONFIGURATIONS] for run in members]


def read_curves(run: str, content: bytes) -> list[Curve]:
    """The curves in a file of histories; spec.md, "Files of a run", says what it looks like.

    Rows that are no points are passed over, and so is a series of fewer than two points.

    Raises:
        UnreadableError: it is no table of histories.
    """
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        found = _collected(run, rows)
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableError(f"the histories of run {run} are no CSV in UTF-8", str(error)) from error
    except KeyError as error:
        raise UnreadableError(f"the histories of run {run} have no column {error}") from error
    return [_in_order(curve) for curve in found if len(curve.steps) > 1]


def _collected(run: str, rows: Iterable[Sequence[str]]) -> list[Curve]:
    table = iter(rows)
    places = {name.strip(): place for place, name in enumerate(next(table, ()))}
    step_at, value_at = places["step"], places["value"]
    named = [places["metric"], *(places.get(name, -1) for name in ("data", "split", "fold"))]
    curves: dict[tuple[str, ...], Curve] = {}
    for row in table:
        try:
            step = float(row[step_at])
            key = tuple(row[place] if place >= 0 else "" for place in named)
            value = _number(row[value_at])
        except (IndexError, ValueError):
            continue
        curve = curves.get(key)
        if curve is None:
            if len(curves) >= _MOST_METRICS_READ:
                continue
            curve = curves[key] = Curve(run, Series(*(one[:_LONGEST_NAME] for one in key)))
        if math.isfinite(step):
            curve.steps.append(step)
            curve.values.append(value)
    return list(curves.values())


def _number(text: str) -> float:
    value = float(text) if text.strip() else math.nan
    return value if math.isfinite(value) else math.nan


def _in_order(curve: Curve) -> Curve:
    if any(later < earlier for earlier, later in zip(curve.steps, curve.steps[1:], strict=False)):
        order = sorted(range(len(curve.steps)), key=curve.steps.__getitem__)
        curve.steps = array("d", (curve.steps[place] for place in order))
        curve.values = array("d", (curve.values[place] for place in order))
    return curve
