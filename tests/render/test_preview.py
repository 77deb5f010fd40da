"""The page that opens a bundle: valid, static, self-contained, true to the manifest, safe with any text."""

from __future__ import annotations

import copy
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib
import pytest

from reprocrate.finding import Finding, Location, NotAssessed, Report, Severity
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render import preview
from reprocrate.render.preview import Known, preview_page
from reprocrate.render.preview.axis import Axis
from tests.render import sample
from tests.render.verdicts import moved, verdict

SAMPLES: list[Callable[[], Manifest]] = [sample.digits, sample.grid, sample.bare, sample.hostile]
STRUCTURE = (
    "html head meta title style body div header main section nav footer article p h1 h2 h3 h4 ul ol li"
)
TEXT = "dl dt dd a b bdi code pre span table caption thead tbody tr th td figure figcaption details summary"
DRAWING = "svg desc circle line path rect text"
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


@pytest.mark.parametrize("make", SAMPLES)
def test_page_has_landmarks_and_headings_without_gaps(make: Callable[[], Manifest]) -> None:
    tree = parsed(preview_page(make()))
    assert tree.attrib["lang"] == "en"
    viewport = [meta for meta in named(tree, "meta") if meta.attrib.get("name") == "viewport"]
    assert "width=device-width" in viewport[0].attrib["content"]
    for landmark in ("header", "nav", "main", "footer"):
        assert len(named(tree, landmark)) == 1
    levels = [int(tag[1]) for tag, _ in elements(tree) if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    first = named(named(tree, "body")[0], "a")[0]
    assert first.attrib["href"] == "#main"
    assert named(tree, "main")[0].attrib["id"] == "main"


def test_same_manifest_gives_the_same_bytes() -> None:
    assert preview_page(sample.digits()) == preview_page(sample.digits())


@pytest.mark.requirement("RQ33")
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


def test_claims_lead_to_the_results_behind_them() -> None:
    tree = parsed(preview_page(sample.digits()))
    claim = named(tree, "article")[0]
    links = {words_of(one): one.attrib["href"][1:] for one in named(claim, "a")}
    assert list(links) == ["mlp, accuracy", "logistic, accuracy"]
    rows_by_id = {cell.attrib["id"]: words_of(cell) for cell in named(tree, "th") if "id" in cell.attrib}
    assert [rows_by_id[place] for place in links.values()] == ["mlp proposed", "logistic baseline"]
    assert "0.9656 ± 0.0067 (5 seeds; 95 % interval 0.9572 to 0.9739)" in words_of(claim)


def test_best_is_marked_by_a_sign_only_where_it_is_known_what_is_better() -> None:
    document = copy.deepcopy(sample.digits_document())
    del document["metrics"][1]["direction"]
    tree = parsed(preview_page(manifest_from(document)))
    assert [row[1][:1] for row in rows(tree, "Accuracy on test: summary")[1:]] == ["★", "0"]
    assert "★" not in "".join(row[1] for row in rows(tree, "Log loss on test: summary"))
    starred = [star for star in named(tree, "span") if star.attrib.get("class") == "star"]
    assert all(star.attrib["aria-label"] == "best" for star in starred)


def test_of_equal_results_none_is_the_best() -> None:
    document = copy.deepcopy(sample.digits_document())
    for result in document["results"]:
        result["value"] = 0.1 + 0.2 if result["configuration"] == "mlp" else 0.3
    assert "★" not in words_of(parsed(preview_page(manifest_from(document))))


def test_processes_are_told_where_no_data_is_listed() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["runs"][0] |= {
        "processes": [
            {"id": "0", "program": "python"},
            {"id": "1", "program": "worker", "how": "fork", "parent": "0"},
        ],
        "outputs": [{**sample.file("out.txt"), "written_by": ["1"]}],
    }
    tree = parsed(preview_page(manifest_from(document)))
    assert rows(tree, "Which processes used")[1:] == [["fork of python", "0", "1"]]
    assert "data" not in document


def test_runs_that_did_not_complete_are_seen_at_once_among_many() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["runs"] = [{**document["runs"][0], "id": f"more-{number}"} for number in range(30)] + document[
        "runs"
    ]
    tree = parsed(preview_page(manifest_from(document)))
    assert [row[2] for row in rows(tree, "Runs that did not complete")[1:]] == ["failed (exit status 1)"]
    folded = [words_of(named(one, "summary")[0]) for one in named(tree, "details")]
    assert "Every run" in folded


def test_what_a_rerun_needs_is_told_before_its_commands() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["requirements"] = {"network": ["https://api.example.org"], "secrets": ["EXAMPLE_KEY"]}
    tree = parsed(preview_page(manifest_from(document)))
    section = next(one for one in named(tree, "section") if one.attrib["id"] == "reproduce")
    needed = words_of(named(section, "dl")[0])
    assert "for all commands, one after the other" in needed
    assert "https://api.example.org" in needed
    assert "EXAMPLE_KEY" in needed


def test_completeness_of_capture_is_told_of_every_run() -> None:
    document = copy.deepcopy(sample.digits_document())
    for run in document["runs"]:
        run["capture"] = {"completeness": "complete", "method": "hook"}
    document["runs"][0]["capture"] = {"completeness": "partial", "reason": "h5py", "method": "strace"}
    del document["runs"][1]["capture"]
    text = words_of(parsed(preview_page(manifest_from(document))))
    assert (
        "Of 11 runs, the use of files was recorded completely for 9, in part for 1 and nobody knows how "
        "completely for 1 (seen from inside the programs and by the system calls of every process)."
    ) in text


def test_cost_models_ethics_and_what_is_reproduced_are_told() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["compute"] |= {"energy_kwh": 1.25}
    document["models"] = [{"id": "mlp-0", "license": "MIT", "file": sample.file("out/mlp-0.bin")}]
    document["ethics"] = {"human_subjects": False, "limits": "Digits of one country."}
    document["reproduces"] = {"payload_sha256": "cd" * 32, "depth": "full", "doi": "10.5281/zenodo.1"}
    tree = parsed(preview_page(manifest_from(document)))
    text = words_of(tree)
    assert "Energy 1.25 kWh" in text
    assert "1 run, 2.2 s" in text
    assert "Digits of one country." in text
    assert "Reproduction of doi:10.5281/zenodo.1, by running its commands again." in text
    assert "./out/mlp-0.bin" in [one.attrib["href"] for one in named(tree, "a")]


def test_a_reproduction_claims_nothing_and_keeps_the_licences_of_the_original() -> None:
    document = copy.deepcopy(sample.digits_document())
    verdict = sample.file(".reprocrate/reproduction/verdict.json")
    document["reproduces"] = {"payload_sha256": "cd" * 32, "depth": "full", "verdict": verdict}
    del document["claims"], document["experiment"]["license"]
    tree = parsed(preview_page(manifest_from(document)))
    text = words_of(tree)
    assert "A reproduction claims nothing of its own." in text
    assert "The authors state no claim." not in text
    assert "none given for what the rerun adds; code and data keep the original's" in text
    assert "./.reprocrate/reproduction/verdict.json" in [one.attrib["href"] for one in named(tree, "a")]
    page = ".reprocrate/reproduction/verdict.html"
    with_page = parsed(preview_page(manifest_from(document), files={page: 1000, verdict["path"]: 1000}))
    assert f"./{page}" in [one.attrib["href"] for one in named(with_page, "a")]
    assert f"./{page}" not in [one.attrib["href"] for one in named(tree, "a")]


def test_a_reproduction_tells_what_became_of_each_claim_of_the_original() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["reproduces"] = {"payload_sha256": "cd" * 32, "depth": "full"}
    del document["claims"]
    told = verdict(moved(0.3))
    tree = parsed(preview_page(manifest_from(document), verdict=told))
    (section,) = (one for one in named(tree, "section") if one.attrib["id"] == "claims")
    shown = [words_of(one) for one in named(section, "article")]
    assert len(shown) == len(told["claims"]) > 1
    for one, text in zip(sorted(told["claims"], key=lambda one: not one["primary"]), shown, strict=True):
        assert text.startswith("Primary claim" if one["primary"] else "Claim of")
        assert one["text"] in text
        assert f"{one['outcome'].replace('_', ' ')} {one['explanation']}" in text
    assert f"Of {len(told['results'])} results of the original, judged one by one:" in words_of(section)
    hostile = json.loads(json.dumps(told).replace(told["claims"][0]["text"], "<script>x</script>"))
    assert b"<script" not in preview_page(manifest_from(document), verdict=hostile)


def test_single_runs_are_not_said_to_have_intervals() -> None:
    document = copy.deepcopy(sample.digits_document())
    for result in document["results"]:
        for name in ("sd", "ddof", "interval", "minimum", "maximum", "varies_over", "excluded"):
            result.pop(name, None)
        result |= {"statistic": "single", "n": 1, "runs": result["runs"][:1]}
    tree = parsed(preview_page(manifest_from(document)))
    assert rows(tree, "Accuracy on test: summary")[1] == ["mlp proposed", "★ 0.965556", "one run", "1"]
    assert "Single runs say nothing about chance." in words_of(tree)
    assert not named(tree, "circle")


def test_many_packages_are_folded_and_few_are_not() -> None:
    document = copy.deepcopy(sample.digits_document())
    few = parsed(preview_page(manifest_from(document)))
    assert not any("numpy" in words_of(one) for one in named(few, "details"))
    packages = [{"name": f"package{number}", "version": "1.0", "source": "pypi"} for number in range(40)]
    document["environments"][0]["packages"] = packages
    many = parsed(preview_page(manifest_from(document)))
    assert sum("package39 1.0" in words_of(one) for one in named(many, "details")) == 1


def test_every_file_is_in_the_tree_with_its_size() -> None:
    files = {
        "train.py": 1874,
        "data/a/one.csv": 1_000_000,
        "data/a/two.csv": 1_000_000,
        "deep/er/and/deeper.txt": 12,
        ".reprocrate/standard/spec.md": 100_000,
    }
    tree = parsed(preview_page(sample.digits(), files=files))
    listed = next(one for one in named(tree, "ul") if one.attrib.get("class") == "tree")
    folders = [words_of(named(one, "summary")[0]) for one in named(listed, "details")]
    assert folders == [
        "data/a/ 2 files, 2.0 MB",
        "deep/er/and/ 1 file, 12 bytes",
        ".reprocrate/standard/ 1 file, 100 kB",
    ]
    assert {one.attrib["href"] for one in named(listed, "a")} == {f"./{path}" for path in files}
    assert "train.py 1.9 kB" in words_of(listed)


def test_of_very_many_files_the_rest_is_counted() -> None:
    files = {f"data/{number:05d}.png": 10 for number in range(20_000)}
    files |= {"/".join(["d"] * 300) + f"/{number}": 1 for number in range(3)}
    page = preview_page(sample.digits(), files=files)
    assert len(page) < 300_000
    text = words_of(parsed(page))
    assert "data/ 20,000 files, 200 kB" in text
    assert "and 19,900 more, named in manifest-sha256.txt" in text


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
    page = preview_page(sample.digits(), files=files, known=Known(payload_sha256="ab" * 32))
    tree = parsed(page)
    linked = {a.attrib["href"] for a in named(tree, "a") if a.attrib["href"].startswith("./")}
    assert {"./train.py", "./reprocrate.json", "./README.md"} <= linked
    assert not any("reprocrate.toml" in address for address in linked)
    assert not any("stdout.log" in address for address in linked)
    assert "ab" * 32 in words_of(tree)


def test_names_of_bundles_are_quoted_in_commands() -> None:
    page = words_of(parsed(preview_page(sample.digits(), known=Known("my $(run).crate.zip"))))
    assert "reprocrate rerun 'my $(run).crate.zip'" in page
    folder = words_of(parsed(preview_page(sample.digits(), known=Known("x.crate"))))
    assert "cd x.crate sha256sum -c manifest-sha256.txt" in folder
    assert "unzip" not in folder
    assert "tar -xf x.crate.tar.zst -C" in words_of(
        parsed(preview_page(sample.digits(), known=Known("x.crate.tar.zst")))
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
        for back in ("band" if mark == "accent" else "plain-band", "paper", "card"):
            assert _contrast(palette[mark], palette[back]) >= 3, (mark, back)
    for sign in ("good", "bad", "warn"):  # a star, a tick, the line of a claimed margin
        assert _contrast(palette[sign], palette["paper"]) >= 4.5
        assert _contrast(palette[sign], palette["card"]) >= 4.5


def test_every_colour_is_one_whose_contrast_is_known() -> None:
    style = Path(preview.__file__).with_name("style.css").read_text("utf-8")
    rules = re.sub(r":root \{.*?\}", "", style, flags=re.DOTALL)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", rules)
    texts = set(re.findall(r"[ {]color: var\(--([a-z-]+)\)", rules))
    assert texts <= {"ink", "soft", "accent", "good", "warn", "bad"}
    behind = set(re.findall(r"background: var\(--([a-z-]+)\)", rules))
    assert behind <= {"paper", "card", "faint", "good-back", "warn-back", "bad-back"}
    assert len({frozenset(palette) for palette in _palettes()}) == 1


@pytest.mark.parametrize(
    "values", [[0.5], [0.0], [1e-12, 2e-12], [-5.0, 1e9], [0.91, 0.91], [1e300, -1e300], []]
)
def test_axis_holds_every_value_and_a_tick(values: list[float]) -> None:
    axis = Axis.over(values)
    assert all(0 <= axis.place(value) <= 100 for value in values)
    assert 1 <= len(axis.ticks) <= 12
    assert all(axis.label(tick) for tick in axis.ticks)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 0.011], ["0.0000", "0.0025", "0.0050", "0.0075", "0.0100"]),
        ([0.5, 0.95], ["0.5", "0.6", "0.7", "0.8", "0.9"]),
        ([-50.0, -21.0], ["-50", "-40", "-30"]),
        ([1e-12, 2e-12], ["1e-12", "1.2e-12", "1.4e-12", "1.6e-12", "1.8e-12", "2e-12"]),
    ],
)
def test_ticks_are_called_what_they_are(values: list[float], labels: list[str]) -> None:
    axis = Axis.over(values)
    assert [label for _, label in axis.tick_places()] == labels
    assert all(abs(float(label) - tick) < 1e-9 for label, tick in zip(labels, axis.ticks, strict=True))


