"""rocrate-validator judges the crates: offline, as folder and as ZIP file, by its profiles and by ours."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("rocrate_validator", reason="rocrate-validator is not installed")

from rocrate_validator import services

from reprocrate.crate import CHECKED, NEWEST

pytestmark = pytest.mark.genuine

SAMPLES = ["two_configurations", "nothing_declared", "one_failed", "odd_names", "many_folders", "unusual"]
PLAIN = "process-run-crate-0.5"
"""It includes every check of ro-crate-1.1."""
OURS = {CHECKED: ("reprocrate-1.0", "checked"), NEWEST: ("reprocrate-on-newest-1.0", "newest")}
"""They include Process Run Crate and RO-Crate of their version."""

SOFTWARE = "A run SHOULD name its software environment"
MACHINES = "A run SHOULD name the machines that it used"
DIRECTION = "A metric SHOULD say which of its values are better"
END = {
    PLAIN: "The Action SHOULD have an endTime in ISO 8601 format",
    "reprocrate-1.0": "The Action SHOULD have an endTime in ISO 8601 format",
    "reprocrate-on-newest-1.0": "An action SHOULD say when it ended, in ISO 8601",
}
ROR = "An Organization entity SHOULD have a ROR identifier as its @id (e.g., https://ror.org/03f0f6041)"
ORCID = (
    "A Person entity SHOULD have an ORCID identifier as its @id (e.g., https://orcid.org/0000-0001-2345-6789)"
)
UNREGISTERED = {"nothing_declared": {ROR, ORCID}, "unusual": {ROR}}
"""What RO-Crate 1.3 recommends besides and these samples lack: no program can tell who its authors are."""


def lacking(name: str, profile: str) -> set[str]:
    """Recommendations that a sample does not follow, since it is made to lack the fact."""
    if name == "unusual":
        return {END[profile]}  # the duration of one of its runs was not recorded
    if name == "nothing_declared" and profile != PLAIN:
        return {SOFTWARE, MACHINES, DIRECTION}
    return set()


def said(issues: list[Any]) -> set[str]:
    return {issue.message for issue in issues}


EACH_TIME = {
    ("unusual", "zip", "reprocrate-1.0"),
    ("odd_names", "folder", "reprocrate-1.0"),
    ("one_failed", "zip", "reprocrate-1.0"),
    ("many_folders", "folder", PLAIN),
}
"""Judged each time; the others when `-m judged` asks for them."""


@pytest.mark.parametrize(
    ("name", "form", "profile"),
    [
        pytest.param(*each, marks=() if each in EACH_TIME else pytest.mark.judged)
        for each in itertools.product(SAMPLES, ("folder", "zip"), (PLAIN, "reprocrate-1.0"))
    ],
)
def test_every_requirement_and_recommendation_is_met(
    judge: Any, experiments: ModuleType, tmp_path: Path, name: str, form: str, profile: str
) -> None:
    sample = getattr(experiments, name)()
    crate = sample.write_folder(tmp_path / "c") if form == "folder" else sample.write_zip(tmp_path / "c.zip")
    issues = judge(crate, profile, profiles=None if profile == PLAIN else "checked")
    assert said(issues) == lacking(name, profile)
    assert [issue.message for issue in issues if issue.severity.name == "REQUIRED"] == []


@pytest.mark.judged
@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_the_newer_pair_is_followed_as_far_as_identifiers_are_given(
    judge: Any, experiments: ModuleType, tmp_path: Path, name: str, form: str
) -> None:
    sample = getattr(experiments, name)()
    sample.target = NEWEST
    crate = sample.write_folder(tmp_path / "c") if form == "folder" else sample.write_zip(tmp_path / "c.zip")
    profile, folder = OURS[NEWEST]
    issues = judge(crate, profile, profiles=folder)
    expected = lacking(name, profile) | UNREGISTERED.get(name, set())
    assert said(issues) == expected
    assert [issue.message for issue in issues if issue.severity.name == "REQUIRED"] == []


@pytest.mark.parametrize(
    "target",
    [pytest.param(CHECKED, id="1.1"), pytest.param(NEWEST, id="1.3", marks=pytest.mark.judged)],
)
def test_it_is_a_plain_crate_too(judge: Any, experiments: ModuleType, tmp_path: Path, target: Any) -> None:
    sample = experiments.two_configurations()
    sample.target = target
    sample.doi = "10.5281/zenodo.123"
    for profile, folder in ((f"ro-crate-{target.crate_version}", None), OURS[target]):
        issues = judge(sample.write_folder(tmp_path), profile, profiles=folder)
        # of 1.3 the judge would follow the DOI, without a network
        assert {each for each in said(issues) if "Not Cached" not in each} == set()


@pytest.mark.parametrize(
    ("target", "folder", "found"),
    [
        (CHECKED, None, ["process-run-crate-0.5"]),
        (CHECKED, "checked", ["reprocrate-1.0"]),
        (NEWEST, "newest", ["reprocrate-on-newest-1.0"]),
    ],
)
def test_the_profile_is_found_by_what_the_crate_declares(
    experiments: ModuleType,
    repository: Path,
    cache: Path,
    tmp_path: Path,
    target: Any,
    folder: str,
    found: Any,
) -> None:
    sample = experiments.two_configurations(1)
    sample.target = target
    settings = services.ValidationSettings(
        rocrate_uri=str(sample.write_folder(tmp_path)),
        extra_profiles_path=repository / "schema" / "1.0" / "profile" / folder if folder else None,
        offline=True,
        cache_path=cache,
    )
    assert [profile.identifier for profile in services.detect_profiles(settings)] == found


@pytest.mark.parametrize(
    ("target", "form"),
    [
        pytest.param(CHECKED, "folder", id="1.1-folder", marks=pytest.mark.judged),
        pytest.param(CHECKED, "zip", id="1.1-zip", marks=pytest.mark.judged),
        pytest.param(NEWEST, "folder", id="1.3-folder", marks=pytest.mark.judged),
        pytest.param(NEWEST, "zip", id="1.3-zip", marks=pytest.mark.judged),
    ],
)
def test_the_bundle_of_an_example(
    judge: Any, packed: dict[str, Path], tmp_path: Path, target: Any, form: str
) -> None:
    bundle = packed[target.crate_version]
    crate = bundle
    if form == "folder":
        crate = tmp_path / "crate"
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(crate)
    profile, folder = OURS[target]
    issues = judge(crate, profile, profiles=folder)
    assert said(issues) == set()


@pytest.fixture(scope="module")
def packed(
    repository: Path, bare_environment: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The example of two methods on two data sets, run and packed for both versions of RO-Crate."""
    home = tmp_path_factory.mktemp("example")
    project = shutil.copytree(repository / "examples" / "grid", home / "grid")
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PATH": f"{bare_environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(bare_environment),
        "UV_OFFLINE": "1",
        "HOME": str(home),
    }

    def reprocrate(*arguments: str) -> None:
        command = [sys.executable, "-m", "reprocrate", *arguments]
        subprocess.run(
            command, cwd=project, env=environ, capture_output=True, text=True, timeout=300, check=True
        )

    reprocrate("run", "--all", "--seeds", "0-2")
    bundles = {version: home / f"{version}.crate.zip" for version in ("1.1", "1.3")}
    for version, bundle in bundles.items():
        reprocrate("pack", "--ro-crate", version, "-o", str(bundle))
    return bundles


def test_the_judge_is_awake(judge: Any, experiments: ModuleType, tmp_path: Path) -> None:
    crate = experiments.two_configurations(1).write_folder(tmp_path)
    (crate / "data" / "rings.csv").unlink()
    metadata = crate / "ro-crate-metadata.json"
    document = json.loads(metadata.read_bytes())
    for entity in document["@graph"]:
        entity.pop("instrument", None)
    metadata.write_text(json.dumps(document))
    messages = " ".join(issue.message for issue in judge(crate, PLAIN, "REQUIRED"))
    assert "data/rings.csv" in messages
    assert "instrument" in messages
