"""RC08: an interval by resampling is about as wide as the values that were resampled allow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from reprocrate import statistics
from reprocrate.manifest import Interval, Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.intervals import is_resampled
from reprocrate.validation.rules.results import SLACK, values_are_known, values_behind_the_spread
from reprocrate.validation.subject import Subject

_LEVELS = (0.8, 0.99)
_IMPOSSIBLE = (0.3, 2.0)
_IMPOSSIBLE_BCA = (0.3, 3.0)
_UNUSUAL = (0.6, 1.5)
_UNUSUAL_BCA = (0.6, 2.0)
_USUAL_LEVEL = 0.95
_ITEMS = (0.6, 4.0)


class _Width(NamedTuple):
    """Half the width of an interval against that of the distribution of resamples, by the normal one.

    Attributes:
        place: of the interval.
        result: whose interval it is.
        interval: the interval itself.
        expected: half of its width by the normal distribution, in the metric's unit.
        least, most: the halves that the interval can have had before it was rounded.
    """

    place: str
    result: Result
    interval: Interval
    expected: float
    least: float
    most: float

    def found(self) -> Found:
        """The case for a reader."""
        return Found(
            self.place,
            result=self.result.id,
            method=self.interval.method,
            low=self.interval.low,
            high=self.interval.high,
            half=f"{self.expected:.4g}",
        )


def is_judged_by_width(interval: Interval) -> bool:
    """Whether an interval is one by resampling whose level is such that its width can be told."""
    return is_resampled(interval) and _LEVELS[0] <= (interval.level or statistics.LEVEL) <= _LEVELS[1]


def halves(interval: Interval) -> tuple[float, float]:
    """Half the width of an interval, less and more what the rounding of its ends may have changed."""
    half = interval.high / 2.0 - interval.low / 2.0
    unit = float(statistics.finest([interval.low, interval.high])) / 2.0
    unit += SLACK * max(abs(interval.low), abs(interval.high))
    return half - unit, half + unit


def _means(subject: Subject) -> Iterator[_Width]:
    """Intervals of means of values, each of which was resampled by itself."""
    for pointer, result in numbered("/results", subject.well_formed.results):
        interval = result.interval
        if interval is None or result.statistic != "mean" or result.n < 2 or not is_judged_by_width(interval):
            continue
        is_of_values = {interval.varies_over, result.varies_over} <= set(SPREADS_OF_VALUES)
        is_of_one = result.over == "runs" or (result.over == "folds" and len(result.runs) == 1)
        error = _standard_error(subject, result) if is_of_values and is_of_one else 0.0
        if error > 0.0:
            yield _width(f"{pointer}/interval", result, interval, error)


def _width(place: str, result: Result, interval: Interval, error: float) -> _Width:
    half = statistics.normal_half_width(error, 1, interval.level or statistics.LEVEL)
    return _Width(place, result, interval, half, *halves(interval))


def _standard_error(subject: Subject, result: Result) -> float:
    """The standard deviation of the means of resamples; 0 where it cannot be told."""
    values = values_behind_the_spread(subject, result)
    if values:
        computable = len(values) == result.n and statistics.are_computable(values)
        return statistics.se(values, 0) if computable else 0.0
    if values_are_known(subject, result) or not result.sd or result.ddof is None:
        return 0.0
    n = statistics.countable(result.n)
    is_rough = statistics.is_rounded(statistics.finest([result.sd])) and _is_rough(result.sd)
    return 0.0 if is_rough else result.sd * math.sqrt((n - result.ddof) / n / n)


def _is_rough(sd: float) -> bool:
    """Whether the rounding of a deviation may have changed it by more than a tenth."""
    return float(statistics.finest([sd]) / 2) > sd / 10.0


def _limits(
    interval: Interval, limits: tuple[float, float], of_bca: tuple[float, float]
) -> tuple[float, float]:
    return of_bca if interval.method == "bca" else limits


@rule(
    "RC0846",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has a {method} interval from {low} to {high}, but resamples of its values give "
    "about ± {half}",
)
def resampled_interval_is_as_wide_as_its_values(subject: Subject) -> Iterator[Found]:
    """An interval by resampling MUST be about as wide as its values make it, and MUST contain their mean.

    Judged: each interval of kind `ci` and method `percentile`, `bca` or `bootstrap`, with `low` not above
        `high` and a level (0.95 where it is absent) from 0.8 to 0.99, of a result with the statistic `mean`
        over runs, or over folds of one run, with `n` of at least 2, where its `varies_over` and the result's
        are absent, `seeds` or `folds`. With s the standard deviation of the values for `ddof` 0, if they can
        be told, are `n`, and no run is silent; or, where they cannot be told, by `sd` and `ddof` if half a
        unit of the last place of `sd` is at most a tenth of it; s not being 0; and h = z s / sqrt(n) with the
        quantile z of the normal distribution at (1 + level) / 2: half of its width is below 0.3 h or above 2
        h (3 h for `bca`), or, of `percentile` and `bootstrap`, the `value` is not within. Half a unit of
        the finest last place of the two ends is allowed on either side. What RC0837 objects to is left out;
        at the interval.
    Why: the mean of a resample has the standard deviation s / sqrt(n). In simulations with 2 to 30 values of
        ten shapes (normal, heavy-tailed, lognormal, two-valued, one outlier) and 100 to 10,000 resamples half
        of the width was from 0.44 h to 1.43 h, by `bca` up to 2.1 h (benchmarks/resampling.py). At levels
        above 0.99 it depends on the number of resamples.
    Fix: compute the interval anew from the values of the runs, or name what was resampled (`varies_over`).
    """
    for width in _means(subject):
        if _is_impossible(width) and not _is_beyond(subject, width):
            yield width.found()


def _is_impossible(width: _Width) -> bool:
    """Whether an interval is none by resampling of these values: far too narrow, too wide, or elsewhere."""
    interval = width.interval
    slack = width.most - (interval.high / 2.0 - interval.low / 2.0)
    is_around = interval.low - slack <= width.result.value <= interval.high + slack
    is_elsewhere = interval.method != "bca" and not is_around
    return is_elsewhere or _is_outside(width, _limits(interval, _IMPOSSIBLE, _IMPOSSIBLE_BCA))


def _is_beyond(subject: Subject, width: _Width) -> bool:
    """Whether RC0837 says of an interval that it lies beyond the values."""
    values = values_behind_the_spread(subject, width.result)
    low, high = (min(values), max(values)) if values else (width.result.minimum, width.result.maximum)
    unit = 0.0 if values else float(statistics.finest([width.interval.low, width.interval.high]))
    is_below = low is not None and width.interval.low < low - unit - SLACK * abs(low)
    return is_below or (high is not None and width.interval.high > high + unit + SLACK * abs(high))


@rule(
    "RC0847",
    SHOULD,
    spec="results",
    since="1.0",
    says="result {result} has a {method} interval from {low} to {high}; by what was resampled about ± {half} "
    "was to be expected",
)
def resampled_interval_is_of_the_usual_width(subject: Subject) -> Iterator[Found]:
    """An interval by resampling SHOULD be nearly as wide as the normal distribution makes it.

    Judged: each interval as in RC0846 with `n` of at least 3 and a level of at most 0.95 that RC0846 does not
        object to: half of its width is below 0.6 h or above 1.5 h (2 h for `bca`). And each interval by
        resampling with a level from 0.8 to 0.99 and `varies_over` `test_items` of a result over runs with `n`
        1 of a metric with `count_of` N and the unit `fraction` or `percent`, c being 1 or 100, and a `value`
        c p from 0 to c, where N p (1 - p) is at least 5: half of its width is below 0.6 h or above 4 h, with
        h = c z sqrt(p (1 - p) / N). Rounding is allowed as in RC0846; at the interval.
    Why: one that is too narrow is often of another number of values, or of a standard error that was divided
        twice; one that is too wide of a standard deviation, or of Student's t under another name.
    Fix: compute the interval anew, with a thousand resamples at least; name the method that it is by.
    """
    for width in _means(subject):
        is_usual = (width.interval.level or statistics.LEVEL) <= _USUAL_LEVEL
        if not is_usual or width.result.n < _FEWEST_VALUES:
            continue
        if _is_impossible(width) or _is_beyond(subject, width):
            continue
        if _is_outside(width, _limits(width.interval, _UNUSUAL, _UNUSUAL_BCA)):
            yield width.found()
    for width in _shares(subject):
        if _is_outside(width, _ITEMS):
            yield width.found()


def _is_outside(width: _Width, limits: tuple[float, float]) -> bool:
    return width.most < limits[0] * width.expected or width.least > limits[1] * width.expected


_SCALES = {"fraction": 1.0, "percent": 100.0}
_FEWEST = 5.0


def _shares(subject: Subject) -> Iterator[_Width]:
    """Intervals of shares of items that were resampled."""
    for pointer, result in numbered("/results", subject.well_formed.results):
        metric, interval = subject.well_formed.find_metric(result.metric), result.interval
        if interval is None or metric is None or result.over != "runs" or result.n != 1:
            continue
        scale, items = _SCALES.get(metric.unit or ""), metric.count_of
        if scale is None or items is None or not 0.0 <= result.value <= scale:
            continue
        share = result.value / scale
        is_of_items = interval.varies_over == "test_items" and is_judged_by_width(interval)
        if is_of_items and items * share * (1.0 - share) >= _FEWEST:
            error = scale * math.sqrt(share * (1.0 - share) / items)
            yield _width(f"{pointer}/interval", result, interval, error)


_ELSEWHERE = ("test_items", "bootstrap", "episodes")


@rule(
    "RC0848",
    SHOULD,
    spec="results",
    since="1.0",
    says="{what} of result {result} is said to vary over {over}, but is that of its {n} values",
)
def spread_varies_over_what_it_is_of(subject: Subject) -> Iterator[Found]:
    """A spread that is that of the values of the runs SHOULD NOT be said to be over something else.

    Judged: each result over runs with at least three values, which can be told and of which not all are
        equal. Its `varies_over` is `test_items` or `bootstrap`, and its `sd` is, to a relative 1e-9, the
        standard deviation of the values, with `ddof` 0 or 1; at the `varies_over`. Or that of its interval,
        of method `t`, is, and both ends are those of the t interval of the values to a relative 1e-9; at the
        `varies_over` of the interval.
    Why: how far runs differ and how sure a share of test items is are two things; a rule that would compute
        the spread again passes it over under the wrong name.
    Fix: say `seeds` in `varies_over`.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        sample = subject.evidence.sample(result)
        values = sample.values if sample else ()
        if result.over != "runs" or len(values) < _FEWEST_VALUES or not statistics.are_computable(values):
            continue
        if statistics.is_constant(values):
            continue
        scale = SLACK * max(map(abs, values))
        over = result.varies_over
        deviations = [statistics.sd(values, ddof) for ddof in (0, 1)] if over in _ITEMS_OR_RESAMPLES else []
        if result.sd and any(abs(result.sd - each) <= SLACK * result.sd for each in deviations):
            yield Found(f"{pointer}/varies_over", what="sd", result=result.id, over=over, n=len(values))
        interval = result.interval
        if interval and interval.method == "t" and interval.varies_over in _ELSEWHERE:
            of_values = statistics.t_interval(values, interval.level or statistics.LEVEL)
            gap = max(abs(interval.low - of_values.low), abs(interval.high - of_values.high))
            if gap <= scale:
                place = f"{pointer}/interval/varies_over"
                over = interval.varies_over
                yield Found(place, what="interval", result=result.id, over=over, n=len(values))


