"""RC16: metrics, and whether what they declare agrees with itself and with what uses them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from reprocrate.manifest import Manifest, Metric, Result
from reprocrate.validation.places import numbered
from reprocrate.validation.ranges import OF_UNITS, range_of
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import SLACK
from reprocrate.validation.splits import declared_splits
from reprocrate.validation.subject import Subject


@rule("RC1601", MUST, spec="metrics", since="1.0", says="the range of {metric} is from {low} to {high}")
def range_ascends(subject: Subject) -> Iterator[Found]:
    """The lower end of a metric's range MUST be smaller than its upper end.

    Judged: each metric with a `range` of two numbers of which the first is not the smaller; at the `range`.
    Why: no value lies in a range that is turned round, and only one in a range of one number.
    Fix: write the smallest possible value first; null where there is no bound.
    """
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        low, high = metric.range or (None, None)
        if low is not None and high is not None and low >= high:
            yield Found(f"{pointer}/range", metric=metric.id, low=low, high=high)


@rule(
    "RC1602",
    MUST,
    spec="metrics",
    since="1.0",
    says="{metric} is a {unit}, but its range is [{low}, {high}]",
)
def range_agrees_with_the_unit(subject: Subject) -> Iterator[Found]:
    """The range of a metric in `fraction` MUST lie within [0, 1], that of one in `percent` within [0, 100].

    Judged: each metric with the unit `fraction` or `percent` and a `range` that ascends: a number in it lies
        outside, or the unit is `percent` and the range is [0, 1]; at the `range`.
    Why: the two are mixed up easily, and then every value, margin and printed figure is off by a hundred. For
        the same reason the range of a percentage is not [0, 1].
    Fix: correct the unit or the range; a metric that can be negative or above has another unit.
    """
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        bounds = OF_UNITS.get(metric.unit or "")
        low, high = metric.range or (None, None)
        if bounds is None or (low is not None and high is not None and low >= high):
            continue
        is_outside = any(end is not None and not bounds[0] <= end <= bounds[1] for end in (low, high))
        if is_outside or (metric.unit == "percent" and (low, high) == (0.0, 1.0)):
            yield Found(
                f"{pointer}/range",
                metric=metric.id,
                unit=metric.unit,
                low="no bound" if low is None else low,
                high="no bound" if high is None else high,
            )


@rule(
    "RC1603",
    MUST,
    spec="metrics",
    since="1.0",
    says="{metric} counts {declared} items, but {split}, which result {result} is on, has {count}",
)
def count_is_that_of_the_test_split(subject: Subject) -> Iterator[Found]:
    """The `count_of` of a metric MUST be the `count` of every test split that its results were measured on.

    Judged: each metric with `count_of`, against each result over runs of it on a split with the role `test`
        and a `count`: of the result's data, or where it names none of the configuration's, or else of any,
        where all test splits of this name there have the same `count`; one finding for each metric, at the
        `count_of`.
    Why: which values the metric can have, and the smallest difference between two of them, follow from it.
    Fix: correct `count_of` or the split's `count`; where test sets differ in size, leave `count_of` out.
    """
    manifest = subject.well_formed
    results = _results_of(manifest)
    for pointer, metric in numbered("/metrics", manifest.metrics):
        is_count = metric.count_of is not None
        found = _other_count(manifest, metric, results.get(metric.id, [])) if is_count else None
        if found:
            result, split, count = found
            yield Found(
                f"{pointer}/count_of",
                metric=metric.id,
                declared=metric.count_of,
                split=split,
                result=result,
                count=count,
            )


def _results_of(manifest: Manifest) -> dict[str, list[Result]]:
    """The results of each metric."""
    found: dict[str, list[Result]] = {}
    for result in manifest.results:
        found.setdefault(result.metric, []).append(result)
    return found


def _other_count(
    manifest: Manifest, metric: Metric, results: Sequence[Result]
) -> tuple[str, str, int] | None:
    """A result, its test split and that split's size, if it is another than the metric's."""
    for result in results:
        if result.over != "runs":
            continue
        declared = declared_splits(manifest, result.configuration, result.data, result.split)
        sizes = {each.count for each in declared if each.role == "test"}
        if len(sizes) == 1 and (count := sizes.pop()) not in (None, metric.count_of):
            return result.id, result.split or "", count or 0
    return None


@rule("RC1604", SHOULD, spec="metrics", since="1.0", says="{metric} {what}")
def last_k_goes_with_its_selection(subject: Subject) -> Iterator[Found]:
    """A metric SHOULD say `last_k` if its selection is `mean_last_k`, and only then.

    Judged: each metric with the selection `mean_last_k` and no `last_k`, at the metric; each with `last_k`
        and another selection or none, at the `last_k`.
    Why: a mean of an unknown number of values cannot be computed again.
    Fix: set both or neither of them.
    """
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        is_mean = metric.selection == "mean_last_k"
        if is_mean and metric.last_k is None:
            yield Found(pointer, metric=metric.id, what="is the mean of the last k values, but k is not said")
        elif metric.last_k is not None and not is_mean:
            what = f"has last_k {metric.last_k}, but its selection is {metric.selection or 'not given'}"
            yield Found(f"{pointer}/last_k", metric=metric.id, what=what)


@rule(
    "RC1607",
    SHOULD,
    spec="metrics",
    since="1.0",
    says="the margin of {metric} is {margin}, and its range is only {width} wide",
)
def margin_is_smaller_than_the_range(subject: Subject) -> Iterator[Found]:
    """A metric's margin SHOULD be smaller than its range.

    Judged: each metric with `margin` whose range, as the chapter Metrics defines it, has two ends: the
        margin is at least as large as the range is wide. A relative margin counts times the largest absolute
        `value` of the metric's results, mean ranks aside, or of the range where there is none; at the
        `margin`.
    Why: with a margin as wide as the range every rerun is equivalent, whatever comes out.
    Fix: set `margin` to the largest difference that is of no importance, in the metric's unit.
    """
    results = _results_of(subject.well_formed)
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        low, high = range_of(metric)
        if metric.margin is None or math.isinf(high - low):
            continue
        magnitude = max(_magnitudes(results, metric), default=max(abs(low), abs(high)))
        margin = _margin(metric, magnitude)
        if margin >= high - low:
            yield Found(f"{pointer}/margin", metric=metric.id, margin=margin, width=high - low)


def _magnitudes(results: Mapping[str, Sequence[Result]], metric: Metric) -> list[float]:
    """How large the metric's means are; a mean rank is none of its values."""
    own = (result for result in results.get(metric.id, ()) if result.statistic != "mean_rank")
    return sorted(abs(result.value) for result in own)


