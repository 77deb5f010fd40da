"""Where the cells that a manifest declares are printed."""

from __future__ import annotations

import difflib
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from reprocrate.errors import UnavailableError
from reprocrate.manifest import Cell, Manifest, Result, Table
from reprocrate.validation.places import numbered
from reprocrate.validation.printed_tables import Around, read_tables
from reprocrate.validation.printed_tables.choosing import chosen
from reprocrate.validation.printed_tables.grid import GridCell, PrintedTable
from reprocrate.validation.printed_tables.latex_text import printed
from reprocrate.validation.printed_tables.latex_tokens import tokens_of
from reprocrate.validation.printed_tables.names import Names, normal
from reprocrate.validation.printed_tables.spreads import with_spreads
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

_MOST_NEAR = 200
_MOST_JOINED = 4
_MOST_CANDIDATES = 1000
_MOST_CELLS = 20_000


class Missing(NamedTuple):
    """A declared cell that is not found in print.

    Attributes:
        pointer: of the cell.
        what: the row, column or cell that is not found.
        why: the reason, as the end of a sentence.
    """

    pointer: str
    what: str
    why: str


class Place(NamedTuple):
    """Where a declared cell is printed."""

    row: int
    column: int
    cell: GridCell


class Declared(NamedTuple):
    """A table of the manifest."""

    pointer: str
    table: Table

    def cells(self, manifest: Manifest) -> Iterator[tuple[str, Cell, Result]]:
        """Its cells whose result is there, with their places."""
        for pointer, cell in numbered(f"{self.pointer}/cells", self.table.cells[:_MOST_CELLS]):
            result = manifest.find_result(cell.result)
            if result:
                yield pointer, cell, result


@dataclass(frozen=True)
class Printing:
    """One printed table, and the tables of the manifest that it prints.

    Attributes:
        file: path of the file.
        grid: what is printed.
        declared: the manifest's tables.
        places: where each cell is printed, by its pointer.
        missing: cells that are not printed.
        is_turned: whether declared rows are printed as columns, and columns as rows.
    """

    file: str
    grid: PrintedTable
    declared: tuple[Declared, ...]
    places: Mapping[str, Place]
    missing: tuple[Missing, ...]
    is_turned: bool = False

    @property
    def label(self) -> str:
        """The table's name in the paper."""
        return self.declared[0].table.label

    def at(self, line: int) -> tuple[str, int]:
        """The file of a line, and the line's number in it: a paper may have its tables in several files."""
        return self.grid.at(line, self.file)

    @cached_property
    def explained(self) -> Mapping[tuple[int, int], str]:
        """The pointers of the declared cells at their places in the grid."""
        return {(place.row, place.column): pointer for pointer, place in self.places.items()}


