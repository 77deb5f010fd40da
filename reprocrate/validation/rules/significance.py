"""RC13: tests of comparisons, and whether what they say agrees."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Comparison, Interval
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.bounds import is_laid_around_the_value
from reprocrate.validation.rules.comparisons import recomputed_difference
from reprocrate.validation.rules.intervals import bounds_of_resamples, is_resampled
from reprocrate.validation.rules.results import SLACK
from reprocrate.validation.subject import Subject

_PAIRED = {"paired_t": True, "wilcoxon": True, "mcnemar": True, "welch_t": False, "mann_whitney": False}


@rule(
    "RC1308",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} is {said}, but {test} is {known}",
)
def test_agrees_with_the_pairing(subject: Subject) -> Iterator[Found]:
    """A paired comparison MUST have a test of pairs, and an unpaired one a test of independent samples.

    Judged: each comparison with `paired` and one of the tests `paired_t`, `wilcoxon`, `mcnemar`, `welch_t`,
        `mann_whitney`; at the `test`.
    Why: `paired_t`, `wilcoxon` and `mcnemar` test differences within pairs, `welch_t` and `mann_whitney` do
        not; with the wrong one the p value answers another question.
    Fix: correct `paired` or `test`.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        known = _PAIRED.get(comparison.test or "")
        if known is not None and comparison.paired is not None and comparison.paired is not known:
            words = {True: "paired", False: "unpaired"}
            yield Found(
                f"{pointer}/test",
                comparison=comparison.id,
                said=words[comparison.paired],
                test=comparison.test,
                known=f"a test of {'pairs' if known else 'independent samples'}",
            )


@rule(
    "RC1309", MUST, spec="comparisons", since="1.0", says="comparison {comparison} has a p value, but no test"
)
def p_value_has_a_test(subject: Subject) -> Iterator[Found]:
    """A comparison with a p value MUST name the test that it is of.

    Judged: each comparison with `p_value` and no `test`; at the comparison.
    Why: tests answer different questions, and without its name the p value cannot be computed again.
    Fix: set `test`.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        if comparison.p_value is not None and comparison.test is None:
            yield Found(pointer, comparison=comparison.id)


@rule(
    "RC1310",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="claims rest on {n} tests without a correction for their number: {comparisons}",
)
def several_tests_are_corrected(subject: Subject) -> Iterator[Found]:
    """P values of several comparisons that claims rest on SHOULD be corrected for their number.

    Judged: where at least two comparisons that are named as evidence of claims have a `p_value`, those among
        them that have a `test` and a `correction` that is absent or `none`; one finding, at `/comparisons`.
    Why: of twenty tests one is below 0.05 by chance alone.
    Fix: correct the p values by Holm's method (`holm`), which needs no assumption and loses little power.
    """
    manifest = subject.well_formed
    named = {name for claim in manifest.claims for name in claim.evidence}
    tested = [each for each in manifest.comparisons if each.id in named and each.p_value is not None]
    bare = [each.id for each in tested if each.test and each.correction in (None, "none")]
    if len(tested) > 1 and bare:
        yield Found("/comparisons", n=len(bare), comparisons=bare)


@rule(
    "RC1311",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} has an effect of {value}, with an interval from {low} to {high}",
)
def effect_interval_contains_the_effect(subject: Subject) -> Iterator[Found]:
    """The interval of an effect MUST run upwards, and one that is laid around the effect MUST contain it.

    Judged: each interval of an effect whose `low` exceeds its `high`; and each of kind `sd` or `se`, or with
        the method `t`, `constant`, `welch`, `paired` or none, that RC1306 does not compute and that does not
        contain the effect's `value`, one unit of the finest last place among the three and a relative 1e-9
        being allowed; at the interval.
    Why: its ends say how large or small the difference may be. An interval by resampling need not contain the
        effect, and is judged by the order of its ends only.
    Fix: correct the ends, or name the method that the interval was computed by.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        effect = comparison.effect
        interval = effect.interval if effect else None
        if effect is None or interval is None:
            continue
        slack = _slack(effect.value, interval)
        is_outside = not interval.low - slack <= effect.value <= interval.high + slack
        is_judged = is_laid_around_the_value(interval) and not _is_recomputed(subject, comparison, interval)
        if interval.low > interval.high or (is_judged and is_outside):
            yield Found(
                f"{pointer}/effect/interval",
                comparison=comparison.id,
                value=effect.value,
                low=interval.low,
                high=interval.high,
            )


