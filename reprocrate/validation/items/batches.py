"""What readers of data files have in common: they give out rows, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, Protocol


class Wanted(NamedTuple):
    """What of each row is asked for.

    Attributes:
        records: of which columns, by number and in this order, records are made; empty for whole rows.
        picked: columns whose values are asked for.
    """

    records: tuple[tuple[int, ...], ...]
    picked: tuple[int, ...] = ()


class Batch(NamedTuple):
    """Some rows.

    Attributes:
        records: for each list of `Wanted.records` the record of each row.
        picked: the values of each column that was asked for, by its number.
        places: the line of each row, or its index.
    """

    records: tuple[list[bytes], ...]
    picked: dict[int, list[bytes]]
    places: Sequence[int]


class Opener(Protocol):
    """Gives out the files around a manifest."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    def open(self, path: str) -> BinaryIO:
        """Its content, perhaps from front to back only.

        Raises:
            ReprocrateError: it cannot be read.
        """


class Source(Protocol):
    """A file of items, whose first bytes were read."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of its columns; None where they have none."""

    @property
    def kind(self) -> str:
        """What its rows are; rows of different kinds cannot be compared."""

    @property
    def unit(self) -> str:
        """What places count, `line` or `index`."""

    @property
    def may_lack_header(self) -> bool:
        """Whether its first line may be a row as well as names."""

    def batches(self, wanted: Wanted) -> Iterator[Batch]:
        """All its rows.

        Raises:
            UnreadError: they cannot be read.
            ReprocrateError: the file cannot be read.
        """
