"""How a command tells what it is doing, while it does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from reprocrate.capture.record import Metric
    from reprocrate.workflow.scheduling import Schedule


class Progress(Protocol):
    """Who listens: a terminal, or nobody."""

    def note(self, text: str) -> None:
        """Something was begun, found or decided; one line."""

    def track(self, what: str, done: int, total: int, left: str = "") -> None:
        """`done` of `total` steps of a longer piece of work are over; `left` says how long the rest takes."""

    def transfer(self, what: str, done: int, total: int) -> None:
        """`done` of `total` bytes that a longer piece of work handles are done."""

    def warn(self, text: str) -> None:
        """The author has to know this before it goes on; one line."""

    def watch(self, schedule: Schedule) -> AbstractContextManager[object]:
        """While the block runs, launches run at once, and `schedule` says how far they are."""


class Silence:
    """Nobody listens."""

    def note(self, text: str) -> None:
        """Says nothing."""

    def track(self, what: str, done: int, total: int, left: str = "") -> None:
        """Says nothing."""

    def transfer(self, what: str, done: int, total: int) -> None:
        """Says nothing."""

    def warn(self, text: str) -> None:
        """Says nothing."""

    def watch(self, schedule: Schedule) -> AbstractContextManager[object]:  # noqa: ARG002
        """Shows nothing."""
        return nullcontext()


def counter(progress: Progress, what: str, total: int) -> Callable[[int], None]:
    """What adds up the bytes that a longer piece of work has handled, and tells `progress`."""
    done = 0
    alone = Lock()  # several threads may count

    def count(size: int) -> None:
        nonlocal done
        with alone:
            done += size
            progress.transfer(what, min(done, total), total)

    progress.transfer(what, 0, total)
    return count


def measured_texts(metrics: Iterable[Metric]) -> list[str]:
    """What a run measured, as in `accuracy 0.91`; of folds, or of values that count together, the mean.

    A launch that held several runs is said to have done so: the means are over all of them.
    """
    from reprocrate.statistics import mean  # no command is to wait for it before it starts

    known = list(metrics)
    runs = {(one.seed, *sorted(one.factors.items())) for one in known if one.seed is not None or one.factors}
    held = [f"a launch of {len(runs)} runs:"] if len(runs) > 1 else []
    return held + [
        f"{metric} {mean(found):.6g}{f' (mean of {len(found)})' if found[1:] else ''}"
        for (metric, _, _), found in _by_metric(known).items()
    ]


def measured_values(metrics: Iterable[Metric]) -> dict[str, float]:
    """What a run measured, by metric with its data set and split; NaN where a value is no finite number."""
    from reprocrate.statistics import mean

    known = list(metrics)
    unknown = {_key(one) for one in known if one.value is None}
    found = {key: mean(values) for key, values in _by_metric(known).items() if key not in unknown}
    found |= dict.fromkeys(unknown, float("nan"))
    return {_name(key): found[key] for key in dict.fromkeys(map(_key, known))}


def _by_metric(metrics: Iterable[Metric]) -> dict[tuple[str, str | None, str | None], list[float]]:
    values: dict[tuple[str, str | None, str | None], list[float]] = {}
    for one in metrics:
        if one.value is not None:
            values.setdefault(_key(one), []).append(one.value)
    return values


def _key(metric: Metric) -> tuple[str, str | None, str | None]:
    return metric.metric, metric.data, metric.split


def _name(key: tuple[str, str | None, str | None]) -> str:
    metric, *where = key
    places = ", ".join(filter(None, where))
    return f"{metric} ({places})" if places else metric
