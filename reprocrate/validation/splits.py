"""The parts of data that numbers were measured on."""

from __future__ import annotations

from reprocrate.manifest import Manifest, Split


def declared_splits(
    manifest: Manifest, configuration: str | None, data: str | None, split: str | None
) -> list[Split]:
    """The splits that a measured number's `data` and `split` may mean, as the data declares them.

    Where no data is named, it is that of the configuration, or else any. None where no split is named.
    """
    own = manifest.find_configuration(configuration)
    wanted = (data,) if data else (own.data if own else ())
    return [
        each
        for entry in manifest.data
        if not wanted or entry.id in wanted
        for each in entry.splits
        if each.name == split
    ]
