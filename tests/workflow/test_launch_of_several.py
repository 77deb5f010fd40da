"""A launch that held several runs, through the whole loop: bundle, import, rerun."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.rerun.work.selection import repeated_runs, select_tasks
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.rerunning import rerun_experiment
from reprocrate.workflow.reruns.choice import RerunChoice
from reprocrate.workflow.reruns.consent import OwnCode
from reprocrate.workflow.running import Request, run_configuration

LOOP = """
import random
import reprocrate
for seed in range(3):
    random.seed(seed)
    for step in range(4):
        reprocrate.log(loss=random.random(), step=step, seed=seed)
with open("results.csv", "w") as table:
    table.write("seed,method,accuracy\\n")
    for seed in range(3):
        random.seed(seed)
        for method in ("wide", "slim"):
            table.write(f"{seed},{method},{random.random()!r}\\n")
"""
SETTINGS = """
[metrics.accuracy]
from = "results.csv:accuracy"
direction = "maximize"
factor_columns = ["method"]

[metrics.loss]
direction = "minimize"
"""


def launched(study: Any, settings: str) -> Any:
    study.write("score.py", LOOP)
    study.write("reprocrate.toml", settings)
    session = run_configuration(
        study.folder, Request(("python", "score.py"), name="loop", echo=False), Silence()
    )
    assert session.exit_code == 0
    return study


@pytest.fixture
def looped(study: Any) -> Any:
    return launched(study, SETTINGS)


def manifest_in(bundle: Path) -> tuple[Manifest, set[str]]:
    with zipfile.ZipFile(bundle) as archive:
        return parse_manifest(archive.read("reprocrate.json"), "the bundle"), set(archive.namelist())


def test_its_histories_travel_with_the_bundle(study: Any, tmp_path: Path) -> None:
    bundle = tmp_path / "loop.zip"
    launched(study, '[metrics.loss]\ndirection = "minimize"\n').pack(bundle)
    manifest, names = manifest_in(bundle)
    histories = [run.histories for run in manifest.runs if run.histories]
    assert len(histories) == 3
    assert {file.path for file in histories} <= names
    assert {file.in_bundle for file in histories} == {None}
    with zipfile.ZipFile(bundle) as archive:
        rows = list(csv.DictReader(archive.read(histories[0].path).decode().splitlines()))
    assert [(row["metric"], row["step"]) for row in rows] == [("loss", str(step)) for step in range(4)]


def test_values_of_seed_and_method_and_those_of_the_seed_alone(looped: Any) -> None:
    """A loss of a seed is of both methods: it stays with the launch, since it is of no one run."""
    manifest = looped.open().manifest
    (launch,) = (run for run in manifest.runs if run.parent is None)
    assert {seen.metric for run in manifest.runs if run.parent for seen in run.metrics} == {"accuracy"}
    assert [seen.metric for seen in launch.metrics] == ["loss"] * 3
    assert [file.path.rpartition("/")[2] for file in launch.artifacts] == [
        "histories.csv",
        "histories-1.csv",
        "histories-2.csv",
    ]


def test_a_rerun_launches_it_once_and_compares_every_run(
    looped: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bundle = tmp_path / "loop.zip"
    looped.pack(bundle)
    manifest, _ = manifest_in(bundle)
    for wanted in (None, ["loop-method-wide"], ["loop"]):
        tasks = select_tasks(manifest, configurations=wanted)
        assert [task.recorded.parent for task in tasks] == [None], "the launch, whatever is asked for"
        assert [task.configuration.id for task in tasks] == ["loop"]
    assert {run.id for run in repeated_runs(manifest, tasks)} == {
        run.id for run in manifest.runs if run.parent
    }
    for depth in ("logs", "full"):
        verdict = rerun_experiment(bundle, RerunChoice(depth=depth), OwnCode(), Silence()).verdict
        found = {one.id: str(one.outcome) for one in verdict.results}
        assert found == {"loop-method-slim.accuracy": "identical", "loop-method-wide.accuracy": "identical"}
