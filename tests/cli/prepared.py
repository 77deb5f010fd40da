"""Commands as processes of their own that need not import anything: a prepared process forks for each.

Most of the second that a command takes is imports, and thousands of tests start one. What is forked is a
process like any other, with its own folder, environment, streams and exit code; it only began with the
modules in memory. Tests of start-up, of signals and of the interpreter's settings start a fresh one instead.

As a program, this is the prepared process: `python prepared.py FD`, with the socket that asks it.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile

_OTHERS = ("jinja2", "requests", "rich.console", "rich.progress", "rocrate.rocrate", "typer", "zstandard")
"""What our modules import in functions, beside each other."""
_LARGEST = 1 << 20
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Prepared:
    """A process that runs commands in forks of itself.

    Args:
        environ: what each command finds in its environment.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, env=dict(environ), pass_fds=[theirs.fileno()])

    def __call__(self, folder: Path, arguments: Sequence[str], timeout: float) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command in a folder.

        Raises:
            subprocess.TimeoutExpired: it takes longer; it was killed.
        """
        with TemporaryFile() as out, TemporaryFile() as err:
            asked = json.dumps([str(folder), list(arguments)]).encode("utf-8", "surrogateescape")
            socket.send_fds(self._ours, [asked], [out.fileno(), err.fileno()])
            pid = self._answer(timeout)
            try:
                code = self._answer(timeout)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._answer(timeout)
                raise subprocess.TimeoutExpired(list(arguments), timeout) from None
            for file in (out, err):
                file.seek(0)
            return code, _text(out.read()), _text(err.read())

    def _answer(self, timeout: float) -> int:
        self._ours.settimeout(timeout)
        return int.from_bytes(self._ours.recv(8), "little", signed=True)

    def end(self) -> None:
        """End the prepared process."""
        self._ours.close()
        self._process.wait(timeout=10)


def _text(data: bytes) -> str:
    return data.decode("utf-8").replace("\r\n", "\n")


def serve(asked: socket.socket) -> None:
    """Answer each question with the id of a fork and then its exit code; in the fork, run the command."""
    while True:
        data, streams, _, _ = socket.recv_fds(asked, _LARGEST, 2)
        if not data:
            return
        pid = os.fork()
        if pid == 0:
            asked.close()
            folder, arguments = json.loads(data)
            become(folder, arguments, streams)
            return
        for stream in streams:
            os.close(stream)
        asked.send(pid.to_bytes(8, "little", signed=True))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        asked.send(code.to_bytes(8, "little", signed=True))


def become(folder: str, arguments: Sequence[str], streams: Sequence[int]) -> None:
    """Be the command."""
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate((null, *streams)):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), "utf-8")  # type: ignore[type-var]
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8")
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True
    )
    sys.argv = ["reprocrate", *arguments]
    time.tzset()
    from reprocrate.cli import main

    main()


def prepare() -> None:
    """Import what commands import when they come to it: all of ours, which does nothing else."""
    import importlib
    import pkgutil

    import reprocrate

    for each in pkgutil.walk_packages(reprocrate.__path__, "reprocrate."):
        if not each.name.endswith(".__main__"):
            importlib.import_module(each.name)
    for name in _OTHERS:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    sys.path.pop(0)  # this folder is none of a command's
    prepare()
    serve(socket.socket(fileno=int(sys.argv[1])))
