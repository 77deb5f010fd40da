"""How a command tells what it is doing, while it does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from reprocrate.capture.record import Metric
from reprocrate.statistics import mean


class Progress(Protocol):
    """Who listens: a terminal, or nobody."""

    def note(self, text: str) -> None:
        """Something was begun, found or decided; one line."""

    def track(self, what: str, done: int, total: int) -> None:
        """`done` of `total` steps of a longer piece of work are over."""


class Silence:
    """Nobody listens."""

    def note(self, text: str) -> None:
        """Says nothing."""

    def track(self, what: str, done: int, total: int) -> None:
        """Says nothing."""


def counter(progress: Progress, what: str, total: int) -> Callable[[int], None]:
    """What adds up the bytes that a longer piece of work has handled, and tells `progress`."""
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        progress.track(what, min(done, total), total)

    return count


def measured_texts(metrics: Iterable[Metric]) -> list[str]:
    """What a run measured, as in `accuracy 0.91`; of folds, or of values that count together, the mean.

    A launch that held several runs is said to have done so: the means are over all of them.
    """
    values: dict[tuple[str, str | None, str | None], list[float]] = {}
    found_metrics = list(metrics)
    labelled = [one for one in found_metrics if one.seed is not None or one.factors]
    runs = {(one.seed, *sorted(one.factors.items())) for one in labelled}
    held = [f"a launch of {len(runs)} runs:"] if len(runs) > 1 else []
    for one in found_metrics:
        if one.value is not None:
            values.setdefault((one.metric, one.data, one.split), []).append(one.value)
    return [
        *held,
        *(
            f"{metric} {mean(found):.6g}{f' (mean of {len(found)})' if found[1:] else ''}"
            for (metric, _, _), found in values.items()
        ),
    ]
