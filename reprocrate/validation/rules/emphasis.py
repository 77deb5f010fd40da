"""RC12, what is set in bold type or underlined: the best figures of a table, and the second best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import NamedTuple, TypeVar

from reprocrate.manifest import Manifest, Result
from reprocrate.statistics import read_printed
from reprocrate.validation.printed_tables.matching import Printing
from reprocrate.validation.printed_tables.names import is_average, is_bound, is_rank
from reprocrate.validation.printing import PrintedCell
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.rules.printed import at_cell
from reprocrate.validation.shown import ShownCell
from reprocrate.validation.subject import Subject

_Direction = tuple[str, str | None]
"""What is measured, and which values of it are better."""


class _Shown(NamedTuple):
    """A figure as it is compared with those beside it.

    Attributes:
        label: the name of its table.
        column, row: where it stands.
        block: the part of the table between two rules that it is in.
        figure: what is printed.
        value: its number, with the sign turned where the table turns it.
        found: makes a case at it.
        direction: which values are better.
        result: what it shows, if the manifest says so.
    """

    label: str
    column: str
    row: str
    block: int
    figure: PrintedCell
    value: Fraction
    is_underlined: bool
    found: Callable[..., Found]
    direction: _Direction
    result: Result | None = None


T = TypeVar("T")
_Table = Sequence[_Shown]
_Line = Sequence[_Shown]


@rule(
    "RC1205",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} sets {figure} in bold type, but {better} is better",
)
def bold_figure_is_the_best(subject: Subject) -> Iterator[Found]:
    """A figure in bold type SHOULD be the best of its column.

    Judged: each figure in bold type of a column whose results are all of one metric with the direction
        `maximize` or `minimize`, or all mean ranks, of which the smaller are better: another figure of the
        column is better, as printed. It is accepted where the best is bold, too, and the intervals that both
        results have meet. If fewer bold figures of the table would be objected to with rows in the place of
        columns, and these have several figures, rows take that place. Where the file that prints the table is
        given, the column is that of the file, and figures that no cell declares count too, but not averages,
        nor rows that the chapter calls bounds; where several blocks have bold figures in it, each is judged
        for itself. Else cells without a result or a figure do not count. Under a negative `scale` the
        figures' signs are turned;
        at the place of RC1204.
    Why: bold type is read as the best, whatever the figures say. Where one more figure is in bold type, it is
        accepted if its interval meets that of the best, and a table may be laid out by rows instead.
    Fix: set the best figures in bold type, and say in the caption what it means.
    """
    for shown in _tables(subject):
        for each, better in _in_the_better_way(shown, _wrongly_bold):
            yield each.found(table=each.label, figure=each.figure.value, better=better.figure.value)


@rule(
    "RC1212",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} sets the best figures in bold type, but not {figure}, the best of its {kind}",
)
def best_figure_is_bold(subject: Subject) -> Iterator[Found]:
    """Where a table sets the best figures in bold type, it SHOULD set all of them so.

    Judged: each column of at least two figures as in RC1205, in tables in which no bold figure is worse than
        another one of its column and bold type does not mark just the best of every row: a figure that is the
        best as printed is not in bold type, while another one that is equal is, or while at least half of the
        other such columns have a best one in bold type; in tables in which a bold figure is worse than one of
        its column and none is worse than one of its row, rows likewise; at the place of RC1204.
    Why: where most of the best figures stand out, one that does not is read as beaten.
    Fix: set it in bold type, and all that are equal to it as printed.
    """
    for shown in _tables(subject):
        by_column = not _wrongly_bold(shown, True)
        if _is_complete_by_rows(shown) if by_column else _wrongly_bold(shown, False):
            continue
        for each in _not_bold(shown, by_column=by_column):
            kind = "column" if by_column else "row"
            yield each.found(table=each.label, figure=each.figure.value, kind=kind)


@rule(
    "RC1213",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} underlines {figure}, which is not the second best of its {kind}",
)
def underlined_figure_is_the_second_best(subject: Subject) -> Iterator[Found]:
    """Where a table sets the best figures in bold type, an underlined one SHOULD be the second best.

    Judged: each underlined figure of a line as in RC1205 with a figure in bold type and at least three
        figures, in a file that is given: none of the line is better, and none is equal and in bold type; or
        at least two are better, and have two values or more. Lines are columns, or rows as in RC1205, if each
        of these that has an underlined figure has one in bold type; at its line of the file.
    Why: underlining is read as the second place.
    Fix: underline the second best figure, and say in the caption what it means.
    """
    for shown in _tables(subject):
        for each, kind in _in_the_better_way(shown, _wrongly_underlined, least=3):
            yield each.found(table=each.label, figure=each.figure.value, kind=kind)


def _tables(subject: Subject) -> Iterator[_Table]:
    """The figures of each table that have a direction; tables that one grid prints count as one."""
    manifest = subject.well_formed
    of_tables: dict[str, list[ShownCell]] = defaultdict(list)
    for each in subject.shown:
        if each.file is None:
            of_tables[each.pointer.rpartition("/cells/")[0]].append(each)
    for cells in of_tables.values():
        yield [_declared(manifest, each) for each in cells]
    for printing in subject.printings.tables if subject.printings else ():
        yield _printed(manifest, printing)


def _declared(manifest: Manifest, shown: ShownCell) -> _Shown:
    return _Shown(
        shown.table.label,
        shown.cell.column,
        shown.cell.row,
        0,
        shown.figure,
        _value(shown.figure, shown.table.scale),
        False,
        partial(at_cell, shown),
        _direction(manifest, shown.result),
        shown.result,
    )


def _value(figure: PrintedCell, scale: float | None) -> Fraction:
    return read_printed(figure.value).value * (-1 if (scale or 1) < 0 else 1)


def _direction(manifest: Manifest, result: Result) -> _Direction:
    """What a result's value is, and which values of that are better; of mean ranks the smaller ones."""
    if result.statistic == "mean_rank":
        return "mean_rank", "minimize"
    metric = manifest.find_metric(result.metric)
    return f"metric {result.metric}", metric.direction if metric else None


