"""The verdict as a page: valid, static, self-contained, true to the document, safe with any text."""

from __future__ import annotations

import itertools
import json
import math
import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reprocrate.render import verdict_page as package
from reprocrate.render.verdict_page import verdict_page
from tests.render.test_preview import ALLOWED, elements, named, parsed, rows, words_of
from tests.render.verdicts import VERDICTS, Document, of_values, verdict

KINDS = list(VERDICTS)


@cache
def page_of(kind: str) -> ET.Element:
    return parsed(verdict_page(VERDICTS[kind]()))


def card(tree: ET.Element, name: str) -> ET.Element:
    """What the page tells of one result."""
    for article in named(tree, "article"):
        if words_of(article).startswith(("Evidence", "No claim")) and name in words_of(
            named(article, "h4")[0]
        ):
            return article
    raise AssertionError(f"no result {name!r}")


def circles(drawing: ET.Element, kind: str) -> list[ET.Element]:
    return [one for one in named(drawing, "circle") if kind in one.attrib["class"].split()]


def lines(drawing: ET.Element, kind: str) -> list[ET.Element]:
    return [one for one in named(drawing, "line") if kind in one.attrib["class"].split()]


def definitions(tree: ET.Element) -> dict[str, str]:
    entries = [one for one in named(tree, "div") if named(one, "dt") and named(one, "dd")]
    return {words_of(named(one, "dt")[0]): words_of(named(one, "dd")[0]) for one in entries}


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_valid_and_runs_and_loads_nothing(kind: str) -> None:
    page = verdict_page(VERDICTS[kind]())
    assert page.startswith(b"<!DOCTYPE html>\n")
    assert page == verdict_page(VERDICTS[kind]())
    tree = page_of(kind)
    assert {tag for tag, _ in elements(tree)} <= ALLOWED
    for tag, element in elements(tree):
        assert not any(name.startswith("on") or name == "style" for name in element.attrib)
        assert "src" not in element.attrib
        if "href" in element.attrib:
            assert tag == "a"
            assert element.attrib["href"].startswith("#")
    assert re.search(r"url\(|@import", words_of(named(tree, "style")[0])) is None


