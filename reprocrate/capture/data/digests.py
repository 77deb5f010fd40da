"""Digests of the files of launches, remembered for large files that have not changed since."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from reprocrate.errors import UnavailableError
from reprocrate.files import FileDigest, read_regular, sha256_file, write_atomically

CACHE_NAME = ".reprocrate/cache/digests.json"
_REMEMBERED_BYTES = 1 << 20
_SETTLED_NS = 2_000_000_000
_MOST_ENTRIES = 200_000
_MOST_THREADS = 4
_LARGEST_CACHE_BYTES = 256 << 20


class Digests:
    """Hashes files; those of a megabyte and more only once, as long as they are the same file unchanged.

    The same means the same device, inode, size, and times of modification and status change. Launches at once
    may write the memory over each other; then something is hashed once more, and nothing is wrong.

    Attributes:
        changing: files that were changed while they were hashed.
    """

    def __init__(self, project: Path) -> None:
        self._path = project / CACHE_NAME
        self._known: dict[str, str] = {}
        self._is_changed = False
        self.changing: set[Path] = set()
        with suppress(OSError, ValueError, RecursionError):
            known = json.loads(read_regular(self._path, _LARGEST_CACHE_BYTES))
            if isinstance(known, dict):
                self._known = {key: value for key, value in known.items() if isinstance(value, str)}

    def of(self, path: Path) -> FileDigest:
        """The digest of a file.

        Raises:
            UnavailableError: it could not be read.
        """
        try:
            status = path.stat()
        except OSError:
            return sha256_file(path)
        if status.st_size < _REMEMBERED_BYTES:
            return self._hashed(path, status)
        key = _key(status)
        if key not in self._known:
            digest = self._hashed(path, status)
            settled = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS
            if settled and path not in self.changing:  # else it may change again within the clock's grain
                self._known[key] = digest.sha256
                self._is_changed = True
            return digest
        return FileDigest(self._known[key], status.st_size)

    def of_all(self, paths: Sequence[Path]) -> Iterator[FileDigest | None]:
        """The digests of files, in their order; None for one that could not be read.

        Large files are hashed by several threads at once: hashlib and the system work outside of Python's
        lock. For small files threads would cost more than they gain.
        """
        large = [path for path in paths if _size(path) >= _REMEMBERED_BYTES]
        threads = min(_MOST_THREADS, os.cpu_count() or 1, len(large))
        if threads < 2:
            yield from map(self._of, paths)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            begun = {path: pool.submit(self._of, path) for path in large}
            for path in paths:
                yield begun[path].result() if path in begun else self._of(path)

    def _of(self, path: Path) -> FileDigest | None:
        try:
            return self.of(path)
        except (UnavailableError, ValueError):
            return None

    def _hashed(self, path: Path, before: os.stat_result) -> FileDigest:
        digest = sha256_file(path)
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
        newest = dict(list(self._known.items())[-_MOST_ENTRIES:])
        with suppress(OSError, UnavailableError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(newest).encode())


def _key(status: os.stat_result) -> str:
    numbers = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return "-".join(map(str, numbers))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
