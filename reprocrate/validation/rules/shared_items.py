"""RC14: items, ids and groups that are in two splits, as the files of the splits show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reprocrate.validation.item_pairs import (
    are_alike,
    column_named,
    is_argued,
    not_named,
    pairs_of_items,
    require_clear,
)
from reprocrate.validation.items import SplitItems
from reprocrate.validation.items.fingerprints import Fingerprints
from reprocrate.validation.rule import MUST, SHOULD, Found, Need, rule
from reprocrate.validation.subject import Subject

_EXAMPLES = 3


@rule(
    "RC1419",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="{n} of the {of} items of split {second} of data {data} ({share}{distinct}) are also in split "
    "{first}, such as {examples}{labels}",
    needs=Need.FILES,
)
def no_tested_item_is_in_another_split(subject: Subject, *, share: float = 0.0) -> Iterator[Found]:
    """No item of a test split SHOULD be in a split that was learned from or selected on (L1.4).

    Judged: each split of role `test` and each split of another role of the same data, both with files that
        can be read: the items of the test split whose record is also one of the other split, and where
        `label_column` is named, those whose record without the label is. Both together are more than `share`
        of the test split, a number from 0 to 1, which a policy may set; one finding for each two splits, at
        the `files` of the test split.
    Why: items that a model was trained on are easier for it than new ones, so the result is too good. Some
        public data sets are full of duplicates: then say what the result is without them.
    Fix: remove the items from one of the two splits and run again. Where a column is only a name of the item,
        such as its number, say so by `id_column` or `ignored_columns` under `records`.
    """
    unclear = [*not_named(subject.well_formed)]
    for data, first, number, second in pairs_of_items(subject, unclear):
        if second.split.role != "test" or not are_alike(first, second, data, unclear):
            continue
        places = second.records.shared_with(first.records)
        relabelled = _relabelled(first, second, places)
        if not places and not relabelled:
            continue
        if len(places) + len(relabelled) > share * len(second):
            told = _told(first, second, places, relabelled)
            yield Found(f"{data.pointer}/splits/{number}/files", data=data.data.id, **told)
    require_clear(unclear)


def _relabelled(first: SplitItems, second: SplitItems, places: list[int]) -> list[int]:
    """Items that the other split has with another label."""
    if first.features is None or second.features is None:
        return []
    known = set(places)
    return [place for place in second.features.shared_with(first.features) if place not in known]


def _told(first: SplitItems, second: SplitItems, places: list[int], relabelled: list[int]) -> dict[str, Any]:
    """What the sentence about duplicates says."""
    kept, other = (second.records, first.records) if places else (second.features, first.features)
    shown = _examples(first, second, kept, other, places or relabelled)
    columns = "" if second.columns is None else f", compared by {second.columns} columns"
    different = kept.distinct(places or relabelled) if kept else 0
    n = len(places or relabelled)
    labels = ""
    if relabelled:
        labels = f"; {len(relabelled)} more with another label" if places else "; all with another label"
    return {
        "n": n,
        "of": len(second),
        "share": f"{100 * n / len(second):.3g} %",
        "distinct": f", {different} different" * (different < n) + columns,
        "first": first.split.name,
        "second": second.split.name,
        "examples": shown,
        "labels": labels,
    }


@rule(
    "RC1420",
    MUST,
    spec="leakage",
    since="1.0",
    says="{n} of the {of} items of split {second} of data {data} have an id of split {first}, such as "
    "{examples}",
    needs=Need.FILES,
)
def no_id_is_in_two_splits(subject: Subject) -> Iterator[Found]:
    """No id of an item MUST be in two splits with different roles (L1.4).

    Judged: each two splits of the same data with different roles whose files have the `id_column` of
        `records`: values of it that are in both, empty ones apart; one finding for each two splits, at the
        `files` of the later role, in the order train, validation, test.
    Why: an id is one item, whatever else was written about it: it was learned from and tested on.
    Fix: divide the data anew. If the column names something that several items share, it is a `group_key`.
    """
    unclear: list[str] = []
    column = "id_column"
    for data, first, number, second in pairs_of_items(subject, unclear, column):
        if first.ids is None or second.ids is None:
            unclear.append(f'Not all files of data {data.data.id} have "{column_named(data, column)}".')
        elif places := second.ids.shared_with(first.ids):
            yield Found(
                f"{data.pointer}/splits/{number}/files",
                n=len(places),
                of=len(second),
                first=first.split.name,
                second=second.split.name,
                data=data.data.id,
                examples=_examples(first, second, second.ids, first.ids, places),
            )
    require_clear(unclear)


@rule(
    "RC1421",
    MUST,
    spec="leakage",
    since="1.0",
    says='{n} of the {of} values of "{key}" in split {second} of data {data} are also in split {first}, '
    "such as that of {examples}",
    needs=Need.FILES,
)
def no_group_is_in_two_splits(subject: Subject) -> Iterator[Found]:
    """No value of the `group_key` MUST be in two splits with different roles (L3.2).

    Judged: each two splits of the same data with different roles, the same `group_key` and files that have
        that column, unless `leakage` has an entry of type L3.2: values of it that are in both, empty ones
        apart; one finding for each two splits, at the `files` of the later role, in the order train,
        validation, test.
    Why: items of one person, say, are alike, so whoever learned from some of them knows the others.
    Fix: divide the data by group, or leave `group_key` out if it does not say what was kept apart, or argue
        L3.2 under `leakage`.
    """
    if is_argued(subject.well_formed, "L3.2"):
        return
    unclear: list[str] = []
    for data, first, number, second in pairs_of_items(subject, unclear, "group_key"):
        if first.split.group_key != second.split.group_key:
            continue  # RC1411
        if first.groups is None or second.groups is None:
            unclear.append(f'Not all files of data {data.data.id} have "{second.split.group_key}".')
        elif places := second.groups.shared_with(first.groups):
            yield Found(
                f"{data.pointer}/splits/{number}/files",
                n=second.groups.distinct(places),
                of=second.groups.distinct(),
                key=second.split.group_key,
                first=first.split.name,
                second=second.split.name,
                data=data.data.id,
                examples=_examples(first, second, second.groups, first.groups, places),
            )
    require_clear(unclear)


def _examples(
    first: SplitItems,
    second: SplitItems,
    kept: Fingerprints | None,
    other: Fingerprints | None,
    places: Iterable[int],
) -> list[str]:
    """Where some items of the second split stand, and what equals them in the first."""
    if kept is None or other is None:
        return []
    return [
        f"{second.place(each)} ({first.place(other.twin_of(kept, each))})"
        for each in kept.first_of_each(places, _EXAMPLES)
    ]
