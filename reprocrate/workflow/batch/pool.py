"""Several workers, watched: what hangs is ended, what falls is replaced, and answers come in order."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Condition, Thread
from typing import IO, cast

from reprocrate.errors import UnavailableError
from reprocrate.workflow.batch.entries import Entry
from reprocrate.workflow.batch.protocol import READY, Answer, Outcome, Setup
from reprocrate.workflow.batch.worker import failed, read_answer

_WINDOW = 2_048
"""No submission is begun that is so far ahead of one that is not done, so that few reports have to wait."""

_MOST_AT_ONCE = 16
_WATCH_SECONDS = 0.05
_START_SECONDS = 120.0
_END_SECONDS = 5.0
_MODULE = "reprocrate.workflow.batch.worker"


@dataclass
class _Worker:
    """A process, and what it is doing.

    Attributes:
        process: the process.
        until: when the submission that it judges must be done; None while it judges none.
        stopped: whether it was ended because it took too long.
    """

    process: subprocess.Popen[bytes]
    until: float | None = None
    stopped: bool = False

    @property
    def input(self) -> IO[bytes]:
        """Where it is told what to do."""
        return cast(IO[bytes], self.process.stdin)

    @property
    def output(self) -> IO[bytes]:
        """Where it answers."""
        return cast(IO[bytes], self.process.stdout)

    def end(self) -> None:
        """End it, whatever it is doing."""
        with suppress(OSError):
            self.process.kill()


@dataclass
class Pool:
    """Workers that judge a batch.

    Args:
        setup: what they are told.
        jobs: how many there are.
        known: by the path of a submission, by what it was known when it was judged before.
    """

    setup: Setup
    jobs: int
    known: Mapping[str, str] = field(default_factory=dict)
    _waiting: deque[Entry] = field(default_factory=deque)
    _workers: dict[int, _Worker] = field(default_factory=dict)
    _results: SimpleQueue[Answer | BaseException] = field(default_factory=SimpleQueue)
    _turn: Condition = field(default_factory=Condition)
    _next: int = 0
    _ended: bool = False

    def answers(self, entries: Sequence[Entry]) -> Iterator[Answer]:
        """The answer for each submission, as they come, which is not their order.

        Raises:
            UnavailableError: no process can be started.
        """
        self._waiting = deque(entries)
        done: set[int] = set()
        numbers = deque(entry.number for entry in entries)
        self._next = numbers[0] if numbers else 0
        threads = [Thread(target=self._serve, args=(place,), daemon=True) for place in range(self.jobs)]
        try:
            for thread in threads:
                thread.start()
            for _ in range(len(entries)):
                answer = self._result()
                done.add(answer.number)
                while numbers and numbers[0] in done:
                    done.discard(numbers.popleft())
                with self._turn:
                    self._next = numbers[0] if numbers else self._next
                    self._turn.notify_all()
                yield answer
        finally:
            self._end()
            for thread in threads:
                if thread.is_alive():
                    thread.join(_END_SECONDS)

    def _result(self) -> Answer:
        """The next result; meanwhile those that take too long are ended."""
        while True:
            try:
                found = self._results.get(timeout=_WATCH_SECONDS)
            except Empty:
                found = None
            now = time.monotonic()
            for worker in list(self._workers.values()):
                if worker.until is not None and now > worker.until:
                    worker.stopped = True
                    worker.end()
            if isinstance(found, BaseException):
                raise found
            if found is not None:
                return found

    def _end(self) -> None:
        with self._turn:
            self._ended = True
            self._turn.notify_all()
        for worker in list(self._workers.values()):
            worker.end()

    def _serve(self, place: int) -> None:
        """Keep one worker busy until nothing is left; in a thread of its own."""
        try:
            worker = None
            while chunk := self._take():
                worker = worker or self._start(place)
                if not self._hand_over(worker, chunk):
                    worker = None
            if worker is not None:
                worker.input.close()
                worker.process.wait()
        except BaseException as error:  # the thread that asked is told
            if not self._ended:
                self._results.put(error)

    def _take(self) -> list[Entry]:
        """The next submissions; none where all are given out."""
        with self._turn:
            while self._waiting and self._waiting[0].number >= self._next + _WINDOW and not self._ended:
                self._turn.wait()
            if self._ended:
                return []
            count = max(1, min(_MOST_AT_ONCE, len(self._waiting) // (self.jobs * 4)))
            return [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]

    def _hand_over(self, worker: _Worker, chunk: list[Entry]) -> bool:
        """Have a worker judge submissions; the answer is whether it can judge more.

        What it did not come to goes back to the front.
        """
        tasks = [(entry.number, entry.path, self.known.get(entry.path, "")) for entry in chunk]
        with suppress(OSError):
            worker.input.write(f"{json.dumps(tasks)}\n".encode())
            worker.input.flush()
        for place, entry in enumerate(chunk):
            worker.until = time.monotonic() + self.setup.seconds
            answer = read_answer(worker.output)
            worker.until = None
            if answer is None:
                self._put_back(chunk[place + 1 :])
                why = self._why_gone(worker)
                if not self._ended:
                    self._results.put(failed(entry.number, entry.path, why, Outcome.FAILED))
                return False
            self._results.put(answer)
            if answer.is_last:
                self._put_back(chunk[place + 1 :])
                worker.process.wait()
                return False
        return True

    def _put_back(self, entries: list[Entry]) -> None:
        with self._turn:
            self._waiting.extendleft(reversed(entries))

    def _why_gone(self, worker: _Worker) -> str:
        code = worker.process.wait()
        if worker.stopped:
            return f"stopped: judging it takes longer than the {self.setup.seconds:g} s of --time-limit"
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"the process that judged it ended {how}; most often it needs more memory than there is"

    def _start(self, place: int) -> _Worker:
        """A new worker in a place.

        Raises:
            UnavailableError: it does not come up.
        """
        debug = bool(os.environ.get("REPROCRATE_DEBUG"))
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if debug else subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one that watches
            )
        except OSError as error:
            raise UnavailableError("no process can be started", error.strerror or str(error)) from error
        worker = self._workers[place] = _Worker(process, time.monotonic() + _START_SECONDS)
        with suppress(OSError):
            worker.input.write(pickle.dumps(self.setup))
            worker.input.flush()
        ready = worker.output.readline()
        worker.until = None
        if ready != READY and not self._ended:
            raise UnavailableError(
                "the processes that judge cannot be started",
                f"the first one ended with exit code {process.wait()}",
                "Allow more memory with --memory-limit, or set REPROCRATE_DEBUG=1 to see why",
            )
        return worker
