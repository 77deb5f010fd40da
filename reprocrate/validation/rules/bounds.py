"""RC08: a result's numbers can belong together, even where its values are not known.

Where they are known, each number is computed again by another rule, and these have nothing to add.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from fractions import Fraction

from reprocrate import statistics
from reprocrate.manifest import Interval, Manifest, Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES
from reprocrate.validation.places import numbered
from reprocrate.validation.printing import fitting_scales
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, Found, rule
from reprocrate.validation.rules.results import (
    SLACK,
    determined_interval,
    values_are_known,
)
from reprocrate.validation.subject import Subject


def _without_values(subject: Subject) -> Iterator[tuple[str, Result]]:
    """Results whose values are not known, so that only their numbers can be held against each other."""
    for pointer, result in numbered("/results", subject.well_formed.results):
        if result.statistic != "mean_rank" and not values_are_known(subject, result):
            yield pointer, result


def _rounding(*numbers: float | None) -> float:
    """How far numbers may be from what they stand for: half of the last place that any of them shows."""
    return float(statistics.finest([number for number in numbers if number is not None]) / 2)


@rule("RC0825", MUST, spec="results", since="1.0", says="result {result} says {what}")
def value_lies_between_smallest_and_largest(subject: Subject) -> Iterator[Found]:
    """A result's value MUST be one that values between its smallest and largest can have.

    Judged: each result with `minimum` or `maximum` whose values cannot be told, with a statistic other than
        `mean_rank`. Its `minimum` exceeds its `maximum`, at the `minimum`; or else its `value` is not
        between them, is not the `maximum` for `max` or the `minimum` for `min`, or, for a `mean`, or a
        `median` or `iqm` with `n` 2, is nearer than an nth of the range to either; at the `value`. For the
        `value` one unit of the finest last place among the three, and a relative 1e-9, are allowed.
    Why: of n values one is the smallest and one the largest, so their mean, median and interquartile mean lie
        between, and the mean at least an nth of the range away from both.
    Fix: let reprocrate compute the result from the runs, or correct the number that is wrong.
    """
    for pointer, result in _without_values(subject):
        wrong = wrong_order(result)
        if wrong:
            name, what = wrong
            yield Found(f"{pointer}/{name}", result=result.id, what=what)


def wrong_order(result: Result) -> tuple[str, str] | None:
    """Which of a result's numbers cannot be, and why."""
    low, high = result.minimum, result.maximum
    if low is not None and high is not None and low > high:
        return "minimum", f"that its smallest value is {low:.12g} and its largest {high:.12g}"
    least, most = _value_bounds(result)
    scale = max(abs(number) for number in (result.value, low, high) if number is not None)
    slack = 2.0 * _rounding(result.value, low, high) + SLACK * scale
    if least - slack <= result.value <= most + slack:
        return None
    return "value", f"{result.statistic} {result.value:.12g}, {_between(least, most)}"


def _value_bounds(result: Result) -> tuple[float, float]:
    """The smallest and the largest value that the statistic can have."""
    low = -math.inf if result.minimum is None else result.minimum
    high = math.inf if result.maximum is None else result.maximum
    if result.statistic == "max" and result.maximum is not None:
        return high, high
    if result.statistic == "min" and result.minimum is not None:
        return low, low
    is_centre = result.statistic == "mean" or (result.statistic in ("median", "iqm") and result.n == 2)
    if is_centre and math.isfinite(low) and math.isfinite(high):
        return statistics.mean_bounds(low, high, result.n)
    return low, high


def _between(least: float, most: float) -> str:
    if least == most:
        return f"which can only be {least:.12g}"
    if math.isinf(least):
        return f"which is at most {most:.12g}"
    if math.isinf(most):
        return f"which is at least {least:.12g}"
    return f"which lies between {least:.12g} and {most:.12g}"


