"""Running a command under strace, which sees every program's use of files.

strace runs apart (`-DDD`), so that the command stays our own child, in its own process group: exit code,
signals, terminal and the processor time that the system counts are the command's. Each process has a file of
its own (`-ff`), and is stopped only by the calls that are asked for (`--seccomp-bpf`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from reprocrate.errors import UnavailableError

FOLDER_NAME = "trace"
"""The folder of a record in which strace writes, until it has been read."""

_FILES = """
open openat openat2 creat rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat truncate
execve execveat
"""
# Where a relative path starts, and what hides files from the trace.
_AROUND = "chdir fchdir clone clone3 fork vfork chroot pivot_root mount io_uring_setup"
# A `?` lets strace accept calls that this machine's processor does not have.
_CALLS = ",".join(f"?{name}" for name in (_FILES + _AROUND).split())
_OPTIONS = ("-DDD", "-ff", "-q", "--seccomp-bpf", "-y", "-z", "-ttt", "-s", "0", "-e", f"trace={_CALLS}")
_PATIENCE_S = 10.0
_INSTEAD = "or run it without --trace=strace: then only Python's own use of files is seen"


def tracer(folder: Path, search: str | None) -> tuple[str, ...]:
    """What to put before a command so that strace writes into a folder.

    Args:
        folder: the folder, which is there.
        search: the folders in which to look for strace, as in PATH.

    Raises:
        UnavailableError: this machine has no strace.
    """
    return (_strace(search), *_OPTIONS, "-o", str(folder / "t"), "--")


def check_strace(environ: Mapping[str, str]) -> None:
    """Make sure that commands can be run under strace here, by running one.

    Raises:
        UnavailableError: they cannot.
    """
    _check(environ.get("PATH"))


@lru_cache
def _check(search: str | None) -> None:
    import tempfile

    strace = _strace(search)
    with tempfile.TemporaryDirectory(prefix="reprocrate-") as name:
        command = [*tracer(Path(name), search), sys.executable, "-I", "-S", "-c", ""]
        command[0] = strace
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=_PATIENCE_S)
            said = done.stderr.decode(errors="replace").strip()
            works = done.returncode == 0 and _wrote_to_the_end(Path(name), 0.0 if said else _PATIENCE_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            said, works = str(error), False
    if not works:
        line = said.splitlines()[0] if said else "it wrote nothing"
        raise UnavailableError(
            "commands cannot be run under strace here",
            f"a try ended with: {line}",
            "strace 5.3 or newer is needed, and leave to trace processes (in a container: "
            f"--cap-add=SYS_PTRACE); {_INSTEAD}",
        )


def _strace(search: str | None) -> str:
    if sys.platform != "linux":
        raise UnavailableError(
            "--trace=strace works only on Linux", "strace is a program for Linux", _INSTEAD.capitalize()
        )
    found = shutil.which("strace", path=search)
    if found is None:
        raise UnavailableError(
            "--trace=strace needs the program strace", "no folder of PATH has it", f"Install it, {_INSTEAD}"
        )
    return str(Path(found).absolute())


def _wrote_to_the_end(folder: Path, patience_s: float) -> bool:
    """Whether the trace of a process that has ended says so, at the latest after `patience_s` seconds."""
    deadline = time.monotonic() + patience_s
    while True:
        with suppress(OSError):
            if any(b"+++ exited with 0 +++" in path.read_bytes() for path in folder.iterdir()):
                return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
