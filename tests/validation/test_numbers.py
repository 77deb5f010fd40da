"""Honest numbers raise no error, however they were computed and printed, and one wrong number raises one."""

from __future__ import annotations

import copy
import decimal
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reprocrate import statistics
from reprocrate.finding import Severity
from reprocrate.standard import shipped_bytes
from reprocrate.validation import Subject, validate
from reprocrate.validation.validate import WITHOUT_FILES

Section = dict[str, Any]
FAMILIES = ("RC08", "RC12", "RC13", "RC16")
ROUNDINGS = (decimal.ROUND_HALF_EVEN, decimal.ROUND_HALF_UP)
BASE = Path(__file__).parents[2] / "schema" / "1.0" / "conformance" / "base" / "seeds.json"


@dataclass(frozen=True)
class Honest:
    """How an honest author's numbers come about.

    Attributes:
        values: of the two configurations, one list each.
        items: number of test items, where the metric counts them.
        unit: of the metric.
        ddof: of the standard deviations.
        known: whether it can be told which values count; otherwise each run has two, and nothing says which.
        decimals: to how many decimals results are rounded when they are recorded; None for not at all.
        statistic: how the values are summed up.
    """

    values: tuple[list[float], list[float]]
    items: int | None
    unit: str
    ddof: int
    known: bool
    decimals: int | None
    statistic: str


@st.composite
def honest(draw: st.DrawFn) -> Honest:
    unit = draw(st.sampled_from(["fraction", "percent", "dB"]))
    scale = {"fraction": 1, "percent": 100}.get(unit, 1)
    items = draw(st.sampled_from([None, 7, 100, 360, 10_000])) if unit != "dB" else None
    size = draw(st.integers(2, 7))
    record = draw(st.sampled_from(["double", "single", "rounded"]))
    digits = draw(st.integers(1, 6))

    def one_value() -> float:
        if items is not None:
            value = scale * draw(st.integers(0, items)) / items
        else:
            value = scale * draw(st.floats(0.0, 1.0)) if unit != "dB" else draw(st.floats(-50.0, 1e4))
        if record == "single":
            return float(numpy.float32(value))
        return round(value, digits) if record == "rounded" else value

    values = ([one_value() for _ in range(size)], [one_value() for _ in range(size)])
    known = draw(st.booleans())
    return Honest(
        values=values,
        items=items,
        unit=unit,
        ddof=draw(st.integers(0, 1)),
        known=known,
        decimals=None if known else draw(st.sampled_from([None, 2, 4])),
        statistic=draw(st.sampled_from(["mean", "mean", "median", "iqm", "max"])),
    )


def document_of(made: Honest, printing: Callable[[Section, list[float], Honest], list[Section]]) -> Section:
    """A whole manifest with these numbers; `printing` makes the printed figures of a result."""
    document: Section = json.loads(BASE.read_text("utf-8"))
    document["data"][0]["splits"][2]["count"] = made.items or 300
    metric = document["metrics"][0] | {"unit": made.unit}
    if made.items:
        metric["count_of"] = made.items
    if not made.known:
        metric["selection"] = "checkpoint"
    document["metrics"] = [metric]
    template = document["runs"][0]
    document["runs"], document["results"] = [], []
    for name, values in zip(("wide", "narrow"), made.values, strict=True):
        names = [f"{name}-{seed}" for seed in range(len(values))]
        for seed, value in enumerate(values):
            seen = [
                template["metrics"][0] | {"value": each, "step": step} for step, each in _seen(value, made)
            ]
            document["runs"].append(
                template
                | {"id": names[seed], "configuration": name, "metrics": seen, "outputs": [], "inputs": []}
                | {"command": ["python", "fit.py", "--rng", str(seed)], "seeds": [_seed(seed)]}
            )
        document["results"].append(_result(name, names, values, made))
    for result, values in zip(document["results"], made.values, strict=True):
        result["reported"] = printing(result, values, made)
    document["comparisons"] = [_comparison(document["results"], made)]
    document["claims"] = []
    return document


