"""Sizes as people write them."""

from __future__ import annotations

import re

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?:([kmgtp])(i?)b?|b)?", re.IGNORECASE)
_POWERS = {letter: power for power, letter in enumerate("kmgtp", 1)}


def bytes_of(text: str) -> int:
    """The bytes that a text such as `100MB`, `1.5 GiB`, `2T` or `4096` means.

    `k`, `M`, `G`, `T`, `P` are powers of 1,000, with an `i` behind them powers of 1,024 (IEC 80000-13); the
    case does not matter.

    Raises:
        ValueError: it is no such text.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size such as 100MB, 1.5GiB or 4096")
    number, letter, binary = match.groups()
    unit: int = (1024 if binary else 1000) ** _POWERS.get((letter or "").lower(), 0)
    return round(float(number) * unit)
