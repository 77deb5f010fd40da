"""Claims, tables, configurations and results, from settings and records to the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.toml import load_settings, parse_settings
from reprocrate.capture.record import (
    CodeFile,
    CodeState,
    Configuration,
    DataFile,
    Environment,
    Metric,
    Python,
    RunRecord,
    Seed,
    Tool,
)
from reprocrate.errors import UsageError
from reprocrate.files import sha256_file
from reprocrate.manifest import Manifest
from reprocrate.validation import Subject, validate

TWO = {"wide": [0.90, 0.92, 0.94], "narrow": [0.80, 0.81, 0.82]}
FACTORS = """
[metrics.accuracy]
stdout = "accuracy (?P<value>[0-9.]+)"
direction = "maximize"
"""


def record(name: str | None, seed: int, value: float | None, *, number: int, **more: Any) -> RunRecord:
    template = ("python", "train.py", "--width", name or "1", "--seed", "{seed}")
    minute = f"2026-11-22T10:{number:02}"
    metrics = () if value is None else (Metric("accuracy", value, "ok"),)
    fields: dict[str, Any] = {
        "id": f"20261122T10{number:02}00Z-{number:016x}",
        "tool": Tool("reprocrate", "0.1.0"),
        "configuration": Configuration(name, f"{hash(template) % 2**64:016x}" * 4, template),
        "command": (*template[:-1], str(seed)),
        "status": "ok",
        "exit_code": 0,
        "started": f"{minute}:00.000Z",
        "ended": f"{minute}:30.000Z",
        "duration_s": 30.0,
        "seeds": (Seed(None, seed, "argument"),),
        "code": CodeState(files=(CodeFile("train.py", 10, "ab" * 32),), tree_sha256="cd" * 32),
        "environment": Environment(Python("3.11.7", "CPython")),
        "imported": ("train.py",),
        "metrics": metrics,
    }
    return RunRecord(**(fields | more))


def records(values: Mapping[str, Sequence[float | None]]) -> list[RunRecord]:
    """One launch for each value, in order; the seeds count from 0."""
    each = [(name, seed, value) for name, column in values.items() for seed, value in enumerate(column)]
    return [record(name, seed, value, number=number) for number, (name, seed, value) in enumerate(each)]


def made(tmp_path: Path, text: str, values: Mapping[str, Sequence[float | None]] | None = None) -> Manifest:
    """The manifest of settings and launches; no rule of structure, results or comparisons objects."""
    manifest = assemble(tmp_path, parse_settings(FACTORS + text), records(TWO if values is None else values))
    report = validate(Subject.of(manifest), only=["RC01", "RC08", "RC13"])
    assert [finding.message for finding in report.findings if finding.severity.value == "error"] == []
    return manifest


def test_results_are_those_of_the_seeds(tmp_path: Path) -> None:
    manifest = made(tmp_path, "")
    wide, narrow = manifest.results
    assert (wide.id, wide.configuration, wide.n) == ("wide.accuracy", "wide", 3)
    assert wide.value == pytest.approx(0.92)
    assert wide.sd == pytest.approx(0.02)
    assert wide.interval is not None
    assert (wide.interval.kind, wide.interval.level) == ("ci", 0.95)
    assert wide.interval.low == pytest.approx(0.92 - 4.302653 * 0.02 / 3**0.5)
    assert narrow.runs == tuple(run.id for run in manifest.runs[3:])
    (comparison,) = manifest.comparisons
    assert (comparison.a, comparison.b) == ("wide.accuracy", "narrow.accuracy")


def test_one_seed_is_a_single_value_and_not_a_mean(tmp_path: Path) -> None:
    (result,) = made(tmp_path, "", {"wide": [0.9]}).results
    assert (result.statistic, result.n, result.sd, result.interval) == ("single", 1, None, None)


def test_better_than_another_configuration_by_a_margin(tmp_path: Path) -> None:
    claim = """
    [[claims]]
    text = "Wide beats narrow by five points."
    primary = true
    location = "Table 2, first row"
    better = { configuration = "wide", than = "narrow", metric = "accuracy", by = 0.05 }
    """
    manifest = made(tmp_path, claim)
    (found,) = manifest.claims
    assert (found.id, found.kind, found.primary, found.by) == ("claim-1", "gain", True, 0.05)
    assert found.location is not None
    assert found.location.kind == "table"
    assert found.location.label == "Table 2, first row"
    assert found.evidence == (manifest.comparisons[0].id,)
    effect = manifest.comparisons[0].effect
    assert effect is not None
    assert effect.value == pytest.approx(0.11)


def test_a_claim_without_a_margin_is_an_ordering(tmp_path: Path) -> None:
    claim = (
        '[[claims]]\ntext = "x"\nbetter = { configuration = "wide", than = "narrow", metric = "accuracy" }\n'
    )
    (found,) = made(tmp_path, claim).claims
    assert (found.kind, found.by) == ("ordering", None)


def test_the_claimed_direction_is_kept_when_the_worse_one_is_claimed_better(tmp_path: Path) -> None:
    claim = (
        '[[claims]]\ntext = "x"\nbetter = { configuration = "narrow", than = "wide", metric = "accuracy" }\n'
    )
    manifest = made(tmp_path, claim)
    (comparison,) = manifest.comparisons
    assert (comparison.a, comparison.b) == ("narrow.accuracy", "wide.accuracy")
    assert manifest.claims[0].evidence == (comparison.id,)


def test_p_values_of_several_claims_are_corrected(tmp_path: Path) -> None:
    claims = "".join(
        '[[claims]]\ntext = "x"\n'
        f'better = {{ configuration = "wide", than = "{rival}", metric = "accuracy" }}\n'
        for rival in ("narrow", "tiny")
    )
    values = {"wide": [0.90, 0.92, 0.94], "narrow": [0.80, 0.81, 0.82], "tiny": [0.89, 0.90, 0.93]}
    first, second = made(tmp_path, claims, values).comparisons
    alone = made(tmp_path, "", {name: values[name] for name in ("wide", "narrow")}).comparisons[0]
    assert alone.correction == "none"
    assert (first.correction, second.correction) == ("holm", "holm")
    assert first.p_value == pytest.approx(2 * (alone.p_value or 0.0))


GRID = """
[configurations.a-moons]
factors = { method = "a", data = "moons" }
[configurations.a-rings]
factors = { method = "a", data = "rings" }
[configurations.a-blobs]
factors = { method = "a", data = "blobs" }
[configurations.b-moons]
factors = { method = "b", data = "moons" }
[configurations.b-rings]
factors = { method = "b", data = "rings" }
"""
GRID_VALUES = {
    "a-moons": [0.9, 0.91],
    "a-rings": [0.7, 0.72],
    "a-blobs": [0.5, 0.51],
    "b-moons": [0.8, 0.81],
    "b-rings": [0.75, 0.76],
}


@pytest.mark.parametrize(("wanted", "expected"), [("", (2, 2)), (", at_least = 1", (1, 2))])
def test_one_level_of_a_factor_beats_another_wherever_both_ran(
    tmp_path: Path, wanted: str, expected: tuple[int, int]
) -> None:
    better = f'{{ factor = "method", level = "a", than = "b", metric = "accuracy"{wanted} }}'
    manifest = made(tmp_path, f'{GRID}\n[[claims]]\ntext = "x"\nbetter = {better}\n', GRID_VALUES)
    (found,) = manifest.claims
    assert found.kind == "quantified"
    assert found.quantifier is not None
    assert (found.quantifier.at_least, found.quantifier.of) == expected
    sides = {each.id: (each.a, each.b) for each in manifest.comparisons}
    assert [sides[name] for name in found.evidence] == [
        ("a-moons.accuracy", "b-moons.accuracy"),
        ("a-rings.accuracy", "b-rings.accuracy"),
    ]


@pytest.mark.parametrize(
    ("relation", "kind", "expected"),
    [
        ("equals = 0.92, margin = 0.01", "value", ("equals", 0.92, 0.01)),
        ("at_least = 0.9", "threshold", ("at_least", 0.9, None)),
        ("at_most = 0.95", "threshold", ("at_most", 0.95, None)),
    ],
)
def test_a_value_and_thresholds(tmp_path: Path, relation: str, kind: str, expected: tuple[Any, ...]) -> None:
    claim = f'[[claims]]\ntext = "x"\nvalue = {{ configuration = "wide", metric = "accuracy", {relation} }}\n'
    (found,) = made(tmp_path, claim).claims
    assert found.kind == kind
    assert (found.relation, found.value, found.margin) == expected
    assert found.evidence == ("wide.accuracy",)


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ('better = { configuration = "wied", than = "narrow", metric = "accuracy" }', "`wied`"),
        ('better = { configuration = "wide", than = "narow", metric = "accuracy" }', "`narow`"),
        ('better = { configuration = "wide", than = "narrow", metric = "acc" }', "`acc`"),
        ('value = { configuration = "wied", metric = "accuracy", equals = 1 }', "`wied`"),
    ],
)
def test_a_name_that_nothing_has_is_an_error(tmp_path: Path, claim: str, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        made(tmp_path, f'[[claims]]\ntext = "x"\n{claim}\n')


def test_a_claim_about_what_has_not_run_yet_has_no_evidence(tmp_path: Path) -> None:
    claim = (
        '[[claims]]\ntext = "x"\nbetter = { configuration = "wide", than = "later", metric = "accuracy" }\n'
    )
    (found,) = made(tmp_path, f"[configurations.later]\n{claim}").claims
    assert found.evidence == ()


def test_factors_come_from_the_commands_where_none_are_declared(tmp_path: Path) -> None:
    manifest = made(tmp_path, "")
    assert [dict(each.factors) for each in manifest.configurations] == [
        {"width": "wide"},
        {"width": "narrow"},
    ]


def test_a_table_without_columns_has_the_metric(tmp_path: Path) -> None:
    table = '[[tables]]\nlabel = "Table 1"\nrows = "width"\nmetric = "accuracy"\n'
    (found,) = made(tmp_path, table).tables
    assert [(cell.row, cell.column, cell.result) for cell in found.cells] == [
        ("wide", "accuracy", "wide.accuracy"),
        ("narrow", "accuracy", "narrow.accuracy"),
    ]


def test_a_table_that_no_result_is_in_yet_is_left_out(tmp_path: Path) -> None:
    text = '[[tables]]\nlabel = "Table 1"\nrows = "depth"\nmetric = "accuracy"\n'
    assert made(tmp_path, text).tables == ()


def test_claims_that_say_the_opposite_have_a_comparison_each(tmp_path: Path) -> None:
    claim = '[[claims]]\ntext = "%s"\nbetter = {{ configuration = "{}", than = "{}", metric = "accuracy" }}\n'
    text = claim.replace("%s", "One").format("wide", "narrow") + claim.replace("%s", "Other").format(
        "narrow", "wide"
    )
    manifest = made(tmp_path, text)
    compared = {each.id for each in manifest.comparisons}
    assert {name for each in manifest.claims for name in each.evidence} == compared
    assert len(compared) == 2


def test_the_grid_example_is_one_table_with_averages_and_ranks(examples: Path) -> None:
    settings = load_settings(examples / "grid")
    values = {name: [0.8 + index / 100, 0.81, 0.82] for index, name in enumerate(settings.configurations)}
    manifest = assemble(examples / "grid", settings, records(values))
    methods, sets = ("neighbours", "centroid", "bayes", "tree"), ("moons", "blobs", "rings", "squares")
    (table,) = manifest.tables
    assert (table.label, table.rows, table.columns) == ("Table 1", "method", "data")
    assert {(cell.row, cell.column): cell.result for cell in table.cells} == {
        **{(method, data): f"{method}-{data}.accuracy" for method in methods for data in sets},
        **{(method, "mean"): f"{method}.accuracy.mean-over-data" for method in methods},
        **{(method, "mean rank"): f"{method}.accuracy.mean_rank-over-data" for method in methods},
    }
    natural = {(each.a.partition(".")[0], each.b.partition(".")[0]) for each in manifest.comparisons}
    assert natural == {
        *((f"neighbours-{data}", f"{rival}-{data}") for data in sets for rival in methods[1:]),
        ("neighbours", "bayes"),
    }
    assert {each.test for each in manifest.comparisons} == {"paired_t", None}


def test_runs_without_a_value_are_listed_with_the_reason(tmp_path: Path) -> None:
    launches = records({"wide": [0.9, 0.92, None]})
    broken = [record("wide", 3, None, number=10, metrics=(Metric("accuracy", None, "nan"),))]
    crashed = [record("wide", 4, None, number=11, status="failed", exit_code=1)]
    manifest = assemble(tmp_path, parse_settings(FACTORS), [*launches, *broken, *crashed])
    (result,) = manifest.results
    assert result.n == 2
    assert [each.reason for each in result.excluded] == ["no_value", "not_finite", "failed"]


def test_dates_and_ids_come_from_the_records(tmp_path: Path) -> None:
    manifest = made(tmp_path, "")
    assert manifest.experiment.created == "2026-11-22T10:00:00.000Z"
    assert {each.when for each in manifest.history} == {"2026-11-22T10:05:30.000Z", None}
    assert made(tmp_path, "").to_bytes() == manifest.to_bytes()
    later = records(TWO)[1:]
    assert assemble(tmp_path, parse_settings(FACTORS), later).id != manifest.id


def test_a_project_without_runs_has_a_manifest_too(tmp_path: Path) -> None:
    manifest = assemble(tmp_path / "new", parse_settings(""), [])
    assert manifest.experiment.title == "new"
    assert manifest.runs == ()


# Folds, the last values, averages, searches -----------------------------------------------------------


def folds(*values: float) -> tuple[Metric, ...]:
    return tuple(Metric("accuracy", value, "ok", fold=fold) for fold, value in enumerate(values))


def test_folds_of_all_runs_are_one_result(tmp_path: Path) -> None:
    launches = [
        record("wide", 0, None, number=0, metrics=folds(0.5, 0.7)),
        record("wide", 1, None, number=1, metrics=(*folds(0.6, 0.8), Metric("accuracy", 0.99, "ok"))),
        record("wide", 2, None, number=2, status="failed", exit_code=1),
        record("narrow", 0, None, number=3, metrics=folds(0.1, 0.3)),
        record("narrow", 1, None, number=4, metrics=folds(0.2, 0.4)),
    ]
    manifest = assemble(tmp_path, parse_settings(FACTORS), launches)
    assert [finding.code for finding in validate(Subject.of(manifest), only=["RC08", "RC13"]).findings] == []
    found = {result.id: result for result in manifest.results}
    wide = found["wide.accuracy.folds"]
    assert (wide.over, wide.n, wide.runs) == ("folds", 4, tuple(run.id for run in manifest.runs[:2]))
    assert wide.value == pytest.approx(0.65)
    assert (wide.varies_over, wide.minimum, wide.maximum, wide.interval) == ("folds", 0.5, 0.8, None)
    assert [each.reason for each in wide.excluded] == ["failed"]
    whole = found["wide.accuracy"]
    assert (whole.over, whole.n, whole.value) == ("runs", 1, 0.99)
    assert [each.reason for each in whole.excluded] == ["no_value", "failed"]
    assert found["narrow.accuracy"].over == "folds"


def test_results_over_folds_are_compared_but_not_tested(tmp_path: Path) -> None:
    launches = [
        record("wide", 0, None, number=0, metrics=folds(0.5, 0.7)),
        record("narrow", 0, None, number=1, metrics=folds(0.1, 0.3)),
    ]
    (comparison,) = assemble(tmp_path, parse_settings(FACTORS), launches).comparisons
    assert (comparison.test, comparison.p_value) == (None, None)
    assert comparison.effect is not None
    assert comparison.effect.value == pytest.approx(0.4)


def test_the_mean_of_the_last_values_is_reported(tmp_path: Path) -> None:
    curve = [Metric("accuracy", value, "ok", step=step) for step, value in ((10, 0.8), (20, 0.6), (30, 0.9))]
    short = [Metric("accuracy", 0.5, "ok", step=10), Metric("accuracy", None, "nan", step=20)]
    launches = [
        record("wide", 0, None, number=0, metrics=tuple(curve[1:])),
        record("wide", 1, None, number=1, metrics=tuple(curve[:2])),
        record("wide", 2, None, number=2, metrics=tuple(short)),
    ]
    settings = parse_settings(FACTORS + 'selection = "mean_last_k"\nlast_k = 2\n')
    manifest = assemble(tmp_path, settings, launches)
    assert [finding.code for finding in validate(Subject.of(manifest), only=["RC08"]).findings] == []
    (result,) = manifest.results
    assert (result.minimum, result.maximum) == (pytest.approx(0.7), pytest.approx(0.75))
    assert [each.reason for each in result.excluded] == ["not_finite"]


AVERAGED = """
[configurations.a-x]
factors = { method = "a", data = "x" }
data = ["x"]
[configurations.a-y]
factors = { method = "a", data = "y" }
data = ["y"]
[configurations.b-x]
factors = { method = "b", data = "x" }
data = ["x"]
[configurations.b-y]
factors = { method = "b", data = "y" }
data = ["y"]

