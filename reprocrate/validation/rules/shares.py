"""RC08: spreads that the mean itself, or the number of items behind a share, allows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Result
from reprocrate.validation.evidence import SPREADS_OF_VALUES
from reprocrate.validation.places import numbered
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, Found, rule
from reprocrate.validation.rules.bounds import wrong_order
from reprocrate.validation.rules.results import SLACK, values_are_known
from reprocrate.validation.subject import Subject

_SCALES = {"fraction": 1.0, "percent": 100.0}
_METHODS = ("wilson", "agresti_coull", "clopper_pearson", "normal")


def _rounding(*numbers: float) -> float:
    return float(statistics.finest(numbers) / 2)


@rule(
    "RC0842",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has sd {sd}, but {n} values in [{low}, {high}] of mean {mean} have at most {most}",
)
def deviation_is_possible_for_the_mean(subject: Subject) -> Iterator[Found]:
    """A standard deviation MUST be one that n values within the metric's range can have with their mean.

    Judged: each result of statistic `mean` with `sd` and `n` of at least 2 whose values cannot be told, whose
        `varies_over` is absent, `seeds` or `folds`, and whose metric's range, as the chapter Metrics defines
        it, has two ends. The values lie from `minimum` to `maximum` where these are given and nearer, which
        ascend, and the `value` lies between. With W the distance of the two, T = n (`value` - the lower one)
        / W, k its whole and f its broken part, and d the `ddof` (1 where it is absent), the `sd` exceeds W
        sqrt((k + f^2 - T^2 / n) / (n - d)). Allowed are half a unit of the last place of `sd`, half a unit of
        the finest last place among `value` and the two for each of these, and a relative 1e-9. What RC0825
        or RC0826 objects to is left out; at the `sd`.
    Why: near a bound values cannot spread: five accuracies with the mean 0.98 have a deviation of 0.045 at
        most, since one at 0.9 and four at 1 are as far apart as they can be.
    Fix: let reprocrate compute the result from the runs, or correct the number that is wrong.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        ends = _ends(subject, result) if _is_mean_of_unknown(subject, result) else None
        if result.sd is None or ends is None or not ends[0] <= result.value <= ends[1]:
            continue
        half = _rounding(result.value, *ends)
        means = (result.value - half, result.value + half)
        ddof = 1 if result.ddof is None else result.ddof
        n = statistics.countable(result.n)
        most = statistics.most_sd(means, ends[0] - half, ends[1] + half, n, ddof)
        least = result.sd - _rounding(result.sd)
        if most * (1.0 + SLACK) < least <= _most_of_the_range(subject, result, half):
            yield Found(
                f"{pointer}/sd",
                result=result.id,
                sd=result.sd,
                n=result.n,
                low=ends[0],
                high=ends[1],
                mean=result.value,
                most=f"{most:.4g}",
            )


def _most_of_the_range(subject: Subject, result: Result, half: float) -> float:
    """What RC0826 allows, which does not ask for the mean."""
    if result.minimum is None or result.maximum is None:
        metric = subject.well_formed.find_metric(result.metric)
        low, high = range_of(metric) if metric else (0.0, math.inf)
        return (high - low) / math.sqrt(2.0)
    ddof = 1 if result.ddof is None else result.ddof
    return statistics.sd_bounds(0.0, result.maximum - result.minimum + 2.0 * half, result.n, ddof)[1]


def _is_mean_of_unknown(subject: Subject, result: Result) -> bool:
    is_of_values = result.statistic == "mean" and result.varies_over in SPREADS_OF_VALUES
    return is_of_values and result.n > 1 and not values_are_known(subject, result) and not wrong_order(result)


def _ends(subject: Subject, result: Result) -> tuple[float, float] | None:
    """Between which numbers the values lie: those of the metric, or nearer ones that the result declares."""
    metric = subject.well_formed.find_metric(result.metric)
    if metric is None:
        return None
    low, high = range_of(metric)
    if not math.isfinite(low) or not math.isfinite(high):
        return None
    low = max(low, low if result.minimum is None else result.minimum)
    high = min(high, high if result.maximum is None else result.maximum)
    return (low, high) if low < high else None


def _counted(subject: Subject, result: Result) -> tuple[int, float] | None:
    """The items behind a result of one value, and what all of them are worth; None where it counts none."""
    metric = subject.well_formed.find_metric(result.metric)
    if metric is None or not metric.count_of or result.n != 1 or result.over != "runs":
        return None
    scale = _SCALES.get(metric.unit or "")
    is_share = scale is not None and 0.0 <= result.value <= scale
    return (metric.count_of, scale) if scale and is_share else None


