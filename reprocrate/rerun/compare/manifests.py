"""The verdict between two manifests: the original and the rerun's own record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reprocrate.manifest import Configuration, Manifest, Result
from reprocrate.rerun.compare.beside import artifacts_of, curves_of, promise_of, runs_of_seeds
from reprocrate.rerun.compare.case import Case
from reprocrate.rerun.compare.circumstances import Circumstances
from reprocrate.rerun.compare.claimed import claim_of, claimed_advantages, results_of
from reprocrate.rerun.compare.claims import judge_claim
from reprocrate.rerun.compare.conditions import Conditions, conditions_of
from reprocrate.rerun.compare.curves import SeedRuns
from reprocrate.rerun.compare.evidence import Evidence, NoEvidence
from reprocrate.rerun.compare.inputs import data_digests
from reprocrate.rerun.compare.items import ItemTest
from reprocrate.rerun.compare.nothing import why_nothing
from reprocrate.rerun.compare.once import once
from reprocrate.rerun.compare.outcomes import judge
from reprocrate.rerun.compare.predictions import Unusable
from reprocrate.rerun.compare.recorded import (
    Counterpart,
    Records,
    Sides,
    aggregate,
    found_in,
    recorded_in,
)
from reprocrate.rerun.compare.samples import Basis, HostDifference, Margin, Sample, Seed, Tolerance, as_asked
from reprocrate.rerun.compare.single_seed import judge_items, needs_items
from reprocrate.rerun.compare.tolerance import choose_tolerance
from reprocrate.rerun.compare.verdict import (
    Identity,
    Verdict,
    claim_verdict,
    is_upheld,
    result_verdict,
    summing_up,
)

_RANKS = "A mean rank follows from the results that it ranks, and is not judged apart from these."
_FOLDS = "Each run counts with the mean of its folds: these share training data, so they do not count alone."
_UNUSABLE = "There are predictions of the single seed, but they cannot judge it: {}."
_NO_MARGINS: Mapping[str, Margin] = {}


def compare(
    original: Manifest,
    reproduction: Manifest,
    *,
    asked_seeds: Mapping[str, Sequence[int | str | None]] | None = None,
    margins: Mapping[str, Margin] = _NO_MARGINS,
    host: HostDifference | None = None,
    circumstances: Circumstances | None = None,
    files: tuple[Evidence, Evidence] = (NoEvidence(), NoEvidence()),
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
        files: where the files of both sides can be read: histories and predictions.
    """
    around = circumstances or Circumstances()
    setting = _Comparison(original, reproduction, asked_seeds, margins, host, around, files)
    judged = judge([setting.case(result) for result in original.results])
    by_id = {one.case.id: one for one in judged}
    results = tuple(result_verdict(one) for one in judged)
    claims = tuple(
        claim_verdict(judge_claim(claim_of(original, claim), by_id), around.basis)
        for claim in original.claims
    )
    runs = setting.runs_of_seeds() if around.basis not in (Basis.LOGS, Basis.SMOKE) else {}
    return Verdict(
        original=Identity(original.id, original.experiment.title),
        reproduction=Identity(reproduction.id, reproduction.experiment.title),
        upheld=is_upheld(claims, results, around.basis, around.claims, all_ran=_all_ran(setting.now)),
        sentence=summing_up(
            claims,
            results,
            around.basis,
            around.claims,
            in_part=bool(around.chosen),
            without=why_nothing(original),
        ),
        basis=around.basis,
        claims=claims,
        results=results,
        curves=curves_of(original, runs, files),
        artifacts=artifacts_of(runs) if runs else None,
        determinism=promise_of(original, judged, around.basis),
        seeds_asked=setting.seeds_asked(),
        circumstances=around,
    )


def _all_ran(now: Records) -> bool:
    """Whether there are runs, and each seed of every configuration has one that ended well."""
    runs = [run for one in now.manifest.configurations for run in now.newest(one)]
    return bool(runs) and all(run.status == "ok" for run in runs)


