"""Judging a subject: everything at once, nothing silent."""

from __future__ import annotations

import copy
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.finding import Severity
from reprocrate.manifest import manifest_from
from reprocrate.standard import problems, shipped_bytes
from reprocrate.validation import (
    FolderFiles,
    Need,
    Policy,
    Subject,
    all_rules,
    find_rule,
    graded_by,
    report_document,
    validate,
)
from reprocrate.validation.cases import Case, all_cases
from reprocrate.validation.rule import CannotAssessError, Found
from reprocrate.validation.validate import WITHOUT_FILES

BASE: dict[str, Any] = json.loads(shipped_bytes("conformance/base/seeds.json"))


def base() -> dict[str, Any]:
    return copy.deepcopy(BASE)


def test_sound_manifest_is_valid_and_every_rule_is_accounted_for() -> None:
    report = validate(Subject("rings", base()))
    assert report.valid
    assert report.findings == ()
    without_files = {each.code for each in report.not_assessed}
    assert without_files == {rule.code for rule in all_rules() if rule.needs in (Need.FILES, Need.TREE)}
    assert {"RC0701", "RC1408", "RC1801", "RC1903", "RC2001", "RC2102"} <= without_files
    assert sorted([*report.assessed, *(each.code for each in report.not_assessed)]) == [
        rule.code for rule in all_rules() if not rule.domains
    ]


def test_typed_manifest_can_be_judged_as_well() -> None:
    assert validate(Subject.of(manifest_from(base()), "rings")).findings == ()


@pytest.mark.requirement("RQ01", "RQ02")
def test_problems_of_shape_are_told_at_once_and_the_rest_is_not_assessed() -> None:
    document = base()
    document["runs"][0]["sead"] = 1
    document["runs"][1]["status"] = "fine"
    del document["experiment"]["title"]
    report = validate(Subject("rings", document))
    assert [(each.code, each.location.pointer) for each in report.findings] == [
        ("RC0101", "/runs/0/sead"),
        ("RC0102", "/experiment"),
        ("RC0104", "/runs/1/status"),
    ]
    assert not report.valid
    reasons = {each.reason for each in report.not_assessed} - {WITHOUT_FILES}
    assert reasons == {"the manifest does not follow its schema (3 problems)"}
    assert "RC0801" in {each.code for each in report.not_assessed}


@pytest.mark.parametrize("document", [None, [], "text", 3, {}, {"manifest_version": 3}])
def test_what_is_no_manifest_is_a_finding(document: Any) -> None:
    report = validate(Subject("thing", document))
    assert not report.valid


@pytest.mark.requirement("RQ22")
@pytest.mark.parametrize("version", ["9.0", "0.8", "2.1", "10.0", "99999999999999999999.0"])
def test_another_major_version_is_refused(version: str) -> None:
    report = validate(Subject("rings", {"manifest_version": version, "colour": "red"}))
    assert [(each.code, each.location.pointer) for each in report.findings] == [
        ("RC0002", "/manifest_version")
    ]
    assert {each[:4] for each in report.assessed} == {"RC00"}
    assert {each.reason for each in report.not_assessed} - {WITHOUT_FILES} == {
        f"the manifest follows version {version}, which is not known here"
    }


@pytest.mark.parametrize("version", ["1", "1.", "01.0", "1.0.0", " 9.0", "9.0\n", "9.x", "v9.0", ""])
def test_what_is_no_version_is_judged_by_the_schema(version: str) -> None:
    report = validate(Subject("rings", {**base(), "manifest_version": version}))
    assert [(each.code, each.location.pointer) for each in report.findings] == [
        ("RC0105", "/manifest_version")
    ]


def test_text_that_holds_no_document_is_a_finding_with_its_place(tmp_path: Path) -> None:
    text = b'{\n "a": [1, NaN],\n "a": "\\udc00"}'
    report = validate(Subject.of_bytes("rings", text, FolderFiles(tmp_path)))
    assert [(each.code, str(each.location)) for each in report.findings] == [
        ("RC0005", "reprocrate.json:3:2#/a"),
        ("RC0006", "reprocrate.json:2:11#/a/1"),
        ("RC0007", "reprocrate.json:3:7#/a"),
    ]
    assert {each[:4] for each in report.assessed} == {"RC00", "RC20", "RC21"}  # files need no document
    assert {each.reason for each in report.not_assessed} == {"there is no document to judge (RC0006)"}
    assert not report.valid


