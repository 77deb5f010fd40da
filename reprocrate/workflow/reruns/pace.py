"""How long a rerun still takes: as the recorded runs took, scaled by what was seen so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from reprocrate.rerun.work.selection import Task


class Pace:
    """The pace of a rerun.

    A machine that takes twice as long as the recorded one for what is over is expected to do so for the rest,
    and so is one on which a run goes on for longer than expected; until then it is expected to take as long
    as recorded.

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
        running = [(recorded, now - since) for recorded, since in self._running.values()]
        pace = _scale(self._over)
        late = [(recorded, spent) for recorded, spent in running if recorded and spent > pace * recorded]
        pace = _scale([*self._over, *late])
        waiting = [self._expected(recorded, pace) for recorded in self._waiting.values()]
        begun = [(self._expected(recorded, pace), spent) for recorded, spent in running]
        ahead = [one for one in waiting if one is not None]
        rest = [max(0.0, expected - spent) for expected, spent in begun if expected is not None]
        if len(ahead) < len(waiting) or len(rest) < len(begun):
            return None
        return max([0.0, *rest, (sum(rest) + sum(ahead)) / self._jobs])

    def _expected(self, recorded: float | None, pace: float) -> float | None:
        """How long a run takes that took so long when it was recorded."""
        if recorded is not None:
            return recorded * pace
        return sum(now for _, now in self._over) / len(self._over) if self._over else None


def _scale(runs: Sequence[tuple[float | None, float]]) -> float:
    """How many times longer these runs took than they did when they were recorded."""
    compared = [(then, now) for then, now in runs if then]
    then = sum(one for one, _ in compared)
    return sum(now for _, now in compared) / then if then else 1.0