@dataclass(frozen=True)
class _Comparison:
    """Both manifests and what was asked of the rerun."""

    original: Manifest
    reproduction: Manifest
    asked: Mapping[str, Sequence[int | str | None]] | None
    margins: Mapping[str, Margin]
    host: HostDifference | None
    circumstances: Circumstances
    files: tuple[Evidence, Evidence]
    judged_sides: dict[object, Sides] = field(default_factory=dict)
    _allowed: dict[str, tuple[Margin | None, Tolerance | None]] = field(default_factory=dict)
    _conditions: dict[object, Conditions] = field(default_factory=dict)
    _digests: dict[object, tuple[str | None, str | None]] = field(default_factory=dict)

    @once
    def then(self) -> Records:
        """What the original recorded."""
        return Records(self.original)

    @once
    def now(self) -> Records:
        """What the rerun recorded."""
        return Records(self.reproduction)

    @once
    def evidence(self) -> frozenset[str]:
        """Ids of the results that claims rest on."""
        return frozenset(name for claim in self.original.claims for name in results_of(self.original, claim))

    @once
    def advantages(self) -> dict[str, float]:
        """The smallest claimed advantage that rests on each result."""
        return claimed_advantages(self.original)

    def case(self, result: Result) -> Case:
        """What is judged for one result of the original."""
        if result.over == "results":
            sides = [(part, self._found(part)) for part in self._parts(result, frozenset())]
            recorded, again, asked = self._samples(result, frozenset())
        else:
            then = recorded_in(self.then, result)
            sides = [(then, self._found(then))]
            recorded, again, asked = self._of_runs(result, *sides[0])
        conditions = self._conditions_of(sides)
        host = self.host or conditions.host
        items = self._items(sides, recorded, again, host)
        why_not = (_UNUSABLE.format(items.reason),) if isinstance(items, Unusable) else ()
        margin, tolerance = self._allowances(result.metric)
        determinism, new = self.original.determinism, self.circumstances.new_seeds
        return Case(
            id=result.id,
            name=self._name(result),
            original=recorded,
            rerun=again,
            asked=asked,
            stated=result.value,
            margin=margin,
            tolerance=tolerance,
            host=host,
            seeds_pair_randomness=bool(determinism and determinism.seeds_pair_randomness),
            is_evidence=result.id in self.evidence,
            degraded=conditions.degraded,
            basis=self.circumstances.basis,
            remarks=(*_remarks(result, sides, conditions), *why_not),
            new_seeds=tuple([seed for seed in asked if seed in new]) if new else (),
            not_judged=_RANKS if result.statistic == "mean_rank" else "",
            same_code=not conditions.changed_code,
            unseeded=conditions.unseeded,
            advantage=self.advantages.get(result.id),
            items=items if isinstance(items, ItemTest) else None,
        )

    def _allowances(self, name: str) -> tuple[Margin | None, Tolerance | None]:
        """The margin of a metric, the reader's before the author's, and its declared tolerance."""
        if name not in self._allowed:
            metric = self.original.find_metric(name)
            own, near = (metric.margin, metric.tolerance) if metric else (None, None)
            margin = Margin(own.kind, own.value) if own else None
            tolerance = Tolerance(near.atol, near.rtol) if near else None
            self._allowed[name] = (self.margins.get(name) or margin, tolerance)
        return self._allowed[name]

    def runs_of_seeds(self) -> dict[str, list[SeedRuns]]:
        """The runs on both sides by configuration and seed."""
        return runs_of_seeds(self.then, self.now, self.judged_sides.values())

    def _items(
        self, sides: Sequence[Sides], recorded: Sample, again: Sample, host: HostDifference
    ) -> ItemTest | Unusable | None:
        """What the predictions of a single recorded seed show, where its values alone do not."""
        if len(sides) != 1 or self.circumstances.basis in (Basis.LOGS, Basis.SMOKE):
            return None
        if len(recorded.values) != 1 or len(again.values) != 1:
            return None
        tolerance = choose_tolerance(self._allowances(recorded.metric)[1], host, recorded.item)
        if not needs_items(recorded, again, tolerance):
            return None
        return judge_items(*sides[0], self.files)

    def seeds_asked(self) -> dict[str, tuple[Seed, ...]]:
        """The seeds asked for, by configuration of the original."""
        found: dict[str, tuple[Seed, ...]] = {}
        for result in self.original.results:
            if result.configuration and result.configuration not in found and result.over != "results":
                counterpart = self._found(recorded_in(self.then, result))
                found[result.configuration] = self._asked(result, counterpart)
        return found

    def _samples(self, result: Result, within: frozenset[str]) -> tuple[Sample, Sample, tuple[Seed, ...]]:
        recorded = recorded_in(self.then, result)
        if result.over == "results":
            return self._aggregates(result, recorded, within)
        return self._of_runs(result, recorded, self._found(recorded))

    def _of_runs(
        self, result: Result, recorded: Counterpart, found: Counterpart
    ) -> tuple[Sample, Sample, tuple[Seed, ...]]:
        original, rerun = recorded.sample, self._declared_alike(recorded.sample, found.sample)
        then, now = self._data_digests(recorded, found)
        if then is not None:
            original, rerun = original.with_digest(then), rerun.with_digest(now)
        asked = self._asked(result, found)
        return original, as_asked(rerun, asked), asked

    def _data_digests(self, recorded: Counterpart, found: Counterpart) -> tuple[str | None, str | None]:
        key = (_id(recorded.configuration), recorded.key[1], _id(found.configuration), found.key[1])
        if key not in self._digests:
            self._digests[key] = data_digests(recorded, found)
        return self._digests[key]

    def _found(self, recorded: Counterpart) -> Counterpart:
        return found_in(self.now, recorded)

    def _declared_alike(self, original: Sample, rerun: Sample) -> Sample:
        """What the author declares need not be repeated by a rerun; another author may mean otherwise."""
        alike = (original.direction, original.unit, original.split)
        if self.circumstances.basis is Basis.COMPARE or (rerun.direction, rerun.unit, rerun.split) == alike:
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
        about = self.then.described(recorded.key)
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
            yield recorded_in(self.then, result)
        for name in result.results:
            part = self.original.find_result(name)
            if part is not None and name not in within:
                yield from self._parts(part, within | {result.id})

    def _asked(self, result: Result, found: Counterpart) -> tuple[Seed, ...]:
        if self.asked is None:
            if self.circumstances.basis is not Basis.LOGS:
                return found.sample.names
            # recomputed: no seed that was stopped then is tried again
            return tuple([one.seed for one in found.sample.seeds if one.value is not None])
        seeds = self.asked.get(result.configuration or "", ())
        return tuple(None if seed is None else str(seed) for seed in seeds)

    def _conditions_of(self, sides: Sequence[Sides]) -> Conditions:
        """What the results of the same runs have in common, worked out once for all of them."""
        key = tuple([(_configured(then), id(then.runs), id(now.runs)) for then, now in sides])
        found = self._conditions.get(key)  # the runs are kept alive by their records
        if found is None:
            manifests = (self.original, self.reproduction)
            found = self._conditions[key] = conditions_of(manifests, sides, self.circumstances)
            self.judged_sides.update(zip(key, sides, strict=True))
        return found

    def _name(self, result: Result) -> str:
        configuration = self.original.find_configuration(result.configuration)
        return configuration.label if configuration else result.id


def _id(configuration: Configuration | None) -> str | None:
    return configuration.id if configuration else None


def _configured(side: Counterpart) -> str | None:
    return side.result.configuration if side.result else None


def _remarks(result: Result, sides: Sequence[Sides], conditions: Conditions) -> Iterator[str]:
    if result.statistic in ("median", "iqm", "max", "min") and result.over != "results":
        figure = f"the {result.statistic} of the values"
        yield f"The recorded figure is {figure}; what is compared is their mean."
    if "folds" in [then.over for then, _ in sides]:
        yield _FOLDS
    yield from conditions.remarks
