"""Pieces of text for a terminal: never somebody else's markup, readable without colour and when narrow.

No line ends in spaces, so that what is piped into a file is clean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from reprocrate.render.words import flowing

Piece = str | Text

GOOD, WARN, BAD, SOFT, STRONG = "green", "yellow", "red", "dim", "bold"

_NARROWEST_COLUMN = 16
_LONGEST_NAME = 32
_GAP = 3


def text(value: str, style: str = "") -> Text:
    """One line of text as it is: brackets are no markup, and control characters are shown as escapes."""
    return Text(flowing(value), style=style)


def joined(*pieces: Piece) -> Text:
    """Pieces one after the other."""
    made = Text()
    for piece in pieces:
        made.append_text(piece if isinstance(piece, Text) else text(piece))
    return made


def heading(title: str) -> Group:
    """What stands above a section."""
    return stacked(Text(), text(title, STRONG))


def stacked(*parts: RenderableType | None) -> Group:
    """Parts below each other, without those that are not there."""
    return Group(
        *(Hanging(Text(), part, 0) if isinstance(part, Text) else part for part in parts if part is not None)
    )


class Hanging(NamedTuple):
    """A paragraph that keeps clear of the mark before it on every line.

    Attributes:
        mark: what stands before it.
        content: what the paragraph holds.
        room: columns that the mark takes, with the space after it.
    """

    mark: Text
    content: RenderableType
    room: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """How rich draws it."""
        mark, room = self.mark, self.room
        if room > options.max_width // 2:
            yield Hanging(Text(), mark, 0)
            mark, room = Text(), 2
        inner = options.update(width=max(1, options.max_width - room))
        lines = console.render_lines(self.content, inner, pad=False) or [[]]
        for number, line in enumerate(lines):
            first = mark.copy() if number == 0 else Text()
            first.pad_right(room - cell_len(first.plain))
            yield Segments([*first.render(console), *line])


class Segments(NamedTuple):
    """One line that is ready to be written, without spaces at its end."""

    line: Sequence[Segment]

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> Iterator[Segment]:
        """How rich draws it."""
        line = list(self.line)
        while line and not line[-1].text.strip():
            line.pop()
        if line:
            last = line.pop()
            line.append(Segment(last.text.rstrip(), last.style))
        yield from line
        yield Segment.line()


def hanging(mark: Piece, content: RenderableType) -> Hanging:
    """A paragraph behind a mark."""
    made = mark if isinstance(mark, Text) else text(mark)
    return Hanging(made, content, cell_len(made.plain) + 1)


def bullets(items: Iterable[Piece]) -> list[Hanging]:
    """A list, each item with a dash."""
    return [hanging("-", item if isinstance(item, Text) else text(item)) for item in items]


def facts(entries: Iterable[tuple[str, Piece]]) -> Group:
    """Names with what they stand for."""
    named = list(entries)
    room = max((cell_len(name) for name, _ in named), default=0) + 2
    return Group(
        *(
            Hanging(text(name, SOFT), value if isinstance(value, Text) else text(value), room)
            for name, value in named
        )
    )


class FittingTable(NamedTuple):
    """A table that becomes a list of records where the window is too narrow for it.

    Attributes:
        columns: the names of the columns.
        rows: their cells; the first one names the row.
        numbers: the columns that hold numbers, which are set flush right and never broken.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    numbers: frozenset[str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """How rich draws it."""
        if self._narrowest() > options.max_width:
            yield from self._records()
            return
        for line in console.render_lines(self._table(), options, pad=False):
            yield Segments(line)

    def _narrowest(self) -> int:
        """The width below which words would be torn apart."""
        widths = []
        for index, name in enumerate(self.columns):
            cells = [row[index].plain for row in self.rows]
            widest = max((cell_len(cell) for cell in (*cells, name)), default=0)
            least = max(_NARROWEST_COLUMN, 0 if index else self._name_width())
            widths.append(widest if name in self.numbers else min(widest, least))
        return sum(widths) + _GAP * (len(widths) - 1)

    def _name_width(self) -> int:
        """The width of the first column in which no name is broken within a word."""
        words = [word for row in self.rows for word in row[0].plain.split()]
        return min(max(map(cell_len, words), default=0), _LONGEST_NAME)

    def _table(self) -> Table:
        made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style=STRONG)
        for index, name in enumerate(self.columns):
            is_number = name in self.numbers
            made.add_column(
                text(name),
                justify="right" if is_number else "left",
                overflow="fold",
                no_wrap=is_number,
                min_width=None if index else self._name_width(),
            )
        for row in self.rows:
            made.add_row(*row)
        return made

    def _records(self) -> Iterator[RenderableType]:
        for row in self.rows:
            yield Hanging(Text(), Text(row[0].plain, style=STRONG), 0)
            yield from (
                hanging("  " + name + ":", cell)
                for name, cell in zip(self.columns[1:], row[1:], strict=True)
                if cell.plain not in ("", "–")
            )


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Piece]], numbers: Iterable[str] = ()
) -> FittingTable:
    """A table; `numbers` are the columns that hold numbers."""
    made = tuple(tuple(cell if isinstance(cell, Text) else text(cell) for cell in row) for row in rows)
    return FittingTable(tuple(columns), made, frozenset(numbers))
