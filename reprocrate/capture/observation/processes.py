"""Reading the logs that the recorder wrote, one for each process of a launch."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.capture.observation.lineage import ITSELF, Lineage
from reprocrate.capture.observation.programs import HARMLESS, is_harmless, is_python_script
from reprocrate.capture.privacy.scrubber import is_interpreter

_LONGEST_PATH = 4096
By = tuple[Lineage, ...]


@dataclass
class Process:
    """One Python process, as its log tells.

    Attributes:
        header: the first line: pid, ppid, argv, the interpreter, `sys.path`.
        read: files that it opened for reading, before it wrote them.
        written: files that it opened for writing, under their last names.
        updated: files that it opened for both, or named to a program that nobody saw into; whether they were
            written only their time tells.
        read_back: files of `written` that it read after others of the same log had written them.
        reread: files of `written` and `updated` that held something before, which it had read or could read.
        gone: files that it had read and not written, and then removed or gave another name.
        programs: other programs that it started.
        network: what it read over the network, models that it asked, and hosts whose addresses it looked up.
        seeding: what it told of the generators of random numbers that it seeded or used.
        native: imported modules that read or write files without Python's knowledge.
        imports_reprocrate: whether the program itself imported the package `reprocrate`.
        end: what it saw when it ended; empty where it could not say.
        problems: what went wrong in the recorder.
        rank: which of the processes of a launch it is, or works for; see `reprocrate.capture.ranks.ranks`.
        lineage: what it comes from.

    The values of the mappings say which processes used a file so: `ITSELF`, or lineages where one log is of
    several processes; a program without a parent was started by the process itself.
    """

    header: Mapping[str, Any]
    read: dict[str, By] = field(default_factory=dict)
    written: dict[str, By] = field(default_factory=dict)
    updated: dict[str, By] = field(default_factory=dict)
    read_back: dict[str, By] = field(default_factory=dict)
    reread: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    programs: list[Mapping[str, Any]] = field(default_factory=list)
    network: list[Mapping[str, Any]] = field(default_factory=list)
    seeding: list[Mapping[str, Any]] = field(default_factory=list)
    native: list[str] = field(default_factory=list)
    imports_reprocrate: bool = False
    end: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    rank: int | None = None
    lineage: Lineage = ITSELF
    _folders: set[str] = field(default_factory=set, repr=False)  # those above the files in `written`

    @property
    def search_path(self) -> tuple[str, ...]:
        """`sys.path` at the end, or at the start where the end is not known."""
        path = self.end.get("path") or self.header.get("path") or ()
        return tuple(entry for entry in path if isinstance(entry, str))

    def take(self, entry: Mapping[str, Any], by: Lineage = ITSELF) -> None:
        """One line of the log; `by`: which process did it."""
        event, path = entry.get("event"), str(entry.get("path", ""))
        if event == "read":
            if path not in self.written:
                _add(self.read, path, by)
            elif by not in self.written[path]:
                _add(self.read_back, path, by)
        elif event in ("write", "update", "rename", "remove"):
            self._change(event, path, entry, by)
        else:
            self._take_other(event, entry)

    def _take_other(self, event: object, entry: Mapping[str, Any]) -> None:
        if event == "program":
            self.programs.append(entry)
            program = str(entry.get("path"))
            if not _is_seen(entry) and not is_harmless(program):
                for path in map(str, entry.get("files") or ()):
                    _add(self.updated, path, Lineage(Path(program).name, "program"))
        elif event in ("remote", "service", "host", "http"):
            self.network.append(entry)
        elif event in ("seed", "unseeded", "unwatched"):
            self.seeding.append(entry)
        elif event == "native" and entry.get("module") == "reprocrate":
            self.imports_reprocrate = True
        elif event == "native":
            self.native.append(str(entry.get("module")))
        elif event == "end":
            self.end = entry
            self.imports_reprocrate |= bool(entry.get("imports_reprocrate"))
            self.native += map(str, entry.get("native") or ())
            self.problems += map(str, entry.get("problems") or ())
        elif event == "problem":
            self.problems.append(str(entry.get("what")))

    def _change(self, event: str, path: str, entry: Mapping[str, Any], by: Lineage) -> None:
        """A file is written, removed or gets another name; `held`: with what it held before, it is lost."""
        changed = str(entry.get("to", path))
        if entry.get("held") and changed not in self.written:
            self.reread.add(changed)
        if event == "write":
            self._write(path, (by,))
        elif event == "update":
            _add(self.updated, path, by)
        elif event == "rename":
            self._rename(path, changed, by)
        else:
            self._remove(path)

    def without_files(self) -> Process:
        """The same process without the files that it used."""
        return Process(
            self.header,
            reread=self.reread,
            programs=self.programs,
            network=self.network,
            native=self.native,
            imports_reprocrate=self.imports_reprocrate,
            end=self.end,
        )

    def _write(self, path: str, by: By) -> None:
        for each in by:
            _add(self.written, path, each)
        self.gone.discard(path)
        folder = os.path.dirname(path)  # noqa: PTH120
        while folder and folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]

    def _remove(self, path: str) -> None:
        if path in self.written:
            del self.written[path]
        elif path in self.read:
            self.gone.add(path)

    def _rename(self, source: str, target: str, by: Lineage) -> None:
        inside: list[str] = []
        if source in self._folders:  # else no path need be looked at: there may be a hundred thousand
            inside = [path for path in self.written if path.startswith(f"{source}/")]
        for path in inside:
            self._write(target + path[len(source) :], self.written.pop(path))
        if not inside:
            writers = self.written.get(source, (by,))
            self._remove(source)
            self.written.pop(target, None)  # what others wrote there is gone
            self._write(target, writers)


def _add(used: dict[str, By], path: str, by: Lineage) -> None:
    before = used.get(path, ())
    if by not in before:
        used[path] = (*before, by)


def read_processes(folder: Path) -> list[Process]:
    """The processes whose logs lie in a folder, in the order in which they started."""
    found = [process for path in folder.glob("access-*.jsonl") if (process := _process(path)) is not None]
    return sorted(found, key=lambda process: process.header.get("time") or 0.0)


def told(argv: Sequence[str], cwd: Path, lineage: Lineage) -> Process:
    """A program that nobody saw into, with the files that its arguments name: those it was told to use."""
    process = Process({}, lineage=lineage)
    for argument in argv[1:]:
        for name in dict.fromkeys((argument, argument.partition("=")[2])):
            path = os.path.normpath(cwd / name)
            if "\0" not in path and len(path) < _LONGEST_PATH and os.path.isfile(path):  # noqa: PTH113
                process.updated[path] = (ITSELF,)
    return process


def unseen_programs(processes: Iterable[Process]) -> list[str]:
    """Names of the programs that were started and whose file access cannot be known, each once."""
    names = {
        Path(str(program.get("path"))).name
        for process in processes
        for program in process.programs
        if not _is_seen(program)
    }
    return sorted(names - HARMLESS)


def _is_seen(program: Mapping[str, Any]) -> bool:
    path = str(program.get("path"))
    if not program.get("recorded") or program.get("isolated"):
        return False
    if is_interpreter(path):
        return True
    found = shutil.which(path)
    return found is not None and is_python_script(Path(found))


def _process(path: Path) -> Process | None:
    lines = _lines(path)
    header = next(lines, None)
    if header is None or header.get("event") != "process":
        return None
    process = Process(header)
    for entry in lines:
        process.take(entry)
    if path.with_name(f"{path.name}.lost").exists():
        process.problems.append("lines of its log could not be written")
    return process


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with suppress(OSError):
        if not os.access(path, os.R_OK):
            path.chmod(0o600)  # such as the program's umask had it
    try:
        with path.open("rb") as handle:
            for line in handle:
                try:
                    entry = json.loads(line)
                except (
                    ValueError,
                    RecursionError,
                ):  # the last line of a process that was killed while it wrote
                    continue
                if isinstance(entry, dict):
                    yield entry
    except OSError:
        return
