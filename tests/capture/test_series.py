"""Series in the files of trackers: those that the real tools wrote, and broken ones."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from pathlib import Path

import pytest

from reprocrate.capture.results.extraction import Written, extract, parse_source
from reprocrate.capture.results.points import Entry
from reprocrate.capture.results.series.crc32c import crc32c
from reprocrate.capture.results.series.curves import read_curves
from reprocrate.capture.results.series.documents import read_sacred, read_trainer_state
from reprocrate.capture.results.series.found import kind_of, values_in
from reprocrate.capture.results.series.last_values import last_values
from reprocrate.capture.results.series.mlflow import read_database, read_store
from reprocrate.capture.results.series.tensorboard import read_events
from reprocrate.capture.results.series.wandb import read_wandb

FIXTURES = Path(__file__).with_name("fixtures")
SIMPLE = FIXTURES / "tensorboard" / "simple.tfevents"
TENSOR = FIXTURES / "tensorboard" / "tensor.tfevents"
WANDB = FIXTURES / "wandb" / "run-seed0.wandb"
RUN = "0123456789abcdef0123456789abcdef"


def steps_of(found: list[tuple[str, Entry]], name: str) -> list[tuple[int | None, object]]:
    return [(entry.step, entry.value) for each, entry in found if each == name]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path, set(), tmp_path / "stdout.log")


def filled(written: Written, files: dict[str, str | bytes]) -> Written:
    for path, content in files.items():
        target = written.project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Written(written.project, set(files), written.stdout)


@pytest.mark.parametrize("path", [SIMPLE, TENSOR], ids=["simple_value", "tensor"])
def test_scalars_of_a_real_event_file(path: Path) -> None:
    found = list(read_events(path, "runs/events"))
    accuracy = [struct.unpack("<f", struct.pack("<f", 0.5 + 0.1 * step))[0] for step in range(5)]
    assert steps_of(found, "val/acc") == list(enumerate(accuracy)), "all digits of a float, histograms apart"
    losses = steps_of(found, "loss")
    assert [step for step, _ in losses] == [0, 1, 2, 3, 4]
    assert math.isnan(losses[3][1])  # type: ignore[arg-type]
    assert {name for name, _ in found} <= {"val/acc", "loss", "double"}
    assert found[0][1].time == 1.7e9
    assert found[0][1].evidence is not None
    assert found[0][1].evidence.pointer == "val/acc"


def test_a_double_keeps_all_its_digits() -> None:
    assert steps_of(list(read_events(TENSOR, "events")), "double") == [(7, 0.1)]


def test_an_event_file_that_breaks_off_keeps_what_was_before(tmp_path: Path) -> None:
    whole = SIMPLE.read_bytes()
    counts = []
    for size in range(0, len(whole), 97):
        (tmp_path / "events").write_bytes(whole[:size])
        counts.append(len(list(read_events(tmp_path / "events", "events"))))
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 10


def test_nothing_behind_a_wrong_checksum_is_believed(tmp_path: Path) -> None:
    content = bytearray(SIMPLE.read_bytes())
    place = content.index(b"val/acc", content.index(b"val/acc") + 1)
    content[place + 12] ^= 1  # a bit of the second value
    (tmp_path / "events").write_bytes(content)
    found = list(read_events(tmp_path / "events", "events"))
    assert steps_of(found, "val/acc") == [(0, 0.5)]
    assert steps_of(found, "loss") == [(0, 1.0)]


def test_checksum_of_the_rfc() -> None:
    assert crc32c(bytes(32)) == 0x8A9136AA, "RFC 3720, B.4: 32 bytes of zeroes"
    assert crc32c(bytes(range(32))) == 0x46DD794E


def test_history_and_settings_of_a_real_wandb_run() -> None:
    found = list(read_wandb(WANDB, "wandb/run-seed0.wandb"))
    assert steps_of(found, "val/acc") == [(0, 0), (1, 0.1), (2, 0.2)]
    assert math.isnan(dict(steps_of(found, "loss"))[1])  # type: ignore[arg-type]
    assert {name for name, _ in found} == {"val/acc", "loss"}, "no text, and nothing of the tracker's own"
    assert {(entry.seed, entry.factors) for _, entry in found} == {(0, (("lr", 0.1),))}


def test_a_wandb_run_that_breaks_off(tmp_path: Path) -> None:
    whole = WANDB.read_bytes()
    for size in range(0, len(whole), 31):
        (tmp_path / "run").write_bytes(whole[:size])
        assert len(list(read_wandb(tmp_path / "run", "run"))) <= 6
    (tmp_path / "run").write_bytes(whole.replace(b"val/acc", b"val/acd", 1))
    assert list(read_wandb(tmp_path / "run", "run")) == [], "a record that was changed, and what follows it"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with the tables that MLflow 3.17 makes, without what is not read."""
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL,
                 run_uuid VARCHAR(32) NOT NULL, CONSTRAINT param_pk PRIMARY KEY (key, run_uuid));
               CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL,
                 timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL,
                 is_nan BOOLEAN DEFAULT '0' NOT NULL);"""
        )
        connection.executemany(
            "INSERT INTO params VALUES (?, ?, ?)", [("seed", "3", "b"), ("lr", "0.1", "b")]
        )
        connection.executemany(
            "INSERT INTO metrics VALUES ('val/acc', ?, ?, ?, ?, ?)",
            [(0.9, 1000, "a", 0, 0), (0.1, 5000, "b", 0, 0), (0.30000000000000004, 6000, "b", 1, 0)],
        )
        connection.execute("INSERT INTO metrics VALUES ('loss', 0, 7000, 'b', 2, 1)")
    return path


def test_a_database_of_mlflow_gives_what_this_launch_wrote(database: Path) -> None:
    found = list(read_database(database, "mlflow.db", 2.0))
    assert steps_of(found, "val/acc") == [(0, 0.1), (1, 0.30000000000000004)], "not those of yesterday"
    assert math.isnan(steps_of(found, "loss")[0][1])  # type: ignore[call-overload]
    assert {(entry.seed, entry.factors) for _, entry in found} == {(3, (("lr", "0.1"),))}


def test_a_file_store_of_mlflow(tmp_path: Path) -> None:
    path = f"mlruns/0/{RUN}/metrics/val/acc"
    for name, text in {
        path: "1000 0.5 0\n5000 0.1 1\n6000 nan 2\nnonsense\n",
        f"mlruns/0/{RUN}/params/seed": "3",
        f"mlruns/0/{RUN}/params/model": "wide",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = list(read_store(tmp_path / path, path, 2.0))
    assert steps_of(found, "val/acc") == [(1, "0.1"), (2, "nan")]
    assert found[0][1].evidence is not None
    assert found[0][1].evidence.line == 2
    assert (found[0][1].seed, found[0][1].factors) == (3, (("model", "wide"),))


def test_log_history_of_a_trainer(tmp_path: Path) -> None:
    history = [
        {"epoch": 1.0, "loss": 0.5, "learning_rate": 1e-5, "step": 10},
        {"epoch": 1.0, "eval_accuracy": 0.8100000000000001, "step": 10},
        {"epoch": 2.0, "eval_accuracy": 0.82, "step": 20},
    ]
    (tmp_path / "state").write_text(json.dumps({"log_history": history, "best_metric": None}))
    found = list(read_trainer_state(tmp_path / "state", "out/trainer_state.json"))
    assert steps_of(found, "eval_accuracy") == [(10, 0.8100000000000001), (20, 0.82)]
    assert {name for name, _ in found} == {"loss", "eval_accuracy"}
    assert found[1][1].evidence is not None
    assert found[1][1].evidence.pointer == "/log_history/1/eval_accuracy"


def test_metrics_of_sacred(tmp_path: Path) -> None:
    metrics = {
        "val.acc": {"steps": [0, 1], "timestamps": ["2026-11-25T19:17:12.5", "bad"], "values": [0.1, 0.2]},
        "np": {"steps": [0], "timestamps": [], "values": [{"py/object": "numpy.float64", "value": 0.25}]},
    }
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    found = list(read_sacred(tmp_path / "metrics.json", "runs/1/metrics.json"))
    assert steps_of(found, "val.acc") == [(0, 0.1), (1, 0.2)]
    assert steps_of(found, "np") == [(0, 0.25)]


def test_the_json_of_other_tools_is_no_series_of_sacred(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"train": {"acc": 0.2}, "step": 2}')
    assert list(read_sacred(tmp_path / "metrics.json", "dvclive/metrics.json")) == []


def test_tables_with_a_column_of_steps(tmp_path: Path) -> None:
    lightning = "epoch,step,train_loss,val_acc\n0,49,0.7,\n0,49,,0.8\n1,99,0.6,\n1,99,,0.85\n"
    (tmp_path / "metrics.csv").write_text(lightning)
    found = list(read_curves(tmp_path / "metrics.csv", "logs/version_0/metrics.csv"))
    assert steps_of(found, "val_acc") == [(49, "0.8"), (99, "0.85")]
    assert steps_of(found, "train_loss") == [(49, "0.7"), (99, "0.6")]
    (tmp_path / "acc.tsv").write_text("step\tacc\n0\t0.0\n1\t0.1\n")
    assert steps_of(list(read_curves(tmp_path / "acc.tsv", "acc.tsv")), "acc") == [(0, "0.0"), (1, "0.1")]
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    assert list(read_curves(tmp_path / "data.csv", "data.csv")) == []


@pytest.mark.parametrize(
    "path",
    ["runs/a.tfevents.1", "trainer_state.json", "a/metrics.json", "mlflow.db", "w/run-x.wandb", "log.csv"],
)
@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00\x01" * 40, b'{"log_history": 7}', b"[1]", b"step,a\n\x00"]
)
def test_what_is_not_what_its_name_says_has_no_series(written: Written, path: str, content: bytes) -> None:
    assert kind_of(path) is not None
    assert list(values_in(path, filled(written, {path: content}))) == []


def test_a_declared_series_is_a_metric_with_its_evidence(written: Written) -> None:
    left = filled(written, {"runs/a/events.out.tfevents.1.host.2": SIMPLE.read_bytes()})
    source = parse_source("acc", place="runs/**/events.out.tfevents.*:val/acc", split="validation")
    (metric,) = extract([source], left).metrics
    assert (metric.value, metric.step, metric.split) == (0.8999999761581421, 4, "validation")
    assert metric.evidence is not None
    assert (metric.evidence.pointer, metric.evidence.text) == ("val/acc", "0.8999999761581421")
    (loss,) = extract([parse_source("loss", place="runs/a/*tfevents*:loss", selection="max")], left).metrics
    assert (loss.value, loss.step) == (1.0, 0)


def test_a_series_that_is_not_there_is_named(written: Written) -> None:
    left = filled(written, {"runs/events.out.tfevents.1": SIMPLE.read_bytes()})
    found = extract([parse_source("acc", place="runs/*tfevents*:test/acc")], left)
    assert found.metrics == ()
    assert found.problems == ("metric acc: nothing called test/acc is in runs/events.out.tfevents.1",)


def test_two_runs_that_nothing_tells_apart_are_no_metric(written: Written) -> None:
    content = SIMPLE.read_bytes()
    left = filled(written, {"runs/a/events.tfevents.1": content, "runs/b/events.tfevents.1": content})
    found = extract([parse_source("acc", place="runs/**/*tfevents*:val/acc")], left)
    assert found.metrics == ()
    assert "nothing tells runs apart" in found.problems[0]
    one = extract([parse_source("acc", place="runs/b/*tfevents*:val/acc")], left)
    assert [metric.step for metric in one.metrics] == [4]


def test_event_files_of_one_folder_continue_each_other(written: Written) -> None:
    left = filled(
        written, {"runs/e.tfevents.1": SIMPLE.read_bytes(), "runs/e.tfevents.2": TENSOR.read_bytes()}
    )
    assert len(extract([parse_source("acc", place="runs/*tfevents*:val/acc")], left).metrics) == 1


def test_each_run_of_a_tracker_is_one_of_the_launch(written: Written) -> None:
    """Two runs of W&B differ by the settings that they wrote down."""
    other = _with_seed(WANDB.read_bytes(), b"1")
    left = filled(written, {"wandb/a/run-a.wandb": WANDB.read_bytes(), "wandb/b/run-b.wandb": other})
    found = extract([parse_source("acc", place="wandb/**/run-*.wandb:val/acc")], left)
    assert [(metric.seed, metric.value) for metric in found.metrics] == [(0, 0.2), (1, 0.2)]


def _with_seed(content: bytes, seed: bytes) -> bytes:
    """The same log with another seed in its settings, and the checksums that go with it."""
    import zlib

    position, result = 7, [content[:7]]
    while position < len(content):
        _, length, kind = struct.unpack("<IHB", content[position : position + 7])
        body = content[position + 7 : position + 7 + length]
        body = body.replace(b"seed\x82\x01\x010", b"seed\x82\x01\x01" + seed)
        result.append(struct.pack("<IHB", zlib.crc32(bytes([kind]) + body), length, kind) + body)
        position += 7 + length
    return b"".join(result)


def test_last_values_with_places_that_hold_for_the_next_launch(written: Written) -> None:
    left = filled(
        written,
        {
            "runs/Nov25_19-28-15_host/events.out.tfevents.1795635080.host.1.0": SIMPLE.read_bytes(),
            "wandb/offline-run-20261125_193125-x/run-x.wandb": WANDB.read_bytes(),
            f"mlruns/0/{RUN}/metrics/f1": "1000 0.5 0\n",
        },
    )
    places = {one.name: one.place for one in last_values(left) if one.name in ("val/acc", "f1")}
    assert places == {"f1": "mlruns/**:f1", "val/acc": "wandb/**/run-*.wandb:val/acc"}
    event_file = next(one for one in last_values(left) if "tfevents" in one.where and one.name == "val/acc")
    assert event_file.place == "runs/**/*tfevents*:val/acc"
    for one in last_values(left):
        assert len(extract([parse_source("m", place=one.place)], left).metrics) == 1, one.place


def test_the_seed_in_a_folder_is_left_open(written: Written) -> None:
    content = SIMPLE.read_bytes()
    left = filled(written, {f"runs/seed_{seed}/e.tfevents.1": content for seed in (0, 1, 12)})
    place = next(iter(last_values(left))).place
    assert place == "runs/seed_{seed}/*tfevents*:val/acc"
    found = extract([parse_source("m", place=place)], left)
    assert [metric.seed for metric in found.metrics] == [0, 1, 12]


def test_a_large_table_is_data_and_no_curve(written: Written) -> None:
    row = "1,0.5\n"
    small = filled(written, {"log.csv": "step,a\n" + row})
    assert len(list(values_in("log.csv", small))) == 1
    large = filled(written, {"log.csv": "step,a\n" + row * (3 * 1024 * 1024)})
    assert list(values_in("log.csv", large)) == []
