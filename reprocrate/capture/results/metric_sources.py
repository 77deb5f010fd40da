"""Where the value of a metric stands, and the notation of `reprocrate.toml` for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from reprocrate.capture.results.points import EACH, Columns
from reprocrate.errors import UsageError

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]\s]+)|\[(?P<index>-?[0-9]+|\*)\]|\[(?P<quote>['\"])(?P<quoted>.*?)(?P=quote)\]"
)
_TRACKED = re.compile(
    r"tfevents|\.wandb$|\.(?:db|sqlite3?)$|(?:^|/)(?:trainer_state|metrics)\.json$|(?:^|/)mlruns(?:/|$)"
)
"""Paths of files that trackers write: what stands after the colon is the name of a series in them."""


@dataclass(frozen=True)
class MetricSource:
    """Where the value of a metric stands; exactly one of four ways, or none, where it is logged.

    Attributes:
        name: the metric.
        from_path: a file, relative to the project. `{seed}` and other names in braces are replaced by their
            values; a name without a value, and `*`, `?` and `**`, stand for anything. Where `{seed}` has no
            value, each file is that of a run of its own.
        json_path: the place in that JSON file, as `$.test.accuracy`, `$.runs[0].loss` or `$["val acc"]`; with
            `[*]`, as in `$.folds[*].accuracy`, every entry of a list is the value of a fold, or of the run
            that its keys name.
        csv_column: the column of that CSV file, or the name of the metric in a file with the columns `metric`
            and `value`. With a column `fold` each row is the value of a fold, with one of seeds each seed a
            run; of other rows that have a value the last counts, or what `selection` says.
        series: the name of the metric in a file that a tracker wrote, such as the tag of a scalar.
        stdout_regex: a regular expression with a group `value`; its last match in the output counts.
        split: the split that it was measured on.
        data: the data set that it was measured on.
        selection: which of several values the metric reports.
        last_k: how many values are averaged, where that is the mean of the last ones.
        columns: columns, keys or names in braces that tell runs and data apart.
    """

    name: str
    from_path: str | None = None
    json_path: str | None = None
    csv_column: str | None = None
    series: str | None = None
    stdout_regex: str | None = None
    split: str | None = None
    data: str | None = None
    selection: str | None = None
    last_k: int | None = None
    columns: Columns = field(default_factory=Columns)

    @property
    def is_logged(self) -> bool:
        """Whether it names no place, so that only what the program reports by itself can be its value."""
        return self.from_path is None and self.stdout_regex is None


def parse_source(
    name: str,
    *,
    place: str | None = None,
    stdout: str | None = None,
    split: str | None = None,
    data: str | None = None,
    selection: str | None = None,
    last_k: int | None = None,
    columns: Columns = Columns(),  # noqa: B008 - it cannot be changed
) -> MetricSource:
    """A source from the notation of `reprocrate.toml`.

    Args:
        name: the metric.
        place: `from`: `PATH:$.json.path`, `PATH:CSV column` or, where the path is that of a tracker's file,
            `PATH:name of the series`.
        stdout: a regular expression with a group `value`.
        split: the split that the metric was measured on.
        data: the data set that it was measured on.
        selection: which of several values the metric reports.
        last_k: how many values are averaged, where that is the mean of the last ones.
        columns: columns, keys or names in braces that tell runs and data apart.

    Raises:
        UsageError: it names no place, or the expression is wrong.
    """
    source = MetricSource(name, split=split, data=data, selection=selection, last_k=last_k, columns=columns)
    return with_place(source, place, stdout)


def with_place(source: MetricSource, place: str | None, stdout: str | None) -> MetricSource:
    """A source with the place that `from` or `stdout` names.

    Raises:
        UsageError: it names no place, or the expression is wrong.
    """
    if stdout is not None:
        source = replace(source, stdout_regex=stdout)
        compiled(source)
        return source
    path, colon, where = (place or "").partition(":")
    if not colon or not path or not where:
        raise UsageError(
            f'metric {source.name} has `from = "{place or ""}"`',
            "it is not a file and a place in it",
            'Write it like "results.json:$.accuracy" or "log.csv:accuracy"',
        )
    if where.startswith("$"):
        json_steps(source.name, where)
        return replace(source, from_path=path, json_path=where)
    if _TRACKED.search(path):
        return replace(source, from_path=path, series=where)
    return replace(source, from_path=path, csv_column=where)


def json_steps(name: str, path: str) -> list[str | int]:
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


def compiled(source: MetricSource) -> re.Pattern[str]:
    """The regular expression of a source.

    Raises:
        UsageError: it is wrong, or has no group `value`.
    """
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
