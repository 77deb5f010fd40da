"""RC12: tables, and whether each cell shows the result that it names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from reprocrate import statistics
from reprocrate.manifest import Cell, Data, Manifest, Result, Table
from reprocrate.manifest.section import Scalar
from reprocrate.statistics import Recomputed, compare_printed
from reprocrate.validation.places import numbered
from reprocrate.validation.printing import scales
from reprocrate.validation.rule import MUST, SHOULD, Found, rule
from reprocrate.validation.rule import shown as as_shown
from reprocrate.validation.rules.printed import at_cell
from reprocrate.validation.rules.results import SLACK, values_behind_the_spread
from reprocrate.validation.shown import ShownCell
from reprocrate.validation.subject import Subject

_DECIMAL = re.compile(r"[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


@rule("RC1201", MUST, spec="tables", since="1.0", says="{table} has two cells in row {row}, column {heading}")
def cell_is_there_once(subject: Subject) -> Iterator[Found]:
    """A table MUST have one cell for each row and column at most.

    Judged: each cell with the row and column of an earlier cell of its table; at the cell.
    Why: of two figures in one place one is wrong, and nothing says which.
    Fix: remove one of them, or correct its row or column.
    """
    for pointer, table in numbered("/tables", subject.well_formed.tables):
        seen: set[tuple[str, str]] = set()
        for place, cell in numbered(f"{pointer}/cells", table.cells):
            if (cell.row, cell.column) in seen:
                yield Found(place, table=table.label, row=cell.row, heading=cell.column)
            seen.add((cell.row, cell.column))


def _cells(manifest: Manifest) -> Iterator[tuple[str, Table, Cell, Result]]:
    """Cells whose result is there."""
    for pointer, table in numbered("/tables", manifest.tables):
        for place, cell in numbered(f"{pointer}/cells", table.cells):
            result = manifest.find_result(cell.result)
            if result:
                yield place, table, cell, result


@rule(
    "RC1202",
    MUST,
    spec="tables",
    since="1.0",
    says="{table} shows {metric}, but result {result} in row {row}, column {heading} is of {other}",
)
def cell_shows_the_tables_metric(subject: Subject) -> Iterator[Found]:
    """The result of a cell MUST be of the table's metric, where the table has one.

    Judged: each cell of a table with `metric` whose result is of another; at the cell's `result`.
    Why: figures of another metric in between cannot be compared, and look as if they could.
    Fix: name the right result, or leave the table's `metric` out if its cells show several.
    """
    for place, table, cell, result in _cells(subject.well_formed):
        if table.metric is not None and result.metric != table.metric:
            yield Found(
                f"{place}/result",
                table=table.label,
                metric=table.metric,
                result=result.id,
                row=cell.row,
                heading=cell.column,
                other=result.metric,
            )


@rule(
    "RC1203",
    MUST,
    spec="tables",
    since="1.0",
    says='the {side} of a cell of {table} is "{level}", but {factor} of result {result} is {actual}',
)
def cell_is_where_its_result_belongs(subject: Subject) -> Iterator[Found]:
    """A cell's row and column MUST be the levels that its result's configuration has of the table's factors.

    Judged: each cell with a result, by the table's `rows` and by its `columns`: where that is a factor of
        the result's configuration, the cell says another level, written as the chapter allows. Where it is
        no factor, `metric` stands for the metric's id or name, `configuration` for the configuration's, and
        `data` for that of the result's data, or else of any of the configuration's; anything else is not
        judged. Of a result over results without a configuration the levels are those of what it lists, where
        all of that has a configuration with the factor: if it is one level, the cell says that one; if there
        are several, it says none of them; at the `row` or `column`.
    Why: a figure in the row of another method is that method's, for every reader.
    Fix: name the right result, or correct the row or column.
    """
    manifest = subject.well_formed
    for place, table, cell, result in _cells(manifest):
        for side, factor, level in (("row", table.rows, cell.row), ("column", table.columns, cell.column)):
            actual = _levels(manifest, factor, result)
            is_written = any(_is_written(each, level) for each in actual)
            mixed = [] if actual else _levels_of_parts(manifest, factor, result)
            if mixed:
                actual = [" and ".join(map(str, mixed))]
                is_named = any(_is_written(each, level) for each in mixed)
                is_written = is_named is (len(mixed) == 1)
            if actual and not is_written:
                yield Found(
                    f"{place}/{side}",
                    side=side,
                    table=table.label,
                    level=level,
                    factor=factor,
                    result=result.id,
                    actual=actual[0],
                )


def _levels(manifest: Manifest, factor: str, result: Result) -> list[Scalar]:
    """What a cell may say for a result's level of a factor; nothing where there is no such factor."""
    configuration = manifest.find_configuration(result.configuration)
    if configuration and factor in configuration.factors:
        return [configuration.factors[factor]]
    if factor == "metric":
        metric = manifest.find_metric(result.metric)
        return [result.metric, *([metric.name] if metric and metric.name else [])]
    if factor == "configuration" and configuration:
        return [configuration.id, configuration.label]
    if factor == "data" and (result.data or configuration):
        names = [result.data] if result.data else [*(configuration.data if configuration else ())]
        found = [data for name in names if (data := manifest.find_data(name))]
        return [spelling for data in found for spelling in _names(data)]
    return []


