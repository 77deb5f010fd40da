"""The verdict of a rerun as one value: per claim, per result, then one sentence; never a single score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from itertools import repeat
from typing import Any, NamedTuple

from reprocrate.manifest import Hardware
from reprocrate.rerun.compare.artifacts import Artifacts
from reprocrate.rerun.compare.circumstances import Circumstances
from reprocrate.rerun.compare.claims import ClaimJudged, ClaimOutcome, Kind, Part
from reprocrate.rerun.compare.curves import CurveComparison
from reprocrate.rerun.compare.explanation import explain, remarks
from reprocrate.rerun.compare.figures import Figures
from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.outcomes import Judged, Outcome
from reprocrate.rerun.compare.promise import Promise
from reprocrate.rerun.compare.samples import Basis, Direction, Margin, Seed, seeds_agree
from reprocrate.rerun.compare.wording import counted

SCHEMA_VERSION = "1.0"
SCHEMA_URL = "https://w3id.org/reprocrate/schema/1.0/verdict.schema.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which experiment: its manifest's id, and its title."""

    id: str
    title: str


class SeedPair(NamedTuple):
    """One seed with its recorded value, its value in the rerun, and what became of it there."""

    seed: Seed
    recorded: float | None
    rerun: float | None
    status: str


@numerous()
class SeedPairs:
    """Seeds that both sides have a value of, in three columns; a pair is made when it is asked for."""

    seeds: tuple[Seed, ...]
    recorded: tuple[float, ...]
    rerun: tuple[float, ...]

    def __contains__(self, one: object) -> bool:
        return one in tuple(self)

    def __iter__(self) -> Iterator[SeedPair]:
        return map(SeedPair, self.seeds, self.recorded, self.rerun, repeat("ok"))

    def __len__(self) -> int:
        return len(self.seeds)


@numerous()
class ResultVerdict:
    """The verdict on one result.

    Attributes:
        id: id of the result in the original.
        name: what people call its configuration.
        metric: what was measured.
        split: the part of the data that it was measured on.
        unit: unit of all its numbers.
        direction: which values are better.
        outcome: what the rerun shows.
        explanation: why, in one sentence.
        remarks: what else has to be said, each a sentence.
        basis: what it rests on.
        asked: whether the rerun was asked for it.
        evidence: whether a claim rests on it.
        degraded: whether it ran under conditions that change the protocol.
        margin: the margin that it was judged at.
        seeds: every seed with both values.
        numbers: the numbers behind it.
    """

    id: str
    name: str
    metric: str
    split: str | None
    unit: str | None
    direction: Direction | None
    outcome: Outcome
    explanation: str
    remarks: tuple[str, ...]
    basis: Basis
    asked: bool
    evidence: bool
    degraded: bool
    margin: Margin | None
    seeds: Collection[SeedPair]
    numbers: Figures


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """The verdict on one claim: upheld, not upheld or undecided, with the parts it was judged by."""

    id: str
    text: str
    kind: Kind
    primary: bool
    outcome: ClaimOutcome
    explanation: str
    basis: Basis
    evidence: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rerun shows of an experiment.

    Attributes:
        original: the experiment that was rerun.
        reproduction: the rerun's own record.
        upheld: whether the answer is yes: every primary claim (every claim, if none is primary) is upheld;
            without claims every result is identical, within tolerance or equivalent; scaled down, all ran.
        sentence: the whole in one sentence.
        basis: what it rests on.
        claims: the verdict on each claim.
        results: the verdict on each result.
        curves: learning curves that both sides have, which decide nothing.
        artifacts: what became of the files that runs wrote, which decides nothing; `None` where nothing was
            run again as it was.
        determinism: what was promised of it, and what the rerun shows.
        seeds_asked: the seeds that the rerun was asked for, by configuration.
        circumstances: where and how the rerun was made.
    """

    original: Identity
    reproduction: Identity
    upheld: bool
    sentence: str
    basis: Basis
    claims: tuple[ClaimVerdict, ...]
    results: tuple[ResultVerdict, ...]
    curves: tuple[CurveComparison, ...]
    artifacts: Artifacts | None
    determinism: Promise
    seeds_asked: Mapping[str, Sequence[Seed]]
    circumstances: Circumstances

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON values by `verdict.schema.json`; what is not known is null."""
        plain = _plain(self)
        del plain["circumstances"]["basis"]
        return {"$schema": SCHEMA_URL, "schema_version": SCHEMA_VERSION, **plain}


def result_verdict(judged: Judged) -> ResultVerdict:
    """A judged result with its words."""
    case = judged.case
    return ResultVerdict(
        id=case.id,
        name=case.name,
        metric=case.original.metric,
        split=case.original.split,
        unit=case.original.unit,
        direction=case.original.direction,
        outcome=judged.outcome,
        explanation=explain(judged),
        remarks=remarks(judged),
        basis=case.basis,
        asked=bool(case.asked or case.rerun.seeds),
        evidence=case.is_evidence,
        degraded=case.degraded,
        margin=case.margin,
        seeds=_seed_pairs(judged),
        numbers=judged.figures,
    )


