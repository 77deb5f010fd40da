"""In which order launches run, how many at once, and how long it will take."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from reprocrate.workflow.asked import Planned
from reprocrate.workflow.launching import Ran

Launch = Callable[[Planned], Ran | None]


@dataclass(slots=True)
class Running:
    """A launch that runs, since when by a clock that is never set."""

    planned: Planned
    since: float


@dataclass
class Schedule:
    """How far a session is; written by its threads, read by who shows it.

    Attributes:
        planned: all launches, in order.
        jobs: how many run at once.
        running: those that run, by place in the order.
        over: those that are over, by place in the order.
    """

    planned: Sequence[Planned]
    jobs: int
    running: dict[int, Running] = field(default_factory=dict)
    over: dict[int, Ran] = field(default_factory=dict)
    _spent: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many launches there are."""
        return len(self.planned)

    def begin(self, place: int) -> None:
        """A launch begins."""
        self.running[place] = Running(self.planned[place], time.monotonic())

    def end(self, place: int, ran: Ran | None) -> None:
        """A launch is over, or never was."""
        begun = self.running.pop(place)
        if ran is not None:
            self.over[place] = ran
            if not ran.was_done:
                self._spent.append(time.monotonic() - begun.since)

    def seconds_left(self) -> float | None:
        """How long the rest will take if it takes as long as what is over; None where nothing is over yet.

        What runs longer already is expected to end at any moment.
        """
        waiting = self.total - len(self.over) - len(self.running)
        if not self._spent:
            return None
        usual = sum(self._spent) / len(self._spent)
        now = time.monotonic()
        begun = [max(0.0, usual - (now - one.since)) for one in list(self.running.values())]
        return max([*begun, (sum(begun) + waiting * usual) / self.jobs])


def run_in_turn(schedule: Schedule, launch: Launch, is_stopped: Callable[[], bool]) -> Iterator[Ran]:
    """Run one launch after the other, in this thread, until we are asked to stop."""
    for place, planned in enumerate(schedule.planned):
        if is_stopped():
            return
        schedule.begin(place)
        ran = None
        try:
            ran = launch(planned)
        finally:
            schedule.end(place, ran)
        if ran is not None:
            yield ran


def run_at_once(schedule: Schedule, launch: Launch, is_stopped: Callable[[], bool]) -> Iterator[Ran]:
    """Run several launches at once, each in a thread that waits for it; they are yielded as they end.

    After a failure of ours nothing new begins, what runs is waited for, and then the first failure is raised.
    """
    pool = _Pool(schedule, launch, is_stopped)
    try:
        yield from pool.run()
    finally:
        pool.is_closed = True
    if pool.failures:
        raise pool.failures[min(pool.failures)]


class _Pool:
    """Threads that take the next launch, as long as there is one.

    A thread ends only after what it started has ended, since what a thread started dies with it.
    """

    def __init__(self, schedule: Schedule, launch: Launch, is_stopped: Callable[[], bool]) -> None:
        self.failures: dict[int, BaseException] = {}
        self.is_closed = False
        self._schedule = schedule
        self._launch = launch
        self._is_stopped = is_stopped
        self._places = iter(range(schedule.total))
        self._guard = threading.Lock()
        self._ended: queue.SimpleQueue[Ran | None] = queue.SimpleQueue()

    def run(self) -> Iterator[Ran]:
        """What ran, as it ends. The thread that waits here may still handle signals."""
        threads = [
            threading.Thread(target=self._work, name="reprocrate-job") for _ in range(self._schedule.jobs)
        ]
        for thread in threads:
            thread.start()
        alive = len(threads)
        while alive:
            ran = self._ended.get()
            if ran is None:
                alive -= 1
            else:
                yield ran

    def _work(self) -> None:
        try:
            while not (self.failures or self.is_closed or self._is_stopped()):
                with self._guard:
                    place = next(self._places, None)
                if place is None:
                    break
                self._run(place)
        finally:
            self._ended.put(None)

    def _run(self, place: int) -> None:
        self._schedule.begin(place)
        ran = None
        try:
            ran = self._launch(self._schedule.planned[place])
        except BaseException as error:  # it is raised again in the thread that waits
            self.failures[place] = error
        finally:
            self._schedule.end(place, ran)
        if ran is not None:
            self._ended.put(ran)
