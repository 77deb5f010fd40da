"""Splits whose items were read, two by two, and why others were not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reprocrate.manifest import Data, Manifest, Split
from reprocrate.validation.items.contents import DataItems
from reprocrate.validation.items.formats import READABLE
from reprocrate.validation.items.split_items import SplitItems
from reprocrate.validation.rule import CannotAssessError
from reprocrate.validation.split_roles import pairs_of
from reprocrate.validation.subject import Subject


def pairs_of_items(
    subject: Subject, unclear: list[str], named: str = ""
) -> Iterator[tuple[DataItems, SplitItems, int, SplitItems]]:
    """Every two splits with different roles whose items were read, the one that is tested on second.

    Args:
        subject: what is judged.
        unclear: takes why others were not read.
        named: the column that is asked for: data, or splits, that name none are left out.
    """
    for data in subject.items:
        if named.endswith("_column") and not column_named(data, named):
            continue
        pairs = [
            (i, j)
            for i, first, j, second in pairs_of(data.data)
            if named != "group_key" or (first.group_key and second.group_key)
        ]
        asked = {each for pair in pairs for each in pair}
        unclear += [reason for number, reason in data.unread.items() if number in asked]
        for i, j in pairs:
            if i in data.splits and j in data.splits:
                yield data, data.splits[i], j, data.splits[j]


def are_alike(first: SplitItems, second: SplitItems, data: DataItems, unclear: list[str]) -> bool:
    """Whether rows of the two can be the same at all."""
    kinds = first.kinds | second.kinds
    if len(kinds) > 1:
        names = f"{first.split.name} and {second.split.name}"
        told = ", ".join(sorted(kinds))
        unclear.append(f"The items of splits {names} of data {data.data.id} are of different kinds: {told}.")
    return len(kinds) == 1


def share_items(subject: Subject, pointer: str, first: int, second: int) -> bool:
    """Whether the files of two splits of the data at a place show items that are in both, as RC1419 looks."""
    for data in subject.items:
        if data.pointer != pointer or first not in data.splits or second not in data.splits:
            continue
        one, other = data.splits[first], data.splits[second]
        if not are_alike(one, other, data, []):
            return False
        return bool(other.records.shared_with(one.records)) or has_relabelled(one, other)
    return False


def has_relabelled(first: SplitItems, second: SplitItems) -> bool:
    """Whether items of the second split are in the first one without regard to their labels."""
    if first.features is None or second.features is None:
        return False
    return bool(second.features.shared_with(first.features))


def unread(data: DataItems, concerns: Callable[[Split], bool]) -> list[str]:
    """Why splits that a rule concerns were not read."""
    return [reason for number, reason in data.unread.items() if concerns(data.data.splits[number])]


def not_named(manifest: Manifest) -> Iterator[str]:
    """Data whose files could be looked into, if it were said which of them are which split."""
    for data in manifest.data:
        roles = {split.role for split in data.splits}
        is_tested = "test" in roles and len(roles) > 1
        file = _readable_file(data)
        if is_tested and file and not any(split.files for split in data.splits):
            yield (
                f"Nothing says which files of data {data.id} hold which split: add to each of its splits "
                f'in reprocrate.toml a line such as `files = ["{file}"]`.'
            )


def _readable_file(data: Data) -> str | None:
    names = (file.path for file in data.files if file.travels)
    return next((name for name in names if name.lower().endswith(READABLE)), None)


def column_named(data: DataItems, what: str) -> str:
    """The column that the data's `records` name for something; empty where they name none."""
    return str(getattr(data.data.records, what, None) or "")


def is_argued(manifest: Manifest, kind: str) -> bool:
    """Whether the authors say why a type of leakage does not apply."""
    return any(entry.type == kind for entry in manifest.leakage)


def require_clear(unclear: list[str]) -> None:
    """Say what could not be judged.

    Raises:
        CannotAssessError: there is something.
    """
    if unclear:
        raise CannotAssessError(" ".join(list(dict.fromkeys(unclear))[:3]))
