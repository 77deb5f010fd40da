"""The verdict between two manifests, and the document it is written as."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from reprocrate.manifest import Environment, Hardware, Manifest, manifest_from
from reprocrate.rerun.compare import (
    Basis,
    Circumstances,
    HostDifference,
    Isolation,
    Margin,
    Outcome,
    PackageDifference,
    ResultVerdict,
    Tool,
    Verdict,
    compare,
    package_differences,
)
from reprocrate.rerun.compare.environments import host_difference
from reprocrate.rerun.plan.decisions import Decision, Requirement
from reprocrate.standard import problems, schema_document

NET = (0.96, 0.97, 0.965, 0.955, 0.962)
LINE = (0.92, 0.93, 0.925, 0.915, 0.922)
VALUES = {"net": NET, "line": LINE}
Document = dict[str, Any]


def run(configuration: str, seed: int | None, value: float | None, **more: Any) -> Document:
    metric = {
        "metric": "accuracy",
        "split": "test",
        "value": value,
        "status": "ok" if value is not None else "nan",
    }
    return {
        "id": f"{configuration}-{seed}",
        "configuration": configuration,
        "command": ["python", "train.py"],
        "status": "ok",
        "seeds": [] if seed is None else [{"value": seed, "how": "argument"}],
        "environment": "env",
        "hardware": ["cpu"],
        "metrics": [metric],
        **more,
    }


def result(configuration: str, runs: Sequence[str], excluded: Iterable[tuple[str, str]] = ()) -> Document:
    return {
        "id": f"{configuration}.accuracy",
        "configuration": configuration,
        "metric": "accuracy",
        "split": "test",
        "over": "runs",
        "statistic": "mean",
        "n": max(1, len(runs)),
        "value": 0.5,
        "runs": list(runs),
        "excluded": [{"run": name, "reason": reason} for name, reason in excluded],
    }


def experiment(values: Mapping[str, Sequence[float | None]] = VALUES, **more: Any) -> Document:
    """A manifest of two configurations; None in place of a value is a run that left nan."""
    runs = [run(name, seed, value) for name, of in values.items() for seed, value in enumerate(of)]
    results = []
    for name in values:
        counting = [
            one["id"] for one in runs if one["configuration"] == name and one["metrics"][0]["status"] == "ok"
        ]
        lost = [one["id"] for one in runs if one["configuration"] == name and one["id"] not in counting]
        if counting:
            results.append(result(name, counting, [(one, "not_finite") for one in lost]))
    return {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Digits"},
        "code": [
            {"id": "code", "tree_sha256": "0" * 64, "files": [{"path": "train.py", "sha256": "1" * 64}]}
        ],
        "data": [{"id": "digits", "files": [{"path": "digits.csv", "sha256": "2" * 64}]}],
        "environments": [environment()],
        "hardware": [{"id": "cpu", "cpu": {"architecture": "x86_64", "model": "Example", "threads": 2}}],
        "configurations": [
            {"id": name, "command": ["python", f"{name}.py"], "code": "code", "data": ["digits"]}
            for name in values
        ],
        "runs": runs,
        "metrics": [{"id": "accuracy", "direction": "maximize", "unit": "fraction"}],
        "results": results,
        **more,
    }


def environment(**more: Any) -> Document:
    packages = [
        {"name": "numpy", "version": "2.1.0"},
        {"name": "torch", "version": "2.1.0", "local_label": "cpu"},
    ]
    return {"id": "env", "python": {"version": "3.11.7"}, "packages": packages, **more}


def claim(kind: str = "gain", evidence: Sequence[str] = ("net-vs-line",), **more: Any) -> Document:
    return {"id": "c", "text": "The net beats the line.", "kind": kind, "evidence": list(evidence), **more}


COMPARISON = {"id": "net-vs-line", "a": "net.accuracy", "b": "line.accuracy"}


def judged(original: Document, reproduction: Document, **options: Any) -> Verdict:
    return compare(manifest_from(original), manifest_from(reproduction), **options)


def net(verdict: Verdict) -> ResultVerdict:
    return next(one for one in verdict.results if one.id == "net.accuracy")


def changed(document: Document, change: Callable[[Document], None]) -> Document:
    other = copy.deepcopy(document)
    change(other)
    return other


def test_the_sentence_of_a_part_does_not_say_that_all_was_run() -> None:
    part = Circumstances(chosen=("Of the recorded seeds only 0, as asked for.",))
    verdict = judged(experiment(), experiment(), circumstances=part)
    assert verdict.sentence.startswith("What was asked for was run again in full: ")


def test_the_same_runs_again_are_identical_and_the_claim_is_upheld() -> None:
    original = experiment(comparisons=[COMPARISON], claims=[claim(by=0.02, primary=True)])
    verdict = judged(original, experiment())
    assert [one.outcome for one in verdict.results] == [Outcome.IDENTICAL] * 2
    assert all(one.evidence for one in verdict.results)
    assert verdict.claims[0].outcome.value == "upheld"
    assert verdict.upheld
    assert verdict.sentence == "Run again in full: 1 primary claim upheld; 2 results identical."
    assert verdict.seeds_asked == {"net": ("0", "1", "2", "3", "4"), "line": ("0", "1", "2", "3", "4")}


def test_answer_without_claims_is_that_of_the_results() -> None:
    assert judged(experiment(), experiment()).upheld
    worse = {**VALUES, "net": [value - 0.2 for value in NET]}
    assert not judged(experiment(), experiment(worse)).upheld
    assert not judged(experiment({}), experiment({})).upheld


def test_answer_is_that_of_the_primary_claims() -> None:
    false = claim("threshold", ["net.accuracy"], relation="at_least", value=0.99)
    true = claim(by=0.02)
    claims = [{**false, "id": "a"}, {**true, "id": "b", "primary": True}]
    assert judged(experiment(comparisons=[COMPARISON], claims=claims), experiment()).upheld
    claims[1].pop("primary")
    verdict = judged(experiment(comparisons=[COMPARISON], claims=claims), experiment())
    assert not verdict.upheld
    assert verdict.sentence.startswith("Run again in full: 1 claim not upheld, 1 upheld;")


def test_seed_that_was_asked_for_and_is_missing_fails() -> None:
    asked = {"net": [0, 1, 7], "line": [0]}
    verdict = judged(experiment(), experiment(), asked_seeds=asked)
    assert [one.outcome for one in verdict.results] == [Outcome.FAILED, Outcome.IDENTICAL]
    assert "Seed 7 was not run" in net(verdict).explanation
    assert verdict.seeds_asked == {"net": ("0", "1", "7"), "line": ("0",)}


def test_results_that_were_not_asked_for_do_not_decide() -> None:
    verdict = judged(experiment(), experiment({"net": NET}), asked_seeds={"net": range(5)})
    assert [one.outcome for one in verdict.results] == [Outcome.IDENTICAL, Outcome.NOT_ASSESSABLE]
    assert verdict.upheld


def test_run_that_crashed_fails_and_is_listed() -> None:
    def crash(document: Document) -> None:
        document["runs"][3] |= {"status": "failed", "exit_code": 1, "metrics": []}
        document["results"][0]["runs"].remove("net-3")
        document["results"][0]["excluded"] = [{"run": "net-3", "reason": "failed"}]

    verdict = judged(experiment(), changed(experiment(), crash))
    assert net(verdict).outcome is Outcome.FAILED
    assert [seed.status for seed in net(verdict).seeds] == ["ok", "ok", "ok", "failed", "ok"]


def test_crash_of_every_seed_fails() -> None:
    def crash(document: Document) -> None:
        document["results"] = []
        for one in document["runs"]:
            one |= {"status": "failed", "metrics": []}
        document["metrics"] = []

    verdict = judged(experiment(), changed(experiment(), crash))
    assert {one.outcome for one in verdict.results} == {Outcome.FAILED}


def test_value_that_is_not_finite_fails() -> None:
    verdict = judged(experiment(), experiment({**VALUES, "net": [*NET[:4], None]}))
    assert net(verdict).outcome is Outcome.FAILED
    assert "nan" in net(verdict).explanation


def test_a_crash_that_was_repeated_well_counts_as_well() -> None:
    """Without a result of its own, the newest run of a seed that ended well counts."""

    def retry(document: Document) -> None:
        document["results"] = []
        first = {
            **run("net", 2, None),
            "id": "again",
            "status": "failed",
            "metrics": [],
            "started": "2026-01-02T00:00:00Z",
        }
        document["runs"].append(first)

    assert net(judged(experiment(), changed(experiment(), retry))).outcome is Outcome.IDENTICAL


def test_newer_versions_of_the_same_seed_do_not_make_it_ambiguous() -> None:
    def repeat(document: Document) -> None:
        document["runs"].append({**run("net", 2, 0.5), "id": "older"})
        document["results"][0]["excluded"] = [{"run": "older", "reason": "repeated"}]

    assert net(judged(experiment(), changed(experiment(), repeat))).outcome is Outcome.IDENTICAL


def test_large_seeds_and_none_are_told_apart() -> None:
    seeds: list[int | str | None] = ["340282366920938463463374607431768211455", 3]

    def rename(document: Document) -> None:
        document["runs"] = document["runs"][:2]
        for one, seed in zip(document["runs"], seeds, strict=True):
            one["seeds"][0]["value"] = seed
        document["results"] = [result("net", ["net-0", "net-1"])]

    verdict = judged(changed(experiment(), rename), changed(experiment(), rename), asked_seeds={"net": seeds})
    assert net(verdict).outcome is Outcome.IDENTICAL
    single = changed(experiment({"net": [0.9]}), lambda document: document["runs"][0].pop("seeds"))
    assert net(judged(single, single, asked_seeds={"net": [None]})).outcome is Outcome.IDENTICAL


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d["metrics"][0].update(unit="percent"), "unit differs"),
        (lambda d: d["metrics"][0].update(direction="minimize"), "direction differs"),
        (lambda d: d["data"][0]["files"][0].update(sha256="3" * 64), "data differs"),
    ],
)
def test_not_comparable(change: Callable[[Document], None], reason: str) -> None:
    verdict = judged(experiment(), changed(experiment(), change))
    assert net(verdict).outcome is Outcome.NOT_COMPARABLE
    assert reason in net(verdict).explanation


def test_another_split_is_not_comparable_rather_than_missing() -> None:
    def other_split(document: Document) -> None:
        for one in document["runs"]:
            one["metrics"][0]["split"] = "validation"
        for one in document["results"]:
            one["split"] = "validation"

    verdict = judged(experiment(), changed(experiment(), other_split))
    assert net(verdict).outcome is Outcome.NOT_COMPARABLE
    assert "split differs (test then, validation now)" in net(verdict).explanation


def test_rerun_need_not_declare_again_what_the_author_declared() -> None:
    def undeclared(document: Document) -> None:
        document["metrics"] = []
        for one in [*document["results"], *(seen for run in document["runs"] for seen in run["metrics"])]:
            one.pop("split")

    again = changed(experiment(), undeclared)
    assert net(judged(experiment(), again)).outcome is Outcome.IDENTICAL
    compared = judged(experiment(), again, circumstances=Circumstances(basis=Basis.COMPARE))
    assert net(compared).outcome is Outcome.NOT_COMPARABLE


def test_data_is_the_same_wherever_it_lies_and_generated_data_does_not_count() -> None:
    def regenerate(document: Document) -> None:
        document["data"].append(
            {"id": "made", "origin": "generated", "files": [{"path": "m", "sha256": "4" * 64}]}
        )
        for one in document["configurations"]:
            one["data"] = ["digits", "made"]

    first = changed(experiment(), regenerate)
    second = changed(first, lambda d: d["data"][1]["files"][0].update(sha256="5" * 64))
    assert net(judged(first, second)).outcome is Outcome.IDENTICAL


def test_configuration_is_found_by_name_or_command_where_its_id_is_another() -> None:
    def rename(document: Document) -> None:
        document["configurations"][0]["id"] = "renamed"
        document["results"][0]["configuration"] = "renamed"
        for one in document["runs"][:5]:
            one["configuration"] = "renamed"

    assert net(judged(experiment(), changed(experiment(), rename))).outcome is Outcome.IDENTICAL


def test_other_code_is_remarked() -> None:
    other = changed(experiment(), lambda d: d["code"][0]["files"][0].update(sha256="9" * 64))
    assert net(judged(experiment(), other)).remarks == (
        "Other code ran than the recorded one: train.py differs.",
    )


def test_margin_tolerance_and_pairing_come_from_the_manifest() -> None:
    metric = {"id": "accuracy", "direction": "maximize", "unit": "fraction"}
    now = experiment({**VALUES, "net": [value - 0.004 + i / 1e5 for i, value in enumerate(NET)]})

    def with_metric(**more: Any) -> Document:
        return experiment(metrics=[{**metric, **more}], determinism={"seeds_pair_randomness": True})

    assert net(judged(with_metric(), now)).outcome is Outcome.INCONCLUSIVE
    margin = {"kind": "relative", "value": 0.01}
    equivalent = net(judged(with_metric(margin=margin), now))
    assert equivalent.outcome is Outcome.EQUIVALENT
    assert equivalent.numbers.equivalence is not None
    assert equivalent.numbers.equivalence.method == "paired"
    assert (
        net(judged(with_metric(tolerance={"atol": 0.004, "rtol": 0.0}), now)).outcome
        is Outcome.WITHIN_TOLERANCE
    )
    counted = net(judged(with_metric(count_of=250), now, host=HostDifference.CPU))
    assert counted.outcome is Outcome.WITHIN_TOLERANCE
    assert counted.numbers.tolerance is not None
    assert counted.numbers.tolerance.allowed(0.9) == 1 / 250


def test_count_metric_in_percent_changes_by_a_hundredfold() -> None:
    metric = {"id": "accuracy", "direction": "maximize", "unit": "percent", "count_of": 250}
    values = {"net": [96.0, 97.2, 96.4]}
    now = {"net": [96.4, 96.8, 96.4]}
    original, again = (experiment(one, metrics=[metric]) for one in (values, now))
    verdict = judged(original, again, host=HostDifference.CPU)
    assert net(verdict).outcome is Outcome.WITHIN_TOLERANCE


def test_margin_of_the_reader_takes_the_place_of_the_declared_one() -> None:
    now = experiment({**VALUES, "net": [value - 0.004 for value in NET]})
    margins = {"accuracy": Margin("absolute", 0.02, "reader")}
    verdict = net(judged(experiment(), now, margins=margins))
    assert verdict.outcome is Outcome.EQUIVALENT
    assert verdict.margin is not None
    assert verdict.margin.declared_by == "reader"
    assert "The margin of 0.02 is the reader's." in verdict.remarks


def test_selection_of_the_metric_decides_which_value_of_a_run_counts() -> None:
    def two_steps(document: Document) -> None:
        for one in document["runs"]:
            early = {**one["metrics"][0], "value": 0.99, "step": 1}
            one["metrics"] = [early, {**one["metrics"][0], "step": 2}]

    last = changed(experiment(), two_steps)
    assert net(judged(last, experiment())).outcome is Outcome.IDENTICAL
    best = changed(last, lambda d: d["metrics"][0].update(selection="max"))
    numbers = net(judged(best, best)).numbers
    assert numbers.original is not None
    assert numbers.original.mean == 0.99


def test_result_over_other_results_is_judged_seed_by_seed() -> None:
    overall = {
        "id": "overall",
        "metric": "accuracy",
        "split": "test",
        "over": "results",
        "statistic": "mean",
        "n": 2,
        "value": 0.9424,
        "results": ["net.accuracy", "line.accuracy"],
    }
    original = experiment()
    original["results"].append(overall)
    verdict = judged(original, experiment()).results[-1]
    assert verdict.outcome is Outcome.IDENTICAL
    assert [seed.recorded for seed in verdict.seeds] == [(a + b) / 2 for a, b in zip(NET, LINE, strict=True)]
    failed = judged(original, experiment({**VALUES, "line": [*LINE[:4], None]})).results[-1]
    assert failed.outcome is Outcome.FAILED
    overall["results"].append("overall")
    assert judged(original, experiment()).results[-1].outcome is Outcome.IDENTICAL


def test_ordering_may_name_results_instead_of_a_comparison() -> None:
    claims = [claim("ordering", ["net.accuracy", "line.accuracy"])]
    assert judged(experiment(claims=claims), experiment()).claims[0].outcome.value == "upheld"


def test_degraded_conditions_concern_only_their_configurations() -> None:
    margin = {"kind": "absolute", "value": 0.01}
    metric = {"id": "accuracy", "direction": "maximize", "unit": "fraction", "margin": margin}
    now = experiment({name: [value - 0.2 for value in of] for name, of in VALUES.items()})
    smaller = Requirement(
        "accelerator", "model", "A100", None, Decision.DEGRADED, "none here", None, ("net",)
    )
    around = Circumstances(decisions=(smaller,))
    verdict = judged(experiment(metrics=[metric]), now, circumstances=around)
    assert [one.outcome for one in verdict.results] == [Outcome.INCONCLUSIVE, Outcome.CONTRADICTED]
    everywhere = judged(experiment(metrics=[metric]), now, circumstances=Circumstances(degraded=True))
    assert {one.outcome for one in everywhere.results} == {Outcome.INCONCLUSIVE}


def test_scaled_down_run_is_upheld_where_everything_ran() -> None:
    original = experiment(comparisons=[COMPARISON], claims=[claim(by=0.02, primary=True)])
    verdict = judged(original, experiment(), circumstances=Circumstances(basis=Basis.SMOKE))
    assert {one.outcome for one in verdict.results} == {Outcome.RUNS}
    assert verdict.claims[0].outcome.value == "undecided"
    assert verdict.upheld
    failing = experiment({**VALUES, "net": [*NET[:4], None]})
    assert not judged(original, failing, circumstances=Circumstances(basis=Basis.SMOKE)).upheld


def test_scaled_down_runs_that_no_result_rests_on_count_as_well() -> None:
    smoke = Circumstances(basis=Basis.SMOKE)
    now = experiment({}) | {"runs": [run("training", 0, None)]}
    now["configurations"] = [{"id": "training", "command": ["python", "train.py"]}]
    assert judged(experiment(), now, asked_seeds={"training": [0]}, circumstances=smoke).upheld
    now["runs"][0]["status"] = "failed"
    assert not judged(experiment(), now, asked_seeds={"training": [0]}, circumstances=smoke).upheld
    nothing = experiment({}) | {"runs": []}
    assert not judged(experiment(), nothing, asked_seeds={}, circumstances=smoke).upheld


def test_a_run_that_crashed_before_it_was_seeded_is_told_as_crashed() -> None:
    now = experiment({"net": [None], "line": LINE})
    now["runs"][0].update(seeds=[], status="failed", metrics=[])
    verdict = judged(experiment({"net": NET[:1], "line": LINE}), now, asked_seeds={"net": [0]})
    assert "Seed 0 ended with an error" in net(verdict).explanation


def test_seeds_that_only_the_rerun_saw_do_not_make_other_runs_of_it() -> None:
    def without_seeds(document: Document, names: Iterable[str]) -> Document:
        for one in document["runs"]:
            if one["configuration"] in names:
                one["seeds"] = []
        return document

    one = {"net": NET[:1], "line": LINE[:1]}
    then = without_seeds(experiment(one), one)
    asked: dict[str, list[int | None]] = {"net": [None], "line": [None]}
    assert net(judged(then, experiment(one), asked_seeds=asked)).outcome is Outcome.IDENTICAL
    several = judged(without_seeds(experiment(), VALUES), experiment(), asked_seeds=asked)
    assert net(several).outcome is Outcome.INCONCLUSIVE


def test_a_silent_fall_back_to_the_processor_is_told_and_contradicts_nothing() -> None:
    def on(device: str, shift: float) -> Document:
        document = experiment({name: [value + shift for value in of] for name, of in VALUES.items()})
        for one in document["runs"]:
            one["resources"] = {"devices": [device]}
        return document

    fallen = net(
        judged(on("NVIDIA H100", 0.0), on("cpu", -0.3), margins={"accuracy": Margin("absolute", 0.02)})
    )
    told = "The recorded runs computed on NVIDIA H100; the rerun computed on the processor only."
    assert told in fallen.remarks
    assert fallen.degraded
    assert fallen.outcome is not Outcome.CONTRADICTED
    same = net(
        judged(
            on("NVIDIA H100", 0.0), on("NVIDIA H100", -0.3), margins={"accuracy": Margin("absolute", 0.02)}
        )
    )
    assert not same.degraded
    assert same.outcome is Outcome.CONTRADICTED
    assert not net(judged(on("cpu", 0.0), on("cpu", 0.0))).degraded


def test_one_name_for_two_designs_is_no_same_processor() -> None:
    def told(original: str | None, again: str | None) -> HostDifference:
        found = []
        for design in (original, again):
            document = experiment()
            if design:
                document["hardware"][0]["cpu"].update(microarchitecture=design, level="x86-64-v3")
            found.append(Manifest.model_validate(document))
        first, second = found
        return host_difference(first, first.runs, second, second.runs)

    assert told("zen3", "zen3") is HostDifference.SAME
    assert told("zen3", "zen4") is HostDifference.CPU
    assert told(None, "zen4") is HostDifference.SAME


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d["experiment"].update(title="Again"), HostDifference.SAME),
        (lambda d: d["hardware"][0]["cpu"].update(model="Other"), HostDifference.CPU),
        (lambda d: d["hardware"][0]["cpu"].update(threads=8), HostDifference.CPU),
        (lambda d: d["environments"][0]["packages"][0].update(version="2.1.1"), HostDifference.CPU),
        (lambda d: d["environments"][0].update(native_libraries=[{"name": "mkl"}]), HostDifference.CPU),
        (lambda d: d["hardware"][0].pop("cpu"), HostDifference.CPU),
        (lambda d: d["hardware"][0].update(accelerators=[{"model": "H100"}]), HostDifference.GPU),
        (
            lambda d: (
                d["hardware"][0].update(accelerators=[{"model": "H100"}]),
                [one.update(resources={"gpu_s": 0}) for one in d["runs"]],
            ),
            HostDifference.SAME,
        ),
    ],
)
def test_change_of_machine_decides_the_assumed_tolerance(
    change: Callable[[Document], Any], expected: HostDifference
) -> None:
    """A change of 5 in 10,000 passes between processors, 5 in 1,000 only where an accelerator took part."""
    reasons = {
        HostDifference.SAME: "our assumption for the same software and processor",
        HostDifference.CPU: "our assumption for another processor or other software",
        HostDifference.GPU: "our assumption where an accelerator took part",
    }
    tolerance = net(judged(experiment(), changed(experiment(), change))).numbers.tolerance
    assert tolerance is not None
    assert tolerance.reason == reasons[expected]


def test_host_may_be_given_by_the_caller() -> None:
    tolerance = net(judged(experiment(), experiment(), host=HostDifference.GPU)).numbers.tolerance
    assert tolerance is not None
    assert tolerance.rtol == 0.01


def test_an_edited_package_is_not_the_same_as_its_version() -> None:
    numpy = {"name": "numpy", "version": "2.1.0"}
    then = Environment.model_validate({"id": "a", "packages": [numpy | {"altered": ["numpy/x.py"]}]})
    again = Environment.model_validate({"id": "b", "packages": [numpy]})
    assert package_differences(then, again) == (PackageDifference("numpy", "2.1.0, edited", "2.1.0"),)


def test_package_differences_name_the_interpreter_first() -> None:
    then = Environment.model_validate(environment())
    packages = [
        {"name": "numpy", "version": "2.1.1"},
        {"name": "torch", "version": "2.1.0"},
        {"name": "uv", "version": "1"},
    ]
    now = Environment.model_validate(environment(python={"version": "3.11.9"}, packages=packages))
    assert package_differences(then, now) == (
        PackageDifference("python", "3.11.7", "3.11.9"),
        PackageDifference("numpy", "2.1.0", "2.1.1"),
        PackageDifference("torch", "2.1.0+cpu", "2.1.0"),
        PackageDifference("uv", None, "1"),
    )
    assert package_differences(then, then) == ()


def full_verdict() -> Verdict:
    """A verdict with something in every corner."""
    claims = [
        claim(by=0.02, primary=True),
        {**claim("value", ["net.accuracy"], value=0.9624), "id": "v"},
        {**claim("value", []), "id": "nothing"},
    ]
    margin = {"kind": "absolute", "value": 0.001}
    metric = {"id": "accuracy", "direction": "maximize", "unit": "fraction", "margin": margin}
    original = experiment(comparisons=[COMPARISON], claims=claims, metrics=[metric])
    again = experiment({"net": [value - 0.004 for value in NET], "line": [*LINE[:4], None]})
    around = Circumstances(
        when="2026-11-22T22:30:00Z",
        tool=Tool("reprocrate", "0.1.0"),
        payload_sha256="a" * 64,
        decisions=(
            Requirement("cpu", "threads", "8 threads", None, Decision.SUBSTITUTABLE, "fewer", None, ("net",)),
        ),
        packages=(PackageDifference("numpy", "2.1.0", None),),
        hardware=Hardware.model_validate({"id": "here", "memory_bytes": 1}),
        sandbox=Isolation(False, "bubblewrap is not installed"),
        network=Isolation(True, "not isolated"),
    )
    return judged(original, again, circumstances=around, host=HostDifference.CPU)


def verdicts() -> Iterator[Verdict]:
    yield full_verdict()
    yield judged(experiment(), experiment())
    yield judged(experiment({}), experiment({}))
    yield judged(experiment(), experiment({"net": [0.9]}), asked_seeds={"net": [0]})
    single = changed(experiment({"net": [0.9]}), lambda document: document["runs"][0].pop("seeds"))
    yield judged(single, single, asked_seeds={"net": [None]}, circumstances=Circumstances(basis=Basis.SMOKE))
    constants = experiment({"net": [0.91] * 3, "line": [0.9] * 3}, comparisons=[COMPARISON], claims=[claim()])
    yield judged(constants, experiment({"net": [0.92] * 3, "line": [0.9] * 3}))


@pytest.mark.parametrize("verdict", list(verdicts()))
def test_document_follows_its_schema(verdict: Verdict) -> None:
    document = json.loads(json.dumps(verdict.to_json(), allow_nan=False))
    assert problems(document, "verdict") == []


def test_schema_and_document_name_the_same_properties() -> None:
    schema = schema_document("verdict")
    described = {
        name: set(part["properties"]) for name, part in schema["$defs"].items() if "properties" in part
    }
    document = full_verdict().to_json()
    assert document.keys() == schema["properties"].keys()
    assert document["circumstances"].keys() == described["circumstances"]
    for one in document["results"]:
        assert one.keys() == described["result"]
        assert one["numbers"].keys() == described["numbers"]
        assert {frozenset(seed) for seed in one["seeds"]} == {frozenset(described["seed_pair"])}
    numbers = document["results"][0]["numbers"]
    for name, part in {
        "original": "summary",
        "rerun": "summary",
        "tolerance": "tolerance",
        "prediction": "interval",
        "equivalence": "equivalence",
        "seeds_needed": "seeds_needed",
    }.items():
        assert numbers[name].keys() == described[part], name
    for one in document["claims"]:
        assert one.keys() == described["claim"]
    assert document["claims"][0]["parts"][0].keys() == described["part"]
    assert numbers["power"].keys() == described["power"]
    assert document["determinism"].keys() == described["determinism"]
    assert document["artifacts"].keys() == described["artifacts"]


def test_every_property_of_the_schema_is_explained() -> None:
    def properties(node: Any) -> Iterator[tuple[str, Document]]:
        if isinstance(node, dict):
            yield from node.get("properties", {}).items()
            for value in node.values():
                yield from properties(value)
        elif isinstance(node, list):
            for value in node:
                yield from properties(value)

    schema = schema_document("verdict")
    for name, node in properties(schema):
        own = "title" in node and "description" in node
        assert own or "$ref" in node, name
    for name, node in schema["$defs"].items():
        assert {"title", "description"} <= node.keys(), name


def test_outcomes_of_the_schema_are_those_of_the_code() -> None:
    outcome = schema_document("verdict")["$defs"]["outcome"]
    assert outcome["enum"] == [one.value for one in Outcome]
    assert all(f"{one.value}:" in outcome["description"] for one in Outcome)
    assert schema_document("verdict")["$defs"]["basis"]["enum"] == [one.value for one in Basis]


def test_neither_manifest_is_changed() -> None:
    original, reproduction = manifest_from(experiment()), manifest_from(experiment())
    before: list[bytes] = [one.to_bytes() for one in (original, reproduction)]
    compare(original, reproduction)
    assert [one.to_bytes() for one in (original, reproduction)] == before
    assert isinstance(original, Manifest)


# Folds, averages, mean ranks --------------------------------------------------------------------------


def cross_validated(*values: Sequence[float]) -> Document:
    """A cross-validation for each seed; the values are those of its folds."""
    document = experiment({"net": [0.5] * len(values)})
    for one, folds in zip(document["runs"], values, strict=True):
        observed = one["metrics"][0]
        one["metrics"] = [{**observed, "value": value, "fold": fold} for fold, value in enumerate(folds)]
    document["results"][0] |= {"over": "folds", "varies_over": "folds"}
    return document


def test_over_folds_each_run_counts_with_their_mean() -> None:
    original = manifest_from(cross_validated([0.5, 0.75], [0.25, 0.75]))
    again = manifest_from(cross_validated([0.75, 0.5], [0.375, 0.625]))
    (found,) = compare(original, again).results
    assert [(pair.seed, pair.recorded) for pair in found.seeds] == [("0", 0.625), ("1", 0.5)]
    assert found.outcome is Outcome.IDENTICAL
    assert any("the mean of its folds" in remark for remark in found.remarks)


def test_folds_are_not_held_against_whole_runs() -> None:
    original = manifest_from(cross_validated([0.7, 0.9]))
    (found,) = compare(original, manifest_from(experiment({"net": [0.8]}))).results
    assert found.outcome is Outcome.FAILED


def ranked() -> Document:
    document = experiment()
    document["results"].append(
        {
            "id": "net.rank",
            "metric": "accuracy",
            "split": "test",
            "over": "results",
            "statistic": "mean_rank",
            "n": 1,
            "value": 1.0,
            "results": ["net.accuracy"],
        }
    )
    return document


def test_a_mean_rank_is_not_judged_and_says_so() -> None:
    document = ranked()
    document["claims"] = [
        {"id": "first", "text": "The net is first.", "kind": "value", "value": 1.0, "evidence": ["net.rank"]}
    ]
    verdict = compare(manifest_from(document), manifest_from(experiment()))
    (found,) = [one for one in verdict.results if one.id == "net.rank"]
    assert (found.outcome, found.asked) == (Outcome.NOT_ASSESSABLE, False)
    assert found.explanation.startswith("A mean rank follows from the results that it ranks")
    (claim,) = verdict.claims
    assert (claim.outcome.value, claim.explanation) == ("undecided", found.explanation)


def test_a_mean_rank_does_not_spoil_a_verdict_without_claims() -> None:
    document = ranked()
    document["claims"] = []
    verdict = compare(manifest_from(document), manifest_from(experiment()))
    assert verdict.upheld
    assert "mean rank" not in verdict.sentence
