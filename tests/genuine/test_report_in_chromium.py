"""The pages of reports in Chromium: on a phone and on a desk, light and dark, on paper, with thousands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reprocrate.finding import Report
from reprocrate.render.report_page import report_page
from reprocrate.render.report_page.batch import BatchPages
from tests.genuine.chromium import PROGRAM, Browser, browser
from tests.render.test_report_page import HOSTILE, whole

pytestmark = [
    pytest.mark.genuine,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("chromium"),
]

PHONE, TABLET, DESK = 390, 800, 1280
OUTSIDE = """[...document.querySelectorAll('body *')].filter(one => !one.closest('.wide')
    && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    ).map(one => one.outerHTML.slice(0, 80))"""


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
    first = "[...document.querySelector('#rows tbody tr').cells].map(one => one.textContent)"
    assert chromium.value("document.querySelectorAll('#rows tbody tr').length") == 100
    assert chromium.value(first)[0] == "paper1.zip"
    chromium.value("document.querySelectorAll('#rows thead button')[2].click()")
    assert chromium.value(first)[:3] == ["paper4.zip", "not valid", "4"]
    chromium.value("document.querySelectorAll('#rows thead button')[0].click()")
    chromium.value("document.querySelectorAll('#rows thead button')[0].click()")
    assert chromium.value(first)[0] == "paper5000.zip"
    assert chromium.value("document.querySelector('#rows [aria-sort]').ariaSort") == "descending"
    chromium.value(
        "(field => { field.value = 'not judged'; field.dispatchEvent(new Event('change')) })"
        "(document.querySelector('.sieve select'))"
    )
    assert (
        chromium.value("document.querySelector('.pager output').textContent")
        == "1 to 50 of 50 found among 5000"
    )
    assert chromium.value(first)[0] == "paper5000.zip"
