"""Notebooks as Python code: the code cells one after the other, and where each of their lines stands.

The format is that of nbformat 4 (https://nbformat.readthedocs.io/en/latest/format_description.html). Lines
that only IPython understands (https://ipython.readthedocs.io/en/stable/interactive/magics.html) are blanked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell.

    Attributes:
        number: its place among all cells, counted from 1, as a person counts them.
        count: how manieth cell of its session it was when it was last executed; None where nobody kept that.
        lines: its text.
        places: line of the file at which each of these stands.
        has_results: whether something that it gave, or the time at which it ran, stands beside it.
    """

    number: int
    count: int | None
    lines: tuple[str, ...]
    places: tuple[int, ...]
    has_results: bool = False

    @property
    def was_executed(self) -> bool:
        """Whether there is a trace of its execution: some tools keep results, and no count."""
        return self.count is not None or self.has_results

    @property
    def is_empty(self) -> bool:
        """Whether it holds no code."""
        return all(not line.strip() or line.lstrip().startswith("#") for line in self.lines)


class BadNotebookError(Exception):
    """Raised where a file is no notebook that can be read; its text is the reason."""


def cells_of(text: str) -> tuple[Cell, ...]:
    """The code cells of a notebook; none if it is in another language than Python.

    Raises:
        BadNotebookError: it is not JSON, or not a notebook of format 4.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadNotebookError(f"it is not JSON ({error})") from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise BadNotebookError("it has no cells of notebook format 4")
    if not _is_python(document.get("metadata")):
        return ()
    places = _places(text)
    return tuple(_cells(document["cells"], places))


def _is_python(metadata: Any) -> bool:
    about = metadata if isinstance(metadata, dict) else {}
    said = [about.get("language_info"), about.get("kernelspec")]
    languages = [
        each.get("name" if index == 0 else "language")
        for index, each in enumerate(said)
        if isinstance(each, dict)
    ]
    return all(
        not isinstance(each, str) or each.lower().startswith(("python", "ipython")) for each in languages
    )


def _cells(cells: Sequence[Any], places: dict[int, list[int]]) -> Iterator[Cell]:
    for index, cell in enumerate(cells):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            lines, at = _lines(cell.get("source", ""), places.get(index) or [1])
            count = cell.get("execution_count")
            is_counted = isinstance(count, int) and not isinstance(count, bool)
            yield Cell(index + 1, count if is_counted else None, tuple(lines), tuple(at), _has_results(cell))


def _has_results(cell: dict[str, Any]) -> bool:
    """Whether a cell shows what it gave, or when it was executed (`metadata.execution` of JupyterLab)."""
    metadata = cell.get("metadata")
    return bool(cell.get("outputs")) or (isinstance(metadata, dict) and bool(metadata.get("execution")))


def _lines(source: Any, known: Sequence[int]) -> tuple[list[str], list[int]]:
    """The lines of a cell, and the line of the file at which each stands; entries need not be whole lines."""
    parts = source if isinstance(source, list) else [source]
    lines, at = [""], [known[0]]
    for number, part in enumerate(each for each in parts if isinstance(each, str)):
        place = known[min(number, len(known) - 1)]
        first, *others = lines_of(part)
        if not lines[-1]:
            at[-1] = place
        lines[-1] += first
        lines.extend(others)
        at.extend(place for _ in others)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
        at.pop()
    return lines, at


def lines_of(text: str) -> list[str]:
    """The lines of a text, as Python counts them: a form feed or a separator of paragraphs ends none."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


# Where the lines of a cell's source stand in the file ----------------------------------------------------

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|\n', re.DOTALL)


def _places(text: str) -> dict[int, list[int]]:
    """For each cell, by its index, the lines of the file at which the entries of its `source` stand.

    The text is known to be JSON, so that its strings and brackets are enough to find the way.
    """
    found: dict[int, list[int]] = {}
    path: list[str | int] = []
    line, waits_for_name = 1, False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == "\n":
            line += 1
        elif piece in "[{":
            path.append(0 if piece == "[" else "")
            waits_for_name = piece == "{"
        elif piece in "]}":
            path.pop()
            waits_for_name = False
        elif piece == ",":
            waits_for_name = isinstance(path[-1], str)
            if isinstance(path[-1], int):
                path[-1] += 1
        elif piece != ":":
            if waits_for_name:
                path[-1], waits_for_name = piece[1:-1], False
            elif _is_source(path):
                found.setdefault(_index(path), []).append(line)
    return found


def _is_source(path: Sequence[str | int]) -> bool:
    return len(path) in (3, 4) and path[0] == "cells" and path[2] == "source"


def _index(path: Sequence[str | int]) -> int:
    index = path[1]
    return index if isinstance(index, int) else 0


# What only IPython understands ---------------------------------------------------------------------------

_MAGIC = re.compile(r"(?P<before>\s*)(?:(?P<name>[\w, ]+=\s*)?[%!]|\?|[\w.]+\?{1,2}\s*$)")
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)")
_RUNS_CODE = frozenset({"capture", "prun", "time", "timeit"})
_RUN = re.compile(r"\s*%run\s+(?:-\w+\s+)*(?P<path>[\w./-]+?)(?:\.py)?\s*$")


def plain_lines(cell: Cell) -> list[str]:
    """The lines of a cell with what only IPython understands blanked, as many as there were."""
    lines = list(cell.lines)
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return lines
    magic = _CELL_MAGIC.match(lines[first])
    if magic and magic["name"] not in _RUNS_CODE:
        return [""] * len(lines)
    if magic:
        lines[first] = ""
    plain: list[str] = []
    goes_on = False  # a command for the shell may be continued by a backslash
    for line in lines:
        plain.append("" if goes_on else _plain(line))
        goes_on = line.endswith("\\") and (goes_on or line.lstrip().startswith(("!", "%")))
    return plain


def _plain(line: str) -> str:
    magic = _MAGIC.match(line)
    if magic is None:
        return line
    run = _RUN.match(line)
    if run is not None:  # what it runs becomes part of the program, as an import does
        module = run["path"].strip("./").replace("/", ".").replace("-", "_")
        return (
            f"{magic['before']}import {module}"
            if module.replace(".", "").isidentifier()
            else f"{magic['before']}pass"
        )
    return f"{magic['before']}{magic['name'] or ''}{'None' if magic['name'] else 'pass'}"
