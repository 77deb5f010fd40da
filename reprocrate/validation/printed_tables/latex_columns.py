"""What the preamble of a LaTeX table says of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from reprocrate.validation.printed_tables.latex_commands import BOLD, BOLD_ON
from reprocrate.validation.printed_tables.latex_text import printed
from reprocrate.validation.printed_tables.latex_tokens import (
    Kind,
    Token,
    Tokens,
    argument,
    group_end,
    name_at,
    option,
    string_of,
)

TABULARS = {
    "tabular": "os",
    "tabular*": "dos",
    "tabularx": "dos",
    "tabulary": "dos",
    "xltabular": "ods",
    "array": "os",
    "longtable": "os",
    "supertabular": "s",
    "xtabular": "s",
    "tabu": "s",
    "longtabu": "s",
    "NiceTabular": "oso",
    "NiceTabular*": "doso",
    "NiceTabularX": "doso",
    "tblr": "os",
    "longtblr": "os",
    "talltblr": "os",
    "deluxetable": "s",
    "deluxetable*": "s",
}
"""What follows the beginning of such an environment: `o` an option, `d` an argument, `s` the columns."""

TABULARRAYS = frozenset(("tblr", "longtblr", "talltblr"))
"""Those of the package tabularray, whose preamble is made of keys."""

_STYLED = frozenset(("cell", "row", "column"))
_SPAN = re.compile(r"\b([rc])\s*=\s*([1-9][0-9]{0,2})(?![0-9])")
_JOINING = re.compile(r"±|\+/-|\+-|^\.$|^,$")
_MOST_TOKENS = 20_000


@dataclass(frozen=True)
class Columns:
    """What a table's preamble says of its columns.

    Attributes:
        numbers: which are of siunitx, type `S`.
        before: tokens that stand before each cell of a column.
        joined: text between a column and the next one, where it makes one figure of both.
        body: the token at which the rows begin.
        spans: how many columns and rows a cell spans, by its row and column, where the preamble says so.
        bold: rows, columns and cells in bold type: by row and column, None for any.
        ruled: rows with a rule above them.
    """

    numbers: frozenset[int]
    before: dict[int, list[Token]]
    joined: dict[int, str]
    body: int
    spans: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    bold: frozenset[tuple[int | None, int | None]] = frozenset()
    ruled: frozenset[int] = frozenset()

    def is_bold(self, row: int, column: int) -> bool:
        """Whether the preamble sets a cell in bold type."""
        return not self.bold.isdisjoint(((row, column), (row, None), (None, column)))


def columns_of(name: str, tokens: list[Token]) -> Columns:
    """The columns of an environment, from what stands behind its beginning."""
    spec: list[Token] = []
    at = _past_width(tokens) if name in ("tabu", "longtabu") else 0
    for each in TABULARS[name]:
        if each == "o":
            _, at = option(tokens, at)
        else:
            inside, at = argument(tokens, at)
            spec = inside if each == "s" else spec
    if name in TABULARRAYS and any(token.text.strip().endswith("=") for token in spec):
        return _keyed(spec, at)
    return _spec(_repeated(spec), at)


def _past_width(tokens: Tokens) -> int:
    r"""Behind the width of `\begin{tabu} to \textwidth {lXX}`."""
    start = next((at for at, token in enumerate(tokens) if token.kind is not Kind.SPACE), 0)
    if start < len(tokens) and tokens[start].text in ("to", "spread"):
        return next((at for at in range(start, len(tokens)) if tokens[at].opens()), 0)
    return 0


def _keyed(spec: Tokens, body: int) -> Columns:
    r"""What tabularray says by keys: `colspec={lcc}, cell{1}{2}={c=2}{c}, row{1}={font=\bfseries}`."""
    columns = Columns(frozenset(), {}, {}, body)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    bold: set[tuple[int | None, int | None]] = set()
    ruled: set[int] = set()
    at = 0
    while at < len(spec):
        key, names, at = _key_at(spec, at)
        value, at = argument(spec, at) if at < len(spec) and not key.startswith("hlines") else ([], at)
        numbers = [int(name) - 1 if name.isascii() and name.isdigit() else None for name in names]
        if key == "colspec":
            columns = replace(_spec(_repeated(value), body), body=body)
        elif key == "cell" and len(numbers) == 2 and None not in numbers:
            spans[numbers[0] or 0, numbers[1] or 0] = spans_said(string_of(value))
        elif key == "hline" and names:
            ruled |= {int(each) - 1 for each in names[0].split(",") if each.strip().isdigit()}
        if key in _STYLED and says_bold(value):
            given = [*numbers, None, None]
            bold.add((given[0], given[1]) if key != "column" else (None, given[0]))
    return replace(columns, spans=spans, bold=frozenset(bold - {(None, None)}), ruled=frozenset(ruled))


def _key_at(tokens: Tokens, at: int) -> tuple[str, list[str], int]:
    """The next key of a preamble with the indexes behind it, and the place of its value."""
    key, names = "", list[str]()
    while at < len(tokens):
        token = tokens[at]
        if token.opens():
            name, at = name_at(tokens, at)
            names.append(name)
            continue
        at += 1
        before, equals, _ = token.text.partition("=")
        key = "" if "," in before else key
        key += before.rpartition(",")[2].strip() if token.kind is Kind.TEXT else ""
        names = [] if "," in before else names
        if equals:
            break
    return key, names, at


def spans_said(text: str) -> tuple[int, int]:
    """How many columns and rows `r=2,c=3` spans."""
    said = {key: int(count) for key, count in _SPAN.findall(text)}
    return said.get("c", 1), said.get("r", 1)


def says_bold(tokens: Tokens) -> bool:
    r"""Whether a style says that text is bold: `font=\bfseries`, `cmd=\textbf`."""
    return any(token.is_word(*BOLD, *BOLD_ON) for token in tokens)


def _repeated(tokens: Tokens, depth: int = 0) -> list[Token]:
    """A preamble with `*{3}{lr}` written out."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind is Kind.TEXT and token.text.endswith("*") and at < len(tokens) and tokens[at].opens():
            made += [token._replace(text=token.text[:-1])]
            count, at = name_at(tokens, at)
            inside, at = argument(tokens, at)
            number = min(int(count), 200) if count.isascii() and count.isdigit() else 1
            made += _repeated(inside, depth + 1) * number if depth < 3 else []
        elif token.opens():
            end = group_end(tokens, at)
            made += tokens[at - 1 : end + 1]
            at = end + 1
        else:
            made.append(token)
        if len(made) > _MOST_TOKENS:
            break
    return made


