"""Which work a rerun does, from the author's project to the verdict: evaluation, new seeds, claims, time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reprocrate.rerun.execute.running import WORK

SETTINGS = """
[experiment]
title = "A study"

[files]
checkpoints = ["models/*"]

[metrics.score]
from = "out/{seed}/score.json:$.score"
direction = "maximize"
margin = 0.5

[configurations.main]
variants = [{ name = "evaluate", overrides = ["--evaluate", "models/{seed}.txt"], minutes = 0.01 }]

[[claims]]
text = "It is at 0.7 at least."
primary = true
value = { configuration = "main", metric = "score", at_least = 0.7 }

[[claims]]
text = "It is at 0.9 at least."
value = { configuration = "main", metric = "score", at_least = 0.9 }
"""

TRAIN = """
import argparse, json, os, random
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
parser.add_argument("--evaluate")
arguments = parser.parse_args()
place = f"out/{arguments.seed}"
model = f"models/{arguments.seed}.txt"
assert not os.path.exists(place + "/score.json"), "the recorded result is in sight"
os.makedirs(place, exist_ok=True)
if arguments.evaluate:
    assert arguments.evaluate == model
else:
    assert not os.path.exists(model), "the recorded model is in sight"
    os.makedirs("models", exist_ok=True)
    with open(model, "w") as file:
        file.write(str(0.75 + random.Random(arguments.seed).random() / 100))
    print("trained")
with open(model) as file:
    score = float(file.read())
with open(place + "/score.json", "w") as file:
    json.dump({"score": score}, file)
"""


@pytest.fixture(scope="module")
def study_once(cli: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a script that trains a model and evaluates it, or only evaluates it."""
    folder = tmp_path_factory.mktemp("study")
    project = folder / "study"
    project.mkdir()
    (project / "train.py").write_text(TRAIN)
    (project / "reprocrate.toml").write_text(SETTINGS)
    command = ("--name", "main", "--seeds", "0-2", "--", "python", "train.py", "--seed", "{seed}")
    cli(project, "run", *command)
    cli(project, "pack", "-o", folder / "study.crate.zip")
    return folder / "study.crate.zip"


@pytest.fixture
def study(study_once: Path, tmp_path: Path) -> Path:
    """The same, alone in a folder elsewhere."""
    (tmp_path / "reader").mkdir()
    return Path(shutil.copy(study_once, tmp_path / "reader"))


def outputs_of(folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.glob(f".reprocrate/reruns/*/{WORK}/**/stdout.log"))]


def test_an_evaluation_begins_with_the_recorded_checkpoints(
    study: Path, cli: Any, rerun: Any, tree: Any
) -> None:
    plan = cli(study.parent, "plan", study.name, "--depth", "evaluate", "--json").document("plan")
    assert [(one["configuration"], one["seeds"]) for one in plan["work"]] == [("main", [0, 1, 2])]
    cli.here(study.parent, "import", study.name)
    before = tree(study.parent / "study")
    said = rerun(study.parent, "study", "--depth", "evaluate", "--json").document("verdict")
    assert (said["basis"], said["upheld"]) == ("evaluate", True)
    assert [one["outcome"] for one in said["results"]] == ["identical"]
    assert "trained" not in "".join(outputs_of(study.parent / "study"))
    assert before.items() <= tree(study.parent / "study").items()


def test_a_changed_checkpoint_is_not_evaluated(study: Path, cli: Any) -> None:
    cli.here(study.parent, "import", study.name)
    (study.parent / "study" / "models" / "1.txt").write_text("0.99")
    complaint = cli.complaint(study.parent, "rerun", "study", "--depth", "evaluate", code=1)
    assert "models/1.txt" in complaint


def test_checkpoints_that_stayed_behind_cannot_be_evaluated(
    packed_from: Callable[..., Path], cli: Any
) -> None:
    bundle = packed_from(TRAIN, SETTINGS + '[pack]\ncheckpoints = "none"\n')
    said = cli(bundle.parent, "plan", bundle.name, "--depth", "evaluate", code=3)
    assert "models/0.txt, models/1.txt, models/2.txt did not come along" in said.out.replace("\n", " ")
    assert 'checkpoints = "all"' in said.out
    cli.here(bundle.parent, "import", bundle.name)
    assert "models/0.txt" in cli.complaint(
        bundle.parent, "rerun", "study", "--depth", "evaluate", "--no-sandbox", code=3
    )
    assert cli.here(bundle.parent, "plan", "study", "--json").document("plan")["overall"] != "impossible"