def _seen(value: float, made: Honest) -> list[tuple[int, float]]:
    return [(200, value)] if made.known else [(100, made.values[0][0]), (200, value)]


def _seed(seed: int) -> Section:
    return {"value": seed, "how": "argument"}


def _result(name: str, names: list[str], values: list[float], made: Honest) -> Section:
    def recorded(number: float) -> float:
        return number if made.decimals is None else round(number, made.decimals)

    centre = {"mean": statistics.mean, "median": statistics.median, "iqm": statistics.iqm, "max": max}
    result: Section = {
        "id": f"{name}.accuracy",
        "configuration": name,
        "metric": "accuracy",
        "data": "rings",
        "split": "heldout",
        "over": "runs",
        "statistic": made.statistic,
        "n": len(values),
        "runs": names,
        "value": recorded(centre[made.statistic](values)),
        "sd": recorded(statistics.sd(values, made.ddof)),
        "ddof": made.ddof,
        "minimum": recorded(min(values)),
        "maximum": recorded(max(values)),
        "varies_over": "seeds",
    }
    if made.statistic == "mean":
        interval = statistics.t_interval(values)
        ends = {"low": recorded(interval.low), "high": recorded(interval.high)}
        result["interval"] = {"kind": "ci", "level": 0.95, "method": interval.method, **ends}
    return result


def _comparison(results: list[Section], made: Honest) -> Section:
    difference = statistics.welch(*made.values)
    section: Section = {
        "id": "wide-vs-narrow",
        "a": results[0]["id"],
        "b": results[1]["id"],
        "effect": {"kind": "difference", "value": results[0]["value"] - results[1]["value"]},
    }
    if difference.method == "welch" and made.statistic == "mean":
        interval = difference.interval()
        section |= {"paired": False, "test": "welch_t", "p_value": difference.p}
        section["effect"]["interval"] = {
            "kind": "ci",
            "level": 0.95,
            "low": interval.low,
            "high": interval.high,
            "method": "welch",
        }
    return section


def printed(number: float, decimals: int, rounding: str) -> str:
    """A number as it is printed: rounded at once, from the decimal number that it shows."""
    text = f"{Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), rounding=rounding):f}"
    return text if float(text) else text.removeprefix("-")


def spread_of(kind: str, values: list[float], ddof: int) -> float:
    """The spread of a kind, computed without the package."""
    array = numpy.array(values)
    if kind == "sd":
        return float(array.std(ddof=ddof))
    if kind == "se":
        return float(array.std(ddof=ddof)) / math.sqrt(len(values))
    if kind == "ci":
        return statistics.t_interval(values).half_width
    if kind == "range":
        return float(array.max() - array.min())
    if kind == "iqr":
        return float(numpy.quantile(array, 0.75) - numpy.quantile(array, 0.25))
    return float(numpy.median(numpy.abs(array - numpy.median(array))))


def markup(figures: list[Section]) -> str:
    return rf"\textbf{{{figures[0]['value']}}} $\pm$ 1" if figures else "–"