def test_text_that_holds_a_manifest_is_judged_as_such() -> None:
    report = validate(Subject.of_bytes("rings", json.dumps(base()).encode()))
    assert report == validate(Subject("rings", base()))


@pytest.mark.requirement("RQ23")
def test_newer_minor_version_is_judged_by_what_is_known() -> None:
    document = {**base(), "manifest_version": "1.9", "colours": []}
    document["experiment"]["licence_note"] = "new in 1.9"
    document["experiment"]["authors"][0]["orcid"] = "0000-0002-1825-0098"
    report = validate(Subject("rings", document))
    assert [each.code for each in report.findings] == ["RC1104", "RC0001"]
    assert "2 unknown properties" in report.findings[1].message


@pytest.mark.requirement("RQ03")
def test_findings_stand_by_weight_then_code_then_place() -> None:
    document = base()
    del document["experiment"]["license"]
    document["experiment"]["authors"][0]["orcid"] = "0000-0002-1825-0098"
    document["runs"][0]["capture"] = {"completeness": "partial"}
    document["claims"][0]["evidence"] = []
    report = validate(Subject("rings", document))
    assert [each.code for each in report.findings] == ["RC0901", "RC1104", "RC1102", "RC1006"]
    assert [report.count(each) for each in Severity] == [2, 1, 1]


def test_only_the_rules_that_are_asked_for_are_applied() -> None:
    report = validate(Subject("rings", base()), only=["RC08", "RC0901"])
    assert {code[:4] for code in report.assessed} == {"RC08", "RC09"}
    assert [code for code in report.assessed if code.startswith("RC09")] == ["RC0901"]
    assert report.not_assessed == ()


def test_rule_can_be_set_by_a_policy() -> None:
    report = validate(Subject("rings", base()), parameters={"RC0603": {"least": 5}})
    assert [each.location.pointer for each in report.findings] == ["/results/0/n", "/results/1/n"]
    assert "rests on 3 seeds" in report.findings[0].message


def test_rule_that_fails_is_not_taken_for_a_pass() -> None:
    def broken(subject: Subject) -> Iterator[Found]:
        yield Found("/experiment")
        raise ZeroDivisionError("by zero")

    found = find_rule("RC1102")
    assert found is not None
    report = validate(Subject("rings", base()), rules=[found._replace(check=broken)])
    assert [each.code for each in report.findings] == ["RC1102"]
    assert report.assessed == ()
    assert report.not_assessed[0].reason.endswith("ZeroDivisionError: by zero")
    assert report.not_assessed[0].failed


@pytest.mark.requirement("RQ02")
@pytest.mark.parametrize(("code", "valid"), [("RC0801", False), ("RC0806", True)])
def test_rule_of_a_must_that_failed_leaves_nothing_valid(code: str, valid: bool) -> None:
    def broken(subject: Subject) -> Iterator[Found]:
        yield from ()
        raise OverflowError("too large")

    found = find_rule(code)
    assert found is not None
    report = validate(Subject("rings", base()), rules=[found._replace(check=broken)])
    assert report.findings == ()
    assert report.valid is valid
    document = report_document(report)
    assert problems(document, "report") == []
    assert document["valid"] is valid
    assert document["not_assessed"][0]["failed"] is True
    raised = Policy("strict", "1.0", levels={code: Severity.ERROR})
    assert not graded_by(raised, report).valid
    assert graded_by(Policy("lax", "1.0", levels={code: None}), report).valid


@pytest.mark.requirement("RQ02")
def test_rule_can_say_that_it_cannot_be_applied() -> None:
    def unable(subject: Subject) -> Iterator[Found]:
        yield from ()
        raise CannotAssessError("there is no light")

    found = find_rule("RC1102")
    assert found is not None
    report = validate(Subject("rings", base()), rules=[found._replace(check=unable, needs=Need.DOCUMENT)])
    assert [each.reason for each in report.not_assessed] == ["there is no light"]


