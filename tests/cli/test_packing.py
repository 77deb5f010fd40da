"""`pack`: the forms that a bundle can have, and what can be read of each."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    "options",
    [
        ("zip",),
        pytest.param(("tar.zst",), marks=pytest.mark.thorough),
        pytest.param(("dir",), marks=pytest.mark.thorough),
        pytest.param(("zip", "--bagit"), marks=pytest.mark.thorough),
        ("tar.zst", "--bagit"),
        pytest.param(("dir", "--bagit"), marks=pytest.mark.thorough),
    ],
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


def test_what_a_killed_pack_left_beside_the_manifest_is_removed(recorded: Any, tmp_path: Path) -> None:
    old, new = (recorded.folder / f".reprocrate-{number:016x}.tmp" for number in range(2))
    for place in (old, new):
        place.write_text("half a manifest")
    os.utime(old, (0, 0))
    recorded("pack", "--offline", "-o", tmp_path / "x.zip")
    assert (old.exists(), new.exists()) == (False, True)  # the new one may be somebody's who still writes


def test_limits_are_the_readers(recorded: Any, cli: Any, tmp_path: Path) -> None:
    recorded("pack", "--offline", "-o", tmp_path / "x.zip")
    for command in (("import", "x.zip"), ("validate", "x.zip")):
        assert "more than 5 files" in cli.complaint(tmp_path, *command, "--limit", "files=5", code=3)
        assert "no limit 'fils'" in cli.complaint(tmp_path, *command, "--limit", "fils=5", code=2)
    cli(tmp_path, "import", "x.zip", "--limit", "files=5000", "--limit", "bytes=1GB")


def test_dry_run_shows_what_goes_in_and_what_stays(recorded: Any) -> None:
    recorded.write(".reprocrateignore", "results/guess-0.json\n")
    before = sorted(recorded.folder.rglob("*"))
    said = recorded("pack", "--dry-run")
    assert "data points" in said.out
    assert "line 1 of .reprocrateignore: results/guess-0.json" in said.out
    document = json.loads(recorded("pack", "--dry-run", "--json").out)
    assert document["packed"] is False
    assert [one["names"] for one in document["listing"]["stays_behind"]] == [["results/guess-0.json"]]
    assert sorted(recorded.folder.rglob("*")) == before


def test_data_by_its_name(recorded: Any, tmp_path: Path) -> None:
    settings = (recorded.folder / "reprocrate.toml").read_text()
    recorded.write("reprocrate.toml", settings.replace('access = "open"', 'access = "restricted"'))
    assert "its access is restricted" in recorded("pack", "-o", tmp_path / "a.zip", "--data", "all").err
    said = recorded("pack", "-q", "-o", tmp_path / "b.zip", "--data", "none", "--data", "points")
    assert "data points travels although its access is restricted, since --data points" in said.err
    assert (tmp_path / "b.zip").stat().st_size > (tmp_path / "a.zip").stat().st_size
    assert "no data set 'pionts'" in recorded("pack", "--data", "pionts", code=2).err
    assert "all and none" in recorded("pack", "--data", "all", "--data", "none", code=2).err


def test_max_size_stops_and_says_what_to_leave_out(recorded: Any, tmp_path: Path) -> None:
    for text in ("lots", "-1"):
        assert "--max-size" in recorded("pack", "--max-size", text, code=2).err
    said = recorded("pack", "-o", tmp_path / "x.zip", "--max-size", "1kB", code=1)
    assert "nothing was packed" in said.err
    assert "even without all that can be left out" in said.out
    assert "[data.points]" not in said.out  # which would not help
    document = json.loads(recorded("pack", "--max-size", "1kB", "--json", code=1).out)
    assert document["proposal"]["suffices"] is False
    said = recorded("pack", "--max-size", document["proposal"]["size_then"], code=1)
    assert "[data.points]" in said.out
    assert not (tmp_path / "x.zip").exists()
    recorded("pack", "-o", tmp_path / "x.zip", "--max-size", "1GiB")


def test_last_line_names_the_bundle_where_it_lies(recorded: Any, tmp_path: Path) -> None:
    target = tmp_path / "a folder" / "x.zip"
    target.parent.mkdir()
    assert f"reprocrate import '{target}'" in recorded("pack", "-o", target).out


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_identity_is_computed_with_common_tools(recorded: Any, tmp_path: Path) -> None:
    packed = json.loads(recorded("pack", "--offline", "--format", "dir", "-o", tmp_path / "x", "--json").out)
    specification = Path(__file__).parents[2].joinpath("spec.md").read_text("utf-8")
    (command,) = re.findall(r"^grep .*sha256sum$", specification, re.MULTILINE)
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path / "x", capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == packed["payload_sha256"]
