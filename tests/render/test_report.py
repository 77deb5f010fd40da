"""A report is read from the end: the answer last, each rule once with all its cases."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from reprocrate.finding import (
    AppliedBaseline,
    Criterion,
    Finding,
    Known,
    Location,
    NotAssessed,
    Observed,
    Presence,
    Report,
    Scale,
    Selection,
    Severity,
    Step,
    Suppressed,
    Suppression,
    in_order,
)
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


def test_findings_are_grouped_by_family_and_rule_with_the_fix_once() -> None:
    text = printed(report_text(Report("project", FINDINGS)))
    assert (
        "Integrity (2 errors)\n"
        'RC0701 2 errors against "declared file is present"\n'
        "       - reprocrate.json#/data/0/files/0: data/a.csv is declared but absent.\n"
        "       - reprocrate.json#/data/0/files/1: data/b.csv is declared but absent.\n"
        "       Fix: do this.\n"
    ) in text
    assert text.index("Integrity") < text.index("Data, services") < text.index("Experiment")
    assert "[bold]no\\x1b[31m description." in text


def test_next_steps_and_the_answer_come_last() -> None:
    text = printed(report_text(Report("project", FINDINGS)))
    assert text.endswith(
        "Next steps\n"
        "1. RC0701, 2 errors: `reprocrate explain RC0701`\n"
        "\n"
        "project is not valid: 2 errors, 1 warning and 1 note.\n"
    )
    assert (
        printed(report_text(Report("project"))) == "project is valid: no errors, no warnings and no notes.\n"
    )


def test_shape_comes_before_what_weighs_as_much_and_is_more() -> None:
    found = [finding("RC0801", Severity.ERROR, f"{n} does not follow", f"/{n}") for n in range(5)]
    shape = finding("RC0102", Severity.ERROR, "a property is missing", "/runs/0")
    waiting = tuple(NotAssessed(f"RC10{n}", "the manifest does not follow its schema") for n in range(10, 40))
    text = printed(report_text(Report("p", in_order([*found, shape]), waiting)))
    assert text.index("Results (5 errors)") < text.index("Structure (1 error)")
    steps = text[text.index("Next steps") :]
    assert steps.index("1. RC0102") < steps.index("2. RC0801")
    assert "Then validate again: 30 rules could not be applied yet." in steps


def test_what_does_not_count_is_told() -> None:
    by = (Suppression.BASELINE, Suppression.SELECTION)
    report = Report(
        "p",
        suppressed=tuple(Suppressed(each, why) for each, why in zip(FINDINGS[2:], by, strict=True)),
        selection=Selection(ignore=("RC11",)),
        baseline=AppliedBaseline("known.json", 2, (Known("RC0203", "reprocrate.json#/data/1", "0" * 32),)),
    )
    text = printed(report_text(report))
    assert "- 1 finding ignored as asked: RC1101.\n" in text
    assert "- 1 finding known before: RC0201.\n" in text
    assert "1 finding that known.json lists is gone" in text
    assert text.endswith("p is valid: no errors, no warnings and no notes.\n")


def test_other_people_s_brackets_are_no_markup_anywhere() -> None:
    mark = "[red]x[/red]"
    step = Step("s", mark, (Criterion("c", mark, False, mark, mark),))
    report = Report(
        mark,
        (finding("RC1101", Severity.WARNING, mark, "/experiment", mark),),
        (NotAssessed("RC0701", mark),),
        observed=(Observed("o", mark, Presence.FOUND, mark, (Location(mark, line=3),)),),
        scales=(Scale("s", mark, True, (step,)),),
    )
    assert printed(report_text(report)).lower().count("x[/red]") == 11


def test_observed_and_scales_are_told_with_what_is_missing() -> None:
    met, lacking = (
        Criterion("a", "code is there", True),
        Criterion("b", "data is there", False, "none", "a day"),
    )
    steps = (Step("code", "code", (met,), "R2"), Step("data", "data", (lacking,), "R3"))
    seen = (
        Observed("licence", "Licence", Presence.FOUND, "MIT", (Location("LICENSE"),)),
        Observed("data", "Data", Presence.NOT_FOUND),
    )
    text = printed(report_text(Report("p", observed=seen, scales=(Scale("a", "Availability", True, steps),))))
    assert "Found\nLicence           MIT.\n\nNot found\nData\n" in text
    assert "Availability\nReached: code (R2), step 1 of 2.\n- Next: data (R3)\n" in text
    assert "missing: data is there: none. Cost: a day." in text


def test_what_several_levels_lack_is_told_once() -> None:
    def asking(text: str) -> Step:
        return Step("s", "step", (Criterion("lock", text, False, "there is none", "a minute"),))

    scales = tuple(Scale(name, name, True, (asking(f"{name} wants a lock"),)) for name in ("one", "two"))
    text = printed(report_text(Report("p", scales=scales)))
    assert "missing: one wants a lock: there is none. Cost: a minute." in text
    assert "missing: two wants a lock.\n" in text


@pytest.mark.parametrize("width", [30, 40, 80])
def test_no_line_is_wider_than_the_window(width: int) -> None:
    held = StringIO()
    waiting = tuple(NotAssessed(code, "the manifest does not follow its schema") for code in rule_codes())
    Console(file=held, width=width).print(report_text(Report("p", FINDINGS, waiting)))
    assert max(map(len, held.getvalue().splitlines())) <= width


def test_warnings_alone_leave_it_valid() -> None:
    assert report_summary(Report("p", FINDINGS[2:])) == "p is valid: no errors, 1 warning and 1 note"


def test_what_could_not_be_assessed_is_said() -> None:
    missing = tuple(NotAssessed(code, "there are no files") for code in ("RC0701", "RC0702"))
    assert "- There are no files: RC0701 and RC0702.\n" in printed(report_text(Report("p", (), missing)))


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
    assert "and 27 more\n" in text
    assert "30 errors" in text


@pytest.mark.parametrize("code", rule_codes())
def test_every_rule_can_be_explained(code: str) -> None:
    text = printed(explanation_text(explain(code)))
    assert text.startswith(code)
    for part in ("Why: ", "Fix: ", "MUST:", "Specification, chapter"):
        assert part in text or (part == "MUST:" and ("SHOULD:" in text or "MAY:" in text))