def claim_verdict(judged: ClaimJudged, basis: Basis) -> ClaimVerdict:
    """A judged claim with what it rests on."""
    claim = judged.claim
    return ClaimVerdict(
        id=claim.id,
        text=claim.text,
        kind=claim.kind,
        primary=claim.primary,
        outcome=judged.outcome,
        explanation=judged.explanation,
        basis=basis,
        evidence=claim.evidence,
        parts=judged.parts,
    )


def is_upheld(
    claims: Sequence[ClaimVerdict],
    results: Sequence[ResultVerdict],
    basis: Basis,
    asked_claims: Sequence[str] = (),
    *,
    all_ran: bool = False,
) -> bool:
    """Whether the answer is yes, for the claims that were asked about where some were.

    Scaled down, no claim can be upheld: the answer is whether everything that was asked for ran, which may
    be runs that no result rests on (`all_ran`: there are runs, and each seed of all
    configurations has one that ended well).
    """
    asked = [one.outcome for one in results if one.asked]
    if basis is Basis.SMOKE:
        return all_ran and all(outcome is Outcome.RUNS for outcome in asked)
    if claims:
        return all(claim.outcome is ClaimOutcome.UPHELD for claim in deciding(claims, asked_claims))
    return bool(asked) and all(outcome.confirms for outcome in asked)


def deciding(claims: Sequence[ClaimVerdict], asked: Sequence[str] = ()) -> list[ClaimVerdict]:
    """The claims that were asked about; else the primary ones; every claim, if none is primary."""
    if asked:
        return [claim for claim in claims if claim.id in asked]
    return [claim for claim in claims if claim.primary] or list(claims)


def summing_up(
    claims: Sequence[ClaimVerdict],
    results: Sequence[ResultVerdict],
    basis: Basis,
    asked_claims: Sequence[str] = (),
    *,
    in_part: bool = False,
    without: str = "",
) -> str:
    """The whole verdict in one sentence; of a rerun of a part it does not say that all was run.

    `without` is why the original has no result, where it has none.
    """
    kind = "primary claim" if any(claim.primary for claim in claims) else "claim"
    kind = "asked claim" if asked_claims else kind
    parts = [_tally(kind, (one.outcome for one in deciding(claims, asked_claims)))] if claims else []
    parts.append(_tally("result", (result.outcome for result in results if result.asked)))
    asked = "what was asked for was " if in_part and basis is Basis.FULL else ""
    text = f"{asked}{basis.words}"
    why = f", since {without}" if without else ""
    return f"{text[0].upper()}{text[1:]}: {'; '.join(parts)}{why}."


def _tally(what: str, outcomes: Iterable[Outcome | ClaimOutcome]) -> str:
    """`3 results identical, 1 contradicted`."""
    counts = Counter(outcome.words for outcome in outcomes).most_common()
    if not counts:
        return f"no {what} to compare"
    (words, count), *others = counts
    return ", ".join([f"{counted(count, what)} {words}", *(f"{count} {words}" for words, count in others)])


def _seed_pairs(judged: Judged) -> Collection[SeedPair]:
    case = judged.case
    if case.asked == case.rerun.names and seeds_agree(case.original, case.rerun):
        return SeedPairs(case.asked, case.original.values, case.rerun.values)
    recorded, finite = case.original.by_seed, case.rerun.by_seed
    again = {one.seed: one for one in case.rerun.seeds}
    seeds = dict.fromkeys([*[one.seed for one in case.original.seeds], *case.asked, *again])
    found = []
    for seed in seeds:
        one = again.get(seed)
        value, status = (None, "not_run") if one is None else (finite.get(seed), one.status)
        found.append(SeedPair(seed, recorded.get(seed), value, status))
    return tuple(found)


_AS_IT_IS = frozenset({str, float, int, bool, type(None)})
_NAMES: dict[type, tuple[str, ...]] = {}


def _plain(value: Any) -> Any:
    """JSON values of this module's dataclasses. Of a large verdict there are millions of them."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is tuple or kind is list:
        return [each if type(each) in _AS_IT_IS else _plain(each) for each in value]
    if kind is SeedPairs:
        return [pair._asdict() for pair in value]
    names = _NAMES.get(kind)
    if names is None:
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, Hardware):
            return value.model_dump(mode="json", exclude_defaults=True)
        if isinstance(value, Mapping):
            return {key: _plain(item) for key, item in value.items()}
        if not is_dataclass(value) and not hasattr(value, "_fields"):
            return value
        names = _NAMES[kind] = (
            tuple(field.name for field in fields(value)) if is_dataclass(value) else value._fields
        )
    found = {}
    for name in names:
        each = getattr(value, name)
        found[name] = each if type(each) in _AS_IT_IS else _plain(each)
    return found
