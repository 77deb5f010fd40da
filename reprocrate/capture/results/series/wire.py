"""The wire format of Protocol Buffers, as far as fields have to be found in it.

Source: "Encoding", Protocol Buffers documentation, https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

Field = tuple[int, int | bytes]
"""Number of a field, and its value: an integer, or bytes as they are for all other kinds."""


class WireError(ValueError):
    """These bytes are no message."""


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message, in order.

    Raises:
        WireError: it is none, or breaks off.
    """
    position = 0
    while position < len(message):
        key, position = varint(message, position)
        kind = key & 7
        if kind == 0:
            value, position = varint(message, position)
            yield key >> 3, value
            continue
        if kind == 2:
            size, position = varint(message, position)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise WireError(f"wire type {kind}")
        if position + size > len(message):
            raise WireError("it breaks off")
        yield key >> 3, message[position : position + size]
        position += size


def varint(message: bytes, position: int) -> tuple[int, int]:
    """An integer of 7 bits a byte, and where it ends.

    Raises:
        WireError: it breaks off, or is longer than 64 bits.
    """
    result = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise WireError("it breaks off")
        byte = message[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF, position
    raise WireError("an integer of more than 64 bits")


def signed(value: int | bytes) -> int:
    """A varint as the `int32` or `int64` that it stands for; 0 where it is no varint."""
    if isinstance(value, bytes):
        return 0
    return value - 2**64 if value >= 2**63 else value


def as_bytes(value: int | bytes) -> bytes:
    """The bytes of a field; none where it is an integer."""
    return value if isinstance(value, bytes) else b""


def as_text(value: int | bytes) -> str:
    """The text of a field."""
    return as_bytes(value).decode("utf-8", "replace")


def double(value: int | bytes) -> float | None:
    """A `double`, or a `float`, which every double can hold; None for other bytes."""
    data = as_bytes(value)
    if len(data) not in (4, 8):
        return None
    number: float = struct.unpack("<f" if len(data) == 4 else "<d", data)[0]
    return number
