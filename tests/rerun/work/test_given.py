"""What a run is given of what others had written, and what a plan says of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from reprocrate.manifest import Hardware, OperatingSystem
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import Decision, Plan, Requirement, Scope, plan_scope
from reprocrate.rerun.plan.scope import selection_of
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox
from reprocrate.rerun.work.given import Gifts
from reprocrate.rerun.work.selection import Depth
from tests.rerun.study import Study, file

EVALUATE = {"name": "evaluate", "overrides": ["--evaluate"]}
HOST = Host(OperatingSystem(name="Linux"), Hardware.model_validate({"id": "here"}), NoSandbox("", ""))


@pytest.fixture
def study() -> Study:
    """Training that left a checkpoint, a result, a curve and more, and declares an evaluation."""
    made = Study()
    made.document["metrics"][0]["source"] = {"path": "out/{seed}.json", "json_path": "$.accuracy"}
    made.add(
        "wide",
        configuration={"variants": [EVALUATE]},
        checkpoints=[file("models/{seed}.bin", 3)],
        predictions=file("out/predictions-{seed}.csv", 4),
        outputs=[file("out/{seed}.json", 5), file("out/settings/{seed}.json", 6)],
        histories=file("out/{seed}.csv", 7),
    )
    return made


def given_to(study: Study, number: int = 0, **scope: Any) -> dict[str, bool]:
    """Paths of what a task is given, and whether it is known to need it."""
    manifest = study.manifest()
    tasks = selection_of(manifest, Scope(**scope)).tasks
    return {one.file.path: one.needed for one in Gifts(manifest, tasks).of(tasks[number])}


def plan(study: Study, folder: Path | None = None, **scope: Any) -> Plan:
    return plan_scope(study.manifest(), HOST, Scope(**scope), folder)


def about_files(made: Plan) -> list[Requirement]:
    return [one for one in made.requirements if one.namespace == "data"]


def test_a_full_rerun_is_given_nothing_that_it_writes_itself(study: Study) -> None:
    assert given_to(study) == {}
    assert about_files(plan(study)) == []


def test_an_evaluation_is_given_what_training_left_but_not_its_result(study: Study) -> None:
    assert given_to(study, 1, depth=Depth.EVALUATE) == {
        "models/1.bin": True,
        "out/predictions-1.csv": True,
        "out/settings/1.json": False,
    }


def test_a_file_that_a_value_was_read_from_is_withheld(study: Study) -> None:
    del study.document["metrics"][0]["source"]
    assert "out/1.json" in given_to(study, 1, depth=Depth.EVALUATE)
    study.document["runs"][1]["metrics"][0]["evidence"] = {"path": "out/1.json"}
    assert "out/1.json" not in given_to(study, 1, depth=Depth.EVALUATE)


def test_what_the_arguments_name_is_what_is_needed(study: Study) -> None:
    overrides = ["--evaluate", "--load=./models/{seed}.bin"]
    study.document["configurations"][0]["variants"][0] = EVALUATE | {"overrides": overrides}
    given = given_to(study, 1, depth=Depth.EVALUATE)
    assert {path for path, needed in given.items() if needed} == {"models/1.bin"}
    study.document["runs"][1]["predictions"]["in_bundle"] = False
    (one,) = about_files(plan(study, depth=Depth.EVALUATE))
    assert one.decision is Decision.DEGRADED


def test_an_evaluation_that_has_everything_is_as_recorded(study: Study) -> None:
    (one,) = about_files(plan(study, depth=Depth.EVALUATE))
    assert one.decision is Decision.SAME
    assert one.recorded == "9 files, 90 bytes"
    assert "checked by digest" in one.reason


def test_a_checkpoint_that_did_not_travel_is_a_blocker_and_what_would_lift_it_is_said(study: Study) -> None:
    study.document["runs"][2]["checkpoints"][0] |= {"in_bundle": False, "url": "https://example.org/2.bin"}
    (one,) = about_files(plan(study, depth=Depth.EVALUATE))
    assert one.decision is Decision.IMPOSSIBLE
    assert one.reason == "models/2.bin did not come along"
    assert one.override
    for way in ("https://example.org/2.bin", 'checkpoints = "all"', "--depth full"):
        assert way in one.override
    (two,) = about_files(plan(study, depth=Depth.EVALUATE, seeds=(0, 1)))
    assert two.decision is Decision.SAME


def test_a_file_without_a_digest_cannot_be_verified_and_is_not_given(study: Study) -> None:
    del study.document["runs"][2]["checkpoints"][0]["sha256"]
    (one,) = about_files(plan(study, depth=Depth.EVALUATE))
    assert one.decision is Decision.IMPOSSIBLE
    assert "with a digest" in one.reason


def test_in_an_imported_folder_what_counts_is_what_lies_there(study: Study, tmp_path: Path) -> None:
    for seed in range(3):
        for path in (f"models/{seed}.bin", f"out/predictions-{seed}.csv", f"out/settings/{seed}.json"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(bytes(10))
    (tmp_path / "train.py").write_bytes(bytes(5))
    assert about_files(plan(study, tmp_path, depth=Depth.EVALUATE))[0].decision is Decision.SAME
    (tmp_path / "models/1.bin").unlink()
    assert about_files(plan(study, tmp_path, depth=Depth.EVALUATE))[0].decision is Decision.IMPOSSIBLE


def test_of_equal_files_the_one_that_lies_there_is_given(study: Study) -> None:
    again = dict(study.document["runs"][1], id="again", status="failed")
    study.document["runs"].append(again | {"checkpoints": [dict(again["checkpoints"][0])]})
    study.document["runs"][1]["checkpoints"][0]["in_bundle"] = False
    (one,) = about_files(plan(study, depth=Depth.EVALUATE))
    assert one.decision is Decision.SAME


def test_a_file_that_another_run_has_written_over_is_not_taken_for_it(study: Study, tmp_path: Path) -> None:
    study.document["configurations"][0]["variants"][0] = EVALUATE | {"overrides": ["models/{seed}.bin"]}
    digest = hashlib.sha256(b"0123456789").hexdigest()
    for seed in range(3):
        study.document["runs"][seed]["checkpoints"][0] |= {"in_bundle": False, "sha256": digest}
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / f"models/{seed}.bin").write_bytes(b"0123456789")
    assert about_files(plan(study, tmp_path, depth=Depth.EVALUATE))[0].decision is not Decision.IMPOSSIBLE
    (tmp_path / "models/1.bin").write_bytes(b"9876543210")
    assert about_files(plan(study, tmp_path, depth=Depth.EVALUATE))[0].decision is Decision.IMPOSSIBLE


def test_an_evaluation_of_nothing_needs_consent() -> None:
    study = Study()
    study.add("wide", configuration={"variants": [EVALUATE]})
    (one,) = about_files(plan(study, depth=Depth.EVALUATE))
    assert one.decision is Decision.DEGRADED
    assert "no file that an evaluation could begin with" in one.reason


def pipeline() -> Study:
    """Training by seed, and evaluations of each seed's model as runs of their own."""
    study = Study()
    study.add("train", result=False, checkpoints=[file("models/{seed}.bin", 3)])
    study.add(
        "test", kind="evaluate", inputs=[file("models/{seed}.bin", 3)], outputs=[file("out/{seed}.json", 5)]
    )
    return study


