"""The source tree as an earlier launch of a session found it, so that only what changed is read again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from reprocrate.capture.record import CodeFile

_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class Remembered:
    """A file of the tree: what its record says, and its name as an object of git, by the number of digits."""

    file: CodeFile
    blob_names: dict[int, str]


@dataclass
class SourceMemory:
    """What was read before of files that are still the same, and the difference to the commit that they made.

    The same means the same device, inode, size, mode, and times of modification and status change. A file
    that changed a moment before it was read is read again, since it may change within the clock's grain.

    Attributes:
        patches: the difference to a commit, by what it depends on.
    """

    patches: dict[object, bytes] = field(default_factory=dict)
    _files: dict[str, tuple[tuple[int, ...], Remembered]] = field(default_factory=dict)

    def recall(self, path: str, status: os.stat_result) -> Remembered | None:
        """What is known of a file, if it is still the same."""
        stamp, remembered = self._files.get(path, ((), None))
        return remembered if stamp == _stamp(status) else None

    def learn(self, path: str, status: os.stat_result, file: CodeFile) -> Remembered:
        """A file that was read, with its status from before it was read."""
        remembered = Remembered(file, {})
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS:
            self._files[path] = (_stamp(status), remembered)
        return remembered

    def patch_key(self, commit: str, changed: Iterable[str], files: Iterable[CodeFile]) -> object:
        """What the difference to a commit depends on."""
        names = tuple(changed)
        wanted = set(names)
        return (
            commit,
            names,
            tuple((file.path, file.sha256, file.executable) for file in files if file.path in wanted),
        )


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return (
        *(status.st_dev, status.st_ino, status.st_size, status.st_mode),
        *(status.st_mtime_ns, status.st_ctime_ns),
    )
