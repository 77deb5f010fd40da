"""Tables in CSV and TSV (RFC 4180): one table in a file, with its head in the first row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from reprocrate.validation.printed_tables.grid import (
    GridCell,
    PrintedTable,
    Row,
    make_table,
    plain,
)
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d+)(?![\d.,])")


def _with_points(part: str) -> str:
    """A text whose decimal commas are points."""
    return _DECIMAL_COMMA.sub(r"\1.\2", part)


def read(text: str, delimiter: str) -> list[PrintedTable]:
    """The table of a file; none where it has less than two columns.

    A file named CSV whose lines all have as many semicolons as the first is read with semicolons, and then
    a figure may have a decimal comma, as spreadsheets write it in much of Europe.

    Raises:
        UnreadableTableError: it does not follow the form.
    """
    counts = {line.count(";") for line in text.splitlines() if line.strip()}
    if delimiter == "," and len(counts) == 1 and max(counts) > 0:
        delimiter = ";"
    shown = _with_points if delimiter == ";" else str
    rows = [
        Row(tuple(GridCell(plain(shown(part)), line, source=part.strip()) for part in parts))
        for line, parts in records(text, delimiter)
    ]
    table = make_table(rows, 1)
    return [table] if table else []


def records(text: str, delimiter: str, before: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The records of a text in CSV, each with the line on which it begins.

    Args:
        text: the text.
        delimiter: what parts its fields.
        before: the number before that of its first line.

    Raises:
        UnreadableTableError: it does not follow the form.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = before + 1
    try:
        for parts in reader:
            yield line, parts
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTableError(f"line {reader.line_num} is not CSV: {error}") from None
