"""What the authors' own macros stand for. Nothing is computed: a body takes the place of its name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reprocrate.validation.checklists.carriers.latex.stream import Stream
from reprocrate.validation.checklists.carriers.latex.tokens import Sort, Token

DEFINING = frozenset(
    ["newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "def", "gdef", "edef", "let"]
)
"""Control words that define others."""


@dataclass(frozen=True, slots=True)
class Macro:
    """What a name stands for.

    Attributes:
        arguments: how many it takes.
        default: of the first one, where that may be left out.
        body: what stands for it.
    """

    arguments: int
    default: tuple[Token, ...] | None
    body: tuple[Token, ...]


class Macros:
    """Definitions, as far as they have been read."""

    def __init__(self, known: Collection[str]) -> None:
        """Begin with none.

        Args:
            known: names whose meaning is known here, whatever the document makes of them.
        """
        self._known = known
        self._defined: dict[str, Macro] = {}

    def define(self, word: str, stream: Stream) -> None:
        """Read a definition, whose first control word was taken from the stream."""
        stream.star()
        if word in ("def", "gdef", "edef"):
            self._def(stream)
        elif word == "let":
            self._let(stream)
        else:
            self._newcommand(stream)

    def expand(self, token: Token, stream: Stream) -> bool:
        """Put in what a name stands for; false where nobody defined it."""
        macro = self._defined.get(token.value)
        if macro is None:
            return False
        given: list[tuple[Token, ...]] = []
        if macro.default is not None:
            option = stream.option()
            given.append(macro.default if option is None else tuple(option))
        while len(given) < macro.arguments:
            given.append(tuple(stream.argument()))
        stream.push(_filled(macro.body, given, token))
        return True

    def _newcommand(self, stream: Stream) -> None:
        name = _name(stream)
        count = stream.option()
        default = stream.option() if count is not None else None
        body = stream.group()
        if name is None or body is None:
            return
        written = "".join(token.value for token in count or ()).strip()
        arguments = int(written) if written in tuple("0123456789") else 0
        self._keep(name, Macro(arguments, None if default is None else tuple(default), tuple(body)))

    def _def(self, stream: Stream) -> None:
        name = _name(stream)
        parameters = ""
        while (token := stream.next()) is not None and token.sort is not Sort.OPEN and len(parameters) < 40:
            parameters += token.value
        if token is None:
            return
        stream.push([token])
        if token.sort is not Sort.OPEN:
            return
        body = stream.group()
        plain = parameters.strip()
        simple = plain == "".join(f"#{number}" for number in range(1, plain.count("#") + 1))
        if name is not None and body is not None and simple:
            self._keep(name, Macro(plain.count("#"), None, tuple(body)))

    def _let(self, stream: Stream) -> None:
        name = _name(stream)
        token = stream.skip_space()
        if token is not None and token.sort is Sort.TEXT and token.value == "=":
            token = stream.skip_space()
        if name is not None and token is not None and token.sort is Sort.WORD:
            self._keep(name, self._defined.get(token.value) or Macro(0, None, (token,)))

    def _keep(self, name: str, macro: Macro) -> None:
        if name not in self._known:
            self._defined[name] = macro


def _name(stream: Stream) -> str | None:
    """The name that is defined, with or without braces around it."""
    group = stream.group(longest=8)
    if group is not None:
        words = [token for token in group if token.sort is Sort.WORD]
        return words[0].value if words else None
    token = stream.skip_space()
    if token is not None and token.sort is Sort.WORD:
        return token.value
    stream.push([token] if token else [])
    return None


def _filled(body: tuple[Token, ...], given: list[tuple[Token, ...]], at: Token) -> list[Token]:
    """A body with its arguments in it; its tokens stand where the name stood."""
    made: list[Token] = []
    for token in body:
        parts = token.value.split("#") if token.sort is Sort.TEXT and "#" in token.value else [token.value]
        made.append(Token(token.sort, parts[0], at.line, at.file))
        for part in parts[1:]:
            number = int(part[0]) if part[:1] in tuple("123456789") else 0
            if 0 < number <= len(given):
                made.extend(given[number - 1])
                made.append(Token(Sort.TEXT, part[1:], at.line, at.file))
            else:
                made.append(Token(Sort.TEXT, f"#{part}", at.line, at.file))
    return [token for token in made if token.value or token.sort is not Sort.TEXT]
