"""The command line as a user has it: processes in folders of their own, and a stranger's projects."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from reprocrate.cli.app import run_app
from reprocrate.standard import problems
from tests.prepared import completed, make_commands_once

TRAIN = '''"""Tell two kinds of points apart by one threshold, or always guess the more frequent kind."""

import argparse
import json
import random
from pathlib import Path

from points import read_points

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--method", default="threshold")
args = parser.parse_args()

points = read_points("data/points.csv")
random.Random(args.seed).shuffle(points)
train, test = points[:100], points[100:]


def mean(kind):
    values = [x for x, label in train if label == kind]
    return sum(values) / len(values)


if args.method == "threshold":
    border = (mean(0) + mean(1)) / 2
else:
    border = float("inf") if sum(label for _, label in train) < 50 else float("-inf")
accuracy = sum((x > border) == bool(label) for x, label in test) / len(test)

Path("results").mkdir(exist_ok=True)
with open(f"results/{args.method}-{args.seed}.json", "w") as file:
    json.dump({"seed": args.seed, "test": {"accuracy": accuracy, "points": len(test)}}, file)
print(f"test accuracy: {accuracy:.4f}")
'''

POINTS = '''"""The points, one a line."""


def read_points(path):
    with open(path) as file:
        return [(float(x), int(label)) for x, label in (line.split(",") for line in file)]
'''

SETTINGS = """
[experiment]
title = "One threshold"
description = "A threshold against a guess, on points of two kinds."
authors = [{ name = "Ada Example", orcid = "0000-0002-1825-0097" }]
license = "MIT"

[data.points]
files = ["data"]
license = "CC0-1.0"
origin = "generated"
access = "open"

[determinism]
seeds_pair_randomness = true

[metrics.accuracy]
from = "results/{configuration}-{seed}.json:$.test.accuracy"
direction = "maximize"
split = "test"
margin = 0.05

[configurations.threshold]
role = "proposed"
factors = { method = "threshold" }
seeds = "0-2"
command = "python train.py --method threshold --seed {seed}"

[configurations.guess]
role = "baseline"
factors = { method = "guess" }
seeds = "0-2"
command = "python train.py --method guess --seed {seed}"

[[claims]]
text = "A threshold is more accurate than a guess by at least ten points."
primary = true
better = { configuration = "threshold", than = "guess", metric = "accuracy", by = 0.1 }
"""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    def document(self, schema: str) -> dict[str, Any]:
        """The JSON document that it printed, which follows the schema of this name."""
        found: dict[str, Any] = json.loads(self.out)
        assert [f"{each.pointer}: {each.message}" for each in problems(found, schema)] == []
        assert found["schema_version"] == "1.0"
        return found


@dataclass(frozen=True)
class Cli:
    """Starts `reprocrate` as a process, in a folder, and looks at how it ended.

    Most calls are forks of a process that has imported everything before (see `prepared`).
    """

    environ: Mapping[str, str]

    def __call__(self, folder: Path, *arguments: object, code: int = 0, **variables: str) -> Said:
        done = completed(folder, *arguments, environ={**self.environ, **variables})
        return checked(Said(done.returncode, done.stdout, done.stderr), code)

    def argv(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "reprocrate", *map(str, arguments)]

    def start(self, folder: Path, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*arguments),
            cwd=folder,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def here(self, folder: Path, *arguments: object, code: int = 0) -> Said:
        """The same in this process, for commands that start no other: it spares the start-up."""
        make_commands_once()
        out, err = io.StringIO(), io.StringIO()
        surroundings = (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.dict(os.environ, self.environ, clear=True),
        )
        with contextlib.ExitStack() as stack:
            for each in surroundings:
                stack.enter_context(each)
            ended = run_app([str(argument) for argument in arguments])
        return checked(Said(ended, out.getvalue(), err.getvalue()), code)

    def complaint(self, folder: Path, *arguments: object, code: int, **variables: str) -> str:
        """The one line that says what is wrong; the folder is left exactly as it was."""
        before = listing(folder)
        if variables:
            said = self(folder, *arguments, code=code, **variables)
        else:
            said = self.here(folder, *arguments, code=code)
        assert listing(folder) == before
        assert said.out == ""
        lines = [line for line in said.err.splitlines() if line.startswith("reprocrate: ")]
        assert len(lines) == 1, said.err
        assert said.err.splitlines()[-1] == lines[0]
        return lines[0].removeprefix("reprocrate: ")


@dataclass
class Author:
    """A project that has never seen reprocrate."""

    folder: Path
    cli: Cli
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, text in self.files.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def __call__(self, *arguments: object, code: int = 0, **variables: str) -> Said:
        return self.cli(self.folder, *arguments, code=code, **variables)

    def run(self, *command: str, seeds: str | None = None, name: str | None = None, code: int = 0) -> Said:
        options = ["--seeds", seeds] if seeds else []
        options += ["--name", name] if name else []
        return self("run", *options, "--", *command, code=code)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=dict(self.cli.environ),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self) -> None:
        if not (self.folder / ".git").exists():
            self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("commit", "-q", "-m", "Everything")

    def records(self) -> list[dict[str, Any]]:
        """The records of all launches, oldest first."""
        paths = sorted((self.folder / ".reprocrate" / "runs").glob("*/run.json"))
        return [json.loads(path.read_bytes()) for path in paths]

    def manifest(self) -> dict[str, Any]:
        """The manifest as it was written when the project was last packed."""
        found: dict[str, Any] = json.loads((self.folder / "reprocrate.json").read_bytes())
        return found


def checked(said: Said, code: int) -> Said:
    """The same, if it ended as expected and as a command should."""
    assert "Traceback" not in said.err
    assert "a mistake of reprocrate" not in said.err, said.err
    assert said.code == code, said
    return said


def listing(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes, and every empty folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file():
            found[name] = "not a file"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def points_csv() -> str:
    """Three hundred points of two kinds that overlap a little."""
    return "".join(
        f"{index * 37 % 150 / 50 + 2.2 * kind:.2f},{kind}\n" for index in range(150) for kind in (0, 1)
    )


@pytest.fixture(scope="session")
def cli(bare_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line, with an environment without packages as the active one and no index in reach."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "UV_", "PIP_"))
    }
    environ |= {
        "PATH": f"{bare_environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(bare_environment),
        "HOME": str(tmp_path_factory.mktemp("home")),
        "UV_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    for role in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{role}_NAME": "Ada Example", f"GIT_{role}_EMAIL": "ada@example.org"}
    return Cli(environ)


@pytest.fixture
def author(cli: Cli, tmp_path: Path) -> Author:
    """A project without version control and without settings, and nothing of ours in it."""
    return Author(
        tmp_path / "threshold",
        cli,
        {
            "train.py": TRAIN,
            "points.py": POINTS,
            "data/points.csv": points_csv(),
            "README.md": "# Threshold\n",
        },
    )


@pytest.fixture(scope="session")
def recorded_once(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recorded and packed project, `threshold`, and its bundle; copied, never written to."""
    folder = tmp_path_factory.mktemp("recorded")
    files = {
        "train.py": TRAIN,
        "points.py": POINTS,
        "data/points.csv": points_csv(),
        "LICENSE": "MIT License\n",
    }
    project = Author(folder / "threshold", cli, {**files, ".gitignore": "results/\n__pycache__/\n"})
    project.commit()
    project.write("reprocrate.toml", SETTINGS)
    project("run", "--all")
    project("pack", "-o", folder / "threshold.crate.zip")
    return folder


