"""The conformance cases: every rule has both kinds, findings are exactly those expected, nothing is idle."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.finding import Severity
from reprocrate.standard import problems, schema_document
from reprocrate.validation import Rule, all_rules, validate
from reprocrate.validation.cases import Case, all_cases, cases_of, patched

CASES = all_cases()
ASSERTING = {
    "additionalProperties",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "required",
    "type",
    "unevaluatedProperties",
}


def found_in(case: Case, rules: tuple[Rule, ...] | None = None) -> list[tuple[str, str | None]]:
    report = validate(case.subject(), rules=rules)
    assert [each for each in report.not_assessed if "itself failed" in each.reason] == []
    return sorted((finding.code, finding.location.pointer) for finding in report.findings)


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
    assert any(found_in(case, others) != case.expected for case in cases_of(rule.code))


def test_cases_belong_to_rules_that_there_are() -> None:
    assert {case.name.split("/")[0] for case in CASES} == {rule.code for rule in all_rules()}


def test_every_keyword_that_refuses_something_is_needed_by_a_case() -> None:
    """Without any one of them a case would have a finding less, so deleting it is noticed."""
    refusing = {problem.schema_pointer for case in CASES for problem in problems(case.document, "manifest")}
    written = set(_keywords(schema_document("manifest"), ""))
    assert sorted(written - refusing) == []


def _keywords(node: Any, place: str) -> Iterator[str]:
    """The places of the keywords in a schema that can refuse a value."""
    if not isinstance(node, dict):
        return
    for keyword, value in node.items():
        if keyword in ("properties", "$defs"):
            for name, each in value.items():
                yield from _keywords(each, f"{place}/{keyword}/{name}")
        elif keyword == "oneOf":
            yield f"{place}/oneOf"
            for index, each in enumerate(value):
                # a value of no alternative's type is refused by the choice as a whole
                yield from _keywords(
                    {key: each[key] for key in each if key != "type"}, f"{place}/oneOf/{index}"
                )
        elif keyword == "items" or (keyword == "additionalProperties" and isinstance(value, dict)):
            yield from _keywords(value, f"{place}/{keyword}")
        elif keyword in ASSERTING and value is not True:
            yield f"{place}/{keyword}"


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
        json.dumps([case.document, str(case.folder)], sort_keys=True) for case in CASES if not case.is_valid
    )
    assert [text[:200] for text, count in seen.items() if count > 1] == []
