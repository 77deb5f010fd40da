"""The seeds of generators beside the one that a run was given: do they come from it, and how is that said."""

from collections.abc import Iterable, Sequence

LARGE = 2**16
"""What hashes and generators give is rarely smaller; numbers that people write by hand rarely reach it."""
FEW = 16
"""How far a rank or the number of a worker takes a seed."""
_MOST_NAMED = 3


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


def told_seeds(seeds: Iterable[tuple[Sequence[int], str | None, str | None]]) -> str:
    """`42 (random.seed at train.py:3)` and others like it, in words.

    Args:
        seeds: the numbers of each, the function that was given them, and the place in the code.
    """
    texts = dict.fromkeys(
        ", ".join(map(str, numbers)) + _where(function, site) for numbers, function, site in seeds
    )
    rest = len(texts) - _MOST_NAMED
    return "; ".join(list(texts)[:_MOST_NAMED]) + (f"; and {rest} more" if rest > 0 else "")


def _where(function: str | None, site: str | None) -> str:
    parts = [*([function] if function else []), *([f"at {site}"] if site else [])]
    return f" ({' '.join(parts)})" if parts else ""


def told_use(library: str, function: str | None, site: str | None, until: str | None) -> str:
    """How a generator was used without a seed, in words that can follow `but`."""
    if function:
        return f"{function} was called without a seed" + (f" at {site}" if site else "")
    before = f" before it was seeded at {until}" if until else " without a seed"
    return f"the shared generator of {library} was used{before}"
