"""CRC-32C, the checksum in TensorBoard's and W&B's files: RFC 3720, appendix B.4, and its masked form.

The masked form is that of LevelDB and TFRecord: rotated right by 15 bits, plus 0xa282ead8
(https://github.com/google/leveldb/blob/main/util/crc32c.h). Python's own libraries have no CRC-32C.
"""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


_TABLE = _table()


def crc32c(data: bytes) -> int:
    """The checksum of some bytes."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def masked(checksum: int) -> int:
    """A checksum in the form in which it stands beside the bytes."""
    return (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & 0xFFFFFFFF
