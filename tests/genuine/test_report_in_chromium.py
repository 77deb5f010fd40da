"""The pages of reports in Chromium: on a phone and on a desk, light and dark, on paper, with thousands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reprocrate.finding import Report
from reprocrate.render.report_page import report_page
from reprocrate.render.report_page.batch import BatchPages
from tests.genuine.chromium import PROGRAM, Browser, browser
from tests.render.test_report_page import HOSTILE, sifted, whole

pytestmark = [
    pytest.mark.genuine,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("chromium"),
]

PHONE, TABLET, DESK = 390, 800, 1280
OUTSIDE = """[...document.querySelectorAll('body *')].filter(one => !one.closest('.wide')
    && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    ).map(one => one.outerHTML.slice(0, 80))"""
FIRST = "[...document.querySelector('#rows tbody tr').cells].map(one => one.textContent)"
COUNT = "document.querySelector('.pager output').textContent"


def choose(chromium: Browser, label: str, option: str) -> None:
    """Choose an option by what people see."""
    field = f"[...document.querySelectorAll('.sieve label')].find(one => one.firstChild.data === {label!r})"
    chromium.value(
        f"(field => {{ const found = [...field.options].find(one => one.text === {option!r});"
        " field.selectedIndex = found.index; field.dispatchEvent(new Event('change')) })"
        f"({field}.querySelector('select'))"
    )


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("text", ["a submission", HOSTILE, "Wort" * 300])
def test_nothing_sticks_out_and_nothing_is_loaded(text: str, chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(report_page(whole(text)))
    for width in (PHONE, TABLET, DESK):
        chromium.open(page, width)
        chromium.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert chromium.value("document.documentElement.scrollWidth") <= width
        assert chromium.value(OUTSIDE) == []
        assert chromium.requested() == [page.as_uri()]
        assert chromium.complaints() == []


def test_style_applies_in_both_schemes_and_on_paper(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(report_page(whole()))
    colours = []
    for dark in (False, True):
        chromium.open(page, DESK, dark=dark)
        colours.append(chromium.value("getComputedStyle(document.querySelector('.conclusion')).color"))
    assert colours == ["rgb(163, 32, 32)", "rgb(242, 154, 147)"]
    assert chromium.printed().startswith(b"%PDF")


def test_thousands_are_sorted_and_sifted_and_lead_to_their_pages(chromium: Browser, tmp_path: Path) -> None:
    pages = BatchPages(tmp_path, pages=False)
    for number in range(1, 5001):
        found = whole().findings[: number % 5]
        pages.add(Report(f"paper{number}.zip", found, failure="" if number % 100 else "no ZIP"))
    index = pages.finish()
    for width in (PHONE, DESK):
        chromium.open(index, width)
        assert chromium.value(OUTSIDE) == []
        assert chromium.complaints() == []
    assert chromium.value("document.querySelectorAll('#rows tbody tr').length") == 100
    assert chromium.value(FIRST)[:3] == ["paper4.zip", "not valid", "4"]
    chromium.value("document.querySelectorAll('#rows thead button')[0].click()")
    assert chromium.value(FIRST)[0] == "paper1.zip"
    chromium.value("document.querySelectorAll('#rows thead button')[0].click()")
    assert chromium.value(FIRST)[0] == "paper5000.zip"
    assert chromium.value("document.querySelector('#rows [aria-sort]').ariaSort") == "descending"
    choose(chromium, "Answer", "not judged")
    assert chromium.value(COUNT) == "1 to 50 of 50 found among 5000"
    assert chromium.value(FIRST)[0] == "paper5000.zip"


def test_list_is_sifted_by_what_there_is_and_a_rule_leads_to_its_submissions(
    chromium: Browser, tmp_path: Path
) -> None:
    pages = BatchPages(tmp_path, pages=False)
    for report in [*sifted(), whole("4.zip"), Report("5.zip", assessed=("RC0001",))]:
        pages.add(report)
    chromium.open(pages.finish(), DESK)
    for label, option, name in (
        ("Domain", "Natural language", "1.zip"),
        ("Level reached", "Code (R2)", "1.zip"),
        ("Answer", "no manifest", "3.zip"),
    ):
        choose(chromium, label, option)
        assert chromium.value(COUNT) == "1 to 1 of 1 found among 5"
        assert chromium.value(FIRST)[0] == name
        choose(chromium, label, "any" if label == "Level reached" else "all")
    choose(chromium, "Not counted", "some findings")
    assert chromium.value(COUNT) == "1 to 2 of 2 found among 5"
    choose(chromium, "Not counted", "any")
    chromium.value("document.querySelector('[data-rule=RC0201]').click()")
    assert (chromium.value(COUNT), chromium.value(FIRST)[0]) == ("1 to 1 of 1 found among 5", "4.zip")
    assert chromium.complaints() == []
