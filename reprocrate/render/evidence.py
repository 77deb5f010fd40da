"""What the recorded runs say about comparisons and claims, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from reprocrate.manifest import Claim, Comparison, Manifest, Metric
from reprocrate.render import numbers, words
from reprocrate.render.numbers import Precision
from reprocrate.render.outcomes import Outcome
from reprocrate.statistics import SLACK, claimed_rounding


class Standing(StrEnum):
    """How a claim stands to the recorded runs that it rests on."""

    SUPPORTED = "supported"
    OPEN = "open"
    CONFLICTING = "conflicting"
    NOT_EVIDENCED = "not evidenced"

    @property
    def words(self) -> str:
        """The standing as a reader may take it."""
        return _STANDING_WORDS[self]


_STANDING_WORDS = {
    Standing.SUPPORTED: "supported by the recorded runs",
    Standing.OPEN: "left open by the recorded runs",
    Standing.CONFLICTING: "in conflict with the recorded runs",
    Standing.NOT_EVIDENCED: "not tied to recorded runs",
}


class Contrast(NamedTuple):
    """One comparison, ready to be read.

    Attributes:
        comparison: the manifest's comparison.
        a: what to call the first result.
        b: what to call the second.
        metric: what to call the metric, with the split.
        direction: 1 where larger is better, -1 where smaller is, 0 where that is not known.
        precision: digits of the difference.
        unit: what follows its numbers.
        without_interval: why nothing is said about chance where there is no interval.
    """

    comparison: Comparison
    a: str
    b: str
    metric: str
    direction: int
    precision: Precision
    unit: str
    without_interval: str

    @property
    def value_text(self) -> str:
        """The effect with its sign."""
        effect = self.comparison.effect
        if effect is None:
            return "–"
        text = self.precision.write_signed(effect.value)
        if effect.kind == "difference":
            return f"{text}{self.unit}"
        return f"{effect.kind.replace('_', ' ')} {text.lstrip('+')}"

    @property
    def interval_text(self) -> str:
        """Ends of the effect's interval, or an empty string."""
        effect = self.comparison.effect
        if effect is None or effect.interval is None:
            return ""
        low, high = (self.precision.write_signed(end) for end in (effect.interval.low, effect.interval.high))
        return f"{low} to {high}"

    @property
    def test_text(self) -> str:
        """The test and its p value, or an empty string."""
        one = self.comparison
        parts = [words.TEST[one.test]] if one.test else []
        if one.p_value is not None:
            parts.append(numbers.p_value(one.p_value))
        if one.correction not in (None, "none"):
            parts.append(f"corrected by {str(one.correction).replace('_', '-').title()}")
        return ", ".join(parts)

    @property
    def sentence(self) -> str:
        """All of it as one sentence."""
        text = f"{self.a} minus {self.b}: {self.value_text} in {self.metric}"
        interval = self.comparison.effect.interval if self.comparison.effect else None
        if interval:
            text += f", {interval_name(interval.kind, interval.level)} {self.interval_text}"
        return f"{text} ({self.test_text})" if self.test_text else text


