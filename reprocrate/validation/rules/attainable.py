"""RC13: numbers of comparisons are ones that their values or items can give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reprocrate import statistics
from reprocrate.manifest import Comparison, Manifest, Result
from reprocrate.validation.differences import is_of_values
from reprocrate.validation.evidence import SPREADS_OF_VALUES, Sample
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, Found, rule
from reprocrate.validation.rules.intervals import bounds_of_resamples, is_resampled
from reprocrate.validation.rules.results import SLACK
from reprocrate.validation.subject import Subject


@rule(
    "RC1314",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} has p = {p}, but {test} of {of} gives {least} or more{at_most}",
)
def p_value_is_attainable(subject: Subject) -> Iterator[Found]:
    """The p value of a test of ranks, labels or items MUST be one that they can give.

    Judged: each comparison with a `p_value` whose values can be told, n and k of them, to a relative 1e-9.
        Not smaller, if it is of values, as the chapter says, than 2 / 2^n for `wilcoxon` with n = k; than 2 /
        C(n + k, n) for `mann_whitney`; and than a tenth of 1 / C(n + k, n) for `permutation` with `paired`
        absent or false, since labels may have been drawn instead of counted: m draws give 1 / (m + 1) or
        more, and m of ten times C(n + k, n) or more all but surely hold the labels as observed. For `mcnemar`
        of n = k = 1, and a metric of the unit `fraction` or `percent` with a `count_of` N of 10,000 at most
        of which the values of a and b are whole numbers x and y to 1e-9, d being the larger minus the
        smaller: not smaller than min(1, 2 / 2^d), all items that only one side has right being on one side;
        and not larger than the p value with c = min(N - max(x, y), min(x, y)) such items of the one side and
        c + d of the other. For `mann_whitney`, and for `wilcoxon` of values that pair as in RC1306, of
        values, with n + k of at most 40 and no magnitude above 1e300, or below 1e-290 and not 0: neither
        smaller nor larger than the p values that the usual ways give, up to half a unit of its last place.
        These are counting, with the ties there are or as if there were none, twice the smaller tail or all
        that is as far from the middle; the normal distribution and Student's t of one degree less than
        values, or differences, each with a variance with or without ties, with or without a correction for
        continuity of half a rank; values that differ by a relative 1e-9 at most being equal or not;
        differences of 0 being left out, ranked and then left out, or halved. There, two values, or two sizes
        of differences, being equal, or a difference 0, the limits by the number of values do not count, since
        programs then take the normal distribution. A correction only makes it larger, and by as many times as
        its family has p values at most. Where the values cannot be told, and neither side is over results,
        `varies_over` is absent, `seeds` or `folds`, and n + k, which are then the declared `n`, are from 3 to
        40, the p value is not smaller than the limits by the number of values, nor, for the two tests of
        ranks, than the least that the usual ways give for the values of which all of one side are equal, and
        smaller than all of the other, or all differences are equal, up to half a unit of its last place; at
        the `p_value`.
    Why: with few values there are few signs or labels to exchange, and what was seen is one of these ways. An
        approximation that gives less does not hold for so few values. The items that two sides have right
        say how many more one of them has.
    Fix: compute the exact test, which for so few values is quick, or correct the name of the test.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        samples = subject.evidence.samples(comparison)
        p = comparison.p_value
        if p is None:
            continue
        if samples is None:
            yield from _by_declared_numbers(manifest, pointer, comparison, p)
            continue
        n, k = (len(side.values) for side in samples)
        of, (least, most) = f"{n} values against {k}", (0.0, 1.0)
        if comparison.test == "mcnemar":
            of, (least, most) = "their items", _mcnemar_bounds(manifest, comparison, n, k)
        elif is_of_values(manifest, comparison, *samples):
            least, most = _bounds_of_ranks(comparison, *samples)
        if comparison.correction not in (None, "none"):
            most = min(1.0, most * _family_size(manifest, comparison))
        if not least * (1.0 - SLACK) <= p <= most * (1.0 + SLACK):
            yield Found(
                f"{pointer}/p_value",
                comparison=comparison.id,
                p=p,
                test=comparison.test,
                of=of,
                least=f"{least:.6g}",
                at_most=f", and at most {most:.6g}" if most < 1.0 else "",
            )


