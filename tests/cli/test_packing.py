"""`pack`: the forms that a bundle can have, and what can be read of each."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    "options",
    [("zip",), ("tar.zst",), ("dir",), ("zip", "--bagit"), ("tar.zst", "--bagit"), ("dir", "--bagit")],
)
def test_every_form_is_validated_shown_and_imported(
    recorded: Any, cli: Any, tmp_path: Path, options: tuple[str, ...]
) -> None:
    plain = json.loads(recorded("pack", "--offline", "-o", tmp_path / "plain.crate.zip", "--json").out)
    target = tmp_path / "bundle"
    packed = json.loads(recorded("pack", "--offline", "-o", target, "--json", "--format", *options).out)
    assert packed["payload_sha256"] == plain["payload_sha256"]
    assert target.is_dir() == (options[0] == "dir")
    assert "threshold" in cli(tmp_path, "show", target).out
    assert cli(tmp_path, "validate", target, "--json").document("report")["valid"]
    imported = cli(tmp_path, "import", target, "again", "--json").document("plan")
    assert imported["payload_sha256"] == plain["payload_sha256"]
    assert not (tmp_path / "again/bagit.txt").exists()


def test_bag_is_one_for_the_librarys_tool(recorded: Any, tmp_path: Path) -> None:
    recorded("pack", "--offline", "--bagit", "--format", "dir", "-o", tmp_path / "bag")
    command = [sys.executable, "-m", "bagit", "--validate", "--quiet", tmp_path / "bag"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_file_is_named_by_its_form(recorded: Any) -> None:
    recorded("pack", "--offline")
    recorded("pack", "--offline", "--format", "dir")
    assert (recorded.folder / "threshold.crate.zip").is_file()
    assert (recorded.folder / "threshold.crate").is_dir()
    assert "not empty" in recorded("pack", "--offline", "--format", "dir", code=2).err


def test_limits_are_the_readers(recorded: Any, cli: Any, tmp_path: Path) -> None:
    recorded("pack", "--offline", "-o", tmp_path / "x.zip")
    for command in (("import", "x.zip"), ("validate", "x.zip")):
        assert "more than 5 files" in cli.complaint(tmp_path, *command, "--limit", "files=5", code=3)
        assert "no limit 'fils'" in cli.complaint(tmp_path, *command, "--limit", "fils=5", code=2)
    cli(tmp_path, "import", "x.zip", "--limit", "files=5000", "--limit", "bytes=1GB")


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_identity_is_computed_with_common_tools(recorded: Any, tmp_path: Path) -> None:
    packed = json.loads(recorded("pack", "--offline", "--format", "dir", "-o", tmp_path / "x", "--json").out)
    specification = Path(__file__).parents[2].joinpath("spec.md").read_text("utf-8")
    (command,) = re.findall(r"^grep .*sha256sum$", specification, re.MULTILINE)
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path / "x", capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == packed["payload_sha256"]
