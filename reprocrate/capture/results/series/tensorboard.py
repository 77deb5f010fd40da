"""Scalars in TensorBoard's event files.

An event file is a sequence of records: length (8 bytes, little-endian), its masked CRC-32C, the bytes, their
masked CRC-32C (https://www.tensorflow.org/tutorials/load_data/tfrecord). Each record is a message `Event`
(tensorflow/core/util/event.proto) with values as `simple_value`, or as a `tensor` of one number (TensorFlow 2
and newer writers). These few fields are read here: the packages that read them (`tensorboard`, `tensorflow`)
bring dozens of others along, and an author's environment is not ours to import from.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from reprocrate.capture.record import Evidence
from reprocrate.capture.results.points import Entry
from reprocrate.capture.results.series.crc32c import crc32c, masked
from reprocrate.capture.results.series.wire import (
    WireError,
    as_bytes,
    as_text,
    double,
    fields,
    signed,
    varint,
)

_LARGEST_RECORD = 64 * 1024
"""Longer records hold graphs, images or the like: a scalar needs about a hundred bytes."""
# tensorflow/core/framework/types.proto: number of the type, and how `struct` calls one of its values
_TYPES = {1: "f", 2: "d", 3: "i", 4: "B", 5: "h", 6: "b", 9: "q", 19: "e", 22: "I", 23: "Q"}
# tensorflow/core/framework/tensor.proto: fields that hold values, where `tensor_content` does not
_WIDTHS = {5: 4, 6: 8}
_INTEGERS = (7, 10)


def read_events(location: Path, path: str) -> Iterator[tuple[str, Entry]]:
    """The scalars of an event file: tag and value, in the order in which they were written.

    What follows a record that breaks off or does not agree with its checksum is not read: of a run that was
    killed, or still writes, the values before it are kept.

    Raises:
        OSError: it cannot be read.
    """
    with location.open("rb") as handle:
        for record in _records(handle):
            try:
                found = list(_scalars(record))
            except (WireError, struct.error):  # the checksum is right, but it is no event
                continue
            for tag, number, step, time in found:
                evidence = Evidence(path, repr(number), pointer=tag)
                yield tag, Entry(number, f"{path}, tag {tag}", step, time=time, evidence=evidence)


def _records(handle: BinaryIO) -> Iterator[bytes]:
    while len(head := handle.read(12)) == 12:
        length, checksum = struct.unpack("<QI", head)
        if masked(crc32c(head[:8])) != checksum:
            return
        if length > _LARGEST_RECORD:
            handle.seek(length + 4, 1)
            continue
        body = handle.read(length + 4)
        if len(body) < length + 4 or masked(crc32c(body[:-4])) != struct.unpack("<I", body[-4:])[0]:
            return
        yield body[:-4]


def _scalars(record: bytes) -> Iterator[tuple[str, float, int | None, float | None]]:
    """Tag, number, step and time of the values of an event."""
    time, step, summaries = None, 0, []
    for number, value in fields(record):
        if number == 1:
            time = double(value)
        elif number == 2:
            step = signed(value)
        elif number == 5:
            summaries.append(as_bytes(value))
    for summary in summaries:
        for number, value in fields(summary):
            if number == 1:
                tag, scalar = _value(as_bytes(value))
                if tag and scalar is not None:
                    yield tag, scalar, step if step >= 0 else None, time


def _value(message: bytes) -> tuple[str, float | None]:
    tag, scalar = "", None
    for number, value in fields(message):
        if number == 1:
            tag = as_text(value)
        elif number == 2:
            scalar = double(value)
        elif number == 8:
            scalar = _of_tensor(as_bytes(value))
    return tag, scalar


def _of_tensor(message: bytes) -> float | None:
    """The number of a tensor of one; None for larger ones, and for text."""
    kind, content, listed = 0, b"", []
    for number, value in fields(message):
        if number == 1:
            kind = signed(value)
        elif number == 4:
            content = as_bytes(value)
        elif number in _WIDTHS:
            is_one = len(as_bytes(value)) == _WIDTHS[number]
            listed.append(double(value) if is_one else None)
        elif number in _INTEGERS:
            listed.append(_integer(value))
    code = _TYPES.get(kind)
    if code is None:
        return None
    if content:
        is_one = len(content) == struct.calcsize("<" + code)
        return float(struct.unpack("<" + code, content)[0]) if is_one else None
    return listed[0] if len(listed) == 1 else None  # a packed list of several counts as one that is no number


def _integer(value: int | bytes) -> float | None:
    """An integer, or the only one of a packed field."""
    if isinstance(value, int):
        return float(signed(value))
    number, end = varint(value, 0)
    return float(signed(number)) if end == len(value) else None
