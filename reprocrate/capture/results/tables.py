"""Values in the columns of CSV and TSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.capture.record import Evidence
from reprocrate.capture.results.points import (
    SEED_COLUMNS,
    Columns,
    Entry,
    NotFoundError,
    belongs_to,
    count_of,
    labelled,
    step_of,
)

_LABELS = ("split", "data")


@dataclass(frozen=True)
class Table:
    """A CSV or TSV file with a head.

    Attributes:
        path: what it is called.
        names: its columns.
        rows: each row with the line that it ends on.
    """

    path: str
    names: Sequence[str]
    rows: Iterator[tuple[int, Mapping[str, Any]]] = field(repr=False)


def read_table(location: Path, path: str) -> Table:
    """A table; its rows are read as they are asked for.

    Raises:
        OSError: it cannot be read.
    """
    with location.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        sample = handle.readline()
    delimiter = "\t" if "\t" in sample and "," not in sample else ","
    names = [name.strip() for name in next(csv.reader([sample], delimiter=delimiter), [])]
    return Table(path, names, _rows(location, names, delimiter))


def _rows(location: Path, names: Sequence[str], delimiter: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with location.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        rows = csv.DictReader(handle, delimiter=delimiter)
        if not rows.fieldnames:
            return
        rows.fieldnames = list(names)
        for row in rows:
            yield rows.line_num, row


def csv_entries(
    location: Path,
    path: str,
    column: str,
    labels: Mapping[str, str],
    columns: Columns = Columns(),  # noqa: B008 - it cannot be changed
    *,
    ordered: bool = True,
) -> list[Entry]:
    """The values of a column, one for each row that has one.

    A column `step`, `global_step`, `epoch` or `iteration` numbers the steps, a column `fold` the folds, and
    one of seeds tells the runs apart. In a file in the form of `histories` (spec.md, "Files of a run") the
    name stands in the column `metric`, and the number in the column `value`.

    Args:
        location: where the file is.
        path: what it is called.
        column: the column, or the metric's name in a file of the long form.
        labels: rows with something else in one of these columns are left out.
        columns: the columns that say to what a row belongs.
        ordered: whether it is known that rows of one run follow each other in time.

    Raises:
        NotFoundError: there is no such column, or nothing in it, or rows of one run that nothing orders.
        OSError: the file cannot be read.
    """
    table = read_table(location, path)
    wanted, name = dict(labels), column
    if column not in table.names and {"metric", "value"} <= {*table.names}:
        wanted, name = wanted | {"metric": column}, "value"
    for asked in (name, columns.seed, columns.data, *columns.factors):
        if asked is not None and asked not in table.names:
            raise NotFoundError(f"{path} has no column {asked}; it has {', '.join(table.names[:8])}")
    rows = [
        (line, row) for line, row in table.rows if (row.get(name) or "").strip() and _is_labelled(row, wanted)
    ]
    if not rows:
        raise NotFoundError(f"{path} has no value in the column {column}")
    entries = [entry_of(row, line, path, name, columns) for line, row in rows]
    if not ordered:
        check_order(path, columns, entries, [row for _, row in rows], name)
    return entries


def entry_of(row: Mapping[str, Any], line: int, path: str, column: str, columns: Columns) -> Entry:
    """The value that a row has in a column."""
    text = str(row[column]).strip()
    return Entry(
        row[column],
        f"{path}, column {column}",
        step_of(row),
        count_of(row.get("fold")),
        evidence=Evidence(path, text, line, column),
        **labelled(row, columns),
    )


def _is_labelled(row: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(row.get(name) in (None, "", label) for name, label in wanted.items())


def check_order(
    path: str, columns: Columns, entries: Sequence[Entry], rows: Sequence[Mapping[str, Any]], name: str
) -> None:
    """Of several rows of one run the last counts, as of a curve; not where they are of different things.

    Only files with several seeds are looked at: there rows of several methods or settings are usual, and what
    they are has to be said.

    Raises:
        NotFoundError: rows of one seed and step differ in columns that nothing was said about.
    """
    if len({entry.seed for entry in entries}) < 2:
        return
    runs: dict[object, list[Mapping[str, Any]]] = {}
    for entry, row in zip(entries, rows, strict=True):
        if entry.fold is None:
            runs.setdefault((belongs_to(entry), entry.step), []).append(row)
    told = {name, columns.seed, columns.data, *columns.factors, *SEED_COLUMNS, *_LABELS}
    open_names = [each for each in rows[0] if each and each not in told]
    several = next((found for found in runs.values() if len(found) > 1), None)
    if several is None:
        return
    differing = [each for each in open_names if len({str(row.get(each)) for row in several}) > 1]
    which = f", which differ in {', '.join(differing[:8])}" if differing else ""
    raise NotFoundError(
        f"{path} has several rows for one seed{which}, and nothing says what they are. Name the columns "
        "that tell configurations or data sets apart in `factor_columns` or `data_column`, or say which row "
        'counts by `selection = "last"`'
    )
