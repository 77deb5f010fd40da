"""The page of a verdict in Chromium: on a phone and on a desk, light and dark, and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reprocrate.render.verdict_page import verdict_page
from tests.genuine.chromium import PROGRAM, Browser, browser
from tests.render.verdicts import VERDICTS, Document, of_values

pytestmark = [
    pytest.mark.genuine,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("chromium"),
]

PHONE, DESK = 390, 1280
UNWIELDY = (
    "contradicted",
    "within tolerance",
    "hostile",
    "many",
    "two hundred seeds",
    "largest",
    "long seeds",
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def written(document: Document, folder: Path) -> Path:
    page = folder / "verdict.html"
    page.write_bytes(verdict_page(document))
    return page


@pytest.mark.parametrize("kind", [*UNWIELDY, "long words"])
def test_nothing_sticks_out_and_nothing_is_loaded(kind: str, chromium: Browser, tmp_path: Path) -> None:
    document = (
        VERDICTS[kind]() if kind in VERDICTS else of_values([0.9, 0.91], [0.9, 0.92], title="Wort" * 900)
    )
    page = written(document, tmp_path)
    for width in (PHONE, DESK):
        chromium.open(page, width)
        chromium.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert chromium.value("document.documentElement.scrollWidth") <= width
        outside = chromium.value(
            """[...document.querySelectorAll('body *')].filter(one => !one.closest('.wide')
            && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
            ).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert outside == []
        cut_off = chromium.value(
            """[...document.querySelectorAll('svg.plot text')].filter(one => {
            const text = one.getBoundingClientRect();
            return text.width && (text.left < 0 || text.right > document.documentElement.clientWidth);
            }).map(one => one.textContent)"""
        )
        assert cut_off == []
        assert chromium.requested() == [page.as_uri()]
        assert chromium.complaints() == []


def test_style_applies_in_both_schemes_under_the_page_s_own_policy(chromium: Browser, tmp_path: Path) -> None:
    page = written(VERDICTS["contradicted"](), tmp_path)
    shown = {}
    for dark in (False, True):
        chromium.open(page, DESK, dark=dark)
        shown[dark] = chromium.value(
            """['.conclusion', '.dot.now', '.dot.then'].map(one => document.querySelector(one))
            .map(one => getComputedStyle(one))
            .map((one, place) => place == 0 ? one.borderLeftColor : one.fill)"""
        )
    assert shown[False] == ["rgb(163, 32, 32)", "rgb(11, 90, 134)", "rgb(255, 255, 255)"]
    assert shown[True] == ["rgb(242, 154, 147)", "rgb(120, 191, 232)", "rgb(26, 31, 36)"]


def test_on_paper_what_was_folded_is_open(chromium: Browser, tmp_path: Path) -> None:
    chromium.open(written(VERDICTS["contradicted"](), tmp_path), DESK)
    chromium.ask("Emulation.setEmulatedMedia", media="print")
    heights = chromium.value(
        "[...document.querySelectorAll('details dl')].map(one => one.getBoundingClientRect().height)"
    )
    assert len(heights) == 4
    assert min(heights) > 0
    assert chromium.printed().startswith(b"%PDF")
