"""Manifest files: clear reasons when they cannot be read, the same bytes whenever they are written."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from reprocrate import UnavailableError, UnreadableError
from reprocrate.manifest import (
    InvalidManifestError,
    Manifest,
    document_version,
    is_newer_minor,
    load_manifest,
    manifest_from,
    parse_manifest,
    save_manifest,
)
from reprocrate.standard import shipped_bytes

FULL = shipped_bytes("conformance/golden/full.json")
MINIMAL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/minimal.json"))


def test_manifest_is_loaded_and_saved_without_loss(tmp_path: Path) -> None:
    source, copy = tmp_path / "a.json", tmp_path / "b.json"
    source.write_bytes(FULL)
    manifest = load_manifest(source)
    save_manifest(manifest, copy)
    assert load_manifest(copy) == manifest
    assert manifest.to_dict() == json.loads(_without_defaults(FULL))


def _without_defaults(data: bytes) -> bytes:
    """Empty lists and objects that say nothing are left out when a manifest is saved."""
    document = json.loads(data)
    for environment in document["environments"]:
        for listed, name in (
            *((lock, "differing") for lock in environment.get("locks", [])),
            *((package, "altered") for package in environment["packages"]),
            (environment["lock"], "left_out"),
        ):
            if listed.get(name) == []:
                del listed[name]
    return json.dumps(document).encode()


def test_saved_bytes_are_canonical_and_the_digest_is_theirs(tmp_path: Path) -> None:
    path = tmp_path / "reprocrate.json"
    manifest = parse_manifest(FULL)
    save_manifest(manifest, path)
    stored = path.read_bytes()
    assert stored.endswith(b"}\n")
    assert stored == load_manifest(path).to_bytes()
    assert manifest.digest == hashlib.sha256(stored[:-1]).hexdigest()
    assert list(json.loads(stored)) == sorted(json.loads(stored))


def test_order_and_spelling_of_numbers_do_not_change_the_digest() -> None:
    one = parse_manifest(json.dumps({**MINIMAL, "x-n": 3}).encode())
    other = parse_manifest(json.dumps({"x-n": 3.0, **dict(reversed(MINIMAL.items()))}, indent=4).encode())
    assert one.digest == other.digest


def test_failing_to_save_leaves_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        save_manifest(parse_manifest(FULL), tmp_path / "absent" / "reprocrate.json")
    assert list(tmp_path.iterdir()) == []


# What cannot be read ----------------------------------------------------------------------------------


def test_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"reprocrate\.json cannot be read"):
        load_manifest(tmp_path / "reprocrate.json")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "reprocrate.json"
    path.write_bytes(FULL)
    path.chmod(0)
    with pytest.raises(UnavailableError, match="ermission"):
        load_manifest(path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty, and so is not JSON (RC0004)"),
        (b'{"manifest_version": "1.0",}', "line 1 column 28"),
        (b'{"a": 1, "a": 2}', "given twice in one object (RC0005 at /a). `reprocrate explain RC0005`"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"\xff\xfe{}", "byte order mark"),
        (b"[]", "a manifest is a JSON object"),
        (b"{}", 'no "manifest_version"'),
        (b'{"manifest_version": 1.0}', 'no "manifest_version"'),
        (b'{"manifest_version": "1.0\\n"}', 'no "manifest_version"'),
    ],
)
def test_what_is_no_manifest_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_manifest(data, "paper/reprocrate.json")
    assert reason in str(caught.value)
    assert "paper/reprocrate.json" in str(caught.value)


def test_another_major_version_is_refused() -> None:
    with pytest.raises(
        UnreadableError, match=r"has manifest_version 9\.0.*reads versions 1\.x.*newer reprocrate"
    ):
        manifest_from({**MINIMAL, "manifest_version": "9.0"}, "reprocrate.json")


def test_every_problem_is_told_with_its_place_and_reason() -> None:
    document = {**MINIMAL, "experiment": {"titel": "x"}, "runs": [{"id": "a b"}], "colours": []}
    with pytest.raises(InvalidManifestError) as caught:
        manifest_from(document, "reprocrate.json")
    assert [problem.pointer for problem in caught.value.problems] == [
        "/colours",
        "/experiment",
        "/experiment/titel",
        "/runs/0",
        "/runs/0",
        "/runs/0",
        "/runs/0/id",
    ]
    assert str(caught.value) == (
        'reprocrate.json is not a valid manifest: /colours: unknown property "colours" of Experiment '
        "manifest (and 6 more). Run `reprocrate validate` on it to see every problem."
    )


# Versions ---------------------------------------------------------------------------------------------


def test_newer_minor_version_keeps_what_is_not_known_here() -> None:
    document = {**MINIMAL, "manifest_version": "1.3", "colours": ["red"]}
    document["experiment"] = {**MINIMAL["experiment"], "mood": "good"}
    manifest = manifest_from(document)
    assert manifest.to_dict() == document
    with pytest.raises(InvalidManifestError, match="unknown property"):
        manifest_from({**document, "manifest_version": "1.0"})


def test_newer_minor_version_is_still_held_to_what_is_known() -> None:
    with pytest.raises(InvalidManifestError) as caught:
        manifest_from({**MINIMAL, "manifest_version": "1.3", "colours": [], "runs": 3})
    assert [problem.pointer for problem in caught.value.problems] == ["/runs"]


def test_version_of_a_document() -> None:
    assert document_version({"manifest_version": "1.12"}) == "1.12"
    assert [is_newer_minor(version) for version in ("1.0", "1.1", "1.10")] == [False, True, True]


# Typed values -----------------------------------------------------------------------------------------


def test_entries_are_found_by_their_ids() -> None:
    manifest = parse_manifest(FULL)
    run = manifest.find_run("wide-0")
    assert run is not None
    assert (run.seed, run.outputs[0].travels, run.checkpoints[0].travels) == (0, True, False)
    for find, name in (
        (manifest.find_code, "code-1"),
        (manifest.find_data, "rings"),
        (manifest.find_environment, "env-1"),
        (manifest.find_hardware, "laptop"),
        (manifest.find_configuration, "wide"),
        (manifest.find_metric, "accuracy"),
        (manifest.find_result, "wide.accuracy"),
        (manifest.find_comparison, "wide-vs-narrow"),
    ):
        found = find(name)
        assert found is not None
        assert found.id == name
        assert find("gone") is None
        assert find(None) is None


def test_manifest_does_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse_manifest(FULL).experiment.title = "other"  # type: ignore[misc]


def test_extension_values_are_kept() -> None:
    manifest = parse_manifest(FULL)
    assert manifest.experiment.model_extra == {"rings:radii": [1, 2, 3]}
    assert Manifest.model_validate(manifest.to_dict()) == manifest
