"""The container recipe: read by a parser of Dockerfiles, and its steps taken one by one."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError, UsageError
from reprocrate.exports import Export, Request, export
from reprocrate.manifest import Manifest, manifest_from
from tests.exports.conftest import ORIGINAL
from tests.rerun.package_index import make_wheel

DIGEST = "0" * 64
RUN = "20261101T120000Z-0123456789abcdef"


def document(**environment: Any) -> dict[str, Any]:
    """One run of a script that imports a package and writes a file."""
    version = ".".join(map(str, sys.version_info[:3]))
    file = {"path": "train.py", "size": 1, "sha256": DIGEST}
    return {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Tiny"},
        "code": [{"id": "code-1", "tree_sha256": DIGEST, "files": [file]}],
        "environments": [
            {"id": "e", "python": {"version": version, "implementation": "CPython"}, **environment}
        ],
        "hardware": [{"id": "m", "cpu": {"architecture": "x86_64"}}],
        "configurations": [{"id": "main", "command": ["python", "train.py", "{seed}"], "code": "code-1"}],
        "runs": [
            {
                "id": RUN,
                "configuration": "main",
                "command": ["python", "train.py", "7"],
                "status": "ok",
                "environment": "e",
                "hardware": ["m"],
                "seeds": [{"value": 7, "how": "argument"}],
                "outputs": [{"path": "out.txt", "size": 1, "sha256": DIGEST}],
            }
        ],
    }


def recipe(manifest: Manifest, kind: str = "dockerfile", **given: Any) -> Export:
    return export(kind, Request(manifest, "", "it", **given))


def steps(text: str) -> list[tuple[str, str]]:
    """Instructions and what follows them."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def bundle_with_a_wheel(folder: Path) -> Manifest:
    """An unpacked bundle with code, an old result, a lock and its wheel."""
    (folder / "train.py").write_text(
        "import sys, tiny\nopen('out.txt', 'w').write(sys.argv[1] + tiny.VERSION)\n"
    )
    (folder / "out.txt").write_text("recorded")
    wheels = folder / ".reprocrate" / "environment" / "wheels"
    wheels.mkdir(parents=True)
    wheel = make_wheel(wheels, "tiny", "1.0", source="VERSION = '1.0'\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = folder / ".reprocrate" / "environment" / "e" / "requirements.txt"
    lock.parent.mkdir()
    lock.write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    place = wheel.relative_to(folder).as_posix()
    return manifest_from(
        document(
            packages=[{"name": "tiny", "version": "1.0"}],
            lock={
                "path": ".reprocrate/environment/e/requirements.txt",
                "size": lock.stat().st_size,
                "sha256": hashlib.sha256(lock.read_bytes()).hexdigest(),
                "format": "requirements",
                "hashed": True,
            },
            wheels=[
                {
                    "platform": "linux-x86_64",
                    "files": [{"path": place, "size": wheel.stat().st_size, "sha256": digest}],
                }
            ],
            variables={"OMP_NUM_THREADS": "2"},
        )
    )


@pytest.mark.skipif(os.name == "nt", reason="the steps are those of a Linux container")
def test_its_steps_taken_one_by_one_install_the_lock_offline_and_run_the_command(tmp_path: Path) -> None:
    """What a builder does, with `/opt` and `/experiment` below a folder and without another user."""
    (bundle := tmp_path / "bundle").mkdir()
    made = recipe(bundle_with_a_wheel(bundle))
    root = tmp_path / "root"
    ignored = made.files["Dockerfile.dockerignore"].decode().split()
    around = {"PATH": os.environ["PATH"], "PIP_NO_INPUT": "1", "HOME": str(tmp_path)}
    here, command = root, []

    def within(text: str) -> str:
        return re.sub(r"(?<![\w.])/(opt|experiment)\b", rf"{root}/\1", text)

    for name, rest in steps(made.files["Dockerfile"].decode()):
        if name == "COPY":
            source, target = _copied(rest)
            _copy(bundle, source, Path(within(target)), [*ignored])
        elif name == "RUN" and "useradd" not in rest:
            line = within(rest).replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv", 1)
            subprocess.run(line, shell=True, check=True, env=around, timeout=120)
        elif name == "ENV":
            for setting in shlex.split(within(rest)):
                key, _, value = setting.partition("=")
                around[key] = value.replace("$PATH", around["PATH"])
        elif name == "WORKDIR":
            here = Path(within(shlex.split(rest)[0]))
        elif name == "CMD":
            command = json.loads(rest)
    assert "--no-index" in made.files["Dockerfile"].decode()
    assert not (here / "out.txt").exists()  # the recorded result stays out
    subprocess.run(command, cwd=here, env=around, check=True, timeout=60)
    assert (here / "out.txt").read_text() == "71.0"
    assert around["OMP_NUM_THREADS"] == "2"


def _copied(rest: str) -> tuple[str, str]:
    words = rest.removeprefix("--chown=runner:runner ")
    source, target = json.loads(words) if words.startswith("[") else words.split()
    return source, target


def _copy(bundle: Path, source: str, target: Path, ignored: list[str]) -> None:
    place = bundle / source
    if place.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place, target)
        return
    names = {one.lstrip("/") for one in ignored}

    def left(folder: str, found: list[str]) -> set[str]:
        return {one for one in found if (Path(folder) / one).relative_to(bundle).as_posix() in names}

    shutil.copytree(place, target, ignore=left, dirs_exist_ok=True)


