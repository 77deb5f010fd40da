"""Seeds, and the switches that decide what they are worth, as a record has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reprocrate.capture.record.values import Scalar


@dataclass(frozen=True)
class Seed:
    """A seed and how it is known; integers beyond 2^53 - 1 are decimal strings.

    Attributes:
        library: whose generator was seeded.
        value: the seed; of several numbers that seed together, the one that the launch was given, or else the
            first.
        how: how it is known.
        rank: the process of a distributed run.
        function: the public name of the function that was called.
        site: file and line of the project's code that called it, or called what did.
        parts: all numbers, where several seed together.
        more: how many other seeds the function was given at the same place, at least.
    """

    library: str | None
    value: int | str
    how: Literal["argument", "environment", "observed", "declared"]
    rank: int | None = None
    function: str | None = None
    site: str | None = None
    parts: tuple[int | str, ...] = ()
    more: int | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that it consists of, most often one."""
        return tuple(int(part) for part in self.parts or (self.value,))


@dataclass(frozen=True)
class UnseededUse:
    """A generator that was used without a seed.

    Attributes:
        library: whose generator it is.
        function: the function that was called without a seed; None for the library's shared generator.
        site: file and line of the project's code that called it, or called what did.
        until: where the generator was seeded afterwards.
    """

    library: str
    function: str | None = None
    site: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Determinism:
    """Switches that decide determinism, as observed in the process, and known causes of differences."""

    settings: Mapping[str, Scalar] = field(default_factory=dict)
    known_causes: tuple[str, ...] = ()