@pytest.mark.parametrize("kind", KINDS)
def test_page_can_be_found_one_s_way_in(kind: str) -> None:
    tree = page_of(kind)
    identifiers = [element.attrib["id"] for _, element in elements(tree) if "id" in element.attrib]
    assert len(identifiers) == len(set(identifiers))
    for _, element in elements(tree):
        assert set(element.attrib.get("aria-labelledby", "").split()) <= set(identifiers)
        if element.attrib.get("href", "").startswith("#"):
            assert element.attrib["href"][1:] in identifiers
    for table in named(tree, "table"):
        assert len(named(table, "caption")) == 1
        assert all(cell.attrib["scope"] in ("col", "row") for cell in named(table, "th"))
    for plot in named(tree, "svg"):
        if plot.attrib.get("aria-hidden") != "true":
            assert words_of(named(plot, "title")[0])
            assert words_of(named(plot, "desc")[0])
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(named(tree, landmark)) == 1
    levels = [int(tag[1]) for tag, _ in elements(tree) if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert named(named(tree, "body")[0], "a")[0].attrib["href"] == "#main"


@pytest.mark.parametrize("kind", KINDS)
def test_everything_drawn_lies_within_its_plot(kind: str) -> None:
    for plot in named(page_of(kind), "svg"):
        for _, element in elements(plot):
            for name in ("x", "x1", "x2", "cx"):
                if name in element.attrib:
                    assert 0 <= float(element.attrib[name].removesuffix("%")) <= 100
            for name in ("y1", "y2", "cy"):
                if name in element.attrib:
                    assert 0 <= float(element.attrib[name]) <= float(plot.attrib["height"])


def test_no_table_is_wider_than_a_narrow_screen() -> None:
    """There each row is a block, so that every cell has to name its column; the style sheet does the rest."""
    for kind in ("failed", "hostile", "many"):
        tables = named(page_of(kind), "table")
        assert tables
        for one in tables:
            assert "reflow" in one.attrib["class"].split()
            columns = [words_of(head) for head in named(named(one, "thead")[0], "th")]
            for row in named(named(one, "tbody")[0], "tr"):
                assert [cell.attrib.get("data-label", columns[0]) for cell in row] == columns
    style = (Path(package.__file__).parent.parent / "preview" / "style.css").read_text()
    assert ".reflow td::before { content: attr(data-label);" in style


def test_answer_comes_first() -> None:
    for kind, said, colour in (
        ("identical", "The rerun upholds the primary claim.", "good"),
        ("contradicted", "The rerun does not uphold the primary claim.", "bad"),
        ("failed", "The rerun leaves the primary claim undecided.", "warn"),
        ("many", "The rerun confirms", "bad"),
        ("no margin", "The rerun confirms 0 of 1 result; for the others see below.", "warn"),
    ):
        (heading,) = named(page_of(kind), "h1")
        assert words_of(heading).startswith(said)
        assert heading.attrib["class"] == f"conclusion {colour}"


def test_every_seed_is_joined_to_its_value_in_the_rerun() -> None:
    (plot, _) = named(card(page_of("contradicted"), "mlp, accuracy"), "svg")
    then, now, joints = circles(plot, "then"), circles(plot, "now"), lines(plot, "pairing")
    assert len(then) == len(now) == len(joints) == 5
    assert {one.attrib["x1"] for one in joints} == {one.attrib["cx"] for one in then}
    assert {one.attrib["x2"] for one in joints} == {one.attrib["cx"] for one in now}
    assert max(float(one.attrib["cx"][:-1]) for one in now) < min(
        float(one.attrib["cx"][:-1]) for one in then
    )
    assert len(lines(plot, "mean")) == 2
    assert len([one for one in named(plot, "rect") if one.attrib["class"] == "band"]) == 1
    assert len(lines(plot, "bound")) == 2  # both sides of the margin


def test_bands_stand_where_the_numbers_say() -> None:
    document = of_values([0.90, 0.92, 0.94], [0.90, 0.92, 0.97], margin=0.01)
    numbers = document["results"][0]["numbers"]
    (plot, _) = named(card(parsed(verdict_page(document)), "accuracy"), "svg")
    place = {
        float(value): float(dot.attrib["cx"][:-1])
        for value, dot in zip((0.90, 0.92, 0.94), circles(plot, "then"), strict=True)
    }
    per_unit = (place[0.94] - place[0.90]) / 0.04

    def at(value: float) -> float:
        return place[0.90] + (value - 0.90) * per_unit

    (band,) = [one for one in named(plot, "rect") if one.attrib["class"] == "band"]
    assert float(band.attrib["x"][:-1]) == pytest.approx(at(numbers["prediction"]["low"]), abs=0.05)
    assert float(band.attrib["width"][:-1]) == pytest.approx(
        (numbers["prediction"]["high"] - numbers["prediction"]["low"]) * per_unit, abs=0.05
    )
    sides = sorted(float(one.attrib["x1"][:-1]) for one in lines(plot, "bound"))
    assert sides == pytest.approx([at(0.91), at(0.93)], abs=0.05)


def test_band_that_does_not_fit_is_said_to_go_on() -> None:
    tree = parsed(verdict_page(of_values([0.9, 0.9001, 0.9002], [0.9, 0.9001, 0.9003], margin=0.5)))
    assert "The margin goes further than is drawn: 0.40 to 1.40" in words_of(card(tree, "accuracy"))
    (plot, _) = named(card(tree, "accuracy"), "svg")
    places = [float(one.attrib["cx"][:-1]) for one in circles(plot, "then")]
    assert max(places) - min(places) > 10
    assert lines(plot, "bound") == []


def test_seed_that_was_lost_is_marked_and_named() -> None:
    article = card(page_of("failed"), "logistic, accuracy")
    (plot, _) = named(article, "svg")
    assert len(circles(plot, "lost")) == 2
    assert len(lines(plot, "pairing")) == 3
    values = {row[0]: row for row in rows(article, "The value of every seed")}
    assert values["2"][2:] == ["–", "–", "ended with an error"]
    assert values["3"][4] == "not a number"
    assert values["0"][1:] == ["0.8944444444444445", "0.8944444444444445", "0", "ok"]


def test_numbers_behind_are_those_of_the_document() -> None:
    document = VERDICTS["inconclusive"]()
    told = definitions(card(parsed(verdict_page(document)), "mlp, accuracy"))
    numbers = document["results"][0]["numbers"]
    assert numbers["delta"] == 0.01
    assert document["results"][0]["outcome"] == "inconclusive"
    assert told["Difference of the means"] == "-0.0060 (worse)"
    low, high = numbers["prediction"]["low"], numbers["prediction"]["high"]
    assert told["Expected mean (95 % prediction interval)"].startswith(
        f"{low:.4g} to {high:.4g}; the rerun's"
    )
    assert f"p = {numbers['p']:.2g} (Welch's t test); p = {numbers['p_holm']:.2g} after Holm" in told.values()
    assert told["Margin"] == "0.01; chosen by the authors, beforehand"
    assert told["Equivalence"].startswith(
        f"holds for margins above {numbers['equivalence']['from_margin']:.3g}"
    )
    needed = numbers["seeds_needed"]
    assert f"{needed['each']} on each side, towards equivalence" in told["Seeds that would decide"]


def test_interval_of_a_claim_is_drawn_against_what_is_claimed() -> None:
    primary, other = [one for one in named(page_of("contradicted"), "article") if named(one, "h3")]
    assert words_of(primary).startswith("Primary claim The network is more accurate")
    for article, has_zero in ((primary, True), (other, False)):
        (plot, _) = named(article, "svg")
        (band,) = named(plot, "rect")
        (bound,) = lines(plot, "bound")
        end = float(band.attrib["x"][:-1]) + float(band.attrib["width"][:-1])
        assert end < float(bound.attrib["x1"][:-1])  # wholly short of it
        assert len(lines(plot, "zero")) == has_zero
        assert "not upheld" in words_of(article)


def test_parts_of_different_size_have_axes_of_their_own() -> None:
    document = verdict(lambda _run: None)
    interval = document["claims"][0]["parts"][0]["interval"]

    def part(name: str, scale: float) -> Document:
        ends = {"low": interval["low"] * scale, "high": interval["high"] * scale}
        return document["claims"][0]["parts"][0] | {"id": name, "interval": interval | ends}

    for scale, axes in ((1.0, 1), (1e6, 2)):
        claim = document["claims"][0] | {"kind": "quantified", "parts": [part("a", 1.0), part("b", scale)]}
        tree = parsed(verdict_page(document | {"claims": [claim]}))
        article = named(tree, "article")[0]
        assert (
            len([one for one in named(article, "div") if "strip-axis" in one.attrib.get("class", "")]) == axes
        )
        assert "Part by part" in words_of(article)


def test_what_was_not_as_recorded_is_told() -> None:
    tree = page_of("within tolerance")
    replaced = rows(tree, "What was replaced, and why")
    assert replaced[1][:4] == ["accelerator kind", "1 × NVIDIA A100", "nothing here", "degraded"]
    assert "run it on a machine with one" in replaced[1][4]
    assert replaced[2][:4] == ["cpu micro-architecture", "icelake", "zen3", "replaced"]
    assert rows(tree, "What is as recorded")[1][0] == "python version"
    assert rows(tree, "Versions then and now")[1:] == [
        ["numpy", "2.3.5", "2.3.6"],
        ["joblib", "1.5.2", "missing"],
    ]
    told = definitions(tree)
    assert told["Isolation"] == "in a sandbox bubblewrap 0.8.0"
    assert told["Network"] == "the runs could not reach other hosts cut off by the sandbox"
    assert told["Machine now"] == "AMD EPYC 7763, 2 cores, 4 threads, 8.0 GiB"
    assert told["Seeds asked for"] == "0-4 of mlp and logistic"


@pytest.mark.requirement("RQ33")
def test_hostile_text_stands_there_as_text() -> None:
    page = verdict_page(VERDICTS["hostile"]()).decode()
    tree = parsed(page.encode())
    lure = "<script>alert(1)</script>\"'&--><b onmouseover=x>[red]"
    assert words_of(named(tree, "title")[0]).startswith(f"Verdict: {lure}")
    assert lure in words_of(named(tree, "header")[0])
    assert sum(lure in words_of(cell) for cell in named(tree, "td")) > 5
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_names_of_thousands_of_characters_are_cut() -> None:
    page = verdict_page(of_values([0.9, 0.91], [0.9, 0.91], title="W" * 5000)).decode()
    assert max(map(len, re.findall("W+", page))) <= 300


def test_of_hundreds_of_results_the_first_to_look_at_come_first() -> None:
    document = VERDICTS["many"]()
    assert len(document["results"]) == 300
    page = verdict_page(document)
    assert len(page) < 700_000
    tree = parsed(page)
    first, rest = (
        rows(tree, "Results, mean")[1:],
        rows(tree, "Results, mean ± standard deviation over seeds, the o"),
    )
    assert (len(first), len(rest) - 1) == (24, 276)
    order = [row[1] for row in first]
    assert order == sorted(order, key=["contradicted", "failed", "inconclusive"].index)
    outcomes = [one["outcome"] for one in document["results"]]
    assert f"{outcomes.count('contradicted')} contradicted" in words_of(tree)
    articles = named(tree, "article")
    assert len(articles) == 60
    folded = [one for details in named(tree, "details") for one in named(details, "article")]
    assert len(articles) - len(folded) <= 24
    assert "240 more are in the table above only." in words_of(tree)


def test_results_with_evidence_come_before_worse_ones_without() -> None:
    document = VERDICTS["many"]()
    name = next(one["id"] for one in document["results"] if one["outcome"] == "identical")
    for one in document["results"]:
        one["evidence"] = one["id"] == name
    assert rows(parsed(verdict_page(document)), "Results, mean")[1][1] == "identical"


@pytest.mark.parametrize("wrong", [None, math.nan, math.inf, -math.inf, "text", True, 10**400])
def test_numbers_that_are_none_do_no_harm(wrong: Any) -> None:
    document = VERDICTS["inconclusive"]()
    (first, *_) = document["results"]
    numbers = first["numbers"]
    for name in ("difference", "p", "p_holm", "delta", "contradicted_below", "largest_deviation"):
        numbers[name] = wrong
    for side in ("original", "rerun"):
        numbers[side] |= dict.fromkeys(("n", "mean", "sd", "min", "max", "median", "iqm"), wrong)
    for interval in (numbers["prediction"], document["claims"][0]["parts"][0]["interval"]):
        interval |= {"low": wrong, "high": wrong}
    first["seeds"][0] |= {"recorded": wrong, "rerun": wrong}
    document["claims"][0]["parts"][0]["bound"] = wrong
    parsed(verdict_page(document))


def test_document_of_a_newer_version_can_be_read() -> None:
    document = json.loads(json.dumps(VERDICTS["contradicted"]()))
    document["results"][0]["outcome"] = "almost_there"
    document["claims"][0]["outcome"] = "half_way"
    document["results"][1]["seeds"][0]["status"] = "evaporated"
    document["circumstances"]["decisions"] = [{"namespace": "moon", "feature": "phase", "decision": "waxing"}]
    text = words_of(parsed(verdict_page(document)))
    for said in ("almost there", "half way", "evaporated", "moon phase nothing recorded nothing here waxing"):
        assert said in text
    parsed(verdict_page(document | {"claims": []}))


def test_style_uses_the_colours_whose_contrast_is_known() -> None:
    style = Path(package.__file__).with_name("style.css").read_text("utf-8")
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", style)
    known = {"ink", "soft", "accent", "plain", "good", "warn", "bad", "card", "faint"}
    assert set(re.findall(r"var\(--([a-z-]+)\)", style)) <= known


BESIDE = {
    "determinism": {
        "promised": "bitwise",
        "shown": "numerical",
        "met": False,
        "same_platform": True,
        "explanation": "Bitwise determinism is promised, and the rerun showed other last digits.",
    },
    "curves": [
        {
            "configuration": "mlp",
            "result": "mlp.accuracy",
            "metric": "train/loss",
            "data": None,
            "split": "train",
            "fold": None,
            "seeds": [
                {"seed": "0", "identical": True, "parts_at": None},
                {"seed": "1", "identical": False, "parts_at": 300},
            ],
            "band": None,
            "explanation": "1 of 2 curves is identical; seed 1 parts at step 300.",
        }
    ],
    "artifacts": {
        "runs": 5,
        "identical": 4,
        "different": 1,
        "missing": 0,
        "new": 0,
        "unknown": 0,
        "named": [
            {
                "path": "out/<b>.pt",
                "configuration": "mlp",
                "seed": "1",
                "kind": "checkpoint",
                "fate": "different",
                "recorded": "0" * 64,
                "rerun": "1" * 64,
                "hint": "torch writes a zip archive",
            }
        ],
    },
}


def test_what_decides_nothing_is_told_beside_it() -> None:
    document = VERDICTS["contradicted"]()
    document["results"][0]["numbers"] |= {
        "power": {"at_margin": 0.31, "advantage": 0.03, "at_advantage": 0.999, "detectable": 0.012},
        "items": {"items": 360, "only_then": 7, "only_now": 3, "mean": -0.011, "se": 0.0087},
    }
    tree = parsed(verdict_page(document | BESIDE))
    told = definitions(tree)
    assert (told["Promised"], told["Shown"], told["The promise"]) == ("bitwise", "numerical", "not met")
    assert rows(tree, "Learning curves then and now")[1] == [
        "mlp, train/loss on train",
        "1 of 2",
        "300",
        "1 of 2 curves is identical; seed 1 parts at step 300.",
    ]
    assert rows(tree, "Files that are not as recorded")[1] == [
        "out/<b>.pt",
        "other bytes",
        "mlp, seed 1, checkpoint",
        "torch writes a zip archive",
    ]
    assert "1 other bytes" in words_of(tree)
    figures = definitions(card(tree, "mlp, accuracy"))
    assert figures["What so many seeds can show"] == (
        "a change by the margin would be found in 31 % of such reruns; one by the claimed advantage of 0.03 "
        "in > 99 %; one by 0.0120 in four of five"
    )
    assert figures["Items of the test set"].startswith("360 items; 7 right only then, 3 right only now")


def test_nothing_is_told_beside_it_where_there_is_nothing() -> None:
    empty: Document = {
        "determinism": {
            "promised": None,
            "shown": None,
            "met": None,
            "same_platform": None,
            "explanation": "-",
        },
        "curves": [],
        "artifacts": None,
    }
    tree = parsed(verdict_page(VERDICTS["contradicted"]() | empty))
    assert "Beside the verdict" not in words_of(tree)


def test_parts_of_a_claim_are_called_by_names_where_these_tell_them_apart() -> None:
    document = verdict(lambda _run: None)
    first, second = document["results"][:2]
    identifier = f"{first['id']}-vs-{second['id']}"
    part = document["claims"][0]["parts"][0]
    for parts, shown, hidden in (
        ([part | {"id": identifier}], "mlp against logistic", identifier),
        ([part | {"id": identifier}, part | {"id": identifier}], identifier, "mlp against logistic"),
        ([part | {"id": "anything"}], "anything", "against logistic"),
    ):
        results = [first | {"name": "mlp"}, second | {"name": "logistic"}]
        claim = document["claims"][0] | {"parts": parts}
        tree = parsed(verdict_page(document | {"claims": [claim], "results": results}))
        text = words_of(named(tree, "article")[0])
        assert shown in text
        assert hidden not in text
