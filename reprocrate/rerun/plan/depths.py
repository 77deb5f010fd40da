"""What each depth of a rerun takes: its time in all and by configuration, or why it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest
from reprocrate.rerun.plan.outlook import Work, total_seconds, work_of
from reprocrate.rerun.plan.scope import Scope, at, selection_of
from reprocrate.rerun.work.selection import Depth


@dataclass(frozen=True, slots=True)
class DepthEstimate:
    """What one depth of a rerun takes.

    Attributes:
        depth: which one.
        available: whether the experiment has it: `evaluate` and `smoke` need what its author declared.
        seconds: how long its runs take one after the other; None where that is not known.
        reason: why it is not available; None where it is.
        work: its runs by configuration.
    """

    depth: Depth
    available: bool
    seconds: float | None
    reason: str | None = None
    work: tuple[Work, ...] = ()


def depth_estimates(manifest: Manifest, scope: Scope) -> Iterator[DepthEstimate]:
    """Every depth, cheapest first, for the configurations, claims and seeds of a scope."""
    for depth in Depth:
        asked = at(scope, depth)
        if depth is not Depth.FULL:
            asked = replace(asked, new_seeds=0)
        try:
            tasks = selection_of(manifest, asked).tasks
        except UsageError as error:
            yield DepthEstimate(depth, False, None, error.why or error.what)
        else:
            yield DepthEstimate(depth, True, total_seconds(tasks), None, work_of(tasks))