def test_axis_is_logarithmic_only_over_three_decades_of_positive_values() -> None:
    assert Axis.logarithmic([1.0, 100.0]) is None
    assert Axis.logarithmic([0.0, 1e6]) is None
    assert Axis.logarithmic([float("nan")]) is None
    axis = Axis.logarithmic([0.001, 100.0])
    assert axis is not None
    assert [label for _, label in axis.tick_places()] == ["0.001", "0.01", "0.1", "1", "10", "100"]
    assert axis.place(0.001) == 0
    assert axis.place(100.0) == 100


def test_thousand_runs_of_twenty_metrics_stay_below_two_megabytes() -> None:
    page = preview_page(manifest_from(sample.many(configurations=100, seeds=10, metrics=20)))
    assert len(page) < 2_000_000
    parsed(page)


def test_names_of_thousands_of_characters_are_cut_on_the_page() -> None:
    document = copy.deepcopy(sample.digits_document())
    document["experiment"]["title"] = "W" * 5000
    document["configurations"][0]["name"] = "V" * 5000
    document["claims"][0]["text"] = "U" * 5000
    page = preview_page(manifest_from(document)).decode()
    tree = parsed(page.encode())
    assert words_of(named(tree, "h1")[0]) == "W" * 299 + "…"
    assert max(map(len, re.findall("V+", page))) < 200
    assert max(map(len, re.findall("U+", page))) < 1001
