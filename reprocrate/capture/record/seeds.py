"""Seeds, and the switches that decide what they are worth, as a record has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reprocrate.capture.record.values import Scalar


@dataclass(frozen=True)
class Seed:
    """A seed and how it is known; integers beyond 2^53 - 1 are decimal strings."""

    library: str | None
    value: int | str
    how: Literal["argument", "environment", "observed", "declared"]
    rank: int | None = None


@dataclass(frozen=True)
class Determinism:
    """Switches that decide determinism, as observed in the process, and known causes of differences."""

    settings: Mapping[str, Scalar] = field(default_factory=dict)
    known_causes: tuple[str, ...] = ()
