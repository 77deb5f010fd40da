"""Tables in HTML, as notebooks and pandas write them; a table within a table is part of its cell's text."""

from __future__ import annotations

from html.parser import HTMLParser

from reprocrate.validation.printed_tables.grid import (
    EMPTY,
    MAX_PLACES,
    GridCell,
    PrintedTable,
    Row,
    make_table,
    plain,
)
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

_BOLD = frozenset(("b", "strong"))
_UNDERLINED = frozenset(("u", "ins"))
_MOST_SPANNED = 1000


def read(text: str) -> list[PrintedTable]:
    """The tables of a page, in their order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end()
    return reader.tables


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PrintedTable] = []
        self._depth = 0
        self._start = 0
        self._rows: list[Row] = []
        self._row: list[GridCell] | None = None
        self._cell: _Open | None = None
        self._labels: list[str] = []
        self._caption: list[str] | None = None
        self._about = ""
        self._in_head = self._is_ruled = False
        self._all_heads = True
        self._covered: dict[int, int] = {}
        self._left = MAX_PLACES

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._start, self._rows, self._about, self._covered = self.getpos()[0], [], "", {}
                self._labels = [given["id"] or ""] if given.get("id") else []
        if self._depth != 1:
            return
        if tag == "caption":
            self._caption = []
        elif tag in ("thead", "tbody", "tfoot"):
            self._end_row()
            self._in_head, self._is_ruled = tag == "thead", bool(self._rows)
            self._covered = {}  # no cell reaches out of its group of rows
        elif tag == "tr":
            self._end_row()
            self._row, self._all_heads = [], True
        elif tag in ("td", "th"):
            self._end_cell()
            if self._row is None:
                self._row, self._all_heads = [], True
            self._all_heads = self._all_heads and tag == "th"
            self._cell = _Open(self.getpos()[0], _span(given.get("colspan")), _span(given.get("rowspan")))
        elif self._cell:
            self._cell.begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._depth == 1:
            if tag == "caption" and self._caption is not None:
                self._about, self._caption = plain("".join(self._caption)), None
            elif tag in ("td", "th"):
                self._end_cell()
            elif tag in ("tr", "thead", "tbody", "tfoot"):
                self._end_row()
                self._in_head = False
            elif self._cell:
                self._cell.end(tag)
        if tag == "table" and self._depth:
            self._depth -= 1
            if self._depth == 0:
                self._end_table()

    def handle_data(self, data: str) -> None:
        if self._caption is not None:
            self._caption.append(data)
        elif self._cell:
            self._cell.add(data)

    def end(self) -> None:
        """Take a table that is not closed for ended."""
        if self._depth:
            self._end_table()

    def _end_cell(self) -> None:
        if self._cell and self._row is not None:
            self._row.append(self._cell.close())
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            is_head = self._in_head or (
                self._all_heads and not any(row.is_head is False for row in self._rows)
            )
            self._rows.append(Row(tuple(self._beside_spans(self._row)), self._is_ruled, is_head))
            self._is_ruled = False
        self._row = None

    def _beside_spans(self, cells: list[GridCell]) -> list[GridCell]:
        """The cells of a row, with empty ones where cells of rows above reach into it.

        Raises:
            UnreadableTableError: it is too large.
        """
        row: list[GridCell] = []
        below = {column: rows - 1 for column, rows in self._covered.items() if rows > 1}
        column = 0
        for cell in cells:
            while column in self._covered:
                row.append(EMPTY)
                column += 1
            width = max(cell.columns, 1)
            self._left -= width + len(below)
            if self._left < 0:
                raise UnreadableTableError(f"its tables have more than {MAX_PLACES} places")
            if cell.rows > 1:
                below |= dict.fromkeys(range(column, column + width), cell.rows - 1)
            row.append(cell)
            column += width
        self._covered = below
        return row

    def _end_table(self) -> None:
        self._end_row()
        table = make_table(self._rows, self._start, labels=self._labels, caption=self._about)
        self.tables += [table] if table else []


class _Open:
    """A cell whose end has not come yet."""

    def __init__(self, line: int, columns: int, rows: int) -> None:
        self._line, self._columns, self._rows = line, columns, rows
        self._text: list[str] = []
        self._open: list[str] = []
        self._bold = self._underlined = False

    def begin(self, tag: str) -> None:
        if tag == "br":
            self._text.append(" ")
        else:
            self._open.append(tag)

    def end(self, tag: str) -> None:
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def add(self, data: str) -> None:
        is_mark = "sup" in self._open and "±" not in data
        if is_mark:
            return
        if data.strip():
            self._bold = self._bold or not _BOLD.isdisjoint(self._open)
            self._underlined = self._underlined or not _UNDERLINED.isdisjoint(self._open)
        self._text.append(data)

    def close(self) -> GridCell:
        text = plain("".join(self._text))
        return GridCell(text, self._line, self._bold, self._underlined, text, self._columns, self._rows)


def _span(value: str | None) -> int:
    return (
        min(int(value), _MOST_SPANNED) if value and value.isascii() and value.isdigit() and int(value) else 1
    )
