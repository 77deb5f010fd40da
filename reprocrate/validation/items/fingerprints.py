"""Fingerprints of many values, eight bytes each, and which of them are in two lists."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

MOST_AT_ONCE = 2_000_000
"""As many are in one set, which takes about 150 MB; longer lists are compared in several passes."""

_NOTHING = 0


def _digest(value: bytes) -> int:
    """The first eight bytes of a value's SHA-256 as a number, 0 for an empty one."""
    return int.from_bytes(sha256(value).digest()[:8], signed=True) if value else _NOTHING


# Python's own hash of bytes is ten times faster. Where it is SipHash (Aumasson and Bernstein 2012) of 64
# bits, with a key that is new in each process, different values have the same one only by chance, too.
_IS_KEYED = sys.hash_info.algorithm.startswith("siphash") and sys.hash_info.hash_bits == 64
fingerprint: Callable[[bytes], int] = hash if _IS_KEYED else _digest
"""A number of 64 bits for a value, which counts within this process only; 0 for an empty value.

Two lists of n and m different values share a fingerprint by chance with a probability of about n · m / 2^64:
for a million of each that is 5.4e-8, for ten million 5.4e-6.
"""


class Fingerprints:
    """One fingerprint for each of a list of values, in their order.

    Args:
        skip_empty: whether an empty value is none, and equals no other one.
    """

    def __init__(self, *, skip_empty: bool = False) -> None:
        self._skips = skip_empty
        self._kept = array("q")

    def __len__(self) -> int:
        return len(self._kept)

    def extend(self, values: Iterable[bytes]) -> None:
        """Add values."""
        self._kept.extend(map(fingerprint, values))

    def shared_with(self, other: Fingerprints) -> list[int]:
        """The places in this list of what is in the other one too, in order."""
        passes = len(other) // MOST_AT_ONCE + 1
        found: list[int] = []
        for number in range(passes):
            if passes == 1:
                known = set(other._kept)
            else:
                known = {each for each in other._kept if each % passes == number}
            if self._skips:
                known.discard(_NOTHING)
            if not known.isdisjoint(self._kept):
                found += [place for place, each in enumerate(self._kept) if each in known]
        return found if passes == 1 else sorted(found)

    def distinct(self, places: Sequence[int] | None = None) -> int:
        """How many different values there are, among those at some places or in all."""
        known = set(self._kept if places is None else map(self._kept.__getitem__, places))
        if self._skips:
            known.discard(_NOTHING)
        return len(known)

    def first_of_each(self, places: Iterable[int], most: int) -> list[int]:
        """The first place of each of several different values, at most so many."""
        first: dict[int, int] = {}
        for place in places:
            first.setdefault(self._kept[place], place)
            if len(first) == most:
                break
        return list(first.values())

    def twin_of(self, other: Fingerprints, place: int) -> int:
        """The first place in this list of the value that another list has at a place.

        Raises:
            ValueError: it has none.
        """
        return self._kept.index(other._kept[place])
