"""`reprocrate compare` as a user has it: any two records, one verdict, exit codes 0, 1, 2 and 3."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.rerun.compare.test_manifests import COMPARISON, LINE, NET, Document, claim, experiment

LEARN = """
import random, sys
seed, moved = int(sys.argv[1]), float(sys.argv[2])
source = random.Random(seed)
with open(f"history-{seed}.csv", "w") as file:
    print("metric,step,value", file=file)
    for step in range(20):
        value = 1 / (step + 1) + source.gauss(0, 0.01) + (moved if step >= 12 else 0)
        print(f"loss,{step},{value!r}", file=file)
right = [source.random() < 0.9 for _ in range(200)]
with open(f"predictions-{seed}.csv", "w") as file:
    print("item,prediction,target", file=file)
    for item, one in enumerate(right):
        print(f"{item},{int(one and not (moved and item % 3 == 0))},1", file=file)
wrong = sum(item % 3 == 0 and one for item, one in enumerate(right)) if moved else 0
print(f"accuracy={(sum(right) - wrong) / 200}")
"""
SETTINGS = """
[experiment]
title = "Learn"
[metrics.accuracy]
stdout = "accuracy=(?P<value>[0-9.]+)"
direction = "maximize"
count_of = 200
margin = 0.02
[files]
histories = "history-{seed}.csv"
predictions = "predictions-{seed}.csv"
"""


def write(folder: Path, name: str, document: Document) -> Path:
    path = folder / name
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("statuses", "why"),
    [
        (
            ["killed"] * 5 + ["interrupted"] * 5,
            "since of 10 runs of the original none ended well (5 were",
        ),
        (["interrupted"] * 10, "no result to compare, since all 10 runs of the original were interrupted."),
        (["ok"] * 10, "no result to compare, since no metric was recorded of the original's runs."),
    ],
)
def test_an_original_without_results_is_said_to_have_none_and_why(
    cli: Any, tmp_path: Path, statuses: Sequence[str], why: str
) -> None:
    document = experiment()
    document |= {"results": [], "comparisons": [], "claims": []}
    for run, status in zip(document["runs"], statuses, strict=True):
        run |= {"status": status, "metrics": []}
    then, now = write(tmp_path, "then.json", document), again(tmp_path, 0.0)
    told = cli.here(tmp_path, "compare", str(then), str(now), code=1)
    assert why in " ".join(told.out.split())


@pytest.fixture
def original(tmp_path: Path) -> Path:
    metric = {
        "id": "accuracy",
        "direction": "maximize",
        "unit": "fraction",
        "margin": {"kind": "absolute", "value": 0.01},
    }
    claims = [claim(by=0.02, primary=True)]
    return write(tmp_path, "then.json", experiment(comparisons=[COMPARISON], claims=claims, metrics=[metric]))


def again(folder: Path, add: float, line: Sequence[float] = LINE) -> Path:
    values = {"net": [value + add for value in NET], "line": list(line)}
    return write(folder, "now.json", experiment(values))


@pytest.mark.parametrize(
    ("add", "code", "outcome", "claimed"),
    [
        (0.0, 0, "identical", "upheld"),
        (1e-9, 0, "equivalent", "upheld"),
        (-0.1, 1, "contradicted", "not_upheld"),
        (-0.02, 1, "contradicted", "undecided"),
    ],
)
def test_verdict_and_exit_code(
    cli: Any, tmp_path: Path, original: Path, add: float, code: int, outcome: str, claimed: str
) -> None:
    said = cli.here(tmp_path, "compare", original, again(tmp_path, add), "--json", code=code)
    document = said.document("verdict")
    assert document["basis"] == "compare"
    assert document["results"][0]["outcome"] == outcome
    assert document["claims"][0]["outcome"] == claimed
    assert document["upheld"] is (code == 0)
    text = cli.here(tmp_path, "compare", original, tmp_path / "now.json", code=code).out
    assert "reproduced" not in text + said.out
    assert "Nothing was run: two records were compared." in text
    assert outcome in text
    assert text.rstrip().splitlines()[-1].startswith("The comparison")


def test_the_readers_margin_is_taken_and_shown_as_the_readers(
    cli: Any, tmp_path: Path, original: Path
) -> None:
    other = again(tmp_path, -0.1)
    said = cli.here(tmp_path, "compare", original, other, "--margin", "accuracy=0.5", "--json", code=1)
    found = said.document("verdict")["results"][0]
    assert found["outcome"] == "equivalent"
    assert found["margin"] == {"kind": "absolute", "value": 0.5, "declared_by": "reader"}
    assert "The margin of 0.5 is the reader's." in found["remarks"]


@pytest.mark.parametrize(
    ("margin", "said"),
    [
        (["accuracy=nan"], "is no margin"),
        (["accuracy=inf"], "is no margin"),
        (["accuracy=-0.1"], "is no margin"),
        (["accuracy=-inf"], "is no margin"),
        (["accuracy=x"], "is not METRIC=VALUE"),
        (["accuracy"], "is not METRIC=VALUE"),
        (["speed=1"], "Known: accuracy"),
        (["accuracy=1", "accuracy=2"], "given twice"),
    ],
)
def test_a_margin_that_makes_no_sense(
    cli: Any, tmp_path: Path, original: Path, margin: list[str], said: str
) -> None:
    options = [part for one in margin for part in ("--margin", one)]
    assert said in cli.complaint(tmp_path, "compare", original, original, *options, code=2)


def test_what_cannot_be_read_is_told(cli: Any, tmp_path: Path, original: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    assert "broken.json" in cli.complaint(tmp_path, "compare", original, "broken.json", code=3)
    assert "nowhere" in cli.complaint(tmp_path, "compare", "nowhere", original, code=2)


def test_renamed_metric_failed_seeds_and_other_units_each_have_a_state(
    cli: Any, tmp_path: Path, original: Path
) -> None:
    renamed, unit, fewer = experiment(), experiment(), experiment({"net": NET[:2], "line": LINE})
    for run in renamed["runs"]:
        run["metrics"][0]["metric"] = "acc"
    renamed["metrics"][0]["id"] = "acc"
    for one in renamed["results"]:
        one["metric"] = "acc"
    unit["metrics"][0]["unit"] = "percent"
    for document, outcome, said in (
        (renamed, "failed", "left no value of this metric"),
        (unit, "not_comparable", "the unit differs (fraction then, percent now)"),
        (fewer, "identical", "2 of 5 recorded seeds were run again"),
    ):
        other = write(tmp_path, "now.json", document)
        found = cli.here(tmp_path, "compare", original, other, "--json", code=1).document("verdict")
        assert found["results"][0]["outcome"] == outcome
        assert said in " ".join([found["results"][0]["explanation"], *found["results"][0]["remarks"]])


def test_curves_and_files_of_projects_folders_and_bundles_are_compared(cli: Any, tmp_path: Path) -> None:
    """Only the way to the result differs; where files cannot be read as recorded, no curve is told."""
    sides = []
    for name, moved in (("then", "0"), ("now", "0.001")):
        project = tmp_path / name
        project.mkdir()
        (project / "learn.py").write_text(LEARN)
        (project / "reprocrate.toml").write_text(SETTINGS)
        command = [sys.executable, "learn.py", "{seed}", moved]
        cli(project, "run", "--name", "net", "--seeds", "0-1", "--", *command)
        sides.append(project)
    cli.here(sides[0], "pack", "-o", "../then.zip")
    cli.here(sides[1], "pack", "-o", "../now.tar.zst", "--format", "tar.zst")
    cli.here(tmp_path, "import", "now.tar.zst", "folder")
    seen = []
    for first, second in (("then.zip", "now.tar.zst"), ("then", "now"), ("then.zip", "folder")):
        document = cli.here(tmp_path, "compare", first, second, "--json", code=1).document("verdict")
        (curve,) = document["curves"]
        assert [one["parts_at"] for one in curve["seeds"]] == [12, 12]
        seen.append((curve, document["artifacts"], [one["outcome"] for one in document["results"]]))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][1]["different"] == 6
    for path in (tmp_path / "folder").glob("history-*.csv"):
        path.write_text("metric,step,value\nloss,0,1\n")
    changed = cli.here(tmp_path, "compare", "then.zip", "folder", "--json", code=1).document("verdict")
    assert changed["curves"] == []
    assert cli.here(tmp_path, "compare", "then.zip", "then.zip").code == 0


def test_a_single_seed_is_judged_by_the_items_in_both_bundles(cli: Any, tmp_path: Path) -> None:
    for name, moved in (("then", "0"), ("now", "0.001")):
        project = tmp_path / name
        project.mkdir()
        (project / "learn.py").write_text(LEARN)
        (project / "reprocrate.toml").write_text(SETTINGS)
        cli(
            project, "run", "--name", "net", "--seeds", "3", "--", sys.executable, "learn.py", "{seed}", moved
        )
        cli.here(project, "pack", "-o", f"../{name}.zip")
        shutil.rmtree(project)
    document = cli.here(tmp_path, "compare", "then.zip", "now.zip", "--json", code=1).document("verdict")
    (found,) = document["results"]
    assert found["outcome"] == "contradicted"
    assert found["numbers"]["test"] == "mcnemar"
    assert found["numbers"]["items"]["items"] == 200
    assert "over 200 items (McNemar's test" in found["explanation"]
