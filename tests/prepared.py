"""Commands as processes of their own that need not import anything: a prepared process forks for each.

Most of the second that a command takes is imports, and hundreds of tests start some. What is forked is a
process like any other, with its own folder, environment, streams and exit code; it only began with the
modules in memory. Tests of start-up, of signals and of the interpreter's settings start a fresh one instead.

As a program, this is the prepared process: `python prepared.py FD`, with the socket that asks it.
"""

from __future__ import annotations

import atexit
import functools
import gc
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

_OTHERS = ("jinja2", "requests", "rich.console", "rich.progress", "rocrate.rocrate", "typer", "zstandard")
"""What our modules import in functions, beside each other."""
_READ_BEFORE = ("PYTHON", "LC_", "LANG", "FORCE_COLOR", "PY_COLORS", "GITHUB_", "TERMINAL_WIDTH", "_TYPER")
"""Beginnings of variables that the interpreter or a module reads when it starts or is imported."""
_LARGEST = 1 << 20
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Prepared:
    """A process that runs commands in forks of itself; it starts when the first one is asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._environ = dict(os.environ)

    def takes(self, environ: Mapping[str, str]) -> bool:
        """Whether a command with this environment can be a fork: what is read at the start is as it was."""
        return POSSIBLE and _read_before(environ) == _read_before(self._environ)

    def __call__(
        self, folder: Path, arguments: Sequence[str], environ: Mapping[str, str], **more: Any
    ) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command in a folder, as text; see `in_bytes`."""
        code, out, err = self.in_bytes(folder, arguments, environ, **more)
        return code, _text(out), _text(err)

    def in_bytes(
        self,
        folder: Path,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        first: str = "",
        timeout: float = 120.0,
    ) -> tuple[int, bytes, bytes]:
        """Exit code, standard output and standard error of a command in a folder.

        Args:
            first: Python code that the fork runs before the command.

        Raises:
            subprocess.TimeoutExpired: it takes longer; it was killed.
        """
        if self._process is None:
            self._start()
        with TemporaryFile() as out, TemporaryFile() as err:
            asked = json.dumps([str(folder), list(arguments), dict(environ), first]).encode()
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
            return code, out.read(), err.read()

    def _answer(self, timeout: float) -> int:
        self._ours.settimeout(timeout)
        return int.from_bytes(self._ours.recv(8), "little", signed=True)

    def _start(self) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, env=self._environ, pass_fds=[theirs.fileno()])


PREPARED = Prepared()
"""The one of this process; it ends when this process does."""


def completed(
    folder: Path, *arguments: object, environ: Mapping[str, str] | None = None, first: str = ""
) -> subprocess.CompletedProcess[str]:
    """A command of ours in a folder, to its end, with what is to be done `first`; a fork if it can be one."""
    command = [*map(str, arguments)]
    environ = os.environ if environ is None else environ
    if PREPARED.takes(environ):
        return subprocess.CompletedProcess(command, *PREPARED(folder, command, environ, first=first))
    program = f"{first}\nfrom reprocrate.cli import main\nmain()"
    fresh = [sys.executable, *(("-c", program) if first else ("-m", "reprocrate")), *command]
    return subprocess.run(
        fresh,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _read_before(environ: Mapping[str, str]) -> dict[str, str]:
    """The order of sets is nothing that a command may show, so that their seed does not count."""
    found = {name: value for name, value in environ.items() if name.startswith(_READ_BEFORE)}
    found.pop("PYTHONHASHSEED", None)
    return found


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
            folder, arguments, environ, first = json.loads(data)
            os.environ.clear()
            os.environ.update(environ)
            become(folder, arguments, streams, first)
            return
        for stream in streams:
            os.close(stream)
        asked.send(pid.to_bytes(8, "little", signed=True))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        asked.send(code.to_bytes(8, "little", signed=True))


def become(folder: str, arguments: Sequence[str], streams: Sequence[int], first: str) -> None:
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

    try:
        exec(first, {})
        main()
    except SystemExit as ended:
        _end(ended.code or 0)
        raise


def _end(code: object) -> None:
    """End as an interpreter does, but for taking every module apart: that takes longer than most commands.

    Where an output can no longer be written to, the interpreter has its own way to end, and this returns.
    """
    assert isinstance(code, int)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


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
    make_commands_once()
    _judge_and_show()
    gc.collect()
    gc.freeze()


@functools.cache
def make_commands_once() -> None:
    """Have every command line in this process read by the same commands; to make them takes 50 ms."""
    from typer.main import get_command

    from reprocrate.cli import commands

    made = get_command(commands.make_app())
    setattr(commands, "make_app", lambda: made)  # noqa: B010 - it is no application, and called like one


def _judge_and_show() -> None:
    """Do with a manifest what most commands do with one: models, patterns and schemas are made at first use.

    None of it looks at the environment, so that all that stays in memory is what a fresh process would make.
    """
    from reprocrate.crate import write_crate
    from reprocrate.manifest import manifest_from
    from reprocrate.render.preview import preview_page
    from reprocrate.render.show import show_document
    from reprocrate.standard import problems, shipped_bytes
    from reprocrate.validation import Subject, validate

    for name in ("full", "grid"):
        document = json.loads(shipped_bytes(f"conformance/golden/{name}.json"))
        manifest = manifest_from(document)
        manifest.to_dict()
        validate(Subject("reprocrate.json", document))
        write_crate(manifest, [], preview=True, published="2026-01-01")
        preview_page(manifest)
        show_document(manifest)
    for schema in ("report", "plan", "verdict"):
        problems({}, schema)


if __name__ == "__main__":
    sys.path.pop(0)  # this folder is none of a command's
    prepare()
    serve(socket.socket(fileno=int(sys.argv[1])))
