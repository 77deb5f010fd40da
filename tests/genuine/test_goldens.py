"""rocrate-validator judges the crate of every golden manifest: both targets, as folder and as ZIP file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
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
    stand_ins = dict.fromkeys([*files, "ro-crate-preview.html"], b"")
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


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("target", OURS)
@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_nothing_is_said_of_it(judge: Any, tmp_path: Path, name: str, target: str, form: str) -> None:
    folder = write_folder(tmp_path / name, name, target)
    profile, ours = OURS[target]
    issues = judge(folder if form == "folder" else zipped(folder), profile, profiles=ours)
    assert {(issue.severity.name, issue.message) for issue in issues} == set()
