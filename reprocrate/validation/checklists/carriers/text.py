"""A text whose every character knows the line that it was written on."""

from __future__ import annotations

from bisect import bisect_right

from reprocrate.finding import Location


class Text:
    """A text put together from pieces of one or several files."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._places: list[tuple[str, int | None]] = []
        self._length = 0
        self._joined: str | None = None

    def add(self, piece: str, line: int | None = None, file: str | None = None) -> None:
        """Append a piece that stands on a line of a file."""
        if not piece:
            return
        place = (file or self.file, line)
        if not self._places or self._places[-1] != place:
            self._starts.append(self._length)
            self._places.append(place)
        self._pieces.append(piece)
        self._length += len(piece)
        self._joined = None

    @property
    def content(self) -> str:
        """The whole text."""
        if self._joined is None:
            self._joined = "".join(self._pieces)
        return self._joined

    def place(self, offset: int) -> Location:
        """Where a character stands; None for the line where pages have none."""
        if not self._places:
            return Location(self.file)
        file, line = self._places[max(0, bisect_right(self._starts, offset) - 1)]
        return Location(file, line=line)

    @classmethod
    def of_lines(cls, text: str, file: str) -> Text:
        """A file's text as it is."""
        made = cls(file)
        for number, line in enumerate(text.splitlines(keepends=True), 1):
            made.add(line, number)
        return made
