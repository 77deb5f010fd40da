"""The author's own simple commands of LaTeX, put in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reprocrate.validation.printed_tables.latex_tokens import Kind, Token, Tokens, argument, option, string_of
from reprocrate.validation.printed_tables.unreadable import UnreadableTableError

_MOST_EXPANDED = 300_000
"""How many tokens the author's commands may expand to, all together."""

_MOST_ARGUMENTS = 9


class _Command(NamedTuple):
    """What the author's command stands for.

    Attributes:
        takes: for each argument None where it must be there, or else what stands for it where it is not.
        body: the tokens, with `#1` for the first argument.
    """

    takes: tuple[tuple[Token, ...] | None, ...]
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
_DOCUMENT_COMMANDS = frozenset(
    (
        "NewDocumentCommand",
        "RenewDocumentCommand",
        "ProvideDocumentCommand",
        "DeclareDocumentCommand",
        "NewExpandableDocumentCommand",
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
        elif token.text in _DOCUMENT_COMMANDS:
            _define_by_signature(token.text, waiting, commands, known)
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
            first = () if default is None else (tuple(default),)
            commands[name] = _Command((*first, *[None] * (arguments - len(first))), body)


def _define_by_signature(
    how: str, waiting: list[Token], commands: dict[str, _Command], known: frozenset[str]
) -> None:
    r"""`\NewDocumentCommand{\name}{m O{default}}{body}`; other kinds of arguments define nothing."""
    name = next((token.text for token in _take(waiting) if token.kind is Kind.WORD), None)
    signature, body = _take(waiting), _take(waiting)
    takes: list[tuple[Token, ...] | None] = []
    at = 0
    while at < len(signature):
        token = signature[at]
        at += 1
        for kind in token.text if token.kind is Kind.TEXT else "":
            if kind == "O":
                inside, at = argument(signature, at)
                takes.append(tuple(inside))
            elif kind in "mos":
                takes.append(None if kind == "m" else ())
            elif kind != "+":
                return
    is_new = how != "ProvideDocumentCommand" or name not in commands
    if name and name not in known and is_new and len(takes) <= _MOST_ARGUMENTS:
        commands[name] = _Command(tuple(takes), body)


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
        commands[name.text] = _Command((None,) * min(count, _MOST_ARGUMENTS), body)


def _replacement(command: _Command, waiting: list[Token], call: Token) -> list[Token]:
    given: list[Sequence[Token]] = []
    for default in command.takes:
        chosen = None if default is None else _take_option(waiting)
        given.append(chosen if chosen is not None else _take(waiting) if default is None else default)
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
