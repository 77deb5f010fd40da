"""Checklists through `validate`: the manifest's own, those read elsewhere, those that are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reprocrate.cli.app import run_app
from reprocrate.finding import Location, Severity, Standing
from reprocrate.render.report import report_text
from reprocrate.standard import problems, shipped_bytes
from reprocrate.validation import Policy, Subject, report_document
from reprocrate.validation.checklists.answers import Answer, FilledChecklist
from reprocrate.workflow.judging import Demands, judge
from tests.render.test_show import printed

FULL: dict[str, Any] = json.loads(shipped_bytes("conformance/golden/full.json"))
REQUIRES = Policy("venue", "1.0", parameters={"RC1710": {"required": "iclr"}})


class NoFiles:
    """A folder in which there is nothing."""

    def names(self) -> list[str]:
        return []

    def exists(self, _path: str) -> bool:
        return False


def in_paper(**answers: str) -> FilledChecklist:
    found = tuple(
        Answer(
            name, None if text == "maybe" else text, text, "Section 4.", Location("paper.tex", line=number)
        )
        for number, (name, text) in enumerate(answers.items(), start=100)
    )
    return FilledChecklist("iclr", "paper.tex", found)


ALL = {"code": "yes", "data": "yes", "theory": "na", "details": "yes", "ethics": "na", "llm": "yes"}


def test_answers_from_a_paper_are_judged_at_their_line() -> None:
    answers = in_paper(**ALL | {"details": "na", "llm": "maybe", "length": "yes"})
    report = judge(Subject("rings", FULL), Demands(checklists=(answers,)))
    found = {each.code: each for each in report.findings if each.location.file == "paper.tex"}
    assert {code: each.location.line for code, each in found.items()} == {
        "RC1705": 106,
        "RC1706": 105,
        "RC1709": 103,
    }
    assert "experiments" not in found["RC1709"].message
    assert "rests on 5 runs that ended well" in found["RC1709"].message
    assert 'answered "maybe", and the venue offers yes, no, not applicable' in found["RC1706"].message
    (checked,) = report.checklists
    assert (checked.source, checked.answers[0].justification) == ("paper.tex", "Section 4.")
    assert problems(report_document(report), "report") == []
    assert report.valid


def test_a_checklist_in_the_manifest_is_always_checked() -> None:
    own = {"policy": "iclr", "answers": [{"item": k, "answer": v, "location": "5"} for k, v in ALL.items()]}
    report = judge(Subject("rings", FULL | {"checklists": [own]}), Demands())
    (checked,) = report.checklists
    assert checked.source == "reprocrate.json"
    assert checked.answers[0].place == Location("reprocrate.json", "/checklists/0/answers/0")
    assert [each.code for each in report.findings if each.code.startswith("RC17")] == []


@pytest.mark.parametrize("is_bare", [True, False])
def test_a_required_checklist_may_be_answered_in_the_paper(is_bare: bool) -> None:
    subject = Subject.bare("paper", NoFiles()) if is_bare else Subject("rings", FULL)  # type: ignore[arg-type]
    without = judge(subject, Demands(REQUIRES))
    assert [each.message for each in without.findings if each.code == "RC1710"] == [
        "the checklist iclr is not answered"
    ]
    assert [each.id for each in without.checklists] == ["iclr"]
    with_it = judge(subject, Demands(REQUIRES, checklists=(in_paper(**ALL),)))
    assert [each for each in with_it.findings if each.code == "RC1710"] == []


def test_a_template_that_nobody_filled_in_answers_nothing() -> None:
    """It is told in one sentence, not in one for each question."""
    open_ones = tuple(Answer(name, None, "", "", Location("paper.tex", line=1)) for name in ALL)
    empty = FilledChecklist("iclr", "paper.tex", open_ones)
    report = judge(Subject.bare("paper", NoFiles()), Demands(REQUIRES, checklists=(empty,)))  # type: ignore[arg-type]
    found = {each.code: each.message for each in report.findings if each.code.startswith("RC17")}
    assert list(found) == ["RC1707", "RC1710"]
    assert found["RC1707"].endswith(": code, data, theory, details, ethics, llm")


def test_a_policy_that_leaves_a_rule_out_does_not_blind_the_checklist() -> None:
    wrong = json.loads(json.dumps(FULL))
    wrong["claims"][0]["by"] = 0.5
    answers = FilledChecklist("arr", "form", (Answer("A3", "yes", "Yes", "", Location("form")),))
    lenient = Policy("lenient", "1.0", levels={"RC0908": None})
    report = judge(Subject("rings", wrong), Demands(lenient, checklists=(answers,)))
    assert [each for each in report.findings if each.code == "RC0908"] == []
    assert report.checklists[0].count(Standing.CONFLICTS) == 1
    assert {each.severity for each in report.findings if each.code == "RC1709"} == {Severity.WARNING}


def test_the_terminal_shows_conflicts_first_and_counts_the_rest() -> None:
    answers = in_paper(**ALL | {"details": "na"})
    report = judge(Subject("rings", FULL), Demands(checklists=(answers,)))
    text = printed(report_text(report), width=80)
    part = text[text.index("ICLR statements on reproducibility, ethics and") :]
    assert part.index("details") < part.index("Answered na: but result wide") < part.index("supported")
    assert "1 conflicts with the evidence" in part
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_terminal_tells_what_was_written_beside_an_answer_that_conflicts() -> None:
    """Whoever weighs it reads both sides."""
    why = "Our experiments are illustrations only. " * 20
    answers = FilledChecklist("arr", "form", (Answer("C", "no", "No", why, Location("form", line=3)),))
    text = printed(report_text(judge(Subject("rings", FULL), Demands(checklists=(answers,)))), width=80)
    assert "They write: Our experiments are illustrations only." in text
    assert text.count("illustrations") < 8
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_checklist_can_be_asked_for_on_the_command_line(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "reprocrate.json"
    file.write_text(json.dumps(FULL), "utf-8")
    run_app(["validate", str(file), "--checklist", "aaai-27", "--checklist", "arr", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert problems(report, "report") == []
    assert [each["id"] for each in report["checklists"]] == ["aaai-27", "arr"]
    assert report["checklists"][0]["counts"]["conflicts"] == 0
    assert run_app(["validate", str(file), "--checklist", "neurips-2031"]) == 2
    said = capsys.readouterr().err
    assert "there is no checklist neurips-2031" in said
    assert "neurips-2026" in said


def test_an_author_answers_in_the_settings(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fit.py").write_text("print(1)\n", "utf-8")
    answers = 'answers = [{item = "code", answer = "yes", location = "5"}]'
    text = f'[[checklists]]\npolicy = "iclr"\n{answers}\n'
    (tmp_path / "reprocrate.toml").write_text(text, "utf-8")
    run_app(["run", "--", "python", "fit.py"])
    capsys.readouterr()
    run_app(["validate", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["checklists"][0]["answers"][0]["answer"] == "yes"
    assert "RC1707" in [each["code"] for each in report["findings"]]
