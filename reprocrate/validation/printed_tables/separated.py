"""Tables in CSV and TSV (RFC 4180): one table in a file, with its head in the first row."""

from __future__ import annotations

import csv
import io

from reprocrate.validation.printed_tables.grid import (
    GridCell,
    PrintedTable,
    Row,
    UnreadableTableError,
    make_table,
    plain,
)


def read(text: str, delimiter: str) -> list[PrintedTable]:
    """The table of a file; none where it has less than two columns.

    A file named CSV whose first line has semicolons and no commas is read with semicolons.

    Raises:
        UnreadableTableError: it does not follow the form.
    """
    first = text.partition("\n")[0]
    if delimiter == "," and ";" in first and "," not in first:
        delimiter = ";"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for parts in reader:
            rows.append(Row(tuple(GridCell(plain(part), line, source=part.strip()) for part in parts)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTableError(f"line {reader.line_num} is not CSV: {error}") from None
    table = make_table(rows, 1)
    return [table] if table else []
