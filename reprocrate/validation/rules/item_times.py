"""RC14: the order in time of the items themselves, as the files of the splits show it (L3.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reprocrate.validation.item_pairs import column_named, is_argued, pairs_of_items, require_clear, unread
from reprocrate.validation.items import DataItems, SplitItems
from reprocrate.validation.items.spans import TimeSpan, is_outside
from reprocrate.validation.rule import MUST, SHOULD, CannotAssessError, Found, Need, rule
from reprocrate.validation.subject import Subject


@rule(
    "RC1418",
    MUST,
    spec="leakage",
    since="1.0",
    says="split {split} of data {data} is said to go from {first} to {last}, but {place} says {time}",
    needs=Need.FILES,
)
def items_are_within_the_time_range(subject: Subject) -> Iterator[Found]:
    """No item of a split MUST lie outside the `time_range` of the split.

    Judged: each split with `time_range` and files that have the `time_column` of `records`: its first and its
        last item in time, as exactly as the range is written; at the `time_range`.
    Why: whether the test set lies in the future of the training set is judged by the range.
    Fix: correct the range, or the division.
    """
    unclear: list[str] = []
    for data in _timed(subject):
        unclear += unread(data, lambda split: bool(split.time_range))
        for number, items in data.readable():
            declared = items.split.time_range
            if not declared:
                continue
            try:
                bound = is_outside(_times_of(data, items), declared)
            except (CannotAssessError, ValueError) as error:
                unclear.append(f"Split {items.split.name} of data {data.data.id}: {error}")
                continue
            if bound:
                yield Found(
                    f"{data.pointer}/splits/{number}/time_range",
                    split=items.split.name,
                    data=data.data.id,
                    first=declared[0],
                    last=declared[1],
                    place=items.place(bound.place),
                    time=bound.text,
                )
    require_clear(unclear)


@rule(
    "RC1422",
    MUST,
    spec="leakage",
    since="1.0",
    says="split {train} of data {data} has {last} ({a}), after {first} of split {test} ({b})",
    needs=Need.FILES,
)
def items_learned_from_are_older(subject: Subject) -> Iterator[Found]:
    """No item of a training split MUST be younger than the oldest item of a test split (L3.1).

    Judged: each split of role `test` and each of role `train` of the same data whose files have the
        `time_column` of `records`, unless `leakage` has an entry of type L3.1: the last time of the training
        split is after the first of the test split; one finding for each two splits, at the `files` of the
        test split.
    Why: a model that has seen the future of what it is tested on is better than one that could be used.
    Fix: divide the data at a point in time. If the order in time does not matter for what is predicted, say
        so as the argument for L3.1 under `leakage`.
    """
    yield from _in_time(subject, lambda last, first: last > first)  # type: ignore[operator]


@rule(
    "RC1423",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="split {train} of data {data} ends with {last} ({a}), when split {test} begins ({b})",
    needs=Need.FILES,
)
def items_learned_from_and_tested_on_do_not_touch(subject: Subject) -> Iterator[Found]:
    """The last item of a training split SHOULD NOT be as old as the first item of a test split (L3.1).

    Judged: as RC1422, where the two times are equal; at the `files` of the test split.
    Why: within the same year or day the order is not known, and neighbouring items are often alike.
    Fix: give the times more precisely, leave a gap, or argue L3.1 under `leakage`.
    """
    yield from _in_time(subject, lambda last, first: last == first)


def _in_time(subject: Subject, stands: Callable[[object, object], bool]) -> Iterator[Found]:
    """Training and test splits whose last and first times stand so to each other."""
    if is_argued(subject.well_formed, "L3.1"):
        return
    unclear: list[str] = []
    for data, train, number, test in pairs_of_items(subject, unclear, "time_column"):
        if (train.split.role, test.split.role) != ("train", "test"):
            continue
        try:
            ends, begins = _times_of(data, train), _times_of(data, test)
        except CannotAssessError as error:
            unclear.append(str(error))
            continue
        last, first = ends.last, begins.first
        if last is None or first is None:
            continue
        if ends.form != begins.form:
            unclear.append(f'"{last.text}" and "{first.text}" of data {data.data.id} cannot be compared.')
        elif stands(last.key, first.key):
            yield Found(
                f"{data.pointer}/splits/{number}/files",
                data=data.data.id,
                train=train.split.name,
                last=last.text,
                a=train.place(last.place),
                test=test.split.name,
                first=first.text,
                b=test.place(first.place),
            )
    require_clear(unclear)


def _times_of(data: DataItems, items: SplitItems) -> TimeSpan:
    """The times of a split, if they can be compared.

    Raises:
        CannotAssessError: they are not there, or not of one form that can be read.
    """
    if items.times is None:
        raise CannotAssessError(f'Not all its files have the column "{column_named(data, "time_column")}".')
    if items.times.unread:
        text, place = items.times.unread
        raise CannotAssessError(
            f'"{text[:40]}" in {items.place(place)} is no time that can be compared with the others: times '
            "are numbers, or written as 2024-05, 2024-05-31 or 2024-05-31T12:00:00Z."
        )
    return items.times


def _timed(subject: Subject) -> Iterator[DataItems]:
    return (data for data in subject.items if column_named(data, "time_column"))
