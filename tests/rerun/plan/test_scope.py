"""Which runs follow from what a reader wants to be done again."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from reprocrate.errors import UsageError
from reprocrate.rerun.plan.scope import Scope, selection_of
from reprocrate.rerun.work.new_seeds import BELOW, chosen_seeds
from reprocrate.rerun.work.selection import Depth, asked_seeds
from reprocrate.workflow.reruns.choice import RerunChoice
from tests.rerun.study import Study, file, names


@pytest.fixture
def study() -> Study:
    """A preparation, two methods that read what it made, one that nothing is claimed of, and an older one."""
    made = Study()
    rows = file("prepared/rows.csv", 1)
    made.add("prepare", [None], result=False, outputs=[rows])
    made.add("unused", [None], result=False, outputs=[file("prepared/unused.csv", 2)])
    for name in ("wide", "narrow", "other"):
        made.add(name, inputs=[rows])
    made.claim("first", "wide", "narrow", primary=True)
    made.claim("second", "other")
    return made


def chosen(study: Study, **scope: Any) -> list[str]:
    return names(selection_of(study.manifest(), Scope(**scope)).tasks)


def test_only_some_configurations(study: Study) -> None:
    assert chosen(study, configurations=("other",)) == ["other-0", "other-1", "other-2"]
    assert chosen(study, configurations=("prepare", "other"), seeds=(1,)) == ["prepare", "other-1"]


def test_what_is_not_run_again_is_said_to_be_taken_as_recorded(study: Study) -> None:
    made = selection_of(study.manifest(), Scope(configurations=("other",)))
    assert "Taken as recorded, from prepare: prepared/rows.csv." in made.reasons
    both = selection_of(study.manifest(), Scope(configurations=("prepare", "other")))
    assert not any("Taken" in reason for reason in both.reasons)


def test_an_unknown_name_is_answered_with_what_there_is(study: Study) -> None:
    with pytest.raises(UsageError, match="prepare, unused, wide, narrow, other"):
        chosen(study, configurations=("wider",))
    with pytest.raises(UsageError, match=r"first \(wide is better.\), second"):
        chosen(study, claims=("third",))


def test_a_name_that_several_have_stands_for_all_and_an_id_for_itself(study: Study) -> None:
    by_id = {one["id"]: one for one in study.document["configurations"]}
    by_id["wide"]["name"] = by_id["narrow"]["name"] = "method"
    by_id["other"]["name"] = "prepare"
    assert len(chosen(study, configurations=("method",))) == 6
    assert chosen(study, configurations=("prepare",)) == ["prepare"]


def test_a_claim_takes_what_it_rests_on_and_what_these_runs_read(study: Study) -> None:
    assert chosen(study, claims=("second",)) == ["prepare", "other-0", "other-1", "other-2"]
    found = chosen(study, claims=("first",))
    assert {one.partition("-")[0] for one in found} == {"prepare", "wide", "narrow"}


def test_prepared_files_that_travel_as_data_need_no_preparation(study: Study) -> None:
    study.document["data"] = [{"id": "rows", "files": [file("prepared/rows.csv", 1)]}]
    assert chosen(study, claims=("second",)) == ["other-0", "other-1", "other-2"]
    study.document["data"][0]["files"][0]["in_bundle"] = False
    assert chosen(study, claims=("second",))[0] == "prepare"


def test_a_claim_and_configurations_leave_what_both_name(study: Study) -> None:
    assert chosen(study, claims=("first",), configurations=("wide",), seeds=(0,)) == ["prepare", "wide-0"]
    with pytest.raises(UsageError, match="wide, narrow"):
        chosen(study, claims=("first",), configurations=("other",))


def test_a_claim_without_results_cannot_be_asked_about(study: Study) -> None:
    study.document["claims"].append({"id": "empty", "text": "It is good.", "kind": "value", "evidence": []})
    with pytest.raises(UsageError, match="rests on no result"):
        chosen(study, claims=("empty",))


def test_new_seeds_follow_from_the_id_and_were_never_used(study: Study) -> None:
    manifest = study.manifest()
    found = chosen_seeds(manifest, 3)
    digest = hashlib.sha256(f"{manifest.id}:0".encode()).digest()
    assert found[0] == int.from_bytes(digest[:8], "big") % BELOW
    assert found == chosen_seeds(manifest, 5)[:3]
    study.document["runs"][2]["status"] = "failed"
    study.document["runs"][2]["seeds"] = [{"value": found[0], "how": "argument"}]
    assert chosen_seeds(study.manifest(), 2) == (found[0] + 1, found[1])


def test_new_seeds_take_the_place_of_the_recorded_ones(study: Study) -> None:
    made = selection_of(study.manifest(), Scope(new_seeds=2, claims=("second",)))
    assert [(task.configuration.id, task.seed) for task in made.tasks] == [
        ("prepare", None),
        *(("other", seed) for seed in made.new_seeds),
    ]
    assert made.tasks[1].command == ("python", "train.py", "other", "--seed", str(made.new_seeds[0]))
    assert len(set(names(made.tasks))) == 3
    assert asked_seeds(study.manifest(), made.tasks) == {"prepare": [None], "other": list(made.new_seeds)}
    assert any("prepare takes no seed: it is run as recorded." in reason for reason in made.reasons)


def test_new_seeds_come_after_what_writes_the_files_they_read() -> None:
    study = Study()
    study.add("train", result=False, outputs=[file("models/{seed}.bin", 3)])
    study.add("test", inputs=[file("models/{seed}.bin", 3)])
    made = selection_of(study.manifest(), Scope(new_seeds=2))
    assert [task.configuration.id for task in made.tasks] == ["train", "train", "test", "test"]


def test_what_nothing_of_the_new_seeds_reads_is_not_run(study: Study) -> None:
    """A table over all seeds, and the trials of a search, which are no seeds."""
    study.add("trials", range(4), result=False, outputs=[file("trials/{seed}.json", 8)])
    study.add("table", [None], result=False, inputs=[file("out/wide.json", 9)])
    study.document["runs"][2]["outputs"] = [file("out/wide.json", 9)]
    made = selection_of(study.manifest(), Scope(new_seeds=2))
    assert {task.configuration.id for task in made.tasks} == {"prepare", "wide", "narrow", "other"}
    assert "table wrote nothing that runs of new seeds read: it is not run." in made.reasons
    alone = selection_of(study.manifest(), Scope(new_seeds=2, configurations=("trials",)))
    assert len(alone.tasks) == 2


def test_a_preparation_with_a_seed_of_its_own_is_run_as_recorded() -> None:
    study = Study()
    rows = file("rows.csv", 1)
    study.add("prepare", [0], result=False, outputs=[rows])
    study.add("wide", inputs=[rows])
    made = selection_of(study.manifest(), Scope(new_seeds=2))
    assert names(made.tasks)[0] == "prepare-0"
    alone = selection_of(study.manifest(), Scope(new_seeds=2, configurations=("wide",)))
    assert "Taken as recorded, from prepare: rows.csv." in alone.reasons
    assert "prepare wrote the same for all seeds: it is run as recorded." in made.reasons


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"literal": True}, "had its seed written into the command"),
        ({"how": "observed", "literal": True}, "chooses its seeds inside the program"),
        ({"seeds": [None]}, "takes no seed"),
    ],
)
def test_what_has_no_place_for_a_seed_is_named(study: Study, more: dict[str, Any], reason: str) -> None:
    study.add("fixed", **more)
    alone = Scope(new_seeds=2, configurations=("fixed",))
    with pytest.raises(UsageError, match=f"fixed {reason}"):
        selection_of(study.manifest(), alone)
    made = selection_of(study.manifest(), Scope(new_seeds=2))
    assert any(one.startswith(f"fixed {reason}") for one in made.reasons)
    assert ("fixed" in {task.configuration.id for task in made.tasks}) == (reason == "takes no seed")


def test_a_launch_that_holds_its_seeds_cannot_take_others(study: Study) -> None:
    study.add("loop", [None])
    held = [{"id": f"loop-{seed}", "configuration": "loop", "command": ["python", "train.py", "loop"],
             "status": "ok", "parent": "loop", "seeds": [{"value": seed, "how": "observed"}]}
            for seed in range(2)]  # fmt: skip
    study.document["runs"] += held
    with pytest.raises(UsageError, match="loop chooses its seeds inside the program"):
        selection_of(study.manifest(), Scope(new_seeds=2, configurations=("loop",)))


def test_one_recorded_seed_is_told() -> None:
    study = Study()
    study.add("wide", [0])
    made = selection_of(study.manifest(), Scope(new_seeds=2))
    assert any("wide has one recorded seed" in reason for reason in made.reasons)


def test_a_variable_takes_new_seeds() -> None:
    study = Study()
    study.add("wide", configuration={"command": ["python", "train.py"], "seed_variable": "SEED"})
    for run in study.document["runs"]:
        run["command"] = ["python", "train.py"]
    made = selection_of(study.manifest(), Scope(new_seeds=2))
    assert [task.command for task in made.tasks] == [("python", "train.py")] * 2


def test_nothing_on_record_has_no_new_seeds() -> None:
    with pytest.raises(UsageError, match="new seeds are not possible"):
        selection_of(Study().manifest(), Scope(new_seeds=2))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"new_seeds": 2, "seeds": "0"}, "--new-seeds does not go with --seeds"),
        ({"new_seeds": 2, "within": "5m"}, "--new-seeds does not go with --within"),
        ({"new_seeds": 2, "depth": "evaluate"}, "--new-seeds does not go with --depth evaluate"),
        ({"new_seeds": 0}, "--new-seeds 0"),
        ({"new_seeds": -1}, "--new-seeds -1"),
        ({"new_seeds": 10**9}, "--new-seeds 1000000000"),
        ({"within": "5m", "depth": "full"}, "--within does not go with --depth full"),
        ({"within": "0s"}, "no span of time"),
        ({"within": "-5m"}, "no span of time"),
        ({"within": "5"}, "no span of time"),
        ({"within": "nan"}, "no span of time"),
        ({"seeds": "7"}, "seed 7 was not recorded"),
    ],
)
def test_what_makes_no_sense_is_refused(study: Study, choice: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        selection_of(study.manifest(), RerunChoice(**choice).scope)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("20m", 1200), ("2h", 7200), ("1h30m", 5400), ("1.5H", 5400), ("1m 5s", 65)],
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert RerunChoice(within=text).scope.within == seconds


def test_a_preparation_that_seeds_itself_is_run_whatever_seeds_are_chosen(study: Study) -> None:
    study.document["runs"][0]["seeds"] = [{"value": 7, "how": "observed"}]
    assert chosen(study, seeds=(0,))[0] == "prepare"


def test_an_evaluation_fills_the_seed_into_its_arguments() -> None:
    study = Study()
    evaluate = {"name": "evaluate", "overrides": ["--load", "models/{seed}.bin"]}
    study.add("wide", configuration={"variants": [evaluate]})
    made = selection_of(study.manifest(), Scope(depth=Depth.EVALUATE))
    assert made.tasks[1].command[-2:] == ("--load", "models/1.bin")


def test_runs_that_were_evaluations_are_the_evaluation() -> None:
    study = Study()
    study.add("train", result=False, outputs=[file("models/{seed}.bin", 3)])
    study.add("test", kind="evaluate", inputs=[file("models/{seed}.bin", 3)])
    assert chosen(study, depth=Depth.EVALUATE) == ["test-0", "test-1", "test-2"]


def test_predictions_alone_are_no_evaluation(study: Study) -> None:
    study.document["runs"][2]["predictions"] = file("out/predictions.csv", 9)
    with pytest.raises(UsageError, match="the predictions of 1 run are on record, but no command"):
        chosen(study, depth=Depth.EVALUATE)
