"""What is compared: values over seeds, and how much they may differ."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.once import once
from reprocrate.statistics import Summary, are_computable, is_constant, mean, summarise

Seed = str | None
"""A seed as text, since 64-bit and longer seeds are strings; `None` for a run without one."""


class Direction(StrEnum):
    """Which values of a metric are better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"
    TARGET = "target"


class HostDifference(StrEnum):
    """How the machine and software of a rerun differ from those of the original.

    `SAME` is the same software on the same kind of processor with as many threads; `CPU` is anything else
    without an accelerator; `GPU` is any run that used an accelerator.
    """

    SAME = "same"
    CPU = "cpu"
    GPU = "gpu"


class Basis(StrEnum):
    """What a verdict rests on."""

    LOGS = "logs"
    EVALUATE = "evaluate"
    SMOKE = "smoke"
    FULL = "full"
    COMPARE = "compare"

    @property
    def words(self) -> str:
        """The same for people."""
        return {
            Basis.LOGS: "recomputed from the recorded runs",
            Basis.EVALUATE: "evaluated again from recorded checkpoints or predictions",
            Basis.SMOKE: "run scaled down",
            Basis.FULL: "run again in full",
            Basis.COMPARE: "two records compared, nothing was run",
        }[self]


@dataclass(frozen=True, slots=True)
class Margin:
    """The largest difference of means that is of no importance.

    Attributes:
        kind: `absolute` in the metric's unit, `relative` as a share of the original's mean.
        value: the margin, not negative.
        declared_by: who chose it, and so before or after the result was known.
    """

    kind: Literal["absolute", "relative"]
    value: float
    declared_by: Literal["manifest", "reader", "claim"] = "manifest"

    def __post_init__(self) -> None:
        if not 0.0 <= self.value < math.inf:
            raise ValueError(f"a margin is finite and not negative, but this is {self.value}")

    def around(self, original_mean: float) -> float:
        """The margin in the metric's unit."""
        if self.kind == "absolute":
            return self.value
        return min(self.value * abs(original_mean), sys.float_info.max)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The largest difference between two runs of one seed: `atol + rtol * |original|`."""

    atol: float = 0.0
    rtol: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.atol < math.inf and 0.0 <= self.rtol < math.inf):
            raise ValueError(f"a tolerance is finite and not negative, but this is {self.atol}, {self.rtol}")


class SeedValue(NamedTuple):
    """What one seed gave.

    Attributes:
        seed: the seed as text; `None` where the run had none.
        value: the metric, as the IEEE double that was recorded; `None` where there is no finite one.
        status: `ok`, or why there is no value: `nan`, `inf`, `-inf`, `no_value`, `failed`, `killed`, ...
        reason: the limit for which its run was killed; empty for any other.
    """

    seed: Seed
    value: float | None
    status: str = "ok"
    reason: str = ""

    @property
    def finite(self) -> bool:
        """Whether there is a value to compare."""
        return self.status == "ok" and self.value is not None and math.isfinite(self.value)


@numerous()
class Complete:
    """Distinct seeds each of which left one value, a finite one: what nearly all samples are of.

    Two columns, since the seeds of all metrics of some runs are the same; what each gave is made when it is
    asked for.
    """

    names: tuple[Seed, ...]
    values: tuple[float, ...]

    def __contains__(self, one: object) -> bool:
        return one in tuple(self)

    def __iter__(self) -> Iterator[SeedValue]:
        return map(SeedValue, self.names, self.values)

    def __len__(self) -> int:
        return len(self.names)


@numerous(slots=False)
class Sample:
    """One metric of one configuration over its seeds.

    Attributes:
        metric: the metric's name.
        seeds: what each seed gave, those without a value included.
        direction: which values are better; `None` where it was not declared.
        unit: the metric's unit; `None` where it was not declared.
        split: the part of the data that it was measured on; `None` where it was not declared.
        data_digest: digest of the data; `None` where it is not known.
        item: how much one test item changes a metric that counts items: 1/N, or 100/N in percent.
    """

    metric: str
    seeds: Collection[SeedValue]
    direction: Direction | None = None
    unit: str | None = None
    split: str | None = None
    data_digest: str | None = None
    item: float | None = None

    def with_seeds(self, seeds: Collection[SeedValue]) -> Sample:
        """Other seeds of the same metric; `dataclasses.replace` takes several times as long."""
        made = Sample(self.metric, seeds, self.direction, self.unit, self.split, self.data_digest, self.item)
        if isinstance(seeds, Complete):
            made.__dict__.update(names=seeds.names, values=seeds.values, is_complete=True)
        return made

    def with_digest(self, data: str | None) -> Sample:
        """The same values, of data with this digest."""
        made = Sample(self.metric, self.seeds, self.direction, self.unit, self.split, data, self.item)
        made.__dict__.update({name: value for name, value in self.__dict__.items() if name != "data_digest"})
        return made

    @once
    def names(self) -> tuple[Seed, ...]:
        """The seeds themselves, in their order."""
        return tuple([one.seed for one in self.seeds])

    @once
    def values(self) -> tuple[float, ...]:
        """The finite values, in the order of the seeds."""
        known = [value for _, value, status, _ in self.seeds if value is not None and status == "ok"]
        if math.isfinite(sum(known)):
            return tuple(known)
        return tuple([value for value in known if math.isfinite(value)])

    @once
    def by_seed(self) -> dict[Seed, float]:
        """The finite values by seed."""
        if len(self.values) == len(self.seeds):
            return dict(zip(self.names, self.values, strict=True))
        return {one.seed: one.value for one in self.seeds if one.value is not None and one.finite}

    @once
    def is_complete(self) -> bool:
        """Whether every seed left one value, and that a finite one."""
        return len(self.values) == len(self.names) == len(set(self.names))

    @once
    def summary(self) -> Summary | None:
        """The finite values in a few numbers; `None` where there is none, or they cannot be computed with."""
        return summarise(self.values) if self.values and self.is_computable else None

    def like(self, other: Sample) -> None:
        """Take over what was worked out of the same values on the other side; nothing where they differ."""
        if self.values == other.values and other.summary is not None:
            self.__dict__.update(summary=other.summary, is_computable=True)

    @once
    def is_computable(self) -> bool:
        """Whether differences and deviations of the values are doubles with all their digits."""
        values = self.values
        least, most = (min(values), max(values)) if values else (1.0, 1.0)
        ordinary = least > 1e-250 and most < 1e250
        return ordinary or are_computable(values)

    @property
    def mean(self) -> float:
        """Mean of the finite values.

        Raises:
            ValueError: there is none.
        """
        return self.summary.mean if self.summary else mean(self.values)

    @property
    def sd(self) -> float:
        """Standard deviation of the finite values; 0 for a single one, which shows none."""
        return (self.summary.sd if self.summary else None) or 0.0

    @property
    def is_constant(self) -> bool:
        """Whether all finite values are equal."""
        known = self.summary
        return known.min == known.max if known else is_constant(self.values)

    @property
    def repeated(self) -> tuple[Seed, ...]:
        """Seeds with more than one value, which leaves open which of them counts."""
        if self.is_complete:
            return ()
        counts = Counter(name for name in self.names if name is not None)
        return tuple(seed for seed, count in counts.items() if count > 1)


def as_asked(rerun: Sample, asked: Sequence[Seed]) -> Sample:
    """A rerun under the seeds that were asked for, where it knows its own less or better.

    A seed that only a generator tells is not known of a run that ended before it was seeded; and a rerun may
    see seeds where none was seen when the original was recorded.
    """
    found = rerun.names
    if asked == found:
        return rerun
    if set(asked) == {None}:
        names: dict[Seed, Seed] = dict.fromkeys(found)
    elif found.count(None) == 1 and None not in asked and len(missing := set(asked) - set(found)) == 1:
        names = {None: missing.pop()}
    else:
        return rerun
    return rerun.with_seeds(tuple(one._replace(seed=names.get(one.seed, one.seed)) for one in rerun.seeds))


def seeds_agree(original: Sample, rerun: Sample) -> bool:
    """Whether both have a value of each of the same seeds in the same order.

    Nearly all results do, and then no seed has to be looked up.
    """
    return original.names == rerun.names and original.is_complete and rerun.is_complete


def same_seeds(original: Sample, rerun: Sample) -> bool:
    """Whether every value of the rerun has a recorded one of its own seed; fewer than recorded is fine.

    Runs without a seed can only be matched where there is one of them on each side.
    """
    if seeds_agree(original, rerun):
        return len(rerun.names) == 1 or (bool(rerun.names) and None not in rerun.names)
    recorded, again = original.by_seed, rerun.by_seed
    if None in recorded or None in again:
        return len(original.values) == len(rerun.values) == 1 and recorded.keys() == again.keys()
    return bool(again) and again.keys() <= recorded.keys()


def pairs(original: Sample, rerun: Sample) -> tuple[tuple[float, float], ...]:
    """Recorded value and value of the rerun for each seed that both have."""
    if seeds_agree(original, rerun):
        return tuple(zip(original.values, rerun.values, strict=True))
    recorded = original.by_seed
    return tuple([(recorded[seed], value) for seed, value in rerun.by_seed.items() if seed in recorded])
