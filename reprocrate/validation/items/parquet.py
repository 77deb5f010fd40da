"""Tables of Apache Parquet, read by pyarrow, which is an extra of reprocrate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from reprocrate.validation.items.arrays import in_memory
from reprocrate.validation.items.batches import Batch, Wanted
from reprocrate.validation.items.limits import Budget, UnreadError
from reprocrate.validation.items.tables import record_of

_ROWS = 16_384
_MOST_DEPTH = 8


class ParquetTable:
    """A table whose values are compared as text: those of structures one by one, lists as JSON."""

    kind = "table"
    unit = "index"
    may_lack_header = False

    def __init__(self, file: BinaryIO, path: str, budget: Budget) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise UnreadError(
                f"{path} is a Parquet file, which pyarrow reads: install reprocrate[parquet]."
            ) from error
        self._path = path
        self._budget = budget
        self._errors = (pyarrow.ArrowException, OSError, ValueError, NotImplementedError)
        try:
            self._file = parquet.ParquetFile(in_memory(file, path))
            self._table = pyarrow.Table
            self.columns = tuple(_flat(self._table.from_batches([], self._file.schema_arrow)).column_names)
        except self._errors as error:
            raise self._unreadable(error) from error

    def batches(self, wanted: Wanted) -> Iterator[Batch]:
        """Its rows."""
        needed = sorted({*wanted.picked, *(each for columns in wanted.records for each in columns)})
        start = 0
        try:
            for portion in self._file.iter_batches(batch_size=_ROWS):
                self._budget.take(portion.nbytes)
                table = _flat(self._table.from_batches([portion]))
                texts = {each: _texts(table.column(each)) for each in needed}
                records = tuple(_records(texts, columns) for columns in wanted.records)
                picked = {each: [text.encode() for text in texts[each]] for each in wanted.picked}
                yield Batch(records, picked, range(start, start + portion.num_rows))
                start += portion.num_rows
        except self._errors as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> UnreadError:
        return UnreadError(f"{self._path} cannot be read as a Parquet file: {str(error)[:200]}.")


def _flat(table: Any) -> Any:
    """The table with the fields of structures as columns, `image.path` and so on."""
    for _ in range(_MOST_DEPTH):
        if not any(str(field.type).startswith("struct") for field in table.schema):
            break
        table = table.flatten()
    return table


def _texts(column: Any) -> list[str]:
    """The values of a column as text; one that is absent is empty."""
    import pyarrow

    type_ = column.type
    if pyarrow.types.is_dictionary(type_):
        column = column.cast(type_.value_type)
        type_ = column.type
    if pyarrow.types.is_binary(type_) or pyarrow.types.is_large_binary(type_):
        return ["" if each is None else each.hex() for each in column.to_pylist()]
    if pyarrow.types.is_nested(type_):
        return ["" if each is None else _json(each) for each in column.to_pylist()]
    if not pyarrow.types.is_string(type_):
        column = column.cast(pyarrow.string())
    return ["" if each is None else each for each in column.to_pylist()]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)


def _records(texts: dict[int, list[str]], columns: tuple[int, ...]) -> list[bytes]:
    chosen = [texts[each] for each in columns]
    return [record_of(row).encode("utf-8", "surrogateescape") for row in zip(*chosen, strict=True)]
