"""The shipped examples are what their READMEs say: small, ordinary scripts whose claims hold."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from reprocrate.assembly.toml import load_settings

NAMES = ("digits", "grid")


@pytest.fixture
def grid(examples: Path, tmp_path: Path) -> Path:
    """A copy of the grid example, to run in."""
    return shutil.copytree(
        examples / "grid",
        tmp_path / "grid",
        ignore=shutil.ignore_patterns("out", ".reprocrate", "__pycache__"),
    )


def _run(folder: Path, command: tuple[str, ...], seed: int) -> tuple[float, str]:
    """Accuracy in the file that a run of an example writes, and what it prints."""
    filled = [part.replace("{seed}", str(seed)) for part in command]
    out = folder / filled[filled.index("--out") + 1]
    done = subprocess.run(
        [sys.executable, "-I", *filled[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(out.read_text("utf-8"))["test"]["accuracy"], done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_training_script_knows_nothing_of_reprocrate(examples: Path, name: str) -> None:
    for script in (examples / name).glob("*.py"):
        assert "reprocrate" not in script.read_text("utf-8")


def test_grid_needs_python_alone(examples: Path) -> None:
    for script in (examples / "grid").glob("*.py"):
        nodes = ast.walk(ast.parse(script.read_text("utf-8")))
        imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("name", NAMES)
def test_settings_can_be_read(examples: Path, name: str) -> None:
    settings = load_settings(examples / name)
    assert settings.experiment.authors
    for configuration, declared in settings.configurations.items():
        assert declared.command is not None
        assert f"out/{configuration}-{{seed}}.json" in declared.command


@pytest.mark.parametrize("name", NAMES)
def test_readme_shows_a_command_of_the_settings(examples: Path, name: str) -> None:
    readme = (examples / name / "README.md").read_text("utf-8")
    commands = [
        shlex.split(line) for line in re.findall(r"^    (python train\.py .*)$", readme, re.MULTILINE)
    ]
    declared = load_settings(examples / name).configurations.values()
    known = [[part.replace("{seed}", "0") for part in entry.command or ()] for entry in declared]
    assert commands
    assert all(command in known for command in commands)


def test_grid_data_can_be_drawn_again(grid: Path) -> None:
    before = {path.name: path.read_bytes() for path in (grid / "data").iterdir()}
    shutil.rmtree(grid / "data")
    subprocess.run([sys.executable, "-I", "make_data.py"], cwd=grid, check=True, timeout=60)
    assert {path.name: path.read_bytes() for path in (grid / "data").iterdir()} == before


def test_grid_claims_hold_and_no_method_wins_everywhere(grid: Path) -> None:
    """With two of the five seeds."""
    means: dict[tuple[str, str], float] = {}
    for configuration in load_settings(grid).configurations.values():
        assert configuration.command is not None
        runs = [_run(grid, configuration.command, seed) for seed in range(2)]
        assert [printed for _, printed in runs] == [
            f"test accuracy: {accuracy:.4f}\n" for accuracy, _ in runs
        ]
        factors = configuration.factors
        means[str(factors["method"]), str(factors["data"])] = statistics.mean(value for value, _ in runs)
    methods = {method for method, _ in means}
    sets = {data for _, data in means}
    average = {method: statistics.mean(means[method, data] for data in sets) for method in methods}
    assert average["neighbours"] - average["bayes"] > 0.05
    wins = {data for data in sets if means["neighbours", data] - means["tree", data] > 0.02}
    assert wins == sets - {"blobs"}
    assert min(methods, key=lambda method: means[method, "blobs"]) == "neighbours"
