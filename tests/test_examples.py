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
PLAIN = (
    "crossvalidation",
    "expensive",
    "grid",
    "pretrained",
    "reinforcement",
    "restricted",
    "search",
    "supervised",
)
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
        shlex.split(line)
        for line in re.findall(r"^    (python (?:train|evaluate)\.py .*)$", readme, re.MULTILINE)
    ]
    declared = load_settings(examples / name).configurations.values()
    known = [[part.replace("{seed}", "0") for part in entry.command or ()] for entry in declared]
    assert commands
    assert all(command in known for command in commands)


@pytest.mark.parametrize(
    ("name", "script", "folders"),
    [
        ("crossvalidation", "make_data.py", ("data",)),
        ("expensive", "make_data.py", ("data",)),
        ("expensive", "make_logs.py", ("logs", "checkpoints")),
        ("grid", "make_data.py", ("data",)),
        ("pretrained", "make_models.py", ("data", "models")),
        ("restricted", "make_standin.py", ("standin",)),
        ("search", "make_data.py", ("data",)),
        ("supervised", "make_data.py", ("data",)),
    ],
)
def test_what_is_drawn_can_be_drawn_again(
    copy_of: Callable[[str], Path], name: str, script: str, folders: tuple[str, ...]
) -> None:
    folder = copy_of(name)
    before = {each: {path.name: path.read_bytes() for path in (folder / each).iterdir()} for each in folders}
    for each in folders:
        shutil.rmtree(folder / each)
    _python(folder, script)
    after = {each: {path.name: path.read_bytes() for path in (folder / each).iterdir()} for each in folders}
    assert after == before


def test_what_is_declared_of_the_cluster_is_what_its_logs_say(examples: Path) -> None:
    folder = examples / "expensive"
    runs = load_settings(folder).runs
    assert len(runs) == 7
    for run in runs:
        log = (folder / run.logs[-1]).read_text("utf-8")
        assert run.started is not None
        assert run.launch is not None
        nodes, processes = ",".join(run.hardware), run.launch.world_size
        assert f"on {nodes}, {processes} processes, started {run.started[:19]}Z" in log
        if run.status != "ok":
            assert "cancelled" in log
            continue
        minutes = round((run.duration_s or 0) / 60)
        spent = f"{minutes // 1440}-{minutes // 60 % 24:02}:{minutes % 60:02}:00"
        assert f"elapsed {spent}, {run.energy_kwh} kWh" in log
        assert run.gpu_s == run.launch.world_size * (run.duration_s or 0)
        for checkpoint in run.checkpoints:
            if checkpoint.sha256:
                said = f"wrote {checkpoint.path}, {checkpoint.size} bytes, sha256 {checkpoint.sha256}"
                assert said in log


def test_beans_are_parted_without_twins(copy_of: Callable[[str], Path]) -> None:
    folder = copy_of("supervised")
    printed = _python(folder, "prepare.py")
    parts = [path.read_text("utf-8").split() for path in sorted(folder.glob("out/parts/*.sha256.txt"))]
    assert printed.strip() == "train: 270, validation: 90, test: 90"
    assert sorted(map(len, parts)) == [90, 90, 270]
    assert len({digest for part in parts for digest in part}) == 450


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
