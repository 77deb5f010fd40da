"""What must be known of a project's launches when another one begins, without reading all records again.

A record that is complete does not change any more. What matters of it is kept in memory, and as one line of
an index beside the records, so that the hundredth launch costs what the first one did. Records that are not
in the index, or whose file is not the one that was indexed, are read. Several programs may add lines at once.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.capture.record import RECORD_NAME, Configuration, RunRecord, Seed, Status, plain
from reprocrate.capture.records import RUNS
from reprocrate.capture.records.liveness import LOCK_NAME, is_alive
from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import read_regular, write_atomically

INDEX_NAME = ".reprocrate/cache/launches-1.jsonl"
_SUPERFLUOUS_LINES = 1000
_LARGEST_INDEX_BYTES = 256 << 20
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class Past:
    """A launch as later ones see it.

    Attributes:
        stamp: size and time of its record's file.
        seeds: the seeds that it was given.
        status: how it ended; `running` until then.
        sources: files that it wrote and that are called as source is, or are no data by their name.
    """

    id: str
    stamp: tuple[int, ...]
    configuration: Configuration
    seeds: tuple[Seed, ...]
    status: Status
    sources: tuple[str, ...] = ()


class History:
    """The launches of a project; one may serve several launches, one after the other or at once.

    Args:
        project: the project's folder.
        may_be_source: whether a file that a launch wrote could be taken for source.
    """

    def __init__(self, project: Path, may_be_source: Callable[[str], bool]) -> None:
        self._project = project
        self._runs = f"{project / RUNS}{os.sep}"
        self._may_be_source = may_be_source
        self._guard = threading.Lock()
        self._fresh: list[Past] = []
        self._indexed: dict[str, Past] | None = None
        self._known: dict[str, Past] = {}
        self._over: set[str] = set()
        self._written: set[str] = set()
        self._by_work: dict[tuple[str, tuple[Seed, ...]], dict[str, None]] = {}
        self._by_name: dict[str, dict[tuple[object, ...], str]] = {}

    def over(self) -> frozenset[str]:
        """Ids of the launches that are over by now."""
        with self._guard:
            self._refresh()
            return frozenset(self._over)

    def others(self, over: Set[str], own: str) -> bool:
        """Whether any launch but one's own is there that was not over then."""
        return any(self._has_begun(name) for name in self._names() if name != own and name not in over)

    def written_sources(self) -> frozenset[str]:
        """Files of the project that launches wrote and that could be taken for source."""
        with self._guard:
            self._refresh()
            return frozenset(self._written)

    def called(self, name: str) -> list[Configuration]:
        """The different commands that a configuration's name was given to."""
        with self._guard:
            self._refresh()
            return [self._known[one].configuration for one in self._by_name.get(name, {}).values()]

    def same_work(self, configuration: Configuration, seeds: tuple[Seed, ...]) -> list[str]:
        """Ids of the launches that ended well with this command and these seeds, newest first."""
        with self._guard:
            self._refresh()
            found = self._by_work.get((configuration.digest, seeds), {})
            return sorted((one for one in found if self._known[one].status == "ok"), reverse=True)

    def save(self) -> None:
        """Add what is new to the index."""
        with self._guard:
            self._refresh()
            self._append()

    def _has_begun(self, name: str) -> bool:
        folder = self._project / RUNS / name
        return (folder / RECORD_NAME).exists() or is_alive(folder)

    def _names(self) -> list[str]:
        try:
            return os.listdir(self._runs)  # noqa: PTH208 - names are all that is needed
        except OSError:
            return []

    def _refresh(self) -> None:
        if self._indexed is None:
            self._indexed = self._read_index()
        names = self._names()
        if any(name not in self._known for name in names) or len(self._known) != len(names):
            for name in self._known.keys() - set(names):
                self._forget(name)
        new = (name for name in names if name not in self._over)
        self._fresh += [past for name in new if (past := self._look(name)) is not None]

    def _look(self, name: str) -> Past | None:
        """Learn what is new of one launch; it is returned once it is over and not in the index yet."""
        folder = f"{self._runs}{name}/"  # text, since there may be thousands
        is_over = not (os.access(f"{folder}{LOCK_NAME}", os.F_OK) and is_alive(Path(folder)))
        try:
            status = os.stat(f"{folder}{RECORD_NAME}")  # noqa: PTH116
        except OSError:  # it has only just begun, or is no record
            return None
        stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
        indexed = (self._indexed or {}).pop(name, None)
        before = self._known.get(name) or indexed
        if before is None or before.stamp != stamp:
            indexed = None
            before = self._read(name, stamp)
        if is_over:
            self._over.add(name)
            if before is not None and before.status == "running":
                before = Past(before.id, stamp, before.configuration, before.seeds, "killed", before.sources)
        if before is None:
            return None
        self._remember(before)
        return before if is_over and indexed is None else None

    def _read(self, name: str, stamp: tuple[int, ...]) -> Past | None:
        try:
            record = RunRecord.load(self._project / RUNS / name / RECORD_NAME)
        except UnreadableError:
            return None
        written = (file.path for file in record.outputs if file.root is None)
        return Past(
            id=name,
            stamp=stamp,
            configuration=record.configuration,
            seeds=record.given_seeds,
            status=record.status,
            sources=tuple(path for path in written if self._may_be_source(path)),
        )

    def _remember(self, past: Past) -> None:
        self._known[past.id] = past
        self._written.update(past.sources)
        self._by_work.setdefault((past.configuration.digest, past.seeds), {})[past.id] = None
        if past.configuration.name is not None:
            commands = self._by_name.setdefault(past.configuration.name, {})
            commands.setdefault(past.configuration.named_work, past.id)

    def _forget(self, name: str) -> None:
        """A record was removed; what files it wrote may still be known, and is no source after all."""
        past = self._known.pop(name)
        self._over.discard(name)
        self._by_work[past.configuration.digest, past.seeds].pop(name, None)
        called = past.configuration.name
        if called is None:
            return
        self._by_name[called] = {}
        for other in self._known.values():
            if other.configuration.name == called:
                self._by_name[called].setdefault(other.configuration.named_work, other.id)

    def _read_index(self) -> dict[str, Past]:
        path = self._project / INDEX_NAME
        try:
            lines = read_regular(path, _LARGEST_INDEX_BYTES).splitlines()
        except OSError:
            return {}
        found: dict[str, Past] = {}
        for line in lines:
            with suppress(ValueError, KeyError, TypeError, RecursionError):
                past = _past(json.loads(line))
                found[past.id] = past
        if len(lines) > len(found) + _SUPERFLUOUS_LINES:
            with suppress(UnavailableError):
                write_atomically(path, b"".join(map(_line, found.values())))
        return found

    def _append(self) -> None:
        """Without the index, later launches only take longer to begin."""
        lines = b"".join(map(_line, self._fresh))
        self._fresh.clear()
        if not lines:
            return
        path = self._project / INDEX_NAME
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, _APPENDING, 0o666)
            try:
                os.write(descriptor, lines)
            finally:
                os.close(descriptor)


def _line(past: Past) -> bytes:
    return json.dumps(plain(past), ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _past(entry: Mapping[str, Any]) -> Past:
    """A line of the index; decoded by hand, since there may be thousands."""
    about = entry["configuration"]
    configuration = Configuration(
        name=about["name"],
        digest=about["digest"],
        template=tuple(about["template"]),
        working_directory=about["working_directory"],
        grid=dict(about["grid"]),
        seed_variable=about["seed_variable"],
        grid_template=tuple(about["grid_template"]),
    )
    return Past(
        id=str(entry["id"]),
        stamp=tuple(entry["stamp"]),
        configuration=configuration,
        seeds=tuple(
            Seed(seed["library"], seed["value"], seed["how"], seed["rank"]) for seed in entry["seeds"]
        ),
        status=entry["status"],
        sources=tuple(entry["sources"]),
    )
