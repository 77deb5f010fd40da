"""Values over steps, as a page draws them: read from the histories of the runs that people look at."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

from reprocrate.manifest import Manifest, Run
from reprocrate.manifest.histories import Series, read_histories
from reprocrate.render.outcomes import headline_results

MOST_CONFIGURATIONS = 12
MOST_SEEDS = 10
_MOST_METRICS_READ = 200


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
    """The curves in a run's file of histories, but for series of fewer than two points.

    Raises:
        UnreadableError: it is no table of histories.
    """
    return [
        Curve(run, series, points.steps, points.values)
        for series, points in read_histories(content).items()
        if len(points.steps) > 1
    ][:_MOST_METRICS_READ]