def errors(document: Section) -> list[tuple[str, str]]:
    report = validate(Subject("rings", document))
    assert [each for each in report.not_assessed if "itself failed" in each.reason] == []
    assert not any(each.code.startswith("RC01") for each in report.findings), report.findings
    return [
        (each.code, f"{each.location.pointer}: {each.message}")
        for each in report.findings
        if each.severity is Severity.ERROR and each.code.startswith(FAMILIES)
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    honest(),
    st.lists(
        st.tuples(
            st.sampled_from(["sd", "se", "ci", "range", "iqr", "mad"]),
            st.integers(0, 5),
            st.sampled_from(ROUNDINGS),
            st.booleans(),
        ),
        max_size=4,
    ),
)
def test_honest_numbers_raise_no_error(made: Honest, figures: list[tuple[str, int, str, bool]]) -> None:
    def printing(result: Section, values: list[float], made: Honest) -> list[Section]:
        found = []
        for kind, decimals, rounding, in_percent in figures:
            factor = 100 if in_percent and made.unit == "fraction" else 1
            if not made.known and (kind in ("iqr", "mad") or made.decimals is not None):
                continue  # the values themselves were rounded away
            spread = spread_of(kind, values, made.ddof)
            found.append(
                {
                    "value": printed(result["value"] * factor, decimals, rounding),
                    "dispersion": printed(spread * factor, decimals, rounding),
                    "dispersion_kind": kind,
                }
            )
        return found

    document = document_of(made, printing)
    document["tables"] = [
        {
            "label": "Table 1",
            "rows": "method",
            "columns": "data",
            "metric": "accuracy",
            "cells": [
                {
                    "row": name,
                    "column": "rings",
                    "result": f"{name}.accuracy",
                    "text": markup(result["reported"]),
                }
                for name, result in zip(("wide", "narrow"), document["results"], strict=True)
            ],
        }
    ]
    assert errors(document) == []


# One defect -------------------------------------------------------------------------------------------


def no_figures(result: Section, values: list[float], made: Honest) -> list[Section]:
    return []


def plain(*, known: bool = True, items: int | None = None) -> Section:
    """Five values of each configuration, as accuracies are."""
    if items:
        values = (
            [k / items for k in (274, 275, 273, 276, 270)],
            [k / items for k in (260, 265, 262, 258, 266)],
        )
    else:
        values = ([0.912, 0.918, 0.909, 0.921, 0.915], [0.902, 0.907, 0.899, 0.911, 0.904])
    return document_of(Honest(values, items, "fraction", 1, known, None, "mean"), no_figures)


A = (0.912, 0.9187, 0.9094, 0.9221, 0.9153, 0.9171)
SPREADS = {
    "sd": "sd with ddof 1",
    "se": "standard error with ddof 1",
    "ci": "half-width of the 95 % t interval",
    "range": "range",
    "iqr": "interquartile range",
    "mad": "median absolute deviation",
}


@pytest.mark.parametrize("kind", SPREADS)
@pytest.mark.parametrize("said", SPREADS)
def test_spread_under_another_name_is_found_with_its_own(kind: str, said: str) -> None:
    document = document_of(Honest(([*A], [*A]), None, "fraction", 1, True, None, "mean"), no_figures)
    spread = printed(100 * spread_of(kind, [*A], 1), 3, decimal.ROUND_HALF_UP)
    figure = printed(100 * statistics.mean(A), 2, decimal.ROUND_HALF_UP)
    document["results"][0]["reported"] = [{"value": figure, "dispersion": spread, "dispersion_kind": said}]
    found = errors(document)
    if kind == said:
        assert found == []
    else:
        ((code, message),) = found
        assert (code, f"it fits the {SPREADS[kind]}" in message) == ("RC0821", True)


@pytest.mark.parametrize(
    ("spread", "said", "words"),
    [
        ("0.424", "sd", "sd with ddof 0"),
        ("0.190", "se", "standard error with ddof 0"),
        ("0.416", "ci", "half-width of the 95 % normal interval"),
        ("0.600", "range", "half of the range"),
    ],
)
def test_usual_mistakes_are_named(spread: str, said: str, words: str) -> None:
    """sd0 .00424264, z half-width 1.96 * .00474342 / sqrt(5): the worked example in percent."""
    document = plain()
    document["results"][0]["reported"] = [{"value": "91.5", "dispersion": spread, "dispersion_kind": said}]
    ((code, message),) = errors(document)
    assert (code, f"it fits the {words}" in message) == ("RC0821", True)


