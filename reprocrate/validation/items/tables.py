"""Tables of separated values (RFC 4180): what a record's bytes are, and reading millions of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, BinaryIO

from reprocrate.validation.items.batches import Batch, Wanted
from reprocrate.validation.items.limits import MOST_LINE_BYTES, Budget, UnreadError
from reprocrate.validation.items.lines import Portion, lines_of

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NEEDS_QUOTES = re.compile('[",\r\n]')
_OTHER_SEPARATORS = (b";", b"\t", b"|")

# Bytes are taken for characters of this encoding where the csv module needs text: it keeps each as it is.
_AS_IT_IS = "latin-1"


class DelimitedTable:
    """A table of which the first line was read.

    Args:
        file: the table, open.
        path: what to call it.
        header: whether its first line names the columns; unknown where it is None.
        budget: how much may be read.

    Raises:
        UnreadError: it is no such table.
        ReprocrateError: it cannot be read.
    """

    kind = "table"
    unit = "line"

    def __init__(self, file: BinaryIO, path: str, header: bool | None, budget: Budget) -> None:
        self._path = path
        self._lines = _Lines(lines_of(file, path, budget), budget)
        first = self._lines.peek()
        self._separator = _separator(path, first)
        if b"\r" in first:
            raise UnreadError(f"{path} has lines that end with a carriage return alone.")
        names = self._names(header) if first else []
        self.columns: tuple[str, ...] = tuple(names)
        self.may_lack_header = header is None and any(map(_NUMBER.fullmatch, names))

    def _names(self, header: bool | None) -> list[str]:
        if header is False:
            return [str(number) for number, _ in enumerate(self._fields(self._lines.peek()), 1)]
        for row, _ in self._quoted():
            return [each.encode(_AS_IT_IS).decode("utf-8", "replace").strip() for each in row]
        return []

    def _fields(self, line: bytes) -> list[str]:
        return next(csv.reader([line.decode(_AS_IT_IS)], delimiter=self._separator.decode()), [])

    def batches(self, wanted: Wanted) -> Iterator[Batch]:
        """All rows below the header.

        Raises:
            UnreadError: a row has another number of fields than the header, or cannot be read.
        """
        while (portion := self._lines.next_portion()) is not None:
            lines, special, start = portion
            # Only where commas separate are lines without quotes records as they stand.
            if b'"' in special or (self._separator != b"," and b"," in special):
                self._lines.put_back(lines, special, start)
                rows, places = self._some_quoted(len(lines))
                yield self._of_texts(rows, places, wanted)
            else:
                yield self._of_plain(lines, start, wanted)

    def _of_plain(self, lines: list[bytes], start: int, wanted: Wanted) -> Batch:
        """Rows without quotes."""
        places: Sequence[int] = range(start, start + len(lines))
        if not all(lines):
            kept = [number for number, line in enumerate(lines) if line]
            places = [start + number for number in kept]
            lines = [lines[number] for number in kept]
        whole = tuple(range(len(self.columns)))
        as_they_stand = self._separator == b"," and not wanted.picked and set(wanted.records) <= {whole}
        if as_they_stand:
            if set(map(bytes.count, lines, repeat(b","))) - {len(self.columns) - 1}:
                self._object(lines, places, lambda line: line.count(b",") + 1)
            return Batch((lines,) * len(wanted.records), {}, places)
        separator, width = self._separator, len(self.columns)
        rows = [line.split(separator) for line in lines]
        if set(map(len, rows)) - {width}:
            self._object(rows, places, len)
        records = tuple(
            lines if columns == whole and separator == b"," else _joined(rows, columns)
            for columns in wanted.records
        )
        return Batch(records, {column: [row[column] for row in rows] for column in wanted.picked}, places)

    def _of_texts(self, rows: list[list[str]], places: list[int], wanted: Wanted) -> Batch:
        """Rows whose fields may hold anything."""
        width = len(self.columns)
        if set(map(len, rows)) - {width}:
            self._object(rows, places, len)
        records = []
        for columns in wanted.records:
            chosen = _chooser(columns)
            records.append([record_of(chosen(row)).encode(_AS_IT_IS) for row in rows])
        picked = {column: [row[column].encode(_AS_IT_IS) for row in rows] for column in wanted.picked}
        return Batch(tuple(records), picked, places)

    def _some_quoted(self, least: int) -> tuple[list[list[str]], list[int]]:
        """The rows of the next lines, so many or as many more as the last of them takes."""
        rows, places = [], []
        end = self._lines.number + least
        for row, place in self._quoted():
            if row:
                rows.append(row)
                places.append(place)
            if self._lines.number >= end:
                break
        return rows, places

    def _quoted(self) -> Iterator[tuple[list[str], int]]:
        """The next rows with the number of their first line, read by Python's own reader of such tables."""
        before = csv.field_size_limit(MOST_LINE_BYTES)
        try:
            reader = csv.reader(self._texts(), delimiter=self._separator.decode(), strict=True)
            place = self._lines.number
            for row in reader:
                yield row, place
                place = self._lines.number
        except csv.Error as error:
            raise UnreadError(f"{self._path}, line {self._lines.number - 1}: {error}.") from error
        finally:
            csv.field_size_limit(before)

    def _texts(self) -> Iterator[str]:
        while (line := self._lines.next_line()) is not None:
            yield f"{line.decode(_AS_IT_IS)}\n"

    def _object(self, rows: Sequence[Any], places: Sequence[int], width: Callable[[Any], int]) -> None:
        """Say which row has another number of fields than the header."""
        wanted = len(self.columns)
        wrong = next(number for number, row in enumerate(rows) if width(row) != wanted)
        raise UnreadError(
            f"{self._path}, line {places[wrong]} has {width(rows[wrong])} fields, not {wanted} as line 1."
        )


