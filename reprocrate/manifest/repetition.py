"""How a run and the repetition of it differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from reprocrate.manifest.runs import Observation, Repetition, Run
from reprocrate.manifest.section import File

STDOUT = "stdout"
"""What stands for the standard output among what differs."""


def is_independent(first: Run, second: Run) -> bool:
    """Whether a repetition could have come out otherwise: it read no file that the first run wrote.

    One that goes on from a checkpoint of the first shows nothing.
    """
    written = {(file.root, file.path) for file in first.written}
    return not any((file.root, file.path) in written for file in second.inputs)


def compared(first: Run, second: Run) -> Repetition | None:
    """What a repetition shows of a run; None where one of them did not end well, or it shows nothing.

    Metric values are compared as doubles, in the order in which they were measured; files by their digests;
    the standard output as a file.
    """
    if first.status != "ok" or second.status != "ok" or not is_independent(first, second):
        return None
    metrics = list(_differing_metrics(first, second))
    files = list(_differing_files(first, second))
    output = [STDOUT] if _stdout(first) != _stdout(second) else []
    told = {}
    if first.metrics or second.metrics:
        told["metrics_identical"] = not metrics
    if _written(first) or _written(second):
        told["outputs_identical"] = not files
    return Repetition(run=first.id, repeated_by=second.id, differing=(*metrics, *files, *output), **told)


def number_of_outputs(first: Run, second: Run) -> int:
    """How many files one of the two wrote."""
    return len(_written(first).keys() | _written(second).keys())


def _differing_metrics(first: Run, second: Run) -> Iterator[str]:
    names = dict.fromkeys(each.metric for run in (first, second) for each in run.metrics)
    for name in names:
        if _observed(first, name) != _observed(second, name):
            yield name


def _observed(run: Run, metric: str) -> list[tuple[object, ...]]:
    return [_plain(each) for each in run.metrics if each.metric == metric]


def _plain(seen: Observation) -> tuple[object, ...]:
    value = None if seen.value is None else float(seen.value).hex()  # tells 0.0 from -0.0
    return seen.data, seen.split, seen.step, seen.fold, value, seen.status


def _differing_files(first: Run, second: Run) -> Iterator[str]:
    then, now = _written(first), _written(second)
    places = {**now, **then}
    for place in sorted(places, key=lambda place: (place[0] or "", place[1])):
        if place not in then or place not in now or then[place].sha256 != now[place].sha256:
            yield places[place].path


def _written(run: Run) -> dict[tuple[str | None, str], File]:
    """What it wrote itself, by place: not its histories, which a recorder made and which may tell the time.

    A folder that is called as the run is left open.
    """
    return {
        (file.root, "/".join("" if part == run.id else part for part in file.path.split("/"))): file
        for file in run.written
        if file is not run.histories
    }


def _stdout(run: Run) -> str | None:
    """Digest of what it wrote to its standard output; an empty one is not listed."""
    return next((file.sha256 for file in run.logs if _is_stdout(file)), None)


def _is_stdout(file: File) -> bool:
    return PurePosixPath(file.path).name == "stdout.log"
