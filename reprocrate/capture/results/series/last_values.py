"""The last value of each series, with the notation of `reprocrate.toml` that finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reprocrate.capture.results.points import NotFoundError, as_number
from reprocrate.capture.results.series.found import kind_of, values_in
from reprocrate.capture.results.written import Written

_MOST_FILES = 50
_TABLE = "table"
_SEED = re.compile(r"(?<=seed)(?<![a-z]seed)[0-9]+|(?<=seed[-_=])[0-9]+", re.IGNORECASE)
# Parts of paths that are other ones after each launch: times, ids, the machine's name.
_PASSING = (
    (re.compile(r"^(?:([^/]+)/)?.*tfevents[^/]*$"), r"\1/**/*tfevents*"),
    (re.compile(r"^(.*mlruns)/.+/metrics/.+$"), r"\1/**"),
    (re.compile(r"^(.*wandb)/.+\.wandb$"), r"\1/**/run-*.wandb"),
    (re.compile(r"^(.+)/[0-9]+/metrics\.json$"), r"\1/*/metrics.json"),
)


@dataclass(frozen=True)
class LastValue:
    """The last value of a series.

    Attributes:
        name: what the tracker calls it.
        value: the value.
        where: where it stands, for people.
        place: what stands behind `from`.
    """

    name: str
    value: float
    where: str
    place: str


def last_values(written: Written) -> Iterator[LastValue]:
    """The series in files of trackers, tables apart, each with its last value."""
    tracked = [path for path in sorted(written.outputs) if _is_tracked(path)]
    seeds = {} if written.seed is not None else seeds_in_paths(map(_folder, tracked))
    for path in tracked[:_MOST_FILES]:
        last: dict[str, float] = {}
        for name, entry in values_in(path, written):
            try:
                last[name] = as_number(entry.value, entry.where)
            except NotFoundError:
                continue
        for name, value in last.items():
            folder = _folder(path)
            general = lasting(path)
            if folder in seeds and folder:
                general = f"{seeds[folder]}/{'*tfevents*' if 'tfevents' in path else path[len(folder) + 1 :]}"
            yield LastValue(name, value, f"{path}, {name}", f"{general}:{name}")


def lasting(path: str) -> str:
    """A path with wildcards where it will be another one after the next launch."""
    for pattern, general in _PASSING:
        if pattern.match(path):
            return pattern.sub(general, path).lstrip("/")
    return path


def seeds_in_paths(paths: Iterable[str]) -> dict[str, str]:
    """Paths that differ only by the seed in them, with `{seed}` in its place."""
    groups: dict[str, set[str]] = {}
    for path in paths:
        if len(_SEED.findall(path)) == 1:
            groups.setdefault(_SEED.sub("{seed}", path), set()).add(path)
    return {path: template for template, same in groups.items() if len(same) > 1 for path in same}


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_tracked(path: str) -> bool:
    kind = kind_of(path)
    return kind is not None and kind.name != _TABLE
