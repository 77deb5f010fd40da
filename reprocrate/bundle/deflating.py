"""Deflating content, where that makes it shorter: the same bytes with any number of workers."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from concurrent.futures import Future

COMPRESSOR = f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
"""What compresses: the same content gives the same bytes with the same compressor."""

LEVEL = 4
"""How hard it tries. Tables and code get 2 to 4 % shorter at level 6, in about twice the time."""

BLOCK_BYTES = 1 << 20
"""A longer file is deflated in blocks of this size, each by itself."""

_WINDOW = 1 << zlib.MAX_WBITS
_EMPTY_LAST_BLOCK = b"\x03\x00"  # RFC 1951, 3.2.6: the fixed code for the end of a block
_SMALL = 512
_DISTINCT = 205
_PROBES = 4
_PROBE_BYTES = 6
_PROBED_BYTES = 1 << 16
_SAMPLES = 8
_SAMPLE_BYTES = 1 << 16
_WORTH_IT = 0.9


def deflated_whole(data: bytes) -> bytes | None:
    """The content deflated; None where it is better stored as it is."""
    if not _may_shrink(data):
        return None
    packed = _deflated(data, b"", zlib.Z_FINISH)
    return packed if len(packed) < len(data) else None


def deflated_blocks(blocks: Iterable[bytes], workers: int) -> Iterator[bytes]:
    """Content deflated as one stream, block by block, by several threads: zlib works outside Python's lock.

    Every block but the first is given what lies before it as a dictionary, and ends at a byte (RFC 1951; pigz
    does the same), so that it does not matter when and where each is deflated.

    Args:
        blocks: the content; each block but the last has `BLOCK_BYTES`.
        workers: how many threads; with one, the caller's own.
    """
    if workers < 2:
        for block, before in _with_before(blocks):
            yield _deflated(block, before, zlib.Z_SYNC_FLUSH)
    else:
        yield from _in_threads(blocks, workers)
    yield _EMPTY_LAST_BLOCK


def shrinks(content: BinaryIO, size: int) -> bool:
    """Whether a large file is worth deflating, judged by samples spread evenly over it."""
    read = packed = 0
    for number in range(_SAMPLES):
        content.seek((size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
        sample = content.read(_SAMPLE_BYTES)
        read += len(sample)
        packed += len(zlib.compress(sample, 1))
    content.seek(0)
    return packed < _WORTH_IT * read


def _may_shrink(data: bytes) -> bool:
    """Whether to try: what looks like noise, as images and archives do, is not worth the time.

    Of 512 bytes spread over noise about 221 are different (256 * (1 - (255/256)**512), standard deviation 5).
    The step between them is odd, so that they come from all places of numbers of two, four or eight bytes.
    What repeats itself shrinks however it looks.
    """
    size = len(data)
    if size <= _SMALL or data[:_SMALL].isascii():
        return size > 0
    if len(set(data[:: size // _SMALL - 1 | 1][:_SMALL])) < _DISTINCT:
        return True
    start = data[:_PROBED_BYTES]
    step = len(start) // _PROBES
    for place in range(0, step * _PROBES, step):
        if start.find(start[place : place + _PROBE_BYTES], place + 1) > 0:
            return True
    return False


def _deflated(data: bytes, before: bytes, end: int) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before) if before else _packer()
    return packer.compress(data) + packer.flush(end)


def _packer() -> zlib._Compress:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


def _with_before(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    before = b""
    for block in blocks:
        yield block, before
        before = block[-_WINDOW:]


def _in_threads(blocks: Iterable[bytes], workers: int) -> Iterator[bytes]:
    from concurrent.futures import ThreadPoolExecutor

    begun: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for block, before in _with_before(blocks):
            begun.append(pool.submit(_deflated, block, before, zlib.Z_SYNC_FLUSH))
            if len(begun) > workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
