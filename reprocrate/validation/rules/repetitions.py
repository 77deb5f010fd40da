"""RC06: runs that were made twice to measure determinism."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Manifest, Metric, Repetition, Run
from reprocrate.manifest.repetition import compared
from reprocrate.validation.digests import EMPTY
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_ROUNDING = 1e-2
"""Relative; what is more than this is no rounding, unless the metric's own tolerance says so."""


@rule(
    "RC0630",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="run {run} is said to repeat {other} as it was, but {what}",
)
def repetition_is_of_the_same(subject: Subject) -> Iterator[Found]:
    """A run that repeats another one as it was MUST have its configuration and its seed.

    Judged: each run whose `repeats` names a run that is there: that is the run itself, has another
        configuration, or another first seed (one of them may have none: that is another one); at the
        `repeats`.
    Why: what differs in what it was asked to do says nothing about determinism.
    Fix: correct `repeats`, or leave it out.
    """
    manifest = subject.well_formed
    for pointer, run in numbered("/runs", manifest.runs):
        first = manifest.find_run(run.repeats)
        what = None if first is None else _objection(first, run)
        if what:
            yield Found(f"{pointer}/repeats", run=run.id, other=run.repeats, what=what)


@rule(
    "RC0631",
    MUST,
    spec="determinism-and-seeds",
    since="1.0",
    says="what {second} is said to show of {first} does not follow from the two runs: {what}",
)
def measured_repetition_follows_from_its_runs(subject: Subject) -> Iterator[Found]:
    """What was measured by a repetition MUST follow from the two runs.

    Judged: each entry of `determinism.measured` whose runs are both there: the second does not have the first
        as its `repeats`; one of them has another status than `ok`; the second read a file, by root and path,
        that the first wrote; or else `metrics_identical`, `outputs_identical` or `differing` is another than
        the chapter makes of the two; at the entry.
    Why: a reader takes it for a measurement, and anybody can make it again.
    Fix: leave it to `reprocrate`, which derives it from the runs.
    """
    manifest = subject.well_formed
    for pointer, entry in _measured(manifest):
        first, second = manifest.find_run(entry.run), manifest.find_run(entry.repeated_by)
        if first and second and (what := _mistake(entry, first, second)):
            yield Found(pointer, first=first.id, second=second.id, what=what)


@rule(
    "RC0632",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="{promised} results are promised, but {second} repeated {first} and has another {metrics}",
)
def promise_is_kept_by_repetitions(subject: Subject) -> Iterator[Found]:
    """Where equal or nearly equal values are promised, a repetition SHOULD have measured such.

    Judged: each entry of `determinism.measured` with `metrics_identical` false whose runs are both there.
        Where `promised` is `bitwise`: a metric's values are not the same doubles in the same order. Where it
        is `numerical`: not as many; or of two at the same place in that order one is null and the other is
        not, or they are further apart than the metric's `tolerance` allows for the value of the first run,
        and where it has none, than 0.01 of that value's magnitude; at the entry.
    Why: the promise was put to the test on the author's own machine and did not hold.
    Fix: promise less, or find the cause and run again.
    """
    manifest = subject.well_formed
    promised = manifest.determinism.promised if manifest.determinism else None
    for pointer, entry in _measured(manifest):
        first, second = manifest.find_run(entry.run), manifest.find_run(entry.repeated_by)
        if entry.metrics_identical is not False or first is None or second is None:
            continue
        names = dict.fromkeys(each.metric for run in (first, second) for each in run.metrics)
        apart = [name for name in names if _is_apart(manifest, promised, name, first, second)]
        if apart:
            yield Found(pointer, promised=promised, first=first.id, second=second.id, metrics=apart)


@rule(
    "RC0633",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="run {run} repeats {other}, and what that showed is not listed",
)
def repetition_is_listed(subject: Subject) -> Iterator[Found]:
    """What a repetition shows SHOULD be listed.

    Judged: each run with `repeats` that names another run with the status `ok`, as it has itself, none of
        whose files it read, and that no entry of `determinism.measured` names as its `repeated_by`; at the
        `repeats`.
    Why: a measurement that is left out may be the one that did not please.
    Fix: leave the list to `reprocrate`, which derives it from the runs.
    """
    manifest = subject.well_formed
    listed = {entry.repeated_by for _, entry in _measured(manifest)}
    for pointer, run in numbered("/runs", manifest.runs):
        first = manifest.find_run(run.repeats)
        if first and first is not run and run.id not in listed and compared(first, run):
            yield Found(f"{pointer}/repeats", run=run.id, other=first.id)


def _measured(manifest: Manifest) -> Iterator[tuple[str, Repetition]]:
    if manifest.determinism:
        yield from numbered("/determinism/measured", manifest.determinism.measured)


