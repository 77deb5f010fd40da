"""RC08: what stands behind a plus-minus sign is the spread that it is said to be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from reprocrate import statistics
from reprocrate.manifest import Interval, Manifest, Metric, Reported, Result
from reprocrate.statistics import Recomputed, compare_printed
from reprocrate.validation.places import numbered
from reprocrate.validation.printing import fitting_scales
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import SLACK, values_behind_the_spread
from reprocrate.validation.subject import Subject

_Spread = tuple[float, float]
"""A spread, and how far off it may be since the numbers that it follows from were rounded."""

_KINDS = {
    "sd": "standard deviation",
    "se": "standard error",
    "ci": "half of a confidence interval",
    "range": "range",
    "iqr": "interquartile range",
    "mad": "median absolute deviation",
}


def _printed_spreads(subject: Subject) -> Iterator[tuple[str, Result, Reported]]:
    for pointer, result in numbered("/results", subject.well_formed.results):
        for place, reported in numbered(f"{pointer}/reported", result.reported):
            if reported.dispersion is not None:
                yield place, result, reported


@rule(
    "RC0821",
    MUST,
    spec="results",
    since="1.0",
    says="± {printed} is printed as the {kind} of result {result}, which is {computed}{instead}",
)
def printed_spread_recomputes(subject: Subject) -> Iterator[Found]:
    """A printed spread MUST be, rounded, the spread of its declared kind that the result has.

    Judged: each `reported[].dispersion` of a result with `n` of at least 2 and a `dispersion_kind` other than
        `none`: it is, rounded or cut off, none of the following times a factor of the entry. (1) Where the
        values can be told, no run is silent, and `varies_over` is absent, `seeds` or `folds`: for `sd` and
        `se` those with the result's `ddof`, or either one where it is absent; for `ci` half of the t
        interval, at the level of the result's interval if that is of kind `ci`; for `range`, `mad` and `iqr`
        those of the values, by any definition of the quartiles; where there is one value, nothing is judged.
        (2) Else: for `sd` the result's `sd`; for `se` its `sd` over the square root of n, where `varies_over`
        is as in (1); for both, where that is not there, half of the interval of the same kind; for `ci`,
        where there is no interval of kind `ci` and `varies_over` is as in (1), half of the 95 % t interval
        that `sd`, `ddof` (either one where it is absent) and `n` give; for `range` the `maximum` minus the
        `minimum`. (3) An interval of kind `ci` takes the place of both for `ci` where it has a method other
        than `t` and `constant`, or none, or the values are not those of (1): half of it, or the part on
        either side of the `value`; it is not judged if its `low` exceeds its `high`. What is not known, or
        where a value's magnitude is above 1e300 or below 1e-290 and not 0, is not judged. A missing `level`
        is 0.95, and 1e-9 of the largest value is allowed, and in (2) and (3) how the recorded numbers were
        rounded: half a unit of the last place of `sd` times the factor that it has in the formula, where that
        is not 1; one unit of the finest last place among `value` and the two ends for `minimum` and `maximum`
        and for an interval; at the `dispersion`.
    Why: a standard error that is taken for a standard deviation makes a method look steadier than it is.
    Fix: print the spread that the values give, or correct `dispersion_kind` or the result's `ddof`.
    """
    manifest = subject.well_formed
    for place, result, reported in _printed_spreads(subject):
        kind = reported.dispersion_kind or "none"
        values = values_behind_the_spread(subject, result)
        if result.n < 2 or len(values) == 1 or not statistics.are_computable(values):
            continue  # of one value RC0803 says that it is no more
        expected = [each for each in _expected(kind, result, values) if math.isfinite(each[0])]
        if not expected or _fits(manifest, result, reported, expected, values):
            continue
        others = statistics.spreads(values, _level(result))
        fitting = (
            words for words, other in others if _fits(manifest, result, reported, [(other, 0.0)], values)
        )
        instead = next(fitting, None)
        yield Found(
            f"{place}/dispersion",
            printed=reported.dispersion,
            kind=_KINDS[kind],
            result=result.id,
            computed=expected[0][0],
            instead=f" (it fits the {instead})" if instead else "",
        )


def _level(result: Result) -> float:
    interval = result.interval
    return interval.level if interval and interval.kind == "ci" and interval.level else statistics.LEVEL


def _expected(kind: str, result: Result, values: Sequence[float]) -> list[_Spread]:
    """What the spread of a kind may be; nothing where the manifest does not tell."""
    if not values:
        return _declared(kind, result)
    if kind in ("sd", "se"):
        divisor = math.sqrt(len(values)) if kind == "se" else 1.0
        ddofs = (1, 0) if result.ddof is None else (result.ddof,)
        return [(statistics.sd(values, ddof) / divisor, 0.0) for ddof in ddofs]
    if kind == "ci":
        interval = _confidence(result)
        if interval and interval.method not in ("t", "constant"):
            return _halves(result, interval)
        return [(statistics.t_interval(values, _level(result)).half_width, 0.0)]
    if kind == "range":
        return [(statistics.value_range(values), 0.0)]
    if kind == "iqr":
        return [(each, 0.0) for each in statistics.interquartile_ranges(values)]
    return [(statistics.mad(values), 0.0)] if kind == "mad" else []


def _declared(kind: str, result: Result) -> list[_Spread]:
    """What the spread of a kind is by the other numbers of a result, each rounded as it was recorded."""
    if kind == "range" and result.minimum is not None and result.maximum is not None:
        unit = float(statistics.finest([result.value, result.minimum, result.maximum]))
        return [(result.maximum - result.minimum, unit)]
    interval = result.interval
    if kind == "ci" and (confidence := _confidence(result)):
        return _halves(result, confidence)
    if kind not in ("sd", "se", "ci"):
        return []
    if result.sd is not None and (kind == "sd" or result.varies_over in (None, "seeds", "folds")):
        lost = float(statistics.finest([result.sd]) / 2)
        factors = _factors(kind, result)
        return [(result.sd * factor, lost * factor if factor != 1.0 else 0.0) for factor in factors]
    if kind != "ci" and interval and interval.kind == kind:
        return _halves(result, interval)[:1]
    return []


def _factors(kind: str, result: Result) -> list[float]:
    """What a declared deviation is multiplied by: of 95 % by Student's t, for a confidence interval."""
    if kind == "sd":
        return [1.0]
    if kind == "se":
        return [1.0 / math.sqrt(statistics.countable(result.n))]
    ddofs = (1, 0) if result.ddof is None else (result.ddof,)
    lost = [math.sqrt((result.n - ddof) / (result.n - 1)) for ddof in ddofs]
    return [statistics.half_width(each, result.n) for each in lost]