class Printings:
    """All printed tables that a manifest names.

    Args:
        manifest: the manifest.
        around: how its files are read.
    """

    def __init__(self, manifest: Manifest, around: Around) -> None:
        self._manifest = manifest
        self._around = around
        self._files: dict[str, list[PrintedTable]] = {}
        self.unread: list[str] = []
        self.tables: tuple[Printing, ...] = tuple(self._all())

    @cached_property
    def places(self) -> Mapping[str, tuple[Printing, Place]]:
        """Where each declared cell is printed, by its pointer."""
        return {pointer: (one, place) for one in self.tables for pointer, place in one.places.items()}

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the tables name, and those that they bring in; not a paper that brings them in."""
        brought = (
            path
            for file, tables in self._files.items()
            for table in tables
            if table.paths[:1] == (file,)
            for path in table.paths
        )
        return tuple(dict.fromkeys([*self._files, *brought]))

    def _all(self) -> Iterator[Printing]:
        groups: dict[int, tuple[str, PrintedTable, list[Declared]]] = {}
        for pointer, table in numbered("/tables", self._manifest.tables):
            if table.file is None:
                continue
            try:
                grid = chosen(self._tables(table.file), table)
            except UnreadableTableError as error:
                self.unread.append(f"{table.label}: {error}.")
                continue
            groups.setdefault(id(grid), (table.file, grid, []))[2].append(Declared(pointer, table))
        for file, grid, declared in groups.values():
            yield located(self._manifest, file, grid, declared)

    def _tables(self, path: str) -> list[PrintedTable]:
        if path not in self._files:
            try:
                data = self._around.read(path)
            except UnavailableError as error:
                raise UnreadableTableError(str(error).rstrip(".")) from error
            if data is None:
                raise UnreadableTableError(f"{path} is not there")
            self._files[path] = read_tables(path, data, self._around)
        return self._files[path]


def located(manifest: Manifest, file: str, grid: PrintedTable, declared: Sequence[Declared]) -> Printing:
    """Find the cells of tables in what is printed; rows may be printed as columns and columns as rows."""
    joined = with_spreads(grid, is_declared=all(each.table.dispersion_kind for each in declared))
    best: Printing | None = None
    for shown, is_turned in itertools.product([grid] if joined is grid else [joined, grid], (False, True)):
        places: dict[str, Place] = {}
        missing: list[Missing] = []
        for each in declared:
            _Search(manifest, shown, each, is_turned=is_turned).into(places, missing)
        if best is None or len(places) > len(best.places):
            best = Printing(file, shown, tuple(declared), places, tuple(missing), is_turned)
        if not missing:
            break
    return best or Printing(file, grid, tuple(declared), {}, ())


class _Search:
    """The cells of one table in one orientation."""

    def __init__(
        self, manifest: Manifest, grid: PrintedTable, declared: Declared, *, is_turned: bool
    ) -> None:
        self._manifest, self._grid, self._declared = manifest, grid, declared
        self._is_turned = is_turned
        self._names = Names(manifest, dict(declared.table.names))
        self._rows = [frozenset(normal(cell.text) for cell in cells) for cells in grid.row_texts]
        self._columns = [frozenset(_spellings(cells)) for cells in grid.column_texts]
        self._sources = _by_source(self._names, grid)
        self._at_row, self._at_column = _index(self._rows), _index(self._columns)
        self._told: set[tuple[str, str]] = set()

    def into(self, places: dict[str, Place], missing: list[Missing]) -> None:
        """Add what is found, and what is not."""
        for pointer, cell, result in self._declared.cells(self._manifest):
            found = self._find(pointer, cell, result)
            if isinstance(found, Place):
                places[pointer] = found
            elif (found.what, found.why) not in self._told:
                self._told.add((found.what, found.why))
                missing.append(found)

    def _find(self, pointer: str, cell: Cell, result: Result) -> Place | Missing:
        table = self._declared.table
        down = self._names.of_row(table, cell, result)
        across = self._names.of_column(table, cell, result)
        first, second = (across, down) if self._is_turned else (down, across)
        rows = self._lines(self._at_row, first, self._sources) or self._joined_rows(first)
        columns = self._lines(self._at_column, second, self._sources)
        speaking, against = self._names.told_by(result)
        if not columns and table.columns == "metric" and not self._is_turned:
            columns = self._only_column(against)
        if not rows or not columns:
            kind = "column" if rows else "row"
            level = cell.row if (kind == "row") is not self._is_turned else cell.column
            return Missing(pointer, f"{kind} {level}", f"no {kind} is called so{self._near(level, kind)}")
        return self._best(pointer, cell, rows, columns, (speaking | first | second, against - first - second))

    def _joined_rows(self, names: frozenset[str]) -> set[int]:
        """The rows whose first cells, read as one, are a name: `relu` and `10%` are `relu 10%`."""
        found = set()
        for row in self._grid.body:
            texts = [cell.text for cell in dict.fromkeys(self._grid.row_texts[row])]
            cells = [cell.text for cell in self._grid.rows[row][:_MOST_JOINED]]
            joined = [texts, *(cells[:count] for count in range(2, len(cells)))]
            if any(normal(" ".join(each)) in names for each in joined if len(each) > 1):
                found.add(row)
        return found

    def _only_column(self, against: frozenset[str]) -> set[int]:
        """The column of a table of one metric whose head does not name it: the only one with figures."""
        with_figures = {column for _, column, _, _ in self._grid.figures()}
        kept = {each for each in with_figures if not self._columns[each] & against}
        return kept if len(kept) == 1 and len(with_figures) == 1 else set()

    def _best(
        self,
        pointer: str,
        cell: Cell,
        rows: set[int],
        columns: set[int],
        told: tuple[frozenset[str], frozenset[str]],
    ) -> Place | Missing:
        """The one place where nothing speaks for another result, and most for this one."""
        speaking, against = told
        rated: dict[int, list[Place]] = defaultdict(list)
        at = f"cell {cell.row}, {cell.column}"
        if len(rows) * len(columns) > _MOST_CANDIDATES:
            return Missing(pointer, at, f"more than {_MOST_CANDIDATES} cells may be meant")
        seen: set[int] = set()
        for row in sorted(rows):
            for column in sorted(columns):
                beside = self._rows[row] | self._columns[column]
                shown = self._grid.rows[row][column]
                if not beside & against and id(shown) not in seen:
                    seen.add(id(shown))
                    rated[len(beside & speaking)].append(Place(row, column, shown))
        if not rated:
            return Missing(pointer, at, "what stands there is of another metric, split or data")
        found = rated[max(rated)]
        with_figures = [each for each in found if each.cell.figure]
        found = with_figures or found
        if len(found) > 1:
            numbers = (self._grid.at(each.cell.line, "")[1] for each in found[:5])
            lines = ", ".join(dict.fromkeys(str(number or "?") for number in numbers))
            return Missing(pointer, at, f"{len(found)} cells may be meant, in lines {lines}")
        if found[0].cell.figure is None:
            shown_text = (
                f"shows {found[0].cell.text!r}, which is no figure" if found[0].cell.text else "is empty"
            )
            return Missing(pointer, at, f"it {shown_text}")
        return found[0]

    @staticmethod
    def _lines(
        index: Mapping[str, set[int]], wanted: frozenset[str], sources: Mapping[str, set[str]]
    ) -> set[int]:
        found: set[int] = set()
        for name in wanted:
            for spelling in {name} | sources.get(name, set()):
                found |= index.get(spelling, set())
        return found

    def _near(self, level: str, kind: str) -> str:
        """Names in print that are like a level's."""
        texts = self._grid.row_texts if kind == "row" else self._grid.column_texts
        shown = list(dict.fromkeys(cell.text for cells in texts for cell in cells))[:_MOST_NEAR]
        by_form = {normal(text): text for text in shown if len(text) <= 100}
        near: list[str] = []
        for wanted in sorted(self._names.of(level)):
            near += [form for form in by_form if form and (wanted in form or form in wanted)]
            near += difflib.get_close_matches(wanted[:100], list(by_form), n=3, cutoff=0.6)
        names = list(dict.fromkeys(by_form[form] for form in near))[:3]
        return f"; near: {', '.join(map(repr, names))}" if names else ""


def _spellings(cells: Sequence[GridCell]) -> Iterator[str]:
    """The names of a column: each cell of its head, and two below each other read as one."""
    yield from (normal(cell.text) for cell in cells)
    if len(cells) > 1:
        yield normal(" ".join(cell.text for cell in cells))


def _by_source(names: Names, grid: PrintedTable) -> dict[str, set[str]]:
    """For aliases that are written as the file writes them, commands and all, the names that these print."""
    found: dict[str, set[str]] = defaultdict(set)
    wanted = {normal(alias): " ".join(alias.split()) for alias in names.aliases.values() if "\\" in alias}
    if wanted:
        cells = [cell for texts in (*grid.row_texts, *grid.column_texts) for cell in texts]
        for form, alias in wanted.items():
            found[form] |= {normal(cell.text) for cell in cells if cell.source == alias}
            found[form] |= {normal(printed(tokens_of(alias)))} - {""}
    return found


def _index(names: Sequence[frozenset[str]]) -> dict[str, set[int]]:
    index: dict[str, set[int]] = defaultdict(set)
    for at, each in enumerate(names):
        for name in each:
            if name:
                index[name].add(at)
    return index
