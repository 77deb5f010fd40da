"""The conformance cases: every rule has both kinds, findings are exactly those expected, nothing is idle."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reprocrate.finding import Severity
from reprocrate.manifest import manifest_from
from reprocrate.validation import Need, Rule, all_rules, validate
from reprocrate.validation.cases import Case, all_cases, cases_of, patched, place_of

CASES = all_cases()


def found_in(case: Case, rules: tuple[Rule, ...] | None = None) -> list[tuple[str, str]]:
    report = validate(case.subject(), rules=rules, parameters=case.parameters)
    assert [each for each in report.not_assessed if "itself failed" in each.reason] == []
    return sorted((finding.code, place_of(finding.location)) for finding in report.findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_findings_are_exactly_those_expected(case: Case) -> None:
    assert found_in(case) == case.expected


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_rule_has_cases_of_both_kinds(rule: Rule) -> None:
    cases = cases_of(rule.code)
    assert [case.name for case in cases if case.is_valid]
    assert [case.name for case in cases if not case.is_valid]
    for case in cases:
        expects_it = rule.code in [code for code, _ in case.expected]
        assert expects_it is not case.is_valid, case.name
        assert case.says.endswith("."), case.name


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_silencing_a_rule_is_noticed(rule: Rule) -> None:
    others = tuple(each for each in all_rules() if each is not rule)
    assert any(found_in(case, others) != case.expected for case in reversed(cases_of(rule.code)))


def test_cases_belong_to_rules_that_there_are() -> None:
    assert {case.name.split("/")[0] for case in CASES} == {rule.code for rule in all_rules()}


@pytest.mark.parametrize("name", ["schema_cases", "crate_cases"])
def test_cases_that_a_program_writes_are_up_to_date(repository: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, repository / "tests" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script  # dataclasses look their module up
    spec.loader.exec_module(script)
    assert script.main(["--check"]) == 0


@pytest.mark.parametrize("path", ["golden", "base"])
def test_whole_manifests_are_sound(path: str, repository: Path) -> None:
    folder = repository / "schema" / "1.0" / "conformance" / path
    manifests = sorted(folder.glob("*.json"))
    assert manifests
    for file in manifests:
        case = Case(file.stem, {"manifest": json.loads(file.read_text("utf-8")), "expect": []})
        findings = validate(case.subject()).findings
        assert [finding.code for finding in findings if finding.severity is Severity.ERROR] == []
        if not (repository / "examples" / file.stem).is_dir():  # those made by examples: test_golden
            allowed = {"RC1101", "RC1102", "RC1103"} if file.stem == "minimal" else set()
            assert {finding.code for finding in findings} <= allowed


# Files and bytes --------------------------------------------------------------------------------------


def test_a_manifest_among_the_files_of_a_case_is_that_of_the_case() -> None:
    """Only where its digest is listed a case has its manifest as a file, too."""
    found = [
        (case, case.folder / "reprocrate.json")
        for case in CASES
        if case.folder and (case.folder / "reprocrate.json").is_file()
    ]
    assert found
    for case, file in found:
        assert manifest_from(json.loads(file.read_bytes())) == manifest_from(case.document), case.name


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], b""),
        ([{"text": "é"}, {"hex": "FEff 00"}], b"\xc3\xa9\xfe\xff\x00"),
        ([{"text": "[", "times": 3}, {"hex": "5d", "times": 2}, {"text": "x", "times": 0}], b"[[[]]"),
    ],
)
def test_bytes_are_put_together(parts: list[dict[str, Any]], expected: bytes) -> None:
    assert Case("x", {"bytes": parts}).data == expected


def test_readme_names_the_rules_that_read_files(repository: Path) -> None:
    text = (repository / "schema" / "1.0" / "conformance" / "README.md").read_text("utf-8")
    named = re.search(r"Rules that read files \((.+?) and the family (RC[0-9]{2})\)", " ".join(text.split()))
    assert named is not None
    reading = [rule.code for rule in all_rules() if rule.needs is Need.FILES]
    assert named[1].split(", ") == [code for code in reading if not code.startswith(named[2])]
    assert [code for code in reading if code.startswith(named[2])]


# JSON Patch -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "/b", "value": 2}], {"a": [1, 2], "b": 2}),
        ([{"op": "add", "path": "/a/0", "value": 0}], {"a": [0, 1, 2]}),
        ([{"op": "add", "path": "/a/-", "value": 3}], {"a": [1, 2, 3]}),
        ([{"op": "replace", "path": "/a/1", "value": 5}], {"a": [1, 5]}),
        (
            [{"op": "remove", "path": "/a/0"}, {"op": "add", "path": "/a~1b", "value": 0}],
            {"a": [2], "a/b": 0},
        ),
        ([{"op": "replace", "path": "", "value": 7}], 7),
    ],
)
def test_patch(operations: list[dict[str, Any]], expected: Any) -> None:
    original = {"a": [1, 2]}
    assert patched(original, operations) == expected
    assert original == {"a": [1, 2]}


@pytest.mark.parametrize("operation", ["remove", "replace"])
@pytest.mark.parametrize("path", ["/b", "/a/2", "/b/c"])
def test_patch_refuses_places_that_are_not_there(operation: str, path: str) -> None:
    with pytest.raises(LookupError):
        patched({"a": [1, 2]}, [{"op": operation, "path": path, "value": 0}])


def test_patch_refuses_other_operations() -> None:
    with pytest.raises(ValueError, match="move"):
        patched({"a": 1}, [{"op": "move", "path": "/b", "from": "/a"}])


def test_no_case_expects_the_same_manifest_twice() -> None:
    seen = Counter(
        json.dumps([case.content.get("bytes"), case.document, str(case.folder)], sort_keys=True)
        for case in CASES
        if not case.is_valid
    )
    assert [text[:200] for text, count in seen.items() if count > 1] == []
