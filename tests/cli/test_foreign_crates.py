"""show, validate, plan and convert on crates of other projects: folders, archives, bags, metadata alone."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[1] / "crate" / "foreign"
FORMS = ["folder", "zip", "zip with a folder", "bag", "zipped bag"]


def made(name: str, form: str, home: Path) -> Path:
    """A sample crate in one of these forms."""
    crate = shutil.copytree(SAMPLES / name, home / name)
    if "bag" in form:
        bag = home / "bag"
        bag.mkdir()
        crate = Path(shutil.move(crate, bag / "data")).parent
        (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    if "zip" not in form:
        return crate
    inner = crate.parent if form == "zip with a folder" else crate
    target = home / "archive.bin"  # the content tells what it is
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(crate.rglob("*")):
            archive.write(path, path.relative_to(inner))
    shutil.rmtree(crate)
    return target


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_crate_is_read(cli: Any, tmp_path: Path, form: str) -> None:
    crate = made("training", form, tmp_path)
    shown = cli.here(tmp_path, "show", crate, "--json").document("show")
    assert shown["experiment"]["title"] == "Training of a small net"
    report = cli.here(tmp_path, "validate", crate, "--json").document("report")
    assert report["valid"]
    planned = cli.here(tmp_path, "plan", crate, "--json", code=3).document("plan")
    assert planned["title"] == "Training of a small net"


def test_metadata_alone_is_read(cli: Any, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "detached_1_2", tmp_path, dirs_exist_ok=True)
    metadata = tmp_path / "lakes-ro-crate-metadata.json"
    assert "Lakes on the web" in cli.here(tmp_path, "show", metadata).out
    renamed = metadata.rename(tmp_path / "what.json")
    assert "Lakes on the web" in cli.here(tmp_path, "show", renamed).out


def test_findings_are_about_the_crate(cli: Any, tmp_path: Path) -> None:
    crate = made("dataset_1_0", "folder", tmp_path)
    (crate / "levels.csv").unlink()
    report = cli.here(tmp_path, "validate", crate, "--json", code=1).document("report")
    graph = json.loads((crate / "ro-crate-metadata.jsonld").read_bytes())["@graph"]
    lost = {}
    for finding in report["findings"]:
        assert "reprocrate" not in finding.get("fix", "").replace("ro-crate", "")
        assert finding["location"]["file"] == "ro-crate-metadata.jsonld"
        if finding["code"] == "RC0701":
            lost[finding["message"]] = graph[int(finding["location"]["pointer"].rpartition("/")[2])]["@id"]
    assert lost == {
        "levels.csv is declared but absent": "levels.csv",
        "missing.csv is declared but absent": "missing.csv",
    }


def test_a_changed_file_is_found(cli: Any, tmp_path: Path) -> None:
    crate = made("workflow_run", "folder", tmp_path)
    assert cli.here(tmp_path, "validate", crate, "--json").document("report")["valid"]
    (crate / "reads.fq").write_text("other\n")
    report = cli.here(tmp_path, "validate", crate, "--json", code=1).document("report")
    assert [finding["code"] for finding in report["findings"] if finding["severity"] == "error"] == ["RC0702"]


def test_a_plan_says_that_no_command_is_stated(cli: Any, tmp_path: Path) -> None:
    crate = made("workflow_run", "folder", tmp_path)
    planned = cli.here(tmp_path, "plan", crate, "--json", code=3).document("plan")
    reasons = {one["namespace"]: one["reason"] for one in planned["requirements"]}
    assert reasons["program"] == "the crate names what ran, and not the command that started it"


def test_nothing_ran(cli: Any, tmp_path: Path) -> None:
    crate = made("dataset_1_0", "folder", tmp_path)
    assert "no run of a program that completed" in cli.complaint(tmp_path, "plan", crate, code=3)
    for command in ("import", "rerun"):
        assert "crate of another project" in cli.complaint(tmp_path, command, crate, code=2)


# -- convert ---------------------------------------------------------------------------------------


def test_a_manifest_is_made_and_nothing_else(cli: Any, tmp_path: Path) -> None:
    crate = made("training", "zip", tmp_path)
    before = crate.read_bytes()
    said = cli.here(
        tmp_path, "convert", "--from", "ro-crate", crate, "-o", tmp_path / "new" / "one", "--json"
    )
    assert sorted(path.name for path in (tmp_path / "new" / "one").iterdir()) == ["reprocrate.json"]
    assert crate.read_bytes() == before
    assert json.loads(said.out)["found"]["runs"] == 4
    manifest = tmp_path / "new" / "one" / "reprocrate.json"
    assert cli.here(tmp_path, "validate", manifest, "--json").document("report")["valid"]
    stored = json.loads(manifest.read_bytes())
    assert {entry["how"] for entry in stored["history"]} == {"converted"}
    assert stored["x-ro-crate"]["document"] == json.loads(
        (SAMPLES / "training" / "ro-crate-metadata.json").read_bytes()
    )


def test_nothing_is_written_over(cli: Any, tmp_path: Path) -> None:
    crate = made("training", "folder", tmp_path)
    arguments = ("convert", "--from", "ro-crate", crate, "-o")
    assert "is a crate" in cli.complaint(tmp_path, *arguments, crate, code=2)
    (tmp_path / "reprocrate.json").write_text("mine")
    assert "already there" in cli.complaint(tmp_path, *arguments, tmp_path, code=2)
    (tmp_path / "file").write_text("")
    assert "file" in cli.complaint(tmp_path, *arguments, tmp_path / "file", code=3)


def test_what_has_a_manifest_is_not_converted(cli: Any, tmp_path: Path, repository: Path) -> None:
    golden = repository / "schema" / "1.0" / "conformance" / "golden" / "grid.json"
    said = cli.complaint(tmp_path, "convert", "--from", "ro-crate", golden, code=2)
    assert "with a manifest of its own" in said


# -- whoever made it -------------------------------------------------------------------------------


def test_links_out_of_a_crate_are_not_followed(cli: Any, tmp_path: Path) -> None:
    crate = made("dataset_1_0", "folder", tmp_path)
    secret = tmp_path / "secret"
    secret.write_text("secret\n")
    (crate / "levels.csv").unlink()
    (crate / "levels.csv").symlink_to(secret)
    shutil.rmtree(crate / "photos")
    (crate / "photos").symlink_to(tmp_path)
    cli.here(tmp_path, "convert", "--from", "ro-crate", crate, "-o", tmp_path / "out")
    stored = (tmp_path / "out" / "reprocrate.json").read_text()
    assert "secret" not in stored.replace("dataset_1_0", "")
    [rest] = json.loads(stored)["data"]
    assert [file.get("sha256") for file in rest["files"]] == [None, None, None]


def test_an_archive_with_names_that_lead_out(cli: Any, tmp_path: Path) -> None:
    crate = made("dataset_1_0", "zip", tmp_path)
    with zipfile.ZipFile(crate, "a") as archive:
        archive.writestr("../escape.txt", "x")
    report = cli.here(tmp_path, "validate", crate, "--json", code=1).document("report")
    assert any(
        finding["code"] == "RC0706" and "escape.txt" in finding["message"] for finding in report["findings"]
    )
    assert not (tmp_path.parent / "escape.txt").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_metadata_that_may_not_be_read(cli: Any, tmp_path: Path) -> None:
    crate = made("dataset_1_0", "folder", tmp_path)
    (crate / "ro-crate-metadata.jsonld").chmod(0)
    cli.complaint(tmp_path, "show", crate, code=3)


@pytest.mark.parametrize("data", [b"", b"{", b'{"@graph": 5}', b"\xff\xfe{\x00", b"[]", b"[" * 200_000])
def test_metadata_that_is_none(cli: Any, tmp_path: Path, data: bytes) -> None:
    crate = tmp_path / "crate"
    crate.mkdir()
    (crate / "ro-crate-metadata.json").write_bytes(data)
    for command in (("show",), ("validate",), ("plan",), ("convert", "--from", "ro-crate")):
        assert "ro-crate-metadata.json" in cli.complaint(tmp_path, *command, crate, code=3)


def test_a_project_that_holds_metadata_stays_a_project(cli: Any, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "training", tmp_path, dirs_exist_ok=True)
    (tmp_path / "reprocrate.toml").write_text('[experiment]\ntitle = "Mine"\n')
    assert "nothing has been run" in cli.complaint(tmp_path, "show", tmp_path, code=2)
