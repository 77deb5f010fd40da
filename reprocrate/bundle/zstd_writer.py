"""Writing Zstandard frames that can be read one by one, compressed by several threads.

Every frame holds the same number of bytes, whoever compresses it: what is written depends on nothing but the
content and the version of the library. Source of the formats: RFC 8878, and "Zstandard Seekable Format"
0.1.0 (contrib/seekable_format in zstd's repository) for the table at the end.
"""

from __future__ import annotations

import os
import struct
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from reprocrate.bundle.admission import ANY_EXPANSION_BYTES, USUAL

if TYPE_CHECKING:
    from concurrent.futures import Future

    from zstandard import ZstdCompressor

LEVEL = 3
FRAME_BYTES = 4 << 20
"""How many bytes a frame holds before compression, but for those that are cut short."""

SKIPPABLE = struct.Struct("<II")
"""What a frame that is passed over starts with: a magic number and how many bytes follow."""

BALLAST_MAGIC = 0x184D2A50
TABLE_MAGIC = 0x184D2A5E
TABLE_END = struct.Struct("<IBI")
"""What the table of frames ends with: their number, what each entry holds, and a magic number."""

TABLE_END_MAGIC = 0x8F92EAB1
ENTRY = struct.Struct("<II")
"""A frame in the table: bytes that it takes, and bytes that it holds."""

_MOST_THREADS = 4  # one thread hashes what these compress, and hardly faster; each takes memory


def compressor_name() -> str:
    """What compresses: the same content gives the same bytes with the same compressor."""
    import zstandard

    return f"zstd {'.'.join(map(str, zstandard.ZSTD_VERSION))} level {LEVEL}"


class FrameWriter:
    """Takes a stream of bytes and writes it as frames; use it in a `with` statement.

    Args:
        output: where to; need not be seekable.
        threads: how many compress; by default as many as there are processors.
    """

    def __init__(self, output: BinaryIO, threads: int = 0) -> None:
        from concurrent.futures import ThreadPoolExecutor

        threads = threads or min(_processors(), _MOST_THREADS)
        self._output = output
        self._pool = ThreadPoolExecutor(threads)
        self._idle: list[ZstdCompressor] = []
        self._waiting: deque[tuple[Future[bytes], int]] = deque()
        self._most_waiting = threads
        self._buffers: list[bytearray] = []  # to be filled again: new memory would take longer
        self._buffer = bytearray(FRAME_BYTES)
        self._held = 0
        self._table: list[tuple[int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def room(self) -> int:
        """How many bytes still fit into the frame that is being filled."""
        return FRAME_BYTES - self._held

    def write(self, data: bytes) -> None:
        """Add bytes, of which no more than a frame is kept for later."""
        held = self._held + len(data)
        if held < FRAME_BYTES:
            self._buffer[self._held : held] = data
            self._held = held
        else:
            self._fill(memoryview(data))

    def _fill(self, rest: memoryview) -> None:
        """Add what makes a frame full."""
        while len(rest) >= self.room:
            if self._held:
                part, rest = rest[: self.room], rest[self.room :]
                self._buffer[self._held :] = part
                self._held = FRAME_BYTES
                self.cut()
            else:
                self._compress(rest[:FRAME_BYTES], None)
                rest = rest[FRAME_BYTES:]
        self._buffer[self._held : self._held + len(rest)] = rest
        self._held += len(rest)

    def cut(self) -> None:
        """End the frame here, if there is something in it."""
        if self._held:
            self._compress(memoryview(self._buffer)[: self._held], self._buffer)
            self._buffer = self._buffers.pop() if self._buffers else bytearray(FRAME_BYTES)
            self._held = 0

    def _compress(self, whole: memoryview, buffer: bytearray | None) -> None:
        """Let a thread compress a frame, and write what others have done."""
        self._waiting.append((self._pool.submit(self._compressed, whole, buffer), len(whole)))
        while self._waiting and (len(self._waiting) > self._most_waiting or self._waiting[0][0].done()):
            self._put_first()

    def finish(self) -> None:
        """Write what is left, and the table of all frames."""
        self.cut()
        while self._waiting:
            self._put_first()
        self._buffers, self._buffer, self._idle = [], bytearray(), []  # whoever works on needs the memory
        self._put_ballast()
        entries = b"".join(ENTRY.pack(*entry) for entry in self._table)
        end = TABLE_END.pack(len(self._table), 0, TABLE_END_MAGIC)
        self._output.write(SKIPPABLE.pack(TABLE_MAGIC, len(entries) + len(end)) + entries + end)

    def _put_first(self) -> None:
        frame, size = self._waiting.popleft()
        data = frame.result()
        self._output.write(data)
        self._table.append((len(data), size))

    def _put_ballast(self) -> None:
        """Keep what shrinks to nothing, such as gigabytes of zeros, from looking like a bomb to readers."""
        packed, held = (sum(sizes) for sizes in zip(*self._table, strict=True))
        missing = held // USUAL.expansion + 1 - packed
        if held > ANY_EXPANSION_BYTES and missing > 0:
            self._output.write(SKIPPABLE.pack(BALLAST_MAGIC, missing) + bytes(missing))
            self._table.append((SKIPPABLE.size + missing, 0))

    def _compressed(self, whole: memoryview, buffer: bytearray | None) -> bytes:
        """A frame. The buffer that it was taken from, if any, can be filled again afterwards."""
        import zstandard

        try:
            compressor = self._idle.pop()
        except IndexError:
            compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=True)
        data = compressor.compress(whole)
        self._idle.append(compressor)
        if buffer is not None:
            self._buffers.append(buffer)
        return data


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
