"""Learning curves: from a file of histories to lines on the page."""

from __future__ import annotations

import copy
import math
import re
import xml.etree.ElementTree as ET

import pytest

from reprocrate.errors import UnreadableError
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.manifest.histories import Series
from reprocrate.render.curves import Curve, read_curves, runs_to_draw
from reprocrate.render.preview import preview_page
from tests.render import sample
from tests.render.test_preview import named, parsed, words_of


def with_histories() -> Manifest:
    document = copy.deepcopy(sample.digits_document())
    for run in document["runs"]:
        run["histories"] = sample.file(f"out/{run['id']}.csv")
    return manifest_from(document)


def loss(run: str, values: list[float], metric: str = "log_loss") -> Curve:
    rows = "".join(f"{metric},{step},{value}\n" for step, value in enumerate(values))
    [curve] = read_curves(run, f"metric,step,value\n{rows}".encode())
    return curve


def panels(tree: ET.Element) -> list[ET.Element]:
    return [one for one in named(tree, "div") if one.attrib.get("class") == "panel"]


def lines(panel: ET.Element, kind: str) -> list[str]:
    return [one.attrib["d"] for one in named(panel, "path") if one.attrib["class"] == kind]


def test_a_file_becomes_a_curve_for_each_metric_and_fold() -> None:
    content = "\ufeffstep,value,metric,split,fold\r\n1,0.5,loss,train,0\r\n0,0.9,loss,train,0\r\n" + "".join(
        f'{step},{step / 10},"acc,uracy",test,1\r\n' for step in range(3)
    )
    first, second = read_curves("r", content.encode())
    assert first.series == Series("loss", "", "train", "0")
    assert list(zip(first.steps, first.values, strict=True)) == [(0.0, 0.9), (1.0, 0.5)]
    assert second.series == Series("acc,uracy", "", "test", "1")


def test_rows_that_are_no_points_are_passed_over() -> None:
    text = "metric,step,value\nloss,0,1\nloss,x,1\nloss\nloss,1,\nloss,2,inf\nloss,3,0.5\nonce,0,1\n"
    [curve] = read_curves("r", text.encode())
    assert list(curve.steps) == [0, 1, 2, 3]
    assert [value for value in curve.values if math.isfinite(value)] == [1, 0.5]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"PAR1\x00\x00",
        b"step,loss\n0,1\n",
        b'metric,step,value\n"a,0,1\n',
        b"x" * 200_000,
    ],
)
def test_what_is_no_table_of_histories_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_curves("r", content)


def test_thinning_keeps_every_peak_and_both_ends() -> None:
    values = [1.0] * 10_000
    values[3_333], values[7_777] = 50.0, -50.0
    thinned = loss("r", values).thinned(60)
    assert len(thinned) <= 62
    assert {(3_333.0, 50.0), (7_777.0, -50.0), (0.0, 1.0), (9_999.0, 1.0)} <= set(thinned)
    assert thinned == sorted(thinned)


def test_few_seeds_of_few_configurations_are_drawn_those_of_claims_first() -> None:
    document = sample.many(configurations=30, seeds=20, metrics=1)
    for run in document["runs"]:
        run["histories"] = sample.file(f"out/{run['id']}.csv")
    document["claims"] = [
        {"id": "c", "text": "It is good.", "kind": "value", "evidence": ["method-29.metric_0"], "value": 0.5}
    ]
    runs = runs_to_draw(manifest_from(document))
    assert len(runs) == 12 * 10
    assert runs[0].configuration == "method-29"


def test_every_seed_is_a_line_and_the_mean_a_thicker_one() -> None:
    curves = [
        loss(f"{name}-{seed}", [1 / (step + 1) + seed for step in range(50)])
        for name in ("mlp", "logistic")
        for seed in range(5)
    ]
    tree = parsed(preview_page(with_histories(), curves=curves))
    first, second = panels(tree)
    assert words_of(named(first, "b")[0]) == "mlp"
    assert words_of(named(second, "b")[0]) == "logistic"
    for panel in (first, second):
        assert len(lines(panel, "seed")) == 5
        assert len(lines(panel, "average")) == 1
        assert words_of(named(panel, "desc")[0]) == (
            "5 seeds, from 1 to 5 at the first step to 0.02 to 4.02 at the last."
        )
    assert lines(first, "seed")[0].startswith("M0 ")
    assert "Log loss" in [words_of(one) for one in named(tree, "h3")]


def test_a_line_has_a_gap_where_a_value_is_not_finite() -> None:
    curve = loss("mlp-0", [3.0, 2.0, math.nan, 1.0, 0.5])
    tree = parsed(preview_page(with_histories(), curves=[curve]))
    [line] = lines(panels(tree)[0], "seed")
    assert re.sub("[^ML]", "", line) == "MLML"
    assert "1 value not finite, left out" in words_of(panels(tree)[0])


def test_all_that_is_drawn_lies_within_its_panel() -> None:
    curves = [loss("mlp-0", [1e300, -1e300, 0.0]), loss("mlp-1", [5.0, 5.0, 5.0])]
    tree = parsed(preview_page(with_histories(), curves=curves))
    for line in lines(panels(tree)[0], "seed"):
        for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", line):
            assert 0 <= float(x) <= 1000
            assert 0 <= float(y) <= 120


def test_losses_over_many_decades_are_shown_by_their_logarithms() -> None:
    curve = loss("mlp-0", [10.0 ** -(step / 10) for step in range(60)])
    tree = parsed(preview_page(with_histories(), curves=[curve]))
    assert "Lower is better, logarithmic scale." in words_of(tree)
    assert {"1", "0.01", "0.0001"} <= {words_of(one) for one in named(tree, "text")}


def test_curves_of_trackers_have_names_that_do_no_harm() -> None:
    curve = loss("mlp-0", [1.0, 2.0], metric="</h3><script>alert(1)</script>")
    tree = parsed(preview_page(with_histories(), curves=[curve]))
    assert not named(tree, "script")
    assert "</h3><script>alert(1)</script>" in [words_of(one) for one in named(tree, "h3")]


def test_size_of_all_curves_together_is_bounded() -> None:
    document = sample.many(configurations=12, seeds=10, metrics=1)
    for run in document["runs"]:
        run["histories"] = sample.file(f"out/{run['id']}.csv")
    manifest = manifest_from(document)
    values = [math.sin(step / 7) for step in range(400)]
    curves = [loss(run.id, values, f"metric {number}") for run in manifest.runs for number in range(12)]
    page = preview_page(manifest, curves=curves)
    assert len(page) - len(preview_page(manifest)) < 700_000
    assert "Curves of 4 more metrics" in words_of(parsed(page))


def test_without_curves_there_is_no_section_of_them() -> None:
    assert b'id="curves"' not in preview_page(with_histories())
    assert b'id="curves"' not in preview_page(with_histories(), curves=[loss("mlp-0", [math.nan, 1.0])])
