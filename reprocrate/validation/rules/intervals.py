"""RC08: an interval says how it was made, and lies where such an interval can."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Interval
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import SLACK, SPREADS_OF_VALUES, values_behind_the_spread
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


_RESAMPLED = ("percentile", "bca")


@rule(
    "RC0837",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has a {method} interval from {low} to {high}, but values from {least} to {most}",
)
def resampled_mean_stays_among_the_values(subject: Subject) -> Iterator[Found]:
    """An interval of a mean by percentiles of resamples MUST lie within the smallest and the largest value.

    Judged: each result of statistic `mean` whose values can be told, with an interval of kind `ci` and the
        method `percentile` or `bca` whose `varies_over`, like the result's, is absent, `seeds` or `folds`:
        its `low` is below the smallest value or its `high` above the largest, by more than a relative 1e-9;
        at the interval.
    Why: the mean of values that are drawn from the sample is never beyond the sample's ends, and the ends of
        such an interval are means of resamples (Efron 1987, for both methods).
    Fix: let the interval be computed from the values of the runs, or name what was resampled (`varies_over`).
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        interval, values = result.interval, values_behind_the_spread(subject, result)
        if interval is None or not values or result.statistic != "mean" or interval.kind != "ci":
            continue
        if interval.method not in _RESAMPLED or interval.varies_over not in SPREADS_OF_VALUES:
            continue
        least, most = min(values), max(values)
        slack = SLACK * max(abs(least), abs(most))
        if interval.low < least - slack or interval.high > most + slack:
            yield Found(
                f"{pointer}/interval",
                result=result.id,
                method=interval.method,
                low=interval.low,
                high=interval.high,
                least=least,
                most=most,
            )
