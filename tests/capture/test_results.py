from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.capture.record import Evidence, Metric
from reprocrate.capture.results.extraction import MetricSource, Written, as_metric, extract, parse_source
from reprocrate.capture.results.points import Columns
from reprocrate.errors import UsageError


@pytest.fixture
def written(tmp_path: Path) -> Written:
    for path, text in {
        "out/3.json": json.dumps(
            {
                "test": {"accuracy": 0.91, "n": 300, "text": "0.5", "flag": True},
                "runs": [{"loss": 1}, {"loss": 2}],
                "a b": {"c.d": 7},
            }
        ),
        "nan.json": '{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}',
        "log.csv": "\ufeffepoch, acc ,loss\n0,0.1,\n1,0.5,9\n2,0.7,\n",
        "log.tsv": "step\tacc\n7\t0.25\n",
        "list.json": "[1, 2, [3]]",
        "bad.json": "{",
        "empty.csv": "acc\n",
        "stale.json": '{"accuracy": 0.99}',
        "runs/mlp-3.json": '{"a": 1}',
        "runs/lr-3.json": '{"a": 2}',
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    stdout = tmp_path / "stdout.log"
    stdout.write_bytes(b"epoch 1 acc=0.5\repoch 2 acc=0.75\nfinal acc=0.8\n\xff loss: nan\n")
    everything = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    return Written(tmp_path, everything - {"stale.json", "stdout.log"}, stdout, {"seed": 3})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("out/{seed}.json:$.test.accuracy", 0.91),
        ("./out/3.json:$.test.n", 300.0),
        ("out/{seed}.json:$.runs[1].loss", 2.0),
        ("out/{seed}.json:$.runs[-1]['loss']", 2.0),
        ('out/{seed}.json:$["a b"]["c.d"]', 7.0),
        ("out/{seed}.json:$.test.text", 0.5),
        ("list.json:$[2][0]", 3.0),
        ("o*/?.json:$.test.n", 300.0),
        ("runs/{model}-3.json:$.a", None),
        ("runs/m*-{seed}.json:$.a", 1.0),
        ("log.csv:acc", 0.7),
        ("log.csv:loss", 9.0),
        ("log.tsv:acc", 0.25),
    ],
)
def test_values_in_files(written: Written, place: str, value: float | None) -> None:
    found = extract([parse_source("m", place=place)], written)
    assert [metric.value for metric in found.metrics] == ([] if value is None else [value])
    assert bool(found.problems) is (value is None)


def test_step_of_the_row_that_counts(written: Written) -> None:
    found = extract(
        [parse_source("m", place="log.csv:acc"), parse_source("n", place="log.csv:loss")], written
    )
    assert [metric.step for metric in found.metrics] == [2, 1]


def test_last_match_in_the_output(written: Written) -> None:
    sources = [
        parse_source("a", stdout=r"acc=(?P<value>[0-9.]+)", split="test", data="rings"),
        parse_source("b", stdout=r"^final acc=(?P<value>[0-9.]+)$"),
        parse_source("c", stdout=r"loss: (?P<value>\w+)"),
    ]
    final = Evidence("stdout.log", "final acc=0.8", 2)
    assert extract(sources, written).metrics == (
        Metric("a", 0.8, "ok", "test", "rings", evidence=final),
        Metric("b", 0.8, "ok", evidence=final),
        Metric("c", None, "nan", evidence=Evidence("stdout.log", "\ufffd loss: nan", 3)),
    )


def test_values_that_are_no_numbers_keep_their_status(written: Written) -> None:
    found = extract([parse_source(key, place=f"nan.json:$.{key}") for key in "abcd"], written)
    assert [(metric.value, metric.status) for metric in found.metrics] == [
        (None, "nan"),
        (None, "inf"),
        (None, "-inf"),
        (None, "inf"),
    ]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("stale.json:$.accuracy", "this launch did not write it"),
        ("absent.json:$.accuracy", "this launch did not write absent.json"),
        ("out/{seed}.json:$.test.f1", "has no $.test.f1; it has accuracy, flag, n, text"),
        ("out/{seed}.json:$.test.flag", "is no number: true"),
        ("out/{seed}.json:$.test", "is no number: "),
        ("list.json:$[9]", "has no $[9]"),
        ("bad.json:$.a", "bad.json is not JSON"),
        ("log.csv:f1", "has no column f1; it has epoch, acc, loss"),
        ("empty.csv:acc", "no value in the column acc"),
        ("runs/{model}-{seed}.json:$.a", "2 files: runs/lr-3.json, runs/mlp-3.json"),
    ],
)
def test_what_is_not_found_is_a_problem_in_words(written: Written, place: str, says: str) -> None:
    found = extract([parse_source("m", place=place), parse_source("n", place="log.csv:acc")], written)
    assert [metric.metric for metric in found.metrics] == ["n"]
    (problem,) = found.problems
    assert problem.startswith("metric m: ")
    assert says in problem


