"""Cells between drawn lines, in one pass from the top to the bottom.

So the cost grows with the size of the drawing alone. A cell ends at a line of `-` or `=` between two `+`, and
has `|` or `+` at each of its lines on both sides (docutils, reStructuredText Markup Specification, section
"Grid Tables"; Pandoc User's Guide, extension `grid_tables`). It may span rows and columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reprocrate.validation.printed_tables.grid import MAX_PLACES
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

_LINE = re.compile(r"\+(?::?(?:-+|=+):?\+)+")
_CROSSING = re.compile(r"[|+]")
_SECOND_HALF = "\0"
"""Stands behind a character that is two columns wide."""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell: its text, and its lines and columns in the drawing; the drawn ones at both ends are in them."""

    text: str
    top: int
    bottom: int
    left: int
    right: int


@dataclass(slots=True)
class _Open:
    """A part of the drawing that no line has closed from below."""

    left: int
    right: int
    top: int


def as_wide_as_shown(line: str) -> str:
    """A line with one character for each column that it takes on the screen (Unicode Standard Annex 11)."""
    if line.isascii():
        return line
    kept = (each for each in line if not unicodedata.combining(each))
    return "".join(
        each + _SECOND_HALF if unicodedata.east_asian_width(each) in "WF" else each for each in kept
    )


def drawn_cells(lines: Sequence[str]) -> list[DrawnCell] | None:
    """The cells of a drawing, from the top; None where it is no drawing of cells.

    Args:
        lines: all of it, from its first border to its last, without the indentation.

    Raises:
        UnreadableTableError: it has too many.
    """
    lines = [as_wide_as_shown(line) for line in lines]
    width = len(lines[0])
    if any(len(line) != width for line in lines) or not all(map(_is_border, (lines[0], lines[-1]))):
        return None
    return _Sweep(lines).cells()


def _is_border(line: str) -> bool:
    return _LINE.fullmatch(line) is not None


class _Sweep:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._begun: dict[int, tuple[int, int]] = {}
        """For each column that has a bar or a crossing: from which line on, and where it was seen last."""
        self._open = [_Open(0, len(lines[0]) - 1, 0)]
        self._cells: list[DrawnCell] = []

    def cells(self) -> list[DrawnCell] | None:
        self._see(0)
        for number in range(1, len(self._lines)):
            parts = [match.span() for match in _LINE.finditer(self._lines[number])]
            self._see(number)
            if parts:
                self._close(number, [(start, end - 1) for start, end in parts])
        is_closed = all(each.top == len(self._lines) - 1 for each in self._open)
        return sorted(self._cells, key=lambda each: (each.top, each.left)) if is_closed else None

    def _see(self, number: int) -> None:
        for match in _CROSSING.finditer(self._lines[number]):
            first, last = self._begun.get(match.start(), (number, -2))
            self._begun[match.start()] = (first if last == number - 1 else number, number)

    def _is_side(self, column: int, top: int, number: int) -> bool:
        """Whether a column has a bar at each line between two crossings."""
        first, last = self._begun.get(column, (number, -2))
        return (
            first <= top and last == number and self._lines[top][column] == "+" == self._lines[number][column]
        )

    def _close(self, number: int, parts: Iterable[tuple[int, int]]) -> None:
        """Close what lies above the drawn parts of a line, and open what lies below them."""
        waiting = iter(sorted(parts))
        part = next(waiting, None)
        kept: list[_Open] = []
        for each in self._open:
            while part is not None and part[1] <= each.left:
                part = next(waiting, None)
            at = each.left
            while part is not None and part[0] < each.right:
                left, right = max(part[0], each.left), min(part[1], each.right)
                if self._is_end(each, left, number) and self._is_end(each, right, number):
                    kept += [_Open(at, left, each.top)] if left > at else []
                    self._take(left, right, each.top, number)
                    kept.append(_Open(left, right, number))
                    at = right
                if part[1] > each.right:
                    break
                part = next(waiting, None)
            kept += [_Open(at, each.right, each.top)] if at < each.right else []
        self._open = list(_joined(kept, number))

    def _is_end(self, open_: _Open, column: int, number: int) -> bool:
        return column in (open_.left, open_.right) or self._is_side(column, open_.top, number)

    def _take(self, left: int, right: int, top: int, number: int) -> None:
        inside = [match.start() for match in re.finditer(r"\+", self._lines[number][left + 1 : right])]
        sides = [left + 1 + each for each in inside if self._is_side(left + 1 + each, top, number)]
        for start, end in pairwise([left, *sides, right]):
            parts = (line[start + 1 : end].strip() for line in self._lines[top + 1 : number])
            text = "\n".join(parts).replace(_SECOND_HALF, "")
            self._cells.append(DrawnCell(text, top, number, start, end))
        if len(self._cells) > MAX_PLACES:
            raise UnreadableTableError(f"a table has more than {MAX_PLACES} places")


def _joined(parts: Iterable[_Open], number: int) -> Iterator[_Open]:
    """Parts that begin at the same line beside each other are one: a cell below may span them."""
    last: _Open | None = None
    for each in parts:
        if last is not None and last.top == each.top == number and last.right == each.left:
            last.right = each.right
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last