def _margin(metric: Metric, magnitude: float) -> float:
    """The margin of a metric in its unit, for a mean of this magnitude."""
    if metric.margin is None:
        return 0.0
    return metric.margin.value * (magnitude if metric.margin.kind == "relative" else 1.0)


@rule(
    "RC1608",
    SHOULD,
    spec="metrics",
    since="1.0",
    says="{metric} tolerates {tolerance} between two runs of a seed, but its margin is {margin}",
)
def tolerance_is_within_the_margin(subject: Subject) -> Iterator[Found]:
    """A metric's tolerance SHOULD NOT be larger than its margin.

    Judged: each metric with `tolerance` and `margin`: for x the absolute `value` of one of its results, mean
        ranks aside, or 1 where there is none, `atol` + `rtol` x exceeds the margin (times x where it is
        relative) by more than a relative 1e-9; at the `tolerance`.
    Why: the tolerance is for rounding in the same computation, the margin for one without importance. A rerun
        within a larger tolerance would pass although its difference matters.
    Fix: make `tolerance` smaller, or the margin larger.
    """
    results = _results_of(subject.well_formed)
    for pointer, metric in numbered("/metrics", subject.well_formed.metrics):
        if metric.tolerance is None or metric.margin is None:
            continue
        for magnitude in _magnitudes(results, metric) or [1.0]:
            tolerance = metric.tolerance.atol + metric.tolerance.rtol * magnitude
            margin = _margin(metric, magnitude)
            if tolerance > margin * (1.0 + SLACK):
                yield Found(f"{pointer}/tolerance", metric=metric.id, tolerance=tolerance, margin=margin)
                break


@rule(
    "RC1609",
    SHOULD,
    spec="metrics",
    since="1.0",
    says="{metric} is a mean of the last {k} values, but run {run} left {n}",
)
def last_k_values_are_there(subject: Subject) -> Iterator[Found]:
    """A run SHOULD leave as many values of a metric as are averaged.

    Judged: each metric with the selection `mean_last_k` and `last_k`, and each result over runs of it: a run
        in `runs` left more than one value of its data and split without `fold`, but fewer than `last_k`; one
        finding for each metric, at the `last_k`.
    Why: nobody can compute again a mean of values that were not recorded, and nothing that rests on it.
    Fix: record the values, let the program write their mean as the one value of the run, or correct `last_k`.
    """
    manifest = subject.well_formed
    results = _results_of(manifest)
    for pointer, metric in numbered("/metrics", manifest.metrics):
        if metric.selection != "mean_last_k" or metric.last_k is None:
            continue
        for result in results.get(metric.id, []):
            short = _with_fewer(manifest, result, metric.last_k)
            if short:
                run, n = short
                yield Found(f"{pointer}/last_k", metric=metric.id, k=metric.last_k, run=run, n=n)
                break


def _with_fewer(manifest: Manifest, result: Result, last_k: int) -> tuple[str, int] | None:
    """A run of a result that left several values, but not as many as are averaged, with their number."""
    key = result.metric, result.data, result.split
    for name in result.runs if result.over == "runs" else ():
        run = manifest.find_run(name)
        seen = [each for each in run.metrics if each.fold is None] if run else []
        n = sum((each.metric, each.data, each.split) == key for each in seen)
        if 1 < n < last_k:
            return name, n
    return None
