"""RC12, the margins of printed tables: averages and ranks that follow from the cells beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from reprocrate.manifest import Manifest
from reprocrate.statistics import Printed, read_printed
from reprocrate.validation.printed_tables.grid import GridCell, PrintedTable
from reprocrate.validation.printed_tables.matching import Printing
from reprocrate.validation.printed_tables.names import is_average, is_bound, is_rank, normal
from reprocrate.validation.printing import PrintedCell
from reprocrate.validation.rule import SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.rules.printed import tell_unread
from reprocrate.validation.subject import Subject

Fits = Callable[[Printed, Sequence[Printed]], bool]


@rule(
    "RC1210",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} prints {figure} as the average in {line_name}, but the cells beside it have {mean}",
    needs=Need.FILES,
)
def printed_average_follows(subject: Subject) -> Iterator[Found]:
    """A printed average SHOULD be the mean of the cells that it is over, as far as their rounding tells.

    Judged: each figure without a declared cell in a column that the chapter calls one of averages, and in
        such a row. The cells that it is over are those of its line that are no averages or ranks: all of
        them, those of columns with declared cells, those since the last average, those below the same
        heading, or those with the same name in the last row of the head; of these the choice that fits most
        lines. The mean of the cells, each anywhere within its rounding, does not reach the printed average
        within its own, or cut off. If two or more lines have such an average and not half of them fit any
        choice, what it is over is not known; at its line of the file.
    Why: an average is the number that readers take home, and is often left behind when a cell changes.
    Fix: compute it again from what is printed, or say in the caption how it is weighted.
    """
    unknown = []
    for printing in subject.printings.tables if subject.printings else ():
        for view in (_View(printing, is_turned=False), _View(printing, is_turned=True)):
            for at in view.margins(is_average):
                wrong = _misfits(view, at, view.choices(at), _is_mean)
                if wrong is None:
                    unknown.append(f"{printing.label}: it is not known what {view.name(at)} is over.")
                for line, over in wrong or ():
                    yield _average_found(printing, view, at, line, over)
    if unknown:
        raise CannotAssessError(" ".join(unknown))
    tell_unread(subject)


def _average_found(printing: Printing, view: _View, at: int, line: int, over: Sequence[Printed]) -> Found:
    cell, figure = view.figure(line, at) or _no_figure()
    mean = float(sum((each.value for each in over), Fraction(0)) / len(over)) if over else float("nan")
    file, place = printing.at(cell.line)
    return Found(
        file=file,
        line=place,
        table=printing.label,
        figure=figure.value,
        line_name=f"{view.line_name(line)}, {view.name(at)}",
        mean=round(mean, 6),
    )


@rule(
    "RC1211",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} prints the rank {figure} in {line_name}, but the cells beside it have {ranks}",
    needs=Need.FILES,
)
def printed_rank_follows(subject: Subject) -> Iterator[Found]:
    """A printed rank SHOULD follow from the cells of its table.

    Judged: each figure without a declared cell in a column that the chapter calls one of ranks. In each
        other column that holds no averages or ranks and whose direction is known, from its declared cells or
        an arrow in its head, a row's rank is anywhere from 1 plus the number of rows that are better as
        printed to the number of those that are not worse. The mean of these ranks does not reach what is
        printed; nor, if the column is just called rank, does the rank by that mean, or by a column of
        averages. Bounds are no rows. If not half of two or more rows fit, how ranks were made is
        not known; at its line of the file.
    Why: a rank is what readers choose a method by, and is often left behind when a cell changes.
    Fix: rank again what is printed, or say in the caption how it was ranked.
    """
    unknown = []
    for printing in subject.printings.tables if subject.printings else ():
        view = _View(printing, is_turned=False)
        for at in view.margins(is_rank):
            bounds = _rank_bounds(subject.well_formed, view, at)
            lines = [line for line in bounds if view.is_undeclared(line, at)]
            wrong = [line for line in lines if not _is_within(view, line, at, bounds[line])]
            if len(lines) > 1 and 2 * len(wrong) > len(lines):
                unknown.append(f"{printing.label}: it is not known how {view.name(at)} was made.")
                continue
            for line in wrong:
                cell, figure = view.figure(line, at) or _no_figure()
                low, high = (round(float(bound), 4) for bound in bounds[line][0])
                file, place = printing.at(cell.line)
                yield Found(
                    file=file,
                    line=place,
                    table=printing.label,
                    figure=figure.value,
                    line_name=view.line_name(line),
                    ranks=f"{low:g}" if low == high else f"{low:g} to {high:g}",
                )
    if unknown:
        raise CannotAssessError(" ".join(unknown))
    tell_unread(subject)


def _no_figure() -> tuple[GridCell, PrintedCell]:
    raise LookupError("there is no figure at this place")


@dataclass(frozen=True)
class _View:
    """A printed table by its rows, or turned round by its columns: lines that run across places.

    Attributes:
        printing: the table.
        is_turned: whether its columns are the lines.
    """

    printing: Printing
    is_turned: bool

    @cached_property
    def _figures(self) -> Mapping[tuple[int, int], tuple[GridCell, PrintedCell]]:
        found = {(row, column): (cell, figure) for row, column, cell, figure in self.grid.figures()}
        return {(at, line): each for (line, at), each in found.items()} if self.is_turned else found

    @property
    def grid(self) -> PrintedTable:
        """What is printed."""
        return self.printing.grid

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """The lines with figures."""
        return tuple(sorted({line for line, _ in self._figures}))

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The places in a line at which any has figures."""
        return tuple(sorted({at for _, at in self._figures}))

    @cached_property
    def _declared(self) -> frozenset[int]:
        """The places in a line at which any cell is declared."""
        return frozenset(place[0] if self.is_turned else place[1] for place in self.printing.explained)

    def figure(self, line: int, at: int) -> tuple[GridCell, PrintedCell] | None:
        """The figure at a place of a line."""
        return self._figures.get((line, at))

    def texts(self, at: int) -> tuple[str, ...]:
        """What names a place."""
        cells = self.grid.row_texts[at] if self.is_turned else self.grid.column_texts[at]
        return tuple(cell.text for cell in cells)

    def name(self, at: int) -> str:
        """A place as sentences name it."""
        return f"{'row' if self.is_turned else 'column'} {' / '.join(dict.fromkeys(self.texts(at)))}"

    def line_texts(self, line: int) -> tuple[str, ...]:
        """What names a line."""
        cells = self.grid.column_texts[line] if self.is_turned else self.grid.row_texts[line]
        return tuple(cell.text for cell in cells)

    def line_name(self, line: int) -> str:
        """A line as sentences name it."""
        return f"{'column' if self.is_turned else 'row'} {' / '.join(dict.fromkeys(self.line_texts(line)))}"

    def is_undeclared(self, line: int, at: int) -> bool:
        """Whether a figure stands there that no cell declares."""
        key = (at, line) if self.is_turned else (line, at)
        return (line, at) in self._figures and key not in self.printing.explained

    def is_margin(self, at: int) -> bool:
        """Whether a place holds averages or ranks."""
        return any(is_average(text) or is_rank(text) for text in self.texts(at))

    def margins(self, is_called: Callable[[str], bool]) -> Iterator[int]:
        """The places of this name that no cell declares in any line."""
        for at in self.places:
            if any(map(is_called, self.texts(at))) and any(
                self.is_undeclared(each, at) for each in self.lines
            ):
                yield at

    def choices(self, at: int) -> list[tuple[int, ...]]:
        """The places that an average may be over."""
        plain = [each for each in self.places if not self.is_margin(each)]
        last = max((each for each in self.places if each < at and self.is_margin(each)), default=-1)
        own = [normal(text) for text in self.texts(at)]
        candidates = [
            plain,
            [each for each in plain if last < each < at],
            [each for each in plain if each in self._declared],
            [each for each in plain if own[:1] == [normal(text) for text in self.texts(each)][:1]],
            [each for each in plain if own[-1:] == [normal(text) for text in self.texts(each)][-1:]],
        ]
        if self.is_turned:
            block = self.grid.blocks[at]
            candidates.append([each for each in plain if self.grid.blocks[each] == block])
            candidates.append([each for each in plain if self.grid.blocks[each] == block - 1])
        return list(dict.fromkeys(tuple(each) for each in candidates if len(each) > 1))