@rule(
    "RC0826",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has {what} {sd}, but {n} values from {minimum} to {maximum} have {least} to {most}",
)
def deviation_is_possible_for_the_range(subject: Subject) -> Iterator[Found]:
    """A standard deviation MUST be one that n values between the smallest and the largest can have.

    Judged: each result with `minimum`, `maximum` and `n` of at least 2 that RC0825 accepts, whose values
        cannot be told and whose `varies_over` is absent, `seeds` or `folds`: its `sd`, or, if it has none,
        each printed `sd` or `se` (times the square root of n) by the factor of its entry, is smaller than R
        / sqrt(2 (n - d)) or larger than R sqrt(k (n - k) / (n (n - d))), with k half of n, rounded down.
        Where `ddof` is absent either will do. Allowed are half a unit of the deviation's own last place, for
        R one unit of the finest last place among `value`, `minimum` and `maximum`, and a relative 1e-9. An
        `sd` of 0 is taken to be rounded like the other numbers, and all of them to a tenth at most; at the
        `sd` or `dispersion`. And each other result with `sd`, not of `mean_rank`, whose values cannot be told
        or whose `varies_over` is `test_items`, `bootstrap` or `episodes`: its `sd` exceeds W / sqrt(2), W
        being the width of the metric's range as the chapter Metrics defines it; half a unit of its last place
        and a relative 1e-9 are allowed; at the `sd`.
    Why: with R the range and d the ddof it is at least R / sqrt(2 (n - d)), all other values in the middle,
        and at most (R / 2) sqrt(n / (n - d)), half of the values at each end; of two it is R / sqrt(2).
    Fix: let reprocrate compute the result from the runs, or correct the number that is wrong.
    """
    yield from _wider_than_the_metric(subject)
    for pointer, result in _without_values(subject):
        low, high = result.minimum, result.maximum
        if low is None or high is None or not _has_range(result) or wrong_order(result):
            continue
        for place, what, least_sd, most_sd in _deviations(subject.well_formed, pointer, result):
            least, most = _sd_bounds(result, low, high)
            if most_sd < least or least_sd > most:
                shown = statistics.sd_bounds(low, high, result.n, 1 if result.ddof is None else result.ddof)
                yield Found(
                    place,
                    result=result.id,
                    what=what,
                    sd=(least_sd + most_sd) / 2.0,
                    n=result.n,
                    minimum=low,
                    maximum=high,
                    least=shown[0],
                    most=shown[1],
                )


def _has_range(result: Result) -> bool:
    """Whether a result's spread can be held against its smallest and largest value."""
    low, high = result.minimum, result.maximum
    is_known = low is not None and high is not None and math.isfinite(high - low)
    return is_known and result.n > 1 and result.varies_over in SPREADS_OF_VALUES


def _wider_than_the_metric(subject: Subject) -> Iterator[Found]:
    """Deviations that no values within the metric's range have, be they of seeds or of test items."""
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        metric = manifest.find_metric(result.metric)
        is_elsewhere = result.varies_over not in SPREADS_OF_VALUES
        if result.sd is None or metric is None or result.statistic == "mean_rank" or _has_range(result):
            continue
        if not is_elsewhere and (result.n < 2 or values_are_known(subject, result)):
            continue
        low, high = range_of(metric)
        most = (high - low) / math.sqrt(2.0)
        if result.sd - _rounding(result.sd) > most * (1.0 + SLACK):
            yield Found(
                f"{pointer}/sd",
                result=result.id,
                what="an sd of",
                sd=result.sd,
                n="any",
                minimum=low,
                maximum=high,
                least=0.0,
                most=most,
            )


def _deviations(manifest: Manifest, pointer: str, result: Result) -> Iterator[tuple[str, str, float, float]]:
    """The deviations that a result states, with the numbers that they may stand for."""
    if result.sd is not None:
        half = _rounding(result.sd) if result.sd else _unit(result) / 2.0
        yield f"{pointer}/sd", "an sd of", result.sd - half, result.sd + half
        return
    for place, reported in numbered(f"{pointer}/reported", result.reported):
        if reported.dispersion is None or reported.dispersion_kind not in ("sd", "se"):
            continue
        printed = statistics.read_printed(reported.dispersion)
        n = statistics.countable(result.n)
        factor = math.sqrt(n) if reported.dispersion_kind == "se" else 1.0
        for scale in fitting_scales(manifest, result, reported)[:1]:
            ends = (_double(printed.low) * factor / scale, _double(printed.high) * factor / scale)
            what = "an sd of" if reported.dispersion_kind == "sd" else "by its standard error an sd of"
            yield f"{place}/dispersion", what, *ends


def _double(number: Fraction) -> float:
    """The double that is nearest to a printed number, which may be of any size."""
    largest = Fraction(sys.float_info.max)
    return float(max(-largest, min(number, largest)))


_COARSEST = 0.1
"""Beside a deviation of 0, numbers without decimals count as exact, not as rounded to whole ones."""


def _unit(result: Result) -> float:
    """One unit of the last place that the numbers around a deviation show."""
    unit = 2.0 * _rounding(result.value, result.minimum, result.maximum)
    return min(unit, _COARSEST) if result.sd == 0.0 else unit


def _sd_bounds(result: Result, low: float, high: float) -> tuple[float, float]:
    """Between which numbers the deviation lies, whatever was lost in rounding the ends."""
    unit = _unit(result)
    scale = max(abs(low), abs(high))
    ddofs = (0, 1) if result.ddof is None else (result.ddof,)
    inner = statistics.sd_bounds(0.0, max(high - low - unit, 0.0), result.n, ddofs[0])[0]
    outer = statistics.sd_bounds(0.0, high - low + unit, result.n, ddofs[-1])[1]
    return inner * (1.0 - SLACK) - SLACK * scale, outer * (1.0 + SLACK) + SLACK * scale


