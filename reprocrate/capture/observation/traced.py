"""What strace saw of a launch: the files that all of its processes used, in the order of time."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from reprocrate.capture.observation.descent import Descent
from reprocrate.capture.observation.lineage import Lineage
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.observation.syscalls import Call, Ending, calls
from reprocrate.capture.observation.tracing import FOLDER_NAME
from reprocrate.capture.records.liveness import is_alive

# Programs that let others do the work, which strace does not follow there.
_DELEGATING = frozenset(
    {
        *("docker", "podman-remote", "nerdctl", "kubectl", "ssh", "srun", "sbatch", "salloc", "qsub", "bsub"),
        *("systemd-run", "at", "batch", "crontab", "machinectl"),
    }
)
_OTHER_ROOT = frozenset({"chroot", "pivot_root", "mount"})
_WRITING = ("O_WRONLY", "O_TRUNC", "O_EXCL")
_NO_FILE = ("O_PATH", "O_DIRECTORY", "O_TMPFILE")
_LAST_MOMENTS_S = 1.0
_PATIENCE_S = 2.0


@dataclass
class Trace:
    """What strace saw.

    Attributes:
        files: the files that the processes used, as if they were one; it has no header.
        processes: the numbers of the processes, and of their threads.
        programs: the programs that were executed, by their paths.
        lineages: how many processes there were of each lineage.
        lives_on: processes that had not ended when the command had.
        is_cut_off: whether the trace of a process ends before the process did.
        other_root: whether processes changed which file a path means.
        uses_io_uring: whether processes let the kernel open files without a call for each.
    """

    files: Process = field(default_factory=lambda: Process({}))
    processes: frozenset[int] = frozenset()
    programs: dict[str, None] = field(default_factory=dict)
    lineages: Counter[Lineage] = field(default_factory=Counter)
    lives_on: frozenset[int] = frozenset()
    is_cut_off: bool = False
    other_root: bool = False
    uses_io_uring: bool = False

    @property
    def installations(self) -> tuple[str, ...]:
        """The folders in which executed programs are installed together with their libraries."""
        found: dict[str, None] = {}
        for program in self.programs:
            for path in (program, os.path.realpath(program)):
                folder = Path(path).parent
                if folder.name in ("bin", "sbin") and _is_installation(folder.parent):
                    found[os.fspath(folder.parent)] = None
        return tuple(found)

    def outside(self, processes: Sequence[Process]) -> list[Process]:
        """The recorded processes that strace did not follow."""
        return [process for process in processes if process.header.get("pid") not in self.processes]

    def together_with(self, processes: Sequence[Process]) -> list[Process]:
        """All that is known of files; processes that strace did not follow speak for themselves."""
        others = {id(process) for process in self.outside(processes)}
        return [
            *(process if id(process) in others else process.without_files() for process in processes),
            self.files,
        ]

    @property
    def gaps(self) -> list[str]:
        """What it could not see, as sentences."""
        found = []
        if not self.processes:
            found.append("strace wrote nothing")
        elif self.is_cut_off:
            found.append("strace ended before the processes that it followed")
        if self.lives_on:
            found.append("processes that went on after the program had ended were not followed any more")
        names = sorted({Path(program).name for program in self.programs} & _DELEGATING)
        if names:
            found.append(f"what was done elsewhere for these was not seen: {', '.join(names)}")
        if self.other_root:
            found.append("processes changed their root folder or their mounts, so that files had other names")
        if self.uses_io_uring:
            found.append("files that may have been opened through io_uring were not seen")
        return found


def read_trace(folder: Path, project: Path, cwd: Path, descent: Descent, own: tuple[str, ...] = ()) -> Trace:
    """Read what strace wrote, once it is done with the processes that have ended, and remove it.

    What a process that lives on still writes stays, because strace would end without its files.

    Args:
        folder: where it wrote.
        project: the project, whose programs are its files when they are executed.
        cwd: where the command started.
        descent: what the processes come from.
        own: folders whose files are not the launch's.
    """
    lives_on = _settled(folder)
    reading = _Reading(f"{project}/", os.fspath(cwd), descent, own)
    numbers, endings = [], []
    traces: list[Call] = []
    for path in sorted(folder.glob("t.*")):
        pid, ending = int(path.suffix[1:]), Ending()
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            traces.extend(calls(pid, iter(lines), ending))
        numbers.append(pid)
        endings.append(ending)
    traces.sort(key=lambda call: call.time)
    descent.foresee(traces)
    for call in traces:
        reading.take(call)
    superseded = {pid for ending in endings for pid in ending.superseded}
    ended = {pid for pid, ending in zip(numbers, endings, strict=True) if ending.is_ended} | superseded
    trace = reading.trace
    trace.processes = frozenset(numbers)
    trace.lineages = descent.lineages
    trace.lives_on = frozenset(lives_on)
    trace.is_cut_off = bool(trace.processes - ended - trace.lives_on)
    _remove(folder, lives_on)
    return trace


def remove_abandoned(runs: Path) -> None:
    """Remove what strace wrote for launches that nobody finished, or after that, once nothing writes there.

    Args:
        runs: the folder with the records of a project.
    """
    for folder in runs.glob(f"*/{FOLDER_NAME}"):
        writing = {int(path.suffix[1:]) for path in folder.glob("t.*")}
        if not is_alive(folder.parent) and not any(map(_is_alive, writing)):
            _remove(folder, set())


class _Reading:
    """Follows the calls in the order of time: working directories, names, what was done with files."""

    def __init__(self, project: str, cwd: str, descent: Descent, own: tuple[str, ...]) -> None:
        self.trace = Trace()
        self._descent = descent
        self._cwd = cwd
        self._project = project
        self._own = own
        self._folders: dict[int, list[str]] = {}  # in a list, which threads share

    def take(self, call: Call) -> None:
        """One call, later than all before."""
        here = self._folders.setdefault(call.pid, [self._cwd])
        if call.here:
            here[0] = call.here
        if call.child:
            self._folders[call.child] = here if "CLONE_FS" in call.flags else list(here)
            self._descent.clone(call.pid, call.child, call.time, is_thread="CLONE_THREAD" in call.flags)
        elif call.name in ("chdir", "fchdir"):
            here[0] = call.opened or next(_absolute(call, here[0]), here[0])
        elif call.name in ("execve", "execveat"):
            self._execute(call, next(_absolute(call, here[0]), call.opened or ""))
        elif call.name in _OTHER_ROOT:
            self.trace.other_root = True
        elif call.name == "io_uring_setup":
            self.trace.uses_io_uring = True
        else:
            self._use(call, [*_absolute(call, here[0])])

    def _execute(self, call: Call, program: str) -> None:
        if program:
            self.trace.programs[program] = None
        self._descent.execute(call.pid, program, call.time)
        if program.startswith(self._project):
            self.trace.files.take({"event": "read", "path": program}, self._descent.of(call.pid))

    def _use(self, call: Call, paths: list[str]) -> None:
        if not paths or paths[-1].startswith(self._own):
            return
        files, by = self.trace.files, self._descent.of(call.pid)
        held = paths[-1] in files.read
        if call.name.startswith("rename") and len(paths) > 1:
            files.take({"event": "rename", "path": paths[0], "to": paths[1], "held": held}, by)
        elif call.name.startswith("unlink"):
            files.take({"event": "remove", "path": paths[0]}, by)
        elif call.name.startswith(("link", "symlink")):
            files.take({"event": "write", "path": paths[-1], "held": held}, by)
        elif call.name == "truncate":
            files.take({"event": "update", "path": paths[0], "held": True}, by)
        elif kind := _kind(call):
            path = paths[0] if os.path.isabs(paths[0]) else call.opened or ""  # noqa: PTH117
            existed = kind == "update" and "O_CREAT" not in call.flags
            files.take({"event": kind, "path": path, "held": path in files.read or existed}, by)


def _kind(call: Call) -> str:
    """What a file was opened for; empty where that was no file."""
    if call.name == "creat":
        return "write"
    if any(flag in call.flags for flag in _NO_FILE):
        return ""
    if any(flag in call.flags for flag in _WRITING):
        return "write"
    return "update" if "O_RDWR" in call.flags or "O_CREAT" in call.flags else "read"


def _absolute(call: Call, here: str) -> Iterator[str]:
    for folder, path in call.paths:
        if path:  # an empty one means the descriptor before it
            yield os.path.normpath(os.path.join(folder or here, path))  # noqa: PTH118
        elif folder:
            yield folder


def _is_installation(folder: Path) -> bool:
    """Whether a folder holds an interpreter with its library, or an environment."""
    if folder == Path("/"):
        return False
    marks = ("pyvenv.cfg", "conda-meta")
    with suppress(OSError):
        return any((folder / mark).exists() for mark in marks) or any(folder.glob("lib/python[0-9]*"))
    return False


def _settled(folder: Path) -> set[int]:
    """Wait until the traces of processes that have ended are whole; the processes that have not ended.

    Helpers such as those of `multiprocessing` end a moment after the program: for them it waits a second. A
    trace stays without its last line if strace was killed, or if another thread executed a program.
    """
    whole: set[Path] = set()
    began = quiet_since = time.monotonic()
    size = -1
    while True:
        pending = {path for path in folder.glob("t.*") if path not in whole and not _is_whole(path)}
        whole |= {path for path in folder.glob("t.*") if path not in pending}
        alive = {pid for path in pending if _is_alive(pid := int(path.suffix[1:]))}
        now, before = time.monotonic(), size
        size = len(whole) + sum(_size(path) for path in pending)
        if size != before:
            quiet_since = now
        if len(pending) == len(alive) and (not alive or now - began > _LAST_MOMENTS_S):
            return alive
        if now - quiet_since > _PATIENCE_S:
            return alive
        time.sleep(0.01)


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            handle.seek(max(0, handle.seek(0, os.SEEK_END) - 200))
            last = handle.read()
    except OSError:
        return True
    return last.endswith(b" +++\n")


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return status.rpartition(b")")[2].split()[0] not in (b"Z", b"X")


def _remove(folder: Path, lives_on: set[int]) -> None:
    for path in folder.glob("t.*"):
        if int(path.suffix[1:]) not in lives_on:
            with suppress(OSError):
                path.unlink()
    if not lives_on:
        with suppress(OSError):
            folder.rmdir()
