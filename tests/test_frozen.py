"""Frozen versions of the standard stay as they were released."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.manifest.migration import STEPS
from reprocrate.standard import NEWEST

Run = Callable[..., subprocess.CompletedProcess[str]]


def listed(repository: Path) -> dict[str, dict[str, str]]:
    content = json.loads((repository / "schema" / "versions.json").read_bytes())
    return {each["version"]: each for each in content["versions"]}


def test_no_frozen_version_has_changed(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, repository / "tests" / "frozen.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_listed_version_can_be_read_or_migrated(repository: Path) -> None:
    versions = list(listed(repository))
    assert versions[-1] == NEWEST
    assert set(versions) == {NEWEST, *STEPS}
    assert listed(repository)["0.9"]["status"] == "frozen"


def test_newest_version_is_frozen_once_it_is_released(repository: Path) -> None:
    """With the first release: `python tests/frozen.py freeze 1.0`, and commit schema/versions.json.

    From then on the next version is a folder of its own, with its own line in that file.
    """
    changes = (repository / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## [0-9]+\.[0-9]+\.[0-9]+ \((?!unreleased\))", changes, re.MULTILINE)
    if released:
        assert listed(repository)["1.0"]["status"] == "frozen"


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """A repository with the script and small versions: 0.9 frozen, 1.0 not."""
    (tmp_path / "tests").mkdir()
    shutil.copy(repository / "tests" / "frozen.py", tmp_path / "tests")
    for version in ("0.9", "1.0"):
        (tmp_path / "schema" / version / "golden").mkdir(parents=True)
        (tmp_path / "schema" / version / "manifest.schema.json").write_text("{}\n")
        (tmp_path / "schema" / version / "golden" / "a.json").write_text("[]\n")
    entries = [{"version": version, "status": "draft"} for version in ("0.9", "1.0")]
    (tmp_path / "schema" / "versions.json").write_text(json.dumps({"versions": entries}))
    return tmp_path


@pytest.fixture
def run(copy: Path) -> Run:
    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, copy / "tests" / "frozen.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return start


def test_draft_may_change_until_it_is_frozen(copy: Path, run: Run) -> None:
    golden = copy / "schema" / "0.9" / "golden" / "a.json"
    golden.write_text("[1]\n")
    assert run().returncode == 0
    assert run("freeze", "0.9").returncode == 0
    assert listed(copy)["0.9"]["status"] == "frozen"
    assert "tree_sha256" not in listed(copy)["1.0"]
    assert run().returncode == 0
    (copy / "schema" / "0.9" / ".DS_Store").write_text("what some systems leave behind")
    (copy / "schema" / "1.0" / "golden" / "a.json").write_text("[2]\n")
    assert run().returncode == 0


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename"])
def test_change_to_a_frozen_version_is_noticed(copy: Path, run: Run, change: str) -> None:
    run("freeze", "0.9")
    golden = copy / "schema" / "0.9" / "golden" / "a.json"
    if change == "edit":
        golden.write_text("[] \n")
    elif change == "add":
        golden.with_name("b.json").write_text("[]\n")
    elif change == "remove":
        golden.unlink()
    else:
        golden.rename(golden.with_name("b.json"))
    done = run()
    assert done.returncode == 1
    assert "schema/0.9 is frozen, but not what it was" in done.stdout
    assert "Undo the change" in done.stdout
    before = (copy / "schema" / "versions.json").read_bytes()
    again = run("freeze", "0.9")
    assert (again.returncode, "frozen already" in again.stdout) == (1, True)
    assert (copy / "schema" / "versions.json").read_bytes() == before


def test_version_that_is_not_listed_is_noticed(copy: Path, run: Run) -> None:
    (copy / "schema" / "1.1").mkdir()
    assert "schema/1.1 is not listed in versions.json" in run().stdout
    (copy / "schema" / "1.1").rmdir()
    shutil.rmtree(copy / "schema" / "1.0")
    assert "schema/1.0 is only listed in versions.json" in run().stdout
    assert run("freeze", "3.0").returncode == 1
    assert run("freeze").returncode == 2


def test_digest_is_what_sha256sum_makes(repository: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("there is no sha256sum here")
    command = (
        "find . -type f -not -path '*/.*' | sed 's,^\\./,,' | xargs sha256sum | LC_ALL=C sort | sha256sum"
    )
    folder = repository / "schema" / "0.9"
    made = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    assert made.stdout.split()[0] == listed(repository)["0.9"]["tree_sha256"]
