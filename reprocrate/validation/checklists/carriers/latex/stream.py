"""Tokens with something put back before them: what macros stand for, and the files that are included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprocrate.validation.checklists.carriers.latex.tokens import Sort, Token

MOST_TOKENS = 500_000
"""How many tokens are looked at in one document, those that macros make among them."""
LONGEST_GROUP = 20_000
"""How many tokens an argument may have; a longer one is taken for a brace that is never closed."""


class TooMuchError(Exception):
    """A source that makes more of itself than anybody reads."""


class Stream:
    """Tokens, some of which were put back."""

    def __init__(self, source: Iterator[Token]) -> None:
        self._sources: list[Iterator[Token]] = [source]
        self._looked_at = 0

    def push(self, tokens: Sequence[Token]) -> None:
        """Put tokens before all others."""
        if tokens:
            self._sources.append(iter(tokens))

    def push_source(self, tokens: Iterator[Token]) -> None:
        """Put a file before all others."""
        self._sources.append(tokens)

    def next(self) -> Token | None:
        """The next token; None at the end.

        Raises:
            TooMuchError: there were too many.
        """
        while self._sources:
            token = next(self._sources[-1], None)
            if token is None:
                self._sources.pop()
                continue
            self._looked_at += 1
            if self._looked_at > MOST_TOKENS or len(self._sources) > 2_000:
                raise TooMuchError
            return token
        return None

    def skip_space(self) -> Token | None:
        """The next token that is no space, taken from the stream."""
        token = self.next()
        while token is not None and token.sort is Sort.SPACE:
            token = self.next()
        return token

    def star(self) -> None:
        r"""Take the star of `\section*`, if there is one."""
        token = self.next()
        if token is None:
            return
        if token.sort is Sort.TEXT and token.value.startswith("*"):
            rest = token.value[1:]
            self.push([Token(Sort.TEXT, rest, token.line, token.file)] if rest else [])
        else:
            self.push([token])

    def group(self, longest: int = LONGEST_GROUP) -> list[Token] | None:
        """The argument that comes next, without its braces; None, and nothing taken, where none does."""
        first = self.skip_space()
        if first is None:
            return None
        if first.sort is not Sort.OPEN:
            self.push([first])
            return None
        return self._until_closed(first, longest)

    def argument(self) -> list[Token]:
        """An argument as a macro takes it: a group, or the one token that comes next."""
        found = self.group()
        if found is not None:
            return found
        token = self.skip_space()
        if token is None or token.sort in (Sort.CLOSE, Sort.PARAGRAPH, Sort.OPEN):
            self.push([token] if token else [])
            return []
        if token.sort is Sort.TEXT and len(token.value) > 1:
            self.push([Token(Sort.TEXT, token.value[1:], token.line, token.file)])
            return [Token(Sort.TEXT, token.value[0], token.line, token.file)]
        return [token]

    def option(self) -> list[Token] | None:
        """The argument in square brackets that comes next, if one does."""
        first = self.skip_space()
        if first is None:
            return None
        if first.sort is not Sort.TEXT or not first.value.startswith("["):
            self.push([first])
            return None
        taken, depth = [first], 0
        token: Token | None = first
        while token is not None and len(taken) <= 2_000:
            depth += {Sort.OPEN: 1, Sort.CLOSE: -1}.get(token.sort, 0)
            start = 1 if token is first else 0
            if depth == 0 and token.sort is Sort.TEXT and (end := token.value.find("]", start)) >= 0:
                return self._option_of(taken, end)
            if depth < 0:
                break
            token = self.next()
            if token is not None:
                taken.append(token)
        self.push(taken)
        return None

    def _option_of(self, taken: list[Token], end: int) -> list[Token]:
        last = taken[-1]
        rest = last.value[end + 1 :]
        self.push([Token(Sort.TEXT, rest, last.line, last.file)] if rest else [])
        inner = [*taken[:-1], Token(Sort.TEXT, last.value[:end], last.line, last.file)]
        first = inner[0]
        return [Token(Sort.TEXT, first.value[1:], first.line, first.file), *inner[1:]]

    def _until_closed(self, first: Token, longest: int) -> list[Token] | None:
        taken: list[Token] = []
        depth = 1
        while len(taken) < longest:
            token = self.next()
            if token is None:
                break
            taken.append(token)
            depth += {Sort.OPEN: 1, Sort.CLOSE: -1}.get(token.sort, 0)
            if depth == 0:
                return taken[:-1]
        self.push([first, *taken])
        return None