def _objection(first: Run, run: Run) -> str | None:
    if first is run:
        return "a run cannot repeat itself"
    if first.configuration != run.configuration:
        return f"its configuration is {run.configuration}, not {first.configuration}"
    if str(first.seed) != str(run.seed):
        return f"its seed is {_seed(run)}, not {_seed(first)}"
    return None


def _seed(run: Run) -> str:
    return "none" if run.seed is None else str(run.seed)


def _mistake(entry: Repetition, first: Run, second: Run) -> str | None:
    """What is wrong with an entry."""
    if second.repeats != first.id:
        return f"{second.id} does not repeat it"
    found = compared(first, second)
    if found is None:
        return "one of them did not end well, or the second read what the first wrote"
    for name, what in (("metrics_identical", "values"), ("outputs_identical", "files")):
        if getattr(entry, name) != getattr(found, name):
            state = {True: "are the same", False: "differ", None: "are not recorded"}[getattr(found, name)]
            return f"their {what} {state}"
    if set(entry.differing) != set(found.differing):
        return f"what differs is {', '.join(found.differing) or 'nothing'}"
    return None


def _is_apart(manifest: Manifest, promised: str | None, metric: str, first: Run, second: Run) -> bool:
    then = [each.value for each in first.metrics if each.metric == metric]
    now = [each.value for each in second.metrics if each.metric == metric]
    if promised == "bitwise":
        return then != now
    if promised != "numerical":
        return False
    found = manifest.find_metric(metric)
    tolerance = found.tolerance if found else None
    atol, rtol = (tolerance.atol, tolerance.rtol) if tolerance else (0.0, _ROUNDING)
    if len(then) != len(now):
        return True
    return any(
        (x is None) is not (y is None)
        or (x is not None and y is not None and abs(x - y) > (atol + rtol * abs(x)) * (1 + 1e-9))
        for x, y in zip(then, now, strict=True)
    )


@rule(
    "RC0634",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="runs {run} and {other} of result {result} left the same predictions, but different values",
)
def runs_of_different_values_left_different_predictions(subject: Subject) -> Iterator[Found]:
    """Two runs of one result whose values differ SHOULD NOT have left the same predictions.

    Judged: each result over runs of a metric with the `direction` maximize whose `unit` is absent, `fraction`
        or `percent`, which no time or energy is: each two of its `runs` whose values can be told and are not
        the same, but whose `predictions` have the same SHA-256, other than that of no bytes. Once for each
        run that an earlier one is like, at the entry of `runs`.
    Why: the same predictions have one accuracy, so one of the two values or files is of another run.
    Fix: restore the records as they were written, or run again.
    """
    manifest = subject.well_formed
    for pointer, result in numbered("/results", manifest.results):
        metric = manifest.find_metric(result.metric)
        if result.over != "runs" or metric is None or not _is_of_predictions(metric):
            continue
        sample = subject.evidence.sample(result)
        seen: dict[str, tuple[Run, float]] = {}
        for run, value in zip(sample.runs, sample.values, strict=True) if sample else ():
            digest = run.predictions.sha256 if run and run.predictions else None
            if run is None or digest in (None, EMPTY):
                continue
            first, other = seen.setdefault(digest or "", (run, value))
            if first is not run and value != other:
                place = f"{pointer}/runs/{result.runs.index(run.id)}"
                yield Found(place, run=run.id, other=first.id, result=result.id)


def _is_of_predictions(metric: Metric) -> bool:
    """Whether a metric is one of the kind that predictions alone determine."""
    return metric.direction == "maximize" and metric.unit in (None, "fraction", "percent")


_NUMPY_SEEDS = ("numpy.random.seed", "numpy.random.RandomState")
_MOST_SEED = 2**32 - 1


@rule(
    "RC0635",
    SHOULD,
    spec="determinism-and-seeds",
    since="1.0",
    says="run {run} is said to have called {function} with {value}, which it refuses",
)
def seed_is_one_that_its_function_takes(subject: Subject) -> Iterator[Found]:
    """A seed that NumPy's older functions were called with SHOULD be one that they take.

    Judged: each seed with `how` `observed` of a run with status `ok`, and the `function` numpy.random.seed or
        numpy.random.RandomState, of which a number (`parts`, else `value`) is below 0 or above 4294967295; at
        the seed.
    Why: these functions raise an error for such a number (documentation of NumPy, RandomState), so that the
        run would not have gone on.
    Fix: restore the record as it was written.
    """
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for place, seed in numbered(f"{pointer}/seeds", run.seeds if run.status == "ok" else ()):
            if seed.how != "observed" or seed.function not in _NUMPY_SEEDS:
                continue
            numbers = [int(each) for each in seed.parts or (seed.value,)]
            wrong = [each for each in numbers if not 0 <= each <= _MOST_SEED]
            if wrong:
                yield Found(place, run=run.id, function=seed.function, value=wrong[0])
