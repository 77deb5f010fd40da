"""Arrays of NumPy, whose format is read here: nothing of NumPy is needed, and nothing is unpickled.

The format is that of NEP 1 and of the documentation of `numpy.lib.format`, versions 1.0 to 3.0.
"""

from __future__ import annotations

import ast
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, NamedTuple

from reprocrate.validation.items.batches import Batch, Wanted
from reprocrate.validation.items.limits import MOST_HELD_BYTES, Budget, UnreadError

_MAGIC = b"\x93NUMPY"
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
_MOST_HEADER_BYTES = 1 << 16
_MOST_ROW_BYTES = 16 << 20
_PORTION_BYTES = 1 << 20
_TYPE = re.compile(r"[<>|=]?(?P<kind>[biufcmMSUV?])(?P<size>[0-9]*)(\[[0-9]*[A-Za-z]+\])?")


class Field(NamedTuple):
    """A named part of each element: where it begins, how many bytes it takes, and its type."""

    name: str
    start: int
    size: int
    type: str


class Header(NamedTuple):
    """What the header of an array says.

    Attributes:
        type: of its elements, as it is written there.
        fields: the fields of a structured type; empty for a plain one.
        rows: length of its first axis.
        row_bytes: what one entry of the first axis takes.
        kind: type and shape of a row.
    """

    type: str
    fields: tuple[Field, ...]
    rows: int
    row_bytes: int
    kind: str


def read_header(file: IO[bytes], path: str) -> Header:
    """The header of an array; what follows are its rows.

    Raises:
        UnreadError: it is none, or its rows do not lie one after the other.
    """
    start = _exactly(file, 8, path)
    if not start.startswith(_MAGIC) or start[6] not in _LENGTH_BYTES:
        raise UnreadError(f"{path} is no array of NumPy that is known here.")
    length = int.from_bytes(_exactly(file, _LENGTH_BYTES[start[6]], path), "little")
    if length > _MOST_HEADER_BYTES:
        raise UnreadError(f"{path} has a header of {length} bytes.")
    text = _exactly(file, length, path).decode("utf-8" if start[6] == 3 else "latin-1", "replace")
    try:
        said = ast.literal_eval(text.strip())
        shape, is_by_columns, type_ = said["shape"], said["fortran_order"], said["descr"]
        fields, item_bytes = _layout(type_, path)
        if not all(isinstance(each, int) and 0 <= each < 1 << 62 for each in shape):
            raise ValueError("its shape is none")
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise UnreadError(f"{path} has a header that cannot be read.") from error
    if not shape:
        raise UnreadError(f"{path} holds a single value, and no items.")
    if is_by_columns and len(shape) > 1:
        fix = "save it as numpy.ascontiguousarray of it"
        raise UnreadError(f"{path} is stored column by column; {fix}.")
    row_bytes = item_bytes * math.prod(shape[1:])
    if row_bytes > _MOST_ROW_BYTES:
        raise UnreadError(f"{path} has rows of {row_bytes} bytes.")
    named = fields if len(shape) == 1 else ()
    kind = f"array of {type_} {list(shape[1:])}"
    return Header(str(type_), named, shape[0], row_bytes, kind)


def _layout(type_: Any, path: str) -> tuple[tuple[Field, ...], int]:
    """The fields of a type, and what an element takes.

    Raises:
        UnreadError: it holds objects of Python.
        ValueError, TypeError: it is no type.
    """
    if isinstance(type_, str):
        return (), _size_of(type_, path)
    fields = []
    start = 0
    for name, inner, *shape in type_:
        size = _layout(inner, path)[1] * math.prod(shape[0] if shape else ())
        label = name if isinstance(name, str) else name[1]
        if label:  # padding has no name
            fields.append(Field(label, start, size, str(inner) if isinstance(inner, str) else ""))
        start += size
    return tuple(fields), start


def _size_of(type_: str, path: str) -> int:
    if type_.endswith("O"):
        raise UnreadError(f"{path} holds objects of Python, which are read by running code.")
    match = _TYPE.fullmatch(type_)
    if match is None:
        raise ValueError(type_)
    size = int(match["size"] or 1)
    return 4 * size if match["kind"] == "U" else size


class ArrayFile:
    """One array: each entry of its first axis is a row."""

    unit = "index"
    may_lack_header = False

    def __init__(self, file: BinaryIO, path: str, budget: Budget) -> None:
        self._file = file
        self._path = path
        self._budget = budget
        self._header = read_header(file, path)
        self.kind = self._header.kind
        fields = self._header.fields
        self.columns = tuple(field.name for field in fields) if fields else None

    def batches(self, wanted: Wanted) -> Iterator[Batch]:
        """Its rows."""
        start = 0
        for rows in rows_of(self._file, self._header, self._path, self._budget):
            places = range(start, start + len(rows))
            start += len(rows)
            fields = self._header.fields
            records = tuple(_chosen(rows, [fields[each] for each in chosen]) for chosen in wanted.records)
            picked = {each: [as_text(row, fields[each]) for row in rows] for each in wanted.picked}
            yield Batch(records, picked, places)


