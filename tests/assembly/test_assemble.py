"""Claims, tables, configurations and results, from settings and records to the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.toml import load_settings, parse_settings
from reprocrate.capture.record import (
    CodeFile,
    CodeState,
    Configuration,
    Environment,
    Metric,
    Python,
    RunRecord,
    Seed,
    Tool,
)
from reprocrate.errors import UsageError
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
