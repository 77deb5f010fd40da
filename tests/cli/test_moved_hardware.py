"""An experiment that moves to another machine: by ISA switches, this machine plays the other one.

A real training in numpy, whose losses differ in their last digits between the kernels of two processors.
Where the author's machine is another one, the switch is set by something that is not in the record; where the
author set it, it is recorded and set again. `REPROCRATE_LIBRARIES` names a Python with torch and
scikit-learn, with which the same is shown for them.
"""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from reprocrate.rerun.environment.uv_tool import find_uv
from tests.cli.conftest import Author, Cli

numpy = pytest.importorskip("numpy")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="its switches are those of x86-64"
)

TRAIN = """
import argparse
import numpy

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
parser.add_argument("--rate", type=float, default=1.0)
parser.add_argument("--unseeded", action="store_true")
args = parser.parse_args()
rng = numpy.random.default_rng(args.seed)
x = rng.normal(size=(600, 40)).astype(numpy.float32)
y = (x[:, :5].sum(1) + rng.normal(size=600) > 0).astype(numpy.float32)
first = numpy.random.default_rng(None if args.unseeded else args.seed)
w = 0.3 * first.normal(size=(40, 64)).astype(numpy.float32)
v = 0.3 * first.normal(size=64).astype(numpy.float32)
for _ in range(100):
    h = numpy.tanh(x[:400] @ w)
    g = (1 / (1 + numpy.exp(-(h @ v))) - y[:400]) / 400
    v -= args.rate * (h.T @ g)
    w -= args.rate * (x[:400].T @ (numpy.outer(g, v) * (1 - h * h)))
p = 1 / (1 + numpy.exp(-(numpy.tanh(x[400:] @ w) @ v).astype(float)))
print("loss", float(-numpy.mean(y[400:] * numpy.log(p) + (1 - y[400:]) * numpy.log(1 - p))))
"""
TORCH = """
import argparse
import torch

args = argparse.ArgumentParser()
args.add_argument("--seed", type=int)
torch.manual_seed(args.parse_args().seed)
x = torch.randn(4000, 40)
y = (x[:, :5].sum(1) + torch.randn(4000) > 0).float()
model = torch.nn.Sequential(torch.nn.Linear(40, 64), torch.nn.GELU(), torch.nn.Linear(64, 1))
loss = torch.nn.BCEWithLogitsLoss()
steps = torch.optim.SGD(model.parameters(), lr=1.0)
for _ in range(60):
    steps.zero_grad()
    loss(model(x[:3000]).squeeze(1), y[:3000]).backward()
    steps.step()
print("loss", loss(model(x[3000:]).squeeze(1).double(), y[3000:].double()).item())
"""
SKLEARN = """
import argparse
import numpy
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

args = argparse.ArgumentParser()
args.add_argument("--seed", type=int)
seed = args.parse_args().seed
rng = numpy.random.default_rng(seed)
x = rng.normal(size=(900, 300)).astype(numpy.float32)
y = x[:, :5].sum(1) + rng.normal(size=900) > 0
model = MLPClassifier((128,), max_iter=15, random_state=seed, batch_size=300).fit(x[:600], y[:600])
print("loss", log_loss(y[600:], model.predict_proba(x[600:])))
"""
SETTINGS = """
[experiment]
title = "A small network"

[metrics.loss]
stdout = "loss (?P<value>[-0-9.e]+)"
direction = "minimize"
margin = 0.25
"""
ALL_FEATURES = "X86_V3 X86_V4 AVX512_ICL AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL"
OTHER_KERNEL = {"OPENBLAS_CORETYPE": "Nehalem"}
SWITCHES = {
    "BLAS of another processor": OTHER_KERNEL,
    "numpy without newer instructions": {"NPY_DISABLE_CPU_FEATURES": ALL_FEATURES},
}
PLAY = """\
import os; 'PLAYED' in os.environ and os.environ.setdefault('OPENBLAS_CORETYPE', os.environ['PLAYED'])
"""


