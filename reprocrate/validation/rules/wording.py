"""RC09: whether a claim's sentence and its numbers are those of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from reprocrate.manifest import Comparison, Manifest
from reprocrate.statistics import Recomputed, compare_printed
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_LONGEST = 2000
"""Characters of a sentence whose numbers are read."""

_FIGURE = re.compile(
    r"(?<![\w.,-])(?P<exact>\d+\.\d+|\d+(?=\s?(?:\\?%|percent\b|per cent\b)))(?![\w]|[.,]\d)", re.ASCII
)
_NULL = {
    "difference": 0.0,
    "cohen_d": 0.0,
    "cliff_delta": 0.0,
    "ratio": 1.0,
    "probability_of_improvement": 0.5,
}
"""What each effect is where there is none."""


@rule(
    "RC0916",
    SHOULD,
    spec="claims",
    since="1.0",
    says="claim {claim} says {numbers} in its sentence, and {value} as its {name}",
)
def sentence_says_the_claimed_number(subject: Subject) -> Iterator[Found]:
    """The sentence of a claim SHOULD NOT say other numbers than the one that is judged.

    Judged: each claim of kind `value` or `threshold` by its `value`, and of kind `gain` by its `by` if that
        is not 0, whose `text` has at most 2000 characters and holds numbers with a decimal point, or before a
        percent sign, "percent" or "per cent", that touch neither a letter nor a further digit, point, comma
        or minus sign: none of them is, rounded or cut off, the value without its sign, that times 100, or
        that divided by 100, or, for a value in [0, 1] or a metric in percent, what is missing to 1 or 100; at
        the `text`.
    Why: readers read the sentence and programs the number; a rerun may uphold what nobody said.
    Fix: correct the sentence, or the number in reprocrate.toml: in the unit of the metric.
    """
    for pointer, claim in numbered("/claims", subject.well_formed.claims):
        name = "by" if claim.kind == "gain" else "value"
        value = claim.by or None if claim.kind == "gain" else claim.value
        if claim.kind not in ("value", "threshold", "gain") or value is None or len(claim.text) > _LONGEST:
            continue
        figures = [match["exact"] for match in _FIGURE.finditer(claim.text)]
        if figures and not any(_may_say(figure, value) for figure in figures):
            yield Found(f"{pointer}/text", claim=claim.id, numbers=figures, value=value, name=name)


def _may_say(figure: str, value: float) -> bool:
    """Whether a printed number may stand for a value, in its unit, as a percentage or by what is missing."""
    size = abs(Fraction(value))
    forms = [size, size * 100, size / 100]
    if size <= 100:
        forms.append(100 - size)
    if size <= 1:
        forms += [1 - size, (1 - size) * 100]
    return any(compare_printed(figure, each) is not Recomputed.DIFFERENT for each in forms)


@rule(
    "RC0917",
    SHOULD,
    spec="claims",
    since="1.0",
    says="claim {claim} rests on comparison {comparison}, which chance may explain ({shown})",
)
def claimed_difference_is_told_from_chance(subject: Subject, *, alpha: float = 0.05) -> Iterator[Found]:
    """A claim that one result is better SHOULD rest on a difference that chance does not explain.

    Judged: each entry of `evidence` of a claim of kind `ordering` or `gain` that is a comparison of two
        results, the first of them better by the metric's direction: its `p_value` is 0.05 or more (a policy
        may ask for less); or, where it has none, the `interval` of its `effect`, of kind `ci`, holds the
        value that the effect has where there is none, not at its ends: 1 of a `ratio`, 0.5 of a
        `probability_of_improvement`, 0 of the others; at the entry.
    Why: with other seeds the order may well be the other way round, and a rerun can then only be undecided.
    Fix: run more seeds, or claim less: that the two are about equal, or that one is better in the mean alone.
    """
    manifest = subject.well_formed
    for pointer, claim in numbered("/claims", manifest.claims):
        if claim.kind not in ("ordering", "gain"):
            continue
        for place, name in numbered(f"{pointer}/evidence", claim.evidence):
            comparison = manifest.find_comparison(name)
            if comparison and _is_as_claimed(manifest, comparison):
                shown = _chance(comparison, alpha)
                if shown:
                    yield Found(place, claim=claim.id, comparison=comparison.id, shown=shown)


def _is_as_claimed(manifest: Manifest, comparison: Comparison) -> bool:
    """Whether the first result is the better one; the opposite is judged by RC0908."""
    a, b = manifest.find_result(comparison.a), manifest.find_result(comparison.b)
    metric = manifest.find_metric(a.metric) if a else None
    if not a or not b or not metric:
        return False
    return a.value > b.value if metric.direction == "maximize" else a.value < b.value


def _chance(comparison: Comparison, alpha: float) -> str | None:
    """What shows that chance may explain a difference."""
    if comparison.p_value is not None:
        return f"p = {comparison.p_value:.3g}" if comparison.p_value >= alpha else None
    effect = comparison.effect
    interval = effect.interval if effect else None
    null = _NULL.get(str(effect.kind)) if effect else None
    if interval and null is not None and interval.kind == "ci" and interval.low < null < interval.high:
        return f"{effect.kind if effect else ''} from {interval.low:.3g} to {interval.high:.3g}"
    return None
