"""Golden manifests of whole experiments: their commands make them anew, and nothing is said against them."""

from __future__ import annotations

import importlib.util
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reprocrate.finding import Severity
from reprocrate.manifest import manifest_from
from reprocrate.render.evidence import make_contrasts, make_evidence
from reprocrate.render.outcomes import make_grids, make_groups, make_outcomes
from reprocrate.render.preview import preview_page
from reprocrate.render.show import show_document
from reprocrate.validation import Subject, validate

SCRIPT = Path(__file__).parent / "golden.py"

WARNINGS: dict[str, dict[str, str]] = {
    "reinforcement": {
        "RC0604": "with every seed Q-learning finds the shortest way, so all returns are equal"
    },
}
"""What is said against golden manifests nevertheless: for each kind codes of warnings, with the reason."""


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("golden", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script  # dataclasses look their module up
    spec.loader.exec_module(script)
    return script


GOLDEN = _load()


def _complaints(document: dict[str, Any]) -> dict[str, set[str]]:
    """What is said against a manifest: codes of errors and of warnings."""
    report = validate(Subject("reprocrate.json", document))
    return {
        str(severity): {each.code for each in report.findings if each.severity is severity}
        for severity in (Severity.ERROR, Severity.WARNING)
    }


def _no_patient_is_in_the_bundle(project: Path, bundle: zipfile.ZipFile) -> None:
    """The file stays behind, and no line of it is in any other file."""
    patients = (project / "cohort" / "patients.csv").read_text("utf-8").splitlines()[1:]
    assert len(patients) == 400
    assert "standin/patients.csv" in bundle.namelist()
    assert "cohort/patients.csv" not in bundle.namelist()
    packed = b"\n".join(bundle.read(name) for name in bundle.namelist())
    assert [line for line in patients if line.encode() in packed] == []


def _what_is_left_of_the_jobs_is_in_the_bundle(project: Path, bundle: zipfile.ZipFile) -> None:
    kept = {path.relative_to(project).as_posix() for path in project.glob("logs/*.out")}
    assert len(kept) == 8
    kept |= {f"checkpoints/small-{seed}.json" for seed in range(3)}
    assert kept <= set(bundle.namelist())
    assert not any(name.startswith("checkpoints/large") for name in bundle.namelist())


def _digests_and_table_are_in_the_bundle(project: Path, bundle: zipfile.ZipFile) -> None:
    digests = [bundle.read(f"out/parts/{part}.sha256.txt").split() for part in ("train", "test")]
    assert len(digests[1]) == 90
    assert not set(digests[0]) & set(digests[1])
    assert rb"\begin{tabular}" in bundle.read("out/table.tex")


def _each_review_has_its_prediction(project: Path, bundle: zipfile.ZipFile) -> None:
    for name in ("pairs", "words"):
        lines = bundle.read(f"out/{name}/predictions.csv").decode().splitlines()
        assert lines[0].split(",")[:3] == ["item", "prediction", "target"]
        assert len(lines) == 251


BUNDLES: dict[str, Callable[[Path, zipfile.ZipFile], None]] = {
    "expensive": _what_is_left_of_the_jobs_is_in_the_bundle,
    "pretrained": _each_review_has_its_prediction,
    "restricted": _no_patient_is_in_the_bundle,
    "supervised": _digests_and_table_are_in_the_bundle,
}
"""What else must be true of the bundles that some commands pack."""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.thorough if kind in ("grid", "search") else ())
        for kind in GOLDEN.kinds()
    ],
)
def test_the_commands_of_the_example_make_the_golden_manifest(kind: str, tmp_path: Path) -> None:
    made = GOLDEN.produced(kind, tmp_path)
    expected = {"error": set(), "warning": set(WARNINGS.get(kind, {}))}
    assert _complaints(made) == expected
    assert _complaints(GOLDEN.stored(kind)) == expected
    found = list(GOLDEN.differences(GOLDEN.stored(kind), GOLDEN.settled(made)))
    assert not found, "\n".join([*found, f"If it is meant to be so: python tests/golden.py {kind} --write"])
    if kind in BUNDLES:
        with zipfile.ZipFile(tmp_path / kind / f"{kind}.crate.zip") as bundle:
            BUNDLES[kind](tmp_path / kind, bundle)


