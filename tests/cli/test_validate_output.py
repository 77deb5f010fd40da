"""What `validate` does where its report cannot be handed over, or a submission cannot be looked into."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.cli.app import run_app
from reprocrate.standard import problems, shipped_bytes
from tests.cli.test_bad_input import without_privileges

SOUND = shipped_bytes("conformance/base/seeds.json")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "reprocrate.json"
    path.write_bytes(SOUND)
    return path


def validate(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reprocrate", "validate", *map(str, arguments)]
    done = subprocess.run(
        command, text=True, check=False, timeout=60, stderr=subprocess.PIPE, **({"stdout": -1} | options)
    )
    assert "Traceback" not in done.stderr
    assert "mistake of reprocrate" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-o", "nowhere/x.json"], "there is no folder nowhere"),
        (["-o", "."], "is a folder"),
        (["--write-baseline", "nowhere/x.json"], "there is no folder nowhere"),
        (["--json", "--format", "csv"], "ask for two reports"),
        (["--column", "path"], "--column is of no use without a list"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_judged(
    manifest: Path,
    arguments: list[str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(manifest.parent)
    assert run_app(["validate", str(manifest), *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert expected in shown.err
    assert list(manifest.parent.iterdir()) == [manifest]


def test_lines_of_json_are_one_for_each_even_for_one(
    manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for paths in ([manifest], [manifest, manifest.parent / "none"]):
        run_app(["validate", "--format", "jsonl", *map(str, paths)])
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)["subject"] for line in lines] == list(map(str, paths))
        assert all(problems(json.loads(line), "report") == [] for line in lines)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("form", ["text", "sarif"])
def test_a_full_disk_behind_the_output_is_said_so(manifest: Path, form: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = validate(manifest, "--format", form, stdout=full)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "could not write the output: the disk is full" in done.stderr


def test_a_reader_that_is_gone_is_no_answer(manifest: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = validate(manifest, "--json", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor as a shell does")
def test_a_closed_output_is_nothing_to_fall_over(manifest: Path) -> None:
    assert validate(manifest, "--format", "csv", preexec_fn=lambda: os.close(1)).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_an_unreadable_folder_costs_only_itself_in_every_form(tmp_path: Path) -> None:
    root = tmp_path / "subs"
    for name in ("closed", "open"):
        (root / name).mkdir(parents=True)
        (root / name / "README.md").write_text("# A\n")
    (root / os.fsdecode(b"\xff.zip")).write_bytes(b"no archive")
    (root / "closed").chmod(0)
    try:
        alone = validate(root / "closed", preexec_fn=without_privileges)
        assert alone.returncode == 3
        assert "you have no permission to read this folder" in alone.stderr
        for form in ("sarif", "csv"):
            done = validate("--each", root, "--format", form, "-j1", preexec_fn=without_privileges)
            assert done.returncode == 3
            assert "cannot be looked into" in done.stdout
            assert "fault of reprocrate" not in done.stdout
    finally:
        (root / "closed").chmod(0o755)
