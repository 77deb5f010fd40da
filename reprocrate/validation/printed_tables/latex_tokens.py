"""LaTeX source as tokens.

Categories of characters are those of a document (The TeXbook, chapter 7); an author who changes them is not
followed. Conditionals are not decided: both branches stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

_HIDDEN = re.compile(
    r"\\begin\{(verbatim|lstlisting|minted|comment)\*?\}.*?\\end\{\1\*?\}|\\iffalse(?![A-Za-z]).*?\\fi(?![A-Za-z])",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z@]+)\*?(?P<gap>[ \t]*\n?[ \t]*)"
    r"|\\(?P<symbol>.)"
    r"|(?P<space>[ \t\n\f\v]+)"
    r"|(?P<special>[{}$&~^_#])"
    r"|(?P<text>[^\\{}$&~^_# \t\n\f\v]+)",
    re.DOTALL,
)


class Kind(Enum):
    """What a token is."""

    WORD = "a command of letters"
    SYMBOL = "a command of one other character"
    SPECIAL = "one of { } $ & ~ ^ _ #"
    SPACE = "white space"
    TEXT = "characters"


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: what it is.
        text: its characters, of a command without the backslash.
        line: where it stands, or where the command stands whose expansion it comes from.
        is_tight: of a command, whether nothing parts it from what follows.
    """

    kind: Kind
    text: str
    line: int
    is_tight: bool = False

    def opens(self) -> bool:
        """Whether it begins a group."""
        return self.kind is Kind.SPECIAL and self.text == "{"

    def closes(self) -> bool:
        """Whether it ends a group."""
        return self.kind is Kind.SPECIAL and self.text == "}"

    def is_word(self, *names: str) -> bool:
        """Whether it is one of these commands."""
        return self.kind is Kind.WORD and self.text in names

    def is_symbol(self, name: str) -> bool:
        """Whether it is this command."""
        return self.kind is Kind.SYMBOL and self.text == name

    def is_special(self, name: str) -> bool:
        """Whether it is this special character."""
        return self.kind is Kind.SPECIAL and self.text == name


Tokens = Sequence[Token]


def tokens_of(text: str, before: int = 0) -> list[Token]:
    """The tokens of a source, without comments and what is not set.

    Args:
        text: the source.
        before: the number before that of its first line.
    """
    shown = _HIDDEN.sub(lambda match: "\n" * match[0].count("\n"), _COMMENT.sub(r"\1", text))
    found: list[Token] = []
    line = before + 1
    for match in _TOKEN.finditer(shown):
        kind = match.lastgroup or ""
        if kind == "gap":
            found.append(Token(Kind.WORD, match["word"], line, not match["gap"]))
        else:
            found.append(Token(Kind[kind.upper()], match[kind], line))
        line += match[0].count("\n")
    return found


def group_end(tokens: Tokens, at: int) -> int:
    """Where the group that begins before `at` is closed; the end of the tokens where it never is."""
    depth = 1
    while at < len(tokens):
        depth += tokens[at].opens() - tokens[at].closes()
        if depth == 0:
            return at
        at += 1
    return at


def argument(tokens: Tokens, at: int) -> tuple[list[Token], int]:
    """The argument of a command at a place, and where to read on: a group, or else one token."""
    while at < len(tokens) and tokens[at].kind is Kind.SPACE:
        at += 1
    if at >= len(tokens) or tokens[at].closes() or tokens[at].is_special("&"):
        return [], at
    if tokens[at].opens():
        end = group_end(tokens, at + 1)
        return list(tokens[at + 1 : end]), min(end + 1, len(tokens))
    return [tokens[at]], at + 1


def option(tokens: Tokens, at: int) -> tuple[list[Token] | None, int]:
    """The argument in square brackets at a place, or None, and where to read on."""
    start = at
    while at < len(tokens) and tokens[at].kind is Kind.SPACE:
        at += 1
    if at >= len(tokens) or tokens[at].kind is not Kind.TEXT or not tokens[at].text.startswith("["):
        return None, start
    taken: list[Token] = []
    depth = 0
    for place in range(at, min(at + 200, len(tokens))):
        token = tokens[place]
        text = token.text.removeprefix("[") if place == at else token.text
        depth += token.opens() - token.closes()
        if token.kind is Kind.TEXT and "]" in text and depth == 0:
            before, _, after = text.partition("]")
            taken += [token._replace(text=before)] if before else []
            return taken, _rest(tokens, place, after)
        if text:
            taken.append(token._replace(text=text))
    return None, start


def _rest(tokens: Tokens, place: int, after: str) -> int:
    """Where to read on behind a bracket; what follows it in the same token is put back."""
    if after and isinstance(tokens, list):
        tokens[place] = tokens[place]._replace(text=after)
        return place
    return place + 1


def name_at(tokens: Tokens, at: int) -> tuple[str, int]:
    """The argument at a place as it is written, and where to read on."""
    inside, at = argument(tokens, at)
    return string_of(inside), at


def environment_end(tokens: Tokens, at: int, name: str) -> int:
    r"""Where the `\end` of an environment stands that began before, or the end of the tokens."""
    depth = 1
    while at < len(tokens):
        if tokens[at].is_word("begin", "end"):
            other, after = name_at(tokens, at + 1)
            if other == name:
                depth += 1 if tokens[at].text == "begin" else -1
                if depth == 0:
                    return at
            at = after
            continue
        at += 1
    return at


def string_of(tokens: Tokens) -> str:
    """The source of tokens, as it might have been written."""
    parts = []
    for token in tokens:
        if token.kind in (Kind.WORD, Kind.SYMBOL):
            parts.append(f"\\{token.text}" + (" " if token.kind is Kind.WORD and not token.is_tight else ""))
        else:
            parts.append(" " if token.kind is Kind.SPACE else token.text)
    return "".join(parts).strip()
