"""Splits that an author declares by their files, from reprocrate.toml to what is said of a packed bundle."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from reprocrate.assembly.settings import ProjectSettings

SETTINGS = """
[experiment]
title = "Visits"
description = "Visits."
authors = [{ name = "Ada Example" }]
license = "Apache-2.0"

[data.visits]
license = "CC0-1.0"
citation = "Ada Example (2026). Visits."

[data.visits.records]
id_column = "visit"

[[data.visits.splits]]
name = "train"
role = "train"
files = ["data/train-*.parquet"]
group_key = "patient"

[[data.visits.splits]]
name = "test"
role = "test"
files = ["data/other.csv"]
where = { column = "fold", values = [3] }
group_key = "patient"
count = 2

[metrics.acc]
from = "out.json:$.acc"
direction = "maximize"
"""


def reprocrate(folder: Path, *arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "reprocrate", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def leaks(folder: Path, what: str) -> list[tuple[str, str, str]]:
    report: dict[str, Any] = json.loads(reprocrate(folder, "validate", "--json", what, code=1))
    assert not any(each["code"].startswith("RC14") for each in report["not_assessed"])
    return [
        (each["code"], each["location"]["pointer"], each["message"])
        for each in report["findings"]
        if each["code"].startswith("RC14")
    ]


def test_a_leak_is_found_in_a_project_and_in_its_bundle(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for number in (1, 2):
        rows = {
            "visit": [number * 10, number * 10 + 1],
            "patient": [f"p{number}", f"q{number}"],
            "age": [4, 5],
        }
        parquet.write_table(pyarrow.table(rows), tmp_path / "data" / f"train-{number}.parquet")
    rows = ["visit,patient,age,fold", "20,p2,4,2", "30,p7,6,3", "31,q2,7,3", "10,p9,8,1"]
    (tmp_path / "data" / "other.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "fit.py").write_text(
        'open("data/other.csv").read(); open("out.json", "w").write(\'{"acc": 1}\')'
    )
    (tmp_path / "reprocrate.toml").write_text(SETTINGS)
    reprocrate(tmp_path, "run", "--quiet", "--", sys.executable, "fit.py")
    expected = [
        (
            "RC1421",
            "/data/0/splits/1/files",
            (
                '1 of the 2 values of "patient" in split test of data visits are also in split train, such as '
                "that of line 4 of data/other.csv (index 1 of data/train-2.parquet)"
            ),
        )
    ]
    assert leaks(tmp_path, ".") == expected
    reprocrate(tmp_path, "pack", "--quiet", "--output", "bundle.crate.tar.zst")
    assert leaks(tmp_path, "bundle.crate.tar.zst") == expected  # read from front to back


def test_files_of_splits_are_files_of_the_data() -> None:
    split = {"name": "test", "role": "test", "files": ["b.csv", "c/*.csv"]}
    settings = ProjectSettings.model_validate({"data": {"d": {"files": ["a.csv"], "splits": [split]}}})
    assert settings.data["d"].files == ("a.csv", "b.csv", "c/*.csv")


@pytest.mark.parametrize("wrong", [{"files": "b.csv"}, {"files": [3]}, {"where": {"column": "x"}}, "test", 7])
def test_a_mistake_in_a_split_is_told_as_one(wrong: Any) -> None:
    split = {"name": "test", "role": "test", **wrong} if isinstance(wrong, dict) else wrong
    with pytest.raises(ValueError, match="splits"):
        ProjectSettings.model_validate({"data": {"d": {"splits": [split]}}})
