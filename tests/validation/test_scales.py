"""Levels and badges: what is met follows from the evidence, and what is missing says what it costs."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reprocrate.finding import Report, Scale, Severity
from reprocrate.standard import problems, shipped_bytes
from reprocrate.validation import Policy, Subject, report_document
from reprocrate.validation.cases import CaseFiles
from reprocrate.workflow.judging import STANDARD, Demands, judge

SUPERVISED: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/supervised.json"))
GOLDEN = ("crossvalidation", "full", "grid", "minimal", "reinforcement", "restricted", "search", "supervised")


def judged(document: dict[str, Any], demands: Demands = STANDARD) -> Report:
    return judge(Subject("x", document), demands)


def scale(report: Report, name: str) -> Scale:
    return next(each for each in report.scales if each.id == name)


def reached(document: dict[str, Any], name: str) -> list[str]:
    return [step.id for step in scale(judged(document), name).reached]


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(SUPERVISED)
    change(document)
    return document


@pytest.mark.parametrize("name", GOLDEN)
def test_every_criterion_that_is_not_met_says_why_and_what_it_takes(name: str) -> None:
    report = judged(json.loads(shipped_bytes(f"conformance/golden/{name}.json")))
    assert problems(report_document(report), "report") == []
    assert [each.id for each in report.scales] == ["availability", "stack", "acm-1.1", "niso-rp-31"]
    for each in report.scales:
        for step in each.steps:
            assert step.criteria
            for criterion in step.criteria:
                assert criterion.reason, criterion
                assert bool(criterion.cost) or criterion.met is not False, criterion


def test_a_whole_experiment_has_all_four_parts() -> None:
    assert reached(SUPERVISED, "availability") == ["description", "code", "data", "experiment"]
    labels = [step.label for step in scale(judged(SUPERVISED), "availability").steps]
    assert labels == ["R1", "R2", "R3", "R4"]


def no_lock(document: dict[str, Any]) -> None:
    for environment in document["environments"]:
        environment.pop("lock", None)


def no_data_source(document: dict[str, Any]) -> None:
    for data in document["data"]:
        for name in ("source", "access", "remote", "derived_from"):
            data.pop(name, None)
        for file in data.get("files", []):
            file["in_bundle"] = False


def closed_data(document: dict[str, Any]) -> None:
    document["data"][0]["access"] = {"level": "restricted", "reason": "Patients.", "how_to_obtain": "Apply."}


def no_licence(document: dict[str, Any]) -> None:
    document["experiment"].pop("license")
    for tree in document["code"]:
        tree.pop("license", None)


def no_description(document: dict[str, Any]) -> None:
    document["experiment"].pop("description", None)
    document["experiment"].pop("paper", None)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (no_lock, ["description", "code", "data"]),
        (no_data_source, ["description", "code"]),
        (closed_data, ["description", "code"]),
        (no_licence, ["description", "data"]),
        (no_description, ["code", "data", "experiment"]),
    ],
)
def test_what_is_missing_takes_its_part_away(change: Callable[[Any], None], left: list[str]) -> None:
    assert reached(changed(change), "availability") == left


def test_what_is_missing_is_pointed_at() -> None:
    step = scale(judged(changed(no_lock)), "availability").steps[3]
    (lacking,) = [each for each in step.criteria if each.met is False]
    assert lacking.id == "experiment.environment"
    assert "pack" in lacking.cost
    assert [place.pointer for place in lacking.evidence] == ["/environments/0"]


def test_the_stack_ends_at_the_first_level_that_is_not_reached() -> None:
    assert reached(SUPERVISED, "stack") == ["transparency", "robustness"]  # the files were not given
    assert reached(changed(lambda d: d["experiment"].pop("authors")), "stack") == []

    def one_seed(document: dict[str, Any]) -> None:
        for result in document["results"]:
            result["runs"] = result["runs"][:1]

    assert reached(changed(one_seed), "stack") == ["transparency"]


def test_wrong_files_and_wrong_numbers_are_no_integrity(repository: Path) -> None:
    folder = repository / "schema" / "1.0" / "conformance" / "RC0702" / "invalid"
    case = next(each for each in sorted(folder.iterdir()) if each.is_dir())
    content = json.loads((case / "case.json").read_text("utf-8"))
    base = json.loads(shipped_bytes(f"conformance/{content['base']}")) if "base" in content else None
    if base is None or content.get("patch"):
        from reprocrate.validation.cases import patched

        base = content.get("manifest") or patched(base, content["patch"])
    report = judge(Subject("x", base, CaseFiles(case / "files")), STANDARD)
    files = next(each for each in scale(report, "stack").steps[2].criteria if each.id == "integrity.files")
    assert files.met is False
    whole = scale(report, "availability").steps[3]
    assert [each.met for each in whole.criteria if each.id == "experiment.intact"] == [False]
    assert whole not in scale(report, "availability").reached

    def wrong_mean(document: dict[str, Any]) -> None:
        document["results"][0]["value"] += 0.01

    numbers = scale(judged(changed(wrong_mean)), "stack").steps[2].criteria
    assert [each.id for each in numbers if each.met is False] == ["integrity.numbers"]


def test_a_policy_that_does_not_ask_makes_no_level_higher() -> None:
    without = changed(no_licence)
    lax = Demands(Policy("lax", "1.0", levels={"RC1102": None, "RC0403": Severity.NOTE}))
    assert judged(without, lax).scales == judged(without).scales
    assert "RC1102" not in {each.code for each in judged(without, lax).findings}


def test_no_badge_that_needs_an_archive_or_other_people_is_met_by_a_manifest() -> None:
    report = judged(json.loads(shipped_bytes("conformance/golden/full.json")))
    met = {step.id for name in ("acm-1.1", "niso-rp-31") for step in scale(report, name).reached}
    assert met == {"acm-functional"}
    available = scale(report, "acm-1.1").steps[0].criteria[0]
    assert available.met is None
    assert "DOI" in available.cost


def test_what_is_no_manifest_has_no_level() -> None:
    assert judged({"manifest_version": "1.0"}).scales == ()
    assert judge(Subject.of_bytes("x", b"{"), STANDARD).scales == ()
