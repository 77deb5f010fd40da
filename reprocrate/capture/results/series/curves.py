"""Curves in tables: Lightning's and Keras' `CSVLogger`, DVCLive's plots, and what authors write like them.

Lightning's `metrics.csv` has columns `epoch` and `step` and a cell only where a metric was logged; Keras'
has `epoch` first; DVCLive's `plots/metrics/NAME.tsv` has `step` and one metric. So any table with a column
of steps and other columns of numbers is taken for curves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reprocrate.capture.results.points import SEED_COLUMNS, Columns, Entry, step_of
from reprocrate.capture.results.tables import entry_of, read_table

_STEPS = ("step", "global_step", "epoch", "iteration")
_NO_METRICS = {*_STEPS, *SEED_COLUMNS, "fold", "timestamp", "time", "wall_time", "metric", "split", "data"}
_TIMES = ("timestamp", "wall_time")


def read_curves(location: Path, path: str) -> Iterator[tuple[str, Entry]]:
    """The numbers of a table with a column of steps, by column; nothing of other tables.

    Raises:
        OSError: it cannot be read.
        csv.Error: it is no table.
    """
    table = read_table(location, path)
    if not set(_STEPS) & set(table.names):
        return
    is_long = {"metric", "value"} <= set(table.names)
    names = ["value"] if is_long else [name for name in table.names if name and name not in _NO_METRICS]
    for line, row in table.rows:
        if step_of(row) is None:
            continue
        for name in names:
            if _is_number(row.get(name)):
                yield str(row["metric"]) if is_long else name, entry_of(row, line, path, name, Columns())


def _is_number(cell: object) -> bool:
    if not isinstance(cell, str) or not cell.strip() or "_" in cell:
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return True
