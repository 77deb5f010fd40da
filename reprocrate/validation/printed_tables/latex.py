"""Tables of LaTeX: tabular and its relatives, with booktabs, multirow, siunitx and own commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reprocrate.validation.printed_tables.grid import PrintedTable, make_table
from reprocrate.validation.printed_tables.latex_columns import TABULARS, columns_of
from reprocrate.validation.printed_tables.latex_commands import KNOWN
from reprocrate.validation.printed_tables.latex_rows import rows_of
from reprocrate.validation.printed_tables.latex_text import printed
from reprocrate.validation.printed_tables.latex_tokens import (
    Token,
    Tokens,
    argument,
    environment_end,
    expanded,
    name_at,
    option,
    tokens_of,
)

_ONLY_IN_FLOATS = frozenset(("array",))
_FLOATS = re.compile(
    r"(?:sideways|wrap|long|sub|S|threepart|margin|float)?table\*?|(?:wrap|sub)?figure\*?|tabularblock|adjustbox"
    r"|longtable|supertabular|xltabular|longtblr|talltblr|deluxetable\*?|tcolorbox|center|minipage|threeparttable"
)


@dataclass
class _Float:
    """What surrounds tables and names them."""

    name: str
    caption: str = ""
    labels: list[str] = field(default_factory=list)


@dataclass
class _Found:
    """A tabular, with all that surrounds it; captions may still follow it."""

    name: str
    tokens: list[Token]
    line: int
    around: list[_Float]


def read(text: str) -> list[PrintedTable]:
    """The tables of a source, in their order.

    Raises:
        UnreadableTableError: commands expand without end, groups are nested too deeply, or a table
            is too large.
    """
    tokens = expanded(tokens_of(text), KNOWN)
    tables = []
    for found in _tabulars(tokens):
        rows = rows_of(found.tokens, found.line, columns_of(found.name, found.tokens))
        caption = next((each.caption for each in reversed(found.around) if each.caption), "")
        labels = [label for each in reversed(found.around) for label in each.labels]
        table = make_table(rows, found.line, labels=labels, caption=caption)
        tables += [table] if table else []
    return tables


def _tabulars(tokens: list[Token]) -> list[_Found]:
    """All tabulars that are in no other one."""
    found: list[_Found] = []
    around: list[_Float] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.is_word("begin"):
            name, at = name_at(tokens, at)
            if name in TABULARS and (name not in _ONLY_IN_FLOATS or around):
                end = environment_end(tokens, at, name)
                own = _Float(name)
                _read_names(tokens[at:end], own)
                found.append(_Found(name, tokens[at:end], token.line, [*around, own]))
                at = end
            elif _FLOATS.fullmatch(name):
                around.append(_Float(name))
        elif token.is_word("end"):
            name, at = name_at(tokens, at)
            if any(each.name == name for each in around):
                while around.pop().name != name:
                    pass
        elif around:
            at = _read_name(tokens, at, token, around[-1])
    return found


def _read_names(tokens: Tokens, into: _Float) -> None:
    at = 0
    while at < len(tokens):
        at = _read_name(tokens, at + 1, tokens[at], into)


def _read_name(tokens: Tokens, at: int, token: Token, into: _Float) -> int:
    """A caption or a label, if this is one."""
    if token.is_word("caption", "tablecaption", "captionof", "subcaption", "tbl"):
        if token.text == "captionof":
            _, at = argument(tokens, at)
        _, at = option(tokens, at)
        inside, after = argument(tokens, at)
        into.caption = into.caption or printed(inside)
        _read_labels(inside, into)
        return after
    if token.is_word("label"):
        label, at = name_at(tokens, at)
        into.labels.append(label)
    return at


def _read_labels(tokens: Tokens, into: _Float) -> None:
    for at, token in enumerate(tokens):
        if token.is_word("label"):
            into.labels.append(name_at(tokens, at + 1)[0])