def test_no_match_in_the_output(written: Written) -> None:
    (problem,) = extract([parse_source("m", stdout="f1=(?P<value>.)")], written).problems
    assert "nothing in the standard output matches" in problem


@pytest.mark.parametrize(
    "place", ["results.json", ":x", "results.json:", "a.json:$..b", "a.json:$.b[*][*]", "a.json:$b"]
)
def test_place_that_is_none(place: str) -> None:
    with pytest.raises(UsageError):
        parse_source("m", place=place)


@pytest.mark.parametrize("expression", ["acc=(", "acc=[0-9.]+", "acc=(?P<v>x)"])
def test_expression_that_is_wrong(expression: str) -> None:
    with pytest.raises(UsageError, match="metric m"):
        parse_source("m", stdout=expression)


def test_bytes_of_an_output_that_was_overwritten_can_be_elsewhere(written: Written, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kept"
    elsewhere.write_text('{"accuracy": 0.5}')
    moved = Written(tmp_path, {"stale.json"}, written.stdout, {}, {"stale.json": elsewhere})
    assert extract([parse_source("m", place="stale.json:$.accuracy")], moved).metrics[0].value == 0.5


@given(st.floats())
def test_every_double_is_kept_or_has_a_status(value: float) -> None:
    metric = as_metric("m", value)
    if math.isfinite(value):
        assert metric.value == value
        assert metric.status == "ok"
    else:
        assert metric.value is None
        assert float(metric.status) == value or math.isnan(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_json_gives_the_very_double_back(tmp_path_factory: pytest.TempPathFactory, value: float) -> None:
    folder = tmp_path_factory.mktemp("written")
    (folder / "r.json").write_text(json.dumps({"v": value}))
    found = extract([MetricSource("m", "r.json", "$.v")], Written(folder, {"r.json"}, folder / "none"))
    assert found.metrics[0].value == value


# Several values ---------------------------------------------------------------------------------------

SERIES = {
    "folds.csv": "fold,acc\n0,0.5\n1,0.75\n2,1\n",
    "curve.csv": "epoch,acc,loss\n2,0.6,\n0,0.1,n/a\n1,0.9,\n3,0.7,1\n",
    "long.csv": (
        "metric,split,step,value\nacc,test,1,0.1\nacc,train,2,0.9\nloss,test,2,7\nacc,test,2,0.3\nacc,,3,0.2\n"
    ),
    "folds.json": json.dumps(
        {"folds": [{"acc": 0.5}, {"acc": 0.7}], "named": [{"fold": 4, "acc": 1}, {"fold": 2, "acc": 0}]}
    ),
    "list.json": "[0.1, 0.2, 0.3]",
    "steps.json": '[{"epoch": 5, "acc": 0.1}, {"epoch": 9, "acc": 0.4}]',
}


@pytest.fixture
def series(tmp_path: Path) -> Written:
    for path, text in SERIES.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    return Written(tmp_path, frozenset(SERIES), tmp_path / "stdout.log")


def places(
    written: Written, place: str, **source: object
) -> list[tuple[float | None, int | None, int | None]]:
    """Value, step and fold of each observation that is found."""
    found = extract([parse_source("m", place=place, **source)], written)
    assert found.problems == ()
    return [(metric.value, metric.step, metric.fold) for metric in found.metrics]


def test_each_row_with_a_fold_is_the_value_of_that_fold(series: Written) -> None:
    assert places(series, "folds.csv:acc") == [(0.5, None, 0), (0.75, None, 1), (1.0, None, 2)]


def test_each_entry_of_a_list_is_the_value_of_a_fold(series: Written) -> None:
    assert places(series, "folds.json:$.folds[*].acc") == [(0.5, None, 0), (0.7, None, 1)]
    assert places(series, "folds.json:$.named[*].acc") == [(1.0, None, 4), (0.0, None, 2)]
    assert places(series, "list.json:$[*]") == [(0.1, None, 0), (0.2, None, 1), (0.3, None, 2)]


def test_what_counts_by_the_selection_is_kept(series: Written) -> None:
    last_two = {"selection": "mean_last_k", "last_k": 2}
    assert places(series, "curve.csv:acc") == [(0.7, 3, None)]
    assert places(series, "curve.csv:acc", selection="max") == [(0.9, 1, None)]
    assert places(series, "curve.csv:acc", **last_two) == [(0.6, 2, None), (0.7, 3, None)]
    assert places(series, "curve.csv:acc", selection="best_validation") == [(0.7, 3, None)]
    assert places(series, "list.json:$[*]", **last_two) == [(0.2, 1, None), (0.3, 2, None)]
    assert places(series, "steps.json:$[*].acc", **last_two) == [(0.1, 5, None), (0.4, 9, None)]


def test_a_row_that_does_not_count_may_hold_no_number(series: Written) -> None:
    assert places(series, "curve.csv:loss") == [(1.0, 3, None)]
    found = extract([parse_source("m", place="curve.csv:loss", selection="mean_last_k", last_k=2)], series)
    assert found.problems == ('metric m: curve.csv, column loss is no number: "n/a"',)


def test_a_file_of_histories_names_the_metric_in_a_column(series: Written) -> None:
    assert places(series, "long.csv:acc", split="test", selection="mean_last_k", last_k=3) == [
        (0.1, 1, None),
        (0.3, 2, None),
        (0.2, 3, None),
    ]
    assert places(series, "long.csv:acc", split="train") == [(0.2, 3, None)]
    assert places(series, "long.csv:loss") == [(7.0, 2, None)]
    found = extract([parse_source("m", place="long.csv:f1")], series)
    assert found.problems == ("metric m: long.csv has no value in the column f1",)


def test_too_few_values_for_a_mean_are_none(series: Written) -> None:
    found = extract([parse_source("m", place="curve.csv:acc", selection="mean_last_k", last_k=9)], series)
    assert found.metrics == ()
    assert found.problems == ("metric m: curve.csv has 4 values, and the last 9 are to be averaged",)


@pytest.fixture
def loop(tmp_path: Path) -> Written:
    """What scripts that loop over seeds leave."""
    rows = [
        (seed, method, 0.1 * seed + (method == "wide")) for seed in (0, 1, 2) for method in ("wide", "slim")
    ]
    files = {
        "table.csv": "seed,method,accuracy\n" + "".join(f"{s},{m},{a!r}\n" for s, m, a in rows),
        "plain.csv": "random_state,acc\n0,0.5\n1,0.6\n1,0.7\n",
        "curve.csv": "seed,epoch,acc\n0,1,0.1\n0,2,0.2\n1,1,0.3\n1,2,0.4\n",
        "sets.csv": "seed,dataset,acc\n0,rings,0.1\n0,moons,0.2\n1,rings,0.3\n1,moons,0.4\n",
        "out/seed_0.json": '{"acc": 0.25, "config": {"lr": 0.1}}',
        "out/seed_10.json": '{"acc": 0.75, "config": {"lr": 0.1}}',
        "deep/wide/3/r.json": '{"acc": 1}',
        "deep/slim/3/r.json": '{"acc": 2}',
        "list.json": json.dumps([{"seed": 0, "m": "a", "acc": 0.1}, {"seed": 1, "m": "a", "acc": 0.2}]),
        "apart/a.json": '{"seed": 4, "acc": 0.5}',
        "apart/b.json": '{"seed": 5, "acc": 0.6}',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    stdout = tmp_path / "stdout.log"
    stdout.write_text("seed 0: acc 0.1\nseed 1: acc 0.2\nseed 0: acc 0.3\n")
    return Written(tmp_path, set(files), stdout)


WIDE, SLIM = (("method", "wide"),), (("method", "slim"),)


@pytest.mark.parametrize(
    ("place", "columns", "expected"),
    [
        ("plain.csv:acc", Columns("random_state"), [(0, (), 0.5), (1, (), 0.7)]),
        ("curve.csv:acc", Columns(), [(0, (), 0.2), (1, (), 0.4)]),
        ("out/seed_{seed}.json:$.acc", Columns(), [(0, (), 0.25), (10, (), 0.75)]),
        ("deep/{method}/{seed}/*.json:$.acc", Columns(factors=("method",)), [(3, SLIM, 2), (3, WIDE, 1)]),
        ("**/r.json:$.acc", Columns(), []),
        ("list.json:$[*].acc", Columns(), [(0, (), 0.1), (1, (), 0.2)]),
        (
            "list.json:$[*].acc",
            Columns("seed", None, ("m",)),
            [(0, (("m", "a"),), 0.1), (1, (("m", "a"),), 0.2)],
        ),
        ("apart/*.json:$.acc", Columns(), [(4, (), 0.5), (5, (), 0.6)]),
        ("apart/*.json:$.acc", Columns("nothing"), []),
        ("out/seed_0.json:$.acc", Columns(factors=("config",)), []),
        (
            "table.csv:accuracy",
            Columns(factors=("method",)),
            [(0, WIDE, 1.0), (0, SLIM, 0.0), (1, WIDE, 1.1), (1, SLIM, 0.1), (2, WIDE, 1.2), (2, SLIM, 0.2)],
        ),
    ],
)
def test_runs_of_one_launch(
    loop: Written, place: str, columns: Columns, expected: list[tuple[int, object, float]]
) -> None:
    choice = "last" if place.startswith("plain") else None
    found = extract([parse_source("m", place=place, columns=columns, selection=choice)], loop)
    seen = [(metric.seed, tuple(metric.factors.items()), metric.value) for metric in found.metrics]
    assert seen == expected
    assert bool(found.problems) is (not expected)


@pytest.mark.parametrize("path", ["table.csv:accuracy", "sets.csv:acc", "plain.csv:acc"])
def test_several_rows_of_a_seed_that_nothing_tells_apart_are_no_metric(loop: Written, path: str) -> None:
    found = extract([parse_source("m", place=path)], loop)
    assert found.metrics == ()
    assert "has several rows for one seed" in found.problems[0]
    assert "factor_columns" in found.problems[0]


def test_a_column_of_data_sets(loop: Written) -> None:
    found = extract([parse_source("m", place="sets.csv:acc", columns=Columns(data="dataset"))], loop)
    assert [(one.seed, one.data, one.value) for one in found.metrics] == [
        (0, "rings", 0.1),
        (0, "moons", 0.2),
        (1, "rings", 0.3),
        (1, "moons", 0.4),
    ]


def test_of_a_table_that_grows_only_the_rows_of_the_own_seed_count(loop: Written) -> None:
    own = Written(loop.project, loop.outputs, loop.stdout, {"seed": 1})
    (metric,) = extract([parse_source("m", place="curve.csv:acc")], own).metrics
    assert (metric.value, metric.seed) == (0.4, None)
    other = Written(loop.project, loop.outputs, loop.stdout, {"seed": 7})
    (metric,) = extract([parse_source("m", place="curve.csv:acc")], other).metrics
    assert metric.value == 0.4, "a column that is called so by chance"
    said = extract([parse_source("m", place="curve.csv:acc", columns=Columns("seed"))], other)
    assert said.problems == ("metric m: it has no value of the seed 7",)


def test_a_group_of_the_pattern_may_be_the_seed(loop: Written) -> None:
    found = extract([parse_source("m", stdout=r"seed (?P<seed>\d+): acc (?P<value>[\d.]+)")], loop)
    assert [(one.seed, one.value) for one in found.metrics] == [(0, 0.3), (1, 0.2)]
    assert found.metrics[0].evidence == Evidence("stdout.log", "seed 0: acc 0.3", 3)


@pytest.mark.parametrize(
    ("place", "evidence"),
    [
        ("log.csv:acc", Evidence("log.csv", "0.7", 4, "acc")),
        ("out/{seed}.json:$.test.accuracy", Evidence("out/3.json", "0.91", None, "/test/accuracy")),
        ("out/{seed}.json:$['a b']['c.d']", Evidence("out/3.json", "7", None, "/a b/c.d")),
        ("precise.json:$.x", Evidence("precise.json", "0.91300000000000000", None, "/x")),
    ],
)
def test_evidence_is_what_was_written(written: Written, place: str, evidence: Evidence) -> None:
    (written.project / "precise.json").write_text('{"x": 0.91300000000000000}')
    left = Written(written.project, {*written.outputs, "precise.json"}, written.stdout, written.values)
    (metric,) = extract([parse_source("m", place=place)], left).metrics
    assert metric.evidence == evidence


def test_evidence_is_hidden_and_short(written: Written) -> None:
    written.stdout.write_text(f"token=abc acc=0.5 {'x' * 1000}\n")
    found = extract(
        [parse_source("m", stdout="acc=(?P<value>[0-9.]+)")],
        written,
        lambda text: text.replace("abc", "<secret>"),
    )
    evidence = found.metrics[0].evidence
    assert evidence is not None
    assert evidence.text is not None
    assert evidence.text.startswith("token=<secret> acc=0.5 xxx")
    assert len(evidence.text) == 300
