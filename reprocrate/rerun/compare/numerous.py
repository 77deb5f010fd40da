"""Data classes of which one comparison makes tens of thousands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def numerous(*, slots: bool = True) -> Callable[[type[T]], type[T]]:
    """A data class that is frozen for the type checker alone.

    `dataclass(frozen=True)` sets each field by a call of its own, which makes an object of many fields four
    times as dear: a sixth of the time of a large comparison.

    Args:
        slots: whether it has slots; not where it keeps what was worked out `once`.
    """
    return dataclass(slots=slots)
