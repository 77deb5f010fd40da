"""Histories in W&B's local transaction log, `run-ID.wandb`, which it also writes offline.

The file is a log of LevelDB (https://github.com/google/leveldb/blob/main/doc/log_format.md) after a header of
7 bytes (`:W&B`, 0xBEE1, version), with a message `Record` (wandb/proto/wandb_internal.proto) in each entry.
W&B's own reader needs the package, and changes with it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from reprocrate.capture.record import Evidence
from reprocrate.capture.results.jobs import labels_of
from reprocrate.capture.results.points import Entry, count_of
from reprocrate.capture.results.series.wire import WireError, as_bytes, as_text, fields, signed

_BLOCK = 32 * 1024
_HEADER = 7
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_HISTORY, _CONFIG, _RUN = 2, 5, 17
_RUN_CONFIG = 4
_KEY, _NESTED, _JSON = 1, 2, 16
_OWN = ("_step", "_runtime", "_timestamp")


def read_wandb(location: Path, path: str) -> Iterator[tuple[str, Entry]]:
    """The values of each step in the order in which they were logged; names of W&B's own are left out.

    Raises:
        OSError: it cannot be read.
    """
    config: dict[str, Any] = {}
    count = 0
    with location.open("rb") as handle:
        for record in _records(handle):
            try:
                found = list(fields(record))
                for number, value in found:
                    if number == _RUN:
                        config |= _items(_part(as_bytes(value), _RUN_CONFIG))
                    elif number == _CONFIG:
                        config |= _items(as_bytes(value))
                    elif number == _HISTORY:
                        yield from _values(as_bytes(value), count, path, config)
                        count += 1
            except (WireError, ValueError):
                continue


def _records(handle: BinaryIO) -> Iterator[bytes]:
    """The entries of the log, until one breaks off or does not agree with its checksum."""
    if handle.read(4) != b":W&B":
        return
    handle.read(_HEADER - 4)
    position = _HEADER
    parts: list[bytes] = []
    while True:
        left = _BLOCK - position % _BLOCK
        if left < _HEADER:
            handle.read(left)
            position += left
            continue
        head = handle.read(_HEADER)
        if len(head) < _HEADER:
            return
        checksum, length, kind = struct.unpack("<IHB", head)
        body = handle.read(length)
        position += _HEADER + length
        if len(body) < length or not _agrees(checksum, head[6:] + body):
            return
        if kind in (_FULL, _FIRST):
            parts = []
        parts.append(body)
        if kind in (_FULL, _LAST):
            yield b"".join(parts)
            parts = []


def _agrees(checksum: int, data: bytes) -> bool:
    """Whether a checksum is that of the bytes: W&B takes CRC-32 here (not LevelDB's CRC-32C), masked."""
    value = zlib.crc32(data)
    return checksum in (value, (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def _part(message: bytes, wanted: int) -> bytes:
    return next((as_bytes(value) for number, value in fields(message) if number == wanted), b"")


def _items(message: bytes) -> dict[str, Any]:
    """The items of a `HistoryRecord` or `ConfigRecord`: names with what stands there as JSON."""
    found = {}
    for number, item in fields(message):
        if number != 1:
            continue
        key, nested, text = "", [], "null"
        for part, value in fields(as_bytes(item)):
            if part == _KEY:
                key = as_text(value)
            elif part == _NESTED:
                nested.append(as_text(value))
            elif part == _JSON:
                text = as_text(value)
        found[key or ".".join(nested)] = json.loads(text)
    return found


def _values(message: bytes, count: int, path: str, config: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    items = _items(message)
    step = count_of(items.get("_step"))
    steps = [signed(value) for number, value in fields(_part(message, 2)) if number == 1]
    step = step if step is not None else next(iter(steps), count)
    plain = {name: value for name, value in config.items() if isinstance(value, (bool, int, float, str))}
    seed, factors = labels_of({name: value for name, value in plain.items() if name != "_wandb"})
    time = items.get("_timestamp")
    for name, value in items.items():
        number = _number(value)
        if name not in _OWN and number is not None:
            yield (
                name,
                Entry(
                    number,
                    f"{path}, {name}",
                    step,
                    seed=seed,
                    factors=factors,
                    time=time if isinstance(time, float) else None,
                    evidence=Evidence(path, json.dumps(value), pointer=name),
                ),
            )


def _number(value: Any) -> float | None:
    """A number; what JSON has no number for stands as text ("NaN")."""
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