def _confidence(result: Result) -> Interval | None:
    return result.interval if result.interval and result.interval.kind == "ci" else None


def _halves(result: Result, interval: Interval) -> list[_Spread]:
    """Half of an interval, and its two sides: one by resampling need not lie evenly around its value."""
    if interval.low > interval.high:
        return []
    unit = float(statistics.finest([result.value, interval.low, interval.high]))
    half = interval.high / 2.0 - interval.low / 2.0
    return [(each, unit) for each in (half, result.value - interval.low, interval.high - result.value)]


def _fits(
    manifest: Manifest,
    result: Result,
    reported: Reported,
    expected: Sequence[_Spread],
    values: Sequence[float],
) -> bool:
    noise = SLACK * max(map(abs, (*values, result.value)))
    return any(
        compare_printed(reported.dispersion or "", each, noise + lost, scale=scale)
        is not Recomputed.DIFFERENT
        for scale in fitting_scales(manifest, result, reported)
        for each, lost in expected
        if math.isfinite(each)
    )


@rule(
    "RC0822",
    SHOULD,
    spec="results",
    since="1.0",
    says="{value} ± {printed} is printed for result {result}, but not what the spread is",
)
def printed_spread_says_its_kind(subject: Subject) -> Iterator[Found]:
    """A printed spread SHOULD say what it is: a standard deviation, a standard error, or another kind.

    Judged: each `reported[]` with a `dispersion` whose `dispersion_kind` is absent or `none`; at the entry.
    Why: over five seeds a standard deviation is more than twice the standard error.
    Fix: set `dispersion_kind`, and say it in the caption of the table.
    """
    for place, result, reported in _printed_spreads(subject):
        if reported.dispersion_kind in (None, "none"):
            yield Found(place, value=reported.value, printed=reported.dispersion, result=result.id)


