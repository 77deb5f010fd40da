"""How long a rerun still takes: as the recorded runs took, scaled by what was seen so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from reprocrate.rerun.selection import Task


class Pace:
    """The pace of a rerun.

    A machine that takes twice as long as the recorded one for what is over is expected to do so for the rest;
    until something is over, it is expected to take as long as recorded.

    Args:
        tasks: the runs.
        jobs: how many run at once.
        clock: seconds by a clock that never goes back.
    """

    def __init__(
        self, tasks: Sequence[Task], jobs: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._waiting = {task.id: task.seconds for task in tasks}
        self._running: dict[str, tuple[float | None, float]] = {}
        self._over: list[tuple[float | None, float]] = []
        self._jobs = jobs
        self._clock = clock

    def begin(self, task: Task) -> None:
        """A run begins."""
        self._running[task.id] = (self._waiting.pop(task.id), self._clock())

    def end(self, task: Task, seconds: float | None) -> None:
        """A run is over, now or by an earlier call, and took so long."""
        recorded = self._running.pop(task.id)[0] if task.id in self._running else self._waiting.pop(task.id)
        if seconds is not None:
            self._over.append((recorded, seconds))

    def seconds_left(self) -> float | None:
        """How long the rest takes; None where nobody knows.

        What runs longer already than it should is expected to end at any moment.
        """
        now = self._clock()
        waiting = [self._expected(recorded) for recorded in self._waiting.values()]
        running = [(self._expected(recorded), now - since) for recorded, since in self._running.values()]
        if None in waiting or any(expected is None for expected, _ in running):
            return None
        rest = [max(0.0, (expected or 0.0) - spent) for expected, spent in running]
        return max([0.0, *rest, (sum(rest) + sum(one or 0.0 for one in waiting)) / self._jobs])

    def _expected(self, recorded: float | None) -> float | None:
        """How long a run takes that took so long when it was recorded."""
        compared = [(then, now) for then, now in self._over if then]
        if recorded is not None:
            then = sum(one for one, _ in compared if one)
            return recorded * (sum(now for _, now in compared) / then if then else 1.0)
        if self._over:
            return sum(now for _, now in self._over) / len(self._over)
        return None
