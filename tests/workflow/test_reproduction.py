"""What a rerun leaves is an experiment of its own: packed, opened, judged and rerun like any other."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reprocrate.bundle import open_bundle
from reprocrate.errors import ReprocrateError, UnreadableError, UsageError
from reprocrate.files import sha256_file
from reprocrate.manifest import Manifest, load_manifest, parse_manifest
from reprocrate.render.show import show_text
from reprocrate.workflow.comparing import compare_recorded
from reprocrate.workflow.importing import import_bundle
from reprocrate.workflow.opening import Kind, open_what
from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.rerunning import rerun_experiment
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.reruns.concluding import Rerun
from reprocrate.workflow.reruns.consent import OwnCode
from reprocrate.workflow.reruns.publishing import pack_reproduction
from reprocrate.workflow.validating import assess
from tests.workflow.conftest import SETTINGS, Study

ABOUT = """
[experiment]
title = "Numbers"
authors = [{ name = "Ada Example" }]
license = "Apache-2.0"
description = "Numbers, and half more."

[data.numbers]
files = ["data/numbers.txt"]
license = "CC0-1.0"
"""


@pytest.fixture
def original(study: Study, tmp_path: Path) -> Path:
    """A bundle of two seeds, with an author, a margin and a claim."""
    claim = """