def _printed(manifest: Manifest, printing: Printing) -> _Table:
    """The figures of a printed table: those that are declared, and those beside them."""
    grid = printing.grid
    known = _known(manifest, printing)
    axis = 0 if printing.is_turned else 1
    shared = _shared(known, axis)
    shown = []
    for row, column, cell, figure in grid.figures():
        here = known.get((row, column))
        if here is None:
            names = [each.text for each in (*grid.row_texts[row], *grid.column_texts[column])]
            here = shared.get((row, column)[axis])
            if here is None or any(is_average(n) or is_rank(n) or is_bound(n) for n in names):
                continue
        shown.append(
            _Shown(
                printing.label,
                str(column),
                str(row),
                grid.blocks[row],
                figure,
                _value(figure, here.scale),
                cell.is_underlined,
                _finder(*printing.at(cell.line)),
                here.direction,
                here.result,
            )
        )
    return shown


class _Known(NamedTuple):
    """What is known of a printed figure."""

    direction: _Direction
    scale: float | None
    result: Result | None


def _known(manifest: Manifest, printing: Printing) -> dict[tuple[int, int], _Known]:
    """What the manifest says of the figures, by their places."""
    return {
        (place.row, place.column): _Known(_direction(manifest, result), declared.table.scale, result)
        for declared in printing.declared
        for pointer, _, result in declared.cells(manifest)
        if (place := printing.places.get(pointer))
    }


def _finder(file: str, line: int) -> Callable[..., Found]:
    return lambda **values: Found(file=file, line=line, **values)


def _shared(known: Mapping[tuple[int, int], _Known], axis: int) -> dict[int, _Known]:
    """What all declared cells of a row (axis 0) or column (1) have in common."""
    lines: dict[int, set[_Known]] = defaultdict(set)
    for place, each in known.items():
        lines[place[axis]].add(each._replace(result=None))
    return {at: next(iter(found)) for at, found in lines.items() if len(found) == 1}


