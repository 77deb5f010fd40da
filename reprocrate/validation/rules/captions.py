"""RC12, what is said around a printed table: arrows, kinds of spread, numbers of seeds, percent."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from reprocrate import statistics
from reprocrate.manifest import Manifest, Result, Table
from reprocrate.statistics import Recomputed, compare_printed
from reprocrate.validation.printed_tables.matching import Printing
from reprocrate.validation.printing import scales
from reprocrate.validation.rule import MUST, SHOULD, Found, Need, rule
from reprocrate.validation.rules.printed import at_cell, tell_unread
from reprocrate.validation.rules.results import SLACK, values_behind_the_spread
from reprocrate.validation.shown import ShownCell
from reprocrate.validation.subject import Subject

_KINDS = {
    "sd": ("sd with ddof 1", "sd with ddof 0"),
    "se": ("standard error with ddof 1", "standard error with ddof 0"),
    "ci": ("half-width of the 95 % t interval", "half-width of the 95 % normal interval"),
    "range": ("range", "half of the range"),
    "iqr": ("interquartile range",),
    "mad": ("median absolute deviation", "mean absolute deviation"),
}
_WORDS = {
    "sd": "standard deviation",
    "se": "standard error",
    "ci": "half of the 95 % interval",
    "range": "range",
    "iqr": "interquartile range",
    "mad": "absolute deviation",
}
_SAID = {
    "sd": re.compile(r"\b(?:standard deviations?|std(?:s|\.? ?dev\.?)?|s\.d\.)(?![a-z])", re.IGNORECASE),
    "se": re.compile(r"\b(?:standard errors?|std\.? ?err\.?|s\.e\.(?:m\.)?|sem)(?![a-z])", re.IGNORECASE),
    "ci": re.compile(
        r"\b(?:95 ?% (?:confidence|c\.?i\.?)|confidence intervals?|95 ?% cis?)(?![a-z])", re.IGNORECASE
    ),
}
_COUNT = re.compile(
    r"\b(?P<n>\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twenty)"
    r"(?: (?:random|independent|different|distinct|training|separate|repeated|individual)){0,2}"
    r"(?: |-)(?P<of>seeds?|runs?|trials?|repetitions?|repeats?|replicates?|initiali[sz]ations?|folds?)\b",
    re.IGNORECASE,
)
_COUNTED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twenty")
_NUMBERS = dict(zip(_COUNTED, [*range(2, 11), 20], strict=True))


@rule(
    "RC1214",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} has {arrow} beside {name}, but of {metric} {direction} values are better",
    needs=Need.FILES,
)
def arrow_points_to_the_better_values(subject: Subject) -> Iterator[Found]:
    """An arrow in the head of a printed table SHOULD point to the better values.

    Judged: each cell that names the row or column of a declared cell and holds an arrow up or down, not both:
        the metric of the results has the direction `minimize` or `maximize` for the other one, or they are
        mean ranks under an arrow up; once for each such cell, at its line of the file.
    Why: readers take the wrong method for the best one.
    Fix: turn the arrow round, or correct the metric's `direction`.
    """
    for printing in subject.printings.tables if subject.printings else ():
        yield from _arrows(subject.well_formed, printing)
    tell_unread(subject)


def _arrows(manifest: Manifest, printing: Printing) -> Iterator[Found]:
    seen: set[int] = set()
    for declared in printing.declared:
        for pointer, _, result in declared.cells(manifest):
            place = printing.places.get(pointer)
            metric = manifest.find_metric(result.metric)
            direction = (
                "minimize" if result.statistic == "mean_rank" else metric.direction if metric else None
            )
            if place is None or direction not in ("maximize", "minimize"):
                continue
            wrong = "↓" if direction == "maximize" else "↑"
            grid = printing.grid
            for cell in (*grid.row_texts[place.row], *grid.column_texts[place.column]):
                if wrong in cell.text and not {"↑", "↓"} <= set(cell.text) and id(cell) not in seen:
                    seen.add(id(cell))
                    file, line = printing.at(cell.line)
                    yield Found(
                        file=file,
                        line=line,
                        table=declared.table.label,
                        arrow=wrong,
                        name=cell.text,
                        metric=result.metric,
                        direction="greater" if direction == "maximize" else "smaller",
                    )


@rule(
    "RC1215",
    MUST,
    spec="tables",
    since="1.0",
    says="{table} shows ± {spread} for result {result}, which is not its {kind}{other}",
)
def spread_is_of_the_declared_kind(subject: Subject) -> Iterator[Found]:
    """What stands behind a plus-minus sign MUST be of the kind that the table declares.

    Judged: each cell as in RC1206 of a table with `dispersion_kind`: the spread is none of that kind, with
        either `ddof` and by any definition that RC1206 knows, though it is one of another kind. If it is of
        no kind, RC1206 says so; at the place of RC1204.
    Why: a standard error is much smaller than a standard deviation, and methods look further apart.
    Fix: print the kind that is declared, or declare the one that is printed.
    """
    for shown in subject.shown:
        if shown.table.dispersion_kind is not None:
            yield from _of_another_kind(subject, shown, shown.table.dispersion_kind)


@rule(
    "RC1216",
    SHOULD,
    spec="tables",
    since="1.0",
    says="the caption of {table} speaks of the {kind}, but ± {spread} for result {result} is not that{other}",
    needs=Need.FILES,
)
def spread_is_of_the_kind_in_the_caption(subject: Subject) -> Iterator[Found]:
    """What stands behind a plus-minus sign SHOULD be of the kind that the caption speaks of.

    Judged: as RC1215, each cell in a file that is given, of a table without `dispersion_kind` whose caption
        speaks of one kind only, standard deviation, standard error or 95 % confidence interval, in the words
        that the chapter lists; at its line of the file.
    Why: a standard error is much smaller than a standard deviation, and methods look further apart.
    Fix: print what the caption says, or correct the caption.
    """
    said = {
        pointer: kind
        for printing in (subject.printings.tables if subject.printings else ())
        if (kind := _kind_said(printing.grid.caption))
        for pointer in printing.places
    }
    for shown in subject.shown:
        if shown.table.dispersion_kind is None and shown.pointer in said:
            yield from _of_another_kind(subject, shown, said[shown.pointer])
    tell_unread(subject)


def _kind_said(caption: str) -> str | None:
    kinds = [kind for kind, words in _SAID.items() if words.search(caption)]
    return kinds[0] if len(kinds) == 1 else None


def _of_another_kind(subject: Subject, shown: ShownCell, kind: str) -> Iterator[Found]:
    result, spread = shown.result, shown.figure.spread
    values = values_behind_the_spread(subject, result)
    if spread is None or len(values) < 2:
        return
    fitting = []
    for name in _fitting_kinds(subject.well_formed, shown.table, result, spread, values):
        if name.startswith(_KINDS[kind]):
            return
        fitting.append(name)
    if fitting:
        yield at_cell(
            shown,
            table=shown.table.label,
            spread=spread,
            result=result.id,
            kind=_WORDS[kind],
            other=f"; it is the {fitting[0]}",
        )


def _fitting_kinds(
    manifest: Manifest, table: Table, result: Result, spread: str, values: Sequence[float]
) -> Iterator[str]:
    """The kinds of spread that a printed one may be, the usual ones first."""
    slack = SLACK * max(map(abs, values))
    possible = statistics.spreads(values)
    if result.interval and result.interval.kind == "ci":
        half = (result.interval.high - result.interval.low) / 2.0
        possible = itertools.chain(possible, [("half-width of the 95 % t interval", half)])
    for name, value in possible:
        for scale in scales(manifest, result, table.scale):
            if compare_printed(spread, value, slack, scale=abs(scale)) is not Recomputed.DIFFERENT:
                yield name


@rule(
    "RC1217",
    SHOULD,
    spec="tables",
    since="1.0",
    says='the caption of {table} says "{said}", but {results} rest on {n}',
    needs=Need.FILES,
)
def caption_counts_the_runs(subject: Subject) -> Iterator[Found]:
    """The number of seeds or runs in a caption SHOULD be that of the table's results.

    Judged: each printed table whose caption gives one such number only, in the words that the chapter lists:
        results of declared cells that are found and are over `runs`, or over `folds` if the caption speaks of
        folds, have another `n`; once for each table, at its line of the file.
    Why: how sure a mean is depends on how many runs it is of.
    Fix: correct the caption, or run the missing seeds.
    """
    for printing in subject.printings.tables if subject.printings else ():
        counts = {
            (match["n"].lower(), match["of"].lower().rstrip("s")): match[0]
            for match in _COUNT.finditer(printing.grid.caption)
        }
        if len({n for n, _ in counts}) != 1:
            continue
        (number, of), said = next(iter(counts.items()))
        n = _NUMBERS.get(number) or int(number)
        over = "folds" if of == "fold" else "runs"
        wrong: dict[int, list[str]] = defaultdict(list)
        for declared in printing.declared:
            for pointer, _, result in declared.cells(subject.well_formed):
                if pointer in printing.places and result.over == over and result.n != n:
                    wrong[result.n].append(result.id)
        if wrong:
            file, line = printing.at(printing.grid.line)
            yield Found(
                file=file,
                line=line,
                table=printing.label,
                said=said,
                results=[name for names in wrong.values() for name in names],
                n=sorted(wrong),
            )
    tell_unread(subject)


@rule(
    "RC1218",
    SHOULD,
    spec="tables",
    since="1.0",
    says="{table} prints {figure} for result {result}, {way} of the other figures",
)
def figures_have_one_unit(subject: Subject) -> Iterator[Found]:
    """The figures of one metric in a table SHOULD all be fractions, or all be percentages.

    Judged: each cell as in RC1204 of a table without `scale` whose figure can only be a fraction, or only a
        percentage: more cells of the same metric in the table can only be the other; at the place of RC1204.
    Why: a figure such as 0.92 below 91.5 reads as a hundredth of it.
    Fix: print all of them in percent, or all as fractions.
    """
    manifest = subject.well_formed
    groups: dict[tuple[str, str], dict[float, list[ShownCell]]] = defaultdict(lambda: defaultdict(list))
    for shown in subject.shown:
        possible = scales(manifest, shown.result, shown.table.scale)
        fitting = [
            scale
            for scale in possible
            if compare_printed(shown.figure.value, shown.result.value, scale=scale)
            is not Recomputed.DIFFERENT
        ]
        if len(possible) > 1 and len(fitting) == 1:
            key = shown.pointer.rpartition("/cells/")[0], shown.result.metric
            groups[key][fitting[0]].append(shown)
    for found in groups.values():
        fewest = min(found, key=lambda scale: len(found[scale]))
        if len(found) > 1 and any(len(found[other]) > len(found[fewest]) for other in found):
            for shown in found[fewest]:
                yield at_cell(
                    shown,
                    table=shown.table.label,
                    figure=shown.figure.value,
                    result=shown.result.id,
                    way="a hundredth of the scale" if fewest == 1.0 else "a hundred times the scale",
                )