@pytest.mark.genuine
def test_a_parser_of_dockerfiles_finds_the_instructions(tmp_path: Path) -> None:
    parser = pytest.importorskip("dockerfile_parse", reason="dockerfile-parse is not installed")
    made = recipe(manifest_from(document()))
    read = parser.DockerfileParser(fileobj=io.BytesIO(made.files["Dockerfile"]))
    assert read.baseimage == f"python:{'.'.join(map(str, sys.version_info[:3]))}-slim"
    assert json.loads(read.cmd) == ["python", "train.py", "7"]
    instructions = [one["instruction"] for one in read.structure if one["instruction"] != "COMMENT"]
    assert instructions[0] == "FROM"
    assert set(instructions) <= {"FROM", "RUN", "ENV", "COPY", "USER", "WORKDIR", "CMD"}


def test_nothing_that_was_recorded_becomes_an_instruction() -> None:
    hostile = document(
        container={"image": "scratch\nRUN touch /owned"},
        variables={"OMP_NUM_THREADS": '2"\nRUN touch /owned'},
    )
    hostile["experiment"]["title"] = "A\nRUN touch /owned"
    hostile["runs"][0]["command"] = ["python", 'x"]\nRUN touch /owned']
    hostile["runs"][0]["working_directory"] = "a $(touch owned) b"
    hostile["runs"].append(
        {**hostile["runs"][0], "id": "other", "command": ["python", "y\nRUN touch /owned"]}
    )
    made = recipe(manifest_from(hostile))
    found = steps(made.files["Dockerfile"].decode())
    assert [name for name, _ in found].count("RUN") == 2  # the environment, and the user
    assert found[0] == ("FROM", f"python:{'.'.join(map(str, sys.version_info[:3]))}-slim")
    assert json.loads(dict(found)["CMD"])[1] == 'x"]\nRUN touch /owned'
    assert dict(found)["WORKDIR"] == '"/experiment/a \\$(touch owned) b"'


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"packages": [{"name": "tiny", "version": "1.0"}]}, UsageError, "has no lock"),
        ({"python": {"version": "3.10.14", "implementation": "PyPy"}}, UnavailableError, "PyPy"),
        (
            {
                "packages": [{"name": "tiny", "version": "1.0"}],
                "lock": {"path": "environment.yml", "sha256": DIGEST, "format": "conda_environment"},
            },
            UnavailableError,
            "conda_environment",
        ),
    ],
)
def test_what_pip_cannot_build_is_said(change: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        recipe(manifest_from(document(**change)))


def test_an_accelerator_and_its_builds_are_asked_for() -> None:
    of_gpu = document(
        packages=[{"name": "torch", "version": "2.5.1", "local_label": "cu124"}],
        lock={"path": "requirements.txt", "sha256": DIGEST, "format": "requirements", "hashed": True},
    )
    of_gpu["hardware"][0]["accelerators"] = [{"model": "A100", "vendor": "NVIDIA"}]
    index = "https://download.pytorch.org/whl/cu124"
    text = recipe(manifest_from(of_gpu), index=index).files["Dockerfile"].decode()
    assert "--gpus all" in text
    assert "NVIDIA_VISIBLE_DEVICES=all" in text
    assert f"--extra-index-url {index}" in text
    assert "--require-hashes" in text
    container = json.loads(
        recipe(manifest_from(of_gpu), "devcontainer").files[".devcontainer/devcontainer.json"]
    )
    assert container["hostRequirements"]["gpu"] == "optional"


def test_a_seed_in_a_variable_is_set_and_a_recorded_image_is_taken() -> None:
    with_variable = document(container={"image": "quay.io/lab/train:v1", "digest": f"sha256:{'ef' * 32}"})
    with_variable["configurations"][0]["seed_variable"] = "SEED"
    found = dict(steps(recipe(manifest_from(with_variable)).files["Dockerfile"].decode()))
    assert found["FROM"] == f"quay.io/lab/train:v1@sha256:{'ef' * 32}"
    assert json.loads(found["CMD"]) == ["env", "SEED=7", "python", "train.py", "7"]


def test_of_a_whole_experiment_the_proposed_run_is_the_command() -> None:
    manifest = manifest_from(ORIGINAL)
    proposed = [one.id for one in manifest.configurations if one.role == "proposed"]
    command = json.loads(dict(steps(recipe(manifest).files["Dockerfile"].decode()))["CMD"])
    assert command in [list(run.command) for run in manifest.runs if run.configuration in proposed[:1]]
