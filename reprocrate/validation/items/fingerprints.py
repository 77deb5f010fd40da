"""Fingerprints of many values, eight bytes each, and which of them are in two lists."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from hashlib import sha256

BYTES = 8
"""So much of a value's SHA-256 is kept.

Two lists of n and m different values share a fingerprint by chance with a probability of about n · m / 2^64:
for a million of each that is 5.4e-8, for ten million 5.4e-6.
"""

MOST_AT_ONCE = 2_000_000
"""As many are in one set, which takes about 150 MB; longer lists are compared in several passes."""

_NOTHING = 0


class Fingerprints:
    """One fingerprint for each of a list of values, in their order.

    Args:
        skip_empty: whether an empty value is none, and equals no other one.
    """

    def __init__(self, *, skip_empty: bool = False) -> None:
        self._skips = skip_empty
        self._kept = array("Q")

    def __len__(self) -> int:
        return len(self._kept)

    def extend(self, values: Iterable[bytes]) -> None:
        """Add values."""
        if not self._skips:
            self._kept.frombytes(b"".join([sha256(value).digest()[:BYTES] for value in values]))
            return
        known: dict[bytes, bytes] = {b"": bytes(BYTES)}  # values such as groups come again and again
        for value in values:
            if value not in known:
                known[value] = sha256(value).digest()[:BYTES]
            self._kept.frombytes(known[value])

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
