"""The page that opens a bundle: valid, static, self-contained, true to the manifest, safe with any text."""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib
import pytest

from reprocrate.finding import Finding, Location, NotAssessed, Report, Severity
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render import preview
from reprocrate.render.preview import preview_page
from reprocrate.render.preview.axis import Axis
from tests.render import sample

SAMPLES: list[Callable[[], Manifest]] = [sample.digits, sample.grid, sample.bare, sample.hostile]
STRUCTURE = (
    "html head meta title style body div header main section nav footer article p h1 h2 h3 h4 ul ol li"
)
TEXT = "dl dt dd a b bdi code pre span table caption thead tbody tr th td figure figcaption details summary"
DRAWING = "svg desc circle line rect text"
ALLOWED = {*STRUCTURE.split(), *TEXT.split(), *DRAWING.split()}


def parsed(page: bytes) -> ET.Element:
    """The page as a tree; any error of HTML5 raises."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    return parser.parse(page, transport_encoding="utf-8")


def elements(tree: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield element.tag.rpartition("}")[2], element


def named(tree: ET.Element, name: str) -> list[ET.Element]:
    return [element for tag, element in elements(tree) if tag == name]


def words_of(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def rows(tree: ET.Element, caption: str) -> list[list[str]]:
    """The cells of the table with this caption."""
    for table in named(tree, "table"):
        if words_of(named(table, "caption")[0]).startswith(caption):
            return [
                [words_of(cell) for tag, cell in elements(row) if tag in ("th", "td")]
                for row in named(table, "tr")
            ]
    raise AssertionError(f"no table {caption!r}")


@pytest.mark.parametrize("make", SAMPLES)
def test_page_is_valid_html(make: Callable[[], Manifest]) -> None:
    page = preview_page(make())
    assert page.startswith(b"<!DOCTYPE html>\n")
    parsed(page)


@pytest.mark.parametrize("make", SAMPLES)
def test_page_runs_and_loads_nothing(make: Callable[[], Manifest]) -> None:
    tree = parsed(preview_page(make()))
    assert {tag for tag, _ in elements(tree)} <= ALLOWED
    for tag, element in elements(tree):
        assert not any(name.startswith("on") or name == "style" for name in element.attrib)
        assert "src" not in element.attrib
        if "href" in element.attrib:
            assert tag == "a"
            assert element.attrib["href"].startswith(("./", "#", "https://", "http://"))
    style = words_of(named(tree, "style")[0])
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("make", SAMPLES)
def test_page_can_be_found_one_s_way_in(make: Callable[[], Manifest]) -> None:
    tree = parsed(preview_page(make()))
    identifiers = [element.attrib["id"] for _, element in elements(tree) if "id" in element.attrib]
    assert len(identifiers) == len(set(identifiers))
    for _, element in elements(tree):
        for target in element.attrib.get("aria-labelledby", "").split():
            assert target in identifiers
        if element.attrib.get("href", "").startswith("#"):
            assert element.attrib["href"][1:] in identifiers
    for table in named(tree, "table"):
        assert len(named(table, "caption")) == 1
        assert all(cell.attrib["scope"] in ("col", "row") for cell in named(table, "th"))
    for plot in named(tree, "svg"):
        if plot.attrib.get("aria-hidden") != "true":
            assert words_of(named(plot, "title")[0])
            assert words_of(named(plot, "desc")[0])
    assert len(named(tree, "h1")) == 1


def test_same_manifest_gives_the_same_bytes() -> None:
    assert preview_page(sample.digits()) == preview_page(sample.digits())


@pytest.mark.requirement("RQ29")
def test_hostile_text_stands_there_as_text() -> None:
    page = preview_page(sample.hostile()).decode()
    tree = parsed(page.encode())
    assert words_of(named(tree, "h1")[0]).startswith("<script>alert(1)</script>\"'&--><b onmouseover=x>[red]")
    assert "\x1b" not in page
    assert "\u202e" not in page
    links = [element.attrib["href"] for element in named(tree, "a")]
    assert "./javascript%3Aalert%281%29" in links
    assert "./a%26b%20%3Ci%3E%22%27%7C%60x%60.py" in links


def test_results_are_in_the_page() -> None:
    tree = parsed(preview_page(sample.digits()))
    summary = rows(tree, "Accuracy on test: summary")
    assert summary[1] == ["mlp proposed", "★ 0.9656 ± 0.0067", "0.9572 to 0.9739", "5"]
    seeds = rows(tree, "Accuracy on test: the value of every seed")
    assert seeds[0] == ["Seed", "mlp", "logistic"]
    assert seeds[4] == ["3", "0.97500", "0.90000"]
    assert rows(tree, "Comparisons")[1][2:4] == ["+0.0700", "+0.0596 to +0.0804"]


def test_every_seed_is_a_dot() -> None:
    tree = parsed(preview_page(sample.digits()))
    assert len(named(tree, "circle")) == 4 * 5
    places = {(dot.attrib["cx"], dot.attrib["cy"]) for dot in named(tree, "circle")}
    assert len(places) == 4 * 5


def test_equal_values_do_not_hide_each_other() -> None:
    tree = parsed(preview_page(sample.grid()))
    for plot in named(tree, "svg"):
        dots = [(dot.attrib["cx"], dot.attrib["cy"]) for dot in named(plot, "circle")]
        assert len(set(dots)) == len(dots)


def test_two_methods_on_two_data_sets_are_one_grid() -> None:
    tree = parsed(preview_page(sample.grid()))
    assert rows(tree, "Table 1: accuracy") == [
        ["method / data", "moons", "blobs"],
        ["neighbours", "★ 0.940 ± 0.010", "0.97 ± 0"],
        ["centroid", "0.793 ± 0.015", "0.970 ± 0.010"],
    ]


def test_failed_run_is_visible() -> None:
    tree = parsed(preview_page(sample.digits()))
    runs = rows(tree, "Every run")
    assert len(runs) == 1 + 11
    assert [row[1:3] for row in runs].count(["3", "failed (exit status 1)"]) == 1
    assert "mlp, another run of seed 3: it failed" in words_of(tree)


def test_claims_come_with_their_evidence() -> None:
    claims = [words_of(claim) for claim in named(parsed(preview_page(sample.digits())), "article")]
    assert "Primary claim, Table 1" in claims[0]
    assert "supported by the recorded runs" in claims[0]
    assert "mlp minus logistic: +0.0700 in accuracy on test" in claims[0]
    assert "left open by the recorded runs" in claims[1]


def test_missing_things_are_said_in_words() -> None:
    text = words_of(parsed(preview_page(sample.bare())))
    for said in (
        "No authors were named.",
        "none given: without the authors' leave nobody may reuse this",
        "No run was recorded.",
        "The authors state no claim.",
        "No source code was recorded, so nothing can be run again.",
    ):
        assert said in text


def test_only_files_that_are_there_are_linked_to() -> None:
    files = {"train.py": 1874, "reprocrate.json": 9000, "README.md": 640}
    page = preview_page(sample.digits(), files=files, payload_sha256="ab" * 32)
    tree = parsed(page)
    linked = {a.attrib["href"] for a in named(tree, "a") if a.attrib["href"].startswith("./")}
    assert {"./train.py", "./reprocrate.json", "./README.md"} <= linked
    assert not any("reprocrate.toml" in address for address in linked)
    assert not any("stdout.log" in address for address in linked)
    assert "ab" * 32 in words_of(tree)


def test_names_of_bundles_are_quoted_in_commands() -> None:
    page = words_of(parsed(preview_page(sample.digits(), bundle="my $(run).crate.zip")))
    assert "reprocrate rerun 'my $(run).crate.zip'" in page
    assert "tar -xf x.crate.tar.zst -C" in words_of(
        parsed(preview_page(sample.digits(), bundle="x.crate.tar.zst"))
    )


def test_repetitions_and_ranks_are_told_among_the_runs() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["runs"][1]["repeats"] = document["runs"][0]["id"]
    document["runs"][2]["launch"] = {"launcher": "torchrun", "world_size": 4}
    text = words_of(parsed(preview_page(manifest_from(document))))
    assert text.count("a repetition, to measure determinism") == 1
    assert text.count("4 processes of torchrun") == 1


def test_of_a_rule_with_many_findings_some_are_listed_and_the_others_counted() -> None:
    findings = [Finding("RC0621", Severity.WARNING, f"run {number} drew") for number in range(20)]
    findings.append(Finding("RC1103", Severity.WARNING, "no description is given"))
    text = words_of(parsed(preview_page(sample.digits(), report=Report("project", tuple(findings)))))
    assert text.count("RC0621") == 4
    assert "and 17 more of RC0621" in text
    assert "no description is given" in text


def test_what_validation_said_is_shown() -> None:
    finding = Finding("RC0201", Severity.WARNING, "moons has no licence", Location("reprocrate.json"))
    report = Report("project", (finding,), (NotAssessed("RC0702", "no files"),), ("RC0201", "RC0301"))
    text = words_of(parsed(preview_page(sample.digits(), report=report)))
    assert "2 rules were applied: no errors, 1 warning and no notes." in text
    assert "RC0201 moons has no licence" in text
    assert "1 rule could not be applied: RC0702." in text


def test_references_that_lead_nowhere_do_no_harm() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["metrics"] = []
    document["configurations"] = []
    document["runs"] = document["runs"][:2]
    document["comparisons"][0]["b"] = "nowhere"
    document["results"][0]["excluded"] = [{"run": "gone", "reason": "failed"}]
    document["tables"] = [
        {
            "label": "T",
            "rows": "r",
            "columns": "c",
            "cells": [
                {"row": "a", "column": "b", "result": "nowhere"},
                {"row": "c", "column": "d", "text": "12.3"},
            ],
        }
    ]
    tree = parsed(preview_page(manifest_from(document)))
    assert rows(tree, "T: results") == [["r / c", "b", "d"], ["a", "–", "–"], ["c", "–", "12.3"]]


def test_long_experiments_stay_readable() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["runs"] *= 40
    for number, run in enumerate(document["runs"]):
        document["runs"][number] = {**run, "id": f"run-{number}"}
    page = preview_page(manifest_from(document))
    assert len(rows(parsed(page), "Every run")) == 1 + 200
    assert "240 further runs are in reprocrate.json" in words_of(parsed(page))


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * one for one in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _palettes() -> list[dict[str, str]]:
    style = Path(preview.__file__).with_name("style.css").read_text("utf-8")
    return [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]


@pytest.mark.parametrize("palette", _palettes(), ids=["light", "dark", "print"])
def test_text_stands_out_from_what_is_behind_it(palette: dict[str, str]) -> None:
    pairs = [(text, back) for text in ("ink", "soft", "accent") for back in ("paper", "card", "faint")]
    pairs += [(tag, f"{tag}-back") for tag in ("good", "warn", "bad")] + [("ink", "warn-back")]
    for text, back in pairs:
        assert _contrast(palette[text], palette[back]) >= 4.5, (text, back)
    for mark in ("accent", "plain"):
        assert _contrast(palette[mark], palette["band" if mark == "accent" else "plain-band"]) >= 3


@pytest.mark.parametrize(
    "values", [[0.5], [0.0], [1e-12, 2e-12], [-5.0, 1e9], [0.91, 0.91], [1e300, -1e300], []]
)
def test_axis_holds_every_value_and_a_tick(values: list[float]) -> None:
    axis = Axis.over(values)
    assert all(0 <= axis.place(value) <= 100 for value in values)
    assert 1 <= len(axis.ticks) <= 12
    assert all(axis.label(tick) for tick in axis.ticks)
