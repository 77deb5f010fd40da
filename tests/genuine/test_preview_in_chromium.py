"""The page of a bundle in Chromium: on a phone and on a desk, light and dark, and on paper."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render.curves import read_curves
from reprocrate.render.preview import Known, preview_page
from tests.genuine.chromium import PROGRAM, Browser, browser
from tests.render import sample

pytestmark = [
    pytest.mark.genuine,
    pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("chromium"),
]

PHONE, DESK = 390, 1280


def unwieldy() -> Manifest:
    """Words without a place to break, long lists, wide tables, long commands and paths."""
    document = copy.deepcopy(sample.many(configurations=30, seeds=6, metrics=3))
    word = "Wort" * 1250
    document["experiment"] |= {
        "title": f"</title><script>alert(1)</script> {word}",
        "description": f"{word}\n\nhttps://example.org/{'very/long/' * 90}",
        "contact": word,
        "authors": [{"name": f"{word}{number}", "affiliation": word} for number in range(40)],
        "keywords": [word],
    }
    document["configurations"][0] |= {"name": word, "command": ["python", word, f"--{word}", "{seed}"]}
    document["runs"][0] |= {"command": ["python", word], "logs": [sample.file(f"logs/{word[:200]}.log")]}
    document["code"][0]["files"] += [sample.file(f"{'deep/' * 40}{number}.py") for number in range(60)]
    document["experiment"]["status"] = "corrected"
    document["data"] = [{"id": "d", "name": word, "citation": word, "remote": {"uri": f"s3://{word}"}}]
    document["tables"] = [
        {
            "label": word,
            "rows": "r",
            "columns": "c",
            "cells": [
                {"row": f"{word}{row}", "column": f"column {column}", "text": "12.345 ± 6.789"}
                for row in range(3)
                for column in range(30)
            ],
        }
    ]
    return manifest_from(document)


SAMPLES: dict[str, Callable[[], Manifest]] = {
    "digits": sample.digits,
    "grid": sample.grid,
    "hostile": sample.hostile,
    "unwieldy": unwieldy,
    **{
        path.stem: lambda path=path: manifest_from(json.loads(path.read_text("utf-8")))  # type: ignore[misc]
        for path in sorted((Path(__file__).parents[2] / "schema/1.0/conformance/golden").glob("*.json"))
    },
}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def written(manifest: Manifest, folder: Path) -> Path:
    """The page of a manifest, with curves and a tree of files, as a file."""
    rows = "".join(f"loss,{step},{math.exp(-step / 9)}\n" for step in range(80))
    curves = [
        curve
        for run in manifest.runs[:6]
        for curve in read_curves(run.id, f"metric,step,value\n{rows}".encode())
    ]
    files = {f"{'deep/' * depth}{'name' * 50}.txt": 10**depth for depth in range(12)}
    page = folder / "ro-crate-preview.html"
    page.write_bytes(
        preview_page(manifest, curves=curves, files=files, known=Known(payload_sha256="ab" * 32))
    )
    return page


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_sticks_out_and_nothing_is_loaded(name: str, chromium: Browser, tmp_path: Path) -> None:
    page = written(SAMPLES[name](), tmp_path)
    for width in (PHONE, DESK):
        chromium.open(page, width)
        chromium.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert chromium.value("document.documentElement.scrollWidth") <= width
        wide = chromium.value(
            """[...document.querySelectorAll('body *')].filter(one => !one.closest('.wide')
            && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
            ).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert wide == []
        assert chromium.requested() == [page.as_uri()]
        assert chromium.complaints() == []


def test_style_applies_in_both_schemes_under_the_page_s_own_policy(chromium: Browser, tmp_path: Path) -> None:
    page = written(sample.digits(), tmp_path)
    shown = {}
    for dark in (False, True):
        chromium.open(page, DESK, dark=dark)
        shown[dark] = chromium.value("getComputedStyle(document.body).backgroundColor")
    assert shown == {False: "rgb(253, 252, 249)", True: "rgb(20, 24, 28)"}


def test_names_of_rows_stay_in_sight_on_a_phone(chromium: Browser, tmp_path: Path) -> None:
    chromium.open(written(unwieldy(), tmp_path), PHONE)
    table = "document.querySelector('.wide:has(table.grid)')"
    assert chromium.value(f"{table}.scrollWidth > {table}.clientWidth")
    left = chromium.value(
        f"{table}.scrollLeft = 500, {table}.querySelector('tbody th').getBoundingClientRect().left"
    )
    assert 0 <= left < 60
    assert chromium.value(f"{table}.querySelector('tbody th').getBoundingClientRect().width") < PHONE / 2


def test_no_text_of_a_plot_is_cut_off(chromium: Browser, tmp_path: Path) -> None:
    page = written(sample.digits(), tmp_path)
    for width in (PHONE, DESK):
        chromium.open(page, width)
        outside = chromium.value(
            """[...document.querySelectorAll('svg.plot text')].filter(one => {
            const text = one.getBoundingClientRect();
            return text.width && (text.left < 0 || text.right > document.documentElement.clientWidth);
            }).map(one => one.textContent)"""
        )
        assert outside == []


def test_on_paper_what_was_folded_is_open(chromium: Browser, tmp_path: Path) -> None:
    chromium.open(written(sample.digits(), tmp_path), DESK)
    chromium.ask("Emulation.setEmulatedMedia", media="print")
    heights = chromium.value(
        "[...document.querySelectorAll('#cite details pre')].map(one => one.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) > 0
    assert chromium.printed().startswith(b"%PDF")
