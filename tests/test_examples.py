"""The shipped examples are what their READMEs say: small, ordinary scripts whose claims hold."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.assembly.toml import load_settings

NAMES = ("digits", "grid")
PLAIN = ("crossvalidation", "grid", "reinforcement", "search")
"""Examples that need Python alone, and whose README tells how to run one without reprocrate."""


@pytest.fixture
def copy_of(examples: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of an example, to run in."""

    def copy(name: str) -> Path:
        ignored = shutil.ignore_patterns("out", ".reprocrate", "__pycache__")
        return shutil.copytree(examples / name, tmp_path / name, ignore=ignored)

    return copy


def _python(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.parametrize("name", sorted({*NAMES, *PLAIN}))
def test_training_script_knows_nothing_of_reprocrate(examples: Path, name: str) -> None:
    for script in (examples / name).glob("*.py"):
        assert "reprocrate" not in script.read_text("utf-8")


@pytest.mark.parametrize("name", PLAIN)
def test_plain_examples_need_python_alone(examples: Path, name: str) -> None:
    scripts = list((examples / name).glob("*.py"))
    known = {*sys.stdlib_module_names, *(script.stem for script in scripts)}
    for script in scripts:
        nodes = list(ast.walk(ast.parse(script.read_text("utf-8"))))
        imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
        assert imported <= known


@pytest.mark.parametrize("name", NAMES)
def test_settings_can_be_read(examples: Path, name: str) -> None:
    settings = load_settings(examples / name)
    assert settings.experiment.authors
    for configuration, declared in settings.configurations.items():
        assert declared.command is not None
        assert f"out/{configuration}-{{seed}}.json" in declared.command


@pytest.mark.parametrize("name", sorted({*NAMES, *PLAIN}))
def test_readme_shows_a_command_of_the_settings(examples: Path, name: str) -> None:
    readme = (examples / name / "README.md").read_text("utf-8")
    commands = [
        shlex.split(line) for line in re.findall(r"^    (python train\.py .*)$", readme, re.MULTILINE)
    ]
    declared = load_settings(examples / name).configurations.values()
    known = [[part.replace("{seed}", "0") for part in entry.command or ()] for entry in declared]
    assert commands
    assert all(command in known for command in commands)


@pytest.mark.parametrize("name", ["crossvalidation", "grid", "search"])
def test_data_can_be_drawn_again(copy_of: Callable[[str], Path], name: str) -> None:
    folder = copy_of(name)
    before = {path.name: path.read_bytes() for path in (folder / "data").iterdir()}
    shutil.rmtree(folder / "data")
    _python(folder, "make_data.py")
    assert {path.name: path.read_bytes() for path in (folder / "data").iterdir()} == before


def test_the_search_chose_the_hyperparameters_that_are_run(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("search")
    settings = load_settings(folder)
    for method in ("kernel", "neighbours"):
        trials = settings.configurations[f"{method}-search"]
        assert (trials.seeds, trials.trials_of) == ("0-11", method)
        for trial in range(12):
            assert trials.command is not None
            _python(folder, *(part.replace("{seed}", str(trial)) for part in trials.command[1:]))
        _python(folder, "choose.py", "--method", method)
        choice = json.loads((folder / "out" / f"{method}-choice.json").read_text("utf-8"))
        chosen = settings.configurations[method]
        assert choice["of"] == 12
        assert choice["hyperparameters"] == chosen.hyperparameters
        given = dict(zip(chosen.command[2::2], chosen.command[3::2], strict=True)) if chosen.command else {}
        shown = {f"--{name}": str(value) for name, value in chosen.hyperparameters.items()}
        assert shown.items() <= given.items()
