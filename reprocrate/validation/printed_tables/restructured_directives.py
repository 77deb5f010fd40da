"""Tables that directives of reStructuredText make (docutils, reStructuredText Directives, "Table")."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reprocrate.validation.printed_tables.drawn import Cell
from reprocrate.validation.printed_tables.grid import GridCell, Places, Row

_Spanning = tuple[int, str, int, int]
"""A cell's line, text, columns and rows."""
_FLAT_SPAN = re.compile(r":(?P<name>cspan|rspan):`(\d{1,3})`")
_DELIMITERS = {"tab": "\t", "space": " "}


class UnknownFormError(Exception):
    """A directive does not hold its table in a form that is read here."""


@dataclass(frozen=True, slots=True)
class Block:
    """What a directive has.

    Attributes:
        argument: what stands behind its name: the title of the table.
        options: its options by name.
        lines: its content, without the indentation.
        first: the number of the content's first line, counted from 0.
    """

    argument: str
    options: Mapping[str, str]
    lines: Sequence[str]
    first: int

    def number(self, option: str) -> int:
        """An option that is a number; 0 where it is none."""
        said = self.options.get(option, "").strip()
        return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0


def list_rows(block: Block, cell: Cell, places: Places) -> tuple[list[Row], int]:
    """The rows of a `list-table`: a list of lists of equal length.

    Raises:
        UnknownFormError: it is no such list.
        UnreadableTableError: the file has more places than are read.
    """
    rows = _nested(block)
    if len({len(row) for row in rows}) != 1:
        raise UnknownFormError
    places.take(len(rows) * len(rows[0]))
    made = [Row(tuple(cell("\n".join(lines).strip(), number) for number, lines in row)) for row in rows]
    return made, block.number("header-rows")


def flat_rows(block: Block, cell: Cell, places: Places) -> tuple[list[Row], int]:
    """The rows of a `flat-table`: its cells may span others, and the last of a row fills it up.

    Raises:
        UnknownFormError: it is no list of lists.
        UnreadableTableError: the file has more places than are read.
    """
    spanned: list[list[tuple[int, str, int, int]]] = []
    for row in _nested(block):
        cells = []
        for number, lines in row:
            text = "\n".join(lines).strip()
            more = {name: int(count) for name, count in _FLAT_SPAN.findall(text)}
            width, height = more.get("cspan", 0) + 1, more.get("rspan", 0) + 1
            cells.append((number, _FLAT_SPAN.sub("", text).strip(), width, height))
        spanned.append(cells)
    places.take(sum(width * height for row in spanned for _, _, width, height in row))
    made = [
        Row(tuple(cell(text, number).spanning(width, height) for number, text, width, height in row))
        for row in _beside_spans(spanned)
    ]
    return made, block.number("header-rows")


def _beside_spans(rows: list[list[_Spanning]]) -> list[list[_Spanning]]:
    """Rows with an empty cell wherever one of a row above reaches into them."""
    made: list[list[_Spanning]] = []
    below: dict[int, int] = {}
    for row in rows:
        cells, column, reaching = [], 0, {at: left - 1 for at, left in below.items() if left > 1}
        for each in row:
            while column in below:
                cells.append((each[0], "", 1, 1))
                column += 1
            reaching |= dict.fromkeys(range(column, column + each[2]), each[3] - 1) if each[3] > 1 else {}
            cells.append(each)
            column += each[2]
        made.append(cells)
        below = reaching
    return made


def _nested(block: Block) -> list[list[tuple[int, list[str]]]]:
    """A list of lists: for each row its cells, each with its line and its text.

    Raises:
        UnknownFormError: it is none.
    """
    rows: list[list[tuple[int, list[str]]]] = []
    bullet = inner = ""
    for number, line in enumerate(block.lines, block.first):
        depth, text = len(line) - len(line.lstrip()), line.strip()
        if depth == 0 and text:
            match = re.fullmatch(r"([*+-])(\s+)([*+-])(?:\s(.*))?", text)
            if match is None or (bullet and match[1] != bullet):
                raise UnknownFormError
            bullet, inner = match[1], match[2] + match[3]
            rows.append([(number, [match[4] or ""])])
        elif rows and depth == len(inner) and text[:1] == inner[-1] and text[1:2] in ("", " "):
            rows[-1].append((number, [text[1:].strip()]))
        elif rows and depth > 0:
            rows[-1][-1][1].append(text)
        elif text:
            raise UnknownFormError
    return rows


def csv_rows(block: Block, cell: Cell, places: Places) -> tuple[list[Row], int]:
    """The rows of a `csv-table`, its `header` first.

    Raises:
        UnknownFormError: its content is in another file, or no CSV.
        UnreadableTableError: the file has more places than are read.
    """
    if {"file", "url"} & set(block.options):
        raise UnknownFormError
    above = list(_parsed(block.options.get("header", "").split("\n"), block.first - 1, block))
    below = list(_parsed(block.lines, block.first, block))
    width = max((len(parts) for _, parts in (*above, *below)), default=0)
    places.take(width * (len(above) + len(below)))
    rows = [Row(tuple(_filled(parts, width, number, cell))) for number, parts in (*above, *below)]
    return rows, len(above) + block.number("header-rows")


def _filled(parts: Sequence[str], width: int, number: int, cell: Cell) -> list[GridCell]:
    return [cell(part.strip(), number) for part in (*parts, *[""] * (width - len(parts)))]


def _parsed(lines: Sequence[str], first: int, block: Block) -> Iterator[tuple[int, list[str]]]:
    said = block.options.get("delim", ",").strip()
    delimiter = _DELIMITERS.get(said, said)
    quote, escape = block.options.get("quote", '"').strip(), block.options.get("escape", "").strip()
    try:
        reader = csv.reader(
            [f"{line}\n" for line in lines],
            delimiter=delimiter,
            quotechar=quote,
            escapechar=escape or None,
            doublequote=not escape,
            skipinitialspace=True,
            strict=True,
        )
        before = 0
        for parts in reader:
            if parts:
                yield first + before, parts
            before = reader.line_num
    except (csv.Error, TypeError, ValueError) as error:
        raise UnknownFormError from error
