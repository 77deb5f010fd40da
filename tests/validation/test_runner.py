"""The runner of the conformance suite: ours passes through it, and it notices every way of not conforming."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.validation.cases import all_cases

OURS = f"{sys.executable} -m reprocrate validate --json"

FAULTY = """
import io, json, os, sys, time
from contextlib import redirect_stdout
from reprocrate.cli.app import run_app

paths = sys.argv[1:]
out = io.StringIO()
with redirect_stdout(out):
    run_app(["validate", "--json", *paths])
reports = [json.loads(line) for line in (out.getvalue().splitlines() if len(paths) > 1 else [out.getvalue()])]
for report in reports:
    findings = report["findings"]
    FAULT
print("\\n".join(map(json.dumps, reports)))
"""


class Runner:
    """Runs the suite's own runner as a process."""

    def __init__(self, repository: Path) -> None:
        self._script = repository / "schema" / "1.0" / "conformance" / "run.py"

    def __call__(self, command: str, *options: str, code: int) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-I", str(self._script), command, *options]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def document(self, command: str, *options: str, code: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self(command, "--json", *options, code=code).stdout)
        return found


@pytest.fixture
def runner(repository: Path) -> Runner:
    return Runner(repository)


@pytest.fixture
def faulty(tmp_path: Path) -> Any:
    """A validator that is ours but for one fault."""

    def make(fault: str) -> str:
        script = tmp_path / "faulty.py"
        script.write_text(FAULTY.replace("FAULT", fault))
        return f"{sys.executable} {script} {{paths}}"

    return make


def failed(document: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each for each in document["results"] if not each["passed"]}


# Ours -------------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_our_validator_passes_every_case(runner: Runner) -> None:
    document = runner.document(f"{OURS} {{paths}}", "--policy=--policy {policy}", "--jobs", "2", code=0)
    assert failed(document) == {}
    assert sorted(each["name"] for each in document["results"]) == sorted(case.name for case in all_cases())
    assert document["cases"] == document["passed"] == len(all_cases())
    assert sum(each["cases"] for each in document["families"].values()) == len(all_cases())


@pytest.mark.thorough
def test_one_process_for_each_case_gives_the_same(runner: Runner) -> None:
    """Among these are manifests, folders with files, and bytes that hold no document."""
    for pattern in ("RC0701/*", "RC0005/invalid/*"):
        document = runner.document(f"{OURS} {{path}}", "--filter", pattern, code=0)
        assert 3 <= document["passed"] < 12


def test_what_people_see(runner: Runner) -> None:
    said = runner(f"{OURS} {{paths}}", "--filter", "RC0004", code=0).stdout
    count = len([case for case in all_cases() if case.name.startswith("RC0004/")])
    assert said.splitlines() == [f"RC00  {count:4} of {count:4} cases pass", f"all {count} cases pass"]


# Faults -----------------------------------------------------------------------------------------------


def test_a_rule_that_is_silent_is_noticed(runner: Runner, faulty: Any) -> None:
    fault = "report['findings'] = [each for each in findings if each['code'] != 'RC1104']"
    document = runner.document(faulty(fault), "--filter", "RC11*", code=1)
    names = failed(document)
    expecting = {
        case.name
        for case in all_cases()
        if case.name.startswith("RC11") and "RC1104" in [code for code, _ in case.expected]
    }
    assert set(names) == expecting
    assert {each["code"] for name in names for each in names[name]["lacking"]} == {"RC1104"}
    said = runner(faulty(fault), "--filter", "RC1104/invalid*", code=1).stdout
    assert "FAIL RC1104/invalid/" in said
    assert "not found: RC1104 at /experiment/authors/0/orcid" in said


def test_a_finding_that_is_invented_is_noticed(runner: Runner, faulty: Any) -> None:
    fault = "findings.append({'code': 'RC0101', 'location': {}})"
    document = runner.document(faulty(fault), "--filter", "RC11*", code=1)
    assert document["passed"] == 0
    said = runner(faulty(fault), "--filter", "RC1104/valid*", code=1).stdout
    assert "not expected: RC0101 at the document" in said


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("findings += findings[:1]", "not expected: RC1104"),
        ("[each['location'].update(pointer='/experiment') for each in findings]", "at /experiment\n"),
        ("report.clear()", "not a report: {}"),
        ("report['failure'] = 'out of ink'", "could not be judged: out of ink"),
        ("reports = reports[1:]", "0 reports for 1 paths"),
        ("sys.exit('out of paper')", "out of paper"),
        ("print('hello')", "the output is not JSON"),
        ("time.sleep(60)", "no answer within 3 seconds"),
    ],
    ids=["twice", "pointer", "report", "failure", "count", "exit", "output", "time"],
)
def test_other_faults_are_told_apart(runner: Runner, faulty: Any, fault: str, expected: str) -> None:
    name = "RC1104/invalid/" + next(
        case.name.rpartition("/")[2] for case in all_cases() if case.name.startswith("RC1104/invalid/")
    )
    patience = ["--timeout", "3"] if "sleep" in fault else []
    said = runner(faulty(fault), "--filter", name, *patience, code=1).stdout
    assert f"FAIL {name}" in said
    assert expected in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["no-such-validator {path}"], "no-such-validator cannot be started"),
        ([OURS], "has no {path}"),
        ([f"{OURS} --in={{paths}}"], "has no {path}"),
        ([f"{OURS} {{paths}}", "--filter", "RC99*"], "no case matches 'RC99*'"),
        ([f"{OURS} {{paths}}", "--jobs", "0"], "must be more than zero"),
        ([f"{OURS} '{{paths}}", "--jobs", "1"], "No closing quotation"),
    ],
)
def test_wrong_use_is_told(runner: Runner, arguments: list[str], expected: str) -> None:
    assert expected in runner(*arguments, code=2).stderr


# What others get --------------------------------------------------------------------------------------


def test_cases_can_be_kept(runner: Runner, tmp_path: Path) -> None:
    runner(f"{OURS} {{paths}}", "--filter", "RC0701/*", "--keep", str(tmp_path / "kept"), code=0)
    assert (tmp_path / "kept" / "RC0701" / "invalid" / "absent" / "reprocrate.json").is_file()
    assert (tmp_path / "kept" / "RC0701" / "valid" / "all-there" / "data" / "rings.csv").is_file()


def test_runner_is_written_for_python_3_8_and_needs_nothing_else(repository: Path) -> None:
    text = (repository / "schema" / "1.0" / "conformance" / "run.py").read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


@pytest.mark.thorough
def test_runner_and_package_put_the_same_manifests_together(runner: Runner, tmp_path: Path) -> None:
    """Neither reads the cases by the other's code."""
    for family, code in (("RC01*", "RC01"), ("RC000[3-7]/*", "RC000")):
        runner(f"{OURS} {{paths}}", "--filter", family, "--keep", str(tmp_path / "kept"), code=0)
        kept = {case.name: case for case in all_cases() if (tmp_path / "kept" / case.name).is_dir()}
        assert [name for name in kept if name.startswith(code)]
    for case in kept.values():
        data = (tmp_path / "kept" / case.name / "reprocrate.json").read_bytes()
        if case.data is not None:
            assert data == case.data
        else:
            assert json.loads(data) == case.document