def _family_size(manifest: Manifest, comparison: Comparison) -> int:
    """How many p values were corrected together, by as many times as which each grows at most."""
    named = {name for claim in manifest.claims for name in claim.evidence}
    return sum(
        each.p_value is not None
        and each.correction == comparison.correction
        and (each.id in named) is (comparison.id in named)
        for each in manifest.comparisons
    )


def _by_declared_numbers(
    manifest: Manifest, pointer: str, comparison: Comparison, p: float
) -> Iterator[Found]:
    """The same, where only the numbers of values are known: none of these may give less."""
    a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
    interval = comparison.effect.interval if comparison.effect else None
    over = [each.varies_over for each in (a, b, interval) if each]
    if a is None or b is None or "results" in (a.over, b.over) or a.n + b.n <= 2:
        return
    if not set(over) <= set(SPREADS_OF_VALUES) or a.n + b.n > statistics.MOST_RANKED:
        return
    least = _smallest_p(comparison, a.n, b.n)
    if comparison.test == "mann_whitney":  # ties give the least where they are as many as can be
        least = min(least, statistics.mann_whitney_bounds([0.0] * a.n, [1.0] * b.n)[0])
    elif comparison.test == "wilcoxon" and least:
        least = min(least, statistics.wilcoxon_bounds([1.0] * a.n)[0])
    if p < (least - float(statistics.finest([p]) / 2)) * (1.0 - SLACK):
        yield Found(
            f"{pointer}/p_value",
            comparison=comparison.id,
            p=p,
            test=comparison.test,
            of=f"{a.n} values against {b.n}",
            least=f"{least:.6g}",
            at_most="",
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


def _bounds_of_ranks(comparison: Comparison, a: Sample, b: Sample) -> tuple[float, float]:
    """The smallest and the largest p value, by the values where they are few, else by their number."""
    least = _smallest_p(comparison, len(a.values), len(b.values))
    values = (*a.values, *b.values)
    if not a.values or not b.values or len(values) > statistics.MOST_RANKED:
        return least, 1.0
    if not statistics.are_computable(values):
        return least, 1.0
    if comparison.test == "mann_whitney":
        ranked: Sequence[float] = values
        bounds = statistics.mann_whitney_bounds(a.values, b.values)
    elif comparison.test == "wilcoxon" and (partners := a.partners_in(b)):
        differences = [x - y for x, y in zip(a.values, partners, strict=True)]
        ranked = [0.0, *map(abs, differences)]
        bounds = statistics.wilcoxon_bounds(differences)
    else:
        return least, 1.0
    rounding = float(statistics.finest([comparison.p_value or 0.0]) / 2)
    # with ties programs turn to the normal distribution, which knows no smallest p value
    lowest = bounds[0] - rounding
    return lowest if _has_ties(ranked, max(map(abs, values))) else max(least, lowest), bounds[1] + rounding


def _has_ties(ranked: Sequence[float], largest: float) -> bool:
    """Whether two of the numbers that are ranked are equal, but for the rounding of what they come from."""
    ordered = sorted(ranked)
    return any(after - before <= SLACK * largest for before, after in pairwise(ordered))


_MOST_ITEMS = 10_000


def _mcnemar_bounds(manifest: Manifest, comparison: Comparison, n: int, k: int) -> tuple[float, float]:
    """The smallest and the largest p value of McNemar's test, by how many items each side has right."""
    a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
    metric = manifest.find_metric(a.metric) if a else None
    scale = {"fraction": 1, "percent": 100}.get(metric.unit or "") if metric else None
    if not a or not b or not metric or not scale or (n, k) != (1, 1) or a.metric != b.metric:
        return 0.0, 1.0
    items = metric.count_of
    if items is None or items > _MOST_ITEMS:
        return 0.0, 1.0
    counts = [_count(result, items, scale) for result in (a, b)]
    if counts[0] is None or counts[1] is None:
        return 0.0, 1.0
    fewer, more = sorted((counts[0], counts[1]))
    both = min(items - more, fewer)
    return statistics.mcnemar(more - fewer, 0), statistics.mcnemar(both + more - fewer, both)


def _count(result: Result, items: int, scale: int) -> int | None:
    """How many items a result has right; None where that is no whole number."""
    if not statistics.is_exact_share(result.value, items, scale):
        return None
    return round(result.value * items / scale)


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
