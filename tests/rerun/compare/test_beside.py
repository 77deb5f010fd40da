"""Files and promised determinism: told beside the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from reprocrate.rerun.compare import Basis, Circumstances, HostDifference, Verdict
from reprocrate.rerun.compare.artifacts import NAMED
from tests.rerun.compare.test_manifests import Document, experiment, judged

VALUES = {"net": (0.9, 0.91, 0.92)}
SAME, CPU, GPU = HostDifference.SAME, HostDifference.CPU, HostDifference.GPU


def wrote(**files: list[tuple[str, str | None]]) -> Document:
    """An experiment each run of which wrote such files; `RUN` in a path stands for the run's id."""
    document = experiment(VALUES)
    for run in document["runs"]:
        for kind, entries in files.items():
            found = []
            for path, letter in entries:
                file: dict[str, Any] = {"path": path.replace("RUN", run["id"])}
                found.append(file | ({"sha256": letter * 64} if letter else {}))
            run[kind] = found[0] if kind in ("predictions", "histories") else found
    return document


def files(then: Document, now: Document) -> dict[str, Any]:
    found: dict[str, Any] = judged(then, now).to_json()["artifacts"]
    return found


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: value for name, value in found.items() if name not in ("named", "runs") and value}


def test_each_file_is_identical_different_missing_or_new() -> None:
    then = wrote(
        outputs=[("out/RUN.json", "a"), ("out/RUN.npz", "b"), ("gone.txt", "c"), ("unknown.txt", None)],
        logs=[("logs/RUN/stdout.log", "1")],
    )
    now = wrote(
        outputs=[("out/RUN.json", "a"), ("out/RUN.npz", "d"), ("added.txt", "c"), ("unknown.txt", "e")],
        logs=[("logs/RUN/stdout.log", "2")],
    )
    found = files(then, now)
    assert found["runs"] == 3
    assert counts(found) == {"identical": 3, "different": 6, "missing": 3, "new": 3, "unknown": 3}
    named = {(one["path"], one["fate"]): one for one in found["named"] if one["seed"] == "0"}
    assert named["out/net-0.npz", "different"]["hint"].startswith("numpy writes times")
    assert named["logs/net-0/stdout.log", "different"]["kind"] == "log"
    assert named["gone.txt", "missing"]["rerun"] is None
    assert named["added.txt", "new"]["recorded"] is None
    assert not any(one["fate"] == "identical" for one in found["named"])


def test_event_files_are_matched_though_their_names_hold_time_host_and_process() -> None:
    name = "events.out.tfevents.17640{}.host.{}.0"
    then = wrote(outputs=[(f"runs/{name.format(10000 + i, 900 - i)}", "ab"[i]) for i in range(2)])
    now = wrote(outputs=[(f"runs/{name.format(20000 + i, 77)}", "ac"[i]) for i in range(2)])
    found = files(then, now)
    assert counts(found) == {"identical": 3, "different": 3}
    assert {one["path"] for one in found["named"]} == {f"runs/{name.format(10001, 899)}"}
    assert "their names time, host and process" in found["named"][0]["hint"]
    folder = "runs/Nov25_20-55-{}_host/events.out.tfevents.1764010000.host.900.0"
    then, now = (wrote(outputs=[(folder.format(second), "a")]) for second in ("22", "59"))
    assert counts(files(then, now)) == {"identical": 3}
    other = wrote(outputs=[("runs/b/events.out.tfevents.1764010000.host.900.0", "a")])
    assert counts(files(then, other)) == {"missing": 3, "new": 3}


def test_a_folder_that_is_called_as_the_run_may_have_another_name() -> None:
    then, now = wrote(outputs=[("runs/RUN/a", "a")]), wrote(outputs=[("runs/RUN/a", "a")])
    for run in now["runs"]:
        run["outputs"][0]["path"] = f"runs/again-{run['id']}/a"
        run["id"] = f"again-{run['id']}"
    for result in now["results"]:
        result["runs"] = [f"again-{name}" for name in result["runs"]]
    assert counts(files(then, now)) == {"identical": 3}


def test_predictions_checkpoints_and_histories_are_told_apart_and_only_some_are_named() -> None:
    kinds = {
        "checkpoints": [(f"{n}.pt", "a") for n in range(9)],
        "predictions": [("p", "a")],
        "histories": [("h", "a")],
    }
    others = {name: [(path, "b") for path, _ in of] for name, of in kinds.items()}
    found = files(wrote(**kinds), wrote(**others))
    assert counts(found) == {"different": 33}
    assert len(found["named"]) == NAMED
    assert [one["kind"] for one in found["named"]] == ["checkpoint"] * 9 + ["histories"]


