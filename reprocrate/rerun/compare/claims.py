"""The verdict on a claim, which is judged apart from the metrics it rests on.

A value can be contradicted while an ordering that rests on it is upheld. Orderings, gains and thresholds
are judged on the rerun's own values; a claimed value by the verdict on its result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from reprocrate.rerun.compare.explanation import explain
from reprocrate.rerun.compare.ordering import Duel, Standing, duel
from reprocrate.rerun.compare.outcomes import Judged, Outcome, judge_again
from reprocrate.rerun.compare.samples import Basis, Direction, Margin
from reprocrate.statistics import SLACK, Interval, claimed_rounding, significant, t_interval

Kind = Literal["value", "threshold", "ordering", "gain", "quantified"]


class ClaimOutcome(StrEnum):
    """What a rerun shows about one claim."""

    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    UNDECIDED = "undecided"

    @property
    def words(self) -> str:
        """The same for people."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed of which results.

    Attributes:
        id: its id.
        text: the claim as a sentence.
        kind: what it says: a value, at least or at most a value, one result better than another, better by
            an amount, or better in so many of several cases.
        evidence: the ids that it names, for display.
        results: ids of the results of a value or a threshold.
        duels: pairs of results of which the first is claimed to be better.
        primary: whether the paper stands or falls with it.
        relation: for a threshold, on which side of the value; a value with such a side is judged as one.
        value: the claimed value.
        by: by how much the first must be better at least, in the metric's unit.
        margin: equivalence margin for a claimed value, in the metric's unit.
        at_least: in how many of the duels the claim must hold; all where not given.
    """

    id: str
    text: str
    kind: Kind
    evidence: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    duels: tuple[Duel, ...] = ()
    primary: bool = False
    relation: Literal["equals", "at_least", "at_most"] | None = None
    value: float | None = None
    by: float = 0.0
    margin: float | None = None
    at_least: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One result or one duel of a claim.

    Attributes:
        id: id of the result, or of the comparison.
        outcome: what the rerun shows about it.
        explanation: why, in one sentence.
        interval: 95 % interval of the mean, or of how much better the first is.
        bound: what the interval was held against.
        power: for an ordering or gain, how often such reruns would uphold it if the true advantage was the
            recorded one.
    """

    id: str
    outcome: ClaimOutcome
    explanation: str
    interval: Interval | None = None
    bound: float | None = None
    power: float | None = None


@dataclass(frozen=True, slots=True)
class ClaimJudged:
    """A claim with its outcome, the reason in one sentence, and the parts that it was judged by."""

    claim: Claim
    outcome: ClaimOutcome
    explanation: str
    parts: tuple[Part, ...] = ()


def judge_claim(claim: Claim, results: Mapping[str, Judged]) -> ClaimJudged:
    """The outcome of a claim, from the judged results of the rerun by id."""
    named = [*claim.results, *(name for one in claim.duels for name in (one.better, one.worse))]
    if not named:
        return _undecided(claim, "It names no result that it rests on.")
    missing = [name for name in named if name not in results]
    if missing:
        return _undecided(claim, f"The manifest has no result {missing[0]}.")
    if any(results[name].case.basis is Basis.SMOKE for name in named):
        return _undecided(claim, "A scaled-down run shows only that the code runs.")
    reasons = [reason for name in named if (reason := results[name].case.not_judged)]
    if reasons:
        return _undecided(claim, reasons[0])
    parts = tuple(_parts(claim, results))
    outcome, explanation = _together(claim, parts)
    if outcome is ClaimOutcome.NOT_UPHELD and any(results[name].case.degraded for name in named):
        why = f"Under other conditions than the recorded ones nothing is held against it: {explanation}"
        return ClaimJudged(claim, ClaimOutcome.UNDECIDED, why, parts)
    return ClaimJudged(claim, outcome, explanation, parts)


def _undecided(claim: Claim, explanation: str) -> ClaimJudged:
    return ClaimJudged(claim, ClaimOutcome.UNDECIDED, explanation)


def _parts(claim: Claim, results: Mapping[str, Judged]) -> list[Part]:
    if claim.duels:
        return [_duel(claim, one, results) for one in claim.duels]
    bounded = claim.kind == "threshold" or claim.relation in ("at_least", "at_most")
    judge: Callable[[Claim, Judged], Part] = _threshold if bounded else _value
    return [judge(claim, results[name]) for name in claim.results]


