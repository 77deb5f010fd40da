"""Runs commands of reprocrate in forks of a process that has loaded it: as isolated, and much faster.

Its argument is a sound bundle, with which it loads what the commands need. Then it reads one JSON object a
line (`arguments`, `folder`, `environ`, `memory` in bytes, `seconds`, and the files `out` and `err`) and
answers each with the exit code; 124 where the time was over.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
from typing import Any

from reprocrate.cli.app import run_app
from tests.prepared import make_commands_once


def main() -> None:
    make_commands_once()
    with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder:
        for command in (["validate", sys.argv[1]], ["import", sys.argv[1], f"{folder}/target"]):
            assert run_app(command) == 0
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        sys.stdout.write(f"{_waited(child, request['seconds'])}\n")
        sys.stdout.flush()


def _run(request: dict[str, Any]) -> None:
    code = 1
    try:
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environ"])
        for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
            place = (os.devnull, request["out"], request["err"])[number]
            os.dup2(os.open(place, flags | (os.O_CREAT | os.O_TRUNC if number else 0), 0o600), number)
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
        code = run_app(request["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _waited(child: int, seconds: float) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 124


if __name__ == "__main__":
    main()
