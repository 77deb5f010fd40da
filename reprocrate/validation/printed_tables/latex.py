"""Tables of LaTeX: tabular and its relatives, with booktabs, multirow, siunitx and own commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reprocrate.validation.printed_tables.grid import PrintedTable, make_table
from reprocrate.validation.printed_tables.latex_columns import TABULARS, columns_of
from reprocrate.validation.printed_tables.latex_commands import KNOWN
from reprocrate.validation.printed_tables.latex_definitions import expanded
from reprocrate.validation.printed_tables.latex_files import document_of
from reprocrate.validation.printed_tables.latex_rows import rows_of
from reprocrate.validation.printed_tables.latex_text import printed
from reprocrate.validation.printed_tables.latex_tokens import (
    Kind,
    Token,
    Tokens,
    argument,
    environment_end,
    name_at,
    option,
    string_of,
)
from reprocrate.validation.printed_tables.sources import ALONE, Around

_OPTION = re.compile(r"(caption|label)(=?)$")
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


def read(text: str, path: str = "", around: Around = ALONE) -> list[PrintedTable]:
    """The tables of a source and of the files that it brings in, in their order.

    Args:
        text: the source.
        path: where it lies; a part of a paper is read as the paper beside it has it.
        around: the files beside it.

    Raises:
        UnreadableTableError: commands expand without end, groups are nested too deeply, a table
            is too large, or there are too many files.
    """
    source, sources = document_of(path, text, around)
    tokens = expanded(source, KNOWN)
    paths = sources.paths if len(sources.paths) > 1 else ()
    tables = []
    for found in _tabulars(tokens):
        rows = rows_of(found.tokens, found.line, columns_of(found.name, found.tokens))
        caption = next((each.caption for each in reversed(found.around) if each.caption), "")
        labels = [label for each in reversed(found.around) for label in each.labels]
        table = make_table(rows, found.line, labels=labels, caption=caption, paths=paths)
        tables += [table] if table else []
    return tables if sources.path == path else [each for each in tables if _is_of(each, path)]


def _is_of(table: PrintedTable, path: str) -> bool:
    """Whether a table of a paper, or any of its rows, stands in a file."""
    lines = {table.line, *(cell.line for row in table.rows for cell in row if cell.line)}
    return any(table.at(line, path)[0] == path for line in lines)


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
                _read_options(tokens[at:end], own)
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


def _read_options(tokens: Tokens, into: _Float) -> None:
    r"""What tabularray has as options: `\begin{longtblr}[caption={...}, label={tab:main}]{...}`."""
    given, _ = option(list(tokens), 0)
    for at, token in enumerate(given or ()):
        match = _OPTION.search(token.text) if token.kind is Kind.TEXT else None
        if match and given and (after := _behind_equals(given, at, match)) < len(given):
            inside, _ = argument(given, after)
            if match[1] == "caption":
                into.caption = into.caption or printed(inside)
            else:
                into.labels.append(string_of(inside))


def _behind_equals(tokens: Tokens, at: int, match: re.Match[str]) -> int:
    """The place behind the equals sign of an option, which may be a token of its own."""
    after = at + 1
    while after < len(tokens) and (tokens[after].kind is Kind.SPACE or tokens[after].text == "="):
        after += 1
    return after if match[2] or "=" in (each.text for each in tokens[at + 1 : after]) else len(tokens)


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
