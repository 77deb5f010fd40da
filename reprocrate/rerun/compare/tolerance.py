"""How far the values of one seed may lie apart: as declared, else as we assume for the change of machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from reprocrate.rerun.compare.samples import HostDifference, Tolerance
from reprocrate.statistics import SLACK

CPU_RTOL = 1e-3
"""Assumed for another processor, other threads or another BLAS: the order of floating sums changes."""

GPU_RTOL = 1e-2
"""Assumed where an accelerator took part: its sums have no fixed order, and kernels differ between models."""


@dataclass(frozen=True, slots=True)
class AppliedTolerance:
    """The tolerance that values were held against.

    Attributes:
        atol: absolute part, in the metric's unit.
        rtol: part relative to the recorded value.
        at_least: lower bound, since a metric that counts test items cannot change by less than one of them.
        declared: whether the manifest declares it; else it is our assumption.
        reason: where it comes from, in words.
    """

    atol: float
    rtol: float
    at_least: float
    declared: bool
    reason: str

    def allowed(self, recorded: float) -> float:
        """The largest difference that passes for this recorded value."""
        return max(self.at_least, self.atol + self.rtol * abs(recorded))

    def holds(self, matched: Iterable[tuple[float, float]]) -> bool:
        """Whether each pair of recorded value and value of the rerun lies within the tolerance."""
        more, atol, rtol, least = 1.0 + SLACK, self.atol, self.rtol, self.at_least
        for x, y in matched:
            if x != y and not abs(y - x) <= max(least, atol + rtol * abs(x)) * more:
                return False
        return True


@lru_cache(maxsize=1024)
def choose_tolerance(
    declared: Tolerance | None, host: HostDifference, item: float | None
) -> AppliedTolerance:
    """The declared tolerance, else the one assumed for this change of machine.

    Args:
        declared: the metric's own tolerance.
        host: how the rerun's machine differs.
        item: how much one test item changes a metric that counts items.
    """
    floor = item or 0.0
    if declared is not None:
        return AppliedTolerance(declared.atol, declared.rtol, floor, True, "declared in the manifest")
    if host is HostDifference.SAME:
        return AppliedTolerance(0.0, 0.0, 0.0, False, "our assumption for the same software and processor")
    if host is HostDifference.GPU:
        return AppliedTolerance(0.0, GPU_RTOL, floor, False, "our assumption where an accelerator took part")
    reason = "our assumption for another processor or other software"
    if item is not None:
        return AppliedTolerance(0.0, 0.0, item, False, f"{reason}: one test item")
    return AppliedTolerance(0.0, CPU_RTOL, 0.0, False, reason)