DEFECTS: list[tuple[str, bool, str, Any]] = [
    ("RC0801", True, "/results/0/value", 0.916),
    ("RC0802", True, "/results/0/sd", 0.004242640687119289),
    ("RC0803", True, "/results/0/n", 6),
    ("RC0804", True, "/results/0/interval/low", 0.9100),
    ("RC0809", True, "/results/0/maximum", 0.922),
    ("RC0815", True, "/results/0/reported", [{"value": "0.951"}]),
    ("RC0825", False, "/results/0/minimum", 0.9200000001),
    ("RC0828", False, "/results/0/sd", 0.0050000001),
    ("RC0827", False, "/results/0/interval/low", 0.9300000001),
    ("RC1302", True, "/comparisons/0/effect/value", -0.0104),
    ("RC1306", True, "/comparisons/0/p_value", 0.02),
    ("RC1308", False, "/comparisons/0/test", "wilcoxon"),
    ("RC1312", False, "/comparisons/0/b", "wide.accuracy"),
    ("RC1313", False, "/comparisons/0/p_value", 0.5),
    ("RC1601", True, "/metrics/0/range", [1, 1]),
    ("RC1602", True, "/metrics/0/range", [0, 100]),
    ("RC1603", True, "/metrics/0/count_of", 900),
    ("RC1605", True, "/metrics/0/source", {"path": "out.json"}),
    ("RC1606", True, "/metrics/0/source", {"stdout": "accuracy (.*)"}),
]


FOLLOWING = {"RC0801": "RC1302", "RC0828": "RC1319", "RC1308": "RC1314", "RC1313": "RC1319"}
"""What also has to be said, since other numbers follow from the one that is wrong."""


@pytest.mark.parametrize(("code", "known", "pointer", "value"), DEFECTS, ids=[each[0] for each in DEFECTS])
def test_one_wrong_number_is_found_by_its_rule(code: str, known: bool, pointer: str, value: Any) -> None:
    document = plain(known=known)
    if code in ("RC1312", "RC0825"):
        document["results"][0].pop("interval")
        document["comparisons"][0] = {key: document["comparisons"][0][key] for key in ("id", "a", "b")}
    if code == "RC1603":
        document = plain(items=300)
    assert errors(document) == []
    place: Any = document
    *way, last = pointer.split("/")[1:]
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    found = errors(document)
    found = [each for each in found if each[0] != FOLLOWING.get(code)]
    assert {each[0] for each in found} == {code}, found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9), st.floats(0.1, 0.9), st.sampled_from([100, 300, 360, 1000]))
def test_value_between_two_counts_is_found(which: int, part: float, items: int) -> None:
    """Any value that lies between two numbers of items, unless its last digits hide it."""
    document = plain(items=300)
    document["metrics"][0]["count_of"] = document["data"][0]["splits"][2]["count"] = items
    for index, run in enumerate(document["runs"]):
        run["metrics"][0]["value"] = (index + 80) / items if index != which else (80 + part) / items
    report = validate(Subject("rings", document), only=["RC0829"])
    assert [each.location.pointer for each in report.findings] == [f"/runs/{which}/metrics/0/value"]


@settings(max_examples=60, deadline=None)
@given(st.integers(810, 1400), st.sampled_from(ROUNDINGS), st.booleans())
def test_mean_of_counts_is_found_where_no_count_gives_it(k: int, rounding: str, honest: bool) -> None:
    """Of 1500 items in all, fractions with five decimals tell."""
    document = plain(known=False, items=300)
    document["comparisons"] = []
    result = document["results"][0]
    for name in ("interval", "sd", "ddof", "minimum", "maximum"):
        result.pop(name, None)
    text = printed((k if honest else k + 0.4) / 1500, 5, rounding)
    assume(not text.endswith("00"))  # a number does not keep its last zeros, a printed figure does
    result["value"] = float(text)
    assert {each[0] for each in errors(document)} == (set() if honest else {"RC0830"})


