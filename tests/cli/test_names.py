"""Files whose names are unusual: what a program opened is what it finds again, in every form of a bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest


def decomposed(text: str) -> str:
    """As programs on macOS often write names."""
    return unicodedata.normalize("NFD", text)


NAMES = (
    decomposed("données/mesures é.csv"),
    f"{decomposed('Größe')}/é.csv",
    decomposed("data/가각.csv"),
    "data/100%.csv",
    "data/a%20b.csv",
    "data/a b.csv",
    "data/ lead.csv",
    "data/#1.csv",
    "data/🚀 rocket.csv",
    "data/שלום.csv",
    f"data/{'é' * 125}.csv",
    f"data/{decomposed('é') * 83}é.csv",
    "data/" + "d/" * 60 + "x.csv",
    "data/empty.csv",
)
SCRIPT = decomposed("entraîne.py")
MODULE = decomposed("modulé.py")
RESULT = decomposed("résultats/é.json")

TRAIN = f"""
import argparse, json, os, runpy
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
seed = parser.parse_args().seed
read = 0
for name in {NAMES!r}:
    with open(name) as file:
        read += len(file.read())
offset = runpy.run_path({MODULE!r})["OFFSET"]
os.makedirs(os.path.dirname({RESULT!r}), exist_ok=True)
with open({RESULT!r}.replace(".json", f"-{{seed}}.json"), "w") as file:
    json.dump({{"score": read + offset}}, file)
"""
SETTINGS = """
[experiment]
title = "Names"
authors = [{ name = "Ada Example" }]
license = "MIT"

[data.all]
files = ["data", "données", "Größe"]
license = "CC0-1.0"
access = "open"

[metrics.score]
from = "résultats/é-{seed}.json:$.score"
direction = "maximize"
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems compose or refuse some names")


@pytest.fixture(scope="module")
def named(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was run and packed."""
    folder = tmp_path_factory.mktemp("names") / "names"
    contents = dict.fromkeys(NAMES, "1,2\n") | {"data/empty.csv": ""}
    for name, text in {
        **contents,
        SCRIPT: TRAIN,
        MODULE: "OFFSET = 1\n",
        "reprocrate.toml": SETTINGS,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    cli(folder, "run", "--seeds", "0-1", "--", "python", SCRIPT, "--seed", "{seed}")
    cli(folder, "pack", "--offline", "-o", folder.parent / "names.crate.zip")
    return folder


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


EXPECTED = {*NAMES, SCRIPT, MODULE, RESULT.replace(".json", "-0.json"), RESULT.replace(".json", "-1.json")}


def test_manifest_has_one_path_for_each_file(named: Path) -> None:
    manifest = json.loads((named / "reprocrate.json").read_bytes())
    listed = [file["path"] for file in manifest["data"][0]["files"]]
    assert sorted(listed) == sorted(unicodedata.normalize("NFC", name) for name in NAMES)
    assert len(manifest["code"][0]["files"]) == 2
    assert manifest["results"][0]["value"] == 13 * 4 + 1


@pytest.mark.parametrize(
    "form",
    [
        ("zip",),
        ("tar.zst",),
        pytest.param(("dir",), marks=pytest.mark.thorough),
        pytest.param(("zip", "--bagit"), marks=pytest.mark.thorough),
        pytest.param(("dir", "--bagit"), marks=pytest.mark.thorough),
    ],
)
def test_names_are_the_same_after_import(
    named: Path, cli: Any, tmp_path: Path, form: tuple[str, ...]
) -> None:
    cli(named, "pack", "--offline", "-o", tmp_path / "bundle", "--format", *form)
    assert cli(tmp_path, "validate", "bundle", "--json").document("report")["valid"]
    cli(tmp_path, "import", "bundle", "again")
    assert _names(tmp_path / "again") >= EXPECTED
    assert cli(tmp_path, "validate", "again", "--json").document("report")["valid"]


@pytest.mark.skipif(
    not (shutil.which("unzip") and shutil.which("sha256sum")), reason="needs unzip and sha256sum"
)
def test_common_tools_unpack_and_check_them(named: Path, cli: Any, tmp_path: Path) -> None:
    subprocess.run(["unzip", "-q", named.parent / "names.crate.zip", "-d", tmp_path / "x"], check=True)
    command = ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"]
    subprocess.run(command, cwd=tmp_path / "x", check=True)
    assert _names(tmp_path / "x") >= EXPECTED
    assert cli(tmp_path, "validate", "x", "--json").document("report")["valid"]


def test_program_finds_them_when_it_is_run_again(named: Path, cli: Any, rerun: Any, tmp_path: Path) -> None:
    cli(tmp_path, "import", named.parent / "names.crate.zip", "again")
    verdict = rerun(tmp_path, "again", "--json").document("verdict")
    assert [each["outcome"] for each in verdict["results"]] == ["identical"]


def test_two_forms_of_one_name_are_not_packed(named: Path, cli: Any, tmp_path: Path) -> None:
    shutil.copytree(named, tmp_path / "names")
    (tmp_path / "names" / "README é").write_text("one")
    (tmp_path / "names" / decomposed("README é")).write_text("two")
    said = cli.complaint(tmp_path, "pack", "names", "--offline", "-o", "x.zip", code=2)
    assert "README é cannot be packed: the project has two files of this name" in said
    (tmp_path / "names" / "README é").unlink()
    (tmp_path / "names" / unicodedata.normalize("NFC", NAMES[0])).parent.mkdir()
    (tmp_path / "names" / unicodedata.normalize("NFC", NAMES[0])).write_text("another")
    said = cli.complaint(tmp_path, "pack", "names", "--offline", "-o", "x.zip", code=2)
    assert "données/mesures é.csv cannot be packed" in said
    assert "differ only in how Unicode composes it" in said