def trains_otherwise(python: str, script: str, folder: Path, switch: dict[str, str]) -> bool:
    """Whether a switch changes the bits of a training here at all."""
    (folder / "probe.py").write_text(script)
    said = [
        subprocess.run(
            [python, "probe.py", "--seed", "0"],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for env in (dict(os.environ), os.environ | switch)
    ]
    return said[0] != said[1]


class Lab:
    """Projects that are recorded with one Python, on machines that are played by switches."""

    def __init__(self, folder: Path, cli: Cli, python: Path | str, script: str) -> None:
        self.folder = folder
        self.cli = cli
        self.python = str(python)
        self.script = script

    def recorded(self, name: str, *more: str, seeds: str = "0-2", **switch: str) -> Author:
        author = Author(self.folder / name, self.cli, {"train.py": self.script, "reprocrate.toml": SETTINGS})
        command = [self.python, "train.py", "--seed", "{seed}", *more]
        author("run", "--seeds", seeds, "--name", "main", "--quiet", "--", *command, **switch)
        return author

    def compared(self, then: Author, now: Author, code: int = 0) -> dict[str, Any]:
        said = self.cli(self.folder, "compare", then.folder, now.folder, "--json", code=code)
        (result,) = said.document("verdict")["results"]
        found: dict[str, Any] = result
        return found


@pytest.fixture(scope="module")
def numpy_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which there is numpy and nothing else."""
    folder = tmp_path_factory.mktemp("numpy") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (target,) = folder.glob("lib/python*/site-packages")
    for place in {path.parts[0] for path in metadata.files("numpy") or () if ".." not in path.parts}:
        (target / place).symlink_to(Path(str(metadata.distribution("numpy").locate_file(place))).resolve())
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, cli: Cli, numpy_python: Path) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"), cli, numpy_python, TRAIN)


@pytest.fixture(scope="module")
def original(lab: Lab) -> Author:
    return lab.recorded("original")


def test_on_the_same_machine_it_is_identical(lab: Lab, original: Author) -> None:
    assert lab.compared(original, lab.recorded("same"))["outcome"] == "identical"


@pytest.mark.parametrize(
    "name",
    [
        "BLAS of another processor",
        pytest.param("numpy without newer instructions", marks=pytest.mark.thorough),
    ],
)
def test_on_another_processor_it_is_within_tolerance(
    lab: Lab, original: Author, name: str, tmp_path: Path
) -> None:
    if not trains_otherwise(lab.python, TRAIN, tmp_path, SWITCHES[name]):
        pytest.skip("this switch changes no bit on this machine")
    result = lab.compared(original, lab.recorded(name.replace(" ", "-"), **SWITCHES[name]))
    assert result["outcome"] == "within_tolerance"
    assert 0 < result["numbers"]["largest_deviation"] < 1e-4
    assert result["numbers"]["tolerance"]["rtol"] == 1e-3


def test_another_hyperparameter_is_contradicted(lab: Lab, original: Author) -> None:
    result = lab.compared(original, lab.recorded("slower", "--rate", "0.001"), code=1)
    assert result["outcome"] == "contradicted"
    assert result["numbers"]["sign"] == "worse"


def test_without_a_seed_it_is_neither_identical_nor_contradicted(lab: Lab) -> None:
    """The margin is several times the spread of the unseeded part: the chance of a contradiction is nil."""
    then, now = (lab.recorded(f"unseeded-{number}", "--unseeded") for number in range(2))
    result = lab.compared(then, now)
    assert result["outcome"] == "equivalent"
    assert result["numbers"]["largest_deviation"] > 1e-3


def wheel_of_numpy(folder: Path) -> Path:
    """The installed numpy as the wheel that it came from, up to compression."""
    found = metadata.distribution("numpy")
    tags = [
        line.partition(": ")[2] for line in (found.read_text("WHEEL") or "").splitlines() if "Tag: " in line
    ]
    python, abi, _ = tags[0].split("-")
    path = folder / f"numpy-{found.version}-{python}-{abi}-{'.'.join(tag.split('-')[2] for tag in tags)}.whl"
    rows = csv.reader((found.read_text("RECORD") or "").splitlines())
    kept = [row for row in rows if not row[0].startswith("..") and "__pycache__" not in row[0]]
    kept = [
        row for row in kept if row[0].rpartition("/")[2] not in ("INSTALLER", "REQUESTED", "direct_url.json")
    ]
    info = next(row[0] for row in kept if row[0].endswith(".dist-info/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for name, *_ in kept:
            if name != info:
                archive.write(str(found.locate_file(name)), name)
        archive.writestr(info, "".join(",".join(row) + "\n" for row in kept))
    return path


@pytest.mark.thorough
def test_a_rerun_sets_recorded_switches_again_and_tells_another_processor_apart(
    cli: Cli, rerun: Any, tmp_path: Path
) -> None:
    if not trains_otherwise(sys.executable, TRAIN, tmp_path, OTHER_KERNEL):
        pytest.skip("this switch changes no bit on this machine")
    uv = find_uv()
    assert uv is not None
    wheel = wheel_of_numpy(tmp_path)
    page = tmp_path / "simple" / "numpy" / "index.html"
    page.parent.mkdir(parents=True)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    page.write_text(f'<a href="{wheel.as_uri()}#sha256={digest}">{wheel.name}</a>\n')
    around = {
        "UV_DEFAULT_INDEX": (tmp_path / "simple").as_uri(),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
    }
    python = tmp_path / "environment" / "bin" / "python"
    for arguments in (
        ["venv", "-q", "--python", sys.executable, python.parents[1]],
        [
            "pip",
            "install",
            "-q",
            "--offline",
            "--no-index",
            "--find-links",
            tmp_path,
            "--python",
            python,
            "numpy",
        ],
    ):
        subprocess.run([uv, *map(str, arguments)], env=os.environ | around, check=True)
    (packages,) = python.parents[1].glob("lib/python*/site-packages")
    (packages / "played.pth").write_text(PLAY)

    author = Author(tmp_path / "study", cli, {"train.py": TRAIN, "reprocrate.toml": SETTINGS})
    command = ["--", str(python), "train.py", "--seed", "{seed}"]
    for name, switch in (
        ("here", {}),
        ("elsewhere", {"PLAYED": OTHER_KERNEL["OPENBLAS_CORETYPE"]}),
        ("switched", OTHER_KERNEL),
    ):
        author("run", "--seeds", "0-1", "--name", name, "--quiet", *command, **around, **switch)
    (tmp_path / "reader").mkdir()
    author("pack", "-o", tmp_path / "reader" / "study.crate.zip", **around)
    said = rerun(tmp_path / "reader", "study.crate.zip", "--json", **around)
    outcomes = {one["name"]: one["outcome"] for one in said.document("verdict")["results"]}
    assert outcomes == {"here": "identical", "elsewhere": "within_tolerance", "switched": "identical"}


@pytest.mark.libraries
@pytest.mark.parametrize(
    ("script", "switch"),
    [
        (TORCH, {"ATEN_CPU_CAPABILITY": "default"}),
        (TORCH, {"MKL_CBWR": "COMPATIBLE"}),
        (SKLEARN, OTHER_KERNEL),
        (TORCH, {"OMP_NUM_THREADS": "1"}),
    ],
    ids=[
        "torch without newer instructions",
        "torch with compatible MKL",
        "scikit-learn",
        "torch with one thread",
    ],
)
def test_large_libraries_on_another_processor(
    script: str, switch: dict[str, str], cli: Cli, tmp_path: Path
) -> None:
    python = os.environ.get("REPROCRATE_LIBRARIES")
    if python is None:
        pytest.skip("REPROCRATE_LIBRARIES does not name a Python with torch and scikit-learn")
    if not trains_otherwise(python, script, tmp_path, switch):
        pytest.skip("this switch changes no bit on this machine")
    lab = Lab(tmp_path, cli, python, script)
    original = lab.recorded("original", seeds="0-1")
    assert lab.compared(original, lab.recorded("same", seeds="0-1"))["outcome"] == "identical"
    result = lab.compared(original, lab.recorded("moved", seeds="0-1", **switch))
    assert result["outcome"] == "within_tolerance"
