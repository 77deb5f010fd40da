"""RC09: claims, and whether what is recorded bears them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprocrate import statistics
from reprocrate.manifest import Claim, Comparison, Manifest, Metric, Result
from reprocrate.validation.places import numbered
from reprocrate.validation.ranges import range_of
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rules.results import same
from reprocrate.validation.subject import Subject

_ORDERINGS = ("ordering", "gain", "quantified")


@rule("RC0901", MUST, spec="claims", since="1.0", says="claim {claim} rests on nothing")
def claim_has_evidence(subject: Subject) -> Iterator[Found]:
    """Every claim MUST name the results or comparisons that it rests on.

    Judged: each claim with no `evidence`; at the claim.
    Why: a claim without evidence can be neither checked nor reproduced.
    Fix: say in reprocrate.toml what the claim is about (`better` or `value`), and run what it needs.
    """
    for pointer, claim in numbered("/claims", subject.well_formed.claims):
        if not claim.evidence:
            yield Found(pointer, claim=claim.id)


@rule(
    "RC0902",
    MUST,
    spec="claims",
    since="1.0",
    says='claim {claim} rests on "{name}", which is no result and no comparison',
)
def evidence_is_there(subject: Subject) -> Iterator[Found]:
    """The evidence of a claim MUST be results or comparisons of the same manifest.

    Judged: each entry of a claim's `evidence` that is the id of no result and no comparison; at the entry.
    Why: evidence that cannot be followed is no evidence.
    Fix: correct the name, or add the result.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        for place, name in numbered(f"{pointer}/evidence", claim.evidence):
            if not manifest.find_result(name) and not manifest.find_comparison(name):
                yield Found(place, claim=claim.id, name=name)


@rule(
    "RC0903",
    SHOULD,
    spec="claims",
    since="1.0",
    says="claim {claim} does not say by how much at least one is better",
)
def ordering_says_by_how_much(subject: Subject) -> Iterator[Found]:
    """A claim that one result is better than another SHOULD say by how much at least.

    Judged: each claim of kind `ordering` or `quantified` without `by`; at the claim.
    Why: a difference that nobody would notice is upheld as soon as there are enough seeds.
    Fix: set `by` in the claim's `better` in reprocrate.toml, in the metric's unit; 0 if any will do.
    """
    for pointer, claim in numbered("/claims", subject.well_formed.claims):
        if claim.kind in ("ordering", "quantified") and claim.by is None:
            yield Found(pointer, claim=claim.id)


@rule(
    "RC0904",
    MUST,
    spec="claims",
    since="1.0",
    says="claim {claim} is of the kind {kind}, but does not say {what}",
)
def claim_says_what_its_kind_needs(subject: Subject) -> Iterator[Found]:
    """A claim MUST say what its kind needs to be judged.

    Judged: each claim: `value` and `threshold` need `value`, `threshold` a `relation` of `at_least` or
        `at_most`, `gain` needs `by`, `quantified` a `quantifier` with `at_least` not larger than `of`; one
        finding for each thing that is missing, at the claim.
    Why: a threshold without its value, or a gain without its amount, can be neither upheld nor refuted.
    Fix: complete the claim in reprocrate.toml.
    """
    for pointer, claim in numbered("/claims", subject.well_formed.claims):
        for what in _lacking(claim):
            yield Found(pointer, claim=claim.id, kind=claim.kind, what=what)


def _lacking(claim: Claim) -> Iterator[str]:
    if claim.kind in ("value", "threshold") and claim.value is None:
        yield "which value"
    if claim.kind == "threshold" and claim.relation not in ("at_least", "at_most"):
        yield "whether at least or at most that value is meant"
    if claim.kind == "gain" and claim.by is None:
        yield "by how much"
    if claim.kind == "quantified":
        if claim.quantifier is None:
            yield "in how many cases"
        elif claim.quantifier.at_least > claim.quantifier.of:
            yield f"how {claim.quantifier.at_least} of {claim.quantifier.of} cases can hold"


