"""rocrate-validator judges the crate of every golden manifest: both targets, as folder and as ZIP file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("rocrate_validator", reason="rocrate-validator is not installed")

from reprocrate.crate import METADATA, TARGETS, CrateFile, write_crate
from reprocrate.files import sha256_bytes
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.validation.places import declared_files

pytestmark = pytest.mark.genuine

GOLDEN = Path(__file__).resolve().parents[2] / "schema" / "1.0" / "conformance" / "golden"
OURS = {"1.1": ("reprocrate-1.0", "checked"), "1.3": ("reprocrate-on-newest-1.0", "newest")}
OWN = (
    "REPRODUCING.md",
    "manifest-sha256.txt",
    ".reprocrate/standard/context.jsonld",
    ".reprocrate/standard/manifest.schema.json",
    ".reprocrate/standard/spec.md",
)
"""What a bundle holds besides; its page is no part of the data."""


PLACE = "The SoftwareApplication id SHOULD be an absolute URI"
"""Recommended of software by Process Run Crate; a main program is a file, and so has no absolute address."""

END = {
    "1.1": "The Action SHOULD have an endTime in ISO 8601 format",
    "1.3": "An action SHOULD say when it ended, in ISO 8601",
}
FACTS = {
    "A metric SHOULD say which of its values are better",
    "A run SHOULD say how much of it the recorder saw",
    "A run SHOULD name its software environment",
    "A run SHOULD name the machines that it used",
}
UNREGISTERED = {
    "An Organization entity SHOULD have a ROR identifier as its @id (e.g., https://ror.org/03f0f6041)",
    "A Person entity SHOULD have an ORCID identifier as its @id (e.g., https://orcid.org/0000-0001-2345-6789)",
}


def lacking(name: str, target: str) -> set[str]:
    """Recommendations to state a fact that a golden manifest does not have: some run without an end, some
    metric without direction, authors and organisations without identifiers, and so on."""
    missing = set(UNREGISTERED) if target == "1.3" and name not in ("full", "grid") else set()
    if name in ("full", "anonymous", "expensive"):
        missing.add(END[target])
    if name in ("full", "anonymous"):
        missing |= FACTS
    return missing | ({PLACE} if (name, target) == ("full", "1.1") else set())


def golden(name: str) -> Manifest:
    return manifest_from(json.loads((GOLDEN / f"{name}.json").read_bytes()), name)


def files_of(manifest: Manifest) -> dict[str, CrateFile]:
    """Every file of the bundle as it is described; a golden manifest has none, and the judge reads none."""
    files = {
        each.place: CrateFile(each.place, each.size, each.sha256)
        for each in declared_files(manifest)
        if each.travels
    }
    return files | {path: CrateFile(path, 0, sha256_bytes(b"")) for path in OWN}


def write_folder(folder: Path, name: str, target: str) -> Path:
    manifest = golden(name)
    files = files_of(manifest)
    metadata = write_crate(
        manifest, files.values(), preview=True, published="2026-01-01", target=TARGETS[target]
    )
    stand_ins = dict.fromkeys(files, b"") | {"ro-crate-preview.html": b"<!doctype html><title>Page</title>"}
    for path, data in {**stand_ins, METADATA: metadata, "reprocrate.json": manifest.to_bytes()}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def zipped(folder: Path) -> Path:
    target = folder.with_name(f"{folder.name}.crate.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target


ALWAYS = {("full", "folder", "1.1")}
"""Judged each time; the judge takes up to a minute for each of the others."""

FORMS = [
    pytest.param(
        path.stem, form, target, marks=() if (path.stem, form, target) in ALWAYS else pytest.mark.judged
    )
    for path in sorted(GOLDEN.glob("*.json"))
    for form in ("folder", "zip")
    for target in OURS
]


@pytest.mark.parametrize(("name", "form", "target"), FORMS)
def test_nothing_is_said_of_it_but_that_facts_are_missing(
    judge: Any, tmp_path: Path, name: str, form: str, target: str
) -> None:
    folder = write_folder(tmp_path / name, name, target)
    profile, ours = OURS[target]
    issues = judge(folder if form == "folder" else zipped(folder), profile, profiles=ours)
    assert [issue.message for issue in issues if issue.severity.name == "REQUIRED"] == []
    assert {issue.message for issue in issues} == lacking(name, target)


@pytest.mark.parametrize("form", ["folder", pytest.param("zip", marks=pytest.mark.judged)])
def test_a_main_program_makes_it_a_workflow_crate(
    judge: Any, experiments: ModuleType, tmp_path: Path, form: str
) -> None:
    sample = experiments.two_configurations(1)
    sample.document["code"][0]["main"] = "train.py"
    crate = sample.write_folder(tmp_path / "c") if form == "folder" else sample.write_zip(tmp_path / "c.zip")
    assert {issue.message for issue in judge(crate, "workflow-ro-crate-1.0")} == set()
    for profile, ours in ((("process-run-crate-0.5"), None), ("reprocrate-1.0", "checked")):
        assert {issue.message for issue in judge(crate, profile, profiles=ours)} <= {PLACE}
