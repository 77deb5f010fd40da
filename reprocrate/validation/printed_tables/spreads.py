"""Spreads that a table prints apart from their means: in a column or row of their own, or in brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reprocrate.validation.printed_tables.grid import GridCell, PrintedTable

_SPREAD = (
    r"(?:standard (?:deviations?|errors?)|st\.? ?d(?:ev)?s?\.?(?: ?dev(?:iation)?s?\.?| ?err(?:or)?s?\.?)?"
    r"|std\.? ?(?:devs?|errs?)\.?|stds?\.?|s\.?d\.?|s\.?e\.?(?:m\.?)?|stdev|stddev|stderr|σ)"
)
_NAME = re.compile(rf"(?<![\w.])(?:{_SPREAD}|±|\+/-)(?![\w.])", re.IGNORECASE)
_MEAN = re.compile(r"(?<!\w)(?:means?|avg\.?|average|μ|mu)(?!\w)", re.IGNORECASE)
_IN_BRACKETS = re.compile(
    rf"\({_SPREAD}(?:[ ,;:][^()]*)?\)"
    rf"|(?<![\w.]){_SPREAD}(?![\w.])[^.;]{{0,60}}\b(?:in|within) (?:parenthes[ei]s|brackets)"
    rf"|\b(?:in|within) (?:parenthes[ei]s|brackets)[^.;]{{0,60}}(?<![\w.]){_SPREAD}(?![\w.])",
    re.IGNORECASE,
)
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_BARE = re.compile(rf"{_NUMBER}\s*%?")
_APART = re.compile(rf"(?:[(\[]\s*(?:±\s*)?({_NUMBER})\s*%?\s*[)\]]|±\s*({_NUMBER})\s*%?)")
_BEHIND = re.compile(rf"(.*[0-9]\s*%?)\s*[(\[]\s*({_NUMBER})\s*%?\s*[)\]](\s*\D*)")


def with_spreads(grid: PrintedTable, *, is_declared: bool) -> PrintedTable:
    """The table with each spread behind its mean, as `91.5 ± 0.5`; the same one where none stands apart.

    Args:
        grid: the table as printed.
        is_declared: whether it is declared that its cells have spreads.
    """
    joined = _rows_joined(_columns_joined(grid))
    shown = " ".join([grid.caption, *(cell.text for cell in _head(grid))])
    has_sign = any("±" in cell.text for row in joined.rows[joined.heads :] for cell in row)
    if not has_sign and (is_declared or _IN_BRACKETS.search(shown)):
        joined = _brackets_joined(joined)
    return joined


def _head(grid: PrintedTable) -> Iterator[GridCell]:
    yield from (cell for row in grid.rows[: grid.heads] for cell in row)


def _columns_joined(grid: PrintedTable) -> PrintedTable:
    """A column of spreads is that on the right of one of means with the same name."""
    spreads = [at for at in range(grid.stubs + 1, grid.width) if _is_column_of_spreads(grid, at)]
    if not spreads:
        return grid
    rows = []
    for number, row in enumerate(grid.rows):
        cells = list(row)
        for at in spreads:
            figure = row[at].figure
            if number >= grid.heads and figure and row[at - 1].figure:
                cells[at - 1] = _behind(row[at - 1], figure.value)
        rows.append(tuple(cell for at, cell in enumerate(cells) if at not in spreads))
    return replace(grid, rows=tuple(rows))


def _is_column_of_spreads(grid: PrintedTable, at: int) -> bool:
    own, before = grid.column_texts[at], grid.column_texts[at - 1]
    if not own or not before or not _names_spread_of(own[-1].text, before[-1].text):
        return False
    if [cell.text for cell in own[:-1]] != [cell.text for cell in before[:-1]] and len(own) == len(before):
        return False
    shown = [(grid.rows[row][at], grid.rows[row][at - 1]) for row in grid.body if not grid.is_heading(row)]
    spreads = [(cell, mean) for cell, mean in shown if cell.figure]
    return bool(spreads) and all(
        _BARE.fullmatch(cell.text) and (mean.figure is None or mean.figure.spread is None)
        for cell, mean in spreads
    )


def _names_spread_of(name: str, mean: str) -> bool:
    """Whether a name is that of the spread of another: `std` or `std_reward` of `mean_reward`."""
    own, other = (_words(text) for text in (name, mean))
    if not _NAME.search(own) or _NAME.search(other):
        return False
    rest = " ".join(_NAME.sub(" ", own).split())
    return not rest.strip("()[] ") or rest == " ".join(_MEAN.sub(" ", other).split())


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("_", " ").casefold()[:200].split())


def _rows_joined(grid: PrintedTable) -> PrintedTable:
    """A row of spreads is that below one of means, with no name of its own or that of a spread."""
    rows, blocks = list(grid.rows[: grid.heads]), list(grid.blocks[: grid.heads])
    for at in grid.body:
        row = grid.rows[at]
        above = rows[-1] if len(rows) > grid.heads else None
        found = _spreads_of_row(grid, row, above) if above else None
        if above and found:
            rows[-1] = tuple(_behind(mean, found.get(place)) for place, mean in enumerate(above))
        else:
            rows.append(row)
            blocks.append(grid.blocks[at])
    return replace(grid, rows=tuple(rows), blocks=tuple(blocks)) if len(rows) < len(grid.rows) else grid


def _spreads_of_row(
    grid: PrintedTable, row: Sequence[GridCell], above: Sequence[GridCell]
) -> dict[int, str] | None:
    """The spreads in a row by their columns; None where it is no row of spreads of the one above."""
    names = [cell.text for cell in row[: grid.stubs]]
    over = [cell.text for cell in above[: grid.stubs]]
    is_named = any(_NAME.fullmatch(_words(name)) for name in names)
    rest = [name for name in names if name and not _NAME.fullmatch(_words(name))]
    if any(name not in over for name in rest) or (rest and not is_named):
        return None
    found: dict[int, str] = {}
    for place in range(grid.stubs, len(row)):
        text, figure = row[place].text, above[place].figure
        if not text:
            continue
        match = _APART.fullmatch(text) or (_BARE.fullmatch(text) if is_named else None)
        if match is None or figure is None or figure.spread is not None:
            return None
        found[place] = next((part for part in match.groups() if part), text.rstrip("% "))
    return found or None


def _brackets_joined(grid: PrintedTable) -> PrintedTable:
    """`91.5 (0.5)` as `91.5 ± 0.5`, if every bracket in the table holds a number without a sign."""
    made: dict[int, GridCell] = {}
    for row in grid.rows[grid.heads :]:
        for cell in row[grid.stubs :]:
            match = _BEHIND.fullmatch(cell.text) if cell.figure else None
            if match:
                made[id(cell)] = cell._replace(text=f"{match[1].strip()} ± {match[2]}{match[3].rstrip()}")
            elif cell.figure and re.search(r"[(\[]", cell.text):
                return grid
    rows = tuple(tuple(made.get(id(cell), cell) for cell in row) for row in grid.rows)
    return replace(grid, rows=rows) if made else grid


def _behind(mean: GridCell, spread: str | None) -> GridCell:
    return mean._replace(text=f"{mean.text} ± {spread}") if spread else mean
