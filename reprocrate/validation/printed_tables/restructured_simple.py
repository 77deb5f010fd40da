"""Simple tables of reStructuredText (docutils, reStructuredText Markup Specification, "Simple Tables").

=======  =====  =====
         Scores
-------  ------------
Method   Acc.   F1
=======  =====  =====
wide     91.5   90
=======  =====  =====
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from reprocrate.validation.printed_tables.drawn import Cell, Drawn
from reprocrate.validation.printed_tables.drawn_cells import as_wide_as_shown
from reprocrate.validation.printed_tables.grid import Places, Row

_BORDER = re.compile(r"=+(?: +=+)+")
_UNDERLINE = re.compile(r"-[ -]*|=[ =]*")
_RUN = re.compile(r"-+|=+")


def simple_table(lines: Sequence[str], at: int, cell: Cell, places: Places) -> Drawn | None:
    """The simple table that begins at a line; None where none does; no rows where it does not keep the form.

    Raises:
        UnreadableTableError: the file has more places than are read.
    """
    top = lines[at].strip()
    if not _BORDER.fullmatch(top):
        return None
    indent = len(lines[at]) - len(lines[at].lstrip())
    borders: list[int] = []
    end = at
    for number in range(at + 1, len(lines)):
        line = lines[number].strip()
        if re.fullmatch(r"=[ =]*", line):
            borders.append(number)
            if len(borders) == 2 or number + 1 == len(lines) or not lines[number + 1].strip():
                end = number
                break
        elif line and len(lines[number]) - len(lines[number].lstrip()) < indent:
            break
    if end == at:
        return [], 0, at + 1
    body = [as_wide_as_shown(line[indent:].rstrip()) for line in lines[at + 1 : end]]
    reader = _Reader([match.span() for match in _RUN.finditer(top)], at + 1, cell)
    head = borders[0] - at - 1 if len(borders) == 2 else None
    rows = reader.rows(body, head)
    places.take(len(rows or ()) * len(reader.columns))
    return (rows or [], reader.heads, end + 1)


@dataclass
class _Reader:
    """Rows of one table.

    Attributes:
        columns: where each column begins and ends.
        first: the number of the first line below the upper border.
        cell: how a text becomes a cell.
        heads: how many rows are the head.
    """

    columns: Sequence[tuple[int, int]]
    first: int
    cell: Cell
    heads: int = 0
    _made: list[Row] = field(default_factory=list)

    def rows(self, lines: Sequence[str], head: int | None) -> list[Row] | None:
        """All rows; None where a text stands between two columns, or an underline fits none."""
        start, has_text = 0, False
        first_start, first_end = self.columns[0]
        for number, line in enumerate([*lines, "-"]):
            is_last = number == len(lines)
            if is_last or _UNDERLINE.fullmatch(line):
                spans = self.columns if is_last else self._spans(line)
                if spans is None or (has_text and not self._add(lines[start:number], start, spans)):
                    return None
                start, has_text = number + 1, False
                if number == head:
                    self.heads = len(self._made)
            elif line[first_start:first_end].strip():
                if has_text and not self._add(lines[start:number], start, self.columns):
                    return None
                start, has_text = number, True
            elif not has_text:  # a row begins where its first column has text
                start = number + 1
        return self._made

    def _spans(self, underline: str) -> list[tuple[int, int]] | None:
        """The cells that an underline joins, by where they begin and end."""
        starts, ends = dict(self.columns), {end for _, end in self.columns}
        runs = [match.span() for match in _RUN.finditer(underline)]
        fits = all(start in starts and end in ends for start, end in runs)
        return runs if fits and runs and runs[0][0] == self.columns[0][0] else None

    def _add(self, lines: Sequence[str], number: int, spans: Sequence[tuple[int, int]]) -> bool:
        cells = []
        for index, (start, end) in enumerate(spans):
            is_last = index + 1 == len(spans)
            following = None if is_last else spans[index + 1][0]
            if not is_last and any(line[end:following].strip() for line in lines):
                return False
            parts = (line[start : None if is_last else end].strip() for line in lines)
            text = "\n".join(parts).replace("\0", "").strip()
            count = sum(start <= left < end for left, _ in self.columns)
            made = self.cell(text, self.first + number)
            cells.append(made.spanning(count, 1))
        self._made.append(Row(tuple(cells)))
        return True
