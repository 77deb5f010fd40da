"""RC13: comparisons, and whether they are fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reprocrate import statistics
from reprocrate.manifest import Comparison, Manifest, Result
from reprocrate.validation.differences import is_of_values, recomputed_difference, recomputed_interval
from reprocrate.validation.effects import expected_effect
from reprocrate.validation.evidence import Sample
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import same
from reprocrate.validation.subject import Subject


def _sides(manifest: Manifest) -> Iterator[tuple[str, Comparison, Result, Result]]:
    """Comparisons whose both results are there."""
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
        if a and b:
            yield pointer, comparison, a, b


def _samples(subject: Subject) -> Iterator[tuple[str, Comparison, Sample, Sample]]:
    """Comparisons whose values are all known."""
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        samples = subject.evidence.samples(comparison)
        if samples:
            yield pointer, comparison, *samples


@rule("RC1301", SHOULD, spec="comparisons", since="1.0", says="comparison {comparison} sets {what}")
def compared_results_have_the_same_seeds(subject: Subject) -> Iterator[Found]:
    """Compared results SHOULD rest on equally many values, and on the same seeds where seeds pair them.

    Judged: each comparison of results whose values can be told: other numbers of values; or else, where the
        comparison has `paired` true or the test `paired_t` or `wilcoxon` and is of values, as the chapter
        says, or `determinism.seeds_pair_randomness` is true, other seeds of the runs that left them, each
        counted as often as it left a value; over folds a seed, or its absence, counts together with the fold.
        Over runs a run without a seed adds none; at the comparison.
    Why: with other seeds the two may have seen other splits, and the side with fewer runs is less certain.
    Fix: run the missing seeds of the other configuration.
    """
    manifest = subject.well_formed
    for pointer, comparison, a, b in _samples(subject):
        if len(a.values) != len(b.values):
            what = f"{len(a.values)} values against {len(b.values)}"
        elif _seeds_matter(manifest, comparison, a, b) and _seeds(a) != _seeds(b):
            what = f"the seeds {_others(a, b)} against {_others(b, a)}"
        else:
            continue
        yield Found(pointer, comparison=comparison.id, what=what)


def _seeds_matter(manifest: Manifest, comparison: Comparison, a: Sample, b: Sample) -> bool:
    """Whether a value belongs to that of the other side with the same seed."""
    is_paired = comparison.paired or comparison.test in ("paired_t", "wilcoxon")
    is_by_seeds = bool(manifest.determinism and manifest.determinism.seeds_pair_randomness)
    return is_by_seeds or (is_paired and is_of_values(manifest, comparison, a, b))


def _others(sample: Sample, other: Sample) -> str:
    """The seeds that only one side has, or has more often."""
    names = sorted((Counter(_seeds(sample)) - Counter(_seeds(other))).elements())
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more or "(none)"


def _seeds(sample: Sample) -> list[str]:
    return sorted(str(seed) for seed in sample.seeds if seed is not None)


@rule(
    "RC1302",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} says an effect of {declared}, but its results give {computed}",
)
def effect_recomputes(subject: Subject) -> Iterator[Found]:
    """An effect MUST follow from the two results, or from their values.

    Judged: each `effect`, at its `value`, to a relative 1e-9. From the two declared `value`s: a minus b for
        the kind `difference`, a over b for `ratio` (where b is not 0). From the values of both sides, where
        both are over runs or folds and can be told: `cohen_d`, the difference of the means over the pooled
        standard deviation (of n + k - 2, where there are three values, one side varies, and no magnitude is
        above 1e300, or below 1e-290 and not 0); `cliff_delta`, the share of the n k pairs with the larger
        value in a minus that in b; and `probability_of_improvement`, the share of pairs with the better value
        in a, a tie counting half, where the metric's `direction` is `maximize` or `minimize`. Where the last
        two cannot be computed, `cliff_delta` must lie in [-1, 1] and `probability_of_improvement` in [0, 1],
        and be the end of these that follows, where the values of one side or both cannot be told, neither is
        over results, `varies_over` is absent, `seeds` or `folds`, and the `minimum` of one is larger, by more
        than a unit of the finest last place, than the `maximum` of the other.
    Why: claims are judged by the effect, and its sign says which side is better.
    Fix: let reprocrate compute the comparison anew; a minus b, or a over b.
    """
    for pointer, comparison in numbered("/comparisons", subject.well_formed.comparisons):
        effect = comparison.effect
        expected = expected_effect(subject, comparison) if effect else None
        if effect and expected and not expected.allows(effect.value):
            yield Found(
                f"{pointer}/effect/value",
                comparison=comparison.id,
                declared=effect.value,
                computed=expected.words,
            )


@rule("RC1303", MUST, spec="comparisons", since="1.0", says="comparison {comparison} is paired, but {why}")
def pairs_have_the_same_seed(subject: Subject) -> Iterator[Found]:
    """A paired comparison MUST be between runs with the same seeds, and of seeds that pair the randomness.

    Judged: each comparison of values with `paired` true or the test `paired_t`, but for the test `mcnemar`,
        which pairs items, whose values can be told and are those of runs: a run that left one has no seed,
        results over folds aside; or else the seeds differ as in RC1301; or else
        `determinism.seeds_pair_randomness` is not true; at the comparison.
    Why: pairing values that have nothing in common makes the test answer another question.
    Fix: compare unpaired, or run the same seeds; say in `[determinism]` that seeds pair the randomness.
    """
    determinism = subject.well_formed.determinism
    for pointer, comparison, a, b in _samples(subject):
        is_paired = comparison.test != "mcnemar" and (comparison.paired or comparison.test == "paired_t")
        is_judged = is_paired and is_of_values(subject.well_formed, comparison, a, b)
        if not is_judged or None in (*a.runs, *b.runs):
            continue
        if None in (*a.seeds, *b.seeds):
            yield Found(pointer, comparison=comparison.id, why="some of its runs have no seed")
        elif _seeds(a) != _seeds(b):
            yield Found(pointer, comparison=comparison.id, why="its results have different seeds")
        elif not determinism or not determinism.seeds_pair_randomness:
            yield Found(pointer, comparison=comparison.id, why="nothing says that seeds pair the randomness")


@rule("RC1304", MUST, spec="comparisons", since="1.0", says="comparison {comparison} sets {a} against {b}")
def compared_results_share_their_metric(subject: Subject) -> Iterator[Found]:
    """Results that are compared MUST be of the same metric.

    Judged: each comparison of two results with different `metric`; at the comparison.
    Why: a difference between two metrics means nothing.
    Fix: compare results of one metric.
    """
    for pointer, comparison, a, b in _sides(subject.well_formed):
        if a.metric != b.metric:
            yield Found(pointer, comparison=comparison.id, a=a.metric, b=b.metric)


@rule(
    "RC1305",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets {what} {a} against {b}",
)
def compared_results_share_data_and_split(subject: Subject) -> Iterator[Found]:
    """Results that are compared SHOULD be of the same data and split.

    Judged: each comparison of two results with different `data` or different `split`, absent ones included;
        of two results over results that are there, where both leave the property out, also those with
        different ones of what they list, each counted as often as it is there; one finding for each of the
        two, at the comparison.
    Why: on other data the difference is that of the data as much as that of the methods.
    Fix: compare results of one split of one data set.
    """
    for pointer, comparison, a, b in _sides(subject.well_formed):
        for what in ("data", "split"):
            left, right = ([getattr(side, what) or "(none)"] for side in (a, b))
            if getattr(a, what) is None and getattr(b, what) is None:
                first, second = (_of_parts(subject.well_formed, side, what) for side in (a, b))
                left, right = (first, second) if first and second else (left, right)
            if left != right:
                yield Found(
                    pointer, comparison=comparison.id, what=what, a=", ".join(left), b=", ".join(right)
                )


def _of_parts(manifest: Manifest, result: Result, what: str) -> list[str]:
    """The data or splits of what a result over results lists; none where one of them is not there."""
    parts = [manifest.find_result(name) for name in result.results] if result.over == "results" else []
    found = [getattr(part, what) or "(none)" for part in parts if part]
    return sorted(found) if len(found) == len(parts) else []


@rule(
    "RC1306",
    MUST,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} says {what} {declared}, but its values give {computed}",
)
def test_recomputes(subject: Subject) -> Iterator[Found]:
    """The p value and the interval of a t test MUST be those that the values give.

    Judged: each comparison of values of results, whatever their statistic, whose values can be told and are
        at least two each. With the test `welch_t` or `paired_t` (seed by seed, over folds seed and fold by
        seed and fold, if both sides have the same and each once) its `p_value`, to an absolute 1e-9, as
        corrected in its family; where a family with a correction holds a p value that cannot be computed
        again, only that it is not smaller than without the correction. And the interval of kind `ci` of an
        effect `difference` by its `method`, `welch` or `paired` whatever the test, or `t`, which is that of
        the test, if its `low` does not exceed its `high`; a missing `level` is 0.95. Where both sides are
        constant, or all paired differences equal, there is nothing to compute. Values of a magnitude above
        1e300, or below 1e-290 and not 0, are not judged; at the `p_value` and at the interval.
    Why: what follows from the evidence has to follow from it.
    Fix: let reprocrate compute the comparison anew from the runs.
    """
    manifest = subject.well_formed
    differences = {
        comparison.id: difference
        for comparison in manifest.comparisons
        if (difference := recomputed_difference(subject, comparison))
    }
    expected, bounds = _corrected(manifest, differences)
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        p, least = comparison.p_value, bounds.get(comparison.id, 0.0)
        computed = expected.get(comparison.id, p if p is None else max(p, least))
        # a p value is a probability, so its rounding is relative to 1
        if p is not None and computed is not None and not same(p, computed, (1.0,)):
            shown = f"at least {least:.12g}" if comparison.id in bounds else computed
            yield Found(
                f"{pointer}/p_value", comparison=comparison.id, what="p =", declared=p, computed=shown
            )
        yield from _interval(pointer, comparison, recomputed_interval(subject, comparison))


def _corrected(
    manifest: Manifest, differences: Mapping[str, statistics.Difference]
) -> tuple[dict[str, float], dict[str, float]]:
    """The p values that comparisons must have, by id, and in a family with an unknown one must at least have.

    No correction makes a p value smaller.
    """
    evidence = {name for claim in manifest.claims for name in claim.evidence}
    families: dict[tuple[str, bool], list[str]] = {}
    for comparison in manifest.comparisons:
        if comparison.p_value is not None:
            family = comparison.correction or "none", comparison.id in evidence
            families.setdefault(family, []).append(comparison.id)
    expected: dict[str, float] = {}
    bounds: dict[str, float] = {}
    for (correction, _), names in families.items():
        if correction not in statistics.CORRECTIONS:
            continue  # a word of a newer version
        known = [name for name in names if name in differences]
        raw = [differences[name].p for name in known]
        if correction == "none" or known == names:
            expected |= zip(known, statistics.CORRECTIONS[correction](raw), strict=True)
        else:
            bounds |= zip(known, raw, strict=True)
    return expected, bounds


def _interval(pointer: str, comparison: Comparison, computed: statistics.Interval | None) -> Iterator[Found]:
    interval = comparison.effect.interval if comparison.effect else None
    if not interval or not computed or interval.low > interval.high:
        return  # another rule says that its ends are turned round
    scale = ((computed.low + computed.high) / 2.0, computed.low, computed.high)
    if not (same(interval.low, computed.low, scale) and same(interval.high, computed.high, scale)):
        yield Found(
            f"{pointer}/effect/interval",
            comparison=comparison.id,
            what="the interval",
            declared=f"[{interval.low:.12g}, {interval.high:.12g}]",
            computed=f"[{computed.low:.12g}, {computed.high:.12g}]",
        )


@rule(
    "RC1307",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets {a} trials of {first} against {b} of {second}",
)
def compared_methods_had_the_same_budget(subject: Subject) -> Iterator[Found]:
    """Configurations that are compared SHOULD have been tuned with about equally many trials.

    Judged: each comparison of two results whose configurations both say how many `trials` their search had,
        one more than twice as many as the other; at the comparison.
    Why: a baseline that was hardly tuned is easily beaten.
    Fix: give the other configuration as many trials, or say in the paper why not.
    """
    manifest = subject.well_formed
    for pointer, comparison, a, b in _sides(manifest):
        first = manifest.find_configuration(a.configuration)
        second = manifest.find_configuration(b.configuration)
        trials = [each.search.trials if each and each.search else None for each in (first, second)]
        left, right = trials
        if (
            first
            and second
            and left is not None
            and right is not None
            and min(left, right) * 2 < max(left, right)
        ):
            yield Found(
                pointer, comparison=comparison.id, a=left, first=first.label, b=right, second=second.label
            )
