"""REPRODUCING.md taken at its word: a shell, unzip or tar, and pip or uv give the recorded values.

What is run are the commands of the text, in their order, with the place of the bundle for its name. Nothing
of reprocrate can be reached from the shell.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reprocrate.rerun.environment.uv_tool import find_uv
from tests.prepared import completed
from tests.rerun.package_index import PackageIndex

TRAIN = """
import os, random, sys
import alpha
import scores
seed = int(os.environ.get("SEED") or sys.argv[1])
points = [float(line) for line in open(os.path.join(os.path.dirname(__file__), "..", "data", "points.csv"))]
random.Random(seed).shuffle(points)
order = ",".join(set("abcdefgh"))
print("score", scores.score(points) + int(alpha.__version__[0]) + sum(map(ord, order[:5])) / 1e6)
"""
SETTINGS = """
[experiment]
title = "A study"

[metrics.score]
stdout = "score (?P<value>[-0-9.e]+)"
direction = "maximize"
margin = 0.01
"""
VALUE = re.compile(
    r"^\| (?P<configuration>[^|]+) \| (?P<seed>[0-9]+) \| (?P<value>[-0-9.e]+) \|$", re.MULTILINE
)

pytestmark = [
    pytest.mark.genuine,
    pytest.mark.skipif(
        not all(map(shutil.which, ("bash", "unzip", "tar", "zstd", "sha256sum"))),
        reason="the plain tools that the text names are not all here",
    ),
]


@dataclass(frozen=True)
class Study:
    """A packed study with the index of its packages, and the environment of a shell without reprocrate."""

    folder: Path
    environ: dict[str, str]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three configurations: of two versions of the code, in two folders, with packages and a hash seed."""
    folder = tmp_path_factory.mktemp("study")
    index = PackageIndex(folder / "index")
    free = ["License-Expression: MIT"]
    index.add("alpha", version="7.1", requires=["beta"], headers=free)
    index.add("beta", headers=free)
    uv = find_uv()
    assert uv is not None
    python = folder / "author" / "bin" / "python"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, python.parents[1]], check=True)
    install = [uv, "pip", "install", "-q", "--no-index", "--find-links", index.wheels, "--python", python]
    subprocess.run([*install, "alpha"], check=True)

    project = folder / "project"
    for name in ("src dir", "data"):
        (project / name).mkdir(parents=True)
    (project / "reprocrate.toml").write_text(SETTINGS)
    (project / "src dir" / "train.py").write_text(TRAIN)
    (project / "data" / "points.csv").write_text(
        "".join(f"{number * 37 % 101 / 7}\n" for number in range(90))
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    environ |= {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(python.parents[1]),
        "PYTHONHASHSEED": "3",
        "UV_DEFAULT_INDEX": index.url,
        "UV_CACHE_DIR": str(folder / "cache"),
    }

    def reprocrate(*arguments: str, inside: str = "") -> None:
        completed(project / inside, *arguments, environ=environ).check_returncode()

    scores = project / "src dir" / "scores.py"
    scores.write_text("def score(points):\n    return sum(points[:10])\n")
    reprocrate("run", "--name", "as-it-was", "--seeds", "0-1", "--", "python", "src dir/train.py", "{seed}")
    scores.write_text("def score(points):\n    return sum(points[:11]) / 3\n")
    reprocrate("run", "--name", "later", "--seeds", "2,5", "--", "python", "src dir/train.py", "{seed}")
    variable = ("--seed-env", "SEED", "--", "python", "train.py")
    reprocrate("run", "--name", "inside", "--seeds", "0-1", *variable, inside="src dir")
    for wheels in ((), ("--wheels",)):
        for form in ("zip", "tar.zst"):
            target = folder / f"study{'-with-wheels' * bool(wheels)}.crate.{form}"
            reprocrate("pack", "--format", form, *wheels, "-o", str(target))

    programs = folder / "programs"
    programs.mkdir()
    (programs / "uv").symlink_to(uv)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (programs / version).symlink_to(Path(sys.base_prefix) / "bin" / version)
    plain = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(folder),
        "UV_CACHE_DIR": str(folder / "their-cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return Study(folder, plain)


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(section: str) -> list[tuple[str, str]]:
    """Each block of commands with what is said since the one before."""
    pieces = re.split(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    return [(" ".join(said.split()), block) for said, block in zip(pieces[::2], pieces[1::2], strict=False)]


def told(text: str, bundle: Path, tool: str, *, wheels: bool) -> str:
    """The commands of the text, as one script."""
    chapters = sections(text)
    ending = "zip" if bundle.suffix == ".zip" else "tar.zst"
    (unpack,) = (
        block for said, block in blocks(chapters["1. Unpack and check"]) if f"in `.{ending}`" in said
    )
    build = blocks(chapters["3. Build the environment"])
    marker = {"uv": "With [uv]", "pip": "Or with Python's own tools:"}[tool]
    (environment,) = (block for said, block in build if marker in said)
    if wheels:
        (offline,) = (block for said, block in build if "line above becomes one of these" in said)
        (line,) = (one for one in offline.splitlines() if (" -m pip " in one) == (tool == "pip"))
        environment = "\n".join([*environment.splitlines()[:-1], line])
    settings = "".join(block for said, block in build if said.endswith("These variables were set:"))
    runs = [f"(\n{block})\n" for _, block in blocks(chapters["4. Run"])]
    script = "\n".join(["set -euo pipefail", unpack, environment, settings, "echo RUNS", *runs])
    return re.sub(r"\bBUNDLE\.(zip|tar\.zst)", lambda _: shlex.quote(str(bundle)), script)


@pytest.mark.parametrize(
    ("form", "tool", "wheels"),
    [
        ("zip", "pip", True),
        ("tar.zst", "uv", False),
        pytest.param("zip", "uv", True, marks=pytest.mark.thorough),
        pytest.param("tar.zst", "pip", False, marks=pytest.mark.thorough),
    ],
)
def test_recorded_values_come_out(study: Study, tmp_path: Path, form: str, tool: str, wheels: bool) -> None:
    bundle = study.folder / f"study{'-with-wheels' * wheels}.crate.{form}"
    reading = tmp_path / "reading"
    reading.mkdir()
    unpack = f"unzip -q {bundle} -d reading" if form == "zip" else f"tar -xf {bundle} -C reading"
    subprocess.run(["bash", "-c", unpack], cwd=tmp_path, check=True)
    text = (reading / "REPRODUCING.md").read_text("utf-8")

    index = (study.folder / "index" / "simple").as_uri()
    there = {"UV_DEFAULT_INDEX": index, "PIP_INDEX_URL": index}
    gone = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    environ = study.environ | (gone if wheels else there)
    assert shutil.which("reprocrate", path=environ["PATH"]) is None
    place = tmp_path / "reader"
    place.mkdir()
    done = subprocess.run(
        ["bash"],
        input=told(text, bundle, tool, wheels=wheels),
        cwd=place,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done
    python = place / "experiment" / ".venv" / "bin" / "python"
    has_it = [python, "-I", "-c", "import importlib.util as it; print(it.find_spec('reprocrate'))"]
    assert subprocess.run(has_it, capture_output=True, text=True, check=True).stdout == "None\n"

    expected = [match["value"] for match in VALUE.finditer(text)]
    assert len(expected) == 6
    printed = done.stdout.partition("RUNS\n")[2]
    assert [repr(float(value)) for value in re.findall(r"^score (.*)$", printed, re.MULTILINE)] == expected


def test_a_changed_file_is_found_before_anything_runs(study: Study, tmp_path: Path) -> None:
    bundle = study.folder / "study.crate.zip"
    changed = tmp_path / "changed.crate.zip"
    shutil.copy(bundle, changed)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "points.csv").write_text("1.0\n")
    subprocess.run([sys.executable, "-c", REPLACE, changed, "data/points.csv"], cwd=tmp_path, check=True)
    with_text = subprocess.run(
        ["unzip", "-p", bundle, "REPRODUCING.md"], capture_output=True, text=True, check=True
    )
    script = told(with_text.stdout, changed, "uv", wheels=False)
    done = subprocess.run(
        ["bash"], input=script, cwd=tmp_path, env=study.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "data/points.csv: FAILED" in done.stdout
    assert "RUNS" not in done.stdout


REPLACE = """
import sys, zipfile
path, name = sys.argv[1:]
with zipfile.ZipFile(path) as archive:
    kept = [(info, archive.read(info)) for info in archive.infolist()]
with zipfile.ZipFile(path, "w") as archive:
    for info, content in kept:
        archive.writestr(info, open(name, "rb").read() if info.filename == name else content)
"""
