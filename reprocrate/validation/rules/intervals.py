"""RC08: an interval says how it was made, and lies where such an interval can."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Interval, Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES
from reprocrate.validation.places import numbered
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import (
    SLACK,
    values_are_known,
    values_behind_the_spread,
)
from reprocrate.validation.subject import Subject


def _intervals(subject: Subject) -> Iterator[tuple[str, str, Interval]]:
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        if result.interval:
            yield f"{pointer}/interval", f"result {result.id}", result.interval
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        if comparison.effect and comparison.effect.interval:
            yield f"{pointer}/effect/interval", f"comparison {comparison.id}", comparison.effect.interval


@rule(
    "RC0836",
    SHOULD,
    spec="results",
    since="1.0",
    says="{what} has an interval from {low} to {high}, but does not say by which method",
)
def interval_names_its_method(subject: Subject) -> Iterator[Found]:
    """A confidence or prediction interval SHOULD name the method that it was computed by.

    Judged: each interval of a result or of an effect with the kind `ci` or `pi` and no `method`; at the
        interval.
    Why: over five seeds an interval by the normal distribution has 0.7 of the width of one by Student's t,
        and without the method nobody can compute it again.
    Fix: set `method`, as `t`, `welch`, `paired`, `percentile` or `bca`.
    """
    for pointer, what, interval in _intervals(subject):
        if interval.kind in ("ci", "pi") and interval.method is None:
            yield Found(pointer, what=what, low=interval.low, high=interval.high)


_RESAMPLED = ("percentile", "bca", "bootstrap")
"""Intervals whose ends are statistics of resamples; a basic or studentised bootstrap has another name."""

_WITHIN_THE_RANGE = (*_RESAMPLED, "wilson", "clopper_pearson")
"""Intervals that cannot leave the metric's range either, since their ends are shares by their formula."""

_AMONG_VALUES = ("mean", "median", "iqm", "max", "min", "mean_rank")


@rule(
    "RC0837",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has a {method} interval from {low} to {high}, but {what} from {least} to {most}",
)
def resamples_stay_where_values_are(subject: Subject) -> Iterator[Found]:
    """An interval by percentiles of resamples MUST lie where the statistic of a resample can lie.

    Judged: each interval of a result with the kind `ci` and the method `percentile`, `bca` or `bootstrap`
        whose `low` does not exceed its `high`. Where its `varies_over`, like the result's, is absent, `seeds`
        or `folds`, and the statistic is not `single`: within the smallest and the largest value, if the
        values can be told and no run is silent; if they cannot be told, within `minimum` and `maximum` where
        both are given and ascend, one unit of the finest last place among the four being allowed. Else:
        within the metric's range, as the chapter Metrics defines it, `mean_rank` aside. There one of the
        method `wilson` or `clopper_pearson` lies, too. A relative 1e-9 is allowed; at the interval.
    Why: the mean or median of values that are drawn from the sample is never beyond the sample's ends, a
        metric of resampled test items never outside of its range, and the ends of such an interval are
        numbers of resamples (Efron 1987). A basic or studentised bootstrap has another name.
    Fix: compute the interval from the values of the runs, or name the method, or what was resampled
        (`varies_over`).
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        interval = result.interval
        if interval is None or interval.low > interval.high or interval.kind != "ci":
            continue
        if interval.method not in _WITHIN_THE_RANGE:
            continue
        what, least, most = bounds_of_resamples(subject, result, interval)
        slack = SLACK * max((abs(end) for end in (least, most) if math.isfinite(end)), default=0.0)
        if interval.low < least - slack or interval.high > most + slack:
            yield Found(
                f"{pointer}/interval",
                result=result.id,
                method=interval.method,
                low=interval.low,
                high=interval.high,
                what=what,
                least=least,
                most=most,
            )


def is_resampled(interval: Interval) -> bool:
    """Whether the ends of an interval are statistics of resamples."""
    return (
        interval.kind == "ci"
        and interval.method in _RESAMPLED
        and interval.low <= interval.high  # another rule says that it does not
    )


def bounds_of_resamples(subject: Subject, result: Result, interval: Interval) -> tuple[str, float, float]:
    """Between which numbers the statistic of a resample lies, and what these are."""
    values = values_behind_the_spread(subject, result) if is_resampled(interval) else ()
    if values and result.statistic in _AMONG_VALUES and interval.varies_over in SPREADS_OF_VALUES:
        return "values", min(values), max(values)
    low, high = result.minimum, result.maximum
    if low is not None and high is not None and low <= high and not values_are_known(subject, result):
        is_of_values = {interval.varies_over, result.varies_over} <= set(SPREADS_OF_VALUES)
        if is_of_values and is_resampled(interval) and result.statistic in _AMONG_VALUES:
            unit = float(statistics.finest([low, high, interval.low, interval.high]))
            return "its values go", low - unit, high + unit
    metric = subject.well_formed.find_metric(result.metric)
    if metric is None or result.statistic == "mean_rank":
        return "", -math.inf, math.inf
    return f"{metric.id} goes", *range_of(metric)
