"""Splits that an author declares by their files, from reprocrate.toml and from bundles of every form."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from reprocrate.assembly.settings import ProjectSettings
from reprocrate.bundle import Entry, Form, open_bundle, pack
from reprocrate.validation import Subject, validate
from reprocrate.workflow.declared_files import BundleFiles
from tests.prepared import completed

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
    done = completed(folder, *arguments)
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


def test_a_leak_is_found_in_the_project_of_an_author(tmp_path: Path) -> None:
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
                '1 of the 2 values of "patient" in split test of data visits are also in split train, '
                "such as that of line 4 of data/other.csv (index 1 of data/train-2.parquet)"
            ),
        )
    ]
    assert leaks(tmp_path, ".") == expected


@pytest.mark.parametrize("form", list(Form))
def test_items_are_read_from_bundles_of_every_form(tmp_path: Path, form: Form) -> None:
    stored = io.BytesIO()
    parquet.write_table(pyarrow.table({"visit": [str(n) for n in range(50_000)]}), stored)
    files = {"a.parquet": stored.getvalue(), "b.csv": b"visit\n70000\n" + b"80000\n" * 200_000 + b"7\n"}
    roles = (("train", "a.parquet"), ("test", "b.csv"))
    splits = [{"name": role, "role": role, "files": [path]} for role, path in roles]
    manifest = {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Visits", "description": "Visits.", "authors": [{"name": "Ada"}]},
        "data": [{"id": "visits", "files": [{"path": path} for path in files], "splits": splits}],
    }
    entries = [Entry(path, data) for path, data in files.items()]
    packed = pack(
        [Entry("reprocrate.json", json.dumps(manifest).encode()), *entries], tmp_path / "b", form=form
    )
    with open_bundle(packed.path) as bundle:
        report = validate(Subject("b", manifest, BundleFiles(bundle, set())), only=["RC1419"])
    assert not report.not_assessed
    (finding,) = report.findings
    assert "1 of the 200,002 items".replace(",", "") in finding.message
    assert "line 200003 of b.csv (index 7 of a.parquet)" in finding.message


def test_files_of_splits_are_files_of_the_data() -> None:
    split = {"name": "test", "role": "test", "files": ["b.csv", "c/*.csv"]}
    settings = ProjectSettings.model_validate({"data": {"d": {"files": ["a.csv"], "splits": [split]}}})
    assert settings.data["d"].files == ("a.csv", "b.csv", "c/*.csv")


@pytest.mark.parametrize("wrong", [{"files": "b.csv"}, {"files": [3]}, {"where": {"column": "x"}}, "test", 7])
def test_a_mistake_in_a_split_is_told_as_one(wrong: Any) -> None:
    split = {"name": "test", "role": "test", **wrong} if isinstance(wrong, dict) else wrong
    with pytest.raises(ValueError, match="splits"):
        ProjectSettings.model_validate({"data": {"d": {"splits": [split]}}})
