"""Reading Zstandard frames (RFC 8878) that may have been made to deceive, with bounded memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from reprocrate.bundle.zstd_writer import (
    BALLAST_MAGIC,
    ENTRY,
    SKIPPABLE,
    TABLE_END,
    TABLE_END_MAGIC,
    TABLE_MAGIC,
)

FRAME_START = b"\x28\xb5\x2f\xfd"
"""What a frame starts with."""

MAX_WINDOW_BYTES = 128 << 20
"""The most memory that a frame may ask for: what `zstd` gives without being told to give more."""

_MAX_HEADER_BYTES = 18
_MAX_BLOCK_BYTES = 128 << 10
_PIECE_BYTES = 1 << 20
_MAX_TABLE_BYTES = 128 << 20
_RAW, _RLE, _COMPRESSED = range(3)
_HAS_CHECKSUMS = 0x80
_PZSTD_BYTES = 4


class BrokenError(Exception):
    """A file is not what it should be; the text says how."""


class CutOffError(BrokenError):
    """A file ends too early."""


class Frame(NamedTuple):
    """What the header of a frame says.

    Attributes:
        header: bytes of the header itself.
        content: bytes that the frame holds, if it tells.
        checksum: whether four bytes of checksum follow its blocks.
    """

    header: int
    content: int | None
    checksum: bool


def is_skippable(start: bytes) -> bool:
    """Whether a frame with these first bytes holds nothing to unpack."""
    return len(start) >= 4 and 0x50 <= start[0] <= 0x5F and start[1:4] == b"\x2a\x4d\x18"


def frame_of(start: bytes) -> Frame:
    """The header of the frame with these first bytes.

    Raises:
        BrokenError: there is none, or it needs a dictionary or too much memory.
    """
    import zstandard

    try:
        found = zstandard.get_frame_parameters(start)
        size = zstandard.frame_header_size(start)
    except zstandard.ZstdError:
        if start.startswith(FRAME_START) and len(start) < _MAX_HEADER_BYTES:
            raise CutOffError("a part of it is missing") from None
        raise BrokenError("it holds something that is not compressed by Zstandard") from None
    if found.dict_id:
        raise BrokenError("a part of it needs a dictionary, which it does not have")
    if found.window_size > MAX_WINDOW_BYTES:
        raise BrokenError(f"a part of it asks for more than {MAX_WINDOW_BYTES >> 20} MiB of memory")
    content = None if found.content_size == zstandard.CONTENTSIZE_UNKNOWN else found.content_size
    return Frame(size, content, found.has_checksum)


def unpacked_whole(data: bytes, size: int) -> bytes:
    """The content of a frame in memory.

    Args:
        data: the frame.
        size: how many bytes it must hold; should be moderate.

    Raises:
        BrokenError: it does not hold so many, is damaged, or is not one frame.
    """
    import zstandard

    if frame_of(data[:_MAX_HEADER_BYTES]).content not in (None, size):
        raise BrokenError("its table of frames contradicts the frames")
    try:
        content = zstandard.ZstdDecompressor().decompress(data, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError:
        raise BrokenError("a part of it is damaged: it cannot be decompressed") from None
    if len(content) != size:
        raise BrokenError("its table of frames contradicts the frames")
    return content


def unpacked_beginning(data: bytes, size: int, held: int) -> bytes:
    """The first bytes of what a frame holds: `size` of them, or fewer if it is damaged.

    Args:
        data: the frame, or a part from its start.
        size: how many bytes to unpack.
        held: how many bytes the frame must hold, if it tells.

    Raises:
        BrokenError: it tells something else, there is no frame, or it needs a dictionary or too much memory.
    """
    import zstandard

    if frame_of(data[:_MAX_HEADER_BYTES]).content not in (None, held):
        raise BrokenError("its table of frames contradicts the frames")
    with zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_reader(data) as reader:
        try:
            return reader.read(size)
        except zstandard.ZstdError:
            return b""  # who reads all of it says what is wrong


def unpacked(file: BinaryIO, start: int) -> Generator[bytes, None, int]:
    """The content of the frame at `start`, in pieces of little more than 1 MiB; returns where the frame ends.

    Nobody else may read the file meanwhile.

    Raises:
        BrokenError: it is damaged or cut off.
    """
    import zstandard

    head = read_at(file, start, _MAX_HEADER_BYTES)
    if len(head) < 6:
        raise CutOffError("a part of it is missing")
    frame = frame_of(head)
    unpacking = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
    try:
        for packed in _blocks(file, start, frame):
            start += len(packed)
            yield unpacking.decompress(packed)
    except zstandard.ZstdError:
        raise BrokenError("a part of it is damaged: it cannot be decompressed") from None
    if not unpacking.eof:
        raise BrokenError("a part of it is damaged: it does not end where its blocks do")
    return start


def _blocks(file: BinaryIO, start: int, frame: Frame) -> Iterator[bytes]:
    """A frame in parts of whole blocks, none of which unpacks to more than a little over `_PIECE_BYTES`."""
    file.seek(start)
    part = bytearray(_exactly(file, frame.header))
    most = 0
    last = 0
    while not last:
        field = _exactly(file, 3)
        number = int.from_bytes(field, "little")
        last, kind, size = number & 1, number >> 1 & 3, number >> 3
        if kind > _COMPRESSED or size > _MAX_BLOCK_BYTES:
            raise BrokenError("a part of it is damaged: it cannot be decompressed")
        part += field
        part += _exactly(file, 1 if kind == _RLE else size)
        most += _MAX_BLOCK_BYTES if kind == _COMPRESSED else size
        if max(most, len(part)) >= _PIECE_BYTES:
            yield bytes(part)
            part.clear()
            most = 0
    if frame.checksum:
        part += _exactly(file, 4)
    yield bytes(part)


def skipped(file: BinaryIO, start: int) -> int:
    """Where the frame at `start` ends, which is passed over.

    Raises:
        BrokenError: it hides something, or is cut off.
    """
    magic, left = SKIPPABLE.unpack(_exactly(file, SKIPPABLE.size, start))
    end: int = start + SKIPPABLE.size + left
    if (magic, left) == (BALLAST_MAGIC, _PZSTD_BYTES):
        _exactly(file, left)  # how pzstd says what the next frame takes
        return end
    while left:
        data = _exactly(file, min(left, _PIECE_BYTES))
        if data != bytes(len(data)):
            raise BrokenError("it has stray bytes between or behind its frames")
        left -= len(data)
    return end


def frame_table(file: BinaryIO, length: int) -> list[tuple[int, int]] | None:
    """The table that seekable files end with: what each frame takes and holds. None if there is none.

    Raises:
        BrokenError: it contradicts itself or the length of the file.
    """
    end = read_at(file, max(0, length - TABLE_END.size), TABLE_END.size)
    if len(end) < TABLE_END.size:
        return None
    count, descriptor, magic = TABLE_END.unpack(end)
    if magic != TABLE_END_MAGIC:
        return None
    width = ENTRY.size + (4 if descriptor & _HAS_CHECKSUMS else 0)
    size = count * width + TABLE_END.size
    start = length - SKIPPABLE.size - size
    fits = descriptor & ~_HAS_CHECKSUMS & 0xFC == 0 and size <= _MAX_TABLE_BYTES and start >= 0
    if not fits or read_at(file, start, SKIPPABLE.size) != SKIPPABLE.pack(TABLE_MAGIC, size):
        raise BrokenError("its table of frames contradicts itself")
    data = _exactly(file, count * width)
    table = [ENTRY.unpack_from(data, position) for position in range(0, len(data), width)]
    if sum(packed for packed, _ in table) != start:
        raise BrokenError("its table of frames contradicts the length of the file")
    return [(packed, held) for packed, held in table]


def read_at(file: BinaryIO, position: int, size: int) -> bytes:
    """As many bytes as there are, but not more than `size`."""
    file.seek(position)
    return file.read(size)


def _exactly(file: BinaryIO, size: int, position: int | None = None) -> bytes:
    data = file.read(size) if position is None else read_at(file, position, size)
    if len(data) < size:
        raise CutOffError("a part of it is missing")
    return data