def _slack(value: float, interval: Interval) -> float:
    """What rounding may have changed of numbers as they are recorded."""
    numbers = (value, interval.low, interval.high)
    return float(statistics.finest(numbers)) + SLACK * max(map(abs, numbers))


def _is_recomputed(subject: Subject, comparison: Comparison, interval: Interval) -> bool:
    """Whether another rule computes the interval again."""
    difference = recomputed_difference(subject, comparison)
    is_difference = comparison.effect is not None and comparison.effect.kind == "difference"
    return difference is not None and is_difference and interval.method == difference.method


@rule(
    "RC1312",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets {result} against itself",
)
def comparison_has_two_sides(subject: Subject) -> Iterator[Found]:
    """A comparison MUST be of two different results.

    Judged: each comparison whose `a` is its `b`; at the `b`.
    Why: nothing differs from itself.
    Fix: name the other result.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        if comparison.a == comparison.b:
            yield Found(f"{pointer}/b", comparison=comparison.id, result=comparison.a)


_METHODS = {"welch_t": ("t", "welch"), "paired_t": ("t", "paired")}


@rule(
    "RC1313",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} has p = {p}, but its {level} interval from {low} to {high} {zero}",
)
def p_value_agrees_with_the_interval(subject: Subject) -> Iterator[Found]:
    """The p value of a t test MUST be below alpha if and only if its interval of level 1 - alpha excludes 0.

    Judged: each comparison with the test `welch_t` or `paired_t`, a `p_value` without correction, and an
        effect `difference` with an interval of kind `ci` with the method `t`, or `welch` or `paired` like
        the test, that RC1306 cannot compute and whose `low` does not exceed its `high`. A missing `level` is
        0.95; half a unit of the last place of the p value, and of the finest one of the two ends, is
        allowed, and a relative 1e-9; at the `p_value`.
    Why: both follow from the same t statistic; where they disagree one of them is of another test.
    Fix: correct the p value or the interval.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        effect = comparison.effect
        interval = effect.interval if effect and effect.kind == "difference" else None
        p = comparison.p_value
        if (
            interval is None
            or p is None
            or comparison.correction not in (None, "none")
            or interval.kind != "ci"
            or interval.method not in _METHODS.get(comparison.test or "", ())
            or interval.low > interval.high
            or recomputed_difference(subject, comparison) is not None
        ):
            continue
        if _disagree(p, interval):
            is_inside = interval.low <= 0.0 <= interval.high
            yield Found(
                f"{pointer}/p_value",
                comparison=comparison.id,
                p=p,
                level=f"{100 * (interval.level or statistics.LEVEL):.6g} %",
                low=interval.low,
                high=interval.high,
                zero="includes 0" if is_inside else "excludes 0",
            )


def _disagree(p: float, interval: Interval) -> bool:
    """Whether p value and interval disagree, whatever was lost in recording either."""
    alpha = 1.0 - (interval.level or statistics.LEVEL)
    half = float(statistics.shown(p).unit / 2) + SLACK
    lost = float(statistics.finest((interval.low, interval.high)) / 2)
    lost += SLACK * max(abs(interval.low), abs(interval.high))
    excludes = interval.low - lost > 0.0 or interval.high + lost < 0.0
    includes = interval.low + lost < 0.0 < interval.high - lost
    return (excludes and p - half > alpha) or (includes and p + half < alpha)