@rule(
    "RC0823",
    SHOULD,
    spec="results",
    since="1.0",
    says="{value} ± {printed} for result {result} reaches beyond {bound}, which {metric} cannot",
)
def printed_bar_stays_within_the_range(subject: Subject) -> Iterator[Found]:
    """A symmetric bar of a standard deviation, standard error or interval SHOULD stay in the metric's range.

    Judged: each `reported[]` with a `dispersion` of kind `sd`, `se` or `ci`, against the metric's range as
        the chapter Metrics defines it, times the factor of the entry: the printed value is not below the
        lower end, but would be without the printed spread; or it is not above the upper end, but would be
        with the spread added; at the entry.
    Why: an accuracy of 0.99 ± 0.02 says that 1.01 was to be expected; near its bound a metric is skewed.
    Fix: print an interval that is not symmetric, such as a bootstrap interval, or the values themselves.
    """
    manifest = subject.well_formed
    for place, result, reported in _printed_spreads(subject):
        metric = manifest.find_metric(result.metric)
        if metric is None or reported.dispersion_kind not in ("sd", "se", "ci"):
            continue
        bound = _bound_crossed(manifest, metric, result, reported)
        if bound is not None:
            yield Found(
                place,
                value=reported.value,
                printed=reported.dispersion,
                result=result.id,
                bound=bound,
                metric=metric.id,
            )


def _bound_crossed(manifest: Manifest, metric: Metric, result: Result, reported: Reported) -> float | None:
    low, high = range_of(metric)
    scale = fitting_scales(manifest, result, reported)[0]
    value, half = (
        statistics.read_printed(text).value for text in (reported.value, reported.dispersion or "0")
    )
    if math.isfinite(low) and value - half < _exactly(low, scale) <= value:
        return low * scale
    if math.isfinite(high) and value + half > _exactly(high, scale) >= value:
        return high * scale
    return None


def _exactly(bound: float, scale: float) -> Fraction:
    """A bound as the decimal number that it shows: 0.9 in percent is 90."""
    return statistics.shown(bound).value * statistics.shown(scale).value


@rule("RC0824", SHOULD, spec="results", since="1.0", says="result {result} does not say the ddof of its sd")
def standard_deviation_says_its_ddof(subject: Subject) -> Iterator[Found]:
    """A standard deviation SHOULD say how many degrees of freedom it loses.

    Judged: each result with an `sd` other than 0, `n` of at least 2 and no `ddof`; at the result.
    Why: numpy divides by n and pandas by n - 1; over three seeds that is a difference of a fifth.
    Fix: set `ddof` to 1, or to 0 where the deviation was divided by n.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        if result.sd and result.ddof is None and result.n > 1:
            yield Found(pointer, result=result.id)


_FEW = 50
"""From so many values on, dividing by n or n - 1 differs by less than a hundredth."""


@rule(
    "RC0845",
    SHOULD,
    spec="results",
    since="1.0",
    says="the sd of result {result} has ddof {ddof}, those of {count} of {metric} ddof {other}",
)
def deviations_of_a_metric_are_alike(subject: Subject) -> Iterator[Found]:
    """Standard deviations of one metric SHOULD lose the same degrees of freedom.

    Judged: the results of each metric, data, split and `varies_over` with an `sd` other than 0, `n` from 2 to
        49, and `ddof`, where this is 0 in some and 1 in others; at the `ddof` of those that have the rarer
        one, or 0 where both are as frequent.
    Why: they are read side by side, and of five values that with `ddof` 0 looks a tenth smaller.
    Fix: compute all of them with `ddof` 1, as reprocrate does.
    """
    groups: dict[tuple[str | None, ...], list[tuple[str, Result]]] = {}
    for pointer, result in numbered("/results", subject.well_formed.results):
        if result.sd and result.ddof is not None and 1 < result.n < _FEW:
            key = (result.metric, result.data, result.split, result.varies_over)
            groups.setdefault(key, []).append((pointer, result))
    for group in groups.values():
        ones = sum(result.ddof == 1 for _, result in group)
        rarer = 1 if ones < len(group) - ones else 0
        others = sum(result.ddof != rarer for _, result in group)
        for pointer, result in group if 0 < ones < len(group) else ():
            if result.ddof == rarer:
                count = "another" if others == 1 else f"{others} others"
                yield Found(
                    f"{pointer}/ddof",
                    result=result.id,
                    ddof=rarer,
                    count=count,
                    metric=result.metric,
                    other=1 - rarer,
                )
