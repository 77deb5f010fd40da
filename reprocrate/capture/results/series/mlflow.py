"""Metrics that a launch wrote with MLflow: in its file store, or in its SQLite database.

File store: `mlruns/EXPERIMENT/RUN/metrics/NAME`, a line `TIMESTAMP VALUE STEP` for each value, and a file for
each parameter under `params` (mlflow/store/tracking/file_store.py). Database, the default since 3.7: tables
`metrics` and `params` (mlflow/store/tracking/dbmodels/models.py). Neither is read through MLflow.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from reprocrate.capture.record import Evidence
from reprocrate.capture.results.jobs import labels_of
from reprocrate.capture.results.points import Entry, Labels, count_of

_PLACE = re.compile(r"(?P<run>(?:.*/)?[0-9a-f]{32})/metrics/(?P<name>.+)")
_LONGEST_VALUE = 1000


def read_store(location: Path, path: str, began: float | None = None) -> Iterator[tuple[str, Entry]]:
    """The values of a metric's file in a file store.

    Args:
        location: where the file is.
        path: what it is called.
        began: when the launch began, in seconds since 1970: what is older was not written by it.

    Raises:
        OSError: it cannot be read.
    """
    match = _PLACE.fullmatch(path)
    if match is None:
        return
    name = match["name"]
    seed, factors = _parameters(location.parents[name.count("/") + 1] / "params")
    with location.open(encoding="utf-8", errors="replace") as handle:
        for line, text in enumerate(handle, 1):
            words = text.split()
            if len(words) < 2 or not words[0].isdigit():
                continue
            time = int(words[0]) / 1000
            if began is None or time >= began:
                step = count_of(words[2]) if len(words) > 2 else None
                evidence = Evidence(path, text.strip(), line)
                yield name, Entry(words[1], path, step, None, seed, factors, time=time, evidence=evidence)


def read_database(location: Path, path: str, began: float | None = None) -> Iterator[tuple[str, Entry]]:
    """The values in a database that are not older than the launch.

    Raises:
        OSError: it cannot be read.
        sqlite3.Error: it is no database of MLflow.
    """
    if not location.is_file():
        raise FileNotFoundError(2, "No such file", path)
    connection = sqlite3.connect(f"{location.absolute().as_uri()}?mode=ro", uri=True)
    try:
        parameters: dict[str, dict[str, str]] = {}
        for run, name, value in connection.execute("SELECT run_uuid, key, value FROM params"):
            parameters.setdefault(run, {})[name] = value
        rows = connection.execute(
            "SELECT run_uuid, key, value, is_nan, step, timestamp FROM metrics "
            "WHERE timestamp >= ? ORDER BY timestamp, step",
            (int((began or 0) * 1000),),
        )
        for run, name, value, is_nan, step, timestamp in rows:
            seed, factors = labels_of(parameters.get(run, {}))
            number = float("nan") if is_nan else value
            evidence = Evidence(path, repr(number), pointer=f"{run}/{name}")
            labels = {"seed": seed, "factors": factors, "time": timestamp / 1000}
            yield (
                name,
                Entry(
                    number, f"{path}, metric {name}", count_of(step), evidence=evidence, group=run, **labels
                ),
            )
    finally:
        connection.close()


def _parameters(folder: Path) -> tuple[int | str | None, Labels]:
    found = {}
    for file in sorted(folder.glob("*")):
        try:
            with file.open(encoding="utf-8", errors="replace") as handle:
                found[file.name] = handle.read(_LONGEST_VALUE)
        except OSError:
            continue
    return labels_of(found)
