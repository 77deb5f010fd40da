"""Pages of reports: whole without a script or a network, and safe whatever a submission is called."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest

from reprocrate.errors import UsageError
from reprocrate.finding import (
    AppliedBaseline,
    CheckedAnswer,
    CheckedChecklist,
    Criterion,
    Finding,
    JudgedDomain,
    Known,
    Location,
    NotAssessed,
    Observed,
    Presence,
    Report,
    Scale,
    Selection,
    Severity,
    Standing,
    Step,
    Suppressed,
    Suppression,
    in_order,
)
from reprocrate.render.batch import csv_header, csv_row
from reprocrate.render.preview.frame import used_style
from reprocrate.render.preview.markup import Markup
from reprocrate.render.report_page import report_page
from reprocrate.render.report_page.batch import BatchPages, page_name, state_of
from reprocrate.render.report_page.listing import STATES
from reprocrate.workflow.batch.row import Row

HOSTILE = "<script>alert(1)</script>\"'&</style>\x1b[31m"


def finding(code: str, severity: Severity, message: str, pointer: str = "/data/0") -> Finding:
    return Finding(code, severity, message, Location("reprocrate.json", pointer), "set `license`")


def whole(text: str = "x") -> Report:
    """A report with everything that a page shows."""
    answers = tuple(
        CheckedAnswer(
            str(n), f"{text} {each.value}?", "yes", each, text, (Location("a.tex", line=n + 1),), text
        )
        for n, each in enumerate(Standing)
    )
    lacking = Criterion("c", f"{text} is there", False, text, text)
    return Report(
        text,
        in_order(
            [
                *(finding("RC0801", Severity.ERROR, f"{text} {n}", f"/results/{n}") for n in range(80)),
                finding("RC0201", Severity.WARNING, text),
            ]
        ),
        (NotAssessed("RC0701", text), NotAssessed("RC0702", text)),
        ("RC0801", "RC0201"),
        observed=(Observed("o", f"{text} o", Presence.NOT_FOUND, text),),
        checklists=(CheckedChecklist("v-2026", f"{text} list", text, answers),),
        scales=(Scale("s", f"{text} scale", True, (Step("a", "a", (lacking,), "R1"),)),),
        suppressed=(Suppressed(finding("RC1101", Severity.NOTE, text), Suppression.BASELINE),),
        selection=Selection(ignore=(text,)),
        baseline=AppliedBaseline(text, 2, (Known("RC0203", text, "0" * 32),)),
    )


def tree(page: bytes) -> Any:
    """The page, which must be correct HTML."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.decode())


