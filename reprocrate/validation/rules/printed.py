"""RC12, printed tables: whether a file prints the table that is declared, and nothing beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.manifest import Manifest
from reprocrate.validation.places import numbered
from reprocrate.validation.printed_tables.grid import GridCell
from reprocrate.validation.printed_tables.matching import Printing
from reprocrate.validation.printed_tables.names import Names, is_average, is_rank, normal
from reprocrate.validation.printing import PrintedCell, read_cell
from reprocrate.validation.rule import MAY, MUST, SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.shown import ShownCell
from reprocrate.validation.subject import Subject

_MOST_SHOWN = 6


def tell_unread(subject: Subject) -> None:
    """Say which tables could not be read.

    Raises:
        CannotAssessError: some could not.
    """
    if subject.printings and subject.printings.unread:
        raise CannotAssessError(" ".join(subject.printings.unread[:_MOST_SHOWN]))


def at_cell(shown: ShownCell, **values: Any) -> Found:
    """A case at a cell of a table: in the file that prints it, or else at the manifest's `text`."""
    if shown.file is None:
        return Found(f"{shown.pointer}/text", **values)
    return Found(file=shown.file, line=shown.line, **values)


@rule(
    "RC1207",
    MUST,
    spec="tables",
    since="1.0",
    says="{place} prints {printed} in row {row}, column {heading} of {table}, but {text} is declared",
    needs=Need.FILES,
)
def file_prints_what_is_declared(subject: Subject) -> Iterator[Found]:
    """The file of a table MUST print what its cells say.

    Judged: each cell with a `text` that is found in the file, where both or one of them hold a figure: value,
        spread or bold type differ, the figures as texts; at its line of the file. If the file or its table
        cannot be read, this rule and the others that read it say so.
    Why: the paper changed after the manifest was made, or the manifest was not made from the paper.
    Fix: make the manifest again, as `reprocrate pack` does, or correct the file.
    """
    for pointer, table in numbered("/tables", subject.well_formed.tables):
        for place, cell in numbered(f"{pointer}/cells", table.cells):
            found = subject.printings.places.get(place) if subject.printings else None
            if found is None or cell.text is None:
                continue
            printing, there = found
            if read_cell(cell.text) != there.cell.figure:
                file, line = printing.at(there.cell.line)
                yield Found(
                    file=file,
                    line=line,
                    table=table.label,
                    place=file,
                    row=cell.row,
                    heading=cell.column,
                    printed=there.cell.marked,
                    text=cell.text,
                )
    tell_unread(subject)


@rule(
    "RC1208",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} declares {what}, which {place} does not print: {why}",
    needs=Need.FILES,
)
def declared_cell_is_printed(subject: Subject) -> Iterator[Found]:
    """Every cell with a result SHOULD be found in the file that prints its table, as a figure.

    Judged: each such cell of a table whose file can be read: no row or no column has its name, what stands
        there is of another metric, data or split, several places may be meant, or what stands there is no
        figure. Of several cells for which the same row or column is not found only the first; at the cell.
    Why: what is not found is not compared, and a result that the paper leaves out may be missed.
    Fix: print it, or say in `names` of the table in reprocrate.toml what its row or column is called.
    """
    for printing in subject.printings.tables if subject.printings else ():
        for missing in printing.missing:
            yield Found(
                missing.pointer, table=printing.label, what=missing.what, place=printing.file, why=missing.why
            )
    tell_unread(subject)


@rule(
    "RC1209",
    MAY,
    spec="tables",
    since="1.0",
    says="{table} prints {figures} in {where}, which no declared cell explains{hint}",
    needs=Need.FILES,
)
def printed_figure_is_declared(subject: Subject) -> Iterator[Found]:
    """A printed table MAY have figures that no cell declares, and then these are nobody's to check.

    Judged: each figure of a printed table that is no declared cell, but averages and ranks of RC1210 and
        RC1211; once for each column without any declared cell, for each other row without one, and for each
        other figure; at the first such line of the file.
    Why: a figure that comes from another paper has no run here; one of the authors' own should have one.
    Fix: run it and declare its row or column, or say in the caption where the figure is from.
    """
    for printing in subject.printings.tables if subject.printings else ():
        yield from _unexplained(subject.well_formed, printing)
    tell_unread(subject)


def _unexplained(manifest: Manifest, printing: Printing) -> Iterator[Found]:
    grid = printing.grid
    rows = {row for row, _ in printing.explained}
    columns = {column for _, column in printing.explained}
    lines: dict[tuple[str, int, int], list[tuple[GridCell, PrintedCell]]] = defaultdict(list)
    for row, column, cell, figure in grid.figures():
        names = [each.text for each in (*grid.row_texts[row], *grid.column_texts[column])]
        if (row, column) in printing.explained or any(is_average(n) or is_rank(n) for n in names):
            continue
        key = ("cell", row, column)
        if column not in columns:
            key = ("column", -1, column)
        elif row not in rows:
            key = ("row", row, -1)
        lines[key].append((cell, figure))
    without = _without_result(manifest, printing)
    for (kind, row, column), cells in lines.items():
        texts = (grid.row_texts[row] if row >= 0 else ()) + (grid.column_texts[column] if column >= 0 else ())
        named = " / ".join(dict.fromkeys(cell.text for cell in texts))
        hints = [without[name] for cell in texts if (name := normal(cell.text)) in without]
        file, line = printing.at(cells[0][0].line)
        yield Found(
            file=file,
            line=line,
            table=printing.label,
            figures=[figure.value for _, figure in cells],
            where=f"{kind} {named or '(without a name)'}",
            hint=f": {hints[0]}" if hints else "",
        )


def _without_result(manifest: Manifest, printing: Printing) -> Mapping[str, str]:
    """Names of configurations that ran and gave no result, with what became of their runs."""
    with_result = {result.configuration for result in manifest.results}
    aliases = {name: text for each in printing.declared for name, text in each.table.names.items()}
    names = Names(manifest, aliases)
    found: dict[str, str] = {}
    others: set[str] = set()
    for configuration in manifest.configurations:
        runs = [run for run in manifest.runs if run.configuration == configuration.id]
        called = names.of(configuration.id, configuration.label, *configuration.factors.values())
        if configuration.id in with_result or not runs:
            others |= called
            continue
        ended = ", ".join(sorted({str(run.status) for run in runs}))
        about = f"configuration {configuration.id} has no result, its runs are {ended}"
        found |= dict.fromkeys(called, about)
    return {name: about for name, about in found.items() if name not in others}