# Tables -----------------------------------------------------------------------------------------------


def with_table(*cells: tuple[str, str, str], **more: Any) -> Section:
    document = plain()
    document["tables"] = [
        {
            "label": "Table 1",
            "rows": "method",
            "columns": "data",
            "metric": "accuracy",
            **more,
            "cells": [
                {"row": row, "column": column, "result": f"{row}.accuracy", "text": text}
                for row, column, text in cells
            ],
        }
    ]
    return document


@pytest.mark.parametrize(
    "text",
    [
        "91.5",
        "91.50",
        "91.5%",
        r"91.5\%",
        "0.915",
        ".915",
        "91.5 ± 0.5",
        "91.5±0.5",
        "91.5 +/- 0.5",
        "91.5 (0.5)",
        "91.5 [90.9, 92.1]",
        r"$91.5 \pm 0.5$",
        r"$91.5\pm0.5$",
        r"$91.5_{\pm 0.5}$",
        r"$91.5_{0.5}$",
        r"\textbf{91.5} $\pm$ 0.5",
        r"\textbf{91.5 $\pm$ 0.5}",
        r"$\mathbf{91.5} \pm 0.5$",
        r"{\bf 91.5}",
        r"\underline{91.5}",
        r"\cellcolor{gray!20}91.5",
        r"\cellcolor[HTML]{FF9930} 91.5",
        r"\phantom{0}91.5",
        r"91.5$^{*}$",
        r"91.5$^\dagger$",
        "91.5†",
        "**91.5**",
        "__91.5__",
        "<b>91.5</b>",
        " 91.5 ",
        "9.15e-1",
        r"$9.15 \times 10^{-1}$",
    ],
)
def test_figure_is_read_from_its_markup(text: str) -> None:
    document = with_table(("wide", "rings", text))
    assert errors(document) == []
    document = with_table(("wide", "rings", text.replace("15", "51").replace("1.5", "5.1")))
    assert [code for code, _ in errors(document)] == ["RC1204"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "–",
        "n/a",
        "see Table 2",
        "3 of 4",
        "93.1 / 95.3",
        r"$9.9 \times 10^{n}$",
        "$10^{-3}$",
        "< 0.001",
        "1,234",
        r"\multirow{2}{*}{93.1}",
        "seed 7",
        "7" * 501,
    ],
)
def test_text_that_is_no_single_figure_is_not_judged(text: str) -> None:
    report = validate(Subject("rings", with_table(("wide", "rings", text))))
    assert [each for each in report.findings if each.code.startswith("RC12")] == []


def test_hostile_cells_and_patterns_take_no_time() -> None:
    """Text that makes a careless regular expression run for ever; patterns are compiled, never matched."""
    texts = ["1" * 500, "{" * 500, r"\color{" * 70, "(" * 499 + "1", "1e999999999", "1e-999999999"]
    document = with_table(*[("wide", f"c{i}", text) for i, text in enumerate(texts)])
    document["results"][0]["reported"] = [
        {"value": "1e999999999", "dispersion": "1e999999999", "dispersion_kind": "se"}
    ]
    document["metrics"][0]["source"] = {"stdout": "(?P<value>(a+)+)+$"}
    document["metrics"].append({"id": "deep", "source": {"stdout": "(" * 5000 + ")" * 5000}})
    document["metrics"].append({"id": "wide", "source": {"stdout": "(?P<value>a{1,99999999999999999999})"}})
    report = validate(Subject("rings", document), only=["RC08", "RC12", "RC16"])
    assert {each.reason for each in report.not_assessed} == {WITHOUT_FILES}
    assert {each.location.pointer for each in report.findings if each.code == "RC1606"} == {
        "/metrics/1/source/stdout",
        "/metrics/2/source/stdout",
    }


def bold(document: Section) -> list[str]:
    report = validate(Subject("rings", document), only=["RC1205"])
    return [each.location.pointer for each in report.findings]


