"""Reading the logs that the recorder wrote, one for each process of a launch."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.capture.privacy.scrubber import is_interpreter

_LONGEST_PATH = 4096


@dataclass
class Process:
    """One Python process, as its log tells.

    Attributes:
        header: the first line: pid, ppid, argv, the interpreter, `sys.path`.
        read: files that it opened for reading, before it wrote them.
        written: files that it opened for writing, under their last names.
        updated: files that it opened for both, or named to a program that nobody saw into; whether they were
            written only their time tells.
        reread: files of `written` and `updated` that held something before, which it had read or could read.
        gone: files that it had read and not written, and then removed or gave another name.
        programs: other programs that it started.
        network: what it read over the network, models that it asked, and hosts whose addresses it looked up.
        seeding: what it told of the generators of random numbers that it seeded or used.
        native: imported modules that read or write files without Python's knowledge.
        end: what it saw when it ended; empty where it could not say.
        problems: what went wrong in the recorder.
        rank: which of the processes of a launch it is, or works for; see `reprocrate.capture.ranks.ranks`.
    """

    header: Mapping[str, Any]
    read: dict[str, None] = field(default_factory=dict)
    written: dict[str, None] = field(default_factory=dict)
    updated: dict[str, None] = field(default_factory=dict)
    reread: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    programs: list[Mapping[str, Any]] = field(default_factory=list)
    network: list[Mapping[str, Any]] = field(default_factory=list)
    seeding: list[Mapping[str, Any]] = field(default_factory=list)
    native: list[str] = field(default_factory=list)
    end: Mapping[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    rank: int | None = None
    _folders: set[str] = field(default_factory=set, repr=False)  # those above the files in `written`

    @property
    def search_path(self) -> tuple[str, ...]:
        """`sys.path` at the end, or at the start where the end is not known."""
        path = self.end.get("path") or self.header.get("path") or ()
        return tuple(entry for entry in path if isinstance(entry, str))

    def take(self, entry: Mapping[str, Any]) -> None:
        """One line of the log."""
        event, path = entry.get("event"), str(entry.get("path", ""))
        if event == "read":
            if path not in self.written:
                self.read[path] = None
        elif event in ("write", "update", "rename", "remove"):
            self._change(event, path, entry)
        else:
            self._take_other(event, entry)

    def _take_other(self, event: object, entry: Mapping[str, Any]) -> None:
        if event == "program":
            self.programs.append(entry)
            if not _is_seen(entry) and not is_harmless(str(entry.get("path"))):
                self.updated.update(dict.fromkeys(map(str, entry.get("files") or ())))
        elif event in ("remote", "service", "host", "http"):
            self.network.append(entry)
        elif event in ("seed", "unseeded", "unwatched"):
            self.seeding.append(entry)
        elif event == "native":
            self.native.append(str(entry.get("module")))
        elif event == "end":
            self.end = entry
            self.native += map(str, entry.get("native") or ())
            self.problems += map(str, entry.get("problems") or ())
        elif event == "problem":
            self.problems.append(str(entry.get("what")))

    def _change(self, event: str, path: str, entry: Mapping[str, Any]) -> None:
        """A file is written, removed or gets another name; `held`: with what it held before, it is lost."""
        changed = str(entry.get("to", path))
        if entry.get("held") and changed not in self.written:
            self.reread.add(changed)
        if event == "write":
            self._write(path)
        elif event == "update":
            self.updated[path] = None
        elif event == "rename":
            self._rename(path, changed)
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
            end=self.end,
        )

    def _write(self, path: str) -> None:
        self.written[path] = None
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

    def _rename(self, source: str, target: str) -> None:
        inside: list[str] = []
        if source in self._folders:  # else no path need be looked at: there may be a hundred thousand
            inside = [path for path in self.written if path.startswith(f"{source}/")]
        for path in inside:
            del self.written[path]
            self._write(target + path[len(source) :])
        if not inside:
            self._remove(source)
            self._write(target)


def read_processes(folder: Path) -> list[Process]:
    """The processes whose logs lie in a folder, in the order in which they started."""
    found = [process for path in folder.glob("access-*.jsonl") if (process := _process(path)) is not None]
    return sorted(found, key=lambda process: process.header.get("time") or 0.0)


def told(argv: Sequence[str], cwd: Path) -> Process:
    """A program that nobody saw into, with the files that its arguments name: those it was told to use."""
    process = Process({})
    for argument in argv[1:]:
        for name in dict.fromkeys((argument, argument.partition("=")[2])):
            path = os.path.normpath(cwd / name)
            if "\0" not in path and len(path) < _LONGEST_PATH and os.path.isfile(path):  # noqa: PTH113
                process.updated[path] = None
    return process


def unseen_programs(processes: Iterable[Process]) -> list[str]:
    """Names of the programs that were started and whose file access cannot be known, each once."""
    names = {
        Path(str(program.get("path"))).name
        for process in processes
        for program in process.programs
        if not _is_seen(program)
    }
    return sorted(names - _HARMLESS)


# Programs that only tell something about the machine or a repository, or only start another program.
_HARMLESS = frozenset(
    {
        *(
            "uname",
            "ldconfig",
            "lscpu",
            "sysctl",
            "stty",
            "tput",
            "hostname",
            "lsb_release",
            "which",
            "nproc",
        ),
        *(
            "nvidia-smi",
            "rocm-smi",
            "git",
            "env",
            "nice",
            "nohup",
            "stdbuf",
            "time",
            "true",
            "false",
            "sleep",
        ),
        *("timeout", "setsid", "ionice", "taskset", "numactl", "xvfb-run", "unbuffer", "sbatch", "salloc"),
        *("qsub", "bsub", "flux", "jsrun", "aprun", "orterun", "prterun", "mpiexec.hydra", "micromamba"),
        *("uv", "uvx", "pixi", "rye", "srun", "mpirun", "mpiexec", "gcc", "cc", "ld", "objdump", "tty"),
    }
)


def is_harmless(program: str) -> bool:
    """Whether a program reads and writes nothing that belongs to an experiment."""
    return Path(program).name in _HARMLESS


def _is_seen(program: Mapping[str, Any]) -> bool:
    path = str(program.get("path"))
    if not program.get("recorded") or program.get("isolated"):
        return False
    if is_interpreter(path):
        return True
    found = shutil.which(path)
    return found is not None and is_python_script(Path(found))


def is_python_script(path: Path) -> bool:
    """Whether the first line of a file, or its second in place of a long path, names a Python."""
    try:
        with path.open("rb") as handle:
            line = handle.readline(1000)
            if line.startswith(b"#!/bin/sh"):  # pip's way round long paths
                line = handle.readline(1000)
    except OSError:
        return False
    return b"python" in line


def _process(path: Path) -> Process | None:
    lines = _lines(path)
    header = next(lines, None)
    if header is None or header.get("event") != "process":
        return None
    process = Process(header)
    for entry in lines:
        process.take(entry)
    return process


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
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
