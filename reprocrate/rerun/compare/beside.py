"""What is told beside the verdict and decides nothing: learning curves, files, promised determinism."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reprocrate.manifest import Manifest, Result
from reprocrate.manifest.histories import Series
from reprocrate.rerun.compare.artifacts import Artifacts, compare_artifacts
from reprocrate.rerun.compare.curves import CurveComparison, SeedRuns, compare_curves, explain_curves
from reprocrate.rerun.compare.evidence import Evidence
from reprocrate.rerun.compare.outcomes import Judged
from reprocrate.rerun.compare.promise import Promise, Seen, judge_promise
from reprocrate.rerun.compare.recorded import Counterpart, Records, Sides
from reprocrate.rerun.compare.samples import Basis, HostDifference, Seed, pairs
from reprocrate.rerun.compare.tolerance import choose_tolerance

_NO_KEY = ("", None, None)


def runs_of_seeds(then: Records, now: Records, judged: Iterable[Sides]) -> dict[str, list[SeedRuns]]:
    """The runs of each seed on both sides, by configuration of the original.

    Args:
        then: what the original recorded.
        now: what the rerun recorded.
        judged: the sides of the results, whose runs come first.
    """
    sides = list(judged)
    named = {side.configuration.id for side, _ in sides if side.configuration}
    for configuration in then.manifest.configurations:
        if configuration.id not in named:
            mine = Counterpart(then, None, configuration, _NO_KEY)
            sides.append((mine, Counterpart(now, None, now.alike(configuration), _NO_KEY)))
    found: dict[str, dict[Seed, SeedRuns]] = {}
    for recorded, again in sides:
        if recorded.configuration is None:
            continue
        seeds = found.setdefault(recorded.configuration.id, {})
        first = {then.seed_of(run): run for run in recorded.runs}
        second = {now.seed_of(run): run for run in again.runs}
        for seed in (*first, *second):
            seeds.setdefault(seed, SeedRuns(seed, first.get(seed), second.get(seed)))
    return {name: list(seeds.values()) for name, seeds in found.items()}


def artifacts_of(runs: Mapping[str, Sequence[SeedRuns]]) -> Artifacts:
    """What became of the files of every seed that ended well on both sides."""
    return compare_artifacts(
        [
            (configuration, one.seed, one.recorded, one.rerun)
            for configuration, seeds in runs.items()
            for one in seeds
            if one.recorded and one.rerun and one.recorded.status == one.rerun.status == "ok"
        ]
    )


def curves_of(
    original: Manifest, runs: Mapping[str, Sequence[SeedRuns]], files: tuple[Evidence, Evidence]
) -> tuple[CurveComparison, ...]:
    """The learning curves that both sides have, those of results first within each configuration."""
    found: list[CurveComparison] = []
    for configuration in original.configurations:
        both = _with_histories(runs.get(configuration.id, ()))
        if not both:
            continue
        results = [one for one in original.results if one.configuration == configuration.id]
        compared = compare_curves(both, *files)
        mine = [
            CurveComparison(
                configuration=configuration.id,
                result=_result_of(original, results, series),
                metric=series.metric,
                data=series.data or None,
                split=series.split or None,
                fold=series.fold or None,
                seeds=seeds,
                band=band,
                explanation=explain_curves(seeds, band),
            )
            for series, (seeds, band) in compared.items()
        ]
        found += sorted(mine, key=lambda one: one.result is None)
    return tuple(found)


def promise_of(original: Manifest, judged: Sequence[Judged], basis: Basis) -> Promise:
    """The promised determinism against what the results that were asked for show."""
    promised = original.determinism.promised if original.determinism else None
    asked = [one for one in judged if (one.case.asked or one.case.rerun.seeds) and not one.case.not_judged]
    return judge_promise(promised, [_seen(one) for one in asked], basis)


def _seen(judged: Judged) -> Seen:
    case = judged.case
    return Seen(
        outcome=judged.outcome,
        same_seeds=judged.figures.same_seeds,
        same_platform=case.host is HostDifference.SAME and case.same_code and not case.degraded,
        rounding=judged.figures.same_seeds and (judged.figures.identical or _is_rounding(judged)),
    )


def _is_rounding(judged: Judged) -> bool:
    """Whether every value is the recorded one up to the declared tolerance, else up to that of a move."""
    case = judged.case
    host = case.host if case.host is HostDifference.GPU else HostDifference.CPU
    matched = pairs(case.original, case.rerun)
    return bool(matched) and choose_tolerance(case.tolerance, host, case.original.item).holds(matched)


def _with_histories(seeds: Sequence[SeedRuns]) -> list[SeedRuns]:
    """The seeds, if both sides have any history at all, so that no file is read in vain."""
    then = any(one.recorded and one.recorded.histories for one in seeds)
    now = any(one.rerun for one in seeds)
    return list(seeds) if then and now else []


def _result_of(original: Manifest, results: Sequence[Result], series: Series) -> str | None:
    """The result whose metric a curve is of: on the same data and split, as far as the histories say."""
    if series.fold:
        return None
    for result in results:
        same_data = series.data in ("", result.data)
        if same_data and series.split in ("", result.split) and series.metric in _names(original, result):
            return result.id
    return None


def _names(original: Manifest, result: Result) -> Iterator[str]:
    yield result.metric
    metric = original.find_metric(result.metric)
    if metric and metric.source and metric.source.series:
        yield metric.source.series
