"""A README taken apart: its lines with the headings above them, its links, and its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,})")
_HEADING = re.compile(
    r"\s{0,3}#{1,6}\s+(?P<title>.+?)\s*#*\s*$|\s*<h[1-6][^>]*>(?P<html>.*?)</h[1-6]>", re.IGNORECASE
)
_UNDERLINE = re.compile(r"\s*([=\-~^\"'*+#])\1{2,}\s*$")
_PRE = re.compile(r"<(?P<end>/?)pre\b", re.IGNORECASE)
_DIRECTIVE = re.compile(r"(?P<room>\s*)(?:\.\. (?:code|code-block|sourcecode)::.*|.*[^:]::|::)\s*$")
_INDENTED = re.compile(r"(?: {4}|\t)\s*\S")
_URL = re.compile(r"https?://[^\s<>()\[\]{}\"'`|\\]+(?:\([^\s<>()]*\)[^\s<>()\[\]{}\"'`|\\]*)?")
_NUMBER = re.compile(
    r"(?<![\w.])[-+]?\d{1,6}(?:[.,]\d+)?\s*%?(?:\s*(?:±|\+/?-|\\pm|\()\s*\d+(?:\.\d+)?\)?)?(?![\w])"
)
_SCORE = re.compile(r"\d{2}\.\d{1,3}|0?\.\d{2,4}")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a README.

    Attributes:
        number: counted from 1.
        text: as it stands there.
        heading: the heading above it, in small letters.
        block: number of the block of code that it stands in; None where it stands in the text.
    """

    number: int
    text: str
    heading: str
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An address with the words around it, in small letters."""

    url: str
    path: str
    line: int
    words: str
    heading: str


def lines_of(text: str) -> list[Line]:
    """The lines of a README with the headings above them, and which of them are code."""
    found: list[Line] = []
    heading, block, fence, pre, room = "", 0, "", False, -1
    raw = text.splitlines()
    for number, line in enumerate(raw, 1):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark["mark"].startswith(fence)
            found.append(Line(number, "" if closes else line, heading, block))
            fence = "" if closes else fence
            continue
        if mark and "`" not in line[mark.end() :]:
            fence, block = mark["mark"], block + 1
            found.append(Line(number, "", heading, block))
            continue
        if tag := _PRE.search(line):
            pre, block = not tag["end"], block + (not tag["end"])
        title = _title(raw, number - 1)
        if title is not None and not pre:
            heading = title
        indent = len(line) - len(line.lstrip())
        room = room if room >= 0 and (not line.strip() or indent > room) else -1
        is_code = pre or (room >= 0 and bool(line.strip())) or _is_indented(raw, number - 1, found)
        if is_code and not (found and found[-1].block is not None):
            block += 1
        found.append(Line(number, _TAG.sub("", line) if pre else line, heading, block if is_code else None))
        if (directive := _DIRECTIVE.match(line)) and not pre:
            room = len(directive["room"])
    return found


def links_of(path: str, lines: list[Line]) -> Iterator[Link]:
    """The addresses in a README, code included: there may be a `wget` in it."""
    for line in lines:
        for match in _URL.finditer(line.text):
            url = match[0].rstrip(".,;:!?*_")
            yield Link(url, path, line.number, line.text.lower(), line.heading)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a README.

    Attributes:
        line: where it begins.
        head: its first row, in small letters.
        cells: the others.
        heading: the heading above it.
    """

    line: int
    head: str
    cells: tuple[str, ...]
    heading: str

    @property
    def numbers(self) -> int:
        """How many cells are numbers."""
        return sum(map(is_number, self.cells))

    @property
    def measured(self) -> int:
        """How many are numbers as scores are given: two digits before the point, or a share of one."""
        return sum(_SCORE.fullmatch(_bare(cell)) is not None for cell in self.cells)


def tables_of(lines: list[Line], text: str) -> Iterator[Table]:
    """Tables in Markdown, reStructuredText and HTML."""
    yield from _markdown(lines)
    yield from _restructured(lines)
    for match in re.finditer(r"<table\b.*?(?:</table>|\Z)", text, re.IGNORECASE | re.DOTALL):
        number = text.count("\n", 0, match.start()) + 1
        cells = [_TAG.sub(" ", cell).strip() for cell in _CELL.findall(match[0])]
        heading = lines[min(number, len(lines)) - 1].heading if lines else ""
        yield Table(number, " ".join(cells[:12]).lower(), tuple(cells), heading)


def is_number(cell: str) -> bool:
    """Whether a cell of a table holds a measured value, in whatever way it is set off."""
    return _NUMBER.fullmatch(_bare(cell)) is not None


def _bare(cell: str) -> str:
    """A cell without what sets it off."""
    return re.sub(r"[*_`$\\]|\\?%|<[^>]*>", "", cell).replace("textbf", "").strip("{} \t\n")


def _markdown(lines: list[Line]) -> Iterator[Table]:
    for place, line in enumerate(lines):
        if place == 0 or "|" not in line.text or not _RULE.match(line.text) or line.block is not None:
            continue
        head = lines[place - 1]
        cells: list[str] = []
        for row in lines[place + 1 :]:
            if "|" not in row.text:
                break
            cells += row.text.strip().strip("|").split("|")
        yield Table(head.number, head.text.lower(), tuple(cells), head.heading)


_GRID = re.compile(r"\s*\+(?:[-=]+\+)+\s*$")
_SIMPLE = re.compile(r"\s*={2,}(?:\s+={2,})+\s*$")


def _restructured(lines: list[Line]) -> Iterator[Table]:
    """Tables between lines of `+---+---+` or `=== ===` (docutils, reStructuredText specification)."""
    for kind, parts in ((_GRID, re.compile(r"\|")), (_SIMPLE, re.compile(r"\s{2,}"))):
        rules = [place for place, line in enumerate(lines) if kind.match(line.text)]
        if len(rules) < 2:
            continue
        rows = lines[rules[0] + 1 : rules[-1]]
        cells = [cell for row in rows if not kind.match(row.text) for cell in parts.split(row.text.strip())]
        first = lines[rules[0]]
        yield Table(first.number, rows[0].text.lower() if rows else "", tuple(cells), first.heading)


def _title(raw: list[str], place: int) -> str | None:
    match = _HEADING.match(raw[place])
    if match:
        return _TAG.sub("", match["title"] or match["html"] or "").strip().lower()
    below = raw[place + 1] if place + 1 < len(raw) else ""
    is_title = (
        raw[place].strip() and _UNDERLINE.match(below) and len(below.strip()) + 2 >= len(raw[place].strip())
    )
    return raw[place].strip().lower() if is_title and not _UNDERLINE.match(raw[place]) else None


def _is_indented(raw: list[str], place: int, before: list[Line]) -> bool:
    """Whether a line is code because it is indented: behind a blank line, or behind such a line."""
    if not _INDENTED.match(raw[place]):
        return False
    if not before or not before[-1].text.strip():
        return not re.match(r"\s*(?:[-*+]|\d+\.)\s", raw[place])
    return before[-1].block is not None
