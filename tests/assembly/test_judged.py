"""Results of one run each are tested by the items that they have right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.toml import parse_settings
from reprocrate.capture.record import Configuration, DataFile, Metric, RunRecord, Tool
from reprocrate.files import sha256_bytes
from reprocrate.finding import Severity
from reprocrate.manifest import Comparison
from reprocrate.validation import Subject, validate

SETTINGS = """
[files]
predictions = "out/{configuration}.csv"
[metrics.accuracy]
stdout = "accuracy (?P<value>[0-9.]+)"
direction = "maximize"
"""
FIRST = "item,prediction,target\na,1,1\nb,1,1\nc,1,1\nd,0,1\n"
SECOND = "item,correct\nd,0\nc,0\nb,0\na,1\n"


def evaluated(project: Path, name: str, value: float, predictions: str, number: int) -> RunRecord:
    path = project / "out" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(predictions, "utf-8")
    data = predictions.encode()
    template = ("python", "evaluate.py", name)
    return RunRecord(
        id=f"2026030{number}T000000Z-0123456789abcdef",
        tool=Tool("reprocrate", "0.1.0"),
        configuration=Configuration(name, f"{number}" * 64, template),
        command=template,
        status="ok",
        started=f"2026-03-0{number}T00:00:00.000Z",
        ended=f"2026-03-0{number}T00:00:01.000Z",
        duration_s=1.0,
        outputs=(DataFile(f"out/{name}.csv", None, len(data), sha256_bytes(data)),),
        metrics=(Metric("accuracy", value, "ok"),),
    )


def compared(project: Path, *runs: RunRecord) -> Comparison:
    manifest = assemble(project, parse_settings(SETTINGS), runs)
    errors = [each for each in validate(Subject.of(manifest)).findings if each.severity is Severity.ERROR]
    assert [each.message for each in errors] == []
    (comparison,) = manifest.comparisons
    return comparison


def test_items_that_only_one_has_right_decide(tmp_path: Path) -> None:
    first = evaluated(tmp_path, "large", 0.75, FIRST, 1)
    found = compared(tmp_path, first, evaluated(tmp_path, "small", 0.25, SECOND, 2))
    assert (found.test, found.p_value) == ("mcnemar", 0.5)  # two to none: 2 * (1 / 2) ** 2


@pytest.mark.parametrize(
    ("value", "predictions"),
    [
        pytest.param(0.5, SECOND, id="the metric is not the share of items that are right"),
        pytest.param(0.25, SECOND.replace("d,", "e,"), id="other items"),
        pytest.param(0.25, SECOND.replace("correct", "score"), id="nothing says what is right"),
        pytest.param(0.0, "item,correct\n", id="no items"),
    ],
)
def test_what_does_not_fit_is_not_tested(tmp_path: Path, value: float, predictions: str) -> None:
    first = evaluated(tmp_path, "large", 0.75, FIRST, 1)
    found = compared(tmp_path, first, evaluated(tmp_path, "small", value, predictions, 2))
    assert (found.test, found.p_value) == (None, None)


def test_predictions_that_have_changed_since_are_not_used(tmp_path: Path) -> None:
    runs = [evaluated(tmp_path, "large", 0.75, FIRST, 1), evaluated(tmp_path, "small", 0.25, SECOND, 2)]
    (tmp_path / "out/small.csv").write_text(SECOND.replace("b,0", "b,1").replace("a,1", "a,0"), "utf-8")
    assert compared(tmp_path, *runs).test is None


def test_without_seeds_the_newest_runs_are_compared(tmp_path: Path) -> None:
    first, second = (
        evaluated(tmp_path, "large", 0.75, FIRST, 1),
        evaluated(tmp_path, "small", 0.25, SECOND, 2),
    )
    more = [
        replace(one, id=f"2026031{number}T000000Z-0123456789abcdef", configuration=replace(one.configuration))
        for number, one in enumerate((first, second))
    ]
    found = compared(tmp_path, first, second, *more)
    assert (found.test, found.p_value) == ("mcnemar", 0.5)
