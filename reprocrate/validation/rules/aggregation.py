"""RC08: what a result was aggregated from is what it says."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Manifest, Result
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, Found, rule
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
        that list; and each without a list of the kind that it is over, at the result.
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
    for pointer, result in numbered("/results", manifest.results):
        way = _way_back(manifest, result)
        if way is not None:
            by = f" by way of {', '.join(way)}" if way else ""
            yield Found(f"{pointer}/results", result=result.id, way=by)


def _way_back(manifest: Manifest, result: Result) -> list[str] | None:
    """The results through which a result comes from itself; None where it does not."""
    came_from: dict[str, str] = {}
    waiting = [result.id]
    while waiting:
        current = waiting.pop()
        source = manifest.find_result(current)
        for name in source.results if source else ():
            if name == result.id:
                return _path(came_from, current, result.id)
            if name not in came_from:
                came_from[name] = current
                waiting.append(name)
    return None


def _path(came_from: dict[str, str], end: str, start: str) -> list[str]:
    way = []
    while end != start:
        way.append(end)
        end = came_from[end]
    return way[::-1]
