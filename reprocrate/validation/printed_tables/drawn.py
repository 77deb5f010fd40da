"""Tables that are drawn with signs: grid tables and simple tables (Pandoc User's Guide, section "Tables").

    +--------+------+        Method    Acc.
    | Method | Acc. |        -------  -----
    +========+======+        wide      91.5
    | wide   | 91.5 |        narrow    90.5
    +--------+------+

A grid table in which a cell spans rows is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from reprocrate.validation.printed_tables.grid import GridCell, Row

_BORDER = re.compile(r"\+(?:[:=-]+\+)+")
_DASHES = re.compile(r"-{2,}(?:\s+-{2,})+")
_RUN = re.compile(r"-+")

Cell = Callable[[str, int], GridCell]
Drawn = tuple[list[Row], int, int]
"""Rows, how many of them are the head, and the line behind the last one, counted from 0."""


def grid_table(lines: Sequence[str], at: int, cell: Cell) -> Drawn | None:
    """The grid table that begins at a line; None where none does; no rows where it is not read here."""
    if not _BORDER.fullmatch(lines[at].strip()):
        return None
    indent = len(lines[at]) - len(lines[at].lstrip())
    edges = [match.start() for match in re.finditer(r"\+", lines[at].strip())]
    rows: list[Row] = []
    pending: list[tuple[str, int]] = []
    heads, number = 0, at + 1
    while number < len(lines) and lines[number].strip():
        line = lines[number][indent:].rstrip()
        if line.startswith("+"):
            if not _BORDER.fullmatch(line) or len(line) != edges[-1] + 1:
                return [], 0, number
            rows += _grid_row(pending, edges, cell)
            if "=" in line and len(rows):
                heads = heads or len(rows)
            pending = []
        elif line.startswith("|") and len(line) == edges[-1] + 1:
            pending.append((line, number))
        else:
            return [], 0, number
        number += 1
    return ([] if pending else rows), heads, number


def _grid_row(lines: Sequence[tuple[str, int]], edges: Sequence[int], cell: Cell) -> list[Row]:
    """The row that stands between two borders; a cell ends where all of its lines have a bar."""
    if not lines:
        return []
    kept = [edge for edge in edges if all(line[edge] == "|" for line, _ in lines)]
    cells = []
    for start, end in pairwise(kept):
        text = " ".join(line[start + 1 : end].strip() for line, _ in lines).strip()
        made = cell(text, lines[0][1])
        span = edges.index(end) - edges.index(start)
        cells.append(GridCell(made.text, made.line, made.is_bold, made.is_underlined, made.source, span))
    return [Row(tuple(cells))]


def simple_table(lines: Sequence[str], at: int, cell: Cell) -> Drawn | None:
    """The simple table whose head stands at a line; None where none does."""
    if at + 2 >= len(lines) or not _DASHES.fullmatch(lines[at + 1].strip()):
        return None
    if any(not text.strip() or _DASHES.fullmatch(text.strip()) for text in (lines[at], lines[at + 2])):
        return None
    runs = [match.span() for match in _RUN.finditer(lines[at + 1])]
    rows, number = [_simple_row(lines[at], at, runs, cell)], at + 2
    while number < len(lines) and lines[number].strip() and not _DASHES.fullmatch(lines[number].strip()):
        rows.append(_simple_row(lines[number], number, runs, cell))
        number += 1
    told = [row for row in rows if row is not None]
    return (told, 1, number) if len(told) == len(rows) > 1 else None


def _simple_row(line: str, number: int, runs: Sequence[tuple[int, int]], cell: Cell) -> Row | None:
    """A row cut where the columns part; None where a text stands across two columns."""
    starts = [0, *(start for start, _ in runs[1:])]
    ends = [*(start for start, _ in runs[1:]), len(line)]
    cells = []
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if index and start and line[start - 1 : start].strip():
            return None
        cells.append(cell(line[start:end].strip(), number))
    return Row(tuple(cells))
