"""RC13: whether both sides of a comparison were treated alike."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Configuration
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC1316",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets {tuned}, tuned in {trials} trials, against {other}, of which nothing "
    "says how it was tuned",
)
def budget_of_both_sides_is_said(subject: Subject) -> Iterator[Found]:
    """Where one side of a comparison was tuned, the other SHOULD say how it was, too.

    Judged: each comparison of results of two configurations of which one has a `search` with at least two
        `trials`, and the other no `search` and a `role` other than `ablation`; at the comparison.
    Why: a method that was tuned against one that was not mostly shows what tuning does.
    Fix: tune both with the same budget, and say of both by `search` in reprocrate.toml how hard was tried.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        sides = [manifest.find_result(name) for name in (comparison.a, comparison.b)]
        pair = [manifest.find_configuration(side.configuration) if side else None for side in sides]
        for one, other in (pair, pair[::-1]):
            trials = _trials(one)
            if one and other and trials > 1 and not other.search and other.role != "ablation":
                yield Found(
                    pointer, comparison=comparison.id, tuned=one.label, trials=trials, other=other.label
                )


def _trials(configuration: Configuration | None) -> int:
    search = configuration.search if configuration else None
    return (search.trials or 0) if search else 0


@rule(
    "RC1317",
    SHOULD,
    spec="comparisons",
    since="1.0",
    says="comparison {comparison} sets the {first} of one result against the {second} of another",
)
def compared_results_share_their_statistic(subject: Subject) -> Iterator[Found]:
    """Results that are compared SHOULD be summed up by the same statistic.

    Judged: each comparison of two results with different `statistic`, `single` counting as `mean`; at the
        comparison.
    Why: the best run of one method is better than the mean of another even where the methods are equal.
    Fix: compare means with means, or medians with medians.
    """
    manifest = subject.well_formed
    for pointer, comparison in numbered("/comparisons", manifest.comparisons):
        a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
        if not a or not b:
            continue
        kinds = ["mean" if each.statistic == "single" else each.statistic for each in (a, b)]
        if kinds[0] != kinds[1]:
            yield Found(pointer, comparison=comparison.id, first=a.statistic, second=b.statistic)
