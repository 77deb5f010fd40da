"""Answers in tables: an export of a form as CSV, and tables in Markdown.

Either each row is a question, with columns for the answer and what was written beside it, or each column is a
question and the one row below holds the answers, as forms on the web export them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reprocrate.validation.checklists.carriers.asked import Asked
from reprocrate.validation.checklists.carriers.text import Text
from reprocrate.validation.checklists.carriers.wording import one_line, read_answer, squeezed

_ANSWER = frozenset(
    ["answer", "answers", "response", "yourresponse", "youranswer", "reply", "status", "yesnona"]
)
_QUESTION = frozenset(
    ["question", "questions", "item", "checklistitem", "criterion", "criteria", "requirement", "text"]
)
_NUMBER = frozenset(["no", "nr", "number", "id", "itemid", "itemnumber", "code"])
_BESIDE = frozenset(
    [
        "justification",
        "comment",
        "comments",
        "notes",
        "note",
        "explanation",
        "elaboration",
        "section",
        "evidence",
        "where",
    ]
)
_MOST_ROWS = 2_000
_MD_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_MD_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table and where it stands."""

    cells: tuple[str, ...]
    offset: int


class SeveralError(Exception):
    """A table that holds the answers of several submissions; its argument is how many."""


def comma_separated(text: Text) -> Iterator[Asked]:
    """Every answer of a file of values separated by commas, semicolons or tabs.

    Raises:
        SeveralError: it holds the answers of several submissions.
    """
    content = text.content
    head = content.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = []
    try:
        reader = csv.reader(io.StringIO(content), delimiter=delimiter)
        starts = _line_starts(content)
        before = 0
        for cells in reader:
            rows.append(Row(tuple(cells), starts[min(before, len(starts) - 1)]))
            before = reader.line_num
            if len(rows) > _MOST_ROWS:
                break
    except csv.Error:
        return
    yield from _of_rows(rows, text)


def markdown_tables(text: Text) -> Iterator[Asked]:
    """Every answer in the tables of a Markdown text."""
    rows: list[Row] = []
    offset = 0
    for line in [*text.content.split("\n"), ""]:
        match = _MD_ROW.match(line)
        if match and not _MD_RULE.match(line):
            rows.append(Row(tuple(cell.strip(" *_`") for cell in match[1].split("|")), offset))
        elif not match and rows:
            if _columns(rows[0].cells)[0] is not None:
                yield from _of_rows(rows, text)
            rows = []
        offset += len(line) + 1


def _of_rows(rows: Sequence[Row], text: Text) -> Iterator[Asked]:
    if len(rows) < 2:
        return
    answer, question, number, beside = _columns(rows[0].cells)
    if answer is None:
        yield from _wide(rows, text)
        return
    for row in rows[1:]:
        said = _cell(row, answer)
        found, written, rest = read_answer(said)
        asked = _cell(row, question)
        yield Asked(
            question=one_line(asked),
            title=one_line(asked),
            number=_cell(row, number).strip(),
            written=written,
            answer=found,
            justification=one_line(_cell(row, beside)) or rest,
            place=text.place(row.offset),
        )


def _wide(rows: Sequence[Row], text: Text) -> Iterator[Asked]:
    """Questions in the first row, answers in the second."""
    filled = [row for row in rows[1:] if any(cell.strip() for cell in row.cells)]
    asking = [cell for cell in rows[0].cells if len(cell) > 25]
    if len(asking) < 3 or not filled:
        return
    if len(filled) > 1:
        raise SeveralError(len(filled))
    heads = rows[0].cells
    for column, head in enumerate(heads):
        answer, written, rest = read_answer(_cell(filled[0], column))
        follows = squeezed(heads[column + 1]) if column + 1 < len(heads) else ""
        beside = _cell(filled[0], column + 1) if follows in _BESIDE else ""
        yield Asked(
            one_line(head),
            one_line(head),
            "",
            written,
            answer,
            one_line(beside) or rest,
            text.place(filled[0].offset),
        )


def _columns(head: Sequence[str]) -> tuple[int | None, int | None, int | None, int | None]:
    """Which columns hold the answer, the question, its number, and what is written beside."""
    names = [squeezed(cell) for cell in head]

    def first(known: frozenset[str]) -> int | None:
        return next((index for index, name in enumerate(names) if name in known), None)

    return first(_ANSWER), first(_QUESTION), first(_NUMBER), first(_BESIDE)


def _cell(row: Row, column: int | None) -> str:
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def _line_starts(content: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", content))]
