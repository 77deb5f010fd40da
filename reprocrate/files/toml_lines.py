"""Where keys stand in the text of a TOML file, for messages that name the line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*(=|\.)""")

Location = Sequence[str | int]


def line_of(text: str, location: Location) -> int | None:
    """Number of the line that holds a key, else of the nearest table around it."""
    lines = _lines_of_keys(text)
    ends = range(len(location), 0, -1)
    return next((lines[tuple(location[:end])] for end in ends if tuple(location[:end]) in lines), None)


@lru_cache(maxsize=1)  # a file with many mistakes is asked about for each
def _lines_of_keys(text: str) -> dict[tuple[str | int, ...], int]:
    """Where each table header and each key stands. Keys inside of values are not looked for."""
    lines: dict[tuple[str | int, ...], int] = {}
    entries: Counter[tuple[str, ...]] = Counter()
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            name = tuple(part.strip().strip("\"'") for part in header[2].split("."))
            if header[1] == "[[":
                entries[name] += 1
            table = tuple(_with_entries(name, entries))
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1].strip("\"'")), number)
    return lines


def _with_entries(name: tuple[str, ...], entries: Counter[tuple[str, ...]]) -> Iterator[str | int]:
    for end, part in enumerate(name, 1):
        yield part
        if name[:end] in entries:
            yield entries[name[:end]] - 1