margin = 0.01
[[claims]]
text = "The score is at least a tenth."
primary = true
value = { configuration = "main", metric = "score", at_least = 0.1 }
"""
    study.write("reprocrate.toml", ABOUT + SETTINGS + claim)
    study.run()
    return study.pack(tmp_path / "numbers.crate.zip").path


def rerun(what: Path, **choice: Any) -> Rerun:
    return rerun_experiment(what, RerunChoice(**choice), OwnCode(), Silence())


def pack(folder: Path, to: Path, **options: Any) -> PackingOutcome:
    return pack_project(folder, PackingChoice(output=to, **options), Silence())


def manifest_of(bundle: Path) -> Manifest:
    with open_bundle(bundle) as opened:
        return parse_manifest(opened.manifest_bytes(), str(bundle))


def files_of(bundle: Path) -> dict[str, bytes]:
    with open_bundle(bundle) as opened:
        return {path: opened.read(path, 1 << 24) for path in opened.names()}


def digests(folder: Path) -> dict[str, str]:
    """Of every file of an imported folder but what a rerun makes."""
    ours = (".reprocrate/reruns/", ".reprocrate/environments/")
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: sha256_file(path).sha256 for name, path in found.items() if not name.startswith(ours)}


def test_a_rerun_packs_into_a_valid_bundle_that_says_what_it_reproduces(
    original: Path, working_folder: Path
) -> None:
    outcome = rerun(original)
    packed = pack_reproduction(outcome.path.parent, working_folder / "again.crate.zip", Silence())
    report = assess(packed, Silence())
    assert report.valid, report.findings
    manifest, about = manifest_of(packed), manifest_of(packed).reproduces
    with open_bundle(original) as opened:
        assert about
        assert about.payload_sha256 == opened.payload_digest()
    assert (about.id, about.title, about.depth) == (manifest_of(original).id, "Numbers", "full")
    assert about.sentence == outcome.verdict.sentence
    assert about.upheld is outcome.verdict.upheld
    assert manifest.id != about.id
    files = files_of(packed)
    assert about.verdict
    assert json.loads(files[about.verdict.path]) == outcome.verdict.to_json()
    assert json.loads(files[".reprocrate/reproduction/original.json"])["id"] == about.id
    assert [run.metrics[0].value for run in manifest.runs] == [0.51, 0.52]
    assert manifest.environments[0].lock is not None  # the one that it was built from: no index was asked
    assert manifest.metrics[0].margin == manifest_of(original).metrics[0].margin
    assert not manifest.claims
    page = files["ro-crate-preview.html"].decode()
    assert "Reproduction of" in page
    assert outcome.verdict.sentence in page
    assert "Primary claim of the original" in page
    assert "The score is at least a tenth." in page
    assert 'href="./.reprocrate/reproduction/original.json"' in page
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(show_text(manifest))
    assert "Reproduction of Numbers, by running its commands again: Run again" in console.export_text()


def test_its_metadata_names_the_original_and_the_verdict(original: Path, working_folder: Path) -> None:
    outcome = rerun(original)
    packed = pack_reproduction(outcome.path.parent, working_folder / "again.crate.zip", Silence())
    graph = {one["@id"]: one for one in json.loads(files_of(packed)["ro-crate-metadata.json"])["@graph"]}
    based_on = graph[graph["./"]["isBasedOn"]["@id"]]
    with open_bundle(original) as opened:
        assert based_on["@id"].endswith(opened.payload_digest())
    assert based_on["name"] == "Numbers"
    assert {"@id": "#verdict"} in graph["./"]["mentions"]
    assert graph["#verdict"]["reviewBody"] == outcome.verdict.sentence
    assert graph["#verdict"]["itemReviewed"] == {"@id": based_on["@id"]}


def test_nothing_of_the_original_is_touched_and_two_reruns_do_not_mix(
    original: Path, working_folder: Path
) -> None:
    folder = import_bundle(original, working_folder / "imported", Silence()).folder
    before = digests(folder)
    first, second = rerun(folder), rerun(folder, seeds="1")
    assert digests(folder) == before
    assert first.path.parent != second.path.parent
    bundles = [
        pack_reproduction(one.path.parent, working_folder / f"{number}.crate.zip", Silence())
        for number, one in enumerate((first, second))
    ]
    assert digests(folder) == before
    seeds = [[run.seed for run in manifest_of(bundle).runs] for bundle in bundles]
    assert seeds == [[0, 1], [1]]
    assert manifest_of(bundles[0]).id != manifest_of(bundles[1]).id


def test_whoever_reran_is_its_author_and_nobody_else(original: Path, working_folder: Path) -> None:
    outcome = rerun(original)
    folder = outcome.path.parent
    # whatever the code that ran left in its own folder names nobody
    (folder / "work" / "reprocrate.toml").write_text('[experiment]\nauthors = [{ name = "Mallory" }]\n')
    (folder / "work" / "CITATION.cff").write_text("cff-version: 1.2.0\ntitle: Mallory's\n")
    (folder / "work" / "LICENSE").write_text("All rights Mallory's.\n")
    nameless = pack_reproduction(folder, working_folder / "nameless.crate.zip", Silence())
    assert manifest_of(nameless).experiment.authors == ()
    assert not any(b"Mallory" in data for data in files_of(nameless).values())
    (folder / "reprocrate.toml").write_text(
        '[experiment]\nauthors = [{ name = "Grace Example" }]\nlicense = "CC0-1.0"\n'
    )
    named = manifest_of(pack_reproduction(folder, working_folder / "named.crate.zip", Silence()))
    assert [author.name for author in named.experiment.authors] == ["Grace Example"]
    assert named.experiment.license == "CC0-1.0"
    assert {code.license for code in named.code} == {"Apache-2.0"}  # the code is the original's


def test_only_what_its_authors_can_know_is_theirs_to_say(original: Path, working_folder: Path) -> None:
    folder = rerun(original).path.parent
    (folder / "reprocrate.toml").write_text('[metrics.score]\nstdout = "score (.*)"\n')
    with pytest.raises(UsageError, match=r"\[metrics\] has no place in a reproduction"):
        open_what(folder)


def test_a_reproduction_can_be_rerun_and_that_is_a_reproduction_of_it(
    original: Path, working_folder: Path
) -> None:
    first = pack_reproduction(rerun(original).path.parent, working_folder / "first.crate.zip", Silence())
    again = rerun(first)
    assert [result.outcome for result in again.verdict.results] == ["identical"]
    second = pack_reproduction(again.path.parent, working_folder / "second.crate.zip", Silence())
    assert assess(second, Silence()).valid
    about = manifest_of(second).reproduces
    assert about
    assert about.id == manifest_of(first).id
    assert about.title == manifest_of(first).experiment.title == "Rerun of: Numbers"


def test_a_reruns_folder_opens_as_the_reproduction(original: Path, working_folder: Path) -> None:
    outcome = rerun(original)
    for place in (outcome.path.parent, outcome.path.parent / "work"):
        opened = open_what(place)
        assert opened.kind is Kind.PROJECT
        assert opened.manifest.reproduces
        assert opened.manifest.reproduces.upheld is outcome.verdict.upheld
    assert open_what(outcome.path.parent).manifest == load_manifest(outcome.path.parent / "reprocrate.json")
    verdict = compare_recorded(original, outcome.path.parent)
    assert [result.outcome for result in verdict.results] == ["identical"]


def test_data_that_did_not_travel_with_the_original_does_not_travel_with_its_reproduction(
    study: Study, working_folder: Path
) -> None:
    study.write("reprocrate.toml", ABOUT.replace("CC0-1.0", 'CC0-1.0"\naccess = "restricted') + SETTINGS)
    study.run()
    bundle = study.pack(working_folder / "numbers.crate.zip").path
    folder = import_bundle(bundle, working_folder / "imported", Silence()).folder
    assert not (folder / "data" / "numbers.txt").exists()
    (folder / "data").mkdir(exist_ok=True)
    shutil.copy(study.folder / "data" / "numbers.txt", folder / "data")
    outcome = _rerun_with_own_data(folder)
    packed = pack_reproduction(outcome.path.parent, working_folder / "again.crate.zip", Silence())
    assert "data/numbers.txt" not in files_of(packed)
    assert manifest_of(packed).data[0].access == manifest_of(bundle).data[0].access


def _rerun_with_own_data(folder: Path) -> Rerun:
    """A rerun in a folder to which its reader added the data that did not travel."""
    listed = folder / "manifest-sha256.txt"
    digest = sha256_file(folder / "data" / "numbers.txt").sha256
    listed.write_text(listed.read_text() + f"{digest}  data/numbers.txt\n")
    return rerun(folder)


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda folder: (folder / "verdict.json").unlink(), UsageError, "has not ended"),
        (lambda folder: (folder / "reproduction.json").unlink(), UsageError, "has not ended"),
        (
            lambda folder: (folder / "reproduction.json").write_text("[]"),
            UnreadableError,
            "what was reproduced",
        ),
        (lambda folder: (folder / "original.json").write_text("{"), ReprocrateError, "original.json"),
        (lambda folder: shutil.rmtree(folder / "work"), UsageError, "holds no runs"),
    ],
)
def test_a_spoilt_rerun_is_not_packed(
    original: Path,
    working_folder: Path,
    spoil: Callable[[Path], Any],
    error: type[Exception],
    said: str,
) -> None:
    folder = rerun(original).path.parent
    spoil(folder)
    with pytest.raises(error, match=said):
        pack(folder, working_folder / "again.crate.zip")
    assert not list(working_folder.glob("again*"))


def test_a_verdict_that_was_changed_is_not_packed(original: Path, working_folder: Path) -> None:
    outcome = rerun(original)
    text = outcome.path.read_text()
    outcome.path.write_text(text.replace('"upheld": true', '"upheld": false', 1))
    assert outcome.path.read_text() != text
    refused = pack(outcome.path.parent, working_folder / "again.crate.zip")
    assert refused.packed is None
    assert "/reproduces/verdict" in {one.location.pointer for one in refused.report.findings}
    assert not list(working_folder.glob("again*"))


def test_where_only_records_were_computed_again_there_is_nothing_to_pack(
    original: Path, working_folder: Path
) -> None:
    outcome = rerun(original, depth="logs")
    with pytest.raises(UsageError, match=r"holds no runs.*verdict.json"):
        pack(outcome.path.parent, working_folder / "again.crate.zip")
