"""`init` on projects as people have them, and on folders that nobody should have."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reprocrate.assembly.toml import parse_settings
from reprocrate.workflow.drafting import Draft, draft_settings, write_draft
from tests.prepared import completed

TORCH = {
    "README.md": """\
# Sharpness-Aware Ring Nets

[![arXiv](https://img.shields.io/badge/arXiv-2401.01234-b31b1b)](https://arxiv.org/abs/2401.01234)

Official implementation of **Sharpness-Aware Ring Nets** (ICML 2025). We train small networks.
""",
    "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, to any person\n",
    "data/rings/train_1.bin": "x" * 3000,
    "data/rings/test.bin": "x" * 100,
    "requirements.txt": "torch\n",
    ".git/config": '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://tok@github.com/ada/rings.git\n',
    "train.py": """\
import argparse
import torch

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--manual-seed", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output-dir", default="runs")
    args = parser.parse_args()
    for epoch in range(10):
        print(f"epoch {epoch} train loss: {0.1:.4f}")
    print(f"Test accuracy: {0.9:.2f}%")

if __name__ == "__main__":
    main()
""",
    "eval.py": "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--seed')\n",
    "scripts/run_all.sh": """\
#!/bin/bash
for seed in 0 1 2 3 4; do
  python train.py --lr 0.1 \\
    --seed $seed --output-dir runs/$seed > log.$seed
done
""",
}
HYDRA = {
    "pyproject.toml": """\
[project]
name = "ringlm"
version = "0.1"
description = "Language models on rings."
authors = [{ name = "Ada Example", email = "ada@example.org" }]
license = { text = "Apache 2.0" }
""",
    "conf/config.yaml": "lr: 0.1\n",
    "conf/train/base.yaml": "seed: 42\n",
    "main.py": """\
import hydra

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    logger.info(f"val/f1={0.1:.3f}")
""",
    "data/glue/train.jsonl": "{}\n",
    "data/glue/dev.jsonl": "{}\n",
    "data/squad/a.json": "{}\n",
    "wandb/run-1/files/config.yaml": "x: 1\n",
    "multirun/2025/0/.hydra/config.yaml": "x: 1\n",
    "uv.lock": "",
}
NOTEBOOKS = {
    "01 explore.ipynb": '{"cells": []}',
    "train.ipynb": '{"cells": []}',
    "data/train.csv": "a,b\n",
    "data/test.csv": "a,b\n",
    "environment.yml": "name: x\n",
}
FORESTS = {
    "CITATION.cff": """\
cff-version: 1.2.0
title: Forests
authors:
  - family-names: Example
    given-names: Ada
    orcid: https://orcid.org/0000-0002-1825-0097
preferred-citation:
  type: article
  title: Random forests on rings
  doi: 10.1000/xyz
  journal: JMLR
""",
    "COPYING": "Redistribution and use in source and binary forms\nNeither the name of the holder",
    "run_experiment.py": 'import json\nSEED = 42\nprint("accuracy:", clf.score(X, y))\n',
    "iris.csv": "a,b\n1,2\n",
}
PACKAGE = {
    "pyproject.toml": """\
[project]
name = "ringnet"
license = "GPL-3.0-or-later"
[project.scripts]
ringnet = "ringnet.cli:app"
""",
    "README.rst": "ringnet\n=======\n\nA library for networks of rings. It is small.\n",
    "src/ringnet/__init__.py": "",
    "src/ringnet/cli.py": """\
import typer
app = typer.Typer()

@app.command()
def train(width: int = 16, random_seed: int = 0, out: str = "out"):
    print(f"test_acc={0.1}")
""",
    "tests/test_ringnet.py": "import argparse\nargparse.ArgumentParser().add_argument('--seed')\n",
}
PROJECTS = {"torch": TORCH, "hydra": HYDRA, "notebooks": NOTEBOOKS, "forests": FORESTS, "package": PACKAGE}


def made(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def settings_of(draft: Draft) -> Any:
    return parse_settings(draft.text)


@pytest.mark.parametrize("name", PROJECTS)
def test_a_draft_can_be_read_is_stable_and_changes_nothing(tmp_path: Path, name: str) -> None:
    project = made(tmp_path / "study", PROJECTS[name])
    before = sorted(project.rglob("*"))
    draft = draft_settings(project)
    assert sorted(project.rglob("*")) == before
    assert draft_settings(project) == draft
    assert settings_of(draft).experiment.title
    assert len(draft.asked) <= 7
    for line in draft.text.splitlines():
        assert len(line) < 250
    # Each line that says something of this project tells where that was found.
    for line in draft.text.splitlines():
        if re.match(r"(title|description|authors|license|paper|files) = ", line):
            assert "    # " in line


@pytest.mark.parametrize("name", PROJECTS)
def test_every_suggestion_can_be_used(tmp_path: Path, name: str) -> None:
    text = (
        draft_settings(made(tmp_path, PROJECTS[name]))
        .text.replace("…", "x")
        .replace("https://x", "https://x.org")
    )
    lines = []
    for line in text.splitlines():
        suggested = re.match(r"# (?P<line>\[.*|[a-z]+ = .*)", line)
        lines.append(suggested["line"] if suggested else line)
    used = "\n".join(dict.fromkeys(line for line in lines if line.startswith(("[experiment]", "# paper"))))
    assert used
    tomllib.loads("\n".join(lines).replace("[data.NAME]", "[data.n]"))


def test_a_single_script(tmp_path: Path) -> None:
    draft = draft_settings(made(tmp_path, TORCH))
    settings = settings_of(draft)
    assert settings.experiment.title == "Sharpness-Aware Ring Nets"
    assert settings.experiment.description.endswith("Sharpness-Aware Ring Nets (ICML 2025).")
    assert settings.experiment.license == "MIT"
    main = settings.configurations["main"]
    assert " ".join(main.command) == "python train.py --lr 0.1 --seed {seed} --output-dir runs/{seed}"
    assert main.seeds == "0-4"
    assert settings.data["rings"].files == ("data/rings",)
    assert '# paper = { arxiv = "2401.01234" }    # linked in README.md line 3; is it yours?' in draft.text
    assert '# stdout = "Test accuracy: (?P<value>[-+0-9.eE]+)"' in draft.text
    assert '{ name = "train", role = "train" }, { name = "test", role = "test" }' in draft.text
    assert "code: a git checkout of https://github.com/ada/rings.git" in draft.found
    assert "tok@" not in draft.text + "".join(draft.found)


def test_without_the_loop_the_seed_is_the_scripts_own_option(tmp_path: Path) -> None:
    files = {path: text for path, text in TORCH.items() if not path.endswith(".sh")}
    draft = draft_settings(made(tmp_path, files))
    assert draft.command == "python train.py --seed {seed} --output-dir out/{seed}"
    assert "# train.py takes a seed (line 8)." in draft.text


def test_a_file_of_results_keeps_the_ending_of_its_default(tmp_path: Path) -> None:
    options = 'p.add_argument("--seed")\np.add_argument("--out", default="results/out.json")\n'
    script = f"import argparse\np = argparse.ArgumentParser()\n{options}p.parse_args()\n"
    draft = draft_settings(made(tmp_path, {"train.py": script}))
    assert draft.command == "python train.py --seed {seed} --out out/{seed}.json"


def test_a_hydra_project(tmp_path: Path) -> None:
    draft = draft_settings(made(tmp_path, HYDRA))
    settings = settings_of(draft)
    assert [author.name for author in settings.experiment.authors] == ["Ada Example"]
    assert "ada@example.org" not in draft.text
    assert settings.experiment.license == "Apache-2.0"
    assert draft.command == "python main.py train.seed={seed}"
    assert set(settings.data) == {"glue", "squad"}
    assert {"W&B records: wandb", "Hydra multirun records: multirun", "environment: uv.lock"} <= set(
        draft.found
    )
    assert '# stdout = "val/f1=(?P<value>[-+0-9.eE]+)"' in draft.text


def test_notebooks(tmp_path: Path) -> None:
    draft = draft_settings(made(tmp_path, NOTEBOOKS))
    assert '# command = "papermill train.ipynb out-{seed}.ipynb -p seed {seed}"' in draft.text
    assert settings_of(draft).data["data"].files == ("data",)
    assert "the command that runs it" in draft.asked


def test_a_script_that_fixes_its_seed(tmp_path: Path) -> None:
    draft = draft_settings(made(tmp_path, FORESTS))
    settings = settings_of(draft)
    assert settings.experiment.paper.doi == "10.1000/xyz"
    assert settings.experiment.authors[0].orcid == "0000-0002-1825-0097"
    assert settings.experiment.license == "BSD-3-Clause"
    assert settings.data["iris"].files == ("iris.csv",)
    assert any("fixes its seed in line 2" in line for line in draft.found)
    assert '# stdout = "accuracy: (?P<value>[-+0-9.eE]+)"' in draft.text
    assert not {"the authors", "the licence", "the paper"} & set(draft.asked)


def test_a_package(tmp_path: Path) -> None:
    draft = draft_settings(made(tmp_path, PACKAGE))
    assert draft.command == "ringnet --random-seed {seed}"
    assert settings_of(draft).experiment.description == "A library for networks of rings."


@pytest.mark.parametrize("name", PROJECTS)
def test_the_draft_serves_the_other_commands(tmp_path: Path, name: str) -> None:
    project = made(tmp_path, PROJECTS[name])
    write_draft(project)
    completed(project, "run", "--quiet", "--", sys.executable, "-c", "print(1)").check_returncode()
    for command in ("show", "validate"):
        done = completed(project, command)
        assert done.returncode in (0, 1)
        assert "Traceback" not in done.stderr
        assert "reprocrate.toml line" not in done.stderr


def test_a_very_large_folder_with_everything_in_the_way(tmp_path: Path) -> None:
    made(tmp_path, TORCH)
    many = tmp_path / "data" / "rings" / "many"
    many.mkdir()
    for number in range(21_000):
        (many / f"{number}.png").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "data" / "up").symlink_to("..")
    os.mkfifo(tmp_path / "CITATION.cff")
    os.mkfifo(tmp_path / "setup.sh")
    (tmp_path / "README.md").write_bytes(bytes(range(256)) * 100)
    with (tmp_path / "LICENSE").open("wb") as licence:
        licence.write(b"MIT License\n")
        licence.truncate(200_000_000)
    (tmp_path / "codemeta.json").write_text("[" * 100_000)
    (tmp_path / "pyproject.toml").write_text("x = " + "[" * 10_000)
    (tmp_path / "deep.py").write_text("x = " + "(" * 50_000)
    (tmp_path / "wrong.py").write_text("def (:\n")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/no-\xff-text.csv")).touch()
    draft = draft_settings(tmp_path)
    assert settings_of(draft).configurations["main"].command[0] == "python"
    assert any("at least" in line for line in draft.found)
    assert {"codemeta.json: cannot be read", "pyproject.toml: cannot be read"} <= set(draft.found)


def test_no_program_is_started(tmp_path: Path) -> None:
    made(tmp_path, TORCH)
    (tmp_path / ".git" / "config").write_text(f"[core]\n\tfsmonitor = touch {tmp_path}/started\n")
    (tmp_path / "conftest.py").write_text("open('started', 'w')\n")
    (tmp_path / "sitecustomize.py").write_text("open('started', 'w')\n")
    code = f"""
import sys
def no(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect"):
        raise SystemExit(event)
from reprocrate.workflow.drafting import draft_settings
sys.addaudithook(no)
from pathlib import Path
draft_settings(Path({str(tmp_path)!r}))
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not (tmp_path / "started").exists()


def test_a_folder_that_there_is_not(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reprocrate", "init", "nowhere"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "there is no folder nowhere" in done.stderr


LOOP = """\
for seed in 1 2 3; do
  python fit.py --seed $seed --model boosting --out out/boosting-$seed.json
  python fit.py --seed $seed --model forest --out out/forest-$seed.json
done
python report.py --seed $seed
"""


def test_every_command_of_a_loop_is_a_configuration(tmp_path: Path) -> None:
    draft = draft_settings(made(tmp_path, {"run.sh": LOOP, "fit.py": "print(1)\n"}))
    found = settings_of(draft).configurations
    assert list(found) == ["boosting", "forest"]
    assert {one.seeds for one in found.values()} == {"1-3"}
    assert draft.run == "reprocrate run --all"
    assert 'configuration = "boosting", than = "forest"' in draft.text


def test_what_to_type_next_is_what_the_draft_names(tmp_path: Path) -> None:
    assert draft_settings(made(tmp_path / "torch", TORCH)).run == "reprocrate run --name main"
    assert draft_settings(made(tmp_path / "hydra", HYDRA)).run == "reprocrate run --name main --seeds 0-4"
    assert "papermill train.ipynb" in draft_settings(made(tmp_path / "notebooks", NOTEBOOKS)).run
    moved = draft_settings(made(tmp_path / "moved", {"notebooks/train.ipynb": "{}"}))
    assert moved.run.endswith("-p seed {seed} --cwd notebooks")


def test_an_option_that_the_program_needs_is_asked_for(tmp_path: Path) -> None:
    code = "p.add_argument('--data-dir', required=True)\np.add_argument('--seed', required=True)\n"
    draft = draft_settings(made(tmp_path, {"train.py": code}))
    assert draft.command == "python train.py --data-dir DATA_DIR --seed {seed}"
    assert "what to put for DATA_DIR in the command" in draft.asked
    assert "# Put values for DATA_DIR." in draft.text
