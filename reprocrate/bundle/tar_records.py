"""The blocks that a tar archive consists of, as they are written: POSIX ustar and pax, nothing of GNU's.

Source of the format: IEEE Std 1003.1-2017, `pax`, "ustar Interchange Format" and "pax Header Block".
"""

from __future__ import annotations

import stat

BLOCK_BYTES = 512
"""Everything in an archive starts at a multiple of this."""

END = bytes(2 * BLOCK_BYTES)
"""What an archive ends with."""

REGULAR, LINK, FOLDER, EXTENDED = b"0", b"2", b"5", b"x"
"""Kinds of members that are written: files, symbolic links, folders, and records about the next member."""

NAME_BYTES, PREFIX_BYTES = 100, 155
"""The longest names in a header."""

SIZE_FROM = 8**11
"""From this size on (8 GiB) a file's size does not fit into a header."""

_TIME_MOST = 8**11 - 1
_MAGIC = b"ustar\x0000"
_RECORDS_NAME = b"PaxHeaders/next"  # what a program that does not know pax makes of the records


def padding(size: int) -> bytes:
    """What follows content of this size, up to the next block."""
    return bytes(-size % BLOCK_BYTES)


class Headers:
    """Makes headers that differ in nothing but what they are about.

    Args:
        timestamp: time of every member, in seconds since 1970 UTC; clipped to what a header can say.
    """

    def __init__(self, timestamp: int) -> None:
        self._time = b"%011o\0" % min(max(timestamp, 0), _TIME_MOST)
        owner = b"0000000\0" * 2
        self._tail = _MAGIC + bytes(64 + 16)  # no names of owners, no numbers of devices
        self._fixed = sum(self._time) + sum(self._tail) + sum(owner) + 8 * ord(" ")
        self._owner = owner
        self._usual = {executable: self._alike(executable=executable) for executable in (False, True)}

    def of_file(self, path: str, size: int, *, executable: bool) -> bytes:
        """What comes in front of a file's content."""
        name = path.encode()
        if len(name) > NAME_BYTES or size >= SIZE_FROM or not name.isascii():
            return self._member(REGULAR, name, size, _mode(executable=executable))
        # Most files differ in nothing but name and size, and there may be a hundred thousand of them.
        mode, rest, fixed = self._usual[executable]
        size_field = b"%011o\0" % size
        check = sum(name) + sum(size_field) + fixed
        return b"%b%b%b%b%06o\0 %b" % (
            name.ljust(NAME_BYTES, b"\0"),
            mode,
            size_field,
            self._time,
            check,
            rest,
        )

    def of_folder(self, path: str) -> bytes:
        """What stands for a folder."""
        return self._member(FOLDER, path.encode() + b"/", 0, 0o755)

    def of_link(self, path: str, target: str) -> bytes:
        """What stands for a symbolic link."""
        return self._member(LINK, path.encode(), 0, 0o777, target.encode())

    def _alike(self, *, executable: bool) -> tuple[bytes, bytes, int]:
        """What headers of files have in common: before the size, behind the sum, and the sum of it all."""
        block = self._block(REGULAR, (b"", b""), 0, _mode(executable=executable), b"")
        # name 0, mode and owner 100, size 124, time 136, sum 148, the rest 156: offsets of ustar's header
        return block[100:124], block[156:], int(block[148:154], 8) - sum(block[124:136])

    def _member(self, kind: bytes, name: bytes, size: int, mode: int, target: bytes = b"") -> bytes:
        records = b""
        place = (b"", name) if len(name) <= NAME_BYTES else _split(name)
        if place is None or not name.isascii():
            records += _record(b"path", name)
            place = place or (b"", _shortened(name))
        if len(target) > NAME_BYTES or not target.isascii():
            records += _record(b"linkpath", target)
            target = _shortened(target)
        if size >= SIZE_FROM:
            records += _record(b"size", b"%d" % size)
            size = 0
        header = self._block(kind, place, size, mode, target)
        return self._extended(records) + header if records else header

    def _extended(self, records: bytes) -> bytes:
        header = self._block(EXTENDED, (b"", _RECORDS_NAME), len(records), 0o644, b"")
        return header + records + padding(len(records))

    def _block(self, kind: bytes, place: tuple[bytes, bytes], size: int, mode: int, target: bytes) -> bytes:
        prefix, name = place
        mode_field, size_field = b"%07o\0" % stat.S_IMODE(mode), b"%011o\0" % size
        # The sum of all bytes, where the sum itself counts as eight spaces.
        check = sum(name) + sum(mode_field) + sum(size_field) + sum(prefix) + sum(target) + kind[0]
        return b"%b%b%b%b%06o\0 %b%b%b%b" % (
            name.ljust(NAME_BYTES, b"\0"),
            mode_field + self._owner,
            size_field,
            self._time,
            check + self._fixed,
            kind,
            target.ljust(NAME_BYTES, b"\0"),
            self._tail,
            prefix.ljust(PREFIX_BYTES + 12, b"\0"),
        )


def _mode(*, executable: bool) -> int:
    return 0o755 if executable else 0o644


def _split(name: bytes) -> tuple[bytes, bytes] | None:
    """A long name as the two parts of a header, if there is a slash to part it at."""
    end = name.find(b"/", max(0, len(name) - NAME_BYTES - 1), PREFIX_BYTES + 1)
    if end <= 0 or end == len(name) - 1:
        return None
    return name[:end], name[end + 1 :]


def _shortened(name: bytes) -> bytes:
    """As much of a name as a header holds, for programs that do not know pax."""
    return name[:NAME_BYTES].decode(errors="ignore").encode()


def _record(key: bytes, value: bytes) -> bytes:
    """A record, which starts with its own length in bytes."""
    rest = len(key) + len(value) + 3
    length = rest + len(b"%d" % rest)
    length = rest + len(b"%d" % length)
    return b"%d %b=%b\n" % (length, key, value)
