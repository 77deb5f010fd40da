"""A project's manifest is derived anew each time; that of an imported folder is what it came with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.opening import Kind, kind_of, open_what
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.project import find_project


def test_deriving_twice_gives_the_same_bytes(study: Any, tmp_path: Path) -> None:
    study.run("0-2", name="first")
    study.run("0-2", name="second")
    first = study.open().manifest.to_bytes()
    assert study.open().manifest.to_bytes() == first
    shutil.copytree(study.folder, tmp_path / "copy" / "study")
    shutil.rmtree(study.folder)
    assert open_what(tmp_path / "copy" / "study").manifest.to_bytes() == first


def test_a_written_manifest_of_a_project_is_never_believed(study: Any, tmp_path: Path) -> None:
    study.run()
    study.pack(tmp_path / "study.crate.zip")
    written = study.folder / "reprocrate.json"
    document = json.loads(written.read_bytes())
    document["results"][0]["value"] = 0.99
    written.write_text(json.dumps(document))
    assert open_what(study.folder).manifest.results[0].value == pytest.approx(0.515)


def test_the_manifest_of_an_imported_folder_is_authoritative(study: Any, tmp_path: Path) -> None:
    study.run()
    bundle = tmp_path / "study.crate.zip"
    study.pack(bundle)
    folder = import_bundle(bundle, tmp_path / "copy", Silence()).folder
    (folder / "reprocrate.toml").write_text("[experiment]\ntitle = 'Another'\n")
    opened = open_what(folder)
    assert opened.kind is Kind.CRATE
    assert opened.manifest.experiment.title == "study"
    assert opened.manifest.to_bytes() == open_what(bundle).manifest.to_bytes()


def test_a_project_stays_one_after_packing(study: Any, tmp_path: Path) -> None:
    study.run()
    study.pack(study.folder / "study.crate.zip")
    assert kind_of(study.folder) == (Kind.PROJECT, study.folder)
    study.pack(tmp_path / "again.crate.zip")
    assert (tmp_path / "again.crate.zip").read_bytes() == (study.folder / "study.crate.zip").read_bytes()


def test_kinds_are_told_by_content(study: Any, tmp_path: Path) -> None:
    study.run("0")
    study.pack(tmp_path / "bundle.json")
    shutil.copy(study.folder / "reprocrate.json", tmp_path / "manifest.zip")
    assert kind_of(tmp_path / "bundle.json")[0] is Kind.BUNDLE
    assert kind_of(tmp_path / "manifest.zip")[0] is Kind.MANIFEST


def test_the_nearest_project_above_is_found(study: Any) -> None:
    assert find_project(study.folder / "data") == study.folder
    with pytest.raises(UsageError, match="not a project"):
        find_project(study.folder.parent)
