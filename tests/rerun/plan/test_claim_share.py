"""What the rerun of one claim needs of a bundle."""

from __future__ import annotations

from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.rerun.plan import Scope
from reprocrate.rerun.plan.claim_share import needed_files
from reprocrate.rerun.plan.scope import selection_of

SHA = "a" * 64


def file(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "size": 1, "sha256": SHA, **more}


def run(configuration: str, reads: str, writes: str, environment: str) -> dict[str, Any]:
    return {
        "id": f"{configuration}-run",
        "configuration": configuration,
        "command": ["python", "train.py"],
        "status": "ok",
        "code": "code",
        "environment": environment,
        "inputs": [file(reads)],
        "outputs": [file(writes)],
        "checkpoints": [file(f"{configuration}.pt")],
        "histories": file(f"{configuration}.jsonl"),
    }


def document() -> dict[str, Any]:
    """Training on data that is prepared by another configuration, and something else."""
    steps = [
        ("prepare", "raw.csv", "ready.csv", "one"),
        ("train", "ready.csv", "out.json", "one"),
        ("other", "far.csv", "other.json", "two"),
    ]
    return {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Rings"},
        "code": [
            {"id": "code", "tree_sha256": SHA, "files": [file("train.py"), file("big.py", in_bundle=False)]}
        ],
        "data": [
            {"id": name, "files": [file(f"{name}.csv", in_bundle=name != "ready")]}
            for name in ("raw", "ready", "far")
        ],
        "environments": [
            {
                "id": name,
                "python": {"version": "3.11.7"},
                "lock": {"path": f"{name}/lock.txt", "sha256": SHA, "format": "requirements"},
                "wheels": [{"platform": "any", "files": [file(f"{name}/it.whl")]}],
            }
            for name in ("one", "two")
        ],
        "configurations": [
            {
                "id": name,
                "command": ["python", "train.py"],
                "code": "code",
                "data": [reads.removesuffix(".csv")],
                "variants": [{"name": "evaluate", "overrides": ["--evaluate"]}] if name == "train" else [],
            }
            for name, reads, _, _ in steps
        ],
        "runs": [run(*step) for step in steps],
        "metrics": [{"id": "accuracy"}],
        "results": [
            {
                "id": f"{name}-accuracy",
                "configuration": name,
                "metric": "accuracy",
                "over": "runs",
                "statistic": "single",
                "n": 1,
                "runs": [f"{name}-run"],
                "value": 0.9,
            }
            for name in ("train", "other")
        ],
        "claims": [
            {"id": "c1", "text": "Trained.", "kind": "value", "evidence": ["train-accuracy"]},
            {"id": "c2", "text": "Other.", "kind": "value", "evidence": ["other-accuracy"]},
            {"id": "c3", "text": "Nothing.", "kind": "value", "evidence": []},
        ],
    }


THERE = (
    *("reprocrate.json", "ro-crate-metadata.json", "manifest-sha256.txt", "REPRODUCING.md", "LICENSE"),
    *(".reprocrate/standard/spec.md", "ro-crate-preview_files/a.svg", "paper/LICENSE", "README.md"),
)
DESCRIBING = set(THERE) - {"paper/LICENSE", "README.md"}


def run_again(manifest: Manifest, claim: str) -> tuple[str, ...]:
    tasks = selection_of(manifest, Scope(claims=(claim,))).tasks
    return tuple(task.configuration.id for task in tasks)


def test_what_made_the_data_is_run_again_where_the_data_did_not_travel() -> None:
    assert run_again(manifest_from(document()), "c1") == ("prepare", "train")
    found = document()
    found["data"][1]["files"][0]["in_bundle"] = True
    assert run_again(manifest_from(found), "c1") == ("train",)


def test_the_files_of_a_claim() -> None:
    manifest = manifest_from(document())
    assert needed_files(manifest, "c1", THERE) == DESCRIBING | {
        *("train.py", "raw.csv", "one/lock.txt", "one/it.whl", "train.jsonl", "prepare.jsonl"),
        *("train.pt", "out.json", "ready.csv"),  # what `evaluate` is given
    }
    assert needed_files(manifest, "c2", THERE) == DESCRIBING | {
        *("train.py", "far.csv", "two/lock.txt", "two/it.whl", "other.jsonl"),
    }


def test_a_claim_that_is_none_or_rests_on_nothing_is_told() -> None:
    manifest = manifest_from(document())
    with pytest.raises(UsageError, match=r"no claim \"c9\".*c1 \(Trained\.\)"):
        needed_files(manifest, "c9", THERE)
    with pytest.raises(UsageError, match="rests on no result"):
        needed_files(manifest, "c3", THERE)