class Evidence(NamedTuple):
    """A claim with what the recorded runs say of it.

    Attributes:
        claim: the manifest's claim.
        standing: how it stands to the recorded runs.
        reason: why, in a sentence.
        contrasts: the comparisons that it rests on.
        outcomes: the results that it rests on.
    """

    claim: Claim
    standing: Standing
    reason: str
    contrasts: tuple[Contrast, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def place(self) -> str:
        """Where the paper makes the claim, or an empty string."""
        location = self.claim.location
        parts = (location.label, location.cell) if location else ()
        return words.plain(", ".join(part for part in parts if part))


def interval_name(kind: str, level: float | None) -> str:
    """`95 % interval`, `95 % prediction interval`, `plus and minus one standard deviation`."""
    if kind in ("sd", "se"):
        return f"plus and minus one standard {'deviation' if kind == 'sd' else 'error'}"
    name = "interval" if kind == "ci" else "prediction interval"
    return f"{numbers.percent(level)} {name}" if level is not None else name


def make_contrasts(manifest: Manifest, outcomes: Mapping[str, Outcome]) -> dict[str, Contrast]:
    """Every comparison by its id."""
    return {one.id: _contrast(one, outcomes) for one in manifest.comparisons}


def make_evidence(
    manifest: Manifest, outcomes: Mapping[str, Outcome], contrasts: Mapping[str, Contrast]
) -> list[Evidence]:
    """Every claim, primary ones first."""
    found = []
    for claim in manifest.claims:
        compared = tuple(contrasts[one] for one in claim.evidence if one in contrasts)
        measured = tuple(outcomes[one] for one in claim.evidence if one in outcomes)
        standing, reason = _judged(claim, compared, measured)
        found.append(Evidence(claim, standing, reason, compared, measured))
    return sorted(found, key=lambda each: not each.claim.primary)


def _contrast(comparison: Comparison, outcomes: Mapping[str, Outcome]) -> Contrast:
    a, b = outcomes.get(comparison.a), outcomes.get(comparison.b)
    metric = a.metric if a else None
    interval = comparison.effect.interval if comparison.effect else None
    value = comparison.effect.value if comparison.effect else 0.0
    is_difference = comparison.effect is None or comparison.effect.kind == "difference"
    label = words.metric_label(metric, a.result.metric) if a else "an unknown metric"
    if a and a.is_rank:
        label = f"mean rank by {label}"
    if a and a.result.split:
        label += f" on {words.plain(a.result.split)}"
    return Contrast(
        comparison,
        _name(a, b, comparison.a),
        _name(b, a, comparison.b),
        label,
        (-1 if a and a.is_rank else _direction(metric)) if is_difference else 0,
        Precision.of(value, (interval.high - interval.low) / 4 if interval else None),
        numbers.unit_suffix(words.plain(metric.unit) if metric and metric.unit else None),
        a.without_interval if a else "the first result is not there",
    )


def _name(outcome: Outcome | None, other: Outcome | None, identifier: str) -> str:
    """The configuration; with its data set where that is what differs."""
    if outcome is None:
        return words.plain(identifier)
    if other and outcome.label == other.label and outcome.data:
        return f"{outcome.label} on {outcome.data}"
    return outcome.label


def _direction(metric: Metric | None) -> int:
    return {"maximize": 1, "minimize": -1}.get((metric.direction if metric else None) or "", 0)


def _judged(
    claim: Claim, contrasts: tuple[Contrast, ...], outcomes: tuple[Outcome, ...]
) -> tuple[Standing, str]:
    if claim.kind in ("ordering", "gain") and contrasts:
        return _ordering(claim, contrasts[0])
    if claim.kind == "quantified" and contrasts:
        return _quantified(claim, contrasts)
    if claim.kind in ("value", "threshold") and outcomes and claim.value is not None:
        return _value(claim, outcomes[0])
    return Standing.NOT_EVIDENCED, "The claim names no recorded result that could bear it out."


def _ordering(claim: Claim, contrast: Contrast) -> tuple[Standing, str]:
    ends = _advantage(contrast)
    if isinstance(ends, str):
        return Standing.OPEN, ends
    by = claim.by or 0.0
    wanted = f"the claimed {numbers.significant(by)}{contrast.unit}" if by else "no difference"
    slack = SLACK * max(by, *map(abs, ends))
    what = "whole interval" if ends[0] < ends[1] else "difference"
    if ends[0] >= by - slack and ends[0] > 0:
        return Standing.SUPPORTED, f"{contrast.sentence}. The {what} lies beyond {wanted}."
    if ends[1] < by - slack:
        return Standing.CONFLICTING, f"{contrast.sentence}. The {what} falls short of {wanted}."
    return Standing.OPEN, f"{contrast.sentence}. The interval reaches to both sides of {wanted}."


def _advantage(contrast: Contrast) -> tuple[float, float] | str:
    """How far the first result is ahead, as an interval; why that cannot be told, where it cannot."""
    one = contrast.comparison
    if one.effect is None or contrast.direction == 0:
        return "It was not recorded whether higher or lower is better, so no order can be told."
    if one.effect.interval is None and one.test is None:
        return f"{contrast.sentence}; {contrast.without_interval}."
    interval = one.effect.interval
    low, high = (interval.low, interval.high) if interval else (one.effect.value, one.effect.value)
    return (low, high) if contrast.direction > 0 else (-high, -low)


def _quantified(claim: Claim, contrasts: tuple[Contrast, ...]) -> tuple[Standing, str]:
    judged = [_ordering(claim, contrast)[0] for contrast in contrasts]
    holds, fails = judged.count(Standing.SUPPORTED), judged.count(Standing.CONFLICTING)
    needed = claim.quantifier.at_least if claim.quantifier else len(contrasts)
    text = (
        f"Of {words.count_of(len(contrasts), 'comparison')} the recorded runs support {holds}, "
        f"contradict {fails} and leave {len(contrasts) - holds - fails} open; {needed} are claimed."
    )
    if holds >= needed:
        return Standing.SUPPORTED, text
    return (Standing.CONFLICTING if len(contrasts) - fails < needed else Standing.OPEN), text


def _value(claim: Claim, outcome: Outcome) -> tuple[Standing, str]:
    interval, bound = outcome.result.interval, claim.value or 0.0
    unit = numbers.unit_suffix(
        words.plain(outcome.metric.unit) if outcome.metric and outcome.metric.unit else None
    )
    text = f"{outcome.label}: {outcome.text}{unit}"
    if interval:
        text += f", {interval_name(interval.kind, interval.level)} {outcome.interval_text}"
    stated = f"{numbers.significant(bound)}{unit}"
    if claim.relation in (None, "equals"):
        return _equal_value(claim, outcome, text, stated)
    sign = 1 if claim.relation == "at_least" else -1
    wanted = f"{'at least' if sign > 0 else 'at most'} {stated} is claimed"
    if interval is None:
        return Standing.OPEN, f"{text}; {wanted}, and {outcome.without_interval}."
    ends = sorted(sign * (end - bound) for end in (interval.low, interval.high))
    if ends[0] >= 0:
        return Standing.SUPPORTED, f"{text}; {wanted}, and the whole interval agrees."
    if ends[1] < 0:
        return Standing.CONFLICTING, f"{text}; {wanted}, and the whole interval disagrees."
    return Standing.OPEN, f"{text}; {wanted}, and the interval reaches to both sides."


def _equal_value(claim: Claim, outcome: Outcome, text: str, stated: str) -> tuple[Standing, str]:
    allowed = _allowed(claim, outcome)
    near = abs(outcome.result.value - (claim.value or 0.0)) <= allowed * (1 + SLACK)
    relation = "within" if near else "farther than"
    margin = numbers.significant(allowed)
    reason = f"{text}. That is {relation} {margin} {'of' if near else 'from'} the claimed {stated}."
    return (Standing.SUPPORTED if near else Standing.CONFLICTING), reason


def _allowed(claim: Claim, outcome: Outcome) -> float:
    """By how much the record may miss a claimed value: the claim's margin, else the metric's or rounding."""
    if claim.margin is not None:
        return claim.margin
    rounding = claimed_rounding(claim.value or 0.0)
    margin = outcome.metric.margin if outcome.metric else None
    if margin is None or outcome.result.statistic == "mean_rank":  # a rank is not in the metric's unit
        return rounding
    return max(rounding, margin.value * (abs(outcome.result.value) if margin.kind == "relative" else 1.0))
