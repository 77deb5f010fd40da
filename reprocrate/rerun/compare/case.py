"""One result of the original with what the rerun gave for it, and what can be said before any statistics."""

from __future__ import annotations

from reprocrate.rerun.compare.items import ItemTest
from reprocrate.rerun.compare.numerous import numerous
from reprocrate.rerun.compare.once import once
from reprocrate.rerun.compare.samples import (
    Basis,
    HostDifference,
    Margin,
    Sample,
    Seed,
    SeedValue,
    Tolerance,
)
from reprocrate.statistics import Difference, welch, welch_of


@numerous(slots=False)
class Case:
    """What is judged.

    Attributes:
        id: id of the result.
        name: what people call it, such as the name of its configuration.
        original: the recorded values.
        rerun: the values of the rerun.
        asked: the seeds that this rerun was asked for; empty where it was not asked for this result at all.
        stated: the recorded figure, which claims are about; the mean of the recorded values where not given.
        margin: the largest difference of means without importance, declared before or given by the reader.
        tolerance: the metric's declared tolerance between runs of one seed.
        host: how the rerun's machine differs, for the tolerance that is assumed where none is declared.
        seeds_pair_randomness: whether the manifest says that a seed draws the same randomness again, so that
            values of one seed are compared as pairs.
        is_evidence: whether a claim rests on it; such results are a family of their own for Holm.
        degraded: whether it ran under conditions that change the protocol; then nothing is held against it.
        basis: what the rerun did.
        remarks: what else has to be said about it, as sentences.
        new_seeds: those of the asked seeds that the original never used.
        not_judged: why no rerun is held against it, as a sentence; empty where one is.
        same_code: whether nothing of the code that both sides recorded differs.
        unseeded: the generators that the recorded runs drew from without a seed, so that one seed need not
            give the same values again.
        advantage: the smallest claimed advantage over another result, in the metric's unit, that rests on it.
        items: the test on the items of the test set, where a single seed was recorded and both sides left
            predictions.
    """

    id: str
    name: str
    original: Sample
    rerun: Sample
    asked: tuple[Seed, ...]
    stated: float | None = None
    margin: Margin | None = None
    tolerance: Tolerance | None = None
    host: HostDifference = HostDifference.CPU
    seeds_pair_randomness: bool = False
    is_evidence: bool = False
    degraded: bool = False
    basis: Basis = Basis.FULL
    remarks: tuple[str, ...] = ()
    new_seeds: tuple[Seed, ...] = ()
    not_judged: str = ""
    same_code: bool = True
    unseeded: tuple[str, ...] = ()
    advantage: float | None = None
    items: ItemTest | None = None

    @property
    def delta(self) -> float | None:
        """The margin in the metric's unit."""
        if self.margin is None or not self.original.values:
            return None
        return self.margin.around(self.original.mean)

    @property
    def unusable(self) -> bool:
        """Whether there are no two samples to compute with."""
        return bool(self.obstacles) or not self.rerun.values

    @property
    def is_computable(self) -> bool:
        """Whether means and spreads can be computed: no value is too large or too small for that."""
        return self.original.is_computable and self.rerun.is_computable

    @once
    def welch(self) -> Difference:
        """The rerun's mean minus the original's by Welch's test; for at least two values on each side."""
        then, now = self.original.summary, self.rerun.summary
        return welch_of(now, then) if then and now else welch(self.rerun.values, self.original.values)

    @once
    def obstacles(self) -> tuple[str, ...]:
        """Why the two cannot be compared at all."""
        return tuple(_obstacles(self.original, self.rerun))

    @once
    def failures(self) -> tuple[SeedValue, ...]:
        """The seeds that were asked for and left no finite value; a seed without any trace was not run."""
        rerun, asked = self.rerun, self.asked
        if rerun.is_complete and (asked == rerun.names or set(asked) <= set(rerun.names)):
            return ()
        found = {one.seed: one for one in rerun.seeds}
        tried = [found.get(seed, SeedValue(seed, None, "not_run")) for seed in dict.fromkeys(asked)]
        return tuple(one for one in tried if not one.finite)


def _obstacles(original: Sample, rerun: Sample) -> list[str]:
    if not original.values:
        return ["the original has no finite value"]
    if not rerun.values:
        return []
    found = _otherwise_described(original, rerun)
    for whose, sample in (("the original", original), ("the rerun", rerun)):
        found += [f"{whose} has several values for seed {seed}" for seed in sample.repeated]
    return found


def _otherwise_described(original: Sample, rerun: Sample) -> list[str]:
    described = (
        ("metric", original.metric, rerun.metric),
        ("unit", original.unit, rerun.unit),
        ("split", original.split, rerun.split),
    )
    found = [
        f"the {what} differs ({was or 'not declared'} then, {now or 'not declared'} now)"
        for what, was, now in described
        if was != now
    ]
    if original.direction and rerun.direction and original.direction is not rerun.direction:
        found.append(f"the direction differs ({original.direction} then, {rerun.direction} now)")
    if original.data_digest and rerun.data_digest and original.data_digest != rerun.data_digest:
        found.append("the data differs: its digest is not the recorded one")
    return found