@rule(
    "RC0827",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} is {value}, with an interval from {low} to {high}",
)
def interval_contains_the_value(subject: Subject) -> Iterator[Found]:
    """An interval's lower end MUST NOT exceed its upper end, and one around the value MUST contain it.

    Judged: each interval of a result whose `low` exceeds its `high`; and each of kind `sd` or `se`, or with
        the method `t`, `constant`, `welch`, `paired`, `normal`, `wilson`, `clopper_pearson`, `agresti_coull`
        or none, that RC0804 and RC0828 do not compute and that does not contain the result's `value`, one
        unit of the finest last place among the three and a relative 1e-9 being allowed; at the interval.
    Why: intervals of standard deviations, of standard errors, by Student's t, the normal and the binomial
        distribution are laid around the value. One by resampling need not contain it, and is judged by the
        order of its ends only.
    Fix: correct the ends, or name the method that the interval was computed by.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        interval = result.interval
        if interval is None:
            continue
        slack = _interval_slack(result, interval)
        is_around = interval.low - slack <= result.value <= interval.high + slack
        if interval.low > interval.high or (not is_around and _is_judged_alone(subject, result, interval)):
            yield Found(
                f"{pointer}/interval",
                result=result.id,
                value=result.value,
                low=interval.low,
                high=interval.high,
            )


def _is_judged_alone(subject: Subject, result: Result, interval: Interval) -> bool:
    """Whether an interval contains its value by the way it is made, and no other rule computes it again."""
    is_computed = _is_recomputed(subject, result) or _follows(result, interval)
    return is_laid_around_the_value(interval) and not is_computed


def _is_recomputed(subject: Subject, result: Result) -> bool:
    """Whether another rule computes the interval again from the values, be they fewer than the runs."""
    sample = subject.evidence.sample(result)
    return bool(sample and determined_interval(result, sample.values))


_AROUND = (
    *(None, "t", "constant", "welch", "paired", "normal"),
    *("wilson", "clopper_pearson", "agresti_coull"),
)


def is_laid_around_the_value(interval: Interval) -> bool:
    """Whether an interval contains the value that it belongs to by the way that it is made."""
    return interval.kind in ("sd", "se") or interval.method in _AROUND


def _interval_slack(result: Result, interval: Interval) -> float:
    numbers = (result.value, interval.low, interval.high)
    return 2.0 * _rounding(*numbers) + SLACK * max(map(abs, numbers))


@rule(
    "RC0828",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} says {kind} [{low}, {high}], but its value, sd and n give [{from_}, {to}]",
)
def interval_follows_from_the_deviation(subject: Subject) -> Iterator[Found]:
    """An interval that value, standard deviation and n determine MUST be the one that they give.

    Judged: each result of statistic `mean` with `sd` and `n` of at least 2 whose values cannot be told: its
        interval of kind `sd` or `se`, or of kind `ci` or `pi` with the method `t`, if its `low` does not
        exceed its `high`. Its `varies_over` and the result's are absent, `seeds` or `folds`. Where `ddof` is
        absent either will do, and a missing `level` is 0.95. Allowed at each end are one unit of the finest
        last place among `value`, `low` and `high`, half a unit of the last place of `sd` times the factor
        that it has in the formula, and a relative 1e-9; at the interval.
    Why: claims are judged by intervals, also where the values behind them are not known.
    Fix: correct the number that is wrong, or name the method that the interval was computed by.
    """
    for pointer, result in _without_values(subject):
        interval = result.interval
        ends = _follows(result, interval) if interval and interval.low <= interval.high else []
        if not interval or not ends:
            continue
        slack = _interval_slack(result, interval)
        if not any(
            abs(interval.low - low) <= slack + lost and abs(interval.high - high) <= slack + lost
            for low, high, lost in ends
        ):
            low, high, _ = ends[0]
            yield Found(
                f"{pointer}/interval",
                result=result.id,
                kind=interval.kind,
                low=interval.low,
                high=interval.high,
                from_=low,
                to=high,
            )


def _follows(result: Result, interval: Interval) -> list[tuple[float, float, float]]:
    """The interval that a result's value, sd and n give, and what rounding of the sd may change of it."""
    over = {interval.varies_over, result.varies_over}
    if result.sd is None or result.n < 2 or result.statistic != "mean" or over - set(SPREADS_OF_VALUES):
        return []
    if interval.kind in ("ci", "pi") and interval.method != "t":
        return []
    found = []
    for ddof in (1, 0) if result.ddof is None else (result.ddof,):
        factor = _half_width_per_deviation(interval, result.n, ddof)
        half = result.sd * factor
        found.append((result.value - half, result.value + half, _rounding(result.sd) * factor))
    return found


def _half_width_per_deviation(interval: Interval, n: int, ddof: int) -> float:
    if interval.kind == "sd":
        return 1.0
    if interval.kind == "se":
        return 1.0 / math.sqrt(statistics.countable(n))
    of_sample = math.sqrt((n - ddof) / (n - 1))
    of_mean = statistics.half_width(of_sample, n, interval.level or statistics.LEVEL)
    # the mean of a replication with as many seeds has the same variance once more
    return of_mean * math.sqrt(2.0) if interval.kind == "pi" else of_mean
