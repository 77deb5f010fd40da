"""RC08: what a result was put together from belongs together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reprocrate.manifest import Observation, Run
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC0838",
    SHOULD,
    spec="results",
    since="1.0",
    says="fold {fold} counts {times} in result {result}, and fold {other} {most}",
)
def folds_count_equally_often(subject: Subject) -> Iterator[Found]:
    """Every fold SHOULD count equally often in a result over folds.

    Judged: each result over folds whose values can be told: of its values with one `fold` there are more than
        of those with another; once for each result, at its `runs`.
    Why: a fold that is missing for one seed, or that counts twice, shifts the mean towards the others.
    Fix: let every run leave one value of each fold, or say in the paper which are missing and why.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        sample = subject.evidence.sample(result) if result.over == "folds" else None
        counted = Counter(sample.folds if sample else ())
        if not counted:
            continue
        fewest = min(counted, key=lambda fold: (counted[fold], fold))
        most = max(counted, key=lambda fold: (counted[fold], -fold))
        if counted[fewest] != counted[most]:
            yield Found(
                f"{pointer}/runs",
                result=result.id,
                fold=fewest,
                times=_times(counted[fewest]),
                other=most,
                most=_times(counted[most]),
            )


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


_LONG, _VARIED = 5, 3


@rule(
    "RC0839",
    SHOULD,
    spec="results",
    since="1.0",
    says="runs {first} and {second} of result {result} have other seeds, but left the same {n} values",
)
def seeds_leave_values_of_their_own(subject: Subject) -> Iterator[Found]:
    """Two runs of one result with different seeds SHOULD NOT have left the same series of values.

    Judged: each result over runs or folds: each run in `runs` whose values of the result's metric, data and
        split, in the order of the list and with their `step` and `fold`, are those of an earlier one in
        `runs` with another first seed, both having one. They are at least five numbers, and three of them
        differ; at the entry of `runs`.
    Why: a series of several numbers is not drawn twice by chance. One run was copied, or the seed is not
        used.
    Fix: record the run of this seed, or check that the seed reaches every random generator.
    """
    has_series = subject.evidence.longest >= _LONG
    for pointer, result in numbered("/results", subject.well_formed.results):
        left = subject.evidence.left(result) if result.over != "results" and has_series else []
        if sum(len(each) >= _LONG for each in left) < 2:
            continue
        seen: dict[tuple[object, ...], Run] = {}
        for index, run in enumerate(subject.evidence.listed(result.runs).runs):
            series = _series(left[index])
            if run is None or run.seed is None or not series:
                continue
            first = seen.setdefault(series, run)
            if str(first.seed) != str(run.seed):
                place = f"{pointer}/runs/{index}"
                yield Found(place, first=first.id, second=run.id, result=result.id, n=len(series))


def _series(left: Sequence[Observation]) -> tuple[tuple[float | None, float | None, int | None], ...]:
    """What a run left for a result, if it is long and varied enough to be its own."""
    if len(left) < _LONG:
        return ()
    found = [(each.value, each.step, each.fold) for each in left if each.value is not None]
    is_its_own = len(found) >= _LONG and len({value for value, _, _ in found}) >= _VARIED
    return tuple(found) if is_its_own else ()


@rule(
    "RC0840",
    MUST,
    spec="results",
    since="1.0",
    says="result {result} is of {what} {own}, but lists {part} of {other}",
)
def parts_are_what_their_result_says(subject: Subject) -> Iterator[Found]:
    """A result over results MUST list results of the configuration, data and metric that it names.

    Judged: each entry of `results` of a result over results that is there and names another `configuration`
        or `data` than the result, where both name one. Its metric is judged where the statistic is
        not `mean_rank`, and another entry has the result's metric, or all have one and the same other metric
        and a run has a value of the result's; one finding for each of the three, at the entry.
    Why: the mean over one method belongs to that method, and that of accuracies is no F1. A mean of several
        metrics is a metric of its own.
    Fix: correct what the result lists, or leave out what its parts do not share.
    """
    manifest = subject.well_formed
    aggregated = [
        (pointer, each) for pointer, each in numbered("/results", manifest.results) if each.over == "results"
    ]
    measured = {seen.metric for run in manifest.runs for seen in run.metrics} if aggregated else set[str]()
    for pointer, result in aggregated:
        parts = [
            (place, part)
            for place, name in numbered(f"{pointer}/results", result.results)
            if (part := manifest.find_result(name)) and part is not result
        ]
        metrics = {part.metric for _, part in parts}
        is_metric_judged = result.statistic != "mean_rank" and (
            result.metric in metrics or (len(metrics) == 1 and result.metric in measured)
        )
        for place, part in parts:
            for what in ("configuration", "data", *(["metric"] if is_metric_judged else [])):
                own, other = getattr(result, what), getattr(part, what)
                if own is not None and other is not None and own != other:
                    yield Found(place, result=result.id, what=what, own=own, part=part.id, other=other)
