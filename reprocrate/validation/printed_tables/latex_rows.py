"""The rows of a LaTeX table: where they end, which rules part them, and what their cells span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reprocrate.validation.printed_tables.grid import GridCell, Row
from reprocrate.validation.printed_tables.latex_columns import TABULARS, Columns, says_bold, spans_said
from reprocrate.validation.printed_tables.latex_text import cell_of
from reprocrate.validation.printed_tables.latex_tokens import (
    Kind,
    Token,
    argument,
    environment_end,
    name_at,
    option,
    string_of,
)

_RULES = {
    "toprule": "o",
    "midrule": "o",
    "bottomrule": "o",
    "hline": "",
    "Xhline": "d",
    "thickhline": "",
    "hdashline": "o",
    "specialrule": "ddd",
    "hhline": "d",
    "Hline": "o",
}
_BESIDE = {
    "cmidrule": "pd",
    "cline": "d",
    "cdashline": "d",
    "Cline": "d",
    "addlinespace": "o",
    "morecmidrules": "",
    "arrayrulecolor": "od",
    "doublerulesepcolor": "od",
    "rowcolor": "odoo",
    "rowcolors": "ddd",
    "noalign": "d",
    "caption": "od",
    "label": "d",
    "pagebreak": "o",
    "nopagebreak": "o",
    "centering": "",
    "setlength": "dd",
    "tableheadseprule": "",
    "startdata": "",
    "enddata": "",
    "colnumbers": "",
    "tablehead": "k",
    "Hlines": "",
}
"""What may stand at the beginning of a row and is no part of a cell; `p` is an argument in parentheses."""

_ENDS = ("tabularnewline", "cr")
_HEADS = ("endfirsthead", "endhead")
_FEET = ("endfoot", "endlastfoot")
_LENGTH = re.compile(r"\[\s*[-+.,0-9]*\s*\\?[A-Za-z]*\s*\]")
_MOST_SPANNED = 1000


def rows_of(tokens: Sequence[Token], line: int, columns: Columns) -> list[Row]:
    """The rows of a table, with those that a longtable repeats on each page only once.

    Args:
        tokens: what stands in the environment.
        line: where it begins.
        columns: what its preamble says.
    """
    reader = _Rows(line, columns)
    reader.read(list(tokens[columns.body :]))
    return reader.rows


class _Rows:
    def __init__(self, line: int, columns: Columns) -> None:
        self.rows: list[Row] = []
        self._columns = columns
        self._cells: list[list[Token]] = [[]]
        self._is_ruled = False
        self._line = line
        self._kept = self._count = 0

    def read(self, tokens: list[Token]) -> None:
        at, depth = 0, 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            depth += token.opens() - token.closes()
            if depth > 0 or token.closes():
                self._cells[-1].append(token)
            elif token.is_word("begin"):
                at = self._environment(token, tokens, at)
            elif token.is_special("&"):
                self._cells.append([])
            elif token.is_symbol("\\") or token.is_word(*_ENDS):
                at = _past_row_end(tokens, at)
                self._end_row(token.line)
            elif (
                token.kind is Kind.WORD
                and self._is_row_start()
                and (token.text in _RULES or token.text in _BESIDE)
            ):
                self._is_ruled = self._is_ruled or token.text in _RULES
                at = _past(tokens, at, _RULES.get(token.text, _BESIDE.get(token.text, "")))
            elif token.is_word(*_HEADS, *_FEET):
                self._end_row(token.line)
                self._end_part(token.text)
            else:
                self._cells[-1].append(token)
        self._end_row(self._line)

    def _is_row_start(self) -> bool:
        return len(self._cells) == 1 and all(token.kind is Kind.SPACE for token in self._cells[0])

    def _environment(self, token: Token, tokens: list[Token], at: int) -> int:
        """An environment in a cell; of a table that breaks its text over lines, the text."""
        name, after = name_at(tokens, at)
        if name not in TABULARS:
            self._cells[-1].append(token)
            return at
        end = environment_end(tokens, after, name)
        for each in TABULARS[name]:
            after = option(tokens, after)[1] if each == "o" else argument(tokens, after)[1]
        self._cells[-1] += [_unbroken(each) for each in tokens[after:end] if not each.is_word(*_RULES)]
        return name_at(tokens, end + 1)[1] if end < len(tokens) else end

    def _end_row(self, line: int) -> None:
        if not self._is_row_start():
            begun = next((t.line for cell in self._cells for t in cell if t.kind is not Kind.SPACE), line)
            made = _cells(self._cells, begun, self._columns, self._count)
            is_ruled = self._is_ruled or self._count in self._columns.ruled
            self.rows.append(Row(tuple(_joined(made, self._columns)), is_ruled))
            self._count += 1
            self._is_ruled = False
        elif self._is_ruled:  # a rule that no cell follows
            self.rows.append(Row((), True))
            self._is_ruled = False
        self._cells = [[]]

    def _end_part(self, name: str) -> None:
        """The end of a head or foot of a longtable: of several heads the first one stays, feet go."""
        if name in _FEET or (name == "endhead" and self._kept):
            del self.rows[self._kept :]
        self.rows = [row._replace(is_head=True) for row in self.rows]
        self._kept = len(self.rows)


def _past(tokens: list[Token], at: int, pattern: str) -> int:
    for each in pattern:
        if each == "o":
            _, at = option(tokens, at)
        elif each == "p":
            if at < len(tokens) and tokens[at].kind is Kind.TEXT and tokens[at].text.startswith("("):
                at += 1
        else:
            _, at = argument(tokens, at)
    return at


def _past_row_end(tokens: list[Token], at: int) -> int:
    """Behind the star and the length that may follow the end of a row."""
    if at < len(tokens) and tokens[at].kind is Kind.TEXT and tokens[at].text.startswith("*"):
        tokens[at] = tokens[at]._replace(text=tokens[at].text[1:])
    start = at
    inside, after = option(tokens, at)
    if inside is None:
        return start
    return after if _LENGTH.fullmatch(f"[{string_of(inside)}]") else start


def _unbroken(token: Token) -> Token:
    """A token of a text that is broken over lines, as it would be without."""
    is_break = token.is_symbol("\\") or token.is_special("&") or token.is_word(*_ENDS)
    return Token(Kind.SPACE, " ", token.line) if is_break else token


def _cells(parts: Sequence[list[Token]], line: int, columns: Columns, row: int) -> list[GridCell]:
    cells: list[GridCell] = []
    column = covered = 0
    is_bold_row = any(_row_is_bold(part) for part in parts)
    for part in parts:
        if covered:  # what a cell covers that spans columns in tabularray or nicematrix is left empty
            covered -= 1
            continue
        span = _spans([*part])
        across, down = columns.spans.get((row, column), (span.across, span.down))
        covered = across - 1 if span.covers or (row, column) in columns.spans else 0
        styled = columns.before.get(column, []) if across == 1 else []
        made = cell_of(
            [*styled, *span.content],
            line,
            is_number=column in columns.numbers and across == 1,
            columns=across,
            rows=down,
        )
        is_bold = span.is_bold or is_bold_row or columns.is_bold(row, column)
        cells.append(made._replace(is_bold=True) if is_bold else made)
        column += across
    return cells


def _row_is_bold(tokens: Sequence[Token]) -> bool:
    at = next((at for at, token in enumerate(tokens) if token.is_word("SetRow")), None)
    return at is not None and says_bold(argument(tokens, option(tokens, at + 1)[1])[0])


class _Span(NamedTuple):
    """A cell with what the commands in it say of its place.

    Attributes:
        content: its tokens without these commands.
        across, down: how many columns and rows it spans.
        covers: whether the places that it covers are written nevertheless.
        is_bold: whether it is in bold type.
    """

    content: list[Token]
    across: int = 1
    down: int = 1
    covers: bool = False
    is_bold: bool = False


def _spans(tokens: list[Token]) -> _Span:
    span = _Span(tokens)
    while (next_one := _without_first(span)) is not None:
        span = next_one
    return span


def _without_first(span: _Span) -> _Span | None:
    """A cell without the first command that says how many places it spans; None where there is none."""
    tokens = span.content
    for at, token in enumerate(tokens):
        if token.is_word("multicolumn"):
            count, after = name_at(tokens, at + 1)
            inside, after = argument(tokens, argument(tokens, after)[1])
            content = [*tokens[:at], *inside, *tokens[after:]]
            return span._replace(content=content, across=_count(count))
        if token.is_word("multirow"):
            _, after = option(tokens, at + 1)
            count, after = name_at(tokens, after)
            _, after = option(tokens, after)
            _, after = argument(tokens, after)
            _, after = option(tokens, after)
            inside, after = argument(tokens, after)
            return span._replace(content=[*tokens[:at], *inside, *tokens[after:]], down=_count(count))
        if token.is_word("SetCell", "SetRow", "SetColumn"):
            said, after = option(tokens, at + 1)
            style, after = argument(tokens, after)
            across, down = spans_said(string_of(said or []))
            content = [*tokens[:at], *tokens[after:]]
            is_bold = token.is_word("SetCell") and says_bold(style)
            if token.is_word("SetCell"):
                span = span._replace(across=across, down=down, covers=across > 1)
            return span._replace(content=content, is_bold=span.is_bold or is_bold)
        if token.is_word("Block"):
            return _block(span, at)
    return None


def _block(span: _Span, at: int) -> _Span:
    r"""A cell of nicematrix: `\Block[c]{2-1}<\bfseries>{Method}` spans two rows."""
    tokens = span.content
    _, after = option(tokens, at + 1)
    size, after = name_at(tokens, after)
    style: list[Token] = []
    if after < len(tokens) and tokens[after].text.startswith("<"):
        closing = next((n for n in range(after, len(tokens)) if tokens[n].text.endswith(">")), after)
        style, after = tokens[after : closing + 1], closing + 1
    inside, after = argument(tokens, after)
    down, _, across = size.partition("-")
    return _Span(
        [*tokens[:at], *inside, *tokens[after:]], _count(across), _count(down), True, says_bold(style)
    )


def _count(text: str) -> int:
    plain = text.strip()
    if not re.fullmatch(r"-?[0-9]{1,4}", plain) or int(plain) == 0:
        return 1
    return max(-_MOST_SPANNED, min(int(plain), _MOST_SPANNED))


def _joined(cells: list[GridCell], columns: Columns) -> list[GridCell]:
    r"""Cells with those put together that the preamble joins, as `r@{ $\pm$ }l` does."""
    if not columns.joined:
        return cells
    made: list[GridCell] = []
    column = 0
    for cell in cells:
        joint = columns.joined.get(column - 1)
        if joint and made and made[-1].columns == 1 and cell.columns == 1:
            first = made.pop()
            text = f"{first.text}{joint if '±' not in joint else f' {joint} '}{cell.text}"
            made.append(first._replace(text=text if first.text and cell.text else first.text or cell.text))
            column += 1
            continue
        within = sum(1 for each in columns.joined if column <= each < column + cell.columns - 1)
        made.append(cell._replace(columns=cell.columns - within) if within else cell)
        column += cell.columns
    return made
