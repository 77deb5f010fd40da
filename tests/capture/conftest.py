"""Small projects, and a way to launch commands in them as `reprocrate run` does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reprocrate.capture.launch.launch import Launch, prepare
from reprocrate.capture.launch.request import Finished, Request
from reprocrate.capture.record import RunRecord
from reprocrate.capture.results.extraction import MetricSource
from reprocrate.executors.local import Command, Outcome, run

PYTHON = sys.executable

TRAIN = """
import argparse, json, pathlib, random
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
parser.add_argument("--out", default="out.json")
args = parser.parse_args()
random.seed(args.seed)
rows = pathlib.Path("data.csv").read_text().split()
accuracy = 0.9 + 0.01 * random.random() * len(rows)
pathlib.Path(args.out).parent.mkdir(exist_ok=True)
pathlib.Path(args.out).write_text(json.dumps({"test": {"accuracy": accuracy}}))
print(f"accuracy: {accuracy:.4f}")
"""


@dataclass
class Project:
    """A project of an author, and how to launch something in it."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def prepare(self, *template: str, **options: object) -> Launch:
        return prepare(Request(self.folder, template, **options), self.environ)  # type: ignore[arg-type]

    def run(self, launch: Launch) -> Outcome:
        variables = launch.environment()
        return run(
            Command(
                launch.argv,
                launch.cwd,
                variables,
                launch.stdout,
                launch.stderr,
                echo=False,
                stdin=False,
                monitor=launch.monitor,
                tracer=launch.tracer,
            )
        )

    def finished(self, *template: str, sources: Sequence[MetricSource] = (), **options: object) -> Finished:
        launch = self.prepare(*template, **options)
        return launch.finish(self.run(launch), sources)

    def record(self, *template: str, **options: object) -> RunRecord:
        """Launch a command and read its record from the disk."""
        record = self.finished(*template, **options).record
        loaded = RunRecord.load(self.folder / ".reprocrate" / "runs" / record.id / "run.json")
        assert loaded == record
        return record

    def python(self, code: str, **options: object) -> RunRecord:
        """Launch a Python script with this text."""
        self.write("script.py", code)
        return self.record(PYTHON, "script.py", **options)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ("git", *arguments), cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "Everything")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """A project with nothing in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder)


@pytest.fixture
def project(empty: Project) -> Project:
    """A project with a script that reads data, prints its accuracy and writes a JSON file."""
    empty.write("train.py", TRAIN)
    empty.write("data.csv", "1\n2\n3\n")
    return empty


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that answers as NVIDIA's management library does."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("there is no C compiler for a library in place of NVIDIA's")
    library = tmp_path_factory.mktemp("nvml") / "libnvidia-ml.so.1"
    source = Path(__file__).with_name("nvml.c")
    subprocess.run((compiler, "-shared", "-fPIC", "-o", library, source), check=True)
    return library


@pytest.fixture
def nvml(nvml_library: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, found where NVIDIA's driver would be."""
    monkeypatch.setattr("reprocrate.capture.hardware.nvml._SIGNS", (os.fspath(nvml_library),))
    monkeypatch.setattr("reprocrate.capture.hardware.nvml._NAME", os.fspath(nvml_library))
    return nvml_library
