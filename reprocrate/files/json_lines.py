"""Where values stand in the text of a JSON file, for programs that show a line of it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)


class Span(NamedTuple):
    """A stretch of text. Lines and columns are counted from 1, columns in characters.

    Attributes:
        line: where it begins.
        column: where it begins in that line.
        end_line: where it ends.
        end_column: the column after its last character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


def spans_of(text: str, pointers: Collection[str]) -> dict[str, Span]:
    """Where the values stand that JSON Pointers (RFC 6901) lead to, each with its key where it has one.

    A pointer that leads to nothing has the place of what is nearest around it. Of a key that is given twice
    the last one counts, as programs read it.

    Args:
        text: JSON; of what is not, the places before the fault are told.
        pointers: what is looked for.
    """
    wanted = {each[:end] for each in pointers for end in _ends(each)}
    found = {name: (start, end) for name, start, end in _values(text, wanted)}
    lines = _Lines(text)
    return {
        each: lines.span(*found[near]) for each in pointers if (near := _nearest(each, found)) is not None
    }


def _ends(pointer: str) -> Iterator[int]:
    """Where a pointer can be cut so that it leads to something around."""
    yield from (place for place, character in enumerate(pointer) if character == "/")
    yield len(pointer)


def _nearest(pointer: str, found: Collection[str]) -> str | None:
    while pointer not in found:
        if not pointer:
            return None
        pointer = pointer.rpartition("/")[0]
    return pointer


@dataclass(slots=True)
class _Open:
    """An array or object that was entered.

    Attributes:
        pointer: to it.
        start: of it, with its key.
        index: number of the entry that is read now; None in an object.
        key: of the member that is read now.
        key_start: where that key stands.
    """

    pointer: str
    start: int
    index: int | None
    key: str | None = None
    key_start: int = 0

    def inner(self) -> str:
        """The pointer to what is read in it now."""
        part = str(self.index) if self.index is not None else (self.key or "")
        return f"{self.pointer}/{part}"


Value = tuple[str, int, int]
"""The pointer to a value, and the offsets of its start, with its key, and of its end."""


def _values(text: str, wanted: Collection[str]) -> Iterator[Value]:
    """Every value that is wanted, in the order of their ends."""
    walk = _Walk()
    for match in _TOKEN.finditer(text):
        value = walk.step(match[0], match.start(), match.end())
        if value and value[0] in wanted:
            yield value
    for each in walk.opened:  # of a text that ends too early
        if each.pointer in wanted:
            yield each.pointer, each.start, len(text)


@dataclass(slots=True)
class _Walk:
    """A walk through the pieces of a text, which knows what it is in."""

    opened: list[_Open] = field(default_factory=list)

    def step(self, piece: str, start: int, end: int) -> Value | None:
        """Take one piece; the answer is the value that ends with it, if one does."""
        if piece == ":":
            return None
        if piece == ",":
            self._next()
            return None
        if piece in ("]", "}"):
            return self._leave(end)
        here = self.opened[-1] if self.opened else None
        if here and here.index is None:
            if here.key is None:
                here.key, here.key_start = _part(piece), start
                return None
            start = here.key_start
        pointer = here.inner() if here else ""
        if piece in ("[", "{"):
            self.opened.append(_Open(pointer, start, 0 if piece == "[" else None))
            return None
        return pointer, start, end

    def _next(self) -> None:
        if self.opened:
            here = self.opened[-1]
            here.key = None
            here.index = None if here.index is None else here.index + 1

    def _leave(self, end: int) -> Value | None:
        if not self.opened:
            return None
        here = self.opened.pop()
        return here.pointer, here.start, end


def _part(token: str) -> str:
    """A key as it stands in a pointer."""
    try:
        key = json.loads(token) if "\\" in token else token[1:-1]
    except ValueError:
        key = token[1:-1]
    return str(key).replace("~", "~0").replace("/", "~1")


class _Lines:
    """Lines and columns of offsets."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, start: int, end: int) -> Span:
        """The place of a stretch of text."""
        return Span(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
