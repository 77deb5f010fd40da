"""A printed table as a grid: each place has one cell, which may span several places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from reprocrate.validation.printed_tables.commas import reader_of_commas
from reprocrate.validation.printed_tables.sources import file_and_line
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError
from reprocrate.validation.printing import PrintedCell, read_cell

MAX_PLACES = 200_000
"""Rows times columns of one table at most; in a file with many tables, of all of them."""

MAX_TABLES = 10_000
"""A book has fewer."""

_APART = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:[\u2009\u202f]\d{3})+)(?![\d,])")
_SPACE = re.compile(r"[ \t\n\f\v\u00a0\u2009\u202f]+")
_LONGEST = 500
_SPREAD = re.compile(r"\s*_?\s*±\s*")


class GridCell(NamedTuple):
    """A cell as the reader of the paper sees it.

    Attributes:
        text: what is printed, without markup; digits are no longer in groups.
        line: where it begins in the file, counted from 1; where a paper has several files see
            `PrintedTable.at`.
        is_bold: whether its figure, or all of it where it has none, is in bold type.
        is_underlined: likewise.
        source: how the file has it, where that may serve as a name.
        columns: how many columns it spans.
        rows: how many rows; a negative number upwards, as in LaTeX.
    """

    text: str
    line: int
    is_bold: bool = False
    is_underlined: bool = False
    source: str = ""
    columns: int = 1
    rows: int = 1

    @property
    def marked(self) -> str:
        """The text with its emphasis, in the way that a manifest's `text` has it."""
        text = f"**{self.text}**" if self.is_bold and self.text else self.text
        return f"<u>{text}</u>" if self.is_underlined and text else text

    @property
    def figure(self) -> PrintedCell | None:
        """The figure that it shows, if it shows one."""
        return read_cell(self.marked)

    def spanning(self, columns: int, rows: int) -> GridCell:
        """The same cell over so many columns and rows."""
        return self if columns == rows == 1 else self._replace(columns=columns, rows=rows)


EMPTY = GridCell("", 0)


class Places:
    """How many tables and places one file may still have, so that no file takes long to read."""

    def __init__(self) -> None:
        self._left, self._tables = MAX_PLACES, MAX_TABLES

    def take(self, count: int) -> None:
        """Count one more table with its places.

        Raises:
            UnreadableTableError: they are too many, or the tables are.
        """
        self._tables -= 1
        if self._tables < 0:
            raise UnreadableTableError(f"it has more than {MAX_TABLES} tables")
        self.take_more(count)

    def take_more(self, count: int) -> None:
        """Count places of a table that was counted before.

        Raises:
            UnreadableTableError: they are too many.
        """
        self._left -= count
        if self._left < 0:
            raise UnreadableTableError(f"its tables have more than {MAX_PLACES} places")


def plain(text: str) -> str:
    """Text with single spaces, and numbers without spaces between groups of three digits."""
    joined = _APART.sub(lambda match: re.sub(r"\D", "", match[0]), text)
    return _SPACE.sub(" ", _SPREAD.sub(" ± ", joined)).strip()[:_LONGEST]


class Row(NamedTuple):
    """Cells as they follow each other in the file.

    Attributes:
        cells: the cells; one that spans columns stands once.
        is_ruled: whether a rule across the table is above it.
        is_head: whether the file says that it is part of the head; None where it does not say.
    """

    cells: tuple[GridCell, ...]
    is_ruled: bool = False
    is_head: bool | None = None


