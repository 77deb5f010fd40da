"""Learning curves then and now, from the histories that both sides kept: told beside the verdict.

They never decide anything: two runs may take another way to the same result. One pair of files is read at a
time, and of a configuration only the band of its recorded seeds and the mean of the rerun is kept.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from reprocrate.errors import UnreadableError
from reprocrate.manifest import File, Run
from reprocrate.manifest.histories import Points, Series, read_histories
from reprocrate.rerun.compare.evidence import Evidence, counterpart
from reprocrate.rerun.compare.samples import Seed

_LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CurvePair:
    """The curves of one seed.

    Attributes:
        seed: the seed.
        identical: whether the values at all common steps are equal, and the steps as well.
        common_steps: steps at which both have a value.
        recorded_steps: steps of the recorded curve.
        rerun_steps: steps of the rerun's.
        parts_at: the first common step at which the values differ; `None` where they never do.
        parts_by: by how much there, relative to the recorded value; `None` where that is 0 or not finite.
        largest_deviation: the largest difference at a common step, in the metric's unit.
        largest_at: the step of that difference.
    """

    seed: Seed
    identical: bool
    common_steps: int
    recorded_steps: int
    rerun_steps: int
    parts_at: float | None
    parts_by: float | None
    largest_deviation: float | None
    largest_at: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """Whether the rerun's mean curve runs where the recorded seeds did.

    Attributes:
        steps: steps that all curves of both sides have.
        recorded_seeds: curves that the band is made of.
        rerun_seeds: curves that the mean is made of.
        outside: steps at which the mean lies below the lowest or above the highest recorded value.
        first_outside: the first of them.
        within: whether there is none.
    """

    steps: int
    recorded_seeds: int
    rerun_seeds: int
    outside: int
    first_outside: float | None
    within: bool


@dataclass(frozen=True, slots=True)
class CurveComparison:
    """One metric over steps, of one configuration.

    Attributes:
        configuration: its id in the original.
        result: id of the result that the metric belongs to; `None` for one that was only logged.
        metric: what the histories call it.
        data: on which data; `None` where they do not say.
        split: on which split; `None` where they do not say.
        fold: of which fold; `None` where they do not say.
        seeds: the curves of each seed that both sides have.
        band: the mean of the rerun against the band of the recorded seeds; `None` with fewer than two of
            them, or without a common step.
        explanation: the whole in one sentence.
    """

    configuration: str
    result: str | None
    metric: str
    data: str | None
    split: str | None
    fold: str | None
    seeds: tuple[CurvePair, ...]
    band: Band | None
    explanation: str


@dataclass(frozen=True, slots=True)
class SeedRuns:
    """A seed with its recorded run and that of the rerun, each where there is one."""

    seed: Seed
    recorded: Run | None
    rerun: Run | None


def compare_curves(
    runs: Iterable[SeedRuns], then: Evidence, now: Evidence
) -> dict[Series, tuple[tuple[CurvePair, ...], Band | None]]:
    """The curves of one configuration that both sides have.

    Args:
        runs: the runs of each seed.
        then: the files of the original.
        now: the files of the rerun.
    """
    found: dict[Series, _Gathered] = {}
    for one in runs:
        recorded = _curves(one.recorded, one.recorded, then)
        again = _curves(one.rerun, one.recorded, now)
        for series, curve in recorded.items():
            found.setdefault(series, _Gathered()).add_recorded(curve)
        for series, curve in again.items():
            gathered = found.setdefault(series, _Gathered())
            gathered.add_rerun(curve)
            if series in recorded:
                gathered.pairs.append(_pair(one.seed, recorded[series], curve))
    return {
        series: (tuple(gathered.pairs), gathered.band())
        for series, gathered in found.items()
        if gathered.recorded and gathered.again
    }


def explain_curves(pairs: tuple[CurvePair, ...], band: Band | None) -> str:
    """What curves show, in one sentence."""
    parts = []
    if pairs:
        same = sum(one.identical for one in pairs)
        parts.append(f"{same} of {len(pairs)} curves are identical")
        apart = [one for one in pairs if one.parts_at is not None]
        if apart:
            first = min(apart, key=lambda one: one.parts_at or 0.0)
            by = f", by {first.parts_by:.2g} of the value" if first.parts_by is not None else ""
            parts.append(f"the first to part does so at step {first.parts_at:g}{by}")
        if any(one.common_steps < max(one.recorded_steps, one.rerun_steps) for one in pairs):
            parts.append("the steps are not the same, so only common ones are compared")
    if band is not None and band.within:
        parts.append(f"the rerun's mean stays within the recorded seeds' band at all {band.steps} steps")
    elif band is not None:
        parts.append(
            f"the rerun's mean leaves the recorded seeds' band at {band.outside} of {band.steps} steps, "
            f"first at step {band.first_outside:g}"
        )
    text = "; ".join(parts) or "no step is common to both"
    return f"{text[0].upper()}{text[1:]}."


def _curves(run: Run | None, recorded: Run | None, evidence: Evidence) -> dict[Series, Points]:
    """The curves that a run left: of a rerun those at the place of the recorded ones, and then its own.

    A rerun does not know what the author called histories, and may have made some of its own.
    """
    if run is None or run.status != "ok":
        return {}
    files: dict[str, File] = {run.histories.path: run.histories} if run.histories else {}
    if recorded is not None and recorded.histories is not None:
        same = counterpart(recorded, recorded.histories, run)
        files |= {same.path: same} if same else {}
    found: dict[Series, Points] = {}
    for file in files.values():
        content = evidence.read(file, _LARGEST_FILE)
        if content is not None:
            with suppress(UnreadableError):  # whoever declared the file meant another one
                found |= read_histories(content)
    return found


def _pair(seed: Seed, then: Points, now: Points) -> CurvePair:
    same_steps = then.steps == now.steps
    if same_steps and then.values.tobytes() == now.values.tobytes():
        count = len(then.steps)
        return CurvePair(seed, True, count, count, count, None, None, 0.0 if count else None, None)
    parts: tuple[float, float | None] | None = None
    largest: tuple[float, float] | None = None
    common = 0
    for step, a, b in _common(then, now, same_steps):
        common += 1
        if a == b or (math.isnan(a) and math.isnan(b)):
            continue
        deviation = abs(b - a)
        if parts is None:
            relative = deviation / abs(a) if a else math.nan
            parts = (step, relative if math.isfinite(relative) else None)
        if math.isfinite(deviation) and (largest is None or deviation > largest[0]):
            largest = (deviation, step)
    return CurvePair(
        seed=seed,
        identical=parts is None and same_steps,
        common_steps=common,
        recorded_steps=len(then.steps),
        rerun_steps=len(now.steps),
        parts_at=parts[0] if parts else None,
        parts_by=parts[1] if parts else None,
        largest_deviation=largest[0] if largest else 0.0 if common and parts is None else None,
        largest_at=largest[1] if largest else None,
    )


def _common(then: Points, now: Points, same_steps: bool) -> Iterator[tuple[float, float, float]]:
    if same_steps:
        yield from zip(then.steps, then.values, now.values, strict=True)
        return
    values = dict(zip(now.steps, now.values, strict=True))
    for step, value in zip(then.steps, then.values, strict=True):
        if step in values:
            yield step, value, values[step]


@dataclass(slots=True)
class _Gathered:
    """The band of the recorded curves and the sum of the rerun's, at the steps that all of them have."""

    pairs: list[CurvePair] = field(default_factory=list)
    steps: array[float] | None = None
    low: array[float] = field(default_factory=lambda: array("d"))
    high: array[float] = field(default_factory=lambda: array("d"))
    total: array[float] = field(default_factory=lambda: array("d"))
    recorded: int = 0
    again: int = 0

    def add_recorded(self, curve: Points) -> None:
        values = self._aligned(curve)
        if self.recorded == 0:
            self.low, self.high = values[:], values[:]
        elif math.isnan(sum(values)) or math.isnan(sum(self.low)):
            together = list(zip(self.low, self.high, values, strict=True))
            known = [math.nan if math.isnan(low + value) else 0.0 for low, _, value in together]
            self.low = array("d", (min(a, c) + gap for (a, _, c), gap in zip(together, known, strict=True)))
            self.high = array("d", (max(b, c) + gap for (_, b, c), gap in zip(together, known, strict=True)))
        else:
            self.low = array("d", map(min, self.low, values))
            self.high = array("d", map(max, self.high, values))
        self.recorded += 1

    def add_rerun(self, curve: Points) -> None:
        values = self._aligned(curve)
        if self.again == 0:
            self.total = values[:]
        else:
            self.total = array("d", (a + b for a, b in zip(self.total, values, strict=True)))
        self.again += 1

    def _aligned(self, curve: Points) -> array[float]:
        """The values of a curve at the common steps, to which all others are cut down as well."""
        if self.steps is None:
            self.steps = curve.steps
        if self.steps == curve.steps:
            return curve.values
        values = dict(zip(curve.steps, curve.values, strict=True))
        kept = [place for place, step in enumerate(self.steps) if step in values]
        for name in ("low", "high", "total"):
            kind: array[float] = getattr(self, name)
            if kind:
                setattr(self, name, array("d", (kind[place] for place in kept)))
        self.steps = array("d", (self.steps[place] for place in kept))
        return array("d", (values[step] for step in self.steps))

    def band(self) -> Band | None:
        if self.recorded < 2 or not self.again or not self.steps:
            return None
        outside = [
            step
            for step, low, high, total in zip(self.steps, self.low, self.high, self.total, strict=True)
            if _is_outside(total / self.again, low, high)
        ]
        return Band(
            steps=len(self.steps),
            recorded_seeds=self.recorded,
            rerun_seeds=self.again,
            outside=len(outside),
            first_outside=outside[0] if outside else None,
            within=not outside,
        )


def _is_outside(mean: float, low: float, high: float) -> bool:
    """Whether a mean lies outside a band, rounding apart; one that is no number lies in none but its like."""
    if math.isnan(mean) or math.isnan(low) or math.isnan(high):
        return math.isnan(mean) and not (math.isnan(low) or math.isnan(high))
    slack = 1e-9 * max(abs(low), abs(high))
    return not low - slack <= mean <= high + slack
