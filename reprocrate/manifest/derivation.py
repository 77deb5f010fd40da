"""Whether the seed of a generator may come from the one that a run was given."""

from __future__ import annotations

from collections.abc import Iterable

LARGE = 2**16
"""What hashes and generators give is rarely smaller; numbers that people write by hand rarely reach it."""
FEW = 16
"""How far a rank or the number of a worker takes a seed."""


def may_derive(numbers: Iterable[int], given: int) -> bool:
    """Whether a seed, of one number or several, may be made of the given one, as programs do that.

    It is that number, or holds it among others; or a rank or the number of a worker was added, something was
    written behind its digits (`1000 * seed + i`), or it was hashed, which gives large numbers. Of a small
    number that is none of these nobody would say that it comes from the seed.
    """
    return any(_may_come_from(number, given) for number in numbers)


def _may_come_from(number: int, given: int) -> bool:
    if abs(number) >= LARGE or 0 <= number - given < FEW:
        return True
    text, digits = str(number), str(given)
    return given != 0 and text.startswith(digits) and len(text) > len(digits) + 1
