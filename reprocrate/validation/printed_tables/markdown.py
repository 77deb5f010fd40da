"""Tables of Markdown: pipe tables, grid tables and simple tables.

The first are those of GitHub (GitHub Flavored Markdown 0.29, section 4.10), the others those of Pandoc.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reprocrate.validation.printed_tables.drawn import Drawn, grid_table, simple_table
from reprocrate.validation.printed_tables.grid import (
    GridCell,
    Places,
    PrintedTable,
    Row,
    make_table,
    plain,
)
from reprocrate.validation.printed_tables.html import read as read_html

_DELIMITER = re.compile(r"(?:\|\s*)?:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_PIPE = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_BOLD = re.compile(r"\*\*(?=\S)|(?<!\w)__(?=\S)|<b>|<strong>|\\(?:textbf|mathbf|bm|boldsymbol)\{")
_UNDERLINED = re.compile(r"<u>|<ins>|\\underline\{")
_REPLACED = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"<br\s*/?>", " "),
        (r"<su[pb]>[ \t]*(±[^<]*)</su[pb]>", r" \1"),
        (r"<sup>[^<]*</sup>|\[\^[^\[\]]*\]", ""),
        (r"<[/A-Za-z][^<>]*>", ""),
        (r"!\[[^\[\]]*\]\([^()]*\)", ""),
        (r"\[([^\[\]]*)\]\([^()]*\)", r"\1"),
        (r"\\(?:textbf|mathbf|bm|boldsymbol|underline|text|mathrm)\{([^{}]*)\}", r"\1"),
        (r"\\pm|\+/-|&plusmn;", "±"),
        (r"\\uparrow|&uarr;", "↑"),
        (r"\\downarrow|&darr;", "↓"),
        (r"&nbsp;", " "),
        (r"&amp;", "&"),
        (r"\*\*|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)|~~|`|\$", ""),
        (r"(?<![\w*])\*(?=\S)([^*]*)(?<=\S)\*(?!\w)", r"\1"),
        (r"\\([!-/:-@\[-`{-~])", r"\1"),
    )
)
_MARKED = re.compile(r"[\\*_<>\[\]`~$&+!]")
"""What makes a text more than the characters that it shows."""
_CAPTION = re.compile(r"[\s*_:]*(?:table|tab\.)\s*(?::\s*)?\w+", re.IGNORECASE)
_LABEL = re.compile(r"\{#([^\s{}]+)[^{}]*\}")


def read(text: str) -> list[PrintedTable]:
    """The tables of a text, those that it has in HTML among them, in their order."""
    lines = text.split("\n")
    found: list[PrintedTable] = []
    places = Places()
    at, fence = 0, ""
    while at < len(lines):
        match = _FENCE.match(lines[at])
        if match and (not fence or match[1].startswith(fence)):
            fence = "" if fence else match[1]
        if not fence and at + 1 < len(lines) and _begins(lines[at], lines[at + 1]):
            end = _end(lines, at)
            table = _table(lines, at, end, places)
            found += [table] if table else []
            at = end
            continue
        drawn = None if fence else _drawn(lines, at, places)
        if drawn:
            rows, heads, end = drawn
            caption = caption_beside(lines, at, end)
            labels = _LABEL.findall(caption)
            table = (
                make_table(rows, at + 1, caption=caption, labels=labels, heads=heads or None)
                if rows
                else None
            )
            found += [table] if table else []
            at = end
            continue
        at += 1
    if "<table" in text.lower():
        found += read_html(text)
    return sorted(found, key=lambda table: table.line)


def _drawn(lines: Sequence[str], at: int, places: Places) -> Drawn | None:
    return grid_table(lines, at, _cell_of, places) or simple_table(lines, at, _cell_of, places)


def _begins(head: str, delimiter: str) -> bool:
    if "|" not in head or "-" not in delimiter or not _DELIMITER.fullmatch(delimiter.strip()):
        return False
    return len(_parts(head)) == len(_parts(delimiter))


def _end(lines: Sequence[str], at: int) -> int:
    end = at + 2
    while end < len(lines) and lines[end].strip() and not lines[end].lstrip().startswith((">", "#", "```")):
        if "|" not in lines[end]:
            break
        end += 1
    return end


def _parts(line: str) -> list[str]:
    trimmed = line.strip().removeprefix("|")
    if trimmed.endswith("|") and not trimmed.endswith("\\|"):
        trimmed = trimmed[:-1]
    return _PIPE.split(trimmed)


def _table(lines: Sequence[str], at: int, end: int, places: Places) -> PrintedTable | None:
    width = len(_parts(lines[at]))
    places.take(width * (end - at - 1))
    rows = []
    for number in (at, *range(at + 2, end)):
        parts = (_parts(lines[number]) + [""] * width)[:width]
        cells = tuple(_cell(part, number + 1) for part in parts)
        rows.append(Row(cells, is_head=number == at))
    caption = caption_beside(lines, at, end)
    return make_table(rows, at + 1, caption=caption, labels=_LABEL.findall(caption), heads=1)


def _cell_of(part: str, number: int) -> GridCell:
    return _cell(part, number + 1)


def _cell(part: str, line: int) -> GridCell:
    if not _MARKED.search(part):
        return GridCell(plain(part), line, source=part.strip())
    shown = part.replace("\\|", "|").strip()
    is_bold, is_underlined = bool(_BOLD.search(shown)), bool(_UNDERLINED.search(shown))
    for pattern, by in _REPLACED:
        shown = pattern.sub(by, shown)
    return GridCell(plain(shown), line, is_bold, is_underlined, part.strip())


def caption_beside(lines: Sequence[str], at: int, end: int) -> str:
    """The paragraph above or below that begins with the word table."""
    for step, start in ((-1, at - 1), (1, end)):
        number = start
        while 0 <= number < len(lines) and not lines[number].strip() and abs(number - start) < 2:
            number += step
        paragraph = _paragraph(lines, number, step) if 0 <= number < len(lines) else ""
        if _CAPTION.match(paragraph) or paragraph.startswith((": ", "Table:")):
            return plain(paragraph.replace("*", ""))
    return ""


def _paragraph(lines: Sequence[str], at: int, step: int) -> str:
    taken: list[str] = []
    while 0 <= at < len(lines) and lines[at].strip() and "|" not in lines[at] and len(taken) < 20:
        taken.append(lines[at].strip())
        at += step
    return " ".join(taken[::step])