def test_recorded_evaluations_are_given_exactly_what_they_read() -> None:
    assert given_to(pipeline(), 1, depth=Depth.EVALUATE) == {"models/1.bin": True}
    assert given_to(pipeline(), 1, configurations=("test",)) == {"models/1.bin": True}
    assert given_to(pipeline(), 4) == {}  # train is run again, too


def test_what_other_runs_wrote_and_did_not_travel_blocks_and_running_these_lifts_it() -> None:
    study = pipeline()
    study.document["runs"][1]["checkpoints"][0]["in_bundle"] = False
    (one,) = about_files(plan(study, configurations=("test",)))
    assert one.decision is Decision.IMPOSSIBLE
    assert one.override
    assert "run train as well" in one.override
    assert about_files(plan(study)) == []


def test_new_seeds_of_an_evaluation_need_new_runs_of_the_training() -> None:
    (one,) = about_files(plan(pipeline(), configurations=("test",), new_seeds=2))
    assert one.decision is Decision.IMPOSSIBLE
    assert one.override == "run train with new seeds as well"
    assert about_files(plan(pipeline(), new_seeds=2)) == []


def test_what_could_pass_for_our_own_records_or_for_a_repository_is_never_given(study: Study) -> None:
    paths = (".reprocrate/runs/x/run.json", "out/.git/config", "out/.GIT/config")
    study.document["runs"][0]["outputs"] += [file(path, 8) for path in paths]
    assert not set(paths) & set(given_to(study, depth=Depth.EVALUATE))


def test_an_optional_output_that_stayed_behind_is_not_given(study: Study) -> None:
    study.document["runs"][0]["outputs"][1]["in_bundle"] = False
    manifest = study.manifest()
    tasks = selection_of(manifest, Scope(depth=Depth.EVALUATE)).tasks
    assert [one.source for one in Gifts(manifest, tasks).materials(tasks[0])] == [
        "models/0.bin",
        "out/predictions-0.csv",
    ]