@pytest.fixture
def recorded(cli: Cli, recorded_once: Path, tmp_path: Path) -> Author:
    """A project with two configurations of three seeds each on record."""
    shutil.copytree(recorded_once / "threshold", tmp_path / "author" / "threshold")
    return Author(tmp_path / "author" / "threshold", cli)


@pytest.fixture
def bundle(recorded_once: Path, tmp_path: Path) -> Path:
    """Its bundle, alone in a folder elsewhere."""
    target = tmp_path / "reader" / "threshold.crate.zip"
    target.parent.mkdir()
    shutil.copy(recorded_once / "threshold.crate.zip", target)
    return target


@pytest.fixture
def imported(cli: Cli, bundle: Path) -> Path:
    """The folder that the bundle was imported to."""
    cli.here(bundle.parent, "import", bundle.name)
    return bundle.parent / "threshold"


@pytest.fixture
def packed_from(cli: Cli, tmp_path: Path) -> Callable[..., Path]:
    """Records a script with seeds and packs it: the bundle, alone in a folder elsewhere."""

    def pack(
        script: str, settings: str, *, seeds: str = "0-2", files: Mapping[str, str] | None = None
    ) -> Path:
        project = Author(tmp_path / "author" / "study", cli, {**(files or {}), "train.py": script})
        project.write("reprocrate.toml", settings)
        project.run("python", "train.py", "--seed", "{seed}", seeds=seeds, name="main")
        target = tmp_path / "reader" / "study.crate.zip"
        target.parent.mkdir()
        project("pack", "-o", target)
        return target

    return pack


@pytest.fixture(scope="session")
def sandboxed(bare_environment: Path) -> bool:
    """Whether reruns are isolated here."""
    from reprocrate.rerun.sandbox.bubblewrap import Sandbox, find_sandbox

    return isinstance(find_sandbox(), Sandbox)


@pytest.fixture
def rerun(cli: Cli, sandboxed: bool) -> Callable[..., Said]:
    """`rerun`, with consent to run without a sandbox where there is none."""

    def start(folder: Path, *arguments: object, code: int = 0, **variables: str) -> Said:
        consent: Sequence[str] = () if sandboxed else ("--no-sandbox",)
        return cli(folder, "rerun", *arguments, *consent, code=code, **variables)

    return start


@pytest.fixture
def tree() -> Callable[[Path], dict[str, str]]:
    """Lists what is in a folder, with digests."""
    return listing


@pytest.fixture
def candidate_lines() -> Callable[[str], dict[str, str]]:
    """Reads the lines for `reprocrate.toml` that `run` proposes, by what stands before each."""

    def read(text: str) -> dict[str, str]:
        blocks = re.split(r"\n\s*\n", text)
        found = [block.strip().partition("\n") for block in blocks if block.lstrip().startswith("# ")]
        return {comment: lines for comment, _, lines in found}

    return read
