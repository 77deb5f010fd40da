"""LaTeX source as tokens, with the author's own simple commands expanded.

Categories of characters are those of a document (The TeXbook, chapter 7); an author who changes them is not
followed. Conditionals are not decided: both branches stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from reprocrate.validation.printed_tables.grid import UnreadableTableError

_MOST_EXPANDED = 300_000
"""How many tokens the author's commands may expand to, all together."""

_MOST_ARGUMENTS = 9

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


def tokens_of(text: str) -> list[Token]:
    """The tokens of a source, without comments and what is not set."""
    shown = _HIDDEN.sub(lambda match: "\n" * match[0].count("\n"), _COMMENT.sub(r"\1", text))
    found: list[Token] = []
    line = 1
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


class _Command(NamedTuple):
    arguments: int
    default: list[Token] | None
    body: list[Token]


_DEFINING = frozenset(
    (
        "newcommand",
        "renewcommand",
        "providecommand",
        "newrobustcmd",
        "renewrobustcmd",
        "DeclareRobustCommand",
        "DeclareMathOperator",
    )
)


def expanded(tokens: Tokens, known: frozenset[str]) -> list[Token]:
    """Tokens without definitions, and with what was defined put in its place.

    Args:
        tokens: the source.
        known: commands whose meaning is known here, which no definition changes.

    Raises:
        UnreadableTableError: it does not come to an end.
    """
    commands: dict[str, _Command] = {}
    waiting = list(reversed(tokens))
    made: list[Token] = []
    steps = 0
    while waiting:
        token = waiting.pop()
        if token.kind is not Kind.WORD:
            made.append(token)
        elif token.text in _DEFINING:
            _define(token.text, waiting, commands, known)
        elif token.text in ("def", "gdef", "edef", "xdef"):
            _define_plainly(waiting, commands, known)
        elif token.text in commands:
            put = _replacement(commands[token.text], waiting, token)
            steps += len(put) + 1
            waiting += reversed(put)
        else:
            made.append(token)
        if steps > _MOST_EXPANDED:
            raise UnreadableTableError("its commands expand without end")
    return made


def _take(waiting: list[Token]) -> list[Token]:
    """The next argument of tokens that wait in reverse order."""
    while waiting and waiting[-1].kind is Kind.SPACE:
        waiting.pop()
    if not waiting or not waiting[-1].opens():
        return [waiting.pop()] if waiting and not waiting[-1].closes() else []
    waiting.pop()
    taken: list[Token] = []
    depth = 1
    while waiting:
        token = waiting.pop()
        depth += token.opens() - token.closes()
        if depth == 0:
            break
        taken.append(token)
    return taken


def _take_option(waiting: list[Token]) -> list[Token] | None:
    if not waiting or waiting[-1].kind is not Kind.TEXT or not waiting[-1].text.startswith("["):
        return None
    ahead = waiting[-200:][::-1]
    length = len(ahead)
    taken, at = option(ahead, 0)
    if taken is None:
        return None
    del waiting[len(waiting) - length :]
    waiting += reversed(ahead[at:])
    return taken


def _define(how: str, waiting: list[Token], commands: dict[str, _Command], known: frozenset[str]) -> None:
    r"""`\newcommand{\name}[count][default]{body}` and what is like it."""
    name = next((token.text for token in _take(waiting) if token.kind is Kind.WORD), None)
    count, default = _take_option(waiting), None
    if count is not None:
        default = _take_option(waiting)
    body = _take(waiting)
    number = string_of(count or []).strip()
    if name and name not in known:
        arguments = min(int(number), _MOST_ARGUMENTS) if number.isascii() and number.isdigit() else 0
        if how != "providecommand" or name not in commands:
            commands[name] = _Command(arguments, default, body)


def _define_plainly(waiting: list[Token], commands: dict[str, _Command], known: frozenset[str]) -> None:
    r"""`\def\name#1#2{body}`."""
    name = waiting.pop() if waiting else None
    count = 0
    is_plain = True
    while waiting and not waiting[-1].opens():
        token = waiting.pop()
        count += token.is_special("#")
        is_plain = is_plain and (
            token.is_special("#") or token.text.strip().isdigit() or not token.text.strip()
        )
    body = _take(waiting)
    if name and name.kind is Kind.WORD and name.text not in known and is_plain:
        commands[name.text] = _Command(min(count, _MOST_ARGUMENTS), None, body)


def _replacement(command: _Command, waiting: list[Token], call: Token) -> list[Token]:
    given: list[list[Token]] = []
    if command.default is not None:
        chosen = _take_option(waiting)
        given.append(command.default if chosen is None else chosen)
    while len(given) < command.arguments:
        given.append(_take(waiting))
    made: list[Token] = []
    at = 0
    while at < len(command.body):
        token = command.body[at]
        follower = command.body[at + 1].text if at + 1 < len(command.body) else ""
        if token.is_special("#") and follower[:1].isdigit():
            number = int(follower[0])
            made += given[number - 1] if 0 < number <= len(given) else []
            made += [Token(Kind.TEXT, follower[1:], call.line)] if follower[1:] else []
            at += 2
        else:
            made.append(token._replace(line=call.line))
            at += 1
        if len(made) > _MOST_EXPANDED:
            raise UnreadableTableError("its commands expand without end")
    return made