def test_models_that_refuse_what_the_schema_accepts_are_not_taken_for_a_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unable(*_: Any) -> None:
        raise TypeError("this is no manifest")

    monkeypatch.setattr("reprocrate.manifest.load.construct", unable)
    monkeypatch.setattr("reprocrate.validation.subject.shape_problems", lambda *_: [])
    document = base()
    del document["experiment"]["title"]
    report = validate(Subject("rings", document))
    assert [each.code for each in report.findings] == ["RC0108"]


@pytest.mark.requirement("RQ30", "RQ31")
def test_nothing_is_started_and_the_network_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("validation must not do this")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    report = validate(Subject("rings", base(), FolderFiles(tmp_path)))
    assert {each.code for each in report.findings} == {"RC0701"}
    assert {each.code for each in report.not_assessed} == {"RC1419"}  # no split names its files


def test_unreadable_file_is_neither_a_pass_nor_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = FolderFiles(tmp_path)
    monkeypatch.setattr(files, "exists", bool)
    report = validate(Subject("rings", base(), files), only=["RC0702"])
    assert report.findings == ()
    assert "could not read" in report.not_assessed[0].reason


def test_thousand_runs_are_judged_in_seconds() -> None:
    document = base()
    (template,) = [run for run in document["runs"] if run["id"] == "wide-0"]
    metrics = [{**template["metrics"][0], "metric": f"m{i}"} for i in range(20)]
    document["metrics"] += [{"id": f"m{i}"} for i in range(20)]
    document["configurations"].append({**document["configurations"][0], "id": "many"})
    many = [
        {
            **template,
            "id": f"many-{i}",
            "configuration": "many",
            "metrics": metrics,
            "outputs": [],
            "seeds": [],
        }
        for i in range(500)
    ]
    document["runs"] += many
    names = [run["id"] for run in many]
    document["results"] += [
        {"id": f"r{i}", "configuration": "many", "metric": f"m{i}", "data": "rings", "split": "heldout"}
        | {"over": "runs", "statistic": "mean", "n": 500, "value": 0.912, "sd": 0.0, "runs": names}
        for i in range(20)
    ]
    report = validate(Subject("rings", document))
    assert {each.code for each in report.findings} == {"RC0604"}


# As a document ----------------------------------------------------------------------------------------


def test_report_as_a_document_follows_its_schema() -> None:
    from reprocrate.standard import problems

    document = base()
    document["runs"][0]["sead"] = 1
    for subject in (Subject("rings", document), Subject("rings", base()), Subject("list", [])):
        report = validate(subject)
        as_document = report_document(report)
        assert problems(as_document, "report") == []
        assert json.loads(json.dumps(as_document)) == as_document
        assert as_document["valid"] is report.valid
        assert sum(as_document["counts"].values()) == len(as_document["findings"])


def test_finding_as_a_document() -> None:
    document = base()
    document["runs"][0]["sead"] = 1
    (finding,) = report_document(validate(Subject("rings", document)))["findings"]
    assert finding == {
        "code": "RC0101",
        "severity": "error",
        "message": 'unknown property "sead" of Run (did you mean "seeds"?)',
        "location": {"file": "reprocrate.json", "pointer": "/runs/0/sead"},
        "fix": "Correct the name, or put `x-` before it if it is your own.",
    }


@pytest.mark.requirement("RQ26")
@pytest.mark.parametrize("case", [case for case in all_cases() if not case.is_valid and not case.folder][::7])
def test_an_extension_makes_nothing_valid(case: Case) -> None:
    """Whatever an extension says, what is wrong without it is wrong with it."""
    document = copy.deepcopy(case.document)
    if not isinstance(document, dict) or not isinstance(document.get("extensions", []), list):
        pytest.skip("there is no place for an extension")
    document.setdefault("extensions", []).append({"url": "https://example.org/bio", "prefix": "bio"})
    document["bio:ignore"] = [code for code, _ in case.expected]
    document["x-valid"] = True
    plain = {finding.code for finding in validate(Subject("plain", case.document)).findings}
    assert plain <= {finding.code for finding in validate(Subject("extended", document)).findings}
