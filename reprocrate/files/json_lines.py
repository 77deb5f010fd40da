"""Where values stand in the text of a JSON file, for programs that show a line of it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
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


def _values(text: str, wanted: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Pointer, start and end of every value that is wanted, in the order of their ends."""
    opened: list[_Open] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        here = opened[-1] if opened else None
        if token == ":":
            continue
        if token == ",":
            if here is None:
                return
            here.key = None
            here.index = None if here.index is None else here.index + 1
        elif token in "]}":
            if here is None:
                return
            opened.pop()
            if here.pointer in wanted:
                yield here.pointer, here.start, match.end()
        elif here is not None and here.index is None and here.key is None:
            here.key, here.key_start = _part(token), match.start()
        else:
            pointer = here.inner() if here else ""
            start = here.key_start if here and here.index is None else match.start()
            if token in "[{":
                opened.append(_Open(pointer, start, 0 if token == "[" else None))
            elif pointer in wanted:
                yield pointer, start, match.end()
    for each in opened:  # of a text that ends too early
        if each.pointer in wanted:
            yield each.pointer, each.start, len(text)


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