def _levels_of_parts(manifest: Manifest, factor: str, result: Result) -> list[Scalar]:
    """The different levels that the results behind a result have of a factor; none where one has none."""
    if result.over != "results" or result.configuration:
        return []
    found: list[Scalar] = []
    for name in result.results:
        part = manifest.find_result(name)
        configuration = manifest.find_configuration(part.configuration) if part else None
        if configuration is None or factor not in configuration.factors:
            return []
        level = configuration.factors[factor]
        found += [] if any(str(level) == str(each) for each in found) else [level]
    return found


def _names(data: Data) -> list[str]:
    return [data.id, *([data.name] if data.name else [])]


def _is_written(level: Scalar, text: str) -> bool:
    """Whether a table may write a level of a factor so."""
    if level is None:
        return text in ("null", "None")
    if isinstance(level, bool):
        return text in (str(level), str(level).lower())
    if isinstance(level, str):
        return text == level
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    return bool(_DECIMAL.fullmatch(plain)) and float(plain) == float(level)


@rule(
    "RC1204",
    MUST,
    spec="tables",
    since="1.0",
    says="{table} shows {text} for result {result}, which is {value}",
)
def cell_shows_its_result(subject: Subject) -> Iterator[Found]:
    """The figure in a cell MUST be the value of its result times the table's `scale`, rounded.

    Judged: each cell with a result that shows a figure, as the chapter defines it: where the file that
        prints the cell is given, what it prints, at its line there; else its `text`, there. The figure is not
        the result's `value`, rounded, times the table's `scale`, or where it has none times one of the
        factors of the chapter Results. A mean rank is never multiplied. A figure that only cutting off gives
        is judged by RC0816.
    Why: a misprint or a number from an older run misleads every reader of the paper.
    Fix: print the figure that the result gives. Text that is no figure is not judged.
    """
    manifest = subject.well_formed
    for shown in subject.shown:
        result, text = shown.result, shown.figure.value
        outcomes = [
            compare_printed(text, result.value, scale=scale)
            for scale in scales(manifest, result, shown.table.scale)
        ]
        if set(outcomes) == {Recomputed.DIFFERENT}:
            yield at_cell(
                shown, table=shown.table.label, text=text, result=result.id, value=_as_printed(shown)
            )


def _as_printed(cell: ShownCell) -> str:
    """The value of a cell's result, and what the table's scale makes of it."""
    value, scale = cell.result.value, cell.table.scale
    if scale in (None, 1) or cell.result.statistic == "mean_rank":
        return as_shown(value)
    return f"{as_shown(value)} ({as_shown(value * (scale or 1))} by the table's scale)"


@rule(
    "RC1206",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} shows ± {spread} for result {result}, which has no such spread of any kind",
)
def cell_shows_a_spread_of_its_result(subject: Subject) -> Iterator[Found]:
    """What stands behind a plus-minus sign in a cell SHOULD be a spread of its result, of some kind.

    Judged: each cell as in RC1204 with a figure behind a plus-minus sign, if the values of the result can be
        told, are at least 2, no run is silent, and its `varies_over` is absent, `seeds` or `folds`. The
        figure is, rounded or cut off, none of these times a factor as in RC1204, its sign left out: standard
        deviation or error with either `ddof`, half of the 95 % t or normal interval, range or half of it,
        mean absolute deviation from the mean, median one from the median, interquartile range by any
        definition, twice the deviation or the variance with `ddof` 1, the result's `sd`, half of its
        interval or the part on either side; 1e-9 of the largest value is allowed; at the place of RC1204.
    Why: standard deviation, standard error, half an interval and others are in use; a number that fits none
        of them is of other values, or a misprint.
    Fix: print the spread that the values give, and say in the caption which one it is.
    """
    manifest = subject.well_formed
    for shown in subject.shown:
        result, spread = shown.result, shown.figure.spread
        values = values_behind_the_spread(subject, result)
        if spread is None or len(values) < 2:
            continue
        if not _has_spread(manifest, shown.table, result, spread, values):
            yield at_cell(shown, table=shown.table.label, spread=spread, result=result.id)


def _has_spread(
    manifest: Manifest, table: Table, result: Result, printed: str, values: Sequence[float]
) -> bool:
    interval = result.interval
    declared = [] if result.sd is None else [result.sd]
    if interval:
        declared += [interval.high - result.value, result.value - interval.low]
        declared += [(interval.high - interval.low) / 2.0]
    computed = (each for _, each in statistics.spreads(values))
    slack = SLACK * max(map(abs, values))
    outcomes = (
        compare_printed(printed, each, slack, scale=abs(scale))
        for each in itertools.chain(declared, computed)
        for scale in scales(manifest, result, table.scale)
    )
    return any(outcome is not Recomputed.DIFFERENT for outcome in outcomes)
