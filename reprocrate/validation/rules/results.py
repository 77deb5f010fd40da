"""RC08: numbers that follow from others are computed again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from reprocrate import statistics
from reprocrate.manifest import Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES, Sample
from reprocrate.validation.places import numbered
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, Found, rule
from reprocrate.validation.subject import Subject

SLACK = 1e-9
"""How far a recomputed number may be from the declared one, relative to the largest value it comes from."""


def same(a: float, b: float, values: Sequence[float] = ()) -> bool:
    """Whether two numbers are the same up to rounding in computing them from `values`."""
    scale = max((abs(value) for value in (a, b, *values)), default=0.0)
    return math.isclose(a, b, rel_tol=SLACK, abs_tol=SLACK * scale)


def _samples(subject: Subject) -> Iterator[tuple[str, Result, Sample]]:
    """Results whose values are all known, with their values."""
    for pointer, result in numbered("/results", subject.well_formed.results):
        sample = subject.evidence.sample(result)
        if sample and sample.values:
            yield pointer, result, sample


def values_are_known(subject: Subject, result: Result) -> bool:
    """Whether it can be told which values a result was computed from."""
    sample = subject.evidence.sample(result)
    return sample is not None and bool(sample.values)


def values_behind_the_spread(subject: Subject, result: Result) -> tuple[float, ...]:
    """The values that a result's spread is of; none where they are not known, or where it is of others."""
    sample = subject.evidence.sample(result)
    is_of_values = result.varies_over in SPREADS_OF_VALUES
    return sample.values if sample and is_of_values and not sample.silent else ()


_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "single": lambda values: values[0],
    "mean": statistics.mean,
    "median": statistics.median,
    "iqm": statistics.iqm,
    "max": max,
    "min": min,
    "mean_rank": statistics.mean,
}


@rule(
    "RC0801",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} says {statistic} {declared}, but its {n} values give {computed}",
)
def value_recomputes(subject: Subject) -> Iterator[Found]:
    """A result's value MUST be the statistic of the values that it was computed from.

    Judged: each result whose values can be told and are not none, against its `value`; the values of a
        `mean_rank` are the ranks of its `results`. A `single` of several values is judged by RC0803 and
        RC0818 alone; at its `value`.
    Why: a number that does not follow from its evidence is not supported by it.
    Fix: let reprocrate compute the result anew from the runs, or correct the list of runs.
    """
    for pointer, result, sample in _samples(subject):
        if result.statistic not in _STATISTICS:
            continue  # a word of a newer version
        if result.statistic == "single" and len(sample.values) > 1:
            continue  # another rule says that there are several
        computed = _STATISTICS[result.statistic](sample.values)
        if not same(result.value, computed, sample.values):
            yield Found(
                f"{pointer}/value",
                result=result.id,
                statistic=result.statistic,
                declared=result.value,
                n=len(sample.values),
                computed=computed,
            )


@rule(
    "RC0802",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} says sd {declared}, but its {n} values give {computed}{instead}",
)
def standard_deviation_recomputes(subject: Subject) -> Iterator[Found]:
    """A result's standard deviation MUST be that of its values, with the declared degrees of freedom lost.

    Judged: each result with `sd` whose values can be told and are more than `ddof`, and whose `varies_over`
        is absent, `seeds` or `folds`. An absent `ddof` is 1 here; at its `sd`.
    Why: whether two results differ is judged by their spread.
    Fix: let reprocrate compute the result anew from the runs, or correct `ddof`.
    """
    for pointer, result, sample in _samples(subject):
        ddof = 1 if result.ddof is None else result.ddof
        n = len(sample.values)
        if result.sd is None or n <= ddof or result.varies_over not in SPREADS_OF_VALUES:
            continue
        computed = statistics.sd(sample.values, ddof)
        if not same(result.sd, computed, sample.values):
            other = statistics.sd(sample.values, 1 - ddof) if n > 1 - ddof else computed
            instead = f" (it fits ddof {1 - ddof})" if same(result.sd, other, sample.values) else ""
            yield Found(
                f"{pointer}/sd", result=result.id, declared=result.sd, n=n, computed=computed, instead=instead
            )


