"""Whether two means are shown to differ by less than a margin."""

from __future__ import annotations

from typing import Literal

from reprocrate.rerun.compare.numerous import numerous
from reprocrate.statistics import SLACK

ALPHA = 0.05
"""Level of every test."""


@numerous()
class Equivalence:
    """Two one-sided tests that the difference of means is smaller than the margin (Schuirmann 1987).

    Attributes:
        method: `welch`, `paired`, `items` for pairs of the same test item, or `constant` where no value
            varies and the difference itself decides.
        p: p value at the margin; `None` without a margin, or where nothing varies.
        from_margin: equivalence would be shown for every margin above this one.
    """

    method: Literal["welch", "paired", "items", "constant"]
    p: float | None
    from_margin: float

    def holds_at(self, delta: float) -> bool:
        """Whether equivalence is shown at this margin."""
        if self.method == "constant":
            return self.from_margin <= delta * (1.0 + SLACK)
        return self.from_margin < delta
