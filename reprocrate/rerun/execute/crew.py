"""Several runs at once, each worker with a workspace of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from reprocrate.rerun.work.selection import Task

_TICK_S = 1.0

Worker = TypeVar("Worker")
Result = TypeVar("Result")


class Crew(Generic[Worker, Result]):
    """Workers that take the next task whose prerequisites are over, until none is left.

    Each works in a thread of its own, which ends only after what it started has ended, since what a thread
    started dies with it.

    Args:
        workers: who works.
        tasks: what is to be done, in order.
        waits: the tasks that each one has to wait for, by its id.
        over: ids of the tasks that were done before.
        work: does a task; None where it was asked to stop.
        begins: told of each task before it begins.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        tasks: Sequence[Task],
        waits: Mapping[str, Collection[Task]],
        over: Collection[str],
        work: Callable[[Worker, Task], Result | None],
    ) -> None:
        self._workers = workers
        self._waiting = [task for task in tasks if task.id not in over]
        self._waits = {name: {one.id for one in found} for name, found in waits.items()}
        self._over = set(over)
        self._work = work
        self._is_stopped = False
        self._failures: list[BaseException] = []
        self._change = threading.Condition()
        self._told: queue.SimpleQueue[tuple[Task, Result | None] | None] = queue.SimpleQueue()

    def run(self, tick: Callable[[], None]) -> Iterator[tuple[Task, Result | None]]:
        """Each task with nothing as it begins, and with its result when it is over.

        After a failure nothing new begins, what runs is waited for, and then the first failure is raised.

        Args:
            tick: called about once a second, in the thread that waits here and that may still handle signals.
        """
        threads = [
            threading.Thread(target=self._take, args=(worker,), name="reprocrate-rerun")
            for worker in self._workers
        ]
        for thread in threads:
            thread.start()
        alive = len(threads)
        try:
            while alive:
                try:
                    told = self._told.get(timeout=_TICK_S)
                except queue.Empty:
                    tick()
                    continue
                if told is None:
                    alive -= 1
                else:
                    yield told
        finally:
            self._stop()
            for thread in threads:
                thread.join()
        if self._failures:
            raise self._failures[0]

    def _take(self, worker: Worker) -> None:
        try:
            while (task := self._next()) is not None:
                self._told.put((task, None))
                result = self._work(worker, task)
                if result is None:
                    break
                with self._change:
                    self._over.add(task.id)
                    self._change.notify_all()
                self._told.put((task, result))
        except BaseException as error:  # it is raised again in the thread that waits
            self._failures.append(error)
        finally:
            self._stop_unless_done()
            self._told.put(None)

    def _next(self) -> Task | None:
        """The first task that need not wait any longer; None where there is nothing left to do."""
        with self._change:
            while self._waiting and not self._is_stopped:
                for task in self._waiting:
                    if self._waits.get(task.id, set()) <= self._over:
                        self._waiting.remove(task)
                        return task
                self._change.wait()
            return None

    def _stop_unless_done(self) -> None:
        """A worker that ends while there is work was stopped, or failed: then the others end too."""
        with self._change:
            self._is_stopped = self._is_stopped or bool(self._waiting) or bool(self._failures)
            self._change.notify_all()

    def _stop(self) -> None:
        with self._change:
            self._is_stopped = True
            self._change.notify_all()
