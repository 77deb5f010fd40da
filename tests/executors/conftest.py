"""A small program that runs a command through the local executor, so that tests can stand around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.observation.tracing import check_strace, tracer
from reprocrate.errors import UnavailableError
from reprocrate.executors import Command

DRIVER = """
import json, os, sys
from pathlib import Path
from reprocrate.executors.local import Command, run

folder, tracer, argv = Path(sys.argv[1]), tuple(json.loads(sys.argv[2])), tuple(sys.argv[3:])
environ = dict(os.environ)
outcome = run(Command(argv, folder, environ, folder / "stdout.log", folder / "stderr.log", tracer=tracer))
(folder / "outcome.json").write_text(json.dumps({
    "exit_code": outcome.exit_code, "signal": outcome.signal, "interrupted": outcome.interrupted,
    "problems": outcome.problems,
}))
"""


@dataclass(frozen=True)
class Driver:
    """Starts the program and reads what it left."""

    folder: Path
    tracer: tuple[str, ...] = ()

    def argv(self, command: Sequence[str]) -> list[str]:
        return [sys.executable, "-c", DRIVER, os.fspath(self.folder), json.dumps(self.tracer), *command]

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.argv(command), **options)

    def outcome(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "outcome.json").read_text())
        return found

    def stdout(self) -> bytes:
        return (self.folder / "stdout.log").read_bytes()

    def stderr(self) -> bytes:
        return (self.folder / "stderr.log").read_bytes()


@pytest.fixture(params=["plain", "strace"])
def driver(request: Any, tmp_path: Path) -> Driver:
    if request.param == "plain":
        return Driver(tmp_path)
    try:
        check_strace(os.environ)
    except UnavailableError as error:
        pytest.skip(str(error))
    (tmp_path / "trace").mkdir()
    return Driver(tmp_path, tracer(tmp_path / "trace", os.environ["PATH"]))


@pytest.fixture
def quiet(tmp_path: Path) -> Callable[..., Command]:
    """Makes a command that is only recorded."""

    def make(*argv: str, cwd: Path | None = None, **environ: str) -> Command:
        return Command(
            argv=argv,
            cwd=cwd or tmp_path,
            env={**os.environ, **environ},
            stdout=tmp_path / "stdout.log",
            stderr=tmp_path / "stderr.log",
            echo=False,
            stdin=False,
        )

    return make
