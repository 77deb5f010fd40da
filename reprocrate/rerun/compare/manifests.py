"""The verdict between two manifests: the original and the rerun's own record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reprocrate.manifest import Claim as ManifestClaim
from reprocrate.manifest import Manifest, Metric, Result
from reprocrate.rerun.compare.case import Case
from reprocrate.rerun.compare.circumstances import Circumstances
from reprocrate.rerun.compare.claims import Claim, judge_claim
from reprocrate.rerun.compare.devices import fell_back
from reprocrate.rerun.compare.environments import host_difference
from reprocrate.rerun.compare.ordering import Duel
from reprocrate.rerun.compare.outcomes import judge
from reprocrate.rerun.compare.recorded import (
    Counterpart,
    ResultsByPlace,
    aggregate,
    changed_code,
    data_digests,
    found_in,
    recorded_in,
    results_by_place,
)
from reprocrate.rerun.compare.samples import Basis, HostDifference, Margin, Sample, Seed, Tolerance
from reprocrate.rerun.compare.verdict import (
    Identity,
    Verdict,
    claim_verdict,
    is_upheld,
    result_verdict,
    summing_up,
)

_DUELS = ("ordering", "gain", "quantified")
_RANKS = "A mean rank follows from the results that it ranks, and is not judged apart from these."
_FOLDS = "Each run counts with the mean of its folds: these share training data, so they do not count alone."
_NO_MARGINS: Mapping[str, Margin] = {}


def compare(
    original: Manifest,
    reproduction: Manifest,
    *,
    asked_seeds: Mapping[str, Sequence[int | str | None]] | None = None,
    margins: Mapping[str, Margin] = _NO_MARGINS,
    host: HostDifference | None = None,
    circumstances: Circumstances | None = None,
) -> Verdict:
    """What a rerun shows of every result and claim of the original.

    Args:
        original: the recorded experiment.
        reproduction: the manifest of the rerun.
        asked_seeds: the seeds that the rerun was asked for, by id of the original's configuration, with
            `None` for a run that takes no seed; where not given, those that the reproduction has runs of.
        margins: the reader's own margins by metric; they take the place of declared ones and are shown as the
            reader's.
        host: how the rerun's machine and software differ; where not given, from what both manifests recorded.
        circumstances: what the rerun did, where and how.
    """
    around = circumstances or Circumstances()
    setting = _Comparison(original, reproduction, asked_seeds, margins, host, around)
    judged = judge([setting.case(result) for result in original.results])
    by_id = {one.case.id: one for one in judged}
    results = tuple(result_verdict(one) for one in judged)
    claims = tuple(
        claim_verdict(judge_claim(_claim(original, claim), by_id), around.basis) for claim in original.claims
    )
    return Verdict(
        original=Identity(original.id, original.experiment.title),
        reproduction=Identity(reproduction.id, reproduction.experiment.title),
        upheld=is_upheld(claims, results, around.basis, around.claims),
        sentence=summing_up(claims, results, around.basis, around.claims),
        basis=around.basis,
        claims=claims,
        results=results,
        seeds_asked=setting.seeds_asked(),
        circumstances=around,
    )


@dataclass(frozen=True)
class _Comparison:
    """Both manifests and what was asked of the rerun."""

    original: Manifest
    reproduction: Manifest
    asked: Mapping[str, Sequence[int | str | None]] | None
    margins: Mapping[str, Margin]
    host: HostDifference | None
    circumstances: Circumstances
    evidence: frozenset[str] = field(init=False)
    found: ResultsByPlace = field(init=False)

    def __post_init__(self) -> None:
        named = {name for claim in self.original.claims for name in _results_of(self.original, claim)}
        object.__setattr__(self, "evidence", frozenset(named))
        object.__setattr__(self, "found", results_by_place(self.reproduction))

    def case(self, result: Result) -> Case:
        """What is judged for one result of the original."""
        recorded, again, asked = self._samples(result, frozenset())
        sides = [(part, self._found(part)) for part in self._parts(result, frozenset())]
        configurations = [part.result.configuration for part, _ in sides if part.result]
        metric = self.original.find_metric(result.metric)
        determinism = self.original.determinism
        return Case(
            id=result.id,
            name=self._name(result),
            original=recorded,
            rerun=again,
            asked=asked,
            stated=result.value,
            margin=self.margins.get(result.metric) or _declared_margin(metric),
            tolerance=_declared_tolerance(metric),
            host=self.host or self._host(sides),
            seeds_pair_randomness=bool(determinism and determinism.seeds_pair_randomness),
            is_evidence=result.id in self.evidence,
            degraded=any(self.circumstances.degrades(name) for name in configurations)
            or _lost_device(sides) is not None,
            basis=self.circumstances.basis,
            remarks=tuple(_remarks(result, sides)),
            new_seeds=tuple(seed for seed in asked if seed in self.circumstances.new_seeds),
            not_judged=_RANKS if result.statistic == "mean_rank" else "",
        )

    def seeds_asked(self) -> dict[str, tuple[Seed, ...]]:
        """The seeds asked for, by configuration of the original."""
        found: dict[str, tuple[Seed, ...]] = {}
        for result in self.original.results:
            if result.configuration and result.configuration not in found and result.over != "results":
                counterpart = self._found(recorded_in(self.original, result))
                found[result.configuration] = self._asked(result, counterpart)
        return found

    def _samples(self, result: Result, within: frozenset[str]) -> tuple[Sample, Sample, tuple[Seed, ...]]:
        recorded = recorded_in(self.original, result)
        if result.over == "results":
            return self._aggregates(result, recorded, within)
        found = self._found(recorded)
        then, now = data_digests(recorded, found)
        original, rerun = recorded.sample(), self._declared_alike(recorded.sample(), found.sample())
        asked = self._asked(result, found)
        return replace(original, data_digest=then), replace(rerun, data_digest=now), asked

    def _found(self, recorded: Counterpart) -> Counterpart:
        return found_in(self.reproduction, self.found, recorded)

    def _declared_alike(self, original: Sample, rerun: Sample) -> Sample:
        """What the author declares need not be repeated by a rerun; another author may mean otherwise."""
        if self.circumstances.basis is Basis.COMPARE:
            return rerun
        return replace(
            rerun,
            direction=rerun.direction or original.direction,
            unit=rerun.unit or original.unit,
            split=rerun.split or original.split,
        )

    def _aggregates(
        self, result: Result, recorded: Counterpart, within: frozenset[str]
    ) -> tuple[Sample, Sample, tuple[Seed, ...]]:
        """The same for a result over other results; one that is over itself is left empty."""
        about = replace(recorded.sample(), seeds=())
        if result.statistic == "mean_rank":
            return about, about, ()
        names = [name for name in result.results if name not in within]
        parts = [
            self._samples(part, within | {result.id})
            for name in names
            if (part := self.original.find_result(name))
        ]
        asked = dict.fromkeys(seed for _, _, seeds in parts for seed in seeds)
        original = aggregate(result, [then for then, _, _ in parts], about)
        rerun = aggregate(result, [now for _, now, _ in parts], about)
        return original, rerun, tuple(asked)

    def _parts(self, result: Result, within: frozenset[str]) -> Iterator[Counterpart]:
        """The result itself, or the results that it is over, down to those over runs."""
        if result.over != "results":
            yield recorded_in(self.original, result)
        for name in result.results:
            part = self.original.find_result(name)
            if part is not None and name not in within:
                yield from self._parts(part, within | {result.id})

    def _asked(self, result: Result, found: Counterpart) -> tuple[Seed, ...]:
        if self.asked is None:
            recomputed = (
                self.circumstances.basis is Basis.LOGS
            )  # no seed that was stopped then is tried again
            return tuple(one.seed for one in found.sample().seeds if one.value is not None or not recomputed)
        seeds = self.asked.get(result.configuration or "", ())
        return tuple(None if seed is None else str(seed) for seed in seeds)

    def _host(self, sides: Sequence[tuple[Counterpart, Counterpart]]) -> HostDifference:
        recorded = [run for part, _ in sides for run in part.runs]
        again = [run for _, part in sides for run in part.runs]
        return host_difference(self.original, recorded, self.reproduction, again)

    def _name(self, result: Result) -> str:
        configuration = self.original.find_configuration(result.configuration)
        return configuration.label if configuration else result.id


def _declared_margin(metric: Metric | None) -> Margin | None:
    return Margin(metric.margin.kind, metric.margin.value) if metric and metric.margin else None


def _declared_tolerance(metric: Metric | None) -> Tolerance | None:
    return Tolerance(metric.tolerance.atol, metric.tolerance.rtol) if metric and metric.tolerance else None


def _remarks(result: Result, sides: Sequence[tuple[Counterpart, Counterpart]]) -> Iterator[str]:
    if result.statistic in ("median", "iqm", "max", "min") and result.over != "results":
        yield f"The recorded figure is the {result.statistic} of the values; what is compared is their mean."
    if any(then.over == "folds" for then, _ in sides):
        yield _FOLDS
    lost = _lost_device(sides)
    if lost:
        yield f"The recorded runs computed on {lost}; the rerun computed on the processor only."
    changed = sorted({path for then, now in sides for path in changed_code(then, now)})
    if changed:
        more = f" and {len(changed) - 3} more files" if len(changed) > 3 else ""
        yield f"Other code ran than the recorded one: {', '.join(changed[:3])}{more} differs."


def _lost_device(sides: Sequence[tuple[Counterpart, Counterpart]]) -> str | None:
    found = (fell_back(then.runs, now.runs) for then, now in sides)
    return next((device for device in found if device), None)


def _results_of(manifest: Manifest, claim: ManifestClaim) -> Iterator[str]:
    """Ids of the results that a claim rests on, directly or through comparisons."""
    for name in claim.evidence:
        comparison = manifest.find_comparison(name)
        yield from (comparison.a, comparison.b) if comparison else (name,)


def _claim(manifest: Manifest, claim: ManifestClaim) -> Claim:
    results = [name for name in claim.evidence if manifest.find_comparison(name) is None]
    compared = [one for name in claim.evidence if (one := manifest.find_comparison(name))]
    duels = [Duel(one.id, one.a, one.b) for one in compared]
    if claim.kind in _DUELS and len(results) > 1:
        duels += [Duel(f"{results[0]}-vs-{other}", results[0], other) for other in results[1:]]
    return Claim(
        id=claim.id,
        text=claim.text,
        kind=claim.kind,
        evidence=claim.evidence,
        results=() if claim.kind in _DUELS else tuple(results),
        duels=tuple(duels) if claim.kind in _DUELS else (),
        primary=bool(claim.primary),
        relation=claim.relation,
        value=claim.value,
        by=claim.by or 0.0,
        margin=claim.margin,
        at_least=claim.quantifier.at_least if claim.quantifier else None,
    )
