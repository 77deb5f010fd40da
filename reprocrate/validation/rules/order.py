"""RC14: leakage through time and through groups (L3.1 and L3.2 of Kapoor and Narayanan 2023)."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Data, Manifest, Split
from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, CannotAssessError, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import Moment, moment


def _compared(manifest: Manifest, wanted: int, role: str = "train") -> Iterator[Found]:
    """Test splits that begin before the latest end of another role (1), or at the same time (0).

    Raises:
        CannotAssessError: times cannot be read, or are of different forms.
    """
    unclear: dict[str, None] = {}
    if any(entry.type == "L3.1" for entry in manifest.leakage):
        return
    for pointer, data in numbered("/data", manifest.data):
        ends, unread = _latest_ends(data, role)
        for place, test, first in _beginnings(pointer, data):
            begin = moment(first)
            end = ends.get(begin[0]) if begin else None
            if begin and end and (end[0] > begin) - (end[0] < begin) == wanted:
                last = (end[1].time_range or ("", ""))[1]
                yield Found(place, data=data.id, train=end[1].name, last=last, test=test.name, first=first)
            others = [*unread, *(each for form, (_, each) in ends.items() if not begin or form != begin[0])]
            for train in others[:1]:
                last = (train.time_range or ("", ""))[1]
                unclear[f'"{last}" and "{first}" of data {data.id} cannot be compared.'] = None
    if unclear:
        raise CannotAssessError(" ".join(list(unclear)[:3]))


def _latest_ends(data: Data, role: str) -> tuple[dict[str, tuple[Moment, Split]], list[Split]]:
    """For each form of time the split of a role that ends last; and those whose end cannot be read."""
    ends: dict[str, tuple[Moment, Split]] = {}
    unread = []
    for split in data.splits:
        if split.role == role and split.time_range:
            end = moment(split.time_range[1])
            if end is None:
                unread.append(split)
            elif end[0] not in ends or end > ends[end[0]][0]:
                ends[end[0]] = end, split
    return ends, unread


def _beginnings(pointer: str, data: Data) -> Iterator[tuple[str, Split, str]]:
    """The first time of each test split, at the place of its `time_range`."""
    for place, split in numbered(f"{pointer}/splits", data.splits):
        if split.role == "test" and split.time_range:
            yield f"{place}/time_range", split, split.time_range[0]


@rule(
    "RC1409",
    MUST,
    spec="leakage",
    since="1.0",
    says="split {train} of data {data} ends at {last}, after split {test} begins at {first}",
)
def training_ends_before_the_test_begins(subject: Subject) -> Iterator[Found]:
    """Where splits say their times, training MUST NOT end after the test begins (L3.1).

    Judged: each split of role `test` with `time_range`, unless `leakage` has an entry of type L3.1: its first
        time against the latest last time of the splits of role `train` of the same data, of those of the same
        form (see RC0210); at the `time_range` of the test split.
    Why: a model that has seen the future of what it is tested on is better than one that could be used.
    Fix: divide the data at a point in time. If the order in time does not matter for what is predicted, say
        so as the argument for L3.1 under `leakage`.
    """
    yield from _compared(subject.well_formed, 1)


@rule(
    "RC1410",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="split {train} of data {data} ends at {last}, when split {test} begins",
)
def training_and_test_do_not_touch(subject: Subject) -> Iterator[Found]:
    """Where splits say their times, training SHOULD NOT end at the very time that the test begins (L3.1).

    Judged: as RC1409, where the two times are equal; at the `time_range` of the test split.
    Why: within the same year or day the order is not known, and neighbouring items are often alike.
    Fix: give the times more precisely, leave a gap, or argue L3.1 under `leakage`.
    """
    yield from _compared(subject.well_formed, 0)


@rule(
    "RC1411",
    SHOULD,
    spec="leakage",
    since="1.0",
    says='split {second} of data {data} keeps "{b}" together, but split {first} keeps "{a}"',
)
def splits_keep_the_same_groups_together(subject: Subject) -> Iterator[Found]:
    """The splits of some data SHOULD NOT name different fields as their `group_key` (L3.2).

    Judged: each split whose `group_key` differs from that of the first split of the data that has one, unless
        `leakage` has an entry of type L3.2; at the `group_key`.
    Why: a person, say, whose items are in both sets makes the test easy, and only one division can keep
        them apart.
    Fix: divide the data once, by one field, and name it for every split.
    """
    manifest = subject.well_formed
    if any(entry.type == "L3.2" for entry in manifest.leakage):
        return
    for pointer, data in numbered("/data", manifest.data):
        splits = numbered(f"{pointer}/splits", data.splits)
        named = [(place, each) for place, each in splits if not is_blank(each.group_key)]
        for place, split in named[1:]:
            first = named[0][1]
            if split.group_key != first.group_key:
                yield Found(
                    f"{place}/group_key",
                    data=data.id,
                    first=first.name,
                    a=first.group_key,
                    second=split.name,
                    b=split.group_key,
                )


@rule(
    "RC1413",
    SHOULD,
    spec="leakage",
    since="1.0",
    says="validation split {train} of data {data} ends at {last}, after split {test} begins at {first}",
)
def validation_ends_before_the_test_begins(subject: Subject) -> Iterator[Found]:
    """Where training ends before the test begins, validation SHOULD NOT end after that (L3.1).

    Judged: as RC1409, with the splits of role `validation` in place of those of role `train`, unless RC1409
        or RC1410 says something of the test split; at the `time_range` of the test split.
    Why: what was chosen by the future of the test items is better on them than what could be chosen in use.
    Fix: let the validation data lie between training and test, or argue L3.1 under `leakage`.
    """
    manifest = subject.well_formed
    told = {found.pointer for wanted in (0, 1) for found in _found(manifest, wanted)}
    for found in _compared(manifest, 1, "validation"):
        if found.pointer not in told:
            yield found


def _found(manifest: Manifest, wanted: int) -> Iterator[Found]:
    """What can be said of training and test, whatever else cannot."""
    try:
        yield from _compared(manifest, wanted)
    except CannotAssessError:
        return