def test_files_of_seeds_that_failed_or_were_not_run_do_not_count() -> None:
    then, now = wrote(outputs=[("a", "a")]), wrote(outputs=[("a", "b")])
    now["runs"][0] |= {"status": "failed", "metrics": []}
    now["results"][0] |= {
        "runs": ["net-1", "net-2"],
        "excluded": [{"run": "net-0", "reason": "failed"}],
        "n": 2,
    }
    found = files(then, now)
    assert (found["runs"], found["different"]) == (2, 2)


def test_files_never_change_the_outcome() -> None:
    then, now = wrote(outputs=[("a", "a")]), wrote(outputs=[("a", "b")])
    assert judged(then, now).upheld
    assert [one.outcome.value for one in judged(then, now).results] == ["identical"]


@pytest.mark.parametrize("basis", [Basis.LOGS, Basis.SMOKE])
def test_nothing_is_told_of_files_where_nothing_was_run_as_it_was(basis: Basis) -> None:
    then = wrote(outputs=[("a", "a")])
    verdict = judged(then, then, circumstances=Circumstances(basis=basis))
    assert verdict.artifacts is None
    assert verdict.determinism.shown is None
    assert verdict.determinism.met is None


# Determinism ------------------------------------------------------------------------------------------


def promise(
    promised: str | None, add: float, host: HostDifference = SAME, margin: float = 0.01, **more: Any
) -> Verdict:
    metrics = [
        {"id": "accuracy", "direction": "maximize", "margin": {"kind": "absolute", "value": margin}}
        | more.pop("metric", {})
    ]
    original = experiment(VALUES, metrics=metrics)
    if promised:
        original["determinism"] = {"promised": promised}
    again = {"net": [value + add for value in VALUES["net"]]}
    return judged(original, experiment(again, metrics=metrics), host=host, **more)


@pytest.mark.parametrize(
    ("promised", "add", "host", "shown", "met"),
    [
        ("bitwise", 0.0, SAME, "bitwise", True),
        ("bitwise", 0.0, GPU, "bitwise", True),
        ("bitwise", 1e-9, SAME, "numerical", False),
        ("bitwise", 1e-9, CPU, "numerical", None),
        ("bitwise", 1e-9, GPU, "numerical", None),
        ("numerical", 0.0, SAME, "bitwise", True),
        ("numerical", 1e-9, SAME, "numerical", True),
        ("numerical", 5e-3, SAME, None, False),
        ("numerical", 5e-3, CPU, None, None),
        ("numerical", 5e-3, GPU, "numerical", True),
        ("statistical", 1e-9, SAME, "numerical", True),
        ("statistical", 5e-3, SAME, None, None),
        ("statistical", 0.5, SAME, None, False),
        ("none", 0.5, SAME, None, None),
        (None, 0.0, SAME, "bitwise", None),
    ],
)
def test_promise_against_what_was_shown(
    promised: str | None, add: float, host: HostDifference, shown: str | None, met: bool | None
) -> None:
    found = promise(promised, add, host).determinism
    assert (found.promised, found.shown, found.met) == (promised, shown, met)
    assert found.same_platform is (host is SAME)
    assert found.explanation.endswith(".")


def test_another_platform_does_not_break_a_promise_and_it_is_said_so() -> None:
    assert "so that does not break it" in promise("bitwise", 1e-9, CPU).determinism.explanation
    assert "that was not kept" in promise("bitwise", 1e-9, SAME).determinism.explanation


def test_equivalent_means_keep_a_statistical_promise() -> None:
    found = promise("statistical", 5e-3, CPU, margin=0.1).determinism
    assert (found.shown, found.met) == ("statistical", True)


def test_a_declared_tolerance_is_the_rounding_that_a_promise_allows() -> None:
    found = promise("numerical", 1e-4, SAME, metric={"tolerance": {"atol": 1e-6, "rtol": 0.0}}).determinism
    assert found.met is False


def test_other_code_or_degraded_conditions_break_no_promise() -> None:
    degraded = promise("bitwise", 1e-9, SAME, circumstances=Circumstances(degraded=True)).determinism
    assert degraded.met is None
    original, again = experiment(VALUES), experiment({"net": [value + 1e-9 for value in VALUES["net"]]})
    original["determinism"] = {"promised": "bitwise"}
    again["code"][0]["files"][0]["sha256"] = "9" * 64
    assert judged(original, again, host=SAME).determinism.met is None


def test_other_seeds_neither_keep_nor_break_a_promise_of_bits() -> None:
    original, again = experiment(VALUES), experiment(VALUES)
    original["determinism"] = {"promised": "bitwise"}
    for run in again["runs"]:
        run["seeds"][0]["value"] += 100
    found = judged(original, again, host=SAME).determinism
    assert (found.shown, found.met) == (None, None)


def test_no_result_shows_nothing() -> None:
    assert judged(experiment({}), experiment({})).determinism.explanation.startswith("No result was compared")