def test_new_seeds_are_those_of_the_plan_and_judged_by_their_means(study: Path, cli: Any, rerun: Any) -> None:
    plan = cli.here(study.parent, "plan", study.name, "--new-seeds", "3", "--json").document("plan")
    seeds = plan["new_seeds"]
    assert plan["work"][0]["seeds"] == seeds
    assert not {0, 1, 2} & set(seeds)
    assert plan["expected"] == "equivalent"
    said = rerun(study.parent, study.name, "--new-seeds", "3", "--json").document("verdict")
    assert said["seeds_asked"] == {"main": [str(seed) for seed in seeds]}
    assert said["circumstances"]["new_seeds"] == [str(seed) for seed in seeds]
    (result,) = said["results"]
    assert result["outcome"] == "equivalent"
    assert result["numbers"]["equivalence"]["method"] == "welch"
    assert result["numbers"]["same_seeds"] is False
    assert any("new, never used by the original" in remark for remark in result["remarks"])
    work = next((study.parent / "study").glob(".reprocrate/reruns/*/work"))
    assert sorted(path.name for path in (work / "out").iterdir()) == sorted(map(str, seeds))
    shown = rerun(study.parent, study.name, "--new-seeds", "3").out
    assert "3 new against 3" in shown
    assert f"New seeds, which the original never used: {', '.join(map(str, seeds))}" in shown


def test_a_claim_that_was_asked_about_decides(study: Path, cli: Any, rerun: Any) -> None:
    cli.here(study.parent, "import", study.name)
    options = ("--depth", "logs", "--claim")
    first = rerun(study.parent, "study", *options, "claim-1", "--json").document("verdict")
    assert first["circumstances"]["claims"] == ["claim-1"]
    said = rerun(study.parent, "study", *options, "claim-2", code=1)
    assert "does not uphold the claim" in said.out
    complaint = cli.complaint(study.parent, "rerun", "study", "--claim", "claim-3", code=2)
    assert "claim-1 (It is at 0.7 at least.), claim-2" in complaint


@pytest.mark.parametrize(("time", "depth", "runs"), [("100h", "full", 3), ("0.0001s", "logs", 0)])
def test_what_fits_into_the_time_is_planned_and_done(
    study: Path, cli: Any, rerun: Any, time: str, depth: str, runs: int
) -> None:
    plan = cli.here(study.parent, "plan", study.name, "--within", time, "--json").document("plan")
    assert plan["depth"] == depth
    assert sum(len(one["seeds"]) for one in plan["work"]) == runs
    assert plan["within"]["offers"][-1]["chosen"]
    said = rerun(study.parent, study.name, "--within", time, "--json")
    verdict = said.document("verdict")
    assert (verdict["basis"], verdict["upheld"]) == (depth, True)
    assert verdict["circumstances"]["chosen"] == plan["reasons"]
    assert plan["reasons"][0] in said.err


def test_a_configuration_by_its_name(study: Path, cli: Any) -> None:
    plan = cli.here(study.parent, "plan", study.name, "--only", "main", "--seeds", "1", "--json")
    assert plan.document("plan")["work"][0]["seeds"] == [1]
    assert "Recorded are: main" in cli.complaint(study.parent, "plan", study.name, "--only", "other", code=2)


def test_options_that_do_not_go_together(study: Path, cli: Any) -> None:
    for options in (
        ["--new-seeds", "2", "--seeds", "0"],
        ["--within", "5m", "--depth", "full"],
        ["--within", "soon"],
        ["--new-seeds", "0"],
    ):
        cli.complaint(study.parent, "plan", study.name, *options, code=2)
        cli.complaint(study.parent, "rerun", study.name, *options, code=2)
    assert '"smoke"' in cli.complaint(study.parent, "plan", study.name, "--depth", "smoke", code=2)


def test_durations_that_say_nothing_are_told(study: Path, cli: Any) -> None:
    cli.here(study.parent, "import", study.name)
    document = json.loads((study.parent / "study" / "reprocrate.json").read_bytes())
    for duration in (None, 0.0, 1e308):
        for run in document["runs"]:
            run["duration_s"] = duration
            if duration is None:
                del run["duration_s"]
        (study.parent / "manifest.json").write_text(json.dumps(document))
        plan = cli.here(study.parent, "plan", "manifest.json", "--within", "1h", "--json").document("plan")
        assert plan["depth"] == "evaluate"
        assert plan["within"]["offers"][0]["seconds"] is None
        whole = cli.here(study.parent, "plan", "manifest.json")
        assert "time unknown" in whole.out