def test_bold_type_follows_the_direction_of_the_metric() -> None:
    cells = (("wide", "rings", "91.5"), ("narrow", "rings", "**90.5**"))
    assert bold(with_table(*cells)) == ["/tables/0/cells/1/text"]
    document = with_table(*cells)
    document["metrics"][0]["direction"] = "minimize"
    assert bold(document) == []
    del document["metrics"][0]["direction"]
    assert bold(document) == []


def test_equal_figures_may_both_be_bold() -> None:
    document = with_table(("wide", "rings", "**91.5**"), ("narrow", "rings", "**90.5**"))
    assert bold(document) == [], "their intervals meet"
    del document["results"][1]["interval"]
    assert bold(document) == ["/tables/0/cells/1/text"]
    document["tables"][0]["cells"][1]["text"] = "**91.5**"
    assert bold(document) == []


def test_figure_times_the_tables_scale() -> None:
    assert errors(with_table(("wide", "rings", "915"), scale=1000)) == []
    assert [code for code, _ in errors(with_table(("wide", "rings", "91.5"), scale=1000))] == ["RC1204"]


# Aggregates -------------------------------------------------------------------------------------------


def aggregate(name: str, *sources: str) -> Section:
    return {
        "id": name,
        "metric": "accuracy",
        "over": "results",
        "statistic": "mean",
        "n": len(sources),
        "results": [*sources],
        "value": 0.915,
    }


def circular(document: Section) -> list[str]:
    report = validate(Subject("rings", document), only=["RC0820"])
    assert report.not_assessed == ()
    return [each.message for each in report.findings]


def test_results_in_a_circle_are_named_and_those_beside_it_are_not() -> None:
    document = plain()
    document["results"] += [
        aggregate("before", "a"),
        aggregate("a", "b"),
        aggregate("b", "c", "wide.accuracy"),
        aggregate("c", "a", "after"),
        aggregate("after", "wide.accuracy"),
        aggregate("own", "own"),
        aggregate("lost", "nowhere"),
    ]
    assert circular(document) == [
        "result a is computed from itself by way of b, c",
        "result b is computed from itself by way of a, c",
        "result c is computed from itself by way of a, b",
        "result own is computed from itself",
    ]


def test_long_chain_of_results_is_followed_to_its_end() -> None:
    document = plain()
    document["results"] += [aggregate(f"r{i}", f"r{(i + 1) % 3000}") for i in range(3000)]
    assert len(circular(document)) == 3000
    document["results"][-1]["results"] = ["wide.accuracy"]
    assert circular(document) == []


# Rounded values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_mean_of_rounded_values_is_no_mean_of_counts(decimals: int) -> None:
    """Values that were rounded before they were averaged are honest, and do not tell their counts."""
    document = plain(known=False, items=300)
    for run in document["runs"]:
        for seen in run["metrics"]:
            seen["value"] = round(seen["value"], decimals)
    values = [run["metrics"][1]["value"] for run in document["runs"][:5]]
    summary = statistics.summarise(values)
    result = document["results"][0]
    result |= {"value": summary.mean, "sd": summary.sd, "minimum": summary.min, "maximum": summary.max}
    result.pop("interval")
    document["comparisons"] = []
    assert errors(document) == []


def test_of_two_results_with_one_id_each_is_judged_by_its_own_runs() -> None:
    """The second result is not held against the values of the first one, whose id it has."""
    document = json.loads(shipped_bytes("conformance/base/seeds.json"))
    twin = copy.deepcopy(document["results"][0])
    twin["runs"] = twin["runs"][:-1]
    document["results"].append(twin)
    found = {(each.code, each.location.pointer) for each in validate(Subject("twins", document)).findings}
    place = f"/results/{len(document['results']) - 1}"
    assert ("RC0110", f"{place}/id") in found
    assert ("RC0803", f"{place}/n") in found