def _together(claim: Claim, parts: Sequence[Part]) -> tuple[ClaimOutcome, str]:
    """A claim over several parts holds where enough of them hold, and fails where not enough can."""
    if len(parts) == 1 and claim.at_least is None:
        return parts[0].outcome, parts[0].explanation
    upheld = sum(part.outcome is ClaimOutcome.UPHELD for part in parts)
    refuted = sum(part.outcome is ClaimOutcome.NOT_UPHELD for part in parts)
    needed = len(parts) if claim.at_least is None else claim.at_least
    counts = f"{upheld} of {len(parts)} parts are upheld, {refuted} are not; {needed} are claimed."
    if upheld >= needed:
        return ClaimOutcome.UPHELD, counts
    if len(parts) - refuted < needed:
        return ClaimOutcome.NOT_UPHELD, counts
    return ClaimOutcome.UNDECIDED, counts


def _value(claim: Claim, judged: Judged) -> Part:
    """The verdict of the result, at the claim's own margin where it has one."""
    if claim.margin is not None:
        judged = judge_again(judged, Margin("absolute", claim.margin, "claim"))
    name, margin, why = judged.case.id, judged.figures.delta, explain(judged)
    if judged.outcome is Outcome.CONTRADICTED:
        return Part(name, ClaimOutcome.NOT_UPHELD, why, bound=margin)
    if not judged.outcome.confirms:
        return Part(name, ClaimOutcome.UNDECIDED, why, bound=margin)
    # what is claimed of a median or an average is that figure, though reruns are judged by means
    recorded = judged.case.original.mean if judged.case.stated is None else judged.case.stated
    if claim.value is not None and not _agrees(claim.value, recorded, margin):
        why = (
            f"The rerun confirms the recorded {significant(recorded)} ({judged.outcome.words}), "
            f"which is not the claimed {significant(claim.value)}."
        )
        return Part(name, ClaimOutcome.NOT_UPHELD, why, bound=margin)
    return Part(name, ClaimOutcome.UPHELD, why, bound=margin)


def _agrees(claimed: float, recorded: float, margin: float | None) -> bool:
    """Whether a claimed value is the recorded one, up to the margin and its own rounding.

    Rounding is half a unit of the last digit, at most 1 %: a JSON number has lost its trailing zeros.
    """
    return abs(claimed - recorded) <= max(margin or 0.0, claimed_rounding(claimed)) * (1.0 + SLACK)


def _threshold(claim: Claim, judged: Judged) -> Part:
    """The interval of the rerun's mean against the value."""
    name, values = judged.case.id, judged.case.rerun.values
    if claim.value is None:
        return Part(name, ClaimOutcome.UNDECIDED, "It names no value.")
    if judged.outcome in (Outcome.FAILED, Outcome.NOT_COMPARABLE):
        why = f"The rerun of the result is {judged.outcome.words}."
        return Part(name, ClaimOutcome.UNDECIDED, why, bound=claim.value)
    if len(values) < 2:
        why = "Fewer than two seeds were run again, which gives no interval."
        return Part(name, ClaimOutcome.UNDECIDED, why, bound=claim.value)
    if not judged.case.rerun.is_computable:
        why = "The values are too large or too small to compute an interval of."
        return Part(name, ClaimOutcome.UNDECIDED, why, bound=claim.value)
    span = t_interval(values)
    upwards = _points_up(claim, judged.case.original.direction)
    beyond, short_of = (span.low, span.high) if upwards else (-span.high, -span.low)
    bound = claim.value if upwards else -claim.value
    slack = abs(bound) * SLACK
    outcome = ClaimOutcome.UNDECIDED
    if beyond >= bound - slack:
        outcome = ClaimOutcome.UPHELD
    elif short_of < bound - slack:
        outcome = ClaimOutcome.NOT_UPHELD
    side = "at least" if upwards else "at most"
    precision = judged.figures.precision.apart(claim.value, span.low, span.high)
    why = (
        f"The rerun's mean is {precision.write(judged.case.rerun.mean)}, with 95 % interval "
        f"{precision.write_interval(span.low, span.high)}; {side} {significant(claim.value)} is claimed."
    )
    return Part(name, outcome, why, span, claim.value)


def _points_up(claim: Claim, direction: Direction | None) -> bool:
    if claim.relation in ("at_least", "at_most"):
        return claim.relation == "at_least"
    return direction is not Direction.MINIMIZE


_STANDING = {
    Standing.BEYOND: ClaimOutcome.UPHELD,
    Standing.SHORT: ClaimOutcome.NOT_UPHELD,
    Standing.OPEN: ClaimOutcome.UNDECIDED,
}


def _duel(claim: Claim, one: Duel, results: Mapping[str, Judged]) -> Part:
    by = claim.by
    if claim.kind == "gain" and not by and claim.value is not None:
        by = claim.value
    fought = duel(results[one.better], results[one.worse], by)
    return Part(one.id, _STANDING[fought.standing], fought.explanation, fought.interval, by, fought.power)
