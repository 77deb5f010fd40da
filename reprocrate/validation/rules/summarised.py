"""RC13: numbers of comparisons that follow from what the results declare, or from what was resampled."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Comparison, Result
from reprocrate.validation import summarised
from reprocrate.validation.differences import is_of_values
from reprocrate.validation.evidence import SPREADS_OF_VALUES, Sample
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.resampling import halves, is_judged_by_width
from reprocrate.validation.rules.results import SLACK
from reprocrate.validation.subject import Subject

_RELATIVE = 1e-6


def _unit(value: float) -> float:
    return float(statistics.finest([value]) / 2)


@rule(
    "RC1319",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} says {what} {declared}, but means, deviations and n give {least} to {most}",
)
def test_follows_from_the_summaries(subject: Subject) -> Iterator[Found]:
    """The numbers of a comparison MUST follow from mean, deviation and n, where values are not known.

    Judged: each comparison of two results over runs or folds with the statistic `mean`, `n` of at least 2,
        `sd` other than 0, `ddof`, and `varies_over` absent, `seeds` or `folds`, as that of the effect's
        interval, if the values of one of them at least cannot be told. Of the test `welch_t` the `p_value`,
        where `correction` is absent or `none`; with another one only that it is not smaller than the
        smallest. Of an effect `difference` half of the interval of kind `ci` and method `welch`, or of `t`
        where the test is `welch_t`, if its `low` does not exceed its `high`; a missing `level` is 0.95. And
        the `value` of an effect `cohen_d`. Each is none that the three numbers give, when `value` is
        moved by half a unit of the finest last place that it, `minimum` and `maximum` show, `sd` by half a
        unit of its own, and the degrees of freedom lie anywhere between the fewest and the most that this
        allows. Half a unit of the last place of the p value and of the effect, one unit of the finest of the
        two ends, and a relative 1e-6 are allowed; at the `p_value`, the interval and the effect's `value`.
    Why: reported tests often do not follow from the reported means (Nuijten et al. 2016, "The prevalence of
        statistical reporting errors in psychology"), and then one of them is wrong.
    Fix: let reprocrate compute the comparison from the runs, or correct the number that is wrong.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        sides = summarised.declared_sides(subject, comparison)
        if sides is None:
            continue
        for place, what, declared, slack, (least, most) in _numbers(comparison, *sides):
            if (
                not least * (1.0 - math.copysign(_RELATIVE, least)) - slack
                <= declared
                <= most * (1.0 + math.copysign(_RELATIVE, most)) + slack
            ):
                yield Found(
                    f"{pointer}/{place}",
                    comparison=comparison.id,
                    what=what,
                    declared=f"{declared:.6g}",
                    least=f"{least:.4g}",
                    most=f"{most:.4g}",
                )


_Number = tuple[str, str, float, float, tuple[float, float]]
"""Where a number stands, what it is, the number, what its own rounding allows, and what it can be."""


def _numbers(comparison: Comparison, a: summarised.Declared, b: summarised.Declared) -> Iterator[_Number]:
    effect, p = comparison.effect, comparison.p_value
    if comparison.test == "welch_t" and p is not None:
        least, most = summarised.welch_p(a, b)
        is_raw = comparison.correction in (None, "none")
        yield "p_value", "p =", p, _unit(p), (least, most if is_raw else 1.0)
    if effect and effect.kind == "cohen_d":
        yield "effect/value", "an effect of", effect.value, _unit(effect.value), summarised.cohen_d(a, b)
    interval = effect.interval if effect and effect.kind == "difference" else None
    if interval is None or interval.kind != "ci" or interval.low > interval.high:
        return
    if interval.method == "welch" or (interval.method == "t" and comparison.test == "welch_t"):
        half = interval.high / 2.0 - interval.low / 2.0
        unit = float(statistics.finest([interval.low, interval.high]))
        bounds = summarised.welch_half_width(a, b, interval.level or statistics.LEVEL)
        yield "effect/interval", "an interval of half the width", half, unit, bounds


_IMPOSSIBLE = (0.3, 2.2)
_IMPOSSIBLE_BCA = (0.3, 3.0)


@rule(
    "RC1320",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} has a {method} interval from {low} to {high}, but resamples of its values "
    "give about ± {half}",
)
def resampled_difference_is_as_wide_as_its_values(subject: Subject) -> Iterator[Found]:
    """An interval of a difference by resampling MUST be about as wide as the values make it.

    Judged: each effect `difference` between two results of the statistic `mean` over runs, whose values can
        be told and are at least 3 each, with an interval of kind `ci` and method `percentile`, `bca` or
        `bootstrap`, with `low` not above `high`, and a level (0.95 where it is absent) from 0.8 to 0.99;
        the comparison is of values, as the chapter says. With s and t the standard deviations of the two for
        `ddof` 0, h = z sqrt(s^2 / n + t^2 / k), and, where the values pair by seed as in RC1306, also h = z
        w / sqrt(n) with the deviation w of the differences: half of the width is below 0.3 times the
        smaller, or above 2.2 times (3 times for `bca`) the larger, h, which is not 0. Rounding is allowed as
        in RC0846. What RC1315 objects to is left out; at the interval.
    Why: as in RC0846; in the same simulations it was, by percentiles, from 0.51 h to 1.29 h.
    Fix: compute the interval anew from the values of the runs, or name what was resampled (`varies_over`).
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        effect = comparison.effect
        interval = effect.interval if effect and effect.kind == "difference" else None
        samples = subject.evidence.samples(comparison)
        sides = [manifest.find_result(name) for name in (comparison.a, comparison.b)]
        if interval is None or samples is None or not is_judged_by_width(interval):
            continue
        if not all(each and _is_plain_mean(each) for each in sides):
            continue
        if not is_of_values(manifest, comparison, *samples) or _is_beyond(
            samples, interval.low, interval.high
        ):
            continue
        errors = _errors(*samples)
        if not errors or min(errors) <= 0.0:
            continue
        level = interval.level or statistics.LEVEL
        expected = [statistics.normal_half_width(error, 1, level) for error in errors]
        least, most = halves(interval)
        low, high = _IMPOSSIBLE_BCA if interval.method == "bca" else _IMPOSSIBLE
        if most < low * min(expected) or least > high * max(expected):
            yield Found(
                f"{pointer}/effect/interval",
                comparison=comparison.id,
                method=interval.method,
                low=interval.low,
                high=interval.high,
                half=f"{expected[0]:.4g}",
            )


def _is_plain_mean(result: Result) -> bool:
    is_of_values = result.varies_over in SPREADS_OF_VALUES
    return result.over == "runs" and result.statistic == "mean" and is_of_values


def _errors(a: Sample, b: Sample) -> list[float]:
    """The standard errors of a difference of resamples: of each side by itself, and of pairs."""
    if min(len(a.values), len(b.values)) < 3 or a.silent or b.silent:
        return []
    if not statistics.are_computable((*a.values, *b.values)):
        return []
    errors = [math.hypot(statistics.se(a.values, 0), statistics.se(b.values, 0))]
    if partners := a.partners_in(b):
        errors.append(statistics.se([x - y for x, y in zip(a.values, partners, strict=True)], 0))
    return errors


def _is_beyond(samples: tuple[Sample, Sample], low: float, high: float) -> bool:
    """Whether RC1315 says of an interval that no resample has such a difference."""
    a, b = samples
    if not a.values or not b.values:
        return True
    slack = SLACK * max(map(abs, (*a.values, *b.values)))
    return low < min(a.values) - max(b.values) - slack or high > max(a.values) - min(b.values) + slack


@rule(
    "RC1321",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} is by mcnemar, which is over items of two runs, but rests on {n} values",
)
def items_are_those_of_one_run_each(subject: Subject) -> Iterator[Found]:
    """McNemar's test SHOULD be of two results of one run each.

    Judged: each comparison with the test `mcnemar` of results over runs of which one has an `n` of at least
        2; at the `test`.
    Why: it counts the items that one side alone has right. Over several runs an item is right several times,
        and these are not independent, so that the p value comes out far too small.
    Fix: compare the values of the runs by `welch_t` or `paired_t`, or the items of one run of each.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        sides = [manifest.find_result(name) for name in (comparison.a, comparison.b)]
        most = max((each.n for each in sides if each and each.over == "runs"), default=1)
        if comparison.test == "mcnemar" and most > 1:
            yield Found(f"{pointer}/test", comparison=comparison.id, n=most)
