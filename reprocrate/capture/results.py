"""Metric values, read from what a launch wrote: JSON and CSV files, and its standard output."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate
from pathlib import Path
from typing import Any

from reprocrate.capture.points import (
    EACH,
    Entry,
    NotFoundError,
    Point,
    as_number,
    csv_entries,
    json_entries,
    kept,
)
from reprocrate.capture.record import Metric, Scalar
from reprocrate.capture.seeds import substituted
from reprocrate.errors import UsageError

LARGEST_READ_BYTES = 256 * 1024 * 1024
_STEP = re.compile(
    r"\.(?P<name>[^.\[\]\s]+)|\[(?P<index>-?[0-9]+|\*)\]|\[(?P<quote>['\"])(?P<quoted>.*?)(?P=quote)\]"
)
_BRACES = re.compile(r"\{[A-Za-z_][A-Za-z0-9_.-]*\}")


@dataclass(frozen=True)
class MetricSource:
    """Where the value of a metric stands; exactly one of three ways.

    Attributes:
        name: the metric.
        from_path: a file, relative to the project. `{seed}` and other names in braces are replaced by their
            values; a name without a value, and `*` and `?`, stand for anything.
        json_path: the place in that JSON file, as `$.test.accuracy`, `$.runs[0].loss` or `$["val acc"]`; with
            `[*]`, as in `$.folds[*].accuracy`, every entry of a list is the value of a fold.
        csv_column: the column of that CSV file, or the name of the metric in a file with the columns `metric`
            and `value`. With a column `fold` each row is the value of a fold; of other rows that have a value
            the last counts, or what `selection` says.
        stdout_regex: a regular expression with a group `value`; its last match in the output counts.
        split: the split that it was measured on.
        data: the data set that it was measured on.
        selection: which of several values the metric reports.
        last_k: how many values are averaged, where that is the mean of the last ones.
    """

    name: str
    from_path: str | None = None
    json_path: str | None = None
    csv_column: str | None = None
    stdout_regex: str | None = None
    split: str | None = None
    data: str | None = None
    selection: str | None = None
    last_k: int | None = None


@dataclass(frozen=True)
class Extraction:
    """The values found, and what was not found, as sentences."""

    metrics: tuple[Metric, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """What a launch left, for its metrics to be read from.

    Attributes:
        project: the project's folder.
        outputs: files that this launch wrote, relative to the project: what an earlier one left never counts.
        stdout: the copy of its standard output; of several logs, the last.
        earlier: logs before that one, oldest first, for what the last does not say.
        values: what stands for names in braces: `seed` and other parameters.
        contents: where to read the bytes of an output that is no longer at its path.
    """

    project: Path
    outputs: Collection[str]
    stdout: Path
    values: Mapping[str, Scalar] = field(default_factory=dict)
    contents: Mapping[str, Path] = field(default_factory=dict)
    earlier: tuple[Path, ...] = ()

    def location(self, path: str) -> Path:
        """Where the bytes of an output are."""
        return self.contents.get(path, self.project / path)


def parse_source(
    name: str,
    *,
    place: str | None = None,
    stdout: str | None = None,
    split: str | None = None,
    data: str | None = None,
    selection: str | None = None,
    last_k: int | None = None,
) -> MetricSource:
    """A source from the notation of `reprocrate.toml`.

    Args:
        name: the metric.
        place: `from`: `PATH:$.json.path` or `PATH:CSV column`.
        stdout: a regular expression with a group `value`.
        split: the split that the metric was measured on.
        data: the data set that it was measured on.
        selection: which of several values the metric reports.
        last_k: how many values are averaged, where that is the mean of the last ones.

    Raises:
        UsageError: it names no place, or the expression is wrong.
    """
    source = MetricSource(name, split=split, data=data, selection=selection, last_k=last_k)
    if stdout is not None:
        source = replace(source, stdout_regex=stdout)
        _compiled(source)
        return source
    path, colon, where = (place or "").partition(":")
    if not colon or not path or not where:
        raise UsageError(
            f'metric {name} has `from = "{place or ""}"`',
            "it is not a file and a place in it",
            'Write it like "results.json:$.accuracy" or "log.csv:accuracy"',
        )
    if where.startswith("$"):
        _json_steps(name, where)
        return replace(source, from_path=path, json_path=where)
    return replace(source, from_path=path, csv_column=where)


def extract(sources: Sequence[MetricSource], written: Written) -> Extraction:
    """Read the metrics of one launch.

    Raises:
        UsageError: a regular expression or a JSON path of a source is wrong.
    """
    metrics, problems = [], []
    for source in sources:
        try:
            points = _read(source, written)
        except NotFoundError as error:
            problems.append(f"metric {source.name}: {error}")
        else:
            metrics += [_metric(source, point) for point in points]
    return Extraction(tuple(metrics), tuple(problems))


def as_metric(
    name: str, number: float, split: str | None = None, data: str | None = None, step: int | None = None
) -> Metric:
    """A measured number with its status: non-finite values never stand in a record."""
    if math.isfinite(number):
        return Metric(name, number, "ok", split, data, step)
    if math.isnan(number):
        return Metric(name, None, "nan", split, data, step)
    return Metric(name, None, "inf" if number > 0 else "-inf", split, data, step)


def _metric(source: MetricSource, point: Point) -> Metric:
    metric = as_metric(source.name, point.number, source.split, source.data, point.step)
    return replace(metric, fold=point.fold)


def read_text(path: Path) -> str:
    """A text file in UTF-8; what is not is replaced."""
    with path.open("rb") as handle:
        return handle.read(LARGEST_READ_BYTES).decode("utf-8", "replace")


def _read(source: MetricSource, written: Written) -> list[Point]:
    """The values that the record keeps, in the order of the file."""
    if source.stdout_regex is not None:
        return [Point(_from_text(source, written))]
    path = _chosen_file(source, written)
    location = written.location(path)
    try:
        if source.json_path is not None:
            entries = _from_json(source, location, path)
        else:
            labels = {"split": source.split, "data": source.data}
            wanted = {name: label for name, label in labels.items() if label}
            entries = csv_entries(location, path, source.csv_column or "", wanted)
    except OSError as error:
        raise NotFoundError(f"{path} could not be read ({error.strerror})") from None
    return kept(entries, path, source.selection, source.last_k)


def _chosen_file(source: MetricSource, written: Written) -> str:
    """The file that this launch wrote and that the source means."""
    wanted = substituted(source.from_path or "", written.values).removeprefix("./")
    if wanted in written.outputs:
        return wanted
    if not _BRACES.search(wanted) and not set("*?") & set(wanted):
        if (written.project / wanted).is_file():
            raise NotFoundError(f"{wanted} is there, but this launch did not write it")
        raise NotFoundError(f"this launch did not write {wanted}")
    escaped = _BRACES.sub("*", wanted).replace("[", "[[]")
    pattern = re.compile(translate(escaped))
    found = sorted(
        path for path in written.outputs if pattern.match(path) and path.count("/") == wanted.count("/")
    )
    if len(found) != 1:
        number = f"{len(found)} files: {', '.join(found[:3])}" if found else "no file"
        raise NotFoundError(f"{wanted} stands for one file that this launch wrote, but that is {number}")
    return found[0]


def _from_json(source: MetricSource, location: Path, path: str) -> list[Entry]:
    steps = _json_steps(source.name, source.json_path or "")
    try:
        document: Any = json.loads(read_text(location))
    except (ValueError, RecursionError) as error:
        raise NotFoundError(f"{path} is not JSON ({error})") from None
    return json_entries(document, steps, path, source.json_path or "", are_steps=source.last_k is not None)


def _json_steps(name: str, path: str) -> list[str | int]:
    """The keys and indices of a path such as `$.a.b[0]["c d"]`, a subset of JSONPath (RFC 9535).

    Raises:
        UsageError: it is no such path, or has `[*]` twice.
    """
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            break
        if match["index"] is not None:
            steps.append(EACH if match["index"] == EACH else int(match["index"]))
        else:
            steps.append(match["name"] if match["name"] is not None else match["quoted"])
        position = match.end()
    if not path.startswith("$") or position < len(path) or steps.count(EACH) > 1:
        raise UsageError(
            f'metric {name} has the place "{path}"',
            "it is not the path of one JSON value, or of one in each entry of a list",
            'Write it like $.test.accuracy, $.runs[0].loss, $["val acc"] or $.folds[*].accuracy',
        )
    return steps


def _from_text(source: MetricSource, written: Written) -> float:
    for log in (written.stdout, *reversed(written.earlier)):
        try:
            text = read_text(log)
        except OSError as error:
            raise NotFoundError(f"the standard output could not be read ({error.strerror})") from None
        last = deque(_compiled(source).finditer(text), maxlen=1)
        if last:
            return as_number(last[0]["value"], "the standard output")
    raise NotFoundError(f"nothing in the standard output matches {source.stdout_regex}")


def _compiled(source: MetricSource) -> re.Pattern[str]:
    try:
        pattern = re.compile(source.stdout_regex or "", re.MULTILINE)
    except re.error as error:
        raise UsageError(
            f"metric {source.name} has a wrong regular expression",
            f"{error}",
            "Correct `stdout` in reprocrate.toml",
        ) from None
    if "value" not in pattern.groupindex:
        raise UsageError(
            f'metric {source.name} has a regular expression without a group "value"',
            fix="Write it like accuracy: (?P<value>[0-9.]+)",
        )
    return pattern
