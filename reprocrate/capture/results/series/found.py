"""The files of a launch that hold series of values, and the series in them."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reprocrate.capture.results.points import Entry
from reprocrate.capture.results.series.curves import read_curves
from reprocrate.capture.results.series.documents import read_sacred, read_trainer_state
from reprocrate.capture.results.series.mlflow import read_database, read_store
from reprocrate.capture.results.series.tensorboard import read_events
from reprocrate.capture.results.series.wandb import read_wandb
from reprocrate.capture.results.written import Written

Read = Callable[[Path, str, float | None], Iterator[tuple[str, Entry]]]

LARGEST_READ_BYTES = 256 * 1024 * 1024


def _whenever(read: Callable[[Path, str], Iterator[tuple[str, Entry]]]) -> Read:
    """A reader of files that only one launch writes: when it began does not matter."""
    return lambda location, path, _began: read(location, path)


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        name: the tracker.
        path: what such a file is called, relative to the project.
        read: reads it.
        by_folder: whether the files of one folder belong together.
        largest: files with more bytes are not read.
    """

    name: str
    path: re.Pattern[str]
    read: Read
    by_folder: bool = False
    largest: int = LARGEST_READ_BYTES


_KINDS = (
    Kind("TensorBoard", re.compile(r".*tfevents[^/]*"), _whenever(read_events), by_folder=True),
    Kind("Hugging Face", re.compile(r"(?:.*/)?trainer_state\.json"), _whenever(read_trainer_state)),
    Kind("Sacred", re.compile(r"(?:.*/)?metrics\.json"), _whenever(read_sacred)),
    Kind("MLflow", re.compile(r".*/[0-9a-f]{32}/metrics/.+"), read_store),
    Kind("MLflow", re.compile(r".*\.(?:db|sqlite3?)"), read_database),
    Kind("W&B", re.compile(r".*/run-[^/]+\.wandb"), _whenever(read_wandb)),
    # Any table may have a column of steps; a large one holds data rather than curves.
    Kind("table", re.compile(r".*\.[ct]sv"), _whenever(read_curves), largest=16 * 1024 * 1024),
)


def kind_of(path: str) -> Kind | None:
    """The kind of a file, by what it is called; None where it holds no series."""
    return next((kind for kind in _KINDS if kind.path.fullmatch(path)), None)


def values_in(path: str, written: Written) -> Iterator[tuple[str, Entry]]:
    """The series of one file, value by value, with the run of the launch that each belongs to.

    What is not what its name says, and what is too large, has none.
    """
    kind = kind_of(path)
    if kind is None:
        return
    seed, factors = written.jobs.of(path)
    location = written.location(path)
    with suppress(OSError, ValueError, RecursionError, csv.Error, sqlite3.Error):
        if location.stat().st_size > kind.largest:
            return
        for name, entry in kind.read(location, path, written.began):
            if written.jobs.folders:
                own = entry.seed if entry.seed is not None else seed
                entry = replace(entry, seed=own, factors=entry.factors or factors)  # noqa: PLW2901
            yield name, entry


def group_of(path: str) -> str:
    """What a file's series belong to: files of one group continue each other."""
    kind = kind_of(path)
    return path.rpartition("/")[0] if kind is not None and kind.by_folder else path