@rule(
    "RC0803",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} says n = {declared}, but {computed} values are there",
)
def n_is_the_number_of_values(subject: Subject) -> Iterator[Found]:
    """A result's n MUST be the number of finite values that it was computed from.

    Judged: each result whose list of what it is over (`runs`, or `results`) is not empty: where its values
        can be told, against their number, which may be 0; where they cannot, and it is over runs or results,
        against the length of that list; at its `n`.
    Why: intervals and tests shrink with n; a run without a value does not count.
    Fix: list the runs that left no value as excluded, and let reprocrate compute the result anew.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        sample = subject.evidence.sample(result)
        listed = len(result.results if result.over == "results" else result.runs)
        # of runs with several values each it may not be known which counts, but one of each run does
        n = len(sample.values) if sample else (result.n if result.over == "folds" else listed)
        if listed and result.n != n:
            yield Found(f"{pointer}/n", result=result.id, declared=result.n, computed=n)


@rule(
    "RC0804",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} says {kind} [{low}, {high}], but its values give [{from_}, {to}]",
)
def interval_recomputes(subject: Subject) -> Iterator[Found]:
    """An interval that a result's values determine MUST be the one that they give.

    Judged: each result of statistic `mean` whose values can be told and are at least 2, with an interval of
        kind `ci` or `pi` and the method `t` or `constant`, which are judged alike (that of equal values has
        no width), of kind `ci` and the method `normal`, with z for t, or of kind `sd` or `se`, whatever its
        method, the last two by the result's `ddof`, 1 where it is absent. Its `varies_over` and the result's
        are absent, `seeds` or `folds`, and its `low` does not exceed its `high`. A missing `level` is 0.95,
        and `pi` is for the mean of as many further values; at the interval.
    Why: claims are judged by intervals. Those by Student's t, of one standard deviation or one standard error
        follow from the values; bootstrap intervals depend on chance and are not computed again.
    Fix: let reprocrate compute the result anew from the runs, or name the method that was used.
    """
    for pointer, result, sample in _samples(subject):
        interval = result.interval
        bounds = determined_interval(result, sample.values)
        if not interval or not bounds or interval.low > interval.high:
            continue
        scale = (*sample.values, *bounds)
        if not (same(interval.low, bounds[0], scale) and same(interval.high, bounds[1], scale)):
            yield Found(
                f"{pointer}/interval",
                result=result.id,
                kind=interval.kind,
                low=interval.low,
                high=interval.high,
                from_=bounds[0],
                to=bounds[1],
            )


def determined_interval(result: Result, values: Sequence[float]) -> tuple[float, float] | None:
    """The interval that a result's values give; None where they do not determine it."""
    interval = result.interval
    ddof = 1 if result.ddof is None else result.ddof
    if not interval or len(values) < 2 or result.statistic != "mean":
        return None
    if {interval.varies_over, result.varies_over} - set(SPREADS_OF_VALUES):
        return None
    if interval.kind in ("sd", "se"):
        half = statistics.sd(values, ddof) if interval.kind == "sd" else statistics.se(values, ddof)
        return statistics.mean(values) - half, statistics.mean(values) + half
    level = interval.level or statistics.LEVEL
    if interval.method == "normal" and interval.kind == "ci":
        half = statistics.normal_half_width(statistics.sd(values, ddof), len(values), level)
        return statistics.mean(values) - half, statistics.mean(values) + half
    if interval.method not in ("t", "constant"):
        return None
    computed = (
        statistics.t_interval(values, level)
        if interval.kind == "ci"
        else statistics.prediction_interval(values, len(values), level)
    )
    return computed.low, computed.high


