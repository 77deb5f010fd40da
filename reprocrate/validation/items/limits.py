"""How much of data files is read to judge them."""

from __future__ import annotations

MOST_BYTES = 16 << 30
"""Bytes of all files of one data set, unpacked."""

MOST_ITEMS = 20_000_000
"""Items of one data set, in all its splits; each takes 16 to 40 bytes of memory."""

MOST_LINES = 100_000_000
"""Lines of one data set, empty ones too."""

MOST_LINE_BYTES = 16 << 20
"""Bytes of one line, or one field of several lines."""

MOST_HELD_BYTES = 256 << 20
"""A file that is read from several places is held in memory up to this size, where it lies in an archive."""

_MORE = "Where that is too much, the duplicates can be found by `digests` of the splits"


class UnreadError(Exception):
    """The items of a file cannot be told, or not all of them; its text is the reason, a sentence."""


class Budget:
    """What may still be read of a data set."""

    def __init__(self) -> None:
        self._bytes = MOST_BYTES
        self._items = MOST_ITEMS
        self._lines = MOST_LINES

    def take(self, count: int) -> None:
        """Read so many bytes more.

        Raises:
            UnreadError: that is too much.
        """
        self._bytes -= count
        if self._bytes < 0:
            raise UnreadError(f"The files hold more than {MOST_BYTES >> 30} GiB. {_MORE}.")

    def pass_lines(self, count: int) -> None:
        """Read so many lines more.

        Raises:
            UnreadError: that is too much.
        """
        self._lines -= count
        if self._lines < 0:
            raise UnreadError(f"The files hold more than {MOST_LINES:,} lines. {_MORE}.")

    def keep(self, count: int) -> None:
        """Remember so many items more.

        Raises:
            UnreadError: that is too much.
        """
        self._items -= count
        if self._items < 0:
            raise UnreadError(f"The files hold more than {MOST_ITEMS:,} items. {_MORE}.")
