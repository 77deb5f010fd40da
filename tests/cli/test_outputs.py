"""`validate` as others' programs call it: formats, files, selection, baselines, and the files of a commit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from reprocrate.cli.app import run_app
from reprocrate.standard import problems, shipped_bytes

FULL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sound manifest, one with warnings, and one with errors too."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    doubtful = deepcopy(FULL)
    doubtful["data"][0].pop("license")
    wrong = deepcopy(doubtful)
    wrong["compute"]["total_s"] = 1.0
    (tmp_path / "exp").mkdir()
    for name, document in (("sound.json", FULL), ("doubtful.json", doubtful), ("exp/reprocrate.json", wrong)):
        (tmp_path / name).write_text(json.dumps(document, indent=2), "utf-8")
    return tmp_path


def validate(*arguments: str) -> int:
    return run_app(["validate", "--quiet", *arguments])


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "markdown", "html"])
def test_every_format_prints_and_writes_the_same(
    form: str, here: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert validate("exp/reprocrate.json", "--format", form) == 1
    printed = capsysbinary.readouterr()
    assert printed.err == b""
    assert validate("exp/reprocrate.json", "--format", form, "-o", "report") == 1
    assert capsysbinary.readouterr().out == b""
    written = (here / "report").read_bytes()
    assert b"RC1501" in written
    if form != "html":  # its links are from where it is written
        assert written == printed.out


def test_sarif_and_annotations_name_the_line_from_the_root(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    validate("exp/reprocrate.json", "--format", "sarif")
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    place = next(each for each in run["results"] if each["ruleId"] == "RC1501")["locations"][0]
    region = place["physicalLocation"]["region"]
    line = (here / "exp/reprocrate.json").read_text("utf-8").splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == '"total_s": 1.0'
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "exp/reprocrate.json"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here))
    monkeypatch.chdir(here / "exp")
    validate("reprocrate.json", "--format", "github")
    assert f"file=exp/reprocrate.json,line={region['startLine']}," in capsys.readouterr().out


def test_findings_in_a_folder_and_outside_of_the_root_have_paths(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def paths(what: str) -> set[str]:
        validate(what, "--format", "sarif")
        (run,) = json.loads(capsys.readouterr().out)["runs"]
        places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
        return {each["artifactLocation"]["uri"] for each in places}

    assert "exp/reprocrate.json" in paths("exp")
    (here / "else").mkdir()
    monkeypatch.chdir(here / "else")
    assert "reprocrate.json" in paths("../exp")
    assert not any(".." in path or str(here) in path for path in paths(str(here / "exp")))


def test_page_leads_to_the_files_beside_it(here: Path) -> None:
    (here / "out").mkdir()
    validate("exp/reprocrate.json", "--format", "html", "-o", "out/report.html")
    assert 'href="../exp/reprocrate.json"' in (here / "out/report.html").read_text("utf-8")


def test_summary_of_the_step_is_added_to(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "summary.md").write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))
    validate("exp/reprocrate.json", "sound.json", "--format", "github")
    text = (here / "summary.md").read_text("utf-8")
    assert text.startswith("before\n**1 of 2 are valid.**")


def test_several_are_one_document_of_every_format(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whats = ("sound.json", "exp/reprocrate.json", "nowhere")
    assert validate(*whats, "--format", "sarif") == 2
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert [each["executionSuccessful"] for each in run["invocations"]] == [True, True, False]
    validate(*whats, "--format", "junit")
    suites = ET.fromstring(capsys.readouterr().out)
    assert [each.attrib["name"] for each in suites] == list(whats)
    validate(*whats, "--format", "html", "-o", "pages")
    assert len(list((here / "pages/pages").iterdir())) == 3
    assert (here / "pages/index.html").is_file()
    assert validate(*whats, "--format", "html") == 2
    assert "need a folder" in capsys.readouterr().err


def test_output_that_cannot_be_written_is_said_and_leaves_what_was_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate("sound.json", "-o", "nowhere/report.txt") == 2
    assert "nowhere/report.txt" in capsys.readouterr().err


def test_selection_is_told_and_integrity_stays(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate("exp/reprocrate.json", "--select", "data", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert problems(document, "report") == []
    assert [each["code"] for each in document["findings"]] == ["RC0201"]
    assert validate("exp/reprocrate.json", "--ignore", "RC1501") == 0
    assert "1 finding ignored as asked: RC1501." in capsys.readouterr().out
    assert validate("exp/reprocrate.json", "--ignore", "integrity") == 2
    assert "cannot be ignored" in capsys.readouterr().err
    assert validate("exp/reprocrate.json", "--select", "sedes") == 2
    assert "Did you mean seeds?" in capsys.readouterr().err


def test_baseline_is_written_counts_at_once_and_shrinks(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert validate("exp/reprocrate.json", "doubtful.json", "--write-baseline", "exp/known.json") == 0
    capsys.readouterr()
    assert validate("exp/reprocrate.json", "--baseline", "exp/known.json") == 0
    assert "2 findings known before: RC0201 and RC1501." in capsys.readouterr().out
    monkeypatch.chdir(here / "exp")
    assert validate(".", "--baseline", "known.json", "--json") in (0, 1)  # the files are not there
    codes = {each["code"] for each in json.loads(capsys.readouterr().out)["suppressed"]}
    assert codes >= {"RC0201", "RC1501"}  # the folder and its manifest are one subject
    monkeypatch.chdir(here)
    (here / "exp/reprocrate.json").write_text(json.dumps(FULL), "utf-8")
    assert validate("exp/reprocrate.json", "--baseline", "exp/known.json") == 0
    assert "2 findings that known.json lists are gone" in capsys.readouterr().out
    assert validate("exp/reprocrate.json", "--baseline", "nowhere.json") == 3
    assert validate("exp/reprocrate.json", "--baseline", "sound.json") == 2


def test_settings_of_a_checkout_are_read_and_errors_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "reprocrate.toml").write_text('[experiment]\ntitle = "Rings"\n', "utf-8")
    assert validate("reprocrate.toml") == 0
    assert "only reprocrate.toml was read" in " ".join(capsys.readouterr().out.split())
    (here / "reprocrate.toml").write_text('[experiment]\ntitel = "Rings"\n', "utf-8")
    assert validate("reprocrate.toml") == 2
    assert "line 2" in capsys.readouterr().err


def test_metadata_stands_for_the_crate_around_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crate = Path(__file__).parents[2] / "schema/1.0/conformance/RC1801/valid/newer-pair/files"
    assert validate(str(crate / "ro-crate-metadata.json"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


@pytest.mark.parametrize("setting", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"TERM": "dumb"}])
def test_terminals_without_unicode_or_colour_are_written_to(setting: dict[str, str], here: Path) -> None:
    import os
    import subprocess
    import sys

    document = deepcopy(FULL)
    document["data"][0] |= {"name": "Ringe – größer", "license": "nö"}
    (here / "m.json").write_text(json.dumps(document), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "reprocrate", "validate", "m.json", "exp/reprocrate.json"],
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "60", **setting},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout
    assert b"Next steps" in done.stdout
