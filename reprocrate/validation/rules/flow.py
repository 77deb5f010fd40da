"""RC10: what runs wrote and others read, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reprocrate.manifest import File, Metric, Observation, Run
from reprocrate.validation.lineage import Place, place_of
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import seconds

_CLOCK_S = 1.0
"""How far two recorded times may be off against each other."""


@rule(
    "RC1012",
    MUST,
    spec="runs",
    since="1.0",
    says="run {run} started at {started}, before the launch {parent} that held it, at {other}",
)
def launch_begins_before_its_runs(subject: Subject) -> Iterator[Found]:
    """A run that is the `parent` of another one MUST NOT have started after it.

    Judged: each run with a `parent` that is another run, where both have `started` and RC0117 says nothing of
        the run: the parent's is later by more than a second; at the run's `parent`.
    Why: what a launch held was started by it, so the reference or one of the times is wrong.
    Fix: correct `parent`, or restore the times as they were recorded.
    """
    manifest = subject.well_formed
    circles = subject.lineage.in_circles
    for pointer, run in numbered("/runs", manifest.runs):
        parent = manifest.find_run(run.parent) if run.parent and run.id not in circles else None
        if not parent or not parent.started or not run.started:
            continue
        first, then = seconds(parent.started), seconds(run.started)
        if first is not None and then is not None and first > then + _CLOCK_S:
            yield Found(
                f"{pointer}/parent", run=run.id, started=run.started, parent=parent.id, other=parent.started
            )


@rule(
    "RC1013",
    SHOULD,
    spec="runs",
    since="1.0",
    says="run {run} read {path}, {what}",
)
def run_reads_what_was_written_before(subject: Subject) -> Iterator[Found]:
    """What a run read SHOULD have been written before, if runs wrote it.

    Judged: each of the `inputs` of a run with status `ok` that has a `sha256`, at whose root and path other
        runs wrote a file (one of `outputs`, `checkpoints`, `artifacts`, `predictions` or `histories`), all of
        them with a `sha256`, but the run itself wrote none, and no file of `code` (without root) or `data`
        (with its own root, or else its data's) is declared. None of them wrote these bytes; or each that did
        started after the run ended, which is `duration_s` after `started`, by more than a second. Where one
        of these runs does not say when, only the bytes are judged; at the input.
    Why: the run used an older version of the file than the one that is there, or a time is wrong.
    Fix: run the steps again in their order, or list the run that wrote what was read.
    """
    written = subject.lineage.written
    declared = _declared(subject) if written else set()
    for pointer, run in numbered("/runs", subject.well_formed.runs):
        for place, read in numbered(f"{pointer}/inputs", run.inputs if run.status == "ok" else ()):
            where = place_of(read)
            if (
                where not in written
                or where in declared
                or any(place_of(own) == where for own in run.written)
            ):
                continue
            what = _unwritten(subject, run, read)
            if what:
                yield Found(place, run=run.id, path=read.path, what=what)


def _declared(subject: Subject) -> set[Place]:
    manifest = subject.well_formed
    code = {(None, file.path) for each in manifest.code for file in each.files}
    return code | {place_of(file, data.root) for data in manifest.data for file in data.files}


def _unwritten(subject: Subject, run: Run, read: File) -> str:
    """Why a run cannot have read what the runs of the manifest wrote; empty where it can."""
    others = subject.lineage.written.get(place_of(read), {})
    if not read.sha256 or not others or None in others:
        return ""
    same = others.get(read.sha256)
    if not same:
        last = list(others.values())[-1][-1]
        return f"with other bytes than {last.id} or any other run wrote"
    ended = _seconds(run, (run.duration_s or 0.0) + _CLOCK_S)
    starts = [_seconds(other, 0.0) for other in same]
    if ended is None or any(start is None or start <= ended for start in starts):
        return ""
    return f"which {same[0].id} wrote only later"


def _seconds(run: Run, more: float) -> float | None:
    start = seconds(run.started) if run.started else None
    return None if start is None else start + more


@rule(
    "RC1014",
    MUST,
    spec="runs",
    since="1.0",
    says="{metric} is {value} in run {run} and {theirs} in {other}, but {path} and {elsewhere} are the same",
)
def same_bytes_hold_the_same_value(subject: Subject) -> Iterator[Found]:
    """Runs whose values come from the same bytes MUST have the same values.

    Judged: each metric whose `source` has `path` or `stdout`, and each run with status `ok`. The values come
        from the file among those that the run wrote (see RC1013) whose path fits `source.path`, where any
        text that is not empty may stand for a name in braces, any for `**`, and any without a slash for `*`
        or `?`, if it is the only one; or, with `stdout`, from all its `logs`, if it has any. All have a
        `sha256`. The run is held against the first one with the same digests in the same order and all paths
        others. Of values of the metric with the same data, split, step and fold the first of the one is
        compared with the first of the other, and so on; at each entry of the later run's `metrics` whose
        `value` is another double, or null in one of them only.
    Why: one file cannot hold two values of the same thing; one of the records was copied from another run.
    Fix: restore the record as it was written, or run again.
    """
    manifest = subject.well_formed
    ended_well = [
        each for each in numbered("/runs", manifest.runs) if manifest.metrics and each[1].status == "ok"
    ]
    twins: dict[tuple[bool, str | None], list[_Twin]] = {}
    for metric in manifest.metrics:
        where = (bool(metric.source.stdout), metric.source.path) if metric.source else (False, None)
        if where not in twins:
            twins[where] = list(_twins(ended_well, *where))
        for twin in twins[where]:
            for place, mine, value in _differing(metric, twin):
                yield Found(
                    place,
                    metric=metric.id,
                    run=twin.run.id,
                    value=mine,
                    other=twin.other.id,
                    theirs=value,
                    path=twin.path,
                    elsewhere=twin.elsewhere,
                )


class _Twin(NamedTuple):
    """A run whose values of some metrics come from the same bytes as those of an earlier one.

    Attributes:
        pointer: to the run.
        run: itself.
        other: the earlier one.
        path: of the first file that holds its values.
        elsewhere: of the other's.
    """

    pointer: str
    run: Run
    other: Run
    path: str
    elsewhere: str


def _twins(runs: list[tuple[str, Run]], stdout: bool, path: str | None) -> Iterator[_Twin]:
    """The runs of which there are several with the same bytes where some metrics are read."""
    seen: dict[tuple[str | None, ...], tuple[Run, tuple[File, ...]]] = {}
    for pointer, run in runs if stdout or path else ():
        files = run.logs if stdout else _matching(path or "", run)
        if not files or any(file.sha256 is None for file in files):
            continue
        other, theirs = seen.setdefault(tuple(file.sha256 for file in files), (run, files))
        if other is run or {place_of(file) for file in files} & {place_of(file) for file in theirs}:
            continue
        yield _Twin(pointer, run, other, files[0].path, theirs[0].path)


def _matching(path: str, run: Run) -> tuple[File, ...]:
    """The one file of a run that fits the path of a source; none where that cannot be told."""
    pattern = _pattern(path)
    found = tuple(file for file in run.written if pattern.fullmatch(file.path))
    return found if len(found) == 1 else ()


_WILD = re.compile(r"(\{[A-Za-z_][A-Za-z0-9_.-]*\}|\*\*|[*?])")


@lru_cache(256)
def _pattern(path: str) -> re.Pattern[str]:
    """The paths that a template with names in braces and wildcards may stand for."""
    meaning = {"**": ".*", "*": "[^/]*", "?": "[^/]*"}
    parts = _WILD.split(path)
    wild = [re.escape(part) if n % 2 == 0 else meaning.get(part, ".+") for n, part in enumerate(parts)]
    return re.compile("".join(wild), re.DOTALL)


def _differing(metric: Metric, twin: _Twin) -> Iterator[tuple[str, str, str]]:
    """Values of a run that another one has otherwise: the place, the value, and the other's."""
    waiting: dict[object, list[Observation]] = {}
    for each in reversed(twin.other.metrics):
        if each.metric == metric.id:
            waiting.setdefault((each.data, each.split, each.step, each.fold), []).append(each)
    for index, each in enumerate(twin.run.metrics):
        before = waiting.get((each.data, each.split, each.step, each.fold))
        if each.metric == metric.id and before:
            first = before.pop()
            if first.value != each.value:
                yield f"{twin.pointer}/metrics/{index}", _written(each), _written(first)


def _written(seen: Observation) -> str:
    return "not finite" if seen.value is None else repr(seen.value)