def _misfits(
    view: _View, at: int, choices: Sequence[tuple[int, ...]], fits: Fits
) -> list[tuple[int, list[Printed]]] | None:
    """The lines whose figure at a place does not follow from any choice that fits most of them.

    None where that cannot be told.
    """
    best: list[tuple[int, list[Printed]]] | None = None
    most = -1
    for choice in choices:
        judged, wrong = 0, []
        for line in view.lines:
            found = [view.figure(line, each) for each in choice]
            shown = view.figure(line, at)
            if shown is None or not view.is_undeclared(line, at) or not all(found):
                continue
            over = [read_printed(each[1].value) for each in found if each]
            judged += 1
            if not fits(read_printed(shown[1].value), over):
                wrong.append((line, over))
        fitting = judged - len(wrong)
        if judged and fitting > most:
            most = fitting
            best = wrong if judged == 1 or 2 * fitting >= judged else None
    return [] if most < 0 else best


def _is_mean(average: Printed, over: Sequence[Printed]) -> bool:
    """Whether numbers that are printed so may have the mean that is printed."""
    low = sum((each.low for each in over), Fraction(0)) / len(over)
    high = sum((each.high for each in over), Fraction(0)) / len(over)
    cut_off = average.value + (average.unit if average.value >= 0 else -average.unit)
    return low <= max(average.high, cut_off) and high >= min(average.low, cut_off)