@dataclass(frozen=True)
class PrintedTable:
    """One table of a file.

    Attributes:
        rows: the grid, with equally many places in each row; a cell that spans several is at each of them.
        heads: how many rows at the top are its head.
        blocks: for each row, the number of the block between rules, or below a heading, that it is in.
        line: where it begins in the file.
        labels: names by which a text refers to it.
        caption: the text beside it.
        paths: the files that the paper is made of, if it is made of several.
    """

    rows: tuple[tuple[GridCell, ...], ...]
    heads: int
    blocks: tuple[int, ...]
    line: int
    labels: tuple[str, ...] = ()
    caption: str = ""
    paths: tuple[str, ...] = ()

    def at(self, line: int, file: str) -> tuple[str, int]:
        """The file of a line of this table, and the line's number in it.

        Args:
            line: the number that a cell, or the table itself, has.
            file: the file that is said to print the table.
        """
        return file_and_line(self.paths or (file,), line)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.rows[0]) if self.rows else 0

    @cached_property
    def stubs(self) -> int:
        """How many columns on the left name the rows: all before the first that shows figures, at least 1."""
        for column in range(1, self.width):
            shown = [self.rows[row][column] for row in self.body if not self.is_heading(row)]
            if any(cell.figure for cell in shown):
                return column
        return 1

    @cached_property
    def body(self) -> tuple[int, ...]:
        """The rows below the head."""
        return tuple(range(self.heads, len(self.rows)))

    def is_heading(self, row: int) -> bool:
        """Whether a row of the body only names the rows below it."""
        return _is_heading(self.rows[row])

    def figures(self) -> Iterator[tuple[int, int, GridCell, PrintedCell]]:
        """The places of the body that show a figure: row, column, cell and figure, each cell once."""
        return iter(self._shown)

    @cached_property
    def _shown(self) -> tuple[tuple[int, int, GridCell, PrintedCell], ...]:
        return tuple(self._found())

    def _found(self) -> Iterator[tuple[int, int, GridCell, PrintedCell]]:
        seen: set[int] = set()
        for row in self.body:
            for column in range(self.stubs, self.width):
                cell = self.rows[row][column]
                if id(cell) not in seen and (figure := cell.figure):
                    seen.add(id(cell))
                    yield row, column, cell, figure

    @cached_property
    def row_texts(self) -> tuple[tuple[GridCell, ...], ...]:
        """For each row the cells that name it: the heading above it, and those on its left."""
        found: list[tuple[GridCell, ...]] = []
        heading: tuple[GridCell, ...] = ()
        above: list[GridCell] = [EMPTY] * self.stubs
        for row, cells in enumerate(self.rows):
            if row < self.heads:
                found.append(())
                continue
            if self.is_heading(row):
                heading, above = (next(cell for cell in cells if cell.text),), [EMPTY] * self.stubs
                found.append(heading)
                continue
            above = _filled(above, cells[: self.stubs])
            found.append((*heading, *(cell for cell in above if cell.text)))
        return tuple(found)

    @cached_property
    def column_texts(self) -> tuple[tuple[GridCell, ...], ...]:
        """For each column the cells of the head that name it, from the top."""
        columns: list[tuple[GridCell, ...]] = []
        for column in range(self.width):
            cells = {id(row[column]): row[column] for row in self.rows[: self.heads]}
            columns.append(tuple(cell for cell in cells.values() if cell.text))
        return tuple(columns)


def _filled(above: Sequence[GridCell], cells: Sequence[GridCell]) -> list[GridCell]:
    """The cells that name a row; an empty one left of one that is not empty stands for that above it."""
    last = max((place for place, cell in enumerate(cells) if cell.text), default=-1)
    return [above[place] if place < last and not cell.text else cell for place, cell in enumerate(cells)]


def make_table(
    rows: Sequence[Row],
    line: int,
    *,
    labels: Sequence[str] = (),
    caption: str = "",
    heads: int | None = None,
    paths: Sequence[str] = (),
) -> PrintedTable | None:
    """A table of rows as they are written; None where there is nothing in it.

    Args:
        rows: its rows, without those that are empty at both ends.
        line: where it begins.
        labels: its names.
        caption: the text beside it.
        heads: how many rows are its head, where the kind of file says so.
        paths: the files that the paper is made of, if it is made of several.

    Raises:
        UnreadableTableError: it is too large.
    """
    rows = _read_commas(rows)
    kept: list[Row] = []
    ruled: list[bool] = []
    pending = False
    for row in rows:
        pending = pending or row.is_ruled
        if any(cell.text or cell.rows > 1 for cell in row.cells):
            kept.append(row)
            ruled.append(pending)
            pending = False
    grid = _spread_out(kept)
    if not grid or len(grid[0]) < 2:
        return None
    count = _heads(kept, ruled, grid) if heads is None else min(heads, len(grid))
    return PrintedTable(
        tuple(map(tuple, grid)),
        count,
        _blocks(grid, ruled, count),
        line,
        tuple(labels),
        caption,
        tuple(paths),
    )


