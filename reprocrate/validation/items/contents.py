"""What the files of a data set hold, split by split: fingerprints of items, ids and groups, and times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from difflib import get_close_matches
from typing import BinaryIO, NamedTuple

from reprocrate.bundle import layout
from reprocrate.errors import ReprocrateError
from reprocrate.manifest import Data, Records, Split
from reprocrate.validation.absence import is_blank
from reprocrate.validation.items.batches import Opener, Source, Wanted
from reprocrate.validation.items.fingerprints import Fingerprints
from reprocrate.validation.items.formats import open_source
from reprocrate.validation.items.limits import Budget, UnreadError
from reprocrate.validation.items.spans import TimeSpan
from reprocrate.validation.items.split_items import Columns, SplitItems

NUMBERING = ("", "Unnamed: 0", "__index_level_0__")
"""What pandas calls a column with the numbers of the rows, in CSV files and in Parquet."""


class MissingColumn(NamedTuple):
    """A column that the manifest names and a file of the split does not have.

    Attributes:
        pointer: to the name.
        column: the name.
        path: the file.
        near: a column of it with a similar name, if there is one.
        is_group: whether it is the field by which groups are kept together.
    """

    pointer: str
    column: str
    path: str
    near: str
    is_group: bool = False


class _Head(NamedTuple):
    """What is known of a file before its rows are read."""

    columns: tuple[str, ...] | None
    kind: str
    may_lack_header: bool

    def number_of(self, name: str | None) -> int | None:
        """The number of a column."""
        return self.columns.index(name) if name and self.columns and name in self.columns else None


_FileKey = tuple[str, tuple[str, ...]]
"""A file and the arrays that are read from it."""


class DataItems:
    """The items of all splits of one data set whose files are named, present and readable.

    Args:
        files: the files around the manifest.
        data: the data set.
        pointer: to it in the manifest.

    Attributes:
        data: the data set.
        pointer: to it.
        splits: what was read, by the number of the split.
        unread: why a split was not, by its number.
        missing: columns that are named and not there.
    """

    def __init__(self, files: Opener, data: Data, pointer: str) -> None:
        self.data = data
        self.pointer = pointer
        self.splits: dict[int, SplitItems] = {}
        self.unread: dict[int, str] = {}
        self.missing: list[MissingColumn] = []
        self._files = files
        self._said = data.records or Records()
        self._budget = Budget()
        self._places = {file.path: self._place(file.path, file.root) for file in data.files if file.travels}
        self._heads: dict[_FileKey, _Head] = {}
        self._users: dict[_FileKey, list[int]] = {}
        self._look()
        self._name_missing()
        try:
            chosen = self._records() if self.splits else ()
        except UnreadError as error:
            self._give_up(list(self.splits), str(error))
            return
        for key in self._heads:
            self._read(key, chosen)

    def _place(self, path: str, root: str | None) -> str:
        outside = (root or self.data.root) is not None
        return f"{layout.EXTERNAL}{self.data.id}/{path}" if outside else path

    def _look(self) -> None:
        """Read the heads of all files."""
        for number, split in enumerate(self.data.splits):
            if not split.files:
                continue
            keys = [(path, split.arrays) for path in split.files]
            try:
                for key in keys:
                    if key not in self._heads:
                        self._heads[key] = self._head(key)
            except (UnreadError, ReprocrateError) as error:
                self.unread[number] = _sentence(error)
                continue
            if reason := self._without_where(split, keys):
                self.unread[number] = reason
                continue
            self.splits[number] = SplitItems(split)
            for key in keys:
                self._users.setdefault(key, []).append(number)

    def _without_where(self, split: Split, keys: list[_FileKey]) -> str:
        """Why it cannot be told which rows are the split's; empty where it can."""
        for key in keys if split.where else ():
            if split.where and self._heads[key].number_of(split.where.column) is None:
                return f'{key[0]} has no column "{split.where.column}", which tells split {split.name}.'
        return ""

    def _head(self, key: _FileKey) -> _Head:
        with closing(self._opened(key[0])) as file:
            source = self._source(file, key)
            return _Head(source.columns, source.kind, source.may_lack_header)

    def _opened(self, path: str) -> BinaryIO:
        place = self._places.get(path)
        if place is None or not self._files.exists(place):
            raise UnreadError(f"{path} of data {self.data.id} did not come along.")
        return self._files.open(place)

    def _source(self, file: BinaryIO, key: _FileKey) -> Source:
        return open_source(file, *key, self._said.header, self._budget)

    def _name_missing(self) -> None:
        """Columns that are named and not there."""
        for name in ("id_column", "time_column"):
            self._require(f"{self.pointer}/records/{name}", getattr(self._said, name), list(self._heads))
        anywhere = [(f"{self.pointer}/records/label_column", self._said.label_column)]
        for place, ignored in enumerate(self._said.ignored_columns):
            anywhere.append((f"{self.pointer}/records/ignored_columns/{place}", ignored))
        for pointer, column in anywhere:
            heads = [head for head in self._heads.values() if head.columns is not None]
            if all(head.number_of(column) is None for head in heads):
                self._require(pointer, column, list(self._heads))
        for number, split in enumerate(self.data.splits):
            keys = [(path, split.arrays) for path in split.files if (path, split.arrays) in self._heads]
            pointer = f"{self.pointer}/splits/{number}"
            if split.where:
                self._require(f"{pointer}/where/column", split.where.column, keys)
            if not is_blank(split.group_key):
                self._require(f"{pointer}/group_key", split.group_key, keys, is_group=True)

    def _require(
        self, pointer: str, column: str | None, keys: list[_FileKey], *, is_group: bool = False
    ) -> None:
        """Note the first of some files that lacks a column."""
        for key in keys if column else ():
            head = self._heads[key]
            if head.columns is not None and column not in head.columns:
                near = get_close_matches(str(column), [each for each in head.columns if each], 1)
                found = MissingColumn(pointer, str(column), key[0], near[0] if near else "", is_group)
                self.missing.append(found)
                return

    def _records(self) -> tuple[tuple[str, ...], ...]:
        """The columns that records are made of, by name, and the same without the label.

        Raises:
            UnreadError: the files share none, or it cannot be told which are the same.
        """
        named = [(key[0], head.columns) for key, head in self._heads.items() if head.columns is not None]
        if not named:
            return ()
        left_out = {self._said.id_column, *self._said.ignored_columns}
        left_out |= {split.where.column for split in self.data.splits if split.where}
        for path, columns in named:
            twice = next((each for each in columns if columns.count(each) > 1), None)
            if twice is not None:
                raise UnreadError(f'{path} has two columns with the name "{twice}".')
        common = set(named[0][1]).intersection(*(columns for _, columns in named[1:]))
        chosen = tuple(
            column
            for number, column in enumerate(named[0][1])
            if column in common and column not in left_out and not (number == 0 and column in NUMBERING)
        )
        if not chosen:
            raise UnreadError(f"The files of data {self.data.id} have no column in common to compare.")
        label = self._said.label_column
        return chosen, tuple(column for column in chosen if column != label)

    def _read(self, key: _FileKey, chosen: tuple[tuple[str, ...], ...]) -> None:
        """Read a file for all splits that it belongs to."""
        users = [number for number in self._users.get(key, []) if number in self.splits]
        if not users:
            return
        head = self._heads[key]
        by_split = {number: self._prepare(number, head, chosen) for number in users}
        try:
            with closing(self._opened(key[0])) as file:
                source = self._source(file, key)
                for number in users:
                    self.splits[number].begin(source.unit, key[0])
                for batch in source.batches(self._wanted(head, chosen, by_split)):
                    self._budget.keep(len(batch.places))
                    for number in users:
                        self.splits[number].add(batch, by_split[number])
        except (UnreadError, ReprocrateError) as error:
            self._give_up(users, _sentence(error))

    def _prepare(self, number: int, head: _Head, chosen: tuple[tuple[str, ...], ...]) -> Columns:
        """Make a split ready for the rows of a file, and say which columns count."""
        items = self.splits[number]
        split, said = items.split, self._said
        is_first = not items.kinds
        items.kinds.add(head.kind)
        items.spare += head.may_lack_header
        columns = Columns(
            head.number_of(said.id_column),
            head.number_of(split.group_key),
            head.number_of(said.time_column),
            head.number_of(split.where.column) if split.where else None,
        )
        if is_first:
            items.ids = Fingerprints(skip_empty=True)
            items.groups = Fingerprints(skip_empty=True)
            items.times = TimeSpan()
            items.features = Fingerprints() if chosen and chosen[0] != chosen[1] and chosen[1] else None
            if head.columns is not None and len(chosen[0]) < len(head.columns):
                items.columns = len(chosen[0])
        items.ids = items.ids if columns.id is not None else None
        items.groups = items.groups if columns.group is not None else None
        items.times = items.times if columns.time is not None else None
        return columns

    def _wanted(
        self, head: _Head, chosen: tuple[tuple[str, ...], ...], by_split: dict[int, Columns]
    ) -> Wanted:
        picked = {
            column
            for each in by_split.values()
            for column in (each.id, each.group, each.time, each.where)
            if column is not None
        }
        if head.columns is None:
            return Wanted(((), ()))
        numbers = [tuple(head.columns.index(name) for name in names) for names in chosen]
        with_features = chosen[0] != chosen[1] and bool(chosen[1])
        return Wanted(tuple(numbers if with_features else numbers[:1]), tuple(sorted(picked)))

    def _give_up(self, numbers: list[int], reason: str) -> None:
        for number in numbers:
            self.splits.pop(number, None)
            self.unread[number] = reason

    def readable(self) -> Iterator[tuple[int, SplitItems]]:
        """The splits whose items were read."""
        yield from sorted(self.splits.items())


def _sentence(error: Exception) -> str:
    text = str(error)
    return text if text.endswith((".", "?", "!")) else f"{text}."