_Bounds = tuple[Fraction, Fraction]


def _rank_bounds(manifest: Manifest, view: _View, at: int) -> dict[int, list[_Bounds]]:
    """For each row the lowest and the highest rank, first in the mean over columns, then by others."""
    lines = [line for line in view.lines if not any(map(is_bound, view.line_texts(line)))]
    columns = [(each, way) for each in view.places if (way := _way(manifest, view, each))]
    plain = [(each, way) for each, way in columns if not view.is_margin(each)]
    lines = [line for line in lines if all(view.figure(line, each) for each, _ in plain)]
    if not plain or len(lines) < 2:
        return {}
    totals: dict[int, list[_Bounds]] = defaultdict(list)
    for each, way in plain:
        for line, found in _ranks(view, lines, each, way).items():
            totals[line].append(found)
    means = {
        line: (_mean(low for low, _ in found), _mean(high for _, high in found))
        for line, found in totals.items()
    }
    bounds = {line: [mean] for line, mean in means.items()}
    if any(normal(text) in ("rank", "ranks", "ranking") for text in view.texts(at)):
        for line, mean in means.items():
            below = sum(other[1] < mean[0] for other in means.values())
            upto = sum(other[0] <= mean[1] for other in means.values())
            bounds[line].append((Fraction(1 + below), Fraction(upto)))
        for each, way in columns:
            if any(map(is_average, view.texts(each))) and all(view.figure(line, each) for line in lines):
                for line, found in _ranks(view, lines, each, way).items():
                    bounds[line].append(found)
    return bounds


def _way(manifest: Manifest, view: _View, at: int) -> str | None:
    """Which figures of a column are better; None where that is not known."""
    text = " ".join(view.texts(at))
    if ("↑" in text) is not ("↓" in text):
        return "maximize" if "↑" in text else "minimize"
    directions = set()
    for declared in view.printing.declared:
        for pointer, _, result in declared.cells(manifest):
            place = view.printing.places.get(pointer)
            if place and (place.column == at or view.is_margin(at)):
                metric = manifest.find_metric(result.metric)
                directions.add(metric.direction if metric else None)
    found = directions.pop() if len(directions) == 1 else None
    return found if found in ("maximize", "minimize") else None


def _mean(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed)


def _ranks(view: _View, lines: Sequence[int], at: int, way: str) -> dict[int, _Bounds]:
    shown = {line: view.figure(line, at) for line in lines}
    values = {line: read_printed(each[1].value).value for line, each in shown.items() if each}
    signed = {line: -value if way == "maximize" else value for line, value in values.items()}
    return {
        line: (
            Fraction(1 + sum(other < value for other in signed.values())),
            Fraction(sum(other <= value for other in signed.values())),
        )
        for line, value in signed.items()
    }


def _is_within(view: _View, line: int, at: int, bounds: Sequence[_Bounds]) -> bool:
    shown = view.figure(line, at)
    if shown is None:
        return True
    printed = read_printed(shown[1].value)
    return any(low <= printed.high and high >= printed.low for low, high in bounds)
