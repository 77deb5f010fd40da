"""From a crate of ours to its manifest and to a crate again, byte for byte: every golden manifest."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from reprocrate.crate import TARGETS, CrateFile, read_crate, write_crate
from reprocrate.files import sha256_bytes
from reprocrate.manifest import manifest_from, parse_manifest
from reprocrate.validation.places import declared_files

GOLDEN = Path(__file__).resolve().parents[2] / "schema" / "1.0" / "conformance" / "golden"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_crate_manifest_crate(name: str, target: str, tmp_path: Path) -> None:
    manifest = manifest_from(json.loads((GOLDEN / f"{name}.json").read_bytes()))
    data = manifest.to_bytes()
    files = [
        CrateFile("reprocrate.json", len(data), sha256_bytes(data)),
        CrateFile("README.md", 3, "ab" * 32),
    ]
    files += [CrateFile(one.place, one.size, one.sha256) for one in declared_files(manifest) if one.travels]
    written = write_crate(manifest, files, preview=True, published="2026-01-01", target=TARGETS[target])
    (tmp_path / "reprocrate.json").write_bytes(data)

    view = read_crate(written)
    assert view.manifest_path
    again = parse_manifest((tmp_path / view.manifest_path).read_bytes())
    assert again.to_bytes() == data
    random.Random(0).shuffle(files)
    assert (
        write_crate(again, files, preview=True, published=view.published, target=TARGETS[view.version or ""])
        == written
    )
