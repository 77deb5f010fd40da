"""The files that runs wrote, then and now, by their digests: told beside the verdict and never its test.

Two runs that compute the same may well write other bytes: many formats hold the time of day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from reprocrate.manifest import File, Run
from reprocrate.rerun.compare.evidence import place_within
from reprocrate.rerun.compare.samples import Seed

NAMED = 10
"""How many files of each fate are named; all are counted."""


class Fate(StrEnum):
    """What became of a file that the recorded run wrote, or that only the rerun did."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    MISSING = "missing"
    NEW = "new"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of one seed.

    Attributes:
        path: where it stands, in the original or else in the rerun.
        configuration: whose run wrote it.
        seed: of which seed.
        kind: what it is: `output`, `checkpoint`, `predictions`, `histories`, `log` or `artifact`.
        fate: what became of it.
        recorded: its SHA-256 then; `None` where it was not there or was not recorded.
        rerun: its SHA-256 now.
        hint: why files of this kind often differ though the same was computed; empty where nothing is known.
    """

    path: str
    configuration: str
    seed: Seed
    kind: str
    fate: Fate
    recorded: str | None
    rerun: str | None
    hint: str


@dataclass(frozen=True, slots=True)
class Artifacts:
    """All of them, counted, and the first of each fate but the identical ones.

    Attributes:
        runs: pairs of runs that were compared.
        identical: files of the same bytes at the same place.
        different: files of other bytes.
        missing: files that only the recorded run wrote.
        new: files that only the rerun wrote.
        unknown: files of which one side has no digest.
        named: the first of those that are not identical.
    """

    runs: int
    identical: int
    different: int
    missing: int
    new: int
    unknown: int
    named: tuple[Artifact, ...]


_HINTS = {
    ".zip": "zip archives hold times",
    ".npz": "numpy writes times into .npz since it is a zip archive",
    ".pt": "torch writes a zip archive, whose order and alignment may vary",
    ".pth": "torch writes a zip archive, whose order and alignment may vary",
    ".ckpt": "checkpoints often hold times and paths",
    ".keras": "Keras writes a zip archive with times",
    ".gz": "gzip holds the time",
    ".pkl": "pickles depend on the identity of objects and the order of sets",
    ".pickle": "pickles depend on the identity of objects and the order of sets",
    ".joblib": "pickles depend on the identity of objects and the order of sets",
    ".h5": "HDF5 may hold times",
    ".hdf5": "HDF5 may hold times",
    ".pdf": "PDF holds the time of its creation",
    ".png": "figures may hold the version of the program that drew them",
    ".svg": "figures may hold times and random ids",
    ".log": "logs often tell times",
    ".db": "databases hold times and free pages",
}


# events.out.tfevents.TIME.HOST.PROCESS.COUNT, and the folder that SummaryWriter makes: Nov25_20-55-22_HOST.
_EVENTS = re.compile(r"(?<=events\.out\.tfevents)\.[0-9]+\.[^/]+$")
_STARTED = re.compile(r"(?<![^/])[A-Z][a-z]{2}[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}_[^/]*(?=/)")


def compare_artifacts(pairs: Sequence[tuple[str, Seed, Run, Run]]) -> Artifacts:
    """What became of each file.

    Args:
        pairs: for each seed its configuration, itself, the recorded run and that of the rerun.
    """
    counts = dict.fromkeys(Fate, 0)
    named: dict[Fate, list[Artifact]] = {fate: [] for fate in Fate}
    for pair in pairs:
        for one in _of_one_seed(*pair):
            counts[one.fate] += 1
            if one.fate is not Fate.IDENTICAL and len(named[one.fate]) < NAMED:
                named[one.fate].append(one)
    return Artifacts(
        runs=len(pairs),
        **{fate.value: counts[fate] for fate in Fate},
        named=tuple(one for fate in Fate for one in named[fate]),
    )


def _of_one_seed(configuration: str, seed: Seed, recorded: Run, again: Run) -> Iterator[Artifact]:
    then, now = _by_place(recorded), _by_place(again)
    for place in (*then, *(place for place in now if place not in then)):
        first, second = then.get(place), now.get(place)
        kind, file = first or second or ("", None)
        if file is None:
            continue
        digests = (first[1].sha256 if first else None, second[1].sha256 if second else None)
        yield Artifact(
            path=file.path,
            configuration=configuration,
            seed=seed,
            kind=kind,
            fate=_fate(first is not None, second is not None, *digests),
            recorded=digests[0],
            rerun=digests[1],
            hint=_hint(kind, file.path),
        )


def _fate(then: bool, now: bool, recorded: str | None, rerun: str | None) -> Fate:
    if not now:
        return Fate.MISSING
    if not then:
        return Fate.NEW
    if recorded is None or rerun is None:
        return Fate.UNKNOWN
    return Fate.IDENTICAL if recorded == rerun else Fate.DIFFERENT


def _by_place(run: Run) -> dict[tuple[str | None, str], tuple[str, File]]:
    """What a run wrote by its place, with what it is; the recorder's own files count with the run's name.

    TensorBoard's event files have other names each time: they count in the order of these, which begin with
    the time, within their folder.
    """
    placed = [(place_within(run, file), kind, file) for kind, file in _by_kind(run)]
    alike: dict[tuple[str | None, str], list[str]] = {}
    for (root, path), _, _ in placed:
        alike.setdefault((root, _without_time(path)), []).append(path)
    found = {}
    for (root, path), kind, file in placed:
        general = _without_time(path)
        number = sorted(alike[root, general]).index(path) if general != path else 0
        found[root, general if general == path else f"{general}#{number}"] = (kind, file)
    return found


def _without_time(path: str) -> str:
    return _STARTED.sub("", _EVENTS.sub("", path))


def _by_kind(run: Run) -> Iterator[tuple[str, File]]:
    for kind, files in (
        ("output", run.outputs),
        ("artifact", run.artifacts),
        ("log", run.logs),
        ("checkpoint", run.checkpoints),
    ):
        for file in files:
            yield kind, file
    if run.histories:
        yield "histories", run.histories
    if run.predictions:
        yield "predictions", run.predictions


def _hint(kind: str, path: str) -> str:
    if kind == "histories":
        return "histories may tell the time of each value"
    if kind == "log":
        return _HINTS[".log"]
    if _EVENTS.search(path):
        return "TensorBoard's event files hold the time of each value, and their names time, host and process"
    return _HINTS.get(PurePosixPath(path).suffix.lower(), "")
