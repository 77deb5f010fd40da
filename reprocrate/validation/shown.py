"""What the cells of tables show: as the file prints it where that is given, else as the manifest says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from reprocrate.manifest import Cell, Manifest, Result, Table
from reprocrate.validation.places import numbered
from reprocrate.validation.printing import PrintedCell, read_cell

if TYPE_CHECKING:
    from reprocrate.validation.printed_tables.matching import Printings


class ShownCell(NamedTuple):
    """A cell of a table that shows a figure of a result.

    Attributes:
        pointer: of the cell.
        table: the table that it is in.
        cell: the cell.
        result: the result that it names.
        figure: what is shown.
        file: the file that prints it, if that is given.
        line: where in the file.
    """

    pointer: str
    table: Table
    cell: Cell
    result: Result
    figure: PrintedCell
    file: str | None = None
    line: int | None = None


def shown_cells(manifest: Manifest, printings: Printings | None) -> Iterator[ShownCell]:
    """The cells of a manifest that show a figure and whose result is there.

    Args:
        manifest: the manifest.
        printings: its printed tables, where their files are given.
    """
    printed = printings.places if printings else {}
    for pointer, table in numbered("/tables", manifest.tables):
        for place, cell in numbered(f"{pointer}/cells", table.cells):
            result = manifest.find_result(cell.result)
            if result is None:
                continue
            if place in printed:
                printing, there = printed[place]
                if figure := there.cell.figure:
                    file, line = printing.at(there.cell.line)
                    yield ShownCell(place, table, cell, result, figure, file, line)
            elif figure := read_cell(cell.text):
                yield ShownCell(place, table, cell, result, figure)
