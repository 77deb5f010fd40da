"""Folders and archives without a manifest: what is said of them, and that nothing of them acts."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from reprocrate.bundle import Limits
from reprocrate.cli.app import run_app
from reprocrate.errors import ReprocrateError, UnreadableError
from reprocrate.finding import Observed, Presence, Report
from reprocrate.standard import problems
from reprocrate.validation import report_document
from reprocrate.validation.policy import policy_of
from reprocrate.validation.report_reading import report_from
from reprocrate.workflow.judging import Demands
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.validating import assess

MIT = (
    "MIT License\n\nCopyright (c) 2026 Ada Lovelace\n\nPermission is hereby granted, free of charge, to any\n"
)
README = """# Rings

Trained on one NVIDIA A100 GPU.

```bash
pip install -r requirements.txt
python train.py --seed 3 \\
    --out out
python evaluate.py --weights out/model.pt
```

## Pre-trained models

[model](https://drive.google.com/file/d/1abc/view)

## Results

| method | accuracy |
|--------|----------|
| wide   | 93.1     |
| narrow | 91.0     |
"""
TRAIN = """import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
loss.backward()
"""
FILES = {
    "LICENSE": MIT,
    "README.md": README,
    "requirements.txt": "numpy==2.1.0\ntorch>=2\n# a comment\nscipy\n",
    "train.py": TRAIN,
    "data/rings.csv": "x,y\n1,2\n",
    "tests/test_rings.py": "def test_rings():\n    assert True\n",
}


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def items(report: Report) -> dict[str, Observed]:
    return {each.item: each for each in report.observed}


def said(what: Path, demands: Demands | None = None, **more: Limits) -> Report:
    return assess(what, Silence(), demands or Demands(), **more)


def packed(tmp_path: Path, form: str, files: dict[str, str], top: str = "rings-main/") -> Path:
    target = tmp_path / f"submission-{form}"
    if form == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = b"f3b9c1"  # as in a download from GitHub
            for path, text in files.items():
                archive.writestr(top + path, text)
        return target
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode=f"w:{form}" if form in ("gz", "xz", "bz2") else "w") as archive:
        for path, text in files.items():
            header = tarfile.TarInfo(top + path)
            header.size = len(text.encode())
            archive.addfile(header, io.BytesIO(text.encode()))
    data = raw.getvalue()
    target.write_bytes(zstandard.compress(data) if form == "zst" else data)
    return target


# What is found ----------------------------------------------------------------------------------------


def test_folder_is_looked_through(tmp_path: Path) -> None:
    report = said(write(tmp_path / "s", FILES))
    found = items(report)
    assert report.valid
    assert report.without_manifest
    there = {item for item, each in found.items() if each.presence is Presence.FOUND}
    assert there >= {"licence", "dependencies", "training-code", "weights", "results-table", "commands"}
    assert there >= {"data", "seeds", "hardware", "tests", "readme", "entry-points", "identities"}
    assert "MIT" in found["licence"].detail
    assert "1 with one version, 1 with a range, 1 with none" in found["pinning"].detail
    assert "evaluate.py is not here" in found["commands"].detail
    assert "A100" in found["hardware"].detail
    assert str(found["training-code"].places[0]) == "train.py:5"
    assert found["pinning"].presence is found["secrets"].presence is Presence.NOT_FOUND
    of_files = [each for each in report.findings if each.code.startswith("RC21")]
    assert [str(each.location) for each in of_files] == ["LICENSE:3"]


def test_report_follows_its_schema_and_can_be_read_again(tmp_path: Path) -> None:
    report = said(write(tmp_path / "s", FILES))
    document = report_document(report)
    assert problems(document, "report") == []
    assert report_from(document) == report


@pytest.mark.parametrize("form", ["zip", "tar", "gz", "xz", "bz2", "zst"])
def test_archive_with_one_folder_on_top_is_the_same_as_the_folder(form: str, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    folder, archive = items(said(write(tmp_path / "s", FILES))), items(said(packed(tmp_path, form, FILES)))
    for item, each in folder.items():
        assert archive[item].presence is each.presence, item
        assert archive[item].detail.replace("rings-main/", "") == each.detail
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "s", f"submission-{form}"])


@pytest.mark.parametrize(
    ("name", "text", "detail"),
    [
        ("uv.lock", '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "b"\n', "fixes 2 packages"),
        (
            "requirements.txt",
            "a==1.0 --hash=sha256:00\nb==2 ; python_version > '3'\n",
            "each with one version",
        ),
        (
            "environment.yml",
            "dependencies:\n  - python=3.11.4=h1\n  - pip:\n    - torch==2.4\n",
            "2 packages",
        ),
        (
            "pyproject.toml",
            '[project]\ndependencies = ["a==1", "b~=2"]\n',
            "1 with one version, 1 with a range",
        ),
        ("Pipfile", '[packages]\na = "==1.2"\nb = "*"\n', "1 with none"),
        (
            "Dockerfile",
            "FROM python:3.11\nRUN pip install torch==2.4 numpy\n",
            "1 with one version, 1 with a",
        ),
        ("setup.py", "setup(install_requires=['a>=1', 'b'])\n", "0 with one version, 1 with a range, 1 with"),
        ("renv.lock", '{"Packages": {"ggplot2": {"Version": "3", "Hash": "0"}}}', "fixes 1 package"),
        ("requirements.txt", "numpy=1.26.4=py311h_0\nscipy=1.11=py311h_1\n", "2 packages, each with one"),
        ("requirements-frozen.txt", "a==1\nb==2\n", "requirements-frozen.txt fixes 2 packages"),
        ("flake.lock", '{"nodes": {"a": {"locked": {"narHash": "x"}}, "root": {}}}', "flake.lock fixes 1"),
        ("install.R", 'install.packages(c("ranger", "mlr3"), repos = "here")\n', "of 2 packages, 0 with one"),
        (
            "Dockerfile",
            "FROM a@sha256:00\nRUN conda install -c conda-forge torch==2 && pip install -r wanted.txt\n",
            "2 packages, each with one version",
        ),
    ],
)
def test_versions_are_counted(name: str, text: str, detail: str, tmp_path: Path) -> None:
    found = items(said(write(tmp_path / "s", {name: text})))
    assert found["dependencies"].presence is Presence.FOUND
    assert detail in found["pinning"].detail


@pytest.mark.parametrize(
    ("readme", "detail"),
    [
        ("# Rings\n\n## Prerequisites\n\n- Python 3.9\n- PyTorch 1.12\n", 'README.md under "prerequisites"'),
        ("`pip install -r needs.txt torch git+https://example.org/a.git`\n", "README.md names torch"),
    ],
)
def test_words_of_a_readme_name_dependencies(readme: str, detail: str, tmp_path: Path) -> None:
    found = items(said(write(tmp_path / "s", {"README.md": readme, "a.py": "print(1)\n"})))
    assert found["dependencies"].detail.endswith(detail)
    assert found["pinning"].presence is Presence.NOT_FOUND


@pytest.mark.parametrize(
    ("item", "files"),
    [
        ("data", {"results/scores.csv": "a\n1\n"}),
        ("data", {"results_all.csv": "a\n1\n"}),
        ("data", {"tests/data/small.csv": "a\n1\n"}),
        ("data", {"a.py": "torchvision.datasets.ImageFolder(root)\n"}),
        ("weights", {"out/agents.joblib": "x" * 2000}),
        ("weights", {"tests/sad/saved/table.h5": "x" * 2000}),
        ("weights", {"README.md": "## Models\n\nThe [models](https://github.com/a/b/releases) of b.\n"}),
        ("citation", {"README.md": "| [VGG](https://arxiv.org/abs/1409.1556) | 92 |\n"}),
        ("seeds", {"a.py": "def draw(\n    items,\n    size: int = 0,\n): ...\n"}),
        ("entry-points", {"DESCRIPTION": "Package: a\n", "R/fit.R": "fit <- function(x) x\n"}),
    ],
)
def test_what_only_looks_like_it_is_not_found(item: str, files: dict[str, str], tmp_path: Path) -> None:
    assert items(said(write(tmp_path / "s", files)))[item].presence is Presence.NOT_FOUND


@pytest.mark.parametrize(
    ("item", "files", "detail"),
    [
        ("data", {"a.py": 'URL = "https://dataverse.harvard.edu/api/access/datafile/1"\n'}, "datafile/1"),
        ("data", {"a.py": 'gym.make("Hopper-v4")\n'}, "environments of Gymnasium: Hopper-v4"),
        ("weights", {"net/prior_checkpoint.cpkt": "x" * 2000}, "1 file: net/prior_checkpoint.cpkt"),
        (
            "citation",
            {"README.md": "[Paper](https://doi.org/10.1000/a)(https://doi.org/10.1000/a)\n"},
            "10.1000/a",
        ),
        ("hardware", {"README.md": "It took an hour on 2 T4.\n"}, "2 T4"),
        ("seeds", {"a.py": "rng = random.Random(0)\n"}, "set in a.py"),
        ("seeds", {"a.py": 'flags.DEFINE_integer("seed", 1, "")\n'}, "an option for the seed in a.py"),
        (
            "seeds",
            {"a.py": "@dataclass\nclass Options:\n    seed: int = 1\n"},
            "an option for the seed in a.py",
        ),
        ("seeds", {"a.R": "fit <- f(seed = 3)\n"}, "named in a.R"),
        (
            "training-code",
            {"load.py": "scaler.fit(rows)\n", "run.py": "model.fit(rows)\n"},
            "run.py (`model.fit` in run.py line 1)",
        ),
    ],
)
def test_what_is_there_is_told(item: str, files: dict[str, str], detail: str, tmp_path: Path) -> None:
    found = items(said(write(tmp_path / "s", files)))[item]
    assert found.presence is Presence.FOUND
    assert found.detail.endswith(detail) or found.detail.startswith(detail)


def test_programs_that_are_fetched_or_stand_for_others_are_not_missed(tmp_path: Path) -> None:
    commands = (
        "bash Miniconda3-latest-Linux-x86_64.sh",
        "python path_to_script.py",
        "python /srv/a.py",
        "python gone.py",
    )
    readme = "\n".join(("```", *commands, "```", ""))
    detail = items(said(write(tmp_path / "s", {"README.md": readme, "a.py": "print(1)\n"})))[
        "commands"
    ].detail
    assert detail.endswith("of the 1 program they start, gone.py is not here")


def test_nobody_is_named_by_empty_fields_and_folders_of_services(tmp_path: Path) -> None:
    files = {
        "LICENSE": MIT.replace("Ada Lovelace", "Rings developers"),
        "setup.py": 'setup(author="", author_email="")\n',
        "CITATION.cff": 'authors:\n  - family-names: "[Student surname]"\n',
        "run.sh": "python train.py --root /home/data/rings --out /home/ma-user/work\n",
    }
    assert items(said(write(tmp_path / "s", files)))["identities"].presence is Presence.NOT_FOUND


def test_pointer_of_git_lfs_is_no_file_of_weights(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5000000\n"
    found = items(said(write(tmp_path / "s", {"model.pt": pointer})))["weights"]
    assert found.presence is Presence.NOT_FOUND
    assert "Git LFS" in found.detail


def test_program_named_as_a_test_that_trains_is_no_test(tmp_path: Path) -> None:
    found = items(said(write(tmp_path / "s", {"mnist_test.py": "for batch in data:\n    loss.backward()\n"})))
    assert found["tests"].presence is Presence.NOT_FOUND
    assert found["training-code"].presence is found["entry-points"].presence is Presence.FOUND


def test_guide_beside_the_readme_counts(tmp_path: Path) -> None:
    files = {
        "README.md": "See FINETUNE.md.\n",
        "FINETUNE.md": "```\npython main.py\n```\n",
        "main.py": "print(1)\n",
    }
    assert items(said(write(tmp_path / "s", files)))["commands"].presence is Presence.FOUND


def test_settings_of_git_are_read_as_text_and_git_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = '[core]\n\tfsmonitor = touch hit\n[remote "origin"]\n\turl = https://github.com/ada/rings\n'
    root = write(
        tmp_path / "s", {".git/config": config, ".git/HEAD": "ref: refs/heads/main\n", "a.py": "1\n"}
    )
    monkeypatch.chdir(root)
    report = said(root)
    assert "the address of a repository" in items(report)["identities"].detail
    assert not (root / "hit").exists()


def test_secret_is_told_by_place_and_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = "ghp_" + "a1B2c3D4" * 4
    root = write(tmp_path / "s", {"fetch.py": f'\nTOKEN = "{key}"\n'})
    assert run_app(["validate", str(root)]) == 0
    out = capsys.readouterr().out
    assert "fetch.py:2" in out
    assert "GitHub token" in out
    assert key not in out


# What is said of little -------------------------------------------------------------------------------


def test_paper_alone_is_not_said_to_lack_anything(tmp_path: Path) -> None:
    paper = tmp_path / "12.pdf"
    paper.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    report = said(paper)
    assert report.valid
    others = {each.presence for item, each in items(report).items() if item != "inventory"}
    assert others == {Presence.NOT_ASSESSED}


def test_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    found = items(said(tmp_path / "s"))
    assert found["inventory"].presence is Presence.NOT_FOUND


def test_file_that_is_nothing_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "12.bin").write_bytes(bytes(range(256)))
    assert run_app(["validate", str(tmp_path / "12.bin")]) == 3
    assert "cannot be judged" in capsys.readouterr().err


def test_archive_in_an_archive_is_told(tmp_path: Path) -> None:
    inner = packed(tmp_path, "zip", FILES).read_bytes()
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("code.zip", inner)
    assert (
        "1 archive in it is not looked into: code.zip"
        in items(said(tmp_path / "outer.zip"))["inventory"].detail
    )


def test_project_without_a_run_is_looked_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tmp_path / "s", {**FILES, "reprocrate.toml": '[experiment]\ntitle = "Rings"\n'})
    assert run_app(["validate", str(root)]) == 0
    shown = capsys.readouterr()
    assert "nothing has been run" in shown.err
    assert "reprocrate run" in shown.out


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_folder_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    root = write(tmp_path / "s", {"a.py": "1\n"})
    root.chmod(0)
    try:
        with pytest.raises(ReprocrateError):
            said(root)
    finally:
        root.chmod(0o700)


# What must not happen ---------------------------------------------------------------------------------


def test_links_are_not_followed_and_pipes_do_not_keep_us_waiting(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"README.md": README})
    root = write(tmp_path / "s", {"a.py": "1\n"})
    (root / "README.md").symlink_to(outside / "README.md")
    (root / "deep").symlink_to(outside)
    os.mkfifo(root / "LICENSE")
    found = items(said(root))
    assert found["readme"].presence is found["licence"].presence is Presence.NOT_FOUND
    assert "2 symbolic links not followed" in found["inventory"].detail


def test_names_that_lead_out_of_an_archive_are_errors(tmp_path: Path) -> None:
    for form in ("zip", "gz"):
        report = said(packed(tmp_path, form, {"../../evil.py": "1\n", "a.py": "1\n"}, top=""))
        assert [each.code for each in report.findings] == ["RC0706"]
        assert not report.valid
    assert not list(tmp_path.parent.glob("evil.py"))


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, "gz", {"zeros.txt": "0" * 3_000_000})
    with pytest.raises(UnreadableError, match="take more than 1,000,000 bytes"):
        said(path, limits=Limits(bytes=1_000_000))


def test_damaged_archive_is_a_clear_error(tmp_path: Path) -> None:
    path = packed(tmp_path, "gz", FILES)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableError, match="no sound tar archive"):
        said(path)


# Policies ---------------------------------------------------------------------------------------------


def test_what_a_policy_requires_and_is_not_there_is_an_error(tmp_path: Path) -> None:
    policy = policy_of({"id": "x", "standard": "1.0", "requires": ["licence", "citation"]})
    report = said(write(tmp_path / "s", FILES), Demands(policy))
    assert [each.code for each in report.findings if each.severity == "error"] == ["RC2101"]
    assert "citation" in report.findings[0].message


def test_policy_can_make_names_an_error(tmp_path: Path) -> None:
    policy = policy_of({"id": "blind", "standard": "1.0", "levels": {"RC2103": "error"}})
    assert not said(write(tmp_path / "s", FILES), Demands(policy)).valid
