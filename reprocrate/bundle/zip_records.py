"""The records of a ZIP file as bytes (PKWARE APPNOTE 6.3.10; section numbers below are its)."""

from __future__ import annotations

import struct
from typing import NamedTuple

STORED = 0
DEFLATED = 8

UTF8_NAME = 0x0800
ENCRYPTED = 0x0001
HAS_DESCRIPTOR = 0x0008
STRONG_ENCRYPTION = 0x0040
MASKED_HEADER = 0x2000
DEFLATE_LEVEL = 0x0006  # two bits that say how hard a compressor tried, of no meaning for reading

LIMIT_16 = 0xFFFF
LIMIT_32 = 0xFFFFFFFF
ZIP64_EXTRA = 0x0001
UNICODE_PATH_EXTRA = 0x7075

MOST_EXPANSION = 1032
"""How many times longer than its deflated form content can be: 258 bytes for two bits."""

UNIX = 3
VERSION = 20
VERSION_ZIP64 = 45

LOCAL = struct.Struct("<4sHHHHHIIIHH")  # 4.3.7
CENTRAL = struct.Struct("<4sBBHHHHHIIIHHHHHII")  # 4.3.12
END = struct.Struct("<4sHHHHIIH")  # 4.3.16
END_64 = struct.Struct("<4sQHHIIQQQQ")  # 4.3.14
LOCATOR_64 = struct.Struct("<4sIQI")  # 4.3.15

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
END_64_SIGNATURE = b"PK\x06\x06"
LOCATOR_64_SIGNATURE = b"PK\x06\x07"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"


class Stored(NamedTuple):
    """What a ZIP file records of one member.

    Attributes:
        name: the raw name; a folder's ends in `/`.
        method: how it is compressed.
        flags: general purpose flags (4.4.4).
        crc: CRC-32 of its content.
        compressed: bytes that it takes in the file.
        size: bytes of its content.
        offset: where its local header starts.
        mode: Unix type and permission bits, 0 if it was not written on Unix.
        ambiguous: whether its extra fields contradict this.
    """

    name: bytes
    method: int
    flags: int
    crc: int
    compressed: int
    size: int
    offset: int
    mode: int
    ambiguous: bool = False


def local_header(member: Stored, time: int, date: int, *, zip64: bool) -> bytes:
    """The header in front of a member's content. Its length depends only on the name and `zip64`."""
    extra = struct.pack("<HHQQ", ZIP64_EXTRA, 16, member.size, member.compressed) if zip64 else b""
    fixed = LOCAL.pack(
        LOCAL_SIGNATURE,
        VERSION_ZIP64 if zip64 else VERSION,
        member.flags,
        member.method,
        time,
        date,
        member.crc,
        LIMIT_32 if zip64 else member.compressed,
        LIMIT_32 if zip64 else member.size,
        len(member.name),
        len(extra),
    )
    return fixed + member.name + extra


def central_header(member: Stored, time: int, date: int, *, zip64: bool) -> bytes:
    """A member's entry in the table of contents.

    `zip64` says whether its local header has 64-bit sizes; an offset beyond 4 GiB is the table's own matter.
    """
    large: list[int] = [member.size, member.compressed] if zip64 else []
    far = member.offset >= LIMIT_32
    if far:
        large.append(member.offset)
    extra = struct.pack(f"<HH{len(large)}Q", ZIP64_EXTRA, 8 * len(large), *large) if large else b""
    version = VERSION_ZIP64 if large else VERSION
    fixed = CENTRAL.pack(
        CENTRAL_SIGNATURE,
        version,
        UNIX,
        version,
        member.flags,
        member.method,
        time,
        date,
        member.crc,
        LIMIT_32 if zip64 else member.compressed,
        LIMIT_32 if zip64 else member.size,
        len(member.name),
        len(extra),
        0,
        0,
        0,
        member.mode << 16 | (0x10 if member.name.endswith(b"/") else 0),
        LIMIT_32 if far else member.offset,
    )
    return fixed + member.name + extra


def end_records(count: int, start: int, size: int) -> bytes:
    """What ends a ZIP file: where the table of contents is, in 64 bits as well if 32 do not suffice."""
    small = END.pack(
        END_SIGNATURE,
        0,
        0,
        min(count, LIMIT_16),
        min(count, LIMIT_16),
        min(size, LIMIT_32),
        min(start, LIMIT_32),
        0,
    )
    if count < LIMIT_16 and size < LIMIT_32 and start < LIMIT_32:
        return small
    large = END_64.pack(
        END_64_SIGNATURE,
        END_64.size - 12,
        UNIX << 8 | VERSION_ZIP64,
        VERSION_ZIP64,
        0,
        0,
        count,
        count,
        size,
        start,
    )
    return large + LOCATOR_64.pack(LOCATOR_64_SIGNATURE, 0, start + size, 1) + small