def _in_the_better_way(
    shown: _Table, judge: Callable[[_Table, bool], list[tuple[_Shown, T]]], *, least: int = 2
) -> list[tuple[_Shown, T]]:
    """What is wrong by columns, or by rows if less is wrong so and all of it can be compared with its row.

    Args:
        shown: the figures of a table.
        judge: what is wrong, by columns or not.
        least: how many figures a row needs to be compared with.
    """
    wrong, by_rows = judge(shown, True), judge(shown, False)
    in_rows = {id(each) for line, _ in _lines(shown, by_column=False) if len(line) >= least for each in line}
    is_by_rows = all(id(each) in in_rows for each, _ in wrong)
    return by_rows if is_by_rows and len(by_rows) < len(wrong) else wrong


def _is_complete_by_rows(shown: _Table) -> bool:
    """Whether bold type marks the best of every row."""
    lines = [(line, is_greater) for line, is_greater in _lines(shown, by_column=False) if len(line) > 1]
    best = [_best(line, is_greater=is_greater).value for line, is_greater in lines]
    return bool(lines) and all(
        each.figure.is_bold is (each.value == value)
        for (line, _), value in zip(lines, best, strict=True)
        for each in line
    )


def _lines(shown: _Table, *, by_column: bool) -> Iterator[tuple[_Line, bool]]:
    """The lines whose figures can be compared, and whether the greater ones are better.

    A line is a column, or a row. Where several blocks of a column have bold figures, each is a line.
    """
    lines: dict[str, list[_Shown]] = defaultdict(list)
    for each in shown:
        lines[each.column if by_column else each.row].append(each)
    for line in lines.values():
        directions = {each.direction for each in line}
        direction = directions.pop()[1] if len(directions) == 1 else None
        if direction not in ("maximize", "minimize"):
            continue
        with_bold = {each.block for each in line if each.figure.is_bold}
        parts = sorted({each.block for each in line}) if len(with_bold) > 1 else [None]
        for part in parts:
            yield [each for each in line if part in (None, each.block)], direction == "maximize"


def _best(line: _Line, *, is_greater: bool) -> _Shown:
    return (max if is_greater else min)(line, key=lambda each: each.value)


def _wrongly_bold(shown: _Table, by_column: bool) -> list[tuple[_Shown, _Shown]]:
    """Figures in bold type that are not the best of their column or row, each with one that is better."""
    wrong = []
    for line, is_greater in _lines(shown, by_column=by_column):
        best = _best(line, is_greater=is_greater)
        is_marked = any(each.figure.is_bold for each in line if each.value == best.value)
        for each in line:
            is_tied = is_marked and _overlap(each.result, best.result)
            if each.figure.is_bold and each.value != best.value and not is_tied:
                wrong.append((each, best))
    return wrong


def _overlap(a: Result | None, b: Result | None) -> bool:
    if a is None or b is None or a.interval is None or b.interval is None:
        return False
    return a.interval.low <= b.interval.high and b.interval.low <= a.interval.high


def _not_bold(shown: _Table, *, by_column: bool) -> Iterator[_Shown]:
    """The best figures of columns, or rows, that are not in bold type, though those of others are."""
    lines = []
    for line, is_greater in _lines(shown, by_column=by_column):
        best_value = _best(line, is_greater=is_greater).value
        if len(line) > 1:
            lines.append([each for each in line if each.value == best_value])
    marked = sum(any(each.figure.is_bold for each in best) for best in lines)
    for best in lines:
        is_marked = any(each.figure.is_bold for each in best)
        if is_marked or (marked and 2 * marked >= len(lines) - 1):
            yield from (each for each in best if not each.figure.is_bold)


def _wrongly_underlined(shown: _Table, by_column: bool) -> list[tuple[_Shown, str]]:
    """Underlined figures that are not the second best of their line."""
    wrong = []
    for line, is_greater in _lines(shown, by_column=by_column):
        if len(line) < 3:
            continue
        if not any(each.figure.is_bold for each in line):
            if not by_column:  # then rows are not what is compared
                wrong += [(each, "row") for each in line if each.is_underlined]
            continue
        for each in line:
            if not each.is_underlined:
                continue
            better = [
                one for one in line if (one.value > each.value) is is_greater and one.value != each.value
            ]
            is_twin = any(one.figure.is_bold and one.value == each.value and one is not each for one in line)
            is_second = len(better) == 1 or len({one.value for one in better}) == 1
            if not (is_second or (not better and is_twin)):
                wrong.append((each, "column" if by_column else "row"))
    return wrong
