"""Reading every file of a bundle to its end and comparing its digest, by several workers where that helps.

Workers are threads: inflating, hashing and writing large pieces happen outside Python's lock. Small files
would only wait for each other there, so the caller's thread takes them all.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from threading import Lock, Thread

from reprocrate.bundle.admission import MAX_METADATA_BYTES, Problem, ProblemKind
from reprocrate.bundle.formats import BadMemberError, Container, Member
from reprocrate.bundle.layout import CHECKSUMS, METADATA

LARGE_BYTES = 1 << 18
"""From this size on a file is worth a worker's while."""

_WAIT_SECONDS = 0.1

SinkFor = Callable[[Member], AbstractContextManager[Callable[[bytes], object]]]
"""Says where the content of a file goes."""


class _StoppedError(Exception):
    """An earlier file could not be read or written, or the user interrupted."""


class Check:
    """Reads files, hands their content on, and compares their digests.

    Args:
        container: what they are read from.
        checksums: the SHA-256 that each must have; a file without one is read all the same.
        sink_for: where the content goes.
        progress: called in the caller's own thread with the number of bytes read since it was called last.
    """

    def __init__(
        self,
        container: Container,
        checksums: Mapping[str, str],
        sink_for: SinkFor,
        progress: Callable[[int], None],
    ) -> None:
        self._container = container
        self._checksums = checksums
        self._sink_for = sink_for
        self._progress = progress
        self._lock = Lock()
        self._read = 0
        self._problems: list[Problem] = []
        self._failure: Exception | None = None
        self._members = container.members
        self._last = len(self._members)  # the last file that is still of interest, by its number

    def run(self, refused: Collection[str], workers: int) -> list[Problem]:
        """Check all files.

        Args:
            refused: files to leave out.
            workers: how many files at most to read at once, if the container can. Neither what is found nor
                what is raised depends on it.

        Returns:
            What is wrong, in no order.
        """
        members = self._members
        numbers = deque(n for n, member in enumerate(members) if member.path not in refused)
        large = deque(n for n in numbers if members[n].size >= LARGE_BYTES)
        if workers < 2 or len(large) < 2 or not self._container.concurrent:
            self._take(numbers, self._tell)
        else:
            small = deque(n for n in numbers if members[n].size < LARGE_BYTES)
            # The longest first (LPT; Graham 1969): none of them should begin when all others are done.
            large = deque(sorted(large, key=lambda n: -members[n].work))
            self._share(small, large, min(workers, len(large)) - 1)
        if self._failure:
            raise self._failure
        return self._problems

    def _share(self, small: deque[int], large: deque[int], helpers: int) -> None:
        threads = [Thread(target=self._take, args=(large, lambda: None)) for _ in range(helpers)]
        started = []
        try:
            for thread in threads:
                with suppress(RuntimeError):  # the system allows no more threads: then fewer do it
                    thread.start()
                    started.append(thread)
            self._take(small, self._tell)
            self._take(large, self._tell)
            for thread in started:
                while thread.is_alive():
                    thread.join(_WAIT_SECONDS)
                    self._tell()
        except BaseException:
            self._last = -1
            raise
        finally:
            for thread in started:
                thread.join()

    def _take(self, numbers: deque[int], tell: Callable[[], None]) -> None:
        """Check one file after the other until none is left."""
        while numbers:
            with suppress(IndexError):  # another was faster
                number = numbers.popleft()
                try:
                    self._check(number, self._members[number], tell)
                except _StoppedError:
                    return
                except Exception as error:  # raised where the caller waits
                    self._fail(number, error)
                    return

    def _check(self, number: int, member: Member, tell: Callable[[], None]) -> None:
        digest = hashlib.sha256()
        try:
            with self._sink_for(member) as sink:
                for piece in self._container.stream(member.path):
                    digest.update(piece)
                    sink(piece)
                    self._count(number, len(piece))
                    tell()
        except BadMemberError as error:
            self._problems.append(error.problem)
            return
        found = digest.hexdigest()
        if self._checksums.get(member.path, found) != found:
            self._problems.append(changed(member.path))

    def _fail(self, number: int, error: Exception) -> None:
        with self._lock:
            if number < self._last:
                self._last, self._failure = number, error

    def _count(self, number: int, size: int) -> None:
        if number > self._last:
            raise _StoppedError
        with self._lock:
            self._read += size

    def _tell(self) -> None:
        with self._lock:
            read, self._read = self._read, 0
        self._progress(read)


def changed(path: str) -> Problem:
    """What is wrong with a file that has another digest than the listed one."""
    return Problem(path, ProblemKind.CHANGED, f"has changed: its SHA-256 is not the one in {CHECKSUMS}")


def extra(path: str) -> Problem:
    """What is wrong with a file that the list does not name."""
    return Problem(path, ProblemKind.EXTRA, f"is extra: {CHECKSUMS} does not list it")


def missing(path: str) -> Problem:
    """What is wrong with a file that is listed and not there."""
    return Problem(path, ProblemKind.MISSING, "is missing")


def metadata_problems(members: Iterable[Member]) -> Iterator[Problem]:
    """The metadata must not be so large that nobody can read it; of other documents their readers say it."""
    for member in members:
        if member.path == METADATA and member.size > MAX_METADATA_BYTES:
            detail = f"is larger than {MAX_METADATA_BYTES >> 20} MiB"
            yield Problem(METADATA, ProblemKind.DAMAGED, detail)


def in_order(problems: list[Problem]) -> list[Problem]:
    """The problems by path, each once."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (problem.path.encode("utf-8", "surrogateescape"), problem.kind))
