"""RC09: how claims are stated."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Claim, Metric
from reprocrate.validation.places import numbered
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule("RC0909", SHOULD, spec="claims", since="1.0", says="none of the {n} claims is said to be primary")
def one_claim_is_primary(subject: Subject) -> Iterator[Found]:
    """Of several claims at least one SHOULD be primary: the one that the paper stands or falls with.

    Judged: at least two claims, of which none has `primary` true; once, at `claims`.
    Why: a reproduction that upholds four of five claims has succeeded or failed by which one it is.
    Fix: set `primary = true` for it in reprocrate.toml.
    """
    claims = subject.well_formed.claims
    if len(claims) > 1 and not any(claim.primary for claim in claims):
        yield Found("/claims", n=len(claims))


@rule("RC0910", SHOULD, spec="claims", since="1.0", says="nothing says where the paper makes claim {claim}")
def primary_claim_says_where_it_stands(subject: Subject) -> Iterator[Found]:
    """Where there is a paper, a primary claim SHOULD say in which table, figure or section it is made.

    Judged: where `experiment.paper` is given: each claim with `primary` true and no `location` with a `label`
        or `cell`; at the claim.
    Why: a reviewer who reruns the experiment checks the claim against the paper.
    Fix: set `location` of the claim in reprocrate.toml, for example to "Table 1".
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        has_place = claim.location and (claim.location.label or claim.location.cell)
        if manifest.experiment.paper and claim.primary and not has_place:
            yield Found(pointer, claim=claim.id)


@rule(
    "RC0911",
    MUST,
    spec="claims",
    since="1.0",
    says="claim {claim} names {name} as its evidence, which counts already",
)
def evidence_counts_once(subject: Subject) -> Iterator[Found]:
    """A claim MUST NOT name the same evidence twice.

    Judged: each entry of a claim's `evidence` that an earlier one of the claim equals; and in a `quantified`
        claim that names as many comparisons as `of` says each that is a comparison of the same two results as
        an earlier one, in either order; at the later entry.
    Why: a comparison that counts twice makes three cases out of two.
    Fix: remove one of the two, or name the other case that was meant.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        seen: set[object] = set()
        found = [manifest.find_comparison(name) for name in claim.evidence]
        cases = claim.quantifier.of if claim.kind == "quantified" and claim.quantifier else None
        is_counted = cases == sum(each is not None for each in found)
        for (place, name), each in zip(numbered(f"{pointer}/evidence", claim.evidence), found, strict=True):
            comparison = each if is_counted else None
            sides = frozenset((comparison.a, comparison.b)) if comparison else name
            if name in seen or sides in seen:
                yield Found(place, claim=claim.id, name=name)
            seen |= {name, sides}


@rule(
    "RC0912",
    MUST,
    spec="claims",
    since="1.0",
    says="claim {claim} says {value}, but {metric} lies in [{low}, {high}]",
)
def claimed_value_is_within_the_metrics_range(subject: Subject) -> Iterator[Found]:
    """A claimed value MUST lie within the range of the metric that it is about.

    Judged: each claim of kind `value` or `threshold` with `value`: it lies, by however little, outside of
        the range, as the chapter Metrics defines it, of the metric of a result (not of `mean_rank`) that its
        `evidence` names; once for each claim, at its `value`.
    Why: no run can have such a value; often it is a percentage of what is recorded as a fraction.
    Fix: write the value in the metric's own unit; a table's `scale` says how it is printed.
    """
    for place, claim, value, metrics in _claimed_values(subject):
        for metric in metrics:
            low, high = range_of(metric)
            if not low <= value <= high:
                yield Found(place, claim=claim.id, value=value, metric=metric.id, low=low, high=high)
                break


def _claimed_values(subject: Subject) -> Iterator[tuple[str, Claim, float, list[Metric]]]:
    """Each claimed value with its place and the metrics of the results that are its evidence.

    A mean rank is not in its metric's unit, and left out.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        if claim.value is not None and claim.kind in ("value", "threshold"):
            results = [result for name in claim.evidence if (result := manifest.find_result(name))]
            found = [manifest.find_metric(each.metric) for each in results if each.statistic != "mean_rank"]
            yield f"{pointer}/value", claim, claim.value, [metric for metric in found if metric]