_ITEMS_OR_RESAMPLES = ("test_items", "bootstrap")
_FEWEST_VALUES = 3


@rule(
    "RC0849",
    SHOULD,
    spec="results",
    since="1.0",
    says="{value} of {run} is a hundredth of what the other values of {metric} are like",
)
def values_are_in_one_unit(subject: Subject) -> Iterator[Found]:
    """The values of a metric in percent SHOULD all be percentages, and none a fraction.

    Judged: each value of a metric with the unit `percent` above 0 and at most 1, against the other values of
        the runs of the same configuration with the same metric, data and split, which are at least two and
        all above 10: a hundred times the value lies between half of the smallest and twice the largest of
        them; at the value.
    Why: one program wrote a share where the others wrote percent, and mean and deviation are then wrong.
    Fix: read the value anew in the unit of the metric.
    """
    manifest = subject.well_formed
    percent = {metric.id for metric in manifest.metrics if metric.unit == "percent"}
    found: dict[tuple[str | None, ...], list[tuple[str, str, float]]] = {}
    for pointer, run in numbered("/runs", manifest.runs if percent else ()):
        for place, seen in numbered(f"{pointer}/metrics", run.metrics):
            if seen.metric in percent and seen.value is not None:
                key = (run.configuration, seen.metric, seen.data, seen.split)
                found.setdefault(key, []).append((f"{place}/value", run.id, seen.value))
    for (_, name, *_rest), values in found.items():
        small = [each for each in values if 0.0 < each[2] <= 1.0]
        others = [each[2] for each in values if each[2] > 1.0]
        if not small or len(others) < 2 or min(others) <= 10.0:
            continue
        for place, run_id, value in small:
            if min(others) / 2.0 <= 100.0 * value <= 2.0 * max(others):
                yield Found(place, value=value, run=run_id, metric=name)