[[summaries]]
metric = "accuracy"
over = "data"
[[summaries]]
metric = "accuracy"
over = "data"
statistic = "mean_rank"
"""
BETTER = '[[claims]]\ntext = "x"\nbetter = {{ {}, than = "b", metric = "accuracy" }}\n'
TWO_BY_TWO = {"a-x": [0.9, 0.9], "a-y": [0.5, 0.5], "b-x": [0.8, 0.8], "b-y": [0.5, 0.5]}


def averaged(tmp_path: Path, more: str = "", values: Mapping[str, Sequence[float]] = TWO_BY_TWO) -> Manifest:
    manifest = assemble(tmp_path, parse_settings(FACTORS + AVERAGED + more), records(values))
    report = validate(Subject.of(manifest), only=["RC08", "RC09", "RC13"])
    assert [finding.message for finding in report.findings if finding.severity.value == "error"] == []
    return manifest


def test_averages_over_a_factor_and_ranks_with_ties(tmp_path: Path) -> None:
    averages = {result.id: result for result in averaged(tmp_path).results if result.over == "results"}
    assert {name: (one.value, one.n) for name, one in averages.items()} == {
        "a.accuracy.mean-over-data": (pytest.approx(0.7), 2),
        "b.accuracy.mean-over-data": (pytest.approx(0.65), 2),
        "a.accuracy.mean_rank-over-data": (1.25, 2),
        "b.accuracy.mean_rank-over-data": (1.75, 2),
    }
    assert averages["a.accuracy.mean-over-data"].results == ("a-x.accuracy", "a-y.accuracy")
    assert averages["a.accuracy.mean-over-data"].configuration is None


def test_ranks_need_to_know_the_data(tmp_path: Path) -> None:
    text = FACTORS + AVERAGED.replace('data = ["', 'hyperparameters = { unread = ["').replace('"]', '"] }')
    with pytest.raises(UsageError, match="nothing says that its results are of different data"):
        assemble(tmp_path, parse_settings(text), records(TWO_BY_TWO))


def test_an_average_of_one_result_is_none(tmp_path: Path) -> None:
    manifest = averaged(tmp_path, values={"a-x": TWO_BY_TWO["a-x"], "b-x": TWO_BY_TWO["b-x"]})
    assert {result.over for result in manifest.results} == {"runs"}


def test_a_claim_about_averages_rests_on_them(tmp_path: Path) -> None:
    claim = """
    [[claims]]
    text = "a is better than b on average."
    better = { factor = "method", level = "a", than = "b", over = "data", metric = "accuracy", by = 0.01 }
    """
    manifest = averaged(tmp_path, claim)
    (found,) = manifest.claims
    (comparison,) = [each for each in manifest.comparisons if each.id in found.evidence]
    assert (found.kind, found.quantifier) == ("gain", None)
    assert (comparison.a, comparison.b) == ("a.accuracy.mean-over-data", "b.accuracy.mean-over-data")
    assert comparison.effect is not None
    assert comparison.effect.value == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            BETTER.format('factor = "method", level = "a", over = "seed"'),
            "compares averages over `seed`",
        ),
        (
            '[[summaries]]\nmetric = "loss"\nover = "data"\nstatistic = "mean_rank"\n',
            "ranks by the metric `loss`",
        ),
    ],
)
def test_averages_that_cannot_be_made_are_mistakes_of_the_settings(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        averaged(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[metrics.m]\nstdout = "(?P<value>.)"\nlast_k = 3\n', "go together"),
        ('[metrics.m]\nstdout = "(?P<value>.)"\nselection = "mean_last_k"\n', "go together"),
        ('[configurations.a]\ntrials_of = "b"\n[configurations.b]\n', "without `search`"),
        (
            BETTER.format('configuration = "a", over = "data"'),
            "`over` goes with `factor`",
        ),
    ],
)
def test_settings_that_contradict_themselves_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_settings(text)


def test_trials_are_counted_and_no_result_rests_on_them(tmp_path: Path) -> None:
    text = """
    [configurations.wide.search]
    method = "random"
    [configurations.trials]
    trials_of = "wide"
    [configurations.smoke]
    kind = "smoke"
    """
    launches = [
        *records({"wide": [0.9, 0.92]}),
        *(record("trials", number, 0.5, number=number) for number in (2, 3)),
        record("trials", 4, None, number=4, status="failed", exit_code=1),
        record("smoke", 0, 0.1, number=5),
    ]
    manifest = assemble(tmp_path, parse_settings(FACTORS + text), launches)
    assert [result.id for result in manifest.results] == ["wide.accuracy"]
    (search,) = [one.search for one in manifest.configurations if one.search]
    assert (search.method, search.trials, search.trials_completed) == ("random", 3, 2)
    assert list(search.runs) == [run.id for run in manifest.runs if run.configuration == "trials"]
    assert manifest.compute is not None
    assert manifest.compute.unreported_runs == 4
    assert [run.kind for run in manifest.runs] == ["train"] * 5 + ["smoke"]


def test_trials_within_one_launch_are_not_listed(tmp_path: Path) -> None:
    text = """
    [configurations.wide.search]
    method = "bayesian"
    trials = 200
    [configurations.study]
    trials_of = "wide"
    """
    launches = [*records({"wide": [0.9, 0.92]}), record("study", 2, 0.5, number=2)]
    manifest = assemble(tmp_path, parse_settings(FACTORS + text), launches)
    (search,) = [one.search for one in manifest.configurations if one.search]
    assert (search.trials, search.trials_completed, search.runs) == (200, None, ())


def test_files_are_what_the_author_says(tmp_path: Path) -> None:
    names = ("out/wide-0.csv", "out/wide-0.pred.csv", "out/0/a.pt", "out/0/b.pt", "out/notes.txt")
    written = tuple(DataFile(name, None, 1, "ab" * 32) for name in names)
    text = """
    [files]
    histories = "out/{configuration}-{seed}.csv"
    predictions = "./out/{configuration}-{seed}.pred.csv"
    checkpoints = ["out/{seed}/*.pt"]
    """
    (run,) = assemble(
        tmp_path, parse_settings(text), [record("wide", 0, 0.5, number=0, outputs=written)]
    ).runs
    assert run.histories is not None
    assert run.predictions is not None
    assert (run.histories.path, run.predictions.path) == names[:2]
    assert [file.path for file in run.checkpoints] == ["out/0/a.pt", "out/0/b.pt"]
    assert [file.path for file in run.outputs] == ["out/notes.txt"]
    assert {file.path for file in run.written} == set(names)


def test_an_older_tree_has_no_main_program_that_it_lacks(tmp_path: Path) -> None:
    newer = CodeState(files=(CodeFile("main.py", 10, "ef" * 32),), tree_sha256="12" * 32)
    launches = [record("wide", 0, 0.9, number=0), record("wide", 1, 0.92, number=1, code=newer)]
    manifest = assemble(tmp_path, parse_settings('code.main = "main.py"'), launches)
    assert [(code.folder is None, code.main) for code in manifest.code] == [(False, None), (True, "main.py")]
    assert "RC0311" not in {finding.code for finding in validate(Subject.of(manifest)).findings}
    wrong = assemble(tmp_path, parse_settings('code.main = "start.py"'), launches)
    assert [code.main for code in wrong.code] == [None, "start.py"]
    assert "RC0311" in {finding.code for finding in validate(Subject.of(wrong)).findings}


def test_the_experiment_began_with_the_run_that_started_first(tmp_path: Path) -> None:
    """Of two launches side by side, the one that was made first may have had to wait."""
    waited = record("wide", 0, 0.90, number=0, started="2026-11-22T10:05:00.250Z")
    manifest = assemble(tmp_path, parse_settings(""), [waited, record("wide", 1, 0.92, number=1)])
    assert manifest.experiment.created == "2026-11-22T10:01:00.000Z"
    assert "RC1105" not in {finding.code for finding in validate(Subject.of(manifest)).findings}


@pytest.mark.parametrize(
    ("level", "travels"), [("open", True), ("registration", False), ("restricted", False), ("private", False)]
)
def test_only_open_data_is_meant_to_travel(tmp_path: Path, level: str, travels: bool) -> None:
    (tmp_path / "data.csv").write_text("1,2\n", "utf-8")
    text = f'[data.d]\nfiles = ["data.csv"]\naccess = {{ level = "{level}", reason = "consent" }}\n'
    manifest = made(tmp_path, text)
    assert [file.travels for data in manifest.data for file in data.files] == [travels]
    assert "RC0207" not in {finding.code for finding in validate(Subject.of(manifest)).findings}


@pytest.mark.parametrize("says", ['license = "CC0-1.0"', 'license = "CC0-1.0"\naccess = "restricted"'])
def test_what_is_said_of_data_by_its_name_is_said_of_its_files(tmp_path: Path, says: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("1,2\n", "utf-8")
    file = DataFile("data/x.csv", None, 4, sha256_file(tmp_path / "data" / "x.csv").sha256)
    read = replace(record("wide", 0, 0.9, number=1), inputs=(file,))
    (plain,) = assemble(tmp_path, parse_settings(""), [read]).data
    (data,) = assemble(tmp_path, parse_settings(f"[data.{plain.id}]\n{says}\n"), [read]).data
    assert (plain.id, data.id, data.license) == ("data", "data", "CC0-1.0")
    assert [(one.path, one.travels) for one in data.files] == [("data/x.csv", "access" not in says)]
