"""Splits: what the parts of data that results are on were for."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Configuration, Data, Manifest, Result, Split

ROLES = ("train", "validation", "test")


def data_of(manifest: Manifest, name: str | None, configuration: str | None) -> tuple[Data, ...]:
    """The data that a value is on: the one named, else the configuration's, else all of the manifest."""
    if name is not None:
        found = manifest.find_data(name)
        return (found,) if found else ()
    settings = manifest.find_configuration(configuration)
    if settings and settings.data:
        return tuple(each for each in manifest.data if each.id in settings.data)
    return manifest.data


def data_without(
    manifest: Manifest, split: str, name: str | None, configuration: str | None
) -> tuple[Data, ...]:
    """The data that a value is on, if all of it declares splits and none has this name."""
    data = data_of(manifest, name, configuration)
    declared = {each.name for found in data for each in found.splits}
    return data if all(found.splits for found in data) and split not in declared else ()


def role_of(manifest: Manifest, result: Result) -> str | None:
    """What the split that a result is on was for; None where that cannot be told.

    Where no data declares the split, the names `train`, `validation` and `test` mean the roles of that name.
    """
    if result.split is None:
        return None
    data = data_of(manifest, result.data, result.configuration)
    roles = {split.role for each in data for split in each.splits if split.name == result.split}
    if len(roles) == 1:
        return roles.pop()
    return result.split if not roles and result.split in ROLES else None


def reported_role(manifest: Manifest, configuration: Configuration, split: str) -> str | None:
    """What is wrong with choosing a configuration on a split; None where nothing is."""
    declared = [
        each.role
        for data in manifest.data
        if not configuration.data or data.id in configuration.data
        for each in data.splits
        if each.name == split
    ]
    if "test" in declared or (not declared and split == "test"):
        return "a test split"
    results = manifest.results
    if (
        any(each.split == split and each.configuration == configuration.id for each in results)
        and not declared
    ):
        return "the split that is reported"
    return None


def pairs_of(data: Data) -> Iterator[tuple[int, Split, int, Split]]:
    """Every two splits of some data with different roles, with their places; one tested on comes second."""
    order = {role: number for number, role in enumerate(ROLES)}
    splits = sorted(enumerate(data.splits), key=lambda pair: order.get(pair[1].role, -1))
    for number, (i, first) in enumerate(splits):
        for j, second in splits[number + 1 :]:
            if first.role != second.role:
                yield i, first, j, second
