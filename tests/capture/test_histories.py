"""Values over steps, kept beside the record of a launch."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.record import RunRecord
from reprocrate.files import sha256_file

PYTHON_LOOP = """
import json, pathlib, reprocrate
for seed in range(2):
    for step in range(3):
        reprocrate.log(loss=1 / (step + 3), step=step, seed=seed)
    reprocrate.log(accuracy=0.5 + seed, seed=seed)
pathlib.Path("metrics.csv").write_text("epoch,step,val_acc\\n0,9,0.10000000000000001\\n1,19,0.2\\n")
"""


def rows(project: Any, record: RunRecord, index: int = 0) -> list[dict[str, str]]:
    with (project.folder / record.histories[index].file.path).open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_each_run_of_a_launch_has_a_history_of_its_own(empty: Any) -> None:
    record = empty.python(PYTHON_LOOP)
    assert [history.seed for history in record.histories] == [0, 1, None]
    for index in (0, 1):
        found = rows(empty, record, index)
        assert [(row["metric"], row["step"]) for row in found] == [("loss", str(step)) for step in range(3)]
        assert [float(row["value"]) for row in found] == [1 / 3, 1 / 4, 1 / 5], "all digits"
    assert [row["value"] for row in rows(empty, record, 2)] == ["0.1", "0.2"]
    for history in record.histories:
        digest = sha256_file(empty.folder / history.file.path)
        assert (digest.sha256, digest.size) == (history.file.sha256, history.file.size)
        assert history.file.path.startswith(f".reprocrate/runs/{record.id}/")


def test_a_launch_without_curves_has_no_history(project: Any) -> None:
    record = project.python("import reprocrate; reprocrate.log(a=1); print('accuracy: 0.5')")
    assert record.histories == ()
    assert [metric.metric for metric in record.metrics] == ["a"]


def test_series_of_one_name_are_told_apart(empty: Any) -> None:
    record = empty.python(
        """
import pathlib
for name in ("train", "validation"):
    pathlib.Path("logs", name).mkdir(parents=True)
    pathlib.Path("logs", name, "log.csv").write_text("epoch,loss\\n0,0.5\\n1,nan\\n")
"""
    )
    assert [(row["metric"], row["value"]) for row in rows(empty, record)] == [
        ("logs/train/log.csv/loss", "0.5"),
        ("logs/train/log.csv/loss", "nan"),
        ("logs/validation/log.csv/loss", "0.5"),
        ("logs/validation/log.csv/loss", "nan"),
    ]


def test_checkpoints_of_a_trainer_repeat_their_history(empty: Any) -> None:
    record = empty.python(
        """
import json, pathlib
history = [{"loss": 0.5, "step": 10}, {"loss": 0.25, "step": 20}]
for step, known in ((10, history[:1]), (20, history)):
    folder = pathlib.Path("out", f"checkpoint-{step}")
    folder.mkdir(parents=True)
    (folder / "trainer_state.json").write_text(json.dumps({"log_history": known}))
"""
    )
    assert [(row["metric"], row["step"], row["value"]) for row in rows(empty, record)] == [
        ("loss", "10", "0.5"),
        ("loss", "20", "0.25"),
    ]


def test_what_was_logged_without_steps_is_numbered(empty: Any) -> None:
    record = empty.python("import reprocrate\nfor n in (3, 2): reprocrate.log(x=n, split='test')")
    found = rows(empty, record)
    assert [(row["step"], row["value"], row["split"]) for row in found] == [
        ("0", "3.0", "test"),
        ("1", "2.0", "test"),
    ]
    assert [(metric.value, metric.split) for metric in record.metrics] == [(2.0, "test")]


def test_the_same_launch_gives_the_same_bytes(empty: Any) -> None:
    first, second = empty.python(PYTHON_LOOP), empty.python(PYTHON_LOOP)
    assert [one.file.sha256 for one in first.histories] == [one.file.sha256 for one in second.histories]


def test_more_values_than_can_be_kept_are_said_to_be_left_out(
    empty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reprocrate.capture.results.histories.MOST_VALUES", 5)
    empty.write("train.py", "import reprocrate\nfor n in range(9): reprocrate.log(x=n, step=n)")
    finished = empty.finished("python", "train.py")
    assert finished.problems == ("histories: only the first 5 values are kept",)
    assert len(rows(empty, finished.record)) == 5
    assert [metric.value for metric in finished.record.metrics] == [8.0], "the value that counts is there"


def test_a_failed_launch_keeps_what_it_reported(empty: Any) -> None:
    record = empty.python(
        "import reprocrate\nfor n in range(3): reprocrate.log(x=n, step=n)\nraise SystemExit(3)"
    )
    assert record.status == "failed"
    assert len(rows(empty, record)) == 3


def test_the_folder_of_a_launch_tells_everything(empty: Any) -> None:
    record = empty.python("import reprocrate; reprocrate.log(x=1)")
    folder: Path = empty.folder / ".reprocrate" / "runs" / record.id
    lines = [
        json.loads(line) for path in folder.glob("logged-*.jsonl") for line in path.read_text().splitlines()
    ]
    assert [line["values"] for line in lines if "values" in line] == [{"x": 1.0}]


@pytest.mark.requirement("RQ28")
def test_names_of_series_tell_neither_the_machine_nor_a_secret(
    empty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "gauss17.example.org")
    program = """
import pathlib
names = "epoch,loss_gauss17.example.org,hf_" "AbCdEfGhIjKlMnOpQrSt"
pathlib.Path("log.csv").write_text(names + "\\n0,1,2\\n1,3,4\\n")
"""
    empty.write("train.py", program)
    record = empty.finished("python", "train.py").record
    assert {row["metric"] for row in rows(empty, record)} == {"loss_host", "<secret>"}
