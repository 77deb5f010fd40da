"""Runs that went on at the same time, which bears on how long they took."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from reprocrate.manifest import Run

_CLOCK_S = 0.1  # what the start of a run and its duration may be off by


def ran_at_once(runs: Iterable[Run]) -> bool:
    """Whether launches overlapped on one machine; runs within one launch count as that."""
    spans: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for run in runs:
        with suppress(ValueError, OverflowError):  # a day that no calendar has
            if run.started and run.duration_s and run.parent is None:
                begin = datetime.fromisoformat(run.started).timestamp()
                spans.setdefault(tuple(run.hardware), []).append((begin, begin + run.duration_s - _CLOCK_S))
    for of_machine in spans.values():
        latest = float("-inf")
        for begin, end in sorted(of_machine):
            if begin < latest:
                return True
            latest = max(latest, end)
    return False
