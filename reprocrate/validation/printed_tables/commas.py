"""What commas between digits mean in a table: groups of three digits, or decimal points."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reprocrate.validation.printing import read_cell

_GROUPED = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:,\d{3})+)(?![\d,])")
_BETWEEN = re.compile(r"(?<=\d),(?=\d)")
_POINT = re.compile(r"\d\.\d")
_DECIMAL = re.compile(r"(?<![\d.,])(?:\d+,(?:\d{1,2}|\d{4,})|0,\d{3})(?![\d.,])")
"""A comma that parts no groups of three digits."""


def reader_of_commas(texts: Sequence[str]) -> Callable[[str], str] | None:
    """How a text of a table is read; None where no text has a comma between digits.

    A comma is a decimal point where no number of the table has a point, and the comma of one figure cannot
    part groups of three digits.

    Args:
        texts: the texts of all its cells.
    """
    if not any(map(_BETWEEN.search, texts)):
        return None
    if any(map(_POINT.search, texts)):
        return _ungrouped
    is_decimal = any(_DECIMAL.search(text) and _is_figure(text) for text in texts)
    return _with_points if is_decimal else _ungrouped


def _ungrouped(text: str) -> str:
    return _GROUPED.sub(lambda match: match[0].replace(",", ""), text)


def _with_points(text: str) -> str:
    return _BETWEEN.sub(".", text) if _is_figure(text) else text


def _is_figure(text: str) -> bool:
    return read_cell(_BETWEEN.sub(".", text)) is not None