@rule(
    "RC0807",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} gives {what} over {over}, but rests on one {n}",
)
def spread_needs_two_values(subject: Subject) -> Iterator[Found]:
    """A result of one value MUST NOT give a spread over seeds, nor one of the folds of a single seed.

    Judged: each result with `n` 1 whose `varies_over`, or else its interval's, is absent, `seeds` or `folds`;
        at its `sd`, at its interval, and at each `dispersion` that is printed for it. And each result over
        folds of at least two values, which can be told, that says `varies_over` `seeds`, where all runs that
        left them have the same first seed, or none; at its `varies_over`.
    Why: one value has no spread; what stands behind the ± must be something else, or made up.
    Fix: run more seeds, or say what the spread varies over (`varies_over`: test_items, bootstrap, ...).
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        if _is_of_one_seed(subject, result):
            yield Found(f"{pointer}/varies_over", result=result.id, what="a spread", over="seeds", n="seed")
        over = result.varies_over or (result.interval.varies_over if result.interval else None) or "seeds"
        if result.n >= 2 or over not in ("seeds", "folds"):
            continue
        for name, what in (("sd", "a standard deviation"), ("interval", "an interval")):
            if getattr(result, name) is not None:
                yield Found(f"{pointer}/{name}", result=result.id, what=what, over=over, n="value")
        for place, reported in numbered(f"{pointer}/reported", result.reported):
            if reported.dispersion is not None:
                what = f"± {reported.dispersion}"
                yield Found(f"{place}/dispersion", result=result.id, what=what, over=over, n="value")


def _is_of_one_seed(subject: Subject, result: Result) -> bool:
    """Whether a spread that is said to be over seeds is one over the folds of a single seed."""
    if result.over != "folds" or result.varies_over != "seeds":
        return False
    sample = subject.evidence.sample(result)
    runs = [run for run in sample.runs if run] if sample else []
    return len(runs) > 1 and len({str(run.seed) for run in runs}) == 1


@rule(
    "RC0809",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} says {what} {declared}, but its values give {computed}",
)
def smallest_and_largest_recompute(subject: Subject) -> Iterator[Found]:
    """A result's smallest and largest value MUST be those of its values.

    Judged: each result with `minimum` or `maximum` whose values can be told; at the property.
    Why: they are what remains to check a mean and a spread by where the values themselves are not published.
    Fix: let reprocrate compute the result anew from the runs.
    """
    for pointer, result, sample in _samples(subject):
        for name, computed in (("minimum", min(sample.values)), ("maximum", max(sample.values))):
            declared = getattr(result, name)
            if declared is not None and not same(declared, computed):
                yield Found(
                    f"{pointer}/{name}", result=result.id, what=name, declared=declared, computed=computed
                )


@rule(
    "RC0810",
    MUST,
    spec="results",
    since="1.0",
    says="{metric} is {value} in {where}, outside [{low}, {high}]",
)
def value_is_within_the_metrics_range(subject: Subject) -> Iterator[Found]:
    """Every value MUST lie within the range that its metric declares, by `range` or by its unit.

    Judged: each metric value of a run, and `value`, `minimum` and `maximum` of each result whose values
        cannot be told, `mean_rank` aside: it lies outside of the metric's range as the chapter Metrics
        defines it, by however little; at the `value`, `minimum` or `maximum`.
    Why: an accuracy of 93 as a fraction, or of -0.1, shows that the unit or the program is wrong.
    Fix: correct the metric's unit or range, or what the program writes.
    """
    ranges = {metric.id: range_of(metric) for metric in subject.well_formed.metrics}
    for pointer, metric, value, where in _outside(subject, ranges):
        low, high = ranges[metric]
        yield Found(pointer, metric=metric, value=value, where=where, low=low, high=high)


def _outside(
    subject: Subject, ranges: Mapping[str, tuple[float, float]]
) -> Iterator[tuple[str, str, float, str]]:
    """What is outside, with its place: measured values, and numbers of results whose values are not known."""
    limited = {name: each for name, each in ranges.items() if each != (-math.inf, math.inf)}
    for pointer, run in numbered("/runs", subject.well_formed.runs if limited else ()):
        for index, seen in enumerate(run.metrics):
            bounds = limited.get(seen.metric)
            if bounds and seen.value is not None and not bounds[0] <= seen.value <= bounds[1]:
                yield f"{pointer}/metrics/{index}/value", seen.metric, seen.value, run.id
    for pointer, result in numbered("/results", subject.well_formed.results):
        bounds = limited.get(result.metric)
        if result.statistic == "mean_rank" or values_are_known(subject, result) or not bounds:
            continue
        for name in ("value", "minimum", "maximum"):
            number = getattr(result, name)
            if number is not None and not bounds[0] <= number <= bounds[1]:
                yield f"{pointer}/{name}", result.metric, number, result.id