def _shares(value: float, scale: float) -> tuple[float, float]:
    half = _rounding(value)
    return max(0.0, (value - half) / scale), min(1.0, (value + half) / scale)


@rule(
    "RC0843",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has an sd of {sd} over {items} test items, but its value {value} gives {computed}",
)
def deviation_of_items_follows_from_their_share(subject: Subject) -> Iterator[Found]:
    """A standard deviation over items that count 0 or 1 MUST be the one that their share gives (DEBIT).

    Judged: each result over runs with `n` 1, `varies_over` `test_items` and an `sd`, of a metric with
        `count_of` N of at least 2 and the unit `fraction` or `percent`, c being 1 or 100, and a `value` c p
        from 0 to c. The `sd` is neither c sqrt(p (1 - p) N / (N - d)), with d the `ddof` or either one where
        it is absent, nor that over the square root of N, which is the standard error. Allowed are half a unit
        of the last place of `value` and of `sd`, and a relative 1e-9. What RC0826 objects to is left out; at
        the `sd`.
    Why: of items that are right or wrong the share tells everything (Heathers and Brown 2019).
    Fix: correct the deviation, or say in `varies_over` what it is over.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        counted = _counted(subject, result)
        if result.sd is None or counted is None or counted[0] < 2 or result.varies_over != "test_items":
            continue
        items, scale = counted
        shares = _shares(result.value, scale)
        half = _rounding(result.sd)
        ddofs = (0, 1) if result.ddof is None else (result.ddof,)
        found = [statistics.deviations_of_items(shares, items, ddof) for ddof in ddofs]
        fits = any(
            least * factor * (1.0 - SLACK) - half <= result.sd <= most * factor * (1.0 + SLACK) + half
            for least, most in found
            for factor in (scale, scale / math.sqrt(items))
        )
        if not fits and result.sd - half <= scale / math.sqrt(2.0):
            computed = f"{found[0][1] * scale:.4g}"
            yield Found(
                f"{pointer}/sd",
                result=result.id,
                sd=result.sd,
                items=items,
                value=result.value,
                computed=computed,
            )


@rule(
    "RC0844",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} has the {method} interval [{low}, {high}], not that of {value} and {items} items",
)
def interval_of_a_share_recomputes(subject: Subject) -> Iterator[Found]:
    """An interval of a share by the binomial distribution MUST be the one that the number of items gives.

    Judged: each result over runs with `n` 1 of a metric with `count_of` N and the unit `fraction` or
        `percent`, whose `value` lies in its range, with an interval of kind `ci` that contains it and whose
        method is `wilson`, `agresti_coull` or `clopper_pearson` (this one where N is at most 20,000), or
        `normal` where the interval, or else the result, has `varies_over` `test_items`. It is not the one of
        this method for N items; a missing `level` is 0.95. Wilson's may be corrected for continuity, the
        normal one too, or have the variance of a sample; ends beyond 0 and 1 may be cut off there. What
        RC0837 objects to is left out. Allowed are half a unit of the last place of `value`, at each end one
        unit of the finest last place of the two, and a millionth of all items; at the interval.
    Why: it follows from the share and the number of items alone, and one for more items looks surer.
    Fix: compute it for the items of the test split, or name the method that it was computed by.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        interval, counted = result.interval, _counted(subject, result)
        if interval is None or counted is None or interval.kind != "ci":
            continue
        items, scale = counted
        is_within = interval.low >= 0.0 and interval.high <= scale * (1.0 + SLACK)
        if interval.method in ("wilson", "clopper_pearson") and not is_within:
            continue
        if not _is_of_items(result, items) or not interval.low <= result.value <= interval.high:
            continue
        is_possible = statistics.share_interval_is_possible(
            interval.method or "",
            (interval.low / scale, interval.high / scale),
            _shares(result.value, scale),
            items,
            level=interval.level or statistics.LEVEL,
            slack=2.0 * _rounding(interval.low, interval.high) / scale + 1e-6,
        )
        if not is_possible:
            yield Found(
                f"{pointer}/interval",
                result=result.id,
                method=interval.method,
                low=interval.low,
                high=interval.high,
                value=result.value,
                items=items,
            )


def _is_of_items(result: Result, items: int) -> bool:
    interval = result.interval
    if interval is None or interval.method not in _METHODS:
        return False
    over = interval.varies_over or result.varies_over
    if interval.method == "normal":
        return over == "test_items"
    is_short = interval.method != "clopper_pearson" or items <= statistics.MOST_COUNTED
    return is_short and over in (None, "test_items")
