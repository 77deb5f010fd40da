"""What the ranks of a launch used, as they said themselves when they ended.

Those that srun or mpirun started are no children of `reprocrate run`: the system counts them nowhere for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reprocrate.capture.ranks.ranks import Found
from reprocrate.capture.record import Resources


def with_ranks(counted: Resources, ranks: Found | None) -> Resources:
    """What a launch used, from what the system counted and what its ranks said.

    Args:
        counted: of the process that was started and the descendants that were waited for.
        ranks: the ranks of the launch.
    """
    if ranks is None:
        return counted
    used: list[Mapping[str, Any]] = [process.end.get("used") or {} for process in ranks.own.values()]
    seconds = [float(one["cpu_s"]) for one in used if isinstance(one.get("cpu_s"), (int, float))]
    peaks = [one["peak_memory_bytes"] for one in used if isinstance(one.get("peak_memory_bytes"), int)]
    cpu_s = counted.cpu_s
    if cpu_s is None or sum(seconds) > cpu_s:  # else they are among those that the system counted
        all_said = len(seconds) == len(used) and not ranks.missing
        cpu_s = round(sum(seconds), 6) if all_said else None  # a part would be taken for the whole
    known = [*peaks, *([] if counted.peak_memory_bytes is None else [counted.peak_memory_bytes])]
    return replace(counted, cpu_s=cpu_s, peak_memory_bytes=max(known, default=None))
