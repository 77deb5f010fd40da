"""A report is read from the end: the answer last, each rule once with all its cases."""

from __future__ import annotations

import pytest

from reprocrate.finding import Finding, Location, NotAssessed, Report, Severity, in_order
from reprocrate.render.explanation import explanation_text
from reprocrate.render.report import report_summary, report_text
from reprocrate.validation.explain import explain
from reprocrate.validation.families import rule_codes
from tests.render.test_show import printed


def finding(code: str, severity: Severity, message: str, pointer: str, fix: str = "do this") -> Finding:
    return Finding(code, severity, message, Location("reprocrate.json", pointer), fix)


FINDINGS = in_order(
    [
        finding("RC0701", Severity.ERROR, "data/b.csv is declared but absent", "/data/0/files/1"),
        finding("RC0701", Severity.ERROR, "data/a.csv is declared but absent", "/data/0/files/0"),
        finding("RC0201", Severity.WARNING, "moons has no licence", "/data/0", "set `license`"),
        finding("RC1101", Severity.NOTE, "[bold]no\x1b[31m description", "/experiment"),
    ]
)


def test_findings_are_grouped_by_rule_with_the_fix_once() -> None:
    text = printed(report_text(Report("project", FINDINGS)))
    assert (
        "Errors\n"
        "RC0701 reprocrate.json#/data/0/files/0: data/a.csv is declared but absent.\n"
        "       reprocrate.json#/data/0/files/1: data/b.csv is declared but absent.\n"
        "       Fix: do this.\n"
    ) in text
    assert text.index("Errors") < text.index("Warnings") < text.index("Notes")
    assert "[bold]no\\x1b[31m description." in text


def test_answer_comes_last() -> None:
    text = printed(report_text(Report("project", FINDINGS)))
    assert text.endswith(
        "project is not valid: 2 errors, 1 warning and 1 note.\n"
        "`reprocrate explain RC0701` says more about a rule.\n"
    )
    assert (
        printed(report_text(Report("project"))) == "project is valid: no errors, no warnings and no notes.\n"
    )


def test_warnings_alone_leave_it_valid() -> None:
    assert report_summary(Report("p", FINDINGS[2:])) == "p is valid: no errors, 1 warning and 1 note"


def test_what_could_not_be_assessed_is_said() -> None:
    missing = tuple(NotAssessed(code, "there are no files") for code in ("RC0701", "RC0702"))
    assert "- RC0701 and RC0702: there are no files\n" in printed(report_text(Report("p", (), missing)))


def test_what_failed_and_might_have_found_an_error_is_said_in_the_answer() -> None:
    failed = tuple(NotAssessed(code, "it failed", Severity.ERROR) for code in ("RC0801", "RC0804"))
    assert report_summary(Report("p", (), failed)) == (
        "p cannot be called valid, since RC0801 and RC0804 could not be judged: "
        "no errors, no warnings and no notes"
    )
    assert report_summary(Report("p", FINDINGS, failed)).startswith("p is not valid: ")
    slight = (NotAssessed("RC0806", "it failed", Severity.WARNING),)
    assert report_summary(Report("p", (), slight)).startswith("p is valid: ")


def test_many_cases_of_a_rule_are_counted() -> None:
    many = tuple(finding("RC0701", Severity.ERROR, f"{n} is absent", f"/{n}") for n in range(30))
    text = printed(report_text(Report("p", many), most_places=3))
    assert text.count("is absent") == 3
    assert "and 27 more of the same rule" in text
    assert "30 errors" in text


@pytest.mark.parametrize("code", rule_codes())
def test_every_rule_can_be_explained(code: str) -> None:
    text = printed(explanation_text(explain(code)))
    assert text.startswith(code)
    for part in ("Why: ", "Fix: ", "MUST:", "Specification, chapter"):
        assert part in text or (part == "MUST:" and ("SHOULD:" in text or "MAY:" in text))