@rule(
    "RC0905",
    MUST,
    spec="claims",
    since="1.0",
    says="claim {claim} says that one is better, but rests on {what}",
)
def ordering_rests_on_comparisons(subject: Subject) -> Iterator[Found]:
    """A claim that one result is better than another MUST rest on comparisons, one for each case.

    Judged: each claim of kind `ordering`, `gain` or `quantified` that has evidence, but no comparison in it;
        of kind `quantified` with `quantifier`, another number of entries of `evidence` that are comparisons
        than `of`; at its `evidence`.
    Why: it is the comparison that says which of the two is meant to be better.
    Fix: name the comparison as evidence; reprocrate makes one for each `better` in reprocrate.toml.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        if claim.kind not in _ORDERINGS or not claim.evidence:
            continue
        found = len(_comparisons(manifest, claim))
        cases = claim.quantifier.of if claim.kind == "quantified" and claim.quantifier else None
        if not found or (cases is not None and found != cases):
            what = f"{found} comparisons for {cases} cases" if found else "no comparison"
            yield Found(f"{pointer}/evidence", claim=claim.id, what=what)


@rule(
    "RC0906",
    MUST,
    spec="claims",
    since="1.0",
    says="claim {claim} says that one is better, but {metric} has no direction",
)
def compared_metric_has_a_direction(subject: Subject) -> Iterator[Found]:
    """A metric by which one result is claimed to be better MUST say whether larger or smaller is better.

    Judged: each claim of kind `ordering`, `gain` or `quantified`: each metric whose direction is not
        `maximize` or `minimize` of the results that are named in its `evidence` or stand in comparisons
        named there; once for each metric, at the claim.
    Why: the same numbers uphold the claim in one case and refute it in the other.
    Fix: set `direction` in `[metrics.NAME]` of reprocrate.toml to maximize or minimize.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        for metric in _metrics(manifest, claim) if claim.kind in _ORDERINGS else ():
            if metric.direction not in ("maximize", "minimize"):
                yield Found(pointer, claim=claim.id, metric=metric.id)


@rule(
    "RC0907",
    SHOULD,
    spec="claims",
    since="1.0",
    says="{metric}, which claim {claim} rests on, declares no margin",
)
def claimed_metric_has_a_margin(subject: Subject) -> Iterator[Found]:
    """A metric that a claim rests on SHOULD declare the largest difference that is of no importance.

    Judged: each claim: each metric without `margin` of the results as in RC0906; once for each metric, at
        the claim.
    Why: without it a rerun on other hardware can be neither equivalent nor contradicted, only inconclusive.
    Fix: set `margin` in `[metrics.NAME]` of reprocrate.toml, before anybody reruns the experiment.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        for metric in _metrics(manifest, claim):
            if metric.margin is None:
                yield Found(pointer, claim=claim.id, metric=metric.id)


@rule("RC0908", MUST, spec="claims", since="1.0", says="the record contradicts claim {claim}: {what}")
def record_bears_the_claim(subject: Subject) -> Iterator[Found]:
    """The recorded results MUST NOT say the opposite of a claim.

    Judged: each claim that RC0904 accepts, by the `value`s of results as declared. `value` and `threshold`:
        a result that `evidence` itself names is below the claim's `value` where `relation` is `at_least`, or
        above it where it is `at_most`. A `value` with `equals` or no relation that lies within the metric's
        range (RC0912): such a result misses it by more than the claim's `margin`, or, where the claim has
        none, by more than the metric's `margin` (if relative, times the result's absolute value; not for
        `mean_rank`) and by more than rounding: half a unit of the last decimal place that the claimed number
        shows, of a whole number 0.5, but at most 1 % of it. The other kinds: the gain of a comparison is
        less than `by`, 0 where that is absent; of a `quantified` claim in more of its comparisons than `of`
        minus `at_least`, else in any. The gain is a minus b, or b minus a where smaller values are better,
        as of two mean ranks. It is not judged where a comparison in the evidence lacks a side, has two
        metrics, has a mean rank on one side only, or has a metric without direction. Equal numbers are never
        wrong; at the claim.
    Why: a claim that its own evidence contradicts is wrong before anybody reruns anything.
    Fix: correct the claim, or what it rests on.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        if any(_lacking(claim)):
            continue  # another rule says that it cannot be judged
        if claim.kind in _ORDERINGS:
            what = _wrong_ordering(manifest, claim)
        else:
            named = (found for name in claim.evidence if (found := manifest.find_result(name)))
            what = next(filter(None, (_wrong_value(manifest, claim, each) for each in named)), "")
        if what:
            yield Found(pointer, claim=claim.id, what=what)