def _read_commas(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with what commas between digits mean in this table put in their place."""
    read = reader_of_commas([cell.text for row in rows for cell in row.cells])
    if read is None:
        return rows
    made = ([cell._replace(text=read(cell.text)) for cell in row.cells] for row in rows)
    return [row._replace(cells=tuple(cells)) for row, cells in zip(rows, made, strict=True)]


def _spread_out(rows: Sequence[Row]) -> list[list[GridCell]]:
    """Each cell at all places that it spans."""
    width = max((sum(max(cell.columns, 1) for cell in row.cells) for row in rows), default=0)
    spanned = sum(max(cell.columns, 1) * min(abs(cell.rows), len(rows)) for row in rows for cell in row.cells)
    if max(width * len(rows), spanned) > MAX_PLACES:
        raise UnreadableTableError(f"a table has more than {MAX_PLACES} places")
    grid: list[list[GridCell | None]] = [[None] * width for _ in rows]
    for at, row in enumerate(rows):
        _place(grid, at, row)
    return [[cell or EMPTY for cell in cells] for cells in grid]


def _place(grid: list[list[GridCell | None]], at: int, row: Row) -> None:
    column, width = 0, len(grid[at])
    for cell in row.cells:
        span = range(column, min(column + max(cell.columns, 1), width))
        reach = range(at, min(at + max(cell.rows, 1), len(grid)))
        if cell.rows < 0:
            reach = range(max(0, at + cell.rows + 1), at + 1)
        if not cell.text and any(grid[at][each] for each in span):
            column = span.stop  # what is below a cell that spans rows is left empty
            continue
        for one in reach:
            for each in span:
                if grid[one][each] is None or one == at or (cell.text and not _text(grid[one][each])):
                    grid[one][each] = cell
        column = span.stop


def _text(cell: GridCell | None) -> str:
    return cell.text if cell else ""


def _heads(rows: Sequence[Row], ruled: Sequence[bool], grid: Sequence[Sequence[GridCell]]) -> int:
    """How many rows are the head: as the file says, or all above the first rule or figures."""
    said = [at for at, row in enumerate(rows) if row.is_head]
    if said:
        return said[-1] + 1
    inside = next((at for at in range(1, len(ruled)) if ruled[at]), len(grid))
    count = 1
    # numbers in the head, such as sizes of training sets, have nothing that names their row
    while count < len(grid) and not _is_heading(grid[count]):
        names_none = not grid[count][0].text or grid[count][0] is grid[0][0]
        if _shows_figures(grid[count]) and not (count < inside < len(grid) and names_none):
            break
        count += 1
    return count if count < len(grid) else 1


def _shows_figures(cells: Sequence[GridCell]) -> bool:
    return any(cell.figure for cell in cells[1:])


def _is_heading(cells: Sequence[GridCell]) -> bool:
    """Whether a row has one text only, and that is no figure."""
    shown = {id(cell): cell for cell in cells if cell.text}
    return len(shown) == 1 and not next(iter(shown.values())).figure


def _blocks(grid: Sequence[Sequence[GridCell]], ruled: Sequence[bool], heads: int) -> tuple[int, ...]:
    """The number of each row's block: a rule or a heading begins the next one.

    Rules above every row are lines of the grid, and part nothing.
    """
    is_lined = all(ruled[heads + 1 :]) and len(grid) > heads + 2
    numbers, number = [], 0
    for at, cells in enumerate(grid):
        number += at > 0 and (
            (ruled[at] and not (is_lined and at > heads)) or (at >= heads and _is_heading(cells))
        )
        numbers.append(number)
    return tuple(numbers)
