"""RC08: what a result was aggregated from is what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reprocrate.manifest import Result
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule, shown
from reprocrate.validation.split_roles import role_of
from reprocrate.validation.subject import Subject


@rule("RC0818", MUST, spec="results", since="1.0", says="result {result} is single, but says n = {n}")
def single_value_is_one(subject: Subject) -> Iterator[Found]:
    """A result whose statistic is `single` MUST have n = 1.

    Judged: each result of statistic `single` with an `n` other than 1; at the `n`.
    Why: of several values one would have been picked, and nothing says by what.
    Fix: name the statistic that sums the values up, or list the one run that the value is from.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        if result.statistic == "single" and result.n != 1:
            yield Found(f"{pointer}/n", result=result.id, n=result.n)


@rule("RC0819", MUST, spec="results", since="1.0", says="result {result} is over {over}, but {what}")
def result_lists_what_it_is_over(subject: Subject) -> Iterator[Found]:
    """A result MUST list what it was aggregated from: runs where it is over runs or folds, else results.

    Judged: each result over results that lists `runs`, and each over runs or folds that lists `results`, at
        that list; and each without a list of the kind that it is over, at the result. An empty list counts as
        none.
    Why: a number without its sources cannot be computed again, and with both it counts something twice.
    Fix: let reprocrate compute the result from the runs, or list the results that were aggregated.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        wanted, other = ("results", "runs") if result.over == "results" else ("runs", "results")
        if getattr(result, other):
            yield Found(f"{pointer}/{other}", result=result.id, over=result.over, what=f"lists {other}")
        if not getattr(result, wanted):
            yield Found(pointer, result=result.id, over=result.over, what=f"lists no {wanted}")


@rule("RC0820", MUST, spec="results", since="1.0", says="result {result} is computed from itself{way}")
def results_do_not_go_in_a_circle(subject: Subject) -> Iterator[Found]:
    """A result MUST NOT be aggregated from itself, be it by way of other results.

    Judged: each result that is reached from itself by following `results`; at its `results`.
    Why: a number that it takes to compute that number rests on nothing.
    Fix: remove the result from its own sources.
    """
    manifest = subject.well_formed
    sources = {result.id: result.results for result in manifest.results if result.results}
    circles = {name: circle for circle in _circles(sources) for name in circle}
    for pointer, result in numbered("/results", manifest.results):
        circle = circles.get(result.id)
        if circle:
            others = [name for name in circle[:10] if name != result.id]
            way = f" by way of {shown(others)}" if others else ""
            yield Found(f"{pointer}/results", result=result.id, way=way)


def _circles(sources: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Groups of results that all come from each other (Kosaraju's algorithm, in time linear in its input)."""
    users: dict[str, list[str]] = {}
    for name, named in sources.items():
        for source in named:
            users.setdefault(source, []).append(name)
    seen: set[str] = set()
    finished = [name for start in sources for name in _finished(start, sources, seen)]
    seen.clear()
    for start in reversed(finished):
        group = _finished(start, users, seen)
        if len(group) > 1 or (group and start in sources.get(start, ())):
            yield sorted(group)


def _finished(start: str, edges: Mapping[str, Sequence[str]], seen: set[str]) -> list[str]:
    """What can be reached from a start and was not seen before, each after what is reached from it."""
    if start in seen:
        return []
    seen.add(start)
    found = []
    way = [(start, iter(edges.get(start, ())))]
    while way:
        name, following = way[-1]
        new = next((each for each in following if each not in seen), None)
        if new is None:
            found.append(name)
            way.pop()
        else:
            seen.add(new)
            way.append((new, iter(edges.get(new, ()))))
    return found


@rule(
    "RC0841",
    SHOULD,
    spec="results",
    since="1.0",
    says="result {result} takes the largest of the {n} values of {run}, as seen on what is reported",
)
def reported_step_is_not_chosen_by_what_is_reported(subject: Subject) -> Iterator[Found]:
    """Of several values of a run, the one that a result takes SHOULD NOT be the best on the reported split.

    Judged: each result over runs of a metric with the selection `max` and the direction `maximize`, without
        `split` or on a split with the role `test` (see RC1401): a run in `runs` left at least two different
        values of its metric, data and split without `fold`; by the first such run, at the `value`.
    Why: the best of many evaluations is above what any of them would be again: the test set chose the step.
    Fix: report the last step, the one that was best on validation data, or the mean of the last few: set
        `selection` of the metric in reprocrate.toml.
    """
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        metric = manifest.find_metric(result.metric)
        is_best = metric is not None and metric.selection == "max" and metric.direction == "maximize"
        if result.over != "runs" or not is_best:
            continue
        if result.split is None or role_of(manifest, result) == "test":
            for name in result.runs:
                n = _count_of_values(subject, result, name)
                if n > 1:
                    yield Found(f"{pointer}/value", result=result.id, n=n, run=name)
                    break


def _count_of_values(subject: Subject, result: Result, name: str) -> int:
    """How many different values a run left of what a result is on."""
    run = subject.well_formed.find_run(name)
    what = (result.metric, result.data, result.split)
    seen = [each for each in run.metrics if (each.metric, each.data, each.split) == what] if run else []
    return len({each.value for each in seen if each.fold is None and each.value is not None})
