"""RC13: tests of comparisons, and whether what they say agrees."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Interval
from reprocrate.validation.differences import recomputed_difference, recomputed_interval
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.bounds import is_laid_around_the_value
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
        the method `t`, `constant`, `welch`, `paired`, `normal`, `wilson`, `clopper_pearson`, `agresti_coull`
        or none, that RC1306 does not compute and that does not contain the effect's `value`, or, of a
        `difference` by `t`, `welch` or `paired`, has its middle further from it than a tenth of half its
        width. Allowed are one unit of the value's own last place, half a unit of the coarser last place of
        the ends, and a relative 1e-9; at the interval.
    Why: its ends say how large or small the difference may be, by Student's t as far below as above. An
        interval by resampling need not contain the effect, and is judged by the order of its ends only.
    Fix: correct the ends, or name the method that the interval was computed by.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        effect = comparison.effect
        interval = effect.interval if effect else None
        if effect is None or interval is None:
            continue
        slack = _slack(effect.value, interval)
        is_outside = not interval.low - slack <= effect.value <= interval.high + slack
        if effect.kind == "difference" and interval.method in ("t", "welch", "paired"):
            is_outside |= _is_uneven(effect.value, interval, slack)
        is_judged = is_laid_around_the_value(interval) and recomputed_interval(subject, comparison) is None
        if interval.low > interval.high or (is_judged and is_outside):
            yield Found(
                f"{pointer}/effect/interval",
                comparison=comparison.id,
                value=effect.value,
                low=interval.low,
                high=interval.high,
            )


def _slack(value: float, interval: Interval) -> float:
    """What rounding may have changed: an effect may be the difference of two rounded numbers."""
    numbers = (value, interval.low, interval.high)
    own, *ends = (float(statistics.finest([each])) for each in numbers)
    return own + max(ends) / 2.0 + SLACK * max(map(abs, numbers))


_EVEN = 0.1
"""How far from its value the middle of an interval may be, as a share of half its width."""


def _is_uneven(value: float, interval: Interval, slack: float) -> bool:
    """Whether an interval is not laid evenly around its value, which may be of rounded numbers."""
    middle, half = interval.low / 2.0 + interval.high / 2.0, interval.high / 2.0 - interval.low / 2.0
    return abs(middle - value) > _EVEN * abs(half) + slack


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
