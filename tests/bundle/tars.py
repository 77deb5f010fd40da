"""Tar archives in Zstandard frames, made without the code under test, for tests to harm."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

import zstandard

from reprocrate.bundle.checksums import checksums_bytes

Item = tuple[tarfile.TarInfo | str, bytes]


def member(name: str, kind: bytes = tarfile.REGTYPE, **attributes: object) -> tarfile.TarInfo:
    """A member with attributes of tarfile's."""
    info = tarfile.TarInfo(name)
    info.type = kind
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


def tar(items: Iterable[Item], form: int = tarfile.USTAR_FORMAT, **options: object) -> bytes:
    """An archive with these members, a manifest and a list of checksums that fits."""
    items = [("reprocrate.json", b"{}"), *items]
    digests = {
        info if isinstance(info, str) else info.name: hashlib.sha256(data).hexdigest()
        for info, data in items
        if isinstance(info, str) or info.type == tarfile.REGTYPE
    }
    items.append(("manifest-sha256.txt", checksums_bytes(digests.items())))
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form, **options) as archive:
        for item, data in items:
            info = member(item) if isinstance(item, str) else item
            info.size = info.size or len(data)
            archive.addfile(info, io.BytesIO(data))
    return output.getvalue()


def frames(data: bytes, size: int = 1 << 16, **options: object) -> list[tuple[bytes, int]]:
    """Frames that hold `size` bytes each, with what they hold."""
    compressor = zstandard.ZstdCompressor(**{"write_checksum": True, **options})
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return [(compressor.compress(piece), len(piece)) for piece in pieces]


def table(entries: Iterable[tuple[int, int]]) -> bytes:
    """The table of frames, from pairs of bytes taken and bytes held."""
    entries = list(entries)
    body = b"".join(struct.pack("<II", *entry) for entry in entries)
    body += struct.pack("<IBI", len(entries), 0, 0x8F92EAB1)
    return struct.pack("<II", 0x184D2A5E, len(body)) + body


def seekable(parts: list[tuple[bytes, int]]) -> bytes:
    """A file of these frames and a table that fits them."""
    return b"".join(part for part, _ in parts) + table((len(part), held) for part, held in parts)


def headers(data: bytes) -> list[int]:
    """Where the headers of an archive are."""
    found, position = [], 0
    while data[position : position + 512].strip(b"\0"):
        found.append(position)
        size = int(data[position + 124 : position + 136].strip(b" \0") or b"0", 8)
        position += 512 + -(-size // 512) * 512
    return found


def patched(data: bytes, number: int, offset: int, change: bytes) -> bytes:
    """An archive with other bytes in one of its headers, whose checksum fits again."""
    start = headers(data)[number]
    block = bytearray(data[start : start + 512])
    block[offset : offset + len(change)] = change
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return data[:start] + bytes(block) + data[start + 512 :]


def inserted(data: bytes, number: int, block: bytes) -> bytes:
    """An archive with something in front of one of its headers."""
    start = headers(data)[number]
    return data[:start] + block + data[start:]


def said(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    """A header that says something about the next member, with what it says."""
    info = member("about", kind)
    info.size = len(content) if size is None else size
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


def record(key: str, value: str) -> bytes:
    """A pax record."""
    rest = len(f" {key}={value}\n".encode())
    length = next(total for total in range(rest, rest + 9) if len(str(total)) + rest == total)
    return f"{length} {key}={value}\n".encode()


Write = Callable[[bytes], Path]
