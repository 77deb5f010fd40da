"""RC14: leakage through time and through groups (L3.1 and L3.2 of Kapoor and Narayanan 2023)."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Data, Manifest, Split
from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MUST, SHOULD, CannotAssessError, Found, rule
from reprocrate.validation.split_roles import pairs_of
from reprocrate.validation.subject import Subject
from reprocrate.validation.times import moment


def _ends(manifest: Manifest) -> Iterator[tuple[str, Data, Split, Split]]:
    """Training and test splits of the same data that both say their times, at the place of the test split."""
    if any(entry.type == "L3.1" for entry in manifest.leakage):
        return
    for pointer, data in numbered("/data", manifest.data):
        for _, first, j, second in pairs_of(data):
            if first.role == "train" and second.role == "test" and first.time_range and second.time_range:
                yield f"{pointer}/splits/{j}/time_range", data, first, second


def _compared(manifest: Manifest, wanted: int) -> Iterator[Found]:
    """Pairs in which training ends after the test begins (1), or at the same time (0).

    Raises:
        CannotAssessError: times of a pair cannot be read, or are of different precision.
    """
    unclear: dict[str, None] = {}
    for place, data, train, test in _ends(manifest):
        last = (train.time_range or ("", ""))[1]
        first = (test.time_range or ("", ""))[0]
        a, b = moment(last), moment(first)
        if a is None or b is None or a[0] != b[0]:
            unclear[f'"{last}" and "{first}" of data {data.id} cannot be compared.'] = None
        elif (a > b) - (a < b) == wanted:
            yield Found(place, data=data.id, train=train.name, last=last, test=test.name, first=first)
    if unclear:
        raise CannotAssessError(" ".join(unclear))


@rule(
    "RC1409",
    MUST,
    spec="leakage",
    since="1.0",
    says="split {train} of data {data} ends at {last}, after split {test} begins at {first}",
)
def training_ends_before_the_test_begins(subject: Subject) -> Iterator[Found]:
    """Where splits say their times, training MUST NOT end after the test begins (L3.1).

    Judged: each split of role `train` and each of role `test` of the same data, both with `time_range`,
        unless `leakage` has an entry of type L3.1: the last time of the one against the first of the other,
        if both are of the same form (see RC0210); at the `time_range` of the test split.
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
