"""Digests of a project's files, remembered for those that have not changed since."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Event

from reprocrate.errors import UnavailableError
from reprocrate.files import FileDigest, read_regular, sha256_file, write_atomically

CACHE_NAME = ".reprocrate/cache/digests.json"
_REMEMBERED_BYTES = 1 << 20
_SETTLED_NS = 2_000_000_000
_MOST_ENTRIES = 200_000
_MOST_THREADS = 4
_LARGEST_CACHE_BYTES = 256 << 20


@lru_cache(maxsize=4)
def digests_of_project(project: Path) -> Digests:
    """What this process knows of a project's files: parts of a command that need one digest share it."""
    return Digests(project)


class Digests:
    """Hashes files only once, as long as they are the same file unchanged; large ones over several commands.

    The same means the same device, inode, size, and times of modification and status change. Launches at once
    may write the memory over each other; then something is hashed once more, and nothing is wrong.

    Attributes:
        changing: files that were changed while they were hashed.
    """

    def __init__(self, project: Path) -> None:
        self._path = project / CACHE_NAME
        self._known: dict[str, str] = {}
        self._small: dict[str, bytes] = {}
        self._is_changed = False
        self.changing: set[Path] = set()
        with suppress(OSError, ValueError, RecursionError):
            known = json.loads(read_regular(self._path, _LARGEST_CACHE_BYTES))
            if isinstance(known, dict):
                self._known = {key: value for key, value in known.items() if isinstance(value, str)}

    def of(self, path: Path, progress: Callable[[int], None] = lambda _count: None) -> FileDigest:
        """The digest of a file.

        Args:
            path: the file.
            progress: called with the number of bytes just hashed.

        Raises:
            UnavailableError: it could not be read.
        """
        try:
            status = path.stat()
        except OSError:
            return sha256_file(path)
        key = _key(status)
        if known := self._known.get(key):
            return FileDigest(known, status.st_size)
        if key in self._small:
            return FileDigest(self._small[key].hex(), status.st_size)
        digest = self._hashed(path, status, progress)
        settled = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS
        if settled and path not in self.changing:  # else it may change again within the clock's grain
            if status.st_size < _REMEMBERED_BYTES:
                self._small[key] = bytes.fromhex(digest.sha256)
            else:
                self._known[key] = digest.sha256
                self._is_changed = True
        return digest

    def unknown(self, paths: Iterable[Path]) -> list[Path]:
        """Those of these files that are large and would have to be read."""
        found = []
        for path in paths:
            with suppress(OSError, ValueError):
                status = path.stat()
                if status.st_size >= _REMEMBERED_BYTES and _key(status) not in self._known:
                    found.append(path)
        return found

    def of_all(
        self, paths: Sequence[Path], progress: Callable[[int], None] = lambda _count: None
    ) -> Iterator[FileDigest | None]:
        """The digests of files, in their order; None for one that could not be read.

        Large files are hashed by several threads at once: hashlib and the system work outside of Python's
        lock. For small files threads would cost more than they gain.
        """
        large = [path for path in paths if _size(path) >= _REMEMBERED_BYTES]
        threads = min(_MOST_THREADS, os.cpu_count() or 1, len(large))
        if threads < 2:
            yield from (self._of(path, progress) for path in paths)
            return
        from concurrent.futures import ThreadPoolExecutor

        stopped = Event()

        def go_on(count: int) -> None:
            if stopped.is_set():
                raise _StoppedError
            progress(count)

        with ThreadPoolExecutor(threads) as pool:
            begun = {path: pool.submit(self._of, path, go_on) for path in large}
            try:
                for path in paths:
                    yield begun[path].result() if path in begun else self._of(path, progress)
            finally:  # who interrupts us does not wait for files that nobody asks for any more
                stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _of(self, path: Path, progress: Callable[[int], None]) -> FileDigest | None:
        try:
            return self.of(path, progress)
        except (UnavailableError, ValueError):
            return None

    def _hashed(self, path: Path, before: os.stat_result, progress: Callable[[int], None]) -> FileDigest:
        digest = sha256_file(path, progress)
        try:
            after = path.stat()
        except OSError:  # gone, after it was read whole
            return digest
        if _key(after) != _key(before):
            self.changing.add(path)
        return digest

    def save(self) -> None:
        """Remember for later launches; without that, things only take longer."""
        if not self._is_changed:
            return
        self._is_changed = False
        newest = dict(list(self._known.items())[-_MOST_ENTRIES:])
        with suppress(OSError, UnavailableError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(newest).encode())


class _StoppedError(Exception):
    """Hashing was interrupted."""


def _key(status: os.stat_result) -> str:
    numbers = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return "-".join(map(str, numbers))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