@rule(
    "RC0913",
    MUST,
    spec="claims",
    since="1.0",
    says="claim {claim} says a value, but rests on comparisons and no result",
)
def value_rests_on_a_result(subject: Subject) -> Iterator[Found]:
    """A claim of a value or a threshold MUST rest on at least one result.

    Judged: each claim of kind `value` or `threshold` with a comparison in its `evidence` and no result; at
        its `evidence`.
    Why: a comparison has two results, and nothing says which of them is meant to have the value.
    Fix: name the result as evidence, or claim a `gain` if the value is a difference.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        if claim.kind not in ("value", "threshold") or any(map(manifest.find_result, claim.evidence)):
            continue
        if any(map(manifest.find_comparison, claim.evidence)):
            yield Found(f"{pointer}/evidence", claim=claim.id)


@rule(
    "RC0914",
    SHOULD,
    spec="claims",
    since="1.0",
    says="claim {claim} holds whatever is measured: {metric} lies in [{low}, {high}]",
)
def claim_can_fail(subject: Subject) -> Iterator[Found]:
    """A claim SHOULD be one that some value of its metric would refute.

    Judged: each claim of kind `value` or `threshold` with a `value`, by the metrics of the results (not of
        `mean_rank`) that its `evidence` names: with the `relation` `at_least` its `value` is not above the
        lower end of the metric's range, as the chapter Metrics defines it; with `at_most` not below the upper
        end; of kind `value` with `equals` or no relation, where the range has two ends, both lie within the
        claim's `margin` of its `value`. A value outside of the range is judged by RC0912; once for each
        claim, at its `value`.
    Why: a claim that every number upholds says nothing, and no rerun can test it.
    Fix: claim a bound that could be missed, or a smaller `margin`.
    """
    for place, claim, value, metrics in _claimed_values(subject):
        for metric in metrics:
            low, high = range_of(metric)
            if low <= value <= high and _holds_always(claim, value, low, high):
                yield Found(place, claim=claim.id, metric=metric.id, low=low, high=high)
                break


def _holds_always(claim: Claim, value: float, low: float, high: float) -> bool:
    if claim.relation == "at_least":
        return value <= low
    if claim.relation == "at_most":
        return value >= high
    margin = claim.margin or 0.0
    return claim.kind == "value" and value - margin <= low and high <= value + margin


_UNUSED = {
    "value": ("by", "quantifier"),
    "threshold": ("by", "quantifier", "margin"),
    "ordering": ("value", "relation", "margin", "quantifier"),
    "gain": ("value", "relation", "margin", "quantifier"),
    "quantified": ("value", "relation", "margin"),
}


@rule(
    "RC0915",
    SHOULD,
    spec="claims",
    since="1.0",
    says="claim {claim} says `{what}`, which a claim of the kind {kind} is not judged by",
)
def claim_says_only_what_it_is_judged_by(subject: Subject) -> Iterator[Found]:
    """A claim SHOULD NOT say what its kind is not judged by.

    Judged: each claim: `by` or `quantifier` of the kind `value`; these or `margin` of `threshold`, and
        `margin` of `value` with the `relation` `at_least` or `at_most`; `value`, `relation` or `margin` of
        `quantified`; these or `quantifier` of `ordering` and `gain`; at the property.
    Why: the author believes in a margin or a number of cases that nothing looks at.
    Fix: remove it, or choose the kind that it belongs to.
    """
    for pointer, claim in numbered("/claims", subject.well_formed.claims):
        unused = _UNUSED.get(claim.kind, ())
        if claim.kind == "value" and claim.relation in ("at_least", "at_most"):
            unused = (*unused, "margin")
        for what in unused:
            if getattr(claim, what) is not None:
                yield Found(f"{pointer}/{what}", claim=claim.id, what=what, kind=claim.kind)
