"""The items of one split, as they are read."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from reprocrate.manifest import Split
from reprocrate.validation.items.batches import Batch
from reprocrate.validation.items.fingerprints import Fingerprints
from reprocrate.validation.items.spans import TimeSpan


class Columns(NamedTuple):
    """Numbers of the columns of one file that mean something for a split."""

    id: int | None = None
    group: int | None = None
    time: int | None = None
    where: int | None = None


class SplitItems:
    """The items of one split, in the order of its files.

    Attributes:
        split: the split.
        kinds: what its rows are; only rows of one kind can be compared.
        records: a fingerprint of each item.
        features: the same without the label; None where no label is named or the files have none.
        ids: of each item, where the manifest names their column and all files have it.
        groups: likewise.
        times: likewise.
        spare: how many first lines of files may be items as well as headers.
        columns: how many columns are compared; None where all are.
    """

    def __init__(self, split: Split) -> None:
        self.split = split
        self.kinds: set[str] = set()
        self.records = Fingerprints()
        self.features: Fingerprints | None = None
        self.ids: Fingerprints | None = None
        self.groups: Fingerprints | None = None
        self.times: TimeSpan | None = None
        self.spare = 0
        self.columns: int | None = None
        self._places = array("Q")
        self._files: list[tuple[int, str, str]] = []

    def __len__(self) -> int:
        return len(self.records)

    def place(self, index: int) -> str:
        """Where an item stands, such as `line 7 of data/test.csv`."""
        _, unit, path = self._files[bisect_right(self._files, index, key=lambda file: file[0]) - 1]
        return f"{unit} {self._places[index]} of {path}"

    def begin(self, unit: str, path: str) -> None:
        """What is added from here on stands in this file."""
        self._files.append((len(self), unit, path))

    def add(self, batch: Batch, columns: Columns) -> None:
        """Add the rows of a batch that belong to the split."""
        kept: Sequence[int] | None = None
        if columns.where is not None and self.split.where:
            values = {value.encode() for value in self.split.where.values}
            kept = [place for place, each in enumerate(batch.picked[columns.where]) if each in values]

        def own(values: Sequence[bytes]) -> Sequence[bytes]:
            return values if kept is None else [values[place] for place in kept]

        self.records.extend(own(batch.records[0]))
        if self.features is not None:
            self.features.extend(own(batch.records[1]))
        for known, column in ((self.ids, columns.id), (self.groups, columns.group)):
            if known is not None and column is not None:
                known.extend(own(batch.picked[column]))
        if self.times is not None and columns.time is not None:
            self.times.extend(own(batch.picked[columns.time]))
        places = batch.places
        self._places.extend(places if kept is None else [places[place] for place in kept])