@rule(
    "RC1314",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} has p = {p}, but {test} of {n} values against {k} gives {least} or more",
)
def p_value_is_attainable(subject: Subject) -> Iterator[Found]:
    """The p value of a test of ranks or labels MUST NOT be smaller than so many values can give.

    Judged: each comparison with a `p_value` of results whose values can be told, n and k of them, by 1e-9:
        2 / 2^n for `wilcoxon` with n = k; 2 / C(n + k, n) for `mann_whitney`; a tenth of 1 / C(n + k, n) for
        `permutation` with `paired` absent or false, since labels may have been drawn instead of counted: m
        draws give 1 / (m + 1) or more, and m of ten times C(n + k, n) or more all but surely hold the labels
        as observed; a correction only makes it larger; at the `p_value`.
    Why: with few values there are few signs or labels to exchange, and what was seen is one of these ways. An
        approximation that gives less does not hold for so few values.
    Fix: compute the exact test, which for so few values is quick, or correct the name of the test.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        samples = subject.evidence.samples(comparison)
        p = comparison.p_value
        if p is None or samples is None:
            continue
        n, k = (len(side.values) for side in samples)
        least = _smallest_p(comparison, n, k)
        if p < least - SLACK:
            yield Found(
                f"{pointer}/p_value",
                comparison=comparison.id,
                p=p,
                test=comparison.test,
                n=n,
                k=k,
                least=f"{least:.6g}",
            )


def _smallest_p(comparison: Comparison, n: int, k: int) -> float:
    if not n or not k:
        return 0.0
    if comparison.test == "wilcoxon":
        return statistics.smallest_p_of_signs(n) if n == k else 0.0
    if comparison.test == "mann_whitney":
        return statistics.smallest_p_of_ranks(n, k)
    if comparison.test == "permutation" and not comparison.paired:
        return statistics.smallest_p_of_labels(n, k) / 10
    return 0.0


_BOUNDED = {"cliff_delta": (-1.0, 1.0), "probability_of_improvement": (0.0, 1.0)}


@rule(
    "RC1315",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} has a {method} interval from {low} to {high}, but {kind} goes from {least} "
    "to {most}",
)
def resampled_effect_is_possible(subject: Subject) -> Iterator[Found]:
    """An interval of an effect by percentiles of resamples MUST lie where the effect of resamples can lie.

    Judged: each interval of an effect with the kind `ci` and the method `percentile`, `bca` or `bootstrap`
        whose `low` does not exceed its `high`. For `cliff_delta` within [-1, 1], for
        `probability_of_improvement` within [0, 1], for a `difference` from the least of a minus the most of b
        to the most of a minus the least of b, where least and most of a side are its bounds in RC0837, by the
        result's and this interval's `varies_over`. A relative 1e-9 of the bounds is allowed; at the interval.
    Why: no resample has a mean beyond the values that it is drawn from, or a share of pairs above 1.
    Fix: compute the interval from the values of the runs, or name the method, or what was resampled
        (`varies_over`).
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        effect = comparison.effect
        interval = effect.interval if effect else None
        a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
        if effect is None or interval is None or a is None or b is None or not is_resampled(interval):
            continue
        least, most = _BOUNDED.get(effect.kind, (-math.inf, math.inf))
        slack = SLACK
        if effect.kind == "difference":
            _, *first = bounds_of_resamples(subject, a, interval)
            _, *second = bounds_of_resamples(subject, b, interval)
            least, most = first[0] - second[1], first[1] - second[0]
            slack *= max(abs(end) for end in (*first, *second))
        if interval.low < least - slack or interval.high > most + slack:
            yield Found(
                f"{pointer}/effect/interval",
                comparison=comparison.id,
                method=interval.method,
                low=interval.low,
                high=interval.high,
                kind=f"the {effect.kind}",
                least=least,
                most=most,
            )
