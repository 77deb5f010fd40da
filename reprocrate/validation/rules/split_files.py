"""RC14: whether the files that splits name are what the manifest says of them."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.item_pairs import require_clear, unread
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC1414",
    MUST,
    spec="leakage",
    since="1.0",
    says="split {split} is said to be in {path}, which is no file of data {data}",
)
def file_of_a_split_is_a_file_of_its_data(subject: Subject) -> Iterator[Found]:
    """Every file that a split names MUST be among the files of the same data.

    Judged: each entry of `files` of a split that is the `path` of none of the data's `files`; at the entry.
    Why: only the data's own entry says with which digest the file was read and whether it travels.
    Fix: correct the path, or list the file under `files` in `[data.NAME]` of reprocrate.toml.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        known = {file.path for file in data.files}
        for place, split in numbered(f"{pointer}/splits", data.splits):
            for inner, path in numbered(f"{place}/files", split.files):
                if path not in known:
                    yield Found(inner, split=split.name, path=path, data=data.id)


@rule(
    "RC1415",
    MUST,
    spec="leakage",
    since="1.0",
    says='{path} of data {data} has no column "{name}"{near}',
    needs=Need.FILES,
)
def named_column_is_in_the_files(subject: Subject) -> Iterator[Found]:
    """The columns by which items are read MUST be in the files of the splits.

    Judged: of files of splits with named columns: `id_column` and `time_column` of `records`, which each has,
        `label_column` and each of `ignored_columns`, which at least one has, and the `column` of a split's
        `where`, which each of its files has; at the name.
    Why: what is looked for in a column that is not there is not found.
    Fix: correct the name as the first line of the file writes it. Where that line is no header, set `header`
        to false under `records` and name columns by their number.
    """
    yield from _missing(subject, is_group=False)


@rule(
    "RC1416",
    SHOULD,
    spec="leakage",
    since="1.0",
    says='{path} of data {data} has no column "{name}" to keep groups together by{near}',
    needs=Need.FILES,
)
def group_key_is_in_the_files(subject: Subject) -> Iterator[Found]:
    """The `group_key` of a split that names its files SHOULD be a column of them.

    Judged: the `group_key` of each split with `files`, against each of those with named columns; at it.
    Why: whether groups were kept apart can only be seen where each item says its group.
    Fix: name the column that holds the groups, or keep it in the files.
    """
    yield from _missing(subject, is_group=True)


def _missing(subject: Subject, *, is_group: bool) -> Iterator[Found]:
    for data in subject.items:
        for each in data.missing:
            if each.is_group == is_group:
                near = f"; did you mean {each.near}?" if each.near else ""
                yield Found(each.pointer, path=each.path, data=data.data.id, name=each.column, near=near)


@rule(
    "RC1417",
    MUST,
    spec="leakage",
    since="1.0",
    says="split {split} of data {data} is said to have {count} items, but its files hold {n}",
    needs=Need.FILES,
)
def count_is_the_number_of_items(subject: Subject) -> Iterator[Found]:
    """A split's `count` MUST be the number of items in its files.

    Judged: each split with `count` and `files` that can be read. A first line with a number among its fields
        may be a header or an item, unless `header` says which; at the `count`.
    Why: results on the split are per item, and items that were left out silently make them better.
    Fix: correct the count, or leave it out of reprocrate.toml; or name the files that were really used.
    """
    unclear: list[str] = []
    for data in subject.items:
        unclear += unread(data, lambda split: split.count is not None)
        for number, items in data.readable():
            count, n = items.split.count, len(items)
            if count is not None and not n <= count <= n + items.spare:
                pointer = f"{data.pointer}/splits/{number}/count"
                yield Found(pointer, split=items.split.name, data=data.data.id, count=count, n=n)
    require_clear(unclear)
