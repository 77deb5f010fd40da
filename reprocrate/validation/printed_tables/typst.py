"""Tables of Typst (Typst documentation, reference of `table`): cells as they flow into columns.

A table whose cells or columns are computed is left alone: nothing is run here. Only the rows of a CSV file
are put into cells as they are. What `#let` names is put in its place, so that `best[91.5]` is in bold type
where the author says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reprocrate.validation.printed_tables.grid import (
    EMPTY,
    GridCell,
    Places,
    PrintedTable,
    Row,
    make_table,
    plain,
)
from reprocrate.validation.printed_tables.latex_text import siunitx_number
from reprocrate.validation.printed_tables.separated import records
from reprocrate.validation.printed_tables.sources import ALONE, Around, Sources
from reprocrate.validation.printed_tables.typst_columns import columns_said
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError
from reprocrate.validation.typst.nodes import (
    Argument,
    Brought,
    Call,
    Definition,
    Name,
    Node,
    Sign,
    Text,
    TypstError,
)
from reprocrate.validation.typst.printing import Piece, Printer
from reprocrate.validation.typst.reading import read_nodes

_TABLES = frozenset(("table", "tablex"))
_CELLS = frozenset(("table.cell", "cellx", "colspanx", "rowspanx"))
_RULES = frozenset(("table.hline", "hlinex"))
_NOTHING = frozenset(("table.vline", "vlinex"))
_VALUE = r"(?P<value>csv\([^()]*\)|[A-Za-z_][\w-]*)"
_FLATTENED = re.compile(
    rf"\.\.\s*{_VALUE}(?P<steps>(?:\s*\.slice\(\s*\d{{1,5}}\s*(?:,\s*\d{{1,5}}\s*)?\))*)\s*\.flatten\(\)"
)
_FIRST_LENGTH = re.compile(rf"{_VALUE}\.(?:first\(\)|at\(0\))\.len\(\)")
_SLICE = re.compile(r"\.slice\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")
_MOST_COLUMNS = 10_000
_DEEPEST = 8


def read(text: str, path: str = "", around: Around = ALONE) -> list[PrintedTable]:
    """The tables of a text and of the files that it includes, in their order.

    Args:
        text: the source.
        path: where it lies.
        around: the files beside it.

    Raises:
        UnreadableTableError: it is nested too deeply, or its tables are too large.
    """
    try:
        reader = _Reader(Sources(path, around))
        reader.walk(read_nodes(text))
    except TypstError as error:
        raise UnreadableTableError(str(error)) from None
    paths = reader.sources.paths
    return [replace(table, paths=paths) for table in reader.tables] if len(paths) > 1 else reader.tables


class _ComputedError(Exception):
    """A part of a table would have to be computed."""


@dataclass
class _Flow:
    """Cells as they fill the columns of a table, row by row."""

    columns: int
    rows: list[dict[int, GridCell]] = field(default_factory=list)
    ruled: set[int] = field(default_factory=set)
    heads: int = 0
    _taken: dict[int, set[int]] = field(default_factory=dict)
    _at: tuple[int, int] = (0, 0)

    def add(self, cell: GridCell) -> None:
        row, column = self._free(cell.columns)
        while len(self.rows) <= row:
            self.rows.append({})
        self.rows[row][column] = cell
        for each in range(row, row + cell.rows):
            self._taken.setdefault(each, set()).update(range(column, column + cell.columns))
        self._at = (row, column + cell.columns)

    def _free(self, width: int) -> tuple[int, int]:
        row, column = self._at
        while True:
            taken = self._taken.get(row, set())
            while column < self.columns and column in taken:
                column += 1
            if column + width <= self.columns and not taken & set(range(column, column + width)):
                return row, column
            row, column = row + 1, 0

    def rule(self) -> None:
        self.ruled.add(self._next_row)

    def end_head(self) -> None:
        self.heads = self._next_row

    @property
    def _next_row(self) -> int:
        return self._at[0] + (self._at[1] >= self.columns)

    def made(self) -> list[Row]:
        """The rows, with empty cells below those that span rows."""
        rows = []
        for at, cells in enumerate(self.rows):
            beside = {
                each for start, cell in cells.items() for each in range(start + 1, start + cell.columns)
            }
            places = sorted((self._taken.get(at, set()) - beside) | set(cells))
            rows.append(Row(tuple(cells.get(place, EMPTY) for place in places), at in self.ruled))
        return rows


class _Reader:
    def __init__(self, sources: Sources) -> None:
        self.tables: list[PrintedTable] = []
        self.sources = sources
        self._definitions: dict[str, Definition] = {}
        self._places = Places()
        self._seen: set[str] = set()

    def walk(
        self, nodes: Sequence[Node], caption: str = "", labels: tuple[str, ...] = (), depth: int = 0
    ) -> None:
        """Find the tables among nodes and in what is given to functions."""
        for at, node in enumerate(nodes):
            if isinstance(node, Definition):
                self._definitions[node.name] = node
            elif isinstance(node, Name):
                self._named(node.name, caption, labels or tuple(_label_behind(nodes, at)), depth)
            elif isinstance(node, Call):
                self._call(node, caption, labels or tuple(_label_behind(nodes, at)), depth)
            elif isinstance(node, Brought):
                self._brought(node, caption, labels, depth)

    def _brought(self, node: Brought, caption: str, labels: tuple[str, ...], depth: int) -> None:
        """What another file shows, or what it defines; what is defined here is not known there."""
        opened = self.sources.open(node.path)
        if opened is None:
            return
        nodes = read_nodes(opened.text, opened.before)
        outer, self._definitions = self._definitions, {}
        shown = self.tables
        if not node.is_shown:
            self.tables = []
        self.walk(nodes, caption, labels, depth)
        inner, self._definitions = self._definitions, outer
        self.tables = shown
        self.sources.close()
        if not node.is_shown:
            taken = [(name, name) for name in inner] if node.names is None else node.names
            self._definitions |= {**inner, **{name: inner[known] for name, known in taken if known in inner}}

    def _named(self, name: str, caption: str, labels: tuple[str, ...], depth: int) -> None:
        """A table may be kept under a name and be shown in a figure."""
        found = self._definitions.get(name)
        if found and found.parameters is None and name not in self._seen and depth < _DEEPEST:
            self._seen.add(name)
            self.walk(found.value or (), caption, labels, depth + 1)

    def _call(self, node: Call, caption: str, labels: tuple[str, ...], depth: int) -> None:
        if node.name in _TABLES:
            table = self._table(node, caption, labels)
            self.tables += [table] if table else []
            return
        about = node.given("caption")
        said = plain(self._text(about.value or ())) if about else caption
        for each in node.arguments:
            if each is not about:
                self.walk(each.value or (), said, labels, depth)

    def _text(self, nodes: Iterable[Node]) -> str:
        return "".join(piece.text for piece in self._printed(nodes))

    def _printed(self, nodes: Iterable[Node]) -> list[Piece]:
        return Printer(self._definitions, number=siunitx_number).pieces(nodes)

    def _table(self, node: Call, caption: str, labels: tuple[str, ...]) -> PrintedTable | None:
        columns = self._column_count(node.given("columns"))
        if not 1 < columns <= _MOST_COLUMNS:
            return None
        flow = _Flow(columns)
        try:
            self._places.take(0)
            self._fill(flow, node.unnamed)
        except _ComputedError:
            return None
        return make_table(flow.made(), node.line, labels=labels, caption=caption, heads=flow.heads or None)

    def _fill(self, flow: _Flow, arguments: Iterable[Argument]) -> None:
        for each in arguments:
            if each.value is None:
                for cell in self._records(each.source):
                    flow.add(cell)
                continue
            call = self._only_call(each)
            name = call.name if call else ""
            if "." in name and name.partition(".")[0] != "table":  # a method, which computes something
                raise _ComputedError
            if call and name in ("table.header", "table.footer"):
                self._fill(flow, call.unnamed)
                if name == "table.header":
                    flow.end_head()
            elif name in _RULES:
                flow.rule()
            elif name not in _NOTHING:
                flow.add(self._cell(each, call if name in _CELLS else None, flow.columns))

    def _column_count(self, argument: Argument | None) -> int:
        """How many columns a table has; 0 where that would have to be computed."""
        first = _FIRST_LENGTH.fullmatch(argument.source.strip()) if argument else None
        if first is None:
            return columns_said(argument)
        try:
            rows = self._rows_of(first["value"], "")
        except _ComputedError:
            return 0
        return len(rows[0][1]) if rows else 0

    def _records(self, source: str) -> Iterator[GridCell]:
        """The cells that `..csv("results.csv").flatten()` gives.

        Raises:
            _ComputedError: it is anything else.
        """
        match = _FLATTENED.fullmatch(source)
        if match is None:
            raise _ComputedError
        for line, parts in self._rows_of(match["value"], match["steps"]):
            self._places.take_more(len(parts))
            yield from (GridCell(plain(part), line, source=plain(part)) for part in parts)

    def _rows_of(self, value: str, steps: str) -> list[tuple[int, list[str]]]:
        """The rows of a CSV file, named by its call or by what `#let` calls it, each with its line."""
        found = self._definitions.get(value)
        call = found.value[0] if found and found.parameters is None and found.value else None
        if "(" in value:
            call = next((each for each in read_nodes(f"#{value}") if isinstance(each, Call)), None)
        if not isinstance(call, Call) or call.name != "csv" or len(call.unnamed) != 1:
            raise _ComputedError
        named = {each.name: each.source for each in call.arguments if each.name}
        kind = named.pop("row-type", "array")
        delimiter = named.pop("delimiter", '","').strip('"').replace("\\t", "\t")
        text = call.unnamed[0].source
        opened = self.sources.open(text[1:-1]) if re.fullmatch(r'"[^"\\]+"', text) else None
        if opened is None or named or kind != "array" or len(delimiter) != 1:
            raise _ComputedError
        self.sources.close()
        rows = list(records(opened.text, delimiter, opened.before))
        for start, end in _SLICE.findall(steps):
            rows = rows[int(start) : int(end) if end else None]
        return rows

    def _only_call(self, argument: Argument) -> Call | None:
        """The function that an argument calls, also under a name, as `midrule` stands for a rule."""
        value = argument.value or ()
        if argument.is_content or len(value) != 1:
            return None
        if isinstance(value[0], Name):
            found = self._definitions.get(value[0].name)
            if found is None:
                raise _ComputedError
            value = found.value or ()
        return value[0] if len(value) == 1 and isinstance(value[0], Call) else None

    def _cell(self, given: Argument, call: Call | None, columns: int) -> GridCell:
        nodes: Iterable[Node] = given.value or ()
        width = height = 1
        if call is not None:
            if call.given("x") or call.given("y"):
                raise _ComputedError
            width, height = _number(call.given("colspan")), _number(call.given("rowspan"))
            nodes = [node for each in call.unnamed if each.is_content for node in each.value or ()]
            if call.name in ("colspanx", "rowspanx"):
                count = _number(next(iter(call.unnamed), None))
                width, height = (count, height) if call.name == "colspanx" else (width, count)
        width = min(width, columns)
        self._places.take_more(width * height)
        pieces = self._printed(nodes)
        line = next((piece.line for piece in pieces if piece.text.strip()), 0)
        return GridCell(
            plain("".join(piece.text for piece in pieces)),
            line,
            _is_all([(piece.text, piece.is_bold) for piece in pieces]),
            _is_all([(piece.text, piece.is_underlined) for piece in pieces]),
            plain(given.source),
            width,
            height,
        )


def _label_behind(nodes: Sequence[Node], at: int) -> Iterator[str]:
    for node in nodes[at + 1 : at + 4]:
        if isinstance(node, Sign) and node.kind == "label":
            yield node.name
        if not isinstance(node, Text) or node.text.strip():
            return


def _number(argument: Argument | None) -> int:
    said = argument.source if argument else "1"
    if not re.fullmatch(r"[1-9]\d{0,3}", said):
        raise _ComputedError
    return int(said)


def _is_all(parts: Sequence[tuple[str, bool]]) -> bool:
    """Whether a style holds for the first number of a cell, or where there is none for all its text."""
    with_digits = [holds for text, holds in parts if re.search(r"\d", text)]
    shown = [holds for text, holds in parts if text.strip()]
    return with_digits[0] if with_digits else bool(shown) and all(shown)