def record_of(fields: Sequence[str]) -> str:
    """A row as the line of a CSV file: in quotes is only what holds a comma, a quote or a line end."""
    joined = ",".join(fields)
    if joined.count(",") == len(fields) - 1 and '"' not in joined and "\n" not in joined:
        return joined
    return ",".join(
        '"' + field.replace('"', '""') + '"' if _NEEDS_QUOTES.search(field) else field for field in fields
    )


def _separator(path: str, line: bytes) -> bytes:
    """What separates the fields: a tab by the file's name, else what the first line has."""
    if path.lower().removesuffix(".gz").endswith((".tsv", ".tab")):
        return b"\t"
    if b"," in line:
        return b","
    return next((each for each in _OTHER_SEPARATORS if each in line), b",")


def _joined(rows: list[list[bytes]], columns: tuple[int, ...]) -> list[bytes]:
    if len(columns) == 1:
        return [row[columns[0]] for row in rows]
    choose = itemgetter(*columns)
    return [b",".join(choose(row)) for row in rows]


def _chooser(columns: tuple[int, ...]) -> Callable[[list[str]], Sequence[str]]:
    if len(columns) == 1:
        return lambda row: (row[columns[0]],)
    return itemgetter(*columns)


class _Lines:
    """Lines in portions, or one by one where a row takes several."""

    def __init__(self, portions: Iterator[Portion], budget: Budget) -> None:
        self._portions = portions
        self._budget = budget
        self._lines: list[bytes] = []
        self._special: frozenset[bytes] = frozenset()
        self._at = 0
        self.number = 1
        """Of the next line, from 1."""

    def peek(self) -> bytes:
        """The next line that is not empty; nothing at the end."""
        while (line := self.next_line()) is not None:
            if line:
                self._at -= 1
                self.number -= 1
                return line
        return b""

    def next_line(self) -> bytes | None:
        """The next line."""
        if not self._fill():
            return None
        line = self._lines[self._at]
        self._at += 1
        self.number += 1
        return line

    def next_portion(self) -> tuple[list[bytes], frozenset[bytes], int] | None:
        """The next lines, what stands in them, and the number of the first."""
        if not self._fill():
            return None
        lines = self._lines[self._at :] if self._at else self._lines
        start, self._lines, self._at = self.number, [], 0
        self.number += len(lines)
        return lines, self._special, start

    def put_back(self, lines: list[bytes], special: frozenset[bytes], start: int) -> None:
        """Let the lines of a portion be read again."""
        self._lines, self._special, self._at, self.number = lines, special, 0, start

    def _fill(self) -> bool:
        while self._at >= len(self._lines):
            portion = next(self._portions, None)
            if portion is None:
                return False
            self._budget.pass_lines(len(portion.lines))
            self._lines, self._special = portion
            self._at = 0
        return True
