"""What the preamble of a LaTeX table says of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reprocrate.validation.printed_tables.latex_text import printed
from reprocrate.validation.printed_tables.latex_tokens import (
    Kind,
    Token,
    Tokens,
    argument,
    group_end,
    name_at,
    option,
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
    """

    numbers: frozenset[int]
    before: dict[int, list[Token]]
    joined: dict[int, str]
    body: int


def columns_of(name: str, tokens: list[Token]) -> Columns:
    """The columns of an environment, from what stands behind its beginning."""
    spec: list[Token] = []
    at = 0
    for each in TABULARS[name]:
        if each == "o":
            _, at = option(tokens, at)
        else:
            inside, at = argument(tokens, at)
            spec = inside if each == "s" else spec
    return _spec(_repeated(spec), at)


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
