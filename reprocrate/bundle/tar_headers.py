"""The headers of a tar archive that may have been made to deceive, as pax, GNU tar and their like write them.

Source of the formats: IEEE Std 1003.1-2017, `pax`; "Basic Tar Format" in the manual of GNU tar; tar(5) of
libarchive.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from reprocrate.bundle.tar_records import BLOCK_BYTES, SIZE_FROM
from reprocrate.bundle.zstd_frames import BrokenError

MAX_RECORDS_BYTES = 1 << 20
"""The most that may be said about one member beside its header."""

_EMPTY = bytes(BLOCK_BYTES)
_USTAR, _GNU = b"ustar\x0000", b"ustar  \0"
_OCTAL = re.compile(rb" *([0-7]+)[ \0]*")
_RECORD = re.compile(rb"([1-9][0-9]{0,6}) ([^=\0]+)=")
_MEANT = frozenset({b"path", b"linkpath", b"size"})
_HARMLESS = re.compile(
    rb"comment|[acm]time|[ug]id|[ug]name|charset|hdrcharset"
    rb"|LIBARCHIVE\.(?:creationtime|xattr\..+|symlinktype)"
    rb"|SCHILY\.(?:dev|ino|nlink|fflags|(?:xattr|acl)\..+)|RHT\.security\.selinux|MSWINDOWS\..+"
)
_CHARSETS = (b"ISO-IR 10646 2000 UTF-8", b"ISO-IR 10646 2000 UTF-8\n", b"BINARY")


class Header(NamedTuple):
    """A header.

    Attributes:
        kind: the byte that says what it is about.
        name: path of the member.
        size: bytes of content that follow.
        mode: permissions.
        target: what a link leads to.
    """

    kind: bytes
    name: bytes
    size: int
    mode: int
    target: bytes


def header_of(block: bytes) -> Header | None:
    """The header in a block; None for a block of zeros, with which an archive ends.

    Raises:
        BrokenError: it is no header, or contradicts itself.
    """
    if block == _EMPTY:
        return None
    # The sum of all bytes, where the sum itself counts as eight spaces.
    if _octal(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * ord(" "):
        raise BrokenError("a header has a wrong checksum")
    magic = block[257:265]
    if magic not in (_USTAR, _GNU):
        raise BrokenError("a header is of an old or unknown kind")
    name = _text(block[:100])
    if magic == _USTAR and (prefix := _text(block[345:500])):
        name = prefix + b"/" + name
    return Header(block[156:157], name, _size(block[124:136]), _octal(block[100:108]), _text(block[157:257]))


def records_of(data: bytes) -> dict[bytes, bytes]:
    """What pax records say about path, link and size of the next member.

    Raises:
        BrokenError: they are malformed, or say something that this reader does not know.
    """
    found: dict[bytes, bytes] = {}
    position = 0
    while position < len(data):
        match = _RECORD.match(data, position)
        end = position + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(data) or data[end - 1 : end] != b"\n":
            raise BrokenError("its pax records are malformed")
        key, value = match[2], data[match.end() : end - 1]
        position = end
        if key not in _MEANT:
            _require_harmless(key, value)
        elif key in found or not value or b"\0" in value:
            raise BrokenError(f"its pax records state the {key.decode()} of a member twice, or not at all")
        else:
            found[key] = value
    return found


def stated_size(records: dict[bytes, bytes], header: Header) -> int:
    """The size of a member, which may be stated twice.

    Raises:
        BrokenError: the two contradict each other, or are no sizes.
    """
    text = records.get(b"size")
    if text is None:
        return header.size
    if not re.fullmatch(rb"0|[1-9][0-9]{0,17}", text):
        raise BrokenError("its pax records state an impossible size")
    size = int(text)
    if size != header.size and size < SIZE_FROM:
        raise BrokenError("a member has two sizes that contradict each other")
    return size


def long_name(data: bytes) -> bytes:
    """A name that GNU tar writes in front of a member since it is too long for its header.

    Raises:
        BrokenError: it is none.
    """
    name = data.removesuffix(b"\0")
    if not name or b"\0" in name:
        raise BrokenError("a long name is malformed")
    return name


def _require_harmless(key: bytes, value: bytes) -> None:
    if key == b"hdrcharset" and value not in _CHARSETS:
        raise BrokenError("its pax records are in an unknown character set")
    if not _HARMLESS.fullmatch(key):
        shown = ascii(key[:40].decode("latin-1"))
        raise BrokenError(f"its pax records state something unknown or unsupported: {shown}")


def _text(field: bytes) -> bytes:
    text, _, rest = field.partition(b"\0")
    if rest.strip(b"\0"):
        raise BrokenError("a header hides bytes behind a name")
    return text


def _octal(field: bytes) -> int:
    match = _OCTAL.fullmatch(field)
    if match is None:
        raise BrokenError("a header has a number that is none")
    return int(match[1], 8)


def _size(field: bytes) -> int:
    """A size; GNU tar writes those that do not fit as a binary number behind the byte 0x80."""
    if field[0] < 0x80:
        return _octal(field)
    size = int.from_bytes(field[1:], "big")
    if field[0] != 0x80 or not SIZE_FROM <= size < 1 << 63:
        raise BrokenError("a header has an impossible size")
    return size