def test_what_was_declared_is_compared_as_it_stands() -> None:
    """Times and machines of recorded runs vary; those that an author declared do not."""
    then, now = GOLDEN.stored("expensive"), GOLDEN.stored("expensive")
    assert list(GOLDEN.differences(then, GOLDEN.settled(now))) == []
    now["runs"][0]["duration_s"] += 60.0
    now["hardware"][0]["memory_bytes"] += 1
    places = {line.split()[0] for line in GOLDEN.differences(then, GOLDEN.settled(now))}
    assert {"/hardware/0/memory_bytes", "/runs/0/duration_s"} <= places


def test_whatever_is_measured_or_said_is_compared() -> None:
    """Only what `STAND_INS` names may differ."""
    then, now = GOLDEN.stored("grid"), GOLDEN.stored("grid")
    now["runs"][0]["duration_s"] = 99.5
    assert list(GOLDEN.differences(then, GOLDEN.settled(now))) == []
    now["runs"][1]["metrics"][0]["value"] += 0.001
    now["runs"][0]["outputs"][0]["sha256"] = "0" * 64
    now["experiment"]["title"] = "Another"
    del now["results"][0]["interval"]
    places = {line.split()[0] for line in GOLDEN.differences(then, GOLDEN.settled(now))}
    assert places == {
        "/experiment/title",
        "/results/0/interval",
        "/runs/0/outputs/0/sha256",
        "/runs/1/metrics/0/value",
    }


def test_each_stand_in_stands_in_some_manifest() -> None:
    """What no command leaves any more needs no stand-in."""
    manifests = [GOLDEN.stored(kind) for kind in GOLDEN.kinds()]
    for stand_in in GOLDEN.STAND_INS:
        if stand_in.value is not None:
            marked = json.loads(json.dumps(manifests))
            for document in marked:
                GOLDEN.put(document, stand_in.place, "marked")
            assert marked != manifests, stand_in.place


# What readers are shown --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GOLDEN.kinds())
def test_golden_manifests_can_be_shown_and_previewed(kind: str) -> None:
    manifest = manifest_from(GOLDEN.stored(kind))
    assert {result.id for result in manifest.results} <= _ids(show_document(manifest))
    assert manifest.experiment.title.encode() in preview_page(manifest)


def _ids(node: Any) -> set[str]:
    """Every text in a document."""
    if isinstance(node, dict):
        return {text for each in node.values() for text in _ids(each)}
    if isinstance(node, list):
        return {text for each in node for text in _ids(each)}
    return {node} if isinstance(node, str) else set()


def test_ranks_are_read_apart_from_what_is_ranked() -> None:
    manifest = manifest_from(GOLDEN.stored("grid"))
    values, ranks = make_groups(manifest, make_outcomes(manifest).values())
    assert (ranks.title, ranks.direction) == ("Mean rank by accuracy on test", "lower is better")
    assert [outcome.label for outcome in ranks.outcomes] == ["neighbours", "centroid", "bayes", "tree"]
    assert "neighbours (mean of 4)" in [outcome.label for outcome in values.outcomes]
    (grid,) = make_grids(manifest, make_outcomes(manifest))
    assert grid.size_text == "5 seeds in each cell that is no average"
    assert grid.cells["neighbours", "mean rank"][1] == "1.75"


def test_each_fold_is_shown_with_its_seed() -> None:
    outcome = next(iter(make_outcomes(manifest_from(GOLDEN.stored("crossvalidation"))).values()))
    assert (len(outcome.values), outcome.values[11].name) == (30, "1, fold 1")


def test_what_is_left_open_says_why() -> None:
    reasons = {}
    for kind in ("crossvalidation", "grid"):
        manifest = manifest_from(GOLDEN.stored(kind))
        outcomes = make_outcomes(manifest)
        found = make_evidence(manifest, outcomes, make_contrasts(manifest, outcomes))
        reasons[kind] = {each.claim.id: each.reason for each in found}
    assert "folds share training data" in reasons["crossvalidation"]["claim-1"]
    assert "an average over other results" in reasons["grid"]["claim-1"]
