"""`reprocrate migrate`, and what the other commands say of manifests of other versions."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.manifest import parse_manifest
from reprocrate.standard import shipped_bytes

ORIGINAL = shipped_bytes("golden/losses.json", "0.9")
MIGRATED = shipped_bytes("conformance/migration/0.9/losses.json")
LOSSLESS = shipped_bytes("golden/minimal.json", "0.9")
FULL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with a manifest of the draft 0.9."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "reprocrate.json").write_bytes(ORIGINAL)
    return folder


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def manifest_of(version: object, folder: Path, **changes: Any) -> Path:
    path = folder / "m.json"
    path.write_text(json.dumps({**FULL, "manifest_version": version, **changes}))
    return path


# What it writes ---------------------------------------------------------------------------------------


@pytest.mark.requirement("RQ24")
@pytest.mark.parametrize("what", [[], ["reprocrate.json"], ["."]])
def test_new_manifest_is_written_beside_the_original(cli: Any, old: Path, what: list[str]) -> None:
    said = cli.here(old, "migrate", *what)
    assert written(old) == {"reprocrate.json": ORIGINAL, "reprocrate-1.0.json": MIGRATED}
    assert "Version 0.9 is now 1.0: reprocrate-1.0.json" in said.out
    assert "The original is kept: reprocrate.json" in said.out
    assert "/runs/0/host and 1 more like it: names of machines are private" in said.out
    assert said.out.index("RC0020") < said.out.index("RC0021") < said.out.index("RC0022")
    assert said.err == ""


def test_new_manifest_takes_the_place_of_the_original(cli: Any, old: Path) -> None:
    cli.here(old, "migrate", "--in-place")
    assert written(old) == {"reprocrate.json": MIGRATED, "reprocrate-0.9.json": ORIGINAL}
    said = cli.here(old, "migrate", "--in-place")
    assert "follows version 1.0, the newest: nothing was changed" in said.out
    assert written(old) == {"reprocrate.json": MIGRATED, "reprocrate-0.9.json": ORIGINAL}


def test_interrupted_migration_in_place_is_taken_up_again(cli: Any, old: Path) -> None:
    (old / "reprocrate-0.9.json").write_bytes(ORIGINAL)
    cli.here(old, "migrate", "--in-place")
    assert written(old) == {"reprocrate.json": MIGRATED, "reprocrate-0.9.json": ORIGINAL}


def test_new_manifest_is_written_where_asked(cli: Any, old: Path) -> None:
    cli.here(old, "migrate", "-o", "new.json", "--quiet")
    assert written(old) == {"reprocrate.json": ORIGINAL, "new.json": MIGRATED}


def test_nothing_lost_is_said(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(LOSSLESS)
    said = cli.here(tmp_path, "migrate", "a.json")
    assert "Nothing was lost, assumed or set aside." in said.out
    assert (tmp_path / "a-1.0.json").read_bytes() == shipped_bytes("conformance/migration/0.9/minimal.json")


def test_json_tells_every_value(cli: Any, old: Path) -> None:
    document = cli.here(old, "migrate", "--json").document("migration")
    assert (document["from"], document["to"], document["changed"]) == ("0.9", "1.0", True)
    assert (document["written"], document["original"]) == ("reprocrate-1.0.json", "reprocrate.json")
    hosts = [each["was"] for each in document["findings"] if "names of machines" in each["message"]]
    assert hosts == ["/runs/0/host", "/runs/1/host"]
    moved = {(each["was"], each["now"]): each["count"] for each in document["changes"]}
    assert moved["/runs/*/status", "/runs/*/status"] == 2
    again = cli.here(old, "migrate", "reprocrate-1.0.json", "--json").document("migration")
    assert (again["changed"], again["written"], again["changes"], again["findings"]) == (False, None, [], [])


def test_what_was_written_can_be_used_and_still_says_what_to_look_at(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(shipped_bytes("golden/seeds.json", "0.9"))
    cli.here(tmp_path, "migrate", "old.json")
    assert "Trees against lines" in cli.here(tmp_path, "show", "old-1.0.json").out
    report = cli.here(tmp_path, "validate", "old-1.0.json", "--json").document("report")
    assert report["valid"]
    found = {each["code"] for each in report["findings"]}
    assert {"RC0021", "RC0022"} <= found
    manifest = json.loads((tmp_path / "old-1.0.json").read_bytes())
    for note in manifest["migrated"]["notes"]:
        note["settled"] = True
    (tmp_path / "settled.json").write_text(json.dumps(manifest))
    settled = cli.here(tmp_path, "validate", "settled.json", "--json").document("report")
    assert {each["code"] for each in settled["findings"]} == found - {"RC0021", "RC0022"}


@pytest.fixture
def older_bundle(bundle: Path) -> Path:
    """A bundle whose manifest follows the draft 0.9, with a list of checksums that is true to it."""
    older = bundle.with_name("older.crate.zip")
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(older, "w") as target:
        now = source.read("reprocrate.json")
        for entry in source.infolist():
            data = ORIGINAL if entry.filename == "reprocrate.json" else source.read(entry)
            if entry.filename == "manifest-sha256.txt":
                data = data.replace(*(hashlib.sha256(each).hexdigest().encode() for each in (now, ORIGINAL)))
            target.writestr(entry, data)
    return older


def test_manifest_of_a_bundle_is_written_beside_it(cli: Any, older_bundle: Path) -> None:
    before = older_bundle.read_bytes()
    cli.here(older_bundle.parent, "migrate", older_bundle.name)
    assert (older_bundle.parent / "reprocrate-1.0.json").read_bytes() == MIGRATED
    assert older_bundle.read_bytes() == before
    complaint = cli.complaint(older_bundle.parent, "migrate", older_bundle.name, "--in-place", code=2)
    assert "list of checksums" in complaint


@pytest.mark.parametrize("command", ["show", "plan", "import", "rerun"])
def test_bundle_with_an_older_manifest_is_refused_with_what_to_do(
    cli: Any, older_bundle: Path, command: str
) -> None:
    complaint = cli.complaint(older_bundle.parent, command, older_bundle.name, code=3)
    assert "version 0.9" in complaint
    assert "`reprocrate migrate`" in complaint


# What it refuses --------------------------------------------------------------------------------------


@pytest.mark.requirement("RQ24")
@pytest.mark.parametrize(
    ("arguments", "exists"),
    [([], "reprocrate-1.0.json"), (["-o", "taken"], "taken"), (["--in-place"], "reprocrate-0.9.json")],
)
def test_nothing_is_written_over(cli: Any, old: Path, arguments: list[str], exists: str) -> None:
    (old / exists).write_text("mine")
    complaint = cli.complaint(old, "migrate", *arguments, code=2)
    assert f"{exists} is already there" in complaint
    (old / exists).unlink()
    (old / exists).mkdir()
    assert "is already there" in cli.complaint(old, "migrate", *arguments, code=2)
    (old / exists).rmdir()
    (old / exists).symlink_to("nowhere")
    assert "is already there" in cli.complaint(old, "migrate", *arguments, code=2)


def test_unpacked_bundle_is_not_changed_in_place(cli: Any, old: Path) -> None:
    (old / "manifest-sha256.txt").write_text("")
    assert "list of checksums" in cli.complaint(old, "migrate", "--in-place", code=2)
    cli.here(old, "migrate")
    assert (old / "reprocrate-1.0.json").read_bytes() == MIGRATED


def test_options_that_do_not_go_together(cli: Any, old: Path) -> None:
    assert "do not go together" in cli.complaint(old, "migrate", "--in-place", "-o", "x", code=2)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.0", ["manifest_version 2.0", "versions 1.x (newest: 1.0)", "Install a newer reprocrate"]),
        ("0.5", ["manifest_version 0.5", "can migrate 0.9", "with the tool that wrote it"]),
        ("1.7", ["version 1.7", "newer than 1.0", "no way back"]),
        (None, ["is not a manifest", "manifest_version"]),
        (1.0, ["is not a manifest", "manifest_version"]),
        ("1", ["is not a manifest"]),
        ("latest", ["is not a manifest"]),
    ],
)
def test_versions_that_cannot_be_migrated(
    cli: Any, tmp_path: Path, version: object, expected: list[str]
) -> None:
    manifest_of(version, tmp_path)
    for arguments in ([], ["--in-place"], ["-o", "new.json"]):
        complaint = cli.complaint(tmp_path, "migrate", "m.json", *arguments, code=3)
        assert [each for each in ["m.json", *expected] if each not in complaint] == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", "is not a manifest"),
        (b'{"manifest_version": "0.9"', "ends too early"),
        (b'{"manifest_version": "0.9", "manifest_version": "0.9"}', "given twice"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"manifest_version": "0.9", "id": "x"}', 'missing property "experiment"'),
    ],
)
def test_what_is_no_manifest(cli: Any, tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "m.json").write_bytes(content)
    assert expected in cli.complaint(tmp_path, "migrate", "m.json", code=3)


def test_faulty_draft_is_refused_by_the_rules_of_the_draft(cli: Any, tmp_path: Path) -> None:
    document = json.loads(ORIGINAL)
    document["runs"][0]["status"] = "ok"
    (tmp_path / "m.json").write_text(json.dumps(document))
    for command in ("migrate", "show"):
        complaint = cli.complaint(tmp_path, command, "m.json", code=3)
        assert '/runs/0/status: "status" must be "finished", "failed", "aborted" or "running"' in complaint
    said = cli.here(tmp_path, "validate", "m.json", "--json", code=1).document("report")
    assert [(each["code"], each["location"]["pointer"]) for each in said["findings"]] == [
        ("RC0023", "/manifest_version"),
        ("RC0104", "/runs/0/status"),
    ]


def test_value_that_no_manifest_can_hold_is_named(cli: Any, tmp_path: Path) -> None:
    document = {**json.loads(LOSSLESS), "x-huge": 12345678901234567891}
    (tmp_path / "m.json").write_text(json.dumps(document))
    assert "/x-huge" in cli.complaint(tmp_path, "migrate", "m.json", code=3)


def test_where_nothing_can_be_written(cli: Any, old: Path) -> None:
    assert "could not write" in cli.complaint(old, "migrate", "-o", "nowhere/new.json", code=3)
    if os.geteuid() != 0:  # root may write anywhere
        old.chmod(0o555)
        for arguments in ([], ["--in-place"]):
            assert "could not write" in cli.complaint(old, "migrate", *arguments, code=3)
        old.chmod(0o755)
    if Path("/proc/self").exists():  # where nobody may, not even root
        assert "could not write" in cli.complaint(old, "migrate", "-o", "/proc/new.json", code=3)


def test_what_is_not_there(cli: Any, tmp_path: Path) -> None:
    assert "gone.json does not exist" in cli.complaint(tmp_path, "migrate", "gone.json", code=2)
    complaint = cli.complaint(tmp_path, "migrate", code=2)
    assert "holds no reprocrate.json" in complaint


def test_file_that_is_something_else(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert "notes.txt" in cli.complaint(tmp_path, "migrate", "notes.txt", code=3)


# Other commands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["show", "plan", "compare"])
def test_older_manifest_is_only_migrated(cli: Any, old: Path, command: str) -> None:
    shutil.copy(old / "reprocrate.json", old / "b.json")
    arguments = ["reprocrate.json", "b.json"] if command == "compare" else ["reprocrate.json"]
    complaint = cli.complaint(old, command, *arguments, code=3)
    assert "version 0.9" in complaint
    assert "`reprocrate migrate`" in complaint


def test_older_manifest_is_judged_by_its_shape_alone(cli: Any, old: Path) -> None:
    said = cli.here(old, "validate", "reprocrate.json", code=1)
    flat = " ".join(said.out.split())
    assert "RC0023" in flat
    assert "`reprocrate migrate` writes the manifest as version 1.0 and keeps the original" in flat
    assert "version 0.9 is an older one, of which only the shape is judged" in flat


def test_rules_of_migration_are_explained(cli: Any, tmp_path: Path) -> None:
    for code in ("RC0020", "RC0021", "RC0022", "RC0023"):
        assert code in cli.here(tmp_path, "explain", code).out


@pytest.mark.parametrize("version", ["2.0", "0.5"])
@pytest.mark.parametrize("command", ["show", "plan", "compare"])
def test_unknown_version_is_refused_with_what_is_known(
    cli: Any, tmp_path: Path, command: str, version: str
) -> None:
    manifest_of(version, tmp_path)
    arguments = ["m.json", "m.json"] if command == "compare" else ["m.json"]
    complaint = cli.complaint(tmp_path, command, *arguments, code=3)
    assert f"m.json has manifest_version {version}" in complaint
    assert "versions 1.x (newest: 1.0) and can migrate 0.9" in complaint


def test_newer_minor_version_is_read(cli: Any, tmp_path: Path) -> None:
    path = manifest_of("1.7", tmp_path, colours=["red"])
    document = json.loads(path.read_text())
    document["runs"][0]["status"] = "checkpointed"
    document["results"][0]["statistic"] = "trimmed_mean"
    document["claims"][0]["kind"] = "trend"
    document["metrics"][0]["direction"] = "pareto"
    path.write_text(json.dumps(document))
    assert "checkpointed" in cli.here(tmp_path, "show", "m.json").out
    report = cli.here(tmp_path, "validate", "m.json", "--json").document("report")
    (finding,) = report["findings"]
    assert (finding["code"], finding["severity"]) == ("RC0001", "warning")
    assert "1 unknown properties and 4 unknown words" in finding["message"]
    assert any('"checkpointed"' in each["reason"] for each in report["not_assessed"])
    assert parse_manifest(path.read_bytes()).to_dict() == document
    plan = cli.here(tmp_path, "plan", "m.json", code=3)  # this machine lacks what the experiment needs
    assert "This machine cannot run it" in plan.out
    assert cli.here(tmp_path, "compare", "m.json", "m.json", code=1).out