def _wrong_value(manifest: Manifest, claim: Claim, result: Result) -> str:
    """How a result contradicts a claimed value; empty if it does not, or if that cannot be told."""
    if claim.value is None or same(result.value, claim.value):
        return ""
    relation = claim.relation or ("equals" if claim.kind == "value" else "")
    is_wrong, wanted = False, ""
    if relation == "at_least":
        is_wrong, wanted = result.value < claim.value, "at least"
    elif relation == "at_most":
        is_wrong, wanted = result.value > claim.value, "at most"
    elif relation == "equals":
        margin, off = _margin(manifest, claim, claim.value, result), abs(result.value - claim.value)
        is_wrong = off > margin and not same(off, margin, (result.value, claim.value))
        wanted = f"within {margin:.6g} of"
    return f"{result.id} is {result.value:.12g}, not {wanted} {claim.value:.12g}" if is_wrong else ""


def _margin(manifest: Manifest, claim: Claim, value: float, result: Result) -> float:
    """By how much a result may miss a claimed value; without end where no result can have that value."""
    is_ranked = result.statistic == "mean_rank"  # a rank is not in the metric's unit
    metric = None if is_ranked else manifest.find_metric(result.metric)
    low, high = range_of(metric) if metric else (-math.inf, math.inf)
    if not low <= value <= high:
        return math.inf
    if claim.margin is not None:
        return claim.margin
    rounding = statistics.claimed_rounding(value)
    margin = metric.margin if metric else None
    if margin is None or margin.kind not in ("absolute", "relative"):
        return rounding
    return max(rounding, margin.value * (abs(result.value) if margin.kind == "relative" else 1.0))


def _wrong_ordering(manifest: Manifest, claim: Claim) -> str:
    """How the recorded values contradict an ordering; empty if they do not, or if that cannot be told."""
    wrong = []
    for comparison in _comparisons(manifest, claim):
        a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
        metric = manifest.find_metric(a.metric) if a else None
        if not a or not b or not metric or metric.direction not in ("maximize", "minimize"):
            return ""
        if a.metric != b.metric or {a.statistic, b.statistic} > {"mean_rank"}:
            return ""  # which of the two is better nothing says
        larger_is_better = metric.direction == "maximize" and a.statistic != "mean_rank"
        gain = a.value - b.value if larger_is_better else b.value - a.value
        needed = claim.by or 0.0
        if gain < needed and not same(gain, needed, (a.value, b.value)):
            wrong.append(f"{a.id} is {a.value:.12g} and {b.id} is {b.value:.12g}")
    allowed = 0
    if claim.kind == "quantified" and claim.quantifier:
        allowed = claim.quantifier.of - claim.quantifier.at_least
    return "; ".join(wrong) if len(wrong) > allowed else ""


def _comparisons(manifest: Manifest, claim: Claim) -> list[Comparison]:
    return [found for name in claim.evidence if (found := manifest.find_comparison(name))]


def _results(manifest: Manifest, claim: Claim) -> list[Result]:
    """The results that a claim rests on, those behind its comparisons included."""
    names = list(claim.evidence)
    names += [side for comparison in _comparisons(manifest, claim) for side in (comparison.a, comparison.b)]
    return [found for name in dict.fromkeys(names) if (found := manifest.find_result(name))]


def _metrics(manifest: Manifest, claim: Claim) -> list[Metric]:
    names = dict.fromkeys(result.metric for result in _results(manifest, claim))
    return [found for name in names if (found := manifest.find_metric(name))]
