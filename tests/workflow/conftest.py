"""Projects that are run in this process, in an environment without packages."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reprocrate.bundle import Packed
from reprocrate.workflow.packing import PackingChoice, pack_project
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.project import Project, open_project
from reprocrate.workflow.running import Request, Session, run_all, run_configuration

SCORE = """
import sys
from settings import BASE

seed = int(sys.argv[1])
with open("data/numbers.txt") as file:
    numbers = [float(line) for line in file]
with open(f"score-{seed}.txt", "w") as file:
    file.write(f"score,{BASE + numbers[seed]}\\n")
print("score", BASE + numbers[seed])
"""
SETTINGS = """
[metrics.score]
stdout = "score (?P<value>[0-9.]+)"
direction = "maximize"
"""


@dataclass(frozen=True)
class Study:
    """A project, and its author at work."""

    folder: Path

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def run(self, seeds: str | None = "0-1", name: str = "main", **options: Any) -> Session:
        command = ("python", "score.py", "{seed}")
        request = Request(command, seeds=seeds, name=name, echo=False, **options)
        return run_configuration(self.folder, request, Silence())

    def run_all(self, **options: Any) -> Session:
        return run_all(self.folder, Request((), echo=False, **options), Silence())

    def open(self) -> Project:
        return open_project(self.folder)

    def pack(self, to: Path, **options: Any) -> Packed:
        outcome = pack_project(self.folder, PackingChoice(output=to, **options), Silence())
        assert outcome.packed is not None, outcome.report.findings
        return outcome.packed

    def commit(self) -> None:
        commands: Sequence[Sequence[str]] = (
            ["git", "init", "-q", "-b", "main"],
            ["git", "add", "."],
            ["git", "commit", "-q", "-m", "Everything"],
        )
        for command in commands:
            subprocess.run(command, cwd=self.folder, check=True)


@pytest.fixture
def study(tmp_path: Path, bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A small project without version control, with settings."""
    monkeypatch.setenv("PATH", f"{bare_environment / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("VIRTUAL_ENV", str(bare_environment))
    monkeypatch.setenv("UV_OFFLINE", "1")
    made = Study(tmp_path / "study")
    made.write("score.py", SCORE)
    made.write("settings.py", "BASE = 0.5\n")
    made.write("data/numbers.txt", "0.01\n0.02\n0.03\n0.04\n")
    made.write("reprocrate.toml", SETTINGS)
    return made
