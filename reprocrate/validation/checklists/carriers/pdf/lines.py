"""The text of pages without what is not of the text: line numbers, page numbers, hyphens, ligatures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from reprocrate.validation.checklists.carriers.text import Text

_LEADING = re.compile(r"^(\d{1,5})(?:\s+|$)")
_TRAILING = re.compile(r"(?:\s|(?<=[^\d.,])|(?<=[^\d][.,]))(\d{1,5})$")
_ALONE = re.compile(r"\s*\d{1,5}\s*")
_HYPHENS = re.compile(r"[\u00ad\ufffe\x02]\n?|(?<=[a-z])-\n(?=[a-z])")
_FEWEST, _MANY, _MOST_MISSED = 5, 8, 4


def text_of_pages(pages: Sequence[str], file: str) -> Text:
    """One text of all pages."""
    text = Text(file)
    for page in pages:
        text.add("\n".join(plain_lines(page)) + "\n")
    return text


def plain_lines(page: str) -> list[str]:
    """The lines of a page as they were written."""
    plain = unicodedata.normalize("NFKC", page.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line.rstrip() for line in plain.split("\n")]
    for pattern in (_LEADING, _TRAILING):
        if numbered := _numbered(lines, pattern):
            lines = [pattern.sub("", line) if index in numbered else line for index, line in enumerate(lines)]
    lines = [line for line in lines if not _ALONE.fullmatch(line)]
    return [_without_controls(line) for line in _HYPHENS.sub("", "\n".join(lines)).split("\n")]


def _numbered(lines: Sequence[str], pattern: re.Pattern[str]) -> set[int]:
    """Which lines carry a line number: those whose numbers go up by one from each to the next.

    A list that is numbered goes up as well, so only a long row of numbers is taken for this.
    """
    numbers = [(index, int(match[1])) for index, line in enumerate(lines) if (match := pattern.search(line))]
    best: list[tuple[int, int]] = []
    row: list[tuple[int, int]] = []
    for each in numbers:
        if row and each[1] == row[-1][1]:
            continue
        if row and not 1 <= each[1] - row[-1][1] <= _MOST_MISSED:
            best, row = max(best, row, key=len), []
        row.append(each)
    best = max(best, row, key=len)
    filled = sum(bool(line.strip()) for line in lines)
    return {index for index, _ in best} if len(best) >= min(_MANY, max(_FEWEST, filled // 2)) else set()


def _without_controls(line: str) -> str:
    return "".join(each if each.isprintable() or each == "\t" else " " for each in line)