class ArchiveFile:
    """Several arrays of one archive (`.npz`), whose rows together are the items."""

    unit = "index"
    may_lack_header = False
    columns = None

    def __init__(self, file: BinaryIO, path: str, names: tuple[str, ...], budget: Budget) -> None:
        self._path = path
        self._budget = budget
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise UnreadError(f"{path} is no archive of arrays: {error}.") from error
        there = sorted(
            each.removesuffix(".npy") for each in self._archive.namelist() if each.endswith(".npy")
        )
        self._names = names or tuple(there)
        absent = [each for each in self._names if each not in there]
        if absent or not there:
            listed = ", ".join(there[:10]) or "none"
            raise UnreadError(f"{path} has no array {', '.join(absent)}; there are {listed}.")
        self._open = [self._begin(name) for name in self._names]
        lengths = {header.rows for _, header in self._open}
        if len(lengths) > 1:
            told = ", ".join(
                f"{name} {header.rows}" for name, (_, header) in zip(self._names, self._open, strict=True)
            )
            raise UnreadError(
                f"The arrays of {path} have different numbers of rows ({told}); say which belong to the "
                f'split, such as `arrays = ["{self._names[0]}"]`.'
            )
        self.kind = "; ".join(header.kind for _, header in self._open)

    def _begin(self, name: str) -> tuple[IO[bytes], Header]:
        label = f"{name} of {self._path}"
        try:
            member = self._archive.open(f"{name}.npy")
            return member, read_header(member, label)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
            raise UnreadError(f"{label} cannot be read: {error}.") from error

    def batches(self, wanted: Wanted) -> Iterator[Batch]:
        """The rows of all arrays side by side."""
        most = max(1, _PORTION_BYTES // max(1, sum(header.row_bytes for _, header in self._open)))
        parts = [
            rows_of(file, header, f"{name} of {self._path}", self._budget, most)
            for name, (file, header) in zip(self._names, self._open, strict=True)
        ]
        start = 0
        try:
            for rows in zip(*parts, strict=True):
                records = rows[0] if len(rows) == 1 else [b"".join(each) for each in zip(*rows, strict=True)]
                yield Batch((records,) * len(wanted.records), {}, range(start, start + len(records)))
                start += len(records)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise UnreadError(f"{self._path} is damaged: {error}.") from error


def rows_of(
    file: IO[bytes], header: Header, path: str, budget: Budget, most: int | None = None
) -> Iterator[list[bytes]]:
    """The bytes of the rows, many at a time.

    Raises:
        UnreadError: it is cut off, or too much.
    """
    width = header.row_bytes
    most = most or max(1, _PORTION_BYTES // max(1, width))
    left = header.rows
    while left > 0:
        count = min(most, left)
        budget.take(count * max(1, width))
        content = _exactly(file, count * width, path)
        yield [content[at : at + width] for at in range(0, len(content), width)] if width else [b""] * count
        left -= count


def as_text(row: bytes, field: Field) -> bytes:
    """A field as what names an item, a group or a time: the text that it holds, or its bytes."""
    value = row[field.start : field.start + field.size]
    type_ = field.type.lstrip("|=<>")
    if type_.startswith("S"):
        return value.rstrip(b"\0")
    order = "big" if field.type.startswith(">") else "little"
    if type_.startswith("U"):
        return value.decode(f"utf-32-{'be' if order == 'big' else 'le'}", "replace").rstrip("\0").encode()
    if type_.startswith(("i", "u")):
        return b"%d" % int.from_bytes(value, order, signed=type_.startswith("i"))  # type: ignore[arg-type]
    return value


def in_memory(file: BinaryIO, path: str) -> BinaryIO:
    """A file that can be read from any place: itself, or a copy of it in memory.

    Raises:
        UnreadError: it is too large for that.
    """
    if file.seekable():
        return file
    content = file.read(MOST_HELD_BYTES + 1)
    if len(content) > MOST_HELD_BYTES:
        raise UnreadError(
            f"{path} lies in an archive and has more than {MOST_HELD_BYTES >> 20} MiB; judge it unpacked."
        )
    return io.BytesIO(content)


def _chosen(rows: list[bytes], fields: list[Field]) -> list[bytes]:
    if not fields:
        return rows
    ends = [(field.start, field.start + field.size) for field in fields]
    return [b"".join([row[start:end] for start, end in ends]) for row in rows]


def _exactly(file: IO[bytes], count: int, path: str) -> bytes:
    pieces, left = [], count
    while left > 0:
        piece = file.read(left)
        if not piece:
            raise UnreadError(f"{path} is cut off.")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
