"""Which files items can be read from, by their names."""

from __future__ import annotations

from typing import BinaryIO

from reprocrate.validation.items.arrays import ArchiveFile, ArrayFile, in_memory
from reprocrate.validation.items.batches import Source
from reprocrate.validation.items.limits import Budget, UnreadError
from reprocrate.validation.items.parquet import ParquetTable
from reprocrate.validation.items.tables import DelimitedTable

TABLES = (".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz", ".tab.gz")
"""How the names of tables of separated values end."""

READABLE = (*TABLES, ".parquet", ".npy", ".npz")
"""How the names of files end that items can be read from."""


def open_source(
    file: BinaryIO, path: str, arrays: tuple[str, ...], header: bool | None, budget: Budget
) -> Source:
    """The rows of an open file.

    Args:
        file: the file.
        path: what to call it; its ending tells its form.
        arrays: of an archive of NumPy those that count; all of them where there are none.
        header: whether the first line of a table names its columns; None where that is not known.
        budget: how much may be read.

    Raises:
        UnreadError: it has no form that is known here, or is not what its name says.
        ReprocrateError: it cannot be read.
    """
    name = path.lower()
    if name.endswith(TABLES):
        return DelimitedTable(file, path, header, budget)
    if name.endswith(".npy"):
        return ArrayFile(file, path, budget)
    if name.endswith(".npz"):
        return ArchiveFile(in_memory(file, path), path, arrays, budget)
    if name.endswith(".parquet"):
        return ParquetTable(file, path, budget)
    raise UnreadError(f"The form of {path} is not known here; known are {', '.join(READABLE)}.")