def _spec(tokens: list[Token], body: int) -> Columns:
    numbers: set[int] = set()
    before: dict[int, list[Token]] = {}
    joined: dict[int, str] = {}
    column, pending = 0, ""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.opens():
            end = group_end(tokens, at)
            inside = tokens[at:end]
            at = end + 1
            if pending == ">":
                before[column] = inside
            elif pending in ("@", "!") and _JOINING.search(text := printed(inside)):
                joined[column - 1] = text
            pending = ""
            continue
        for character in token.text if token.kind is Kind.TEXT else "":
            if character in "><@!":
                pending = character
            elif character == "[":
                at = _past_bracket(tokens, at)
                break
            elif character.isalpha():
                numbers |= {column} if character == "S" else set()
                column += 1
                pending = "p"
    return Columns(frozenset(numbers), before, {at: text for at, text in joined.items() if at >= 0}, body)


def _past_bracket(tokens: list[Token], at: int) -> int:
    """Behind the option of a column, such as `S[table-format=2.1]`."""
    if "]" in tokens[at - 1].text:
        rest = tokens[at - 1].text.partition("]")[2]
        if rest:
            tokens[at - 1] = tokens[at - 1]._replace(text=rest)
            return at - 1
        return at
    while at < len(tokens):
        if "]" in tokens[at].text:
            rest = tokens[at].text.partition("]")[2]
            if rest:
                tokens[at] = tokens[at]._replace(text=rest)
                return at
            return at + 1
        at += 1
    return at
