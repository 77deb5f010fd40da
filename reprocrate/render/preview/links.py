"""Links to the files that lie beside the page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from reprocrate.manifest import File
from reprocrate.render import words
from reprocrate.render.numbers import file_size
from reprocrate.render.preview.markup import Markup, code, element, file_link, joined

_FEW = 10
_MOST = 200

Item = TypeVar("Item")


class FileLinks:
    """Which files can be linked to.

    Args:
        there: paths that are in the bundle; None where all are that travel.
    """

    def __init__(self, there: Collection[str] | None) -> None:
        self._there = there

    def link(self, file: File, label: str | None) -> Markup:
        """A file by its label or path, as a link where it is beside the page."""
        here = file.travels and file.root is None and (self._there is None or file.path in self._there)
        return file_link(file.path, label) if here else code(label or file.path)

    def has(self, path: str) -> bool:
        """Whether a file of the bundle's own, which no manifest lists, is known to lie beside the page."""
        return self._there is not None and path in self._there

    def listed(self, files: Sequence[File]) -> Markup:
        """Files with their number and size; many of them folded."""
        size = sum(file.size or 0 for file in files)
        counted = f"{words.count_of(len(files), 'file')}, {file_size(size)}"
        shown = separated([self.link(file, None) for file in files[:_MOST]])
        more = f" and {len(files) - _MOST:,} more" if len(files) > _MOST else ""
        if len(files) <= _FEW:
            return joined(shown, f" ({counted})" if files else counted)
        return element("details", element("summary", counted), element("p", shown, more))


def first(items: Sequence[Item], most: int, show: Callable[[Item], Markup], noun: str) -> Markup:
    """The first of many, and how many more there are."""
    more = len(items) - most
    note = element(
        "p", f"{words.count_of(more, f'more {noun}')} in ", file_link("reprocrate.json"), ".", class_="note"
    )
    return joined((show(item) for item in items[:most]), note if more > 0 else None)


def separated(pieces: Sequence[Markup]) -> Markup:
    """Pieces with commas between."""
    return joined(piece if index == 0 else joined(", ", piece) for index, piece in enumerate(pieces))