def texts(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def test_page_has_everything_under_headings_in_order() -> None:
    page = tree(report_page(whole()))
    headings = [texts(each) for each in page.iter("h2")]
    assert headings == [
        "Findings",
        "Checklists",
        "Levels and badges",
        "Observed",
        "Not counted",
        "Not assessed",
    ]
    assert [texts(each) for each in page.iter("h1")] == ["Not valid"]
    told = texts(page)
    for name in ("conflicts", "not evidenced", "supported", "not checkable", "not applicable"):
        assert told.count(name) >= 2
    for one in (
        "not found",
        "missing",
        "known before",
        "RC0203",
        "RC0701 and RC0702",
        "30 more are in the JSON",
    ):
        assert one in told
    ids = [each.attrib["id"] for each in page.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    links = [each.attrib["href"] for each in page.iter("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_page_is_accessible_to_programs() -> None:
    page = tree(report_page(whole()))
    assert (
        len(list(page.iter("main"))) == len(list(page.iter("header"))) == len(list(page.iter("footer"))) == 1
    )
    for table in page.iter("table"):
        assert table.find("caption") is not None
        assert all(head.attrib["scope"] == "col" for head in table.find("thead").iter("th"))
        assert all(row.find("th").attrib["scope"] == "row" for row in table.find("tbody").iter("tr"))
    assert page.attrib["lang"] == "en"


@pytest.mark.parametrize("report", [whole(HOSTILE), Report(HOSTILE, failure=HOSTILE), Report("")])
def test_nothing_of_a_submission_acts_on_a_page(report: Report) -> None:
    page = report_page(report, index="../index.html")
    parsed = tree(page)
    assert list(parsed.iter("script")) == []
    assert b"script-src" not in page
    assert b"\x1b" not in page
    assert [texts(each)[:9] for each in parsed.iter("style")] == [":root { c"]


def test_a_place_leads_to_its_file() -> None:
    page = tree(report_page(whole(), link_of=lambda place: f"../exp/{place.file}"))
    assert "../exp/reprocrate.json" in {each.attrib["href"] for each in page.iter("a")}


def test_valid_submission_and_one_that_was_not_judged_say_so() -> None:
    assert "Nothing was found against it." in texts(tree(report_page(Report("p", assessed=("RC0001",)))))
    failed = texts(tree(report_page(Report("p", failure="p is no ZIP file. Check it."))))
    assert "Could not be judged" in failed
    assert "p is no ZIP file. Check it." in failed


def test_style_keeps_what_a_page_uses() -> None:
    style = (
        "a { x: y }\n.b, .c { x: y }\n.d .b { x: y }\n.b:not(.e) { x: y }\n@media print {\n  .d { x: y }\n}\n"
    )
    body = Markup('<p class="b f"></p>')
    assert used_style(style, body).splitlines() == [
        "a { x: y }",
        ".b, .c { x: y }",
        ".b:not(.e) { x: y }",
        "@media print {",
        "}",
    ]


# Batches ----------------------------------------------------------------------------------------------


def several(count: int) -> list[Report]:
    return [
        Report(
            f"sub/paper{n}.zip", tuple(whole().findings[: n % 3 * 40]), failure="no ZIP" if n % 7 == 0 else ""
        )
        for n in range(count)
    ]


def written(folder: Path, reports: list[Report], **options: Any) -> dict[str, bytes]:
    pages = BatchPages(folder, "Papers", **options)
    for report in reports:
        pages.add(report)
    pages.finish()
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.html")}


def test_batch_is_the_same_in_any_order(tmp_path: Path) -> None:
    reports = several(30)
    first = written(tmp_path / "a", reports)
    random.Random(1).shuffle(reports)
    assert written(tmp_path / "b", reports) == first
    assert len(first) == 31


def test_index_leads_to_each_page_and_back(tmp_path: Path) -> None:
    files = written(tmp_path, several(12))
    index = tree(files["index.html"])
    (table,) = [each for each in index.iter("table") if each.attrib.get("id") == "rows"]
    rows = [[texts(cell) for cell in row] for row in table.find("tbody").iter("tr")]
    worst_first = [2, 5, 8, 11, 1, 4, 10, 7, 0, 3, 6, 9]
    assert [row[0] for row in rows] == [f"sub/paper{n}.zip" for n in worst_first]
    assert rows[0][1:] == ["not valid", "80", "0", "0", "RC0801"]
    assert rows[8][1:] == ["not judged", "0", "0", "0", ""]
    assert rows[9][1:] == ["valid", "0", "0", "0", ""]
    links = [each.attrib["href"] for each in table.iter("a")]
    assert sorted(links) == sorted(name for name in files if name != "index.html")
    back = tree(files[links[0]])
    assert "../index.html" in {each.attrib["href"] for each in back.iter("a")}
    told = texts(index)
    assert "12 submissions" in told
    assert "RC0801 value recomputes" in told


def test_long_list_goes_over_several_pages_and_its_data_over_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reprocrate.render.report_page.listing.MOST_ROWS", 10)
    files = written(tmp_path, several(25), pages=False)
    assert sorted(files) == ["index.html", "list-2.html", "list-3.html"]
    counts = [
        sum(1 for each in tree(files[name]).iter("tr") if each.find("th").attrib["scope"] == "row")
        for name in sorted(files)
    ]
    assert counts == [10 + 1, 10, 5]  # the index has a table of rules too
    data = next(each for each in tree(files["index.html"]).iter("script") if each.attrib.get("id") == "data")
    assert len(json.loads(data.text)) == 25
    assert "11 to 20 of 25" in texts(tree(files["list-2.html"]))


def test_names_of_strangers_neither_leave_the_folder_nor_act(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "a/..", HOSTILE, "CON", "ü" * 300, "", "a/b", "b/b"]
    files = written(tmp_path / "out", [Report(name) for name in names])
    assert len(files) == len(names) + 1
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    index = files["index.html"].decode()
    assert index.count("</script>") == 2
    assert "<script>alert" not in index
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9-]+\.html", page_name(name))
        assert len(page_name(name)) < 100


def sifted() -> list[Report]:
    """A submission of a field that reaches a level, one of which a finding does not count, a bare one."""
    reached = Scale("s", "Availability", True, (Step("a", "Code", (Criterion("c", "x", True),), "R2"),))
    domain = JudgedDomain("nlp", "Natural language", "it was asked for")
    left_out = (Suppressed(finding("RC1101", Severity.NOTE, "x"), Suppression.SELECTION),)
    return [
        Report("1.zip", assessed=("RC0001",), scales=(reached,), domains=(domain,)),
        Report("2.zip", assessed=("RC0001",), suppressed=left_out),
        Report("3.zip", assessed=("RC2102",), without_manifest=True),
    ]


def test_no_manifest_is_an_answer_of_its_own(tmp_path: Path) -> None:
    index = tree(written(tmp_path, sifted())["index.html"])
    (table,) = [each for each in index.iter("table") if each.attrib.get("id") == "rows"]
    answers = [texts(row[1]) for row in table.find("tbody").iter("tr")]
    assert answers == ["valid", "valid", "no manifest"]
    assert "3 submissions: 1 no manifest and 2 valid." in {
        each.attrib.get("content") for each in index.iter("meta")
    }


def test_no_submission_is_said(tmp_path: Path) -> None:
    assert "There is no submission." in texts(tree(written(tmp_path, [])["index.html"]))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(UsageError, match="is a file"):
        BatchPages(tmp_path / "x")


@pytest.mark.parametrize("failure", ["", "no ZIP"])
@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("findings", [(), (finding("RC0801", Severity.ERROR, "x"),)])
@pytest.mark.parametrize("broken", [(), (NotAssessed("RC0801", "it failed", Severity.ERROR),)])
def test_table_says_what_the_page_says(
    failure: str, bare: bool, findings: tuple[Finding, ...], broken: tuple[NotAssessed, ...]
) -> None:
    report = Report("1.zip", findings, broken, failure=failure, without_manifest=bare)
    line = csv_header(()) + csv_row("1", "1.zip", Row.of(report), ())
    (told,) = csv.DictReader(io.StringIO(line))
    assert told["answer"] == STATES[state_of(report)][0]
