"""Tables that are drawn with signs: grid tables and simple tables (Pandoc User's Guide, section "Tables").

    +--------+------+        Method    Acc.
    | Method | Acc. |        -------  -----
    +========+======+        wide      91.5
    | wide   | 91.5 |        narrow    90.5
    +--------+------+

Grid tables of reStructuredText are drawn in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reprocrate.validation.printed_tables.drawn_cells import DrawnCell, drawn_cells
from reprocrate.validation.printed_tables.grid import EMPTY, GridCell, Places, Row

_BORDER = re.compile(r"\+(?:[:=-]+\+)+")
_DASHES = re.compile(r"-{2,}(?:\s+-{2,})+")
_RUN = re.compile(r"-+")

Cell = Callable[[str, int], GridCell]
"""What a text at a line, counted from 0, prints."""
Drawn = tuple[list[Row], int, int]
"""Rows, how many of them are the head, and the line behind the last one, counted from 0."""


def grid_table(lines: Sequence[str], at: int, cell: Cell, places: Places) -> Drawn | None:
    """The grid table that begins at a line; None where none does; no rows where it is not drawn to its end.

    Args:
        lines: all lines of the file.
        at: the line.
        cell: how a text becomes a cell.
        places: what the file may still have.

    Raises:
        UnreadableTableError: the file has more places than are read.
    """
    first = lines[at].strip()
    if not _BORDER.fullmatch(first):
        return None
    indent = len(lines[at]) - len(lines[at].lstrip())
    taken = [first]
    while at + len(taken) < len(lines):
        line = lines[at + len(taken)][indent:].rstrip()
        if not line.startswith(("+", "|")) or not line.endswith(("+", "|")):
            break
        taken.append(line)
    found = drawn_cells(taken) if len(taken) > 2 else None
    return (*(_rows(found, at, cell, places, taken) if found else ([], 0)), at + len(taken))


def _rows(
    found: Sequence[DrawnCell], at: int, cell: Cell, places: Places, lines: Sequence[str]
) -> tuple[list[Row], int]:
    """The rows that cells make, and how many of them are the head: those above the first border of `=`."""
    tops = {top: row for row, top in enumerate(sorted({each.top for each in found}))}
    lefts = {left: column for column, left in enumerate(sorted({each.left for each in found}))}
    tops[max(each.bottom for each in found)], lefts[max(each.right for each in found)] = len(tops), len(lefts)
    places.take((len(tops) - 1) * (len(lefts) - 1))
    rows: list[dict[int, GridCell]] = [{} for _ in range(len(tops) - 1)]
    covered: list[set[int]] = [set() for _ in rows]
    for each in found:
        row, column = tops[each.top], lefts[each.left]
        span, reach = lefts[each.right] - column, tops[each.bottom] - row
        rows[row][column] = cell(each.text, at + each.top + 1).spanning(span, reach)
        for below in range(row, row + reach):
            covered[below] |= set(range(column, column + span)) - ({column} if below == row else set())
    heads = next((tops[top] for top in tops if "=" in lines[top] and tops[top]), 0)
    if heads == len(rows):  # a border of `=` that closes a foot
        heads = 0
    return [Row(tuple(_row(cells, taken))) for cells, taken in zip(rows, covered, strict=True)], heads


def _row(cells: dict[int, GridCell], covered: set[int]) -> list[GridCell]:
    """The cells that begin in a row, with empty ones where a cell from above reaches into it."""
    beside = {column for at, cell in cells.items() for column in range(at + 1, at + cell.columns)}
    return [cells.get(column, EMPTY) for column in sorted((covered - beside) | set(cells))]


def simple_table(lines: Sequence[str], at: int, cell: Cell, places: Places) -> Drawn | None:
    """The simple table of Pandoc whose head stands at a line; None where none does.

    Raises:
        UnreadableTableError: the file has more places than are read.
    """
    if at + 2 >= len(lines) or not _DASHES.fullmatch(lines[at + 1].strip()):
        return None
    if any(not text.strip() or _DASHES.fullmatch(text.strip()) for text in (lines[at], lines[at + 2])):
        return None
    starts = [match.start() for match in _RUN.finditer(lines[at + 1])]
    cut = [(at, _cut(lines[at], starts))]
    number = at + 2
    while number < len(lines) and lines[number].strip() and not _DASHES.fullmatch(lines[number].strip()):
        parts = _cut(lines[number], starts)
        if parts is None:
            return None
        cut.append((number, parts))
        number += 1
    if cut[0][1] is None:
        return None
    places.take(len(cut) * len(starts))
    rows = [Row(tuple(cell(part, line) for part in parts or ())) for line, parts in cut]
    return rows, 1, number


def _cut(line: str, starts: Sequence[int]) -> list[str] | None:
    """The parts of a row, cut where the columns part; None where a text stands across two columns."""
    if any(line[start - 1 : start].strip() for start in starts[1:]):
        return None
    begins, ends = [0, *starts[1:]], [*starts[1:], len(line)]
    return [line[start:end].strip() for start, end in zip(begins, ends, strict=True)]
