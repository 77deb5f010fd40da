"""The paired test on the items of a test set, which judges a single recorded seed by its predictions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reprocrate.rerun.compare.equivalence import ALPHA, Equivalence
from reprocrate.statistics import Difference, mcnemar, paired


@dataclass(frozen=True, slots=True)
class ItemTest:
    """What the items of a test set show about one seed then and now.

    Attributes:
        method: `mcnemar` where an item is right or wrong, else `paired_items`, the t test of its values.
        items: number of items.
        of: what was compared for each item, in words.
        only_then: for `mcnemar`, the items that only the recorded run has right.
        only_now: for `mcnemar`, the items that only the rerun has right.
        p: two-sided p value of no difference.
        mean: the difference of the metric, the rerun minus the original.
        se: its standard error over items.
        df: degrees of freedom.
    """

    method: Literal["mcnemar", "paired_items"]
    items: int
    of: str
    only_then: int | None
    only_now: int | None
    p: float
    mean: float
    se: float
    df: float

    def equivalence(self, delta: float | None) -> Equivalence:
        """Two one-sided tests over the items that the difference is smaller than a margin."""
        constant = self.se == 0.0
        difference = Difference(self.mean, self.se, self.df, "constant" if constant else "paired")
        if constant:
            return Equivalence("constant", None, abs(self.mean))
        p = None if delta is None else difference.equivalence_p(delta)
        return Equivalence("items", p, difference.equivalence_margin(ALPHA))


def paired_items(
    then: Sequence[float], now: Sequence[float], scale: float, of: str, *, counts: bool
) -> ItemTest | None:
    """The test of paired values of the same items; `None` with fewer than two items.

    Args:
        then: a value of each item in the recorded run.
        now: the same of the rerun, in the same order.
        scale: what a mean over items has to be multiplied with to be the metric.
        of: what the values are, in words.
        counts: whether they say that an item is right (1) or wrong (0).
    """
    if len(then) < 2:
        return None
    difference = paired(now, then)
    only_then = only_now = None
    p = difference.p
    if counts:
        only_then = sum(a > b for a, b in zip(then, now, strict=True))
        only_now = sum(a < b for a, b in zip(then, now, strict=True))
        p = mcnemar(only_then, only_now)
    df = difference.df if math.isfinite(difference.df) else float(len(then) - 1)
    return ItemTest(
        "mcnemar" if counts else "paired_items",
        len(then),
        of,
        only_then,
        only_now,
        p,
        difference.value * scale,
        difference.se * scale,
        df,
    )
