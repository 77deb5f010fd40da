"""Links and empty folders of a project: what travels as such, what is told, and what a rerun finds of it."""

from __future__ import annotations

import json
import subprocess
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.workflow.contents import Contents, collect
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.links import with_tree
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.rerunning import rerun_experiment
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.reruns.consent import OwnCode


def link(study: Any, path: str, target: str) -> None:
    place = study.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


def contents_of(study: Any) -> Contents:
    return with_tree(study.folder, collect(study.open()))


def outcomes(bundle: Path, to: Path) -> list[str]:
    folder = import_bundle(bundle, to, Silence()).folder
    rerun = rerun_experiment(folder, RerunChoice(), OwnCode(), Silence())
    return [each["outcome"] for each in rerun.verdict.to_json()["results"]]


def test_links_to_what_travels_are_links(study: Any, tmp_path: Path) -> None:
    link(study, "latest", "score-1.txt")
    link(study, "over/two", "../latest")
    link(study, "numbers", "data/../data")
    study.run()
    found = contents_of(study)
    assert found.links == {"latest": "score-1.txt", "over/two": "../latest", "numbers": "data/../data"}
    study.pack(tmp_path / "study.crate.zip")
    folder = import_bundle(tmp_path / "study.crate.zip", tmp_path / "copy", Silence()).folder
    assert (folder / "over/two").readlink() == Path("../latest")
    assert (folder / "over/two").read_text() == (study.folder / "score-1.txt").read_text()


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("../elsewhere", "out of the project"),
        ("/etc/hostname", "absolute"),
        ("round", "loop"),
        (".", "whole project"),
        ("nowhere", "nothing that travels"),
        (".git/config", "nothing that travels"),
    ],
)
def test_links_that_lead_astray_stay_behind_and_are_told(
    study: Any, tmp_path: Path, target: str, says: str
) -> None:
    (tmp_path / "elsewhere").write_text("not to be published")
    link(study, "round", target)
    link(study, "chain", "round")
    study.run()
    found = contents_of(study)
    assert found.links == {}
    assert {left.path: says in left.reason for left in found.left if left.path == "round"} == {"round": True}
    assert {left.path for left in found.left} >= {"round", "chain"}
    study.pack(tmp_path / "study.crate.zip")
    with zipfile.ZipFile(tmp_path / "study.crate.zip") as archive:
        assert not any(b"not to be published" in archive.read(name) for name in archive.namelist())


def test_data_that_was_read_through_a_link_is_a_file_of_its_own(study: Any, tmp_path: Path) -> None:
    (study.folder / "data").rename(study.folder / "v2")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch/more.txt").write_text("0.5\n")
    link(study, "data", "v2")
    link(study, "far", str(tmp_path / "scratch"))
    study.write("score.py", (study.folder / "score.py").read_text() + "open('far/more.txt').read()\n")
    study.run()
    found = contents_of(study)
    assert {"data/numbers.txt", "far/more.txt"} <= found.entries.keys()
    assert found.links == {}
    study.pack(tmp_path / "study.crate.zip")
    assert outcomes(tmp_path / "study.crate.zip", tmp_path / "copy") == ["identical"]


def test_code_behind_a_link_runs_again(study: Any, tmp_path: Path) -> None:
    study.write("shared/settings.py", "BASE = 0.25\n")
    (study.folder / "settings.py").unlink()
    link(study, "settings.py", "shared/settings.py")
    link(study, "lib", "shared")
    study.write("score.py", "import lib.settings\n" + (study.folder / "score.py").read_text())
    study.commit()
    study.run()
    study.pack(tmp_path / "study.crate.zip")
    assert outcomes(tmp_path / "study.crate.zip", tmp_path / "copy") == ["identical"]


def test_rerun_follows_a_link_that_no_recorder_saw(study: Any, tmp_path: Path) -> None:
    """A shell reads through it, so that only the link can lead to the data."""
    study.write("store/deep/base.txt", "0.125\n")
    link(study, "data/base", "../store/deep")
    with (study.folder / "reprocrate.toml").open("a") as file:
        file.write('[data.store]\nfiles = ["store"]\nlicense = "CC0-1.0"\n')
    read = (
        "import subprocess\nsubprocess.run(['sh', '-c', 'cd data && read x < base/base.txt'], check=True)\n"
    )
    study.write("score.py", read + (study.folder / "score.py").read_text())
    study.run()
    assert contents_of(study).links == {"data/base": "../store/deep"}
    study.pack(tmp_path / "study.crate.zip")
    assert outcomes(tmp_path / "study.crate.zip", tmp_path / "copy") == ["identical"]


def test_empty_folders_travel_and_those_whose_files_stay(study: Any, tmp_path: Path) -> None:
    for path in ("kept/inner", "ignored", ".hidden", "__pycache__", "node_modules", "named"):
        (study.folder / path).mkdir(parents=True, exist_ok=True)
    (tmp_path / "scratch").mkdir()
    link(study, "elsewhere", str(tmp_path / "scratch"))
    study.write(".gitignore", "ignored/\nout/\n")
    study.write(".reprocrateignore", "/named/\n/out/\n*-big.txt\n")
    more = "open('out/a.txt', 'w').write('a')\nopen('elsewhere/x-big.txt', 'w').write('b')\n"
    (study.folder / "out").mkdir()
    study.write("score.py", (study.folder / "score.py").read_text() + more)
    study.commit()
    study.run()
    found = contents_of(study)
    assert found.folders == ["elsewhere", "kept/inner", "out"]
    study.pack(tmp_path / "study.crate.zip")
    folder = import_bundle(tmp_path / "study.crate.zip", tmp_path / "by-hand", Silence()).folder
    assert [each.name for each in (folder / "out").iterdir()] == []
    done = subprocess.run(["python", "score.py", "1"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_names_may_be_taken_apart_on_the_disk(study: Any, tmp_path: Path) -> None:
    """As macOS writes them; the bundle has them as they are, since scripts and links open these names."""
    apart = unicodedata.normalize("NFD", "größe é")
    (study.folder / "data").rename(study.folder / apart)
    (study.folder / "data").mkdir()
    link(study, f"{apart} link", f"{apart}/numbers.txt")
    script = (study.folder / "score.py").read_text()
    study.write("score.py", script.replace("data/numbers.txt", f"{apart}/numbers.txt"))
    study.write(f"README {apart}.md", "text\n")
    study.run()
    study.pack(tmp_path / "study.crate.zip")
    with zipfile.ZipFile(tmp_path / "study.crate.zip") as archive:
        tree = json.loads(archive.read(".reprocrate/tree.json"))
        assert {f"{apart}/numbers.txt", f"README {apart}.md"} <= set(archive.namelist())
    assert tree == {"links": {f"{apart} link": f"{apart}/numbers.txt"}, "folders": ["data"]}
    folder = import_bundle(tmp_path / "study.crate.zip", tmp_path / "by-hand", Silence()).folder
    assert (folder / f"{apart} link").read_bytes() == (study.folder / apart / "numbers.txt").read_bytes()
