"""Records of one tiny run by the trackers themselves: `python tests/crosswalks/make_fixtures.py`.

Run it in an environment of its own that has mlflow-skinny, sqlalchemy, alembic, wandb, dvc, sacred and
GitPython; none of them is needed to run the tests. Each tool records the run of `rings.json` (width 256,
seed 0, three values of accuracy) in a temporary git repository. What differs from machine to machine is
then replaced: users, hosts, paths, identifiers and times. W&B's binary records are kept as the JSON that
its own message classes make of them, and of MLflow's database the tables that hold a run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"
ACCURACY = (0.75, 0.875, 0.9375)
REMOTE = "https://git.example.org/rings.git"
DATA = "x,y,label\n0,1,0\n1,0,1\n"
MIDNIGHT_MS = 1767225600000  # 2026-01-01T00:00:00Z
END_MS = MIDNIGHT_MS + 2500

MLFLOW = """
import sys, mlflow
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("rings")
with mlflow.start_run(run_name="wide-0"):
    mlflow.log_params({"width": 256, "seed": 0})
    for step, value in enumerate((0.75, 0.875, 0.9375)):
        mlflow.log_metric("accuracy", value, step=step)
    source = HTTPDatasetSource("https://data.example.org/rings.csv")
    mlflow.log_input(MetaDataset(source, name="Rings", digest="9f86d081"), context="training")
    mlflow.log_text("w\\n", "model.txt")
"""
WANDB = """
import wandb
settings = wandb.Settings(console="off")
run = wandb.init(project="rings", mode="offline", config={"width": 256, "seed": 0}, name="wide-0",
                 group="wide", settings=settings)
run.define_metric("accuracy", summary="last")
for step, value in enumerate((0.75, 0.875, 0.9375)):
    run.log({"accuracy": value}, step=step)
artifact = wandb.Artifact("weights", type="model")
artifact.add_file("out/model.txt")
run.log_artifact(artifact)
run.finish()
"""
SACRED = """
from sacred import SETTINGS, Experiment
from sacred.observers import FileStorageObserver
SETTINGS.HOST_INFO.CAPTURED_ENV = ["OMP_NUM_THREADS"]
ex = Experiment("Random features on rings")
ex.observers.append(FileStorageObserver("records"))
@ex.config
def settings():
    width = 256
@ex.main
def main(_run, width, seed):
    ex.open_resource("data/rings.csv").close()
    for step, value in enumerate((0.75, 0.875, 0.9375)):
        _run.log_scalar("accuracy", value, step)
    ex.add_artifact("out/model.txt", name="model.txt")
    return 0.9375
ex.run(config_updates={"seed": 0})
"""
DVC_STAGES = """stages:
  wide:
    cmd: python train.py --width 256 --seed 0
    deps:
    - data/rings.csv
    - train.py
    params:
    - seed
    - width
    outs:
    - out/model.txt
    metrics:
    - out/metrics.json:
        cache: false
"""
TRAIN = """import json
json.dump({"accuracy": 0.9375}, open("out/metrics.json", "w"))
open("out/model.txt", "w").write("w\\n")
"""


def main() -> None:
    for tool, make in (("mlflow", mlflow), ("wandb", wandb), ("dvc", dvc), ("sacred", sacred)):
        with tempfile.TemporaryDirectory() as folder:
            project = repository(Path(folder).resolve() / "rings")
            shutil.rmtree(FIXTURES / tool, ignore_errors=True)
            (FIXTURES / tool).mkdir(parents=True)
            make(project, FIXTURES / tool)


def repository(project: Path) -> Path:
    """A git repository whose one commit is the same on every machine."""
    (project / "data").mkdir(parents=True)
    (project / "out").mkdir()
    (project / "data" / "rings.csv").write_text(DATA)
    (project / "train.py").write_text(TRAIN)
    (project / "params.yaml").write_text("width: 256\nseed: 0\n")
    (project / ".gitignore").write_text("*\n!train.py\n")
    (project / "out" / "model.txt").write_text("w\n")
    for command in ("init -q", f"remote add origin {REMOTE}", "add train.py", "commit -q -m Rings"):
        subprocess.run(["git", *command.split()], cwd=project, check=True, env=surroundings(project))
    return project


def surroundings(project: Path) -> dict[str, str]:
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", "Ada Example"),
            ("EMAIL", "ada@example.org"),
            ("DATE", "@1767225600 +0000"),
        )
    }
    home = {"HOME": str(project.parent), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return {
        "PATH": os.environ["PATH"],
        "OMP_NUM_THREADS": "1",
        "MLFLOW_ALLOW_FILE_STORE": "true",
        **home,
        **who,
    }


def run(project: Path, script: str, *arguments: str) -> None:
    (project / "train.py").rename(project / "kept.py")
    (project / "train.py").write_text(script)
    command = [sys.executable, "train.py", *arguments]
    done = subprocess.run(
        command, cwd=project, env=surroundings(project), capture_output=True, text=True, check=False
    )
    (project / "kept.py").rename(project / "train.py")
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


# MLflow -----------------------------------------------------------------------------------------------

TABLES = ("experiments", "runs", "metrics", "params", "tags", "datasets", "inputs", "input_tags")


def mlflow(project: Path, target: Path) -> None:
    run(project, MLFLOW, "sqlite:///mlflow.db")
    with sqlite3.connect(project / "mlflow.db") as database:
        (target / "mlflow.sql").write_text("".join(f"{line}\n" for line in _dumped(database)))
    shutil.rmtree(project / "mlruns", ignore_errors=True)
    run(project, MLFLOW, "mlruns")
    (experiment,) = (
        each for each in (project / "mlruns").iterdir() if each.name not in ("0", ".trash", "models")
    )
    (record,) = (each for each in experiment.iterdir() if (each / "params").is_dir())
    shutil.copytree(record, target / "mlruns" / "1" / "run-1")
    (given,) = (target / "mlruns" / "1" / "run-1" / "inputs").iterdir()
    given.rename(given.with_name("input-1"))
    (dataset,) = (experiment / "datasets").iterdir()
    shutil.copytree(dataset, target / "mlruns" / "1" / "datasets" / "dataset-1")
    shutil.copy(experiment / "meta.yaml", target / "mlruns" / "1")
    for file in sorted((target / "mlruns").rglob("*")):
        if file.is_file():
            file.write_text(_mlruns_cleaned(file))


def _dumped(database: sqlite3.Connection) -> Iterator[str]:
    for table in TABLES:
        cursor = database.execute(f"SELECT * FROM {table}")
        columns = [description[0] for description in cursor.description]
        yield f"CREATE TABLE {table} ({', '.join(columns)});"
        for row in cursor:
            cleaned = [_sql(column, value) for column, value in zip(columns, row, strict=True)]
            yield f"INSERT INTO {table} VALUES ({', '.join(cleaned)});"


def _sql(column: str, value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        times = {"end_time": END_MS, "start_time": MIDNIGHT_MS, "timestamp": MIDNIGHT_MS}
        times |= dict.fromkeys(("creation_time", "last_update_time"), MIDNIGHT_MS)
        return repr(times.get(column, value))
    renamed = {"user_id": "user", "run_uuid": "run-1", "destination_id": "run-1", "input_uuid": "input-1"}
    renamed |= {"dataset_uuid": "dataset-1", "source_id": "dataset-1"}
    text = renamed.get(column) or re.sub(r"[^' ]*/mlruns/", "mlruns/", str(value))
    text = re.sub(r"\b[0-9a-f]{32}\b", "run-1", text)
    return "'" + ("user" if text == _user() else text).replace("'", "''") + "'"


def _mlruns_cleaned(file: Path) -> str:
    text = file.read_text()
    if file.parent.name == "metrics":
        return re.sub(r"(?m)^\d+", str(MIDNIGHT_MS), text)
    if file.name == "mlflow.user":
        return "user"
    text = re.sub(r"(?m)^(start_time|creation_time|last_update_time): \d+", rf"\1: {MIDNIGHT_MS}", text)
    text = re.sub(r"(?m)^end_time: \d+", f"end_time: {END_MS}", text)
    text = re.sub(r"(?m)^user_id: .*", "user_id: user", text)
    text = re.sub(r"(?m)^(run_id|experiment_id|source_id|destination_id): .*", _identifier, text)
    return re.sub(
        r": \S*/mlruns/\d+(/[0-9a-f]{32})?", lambda m: ": mlruns/1" + ("/run-1" if m[1] else ""), text
    )


def _identifier(match: re.Match[str]) -> str:
    name = match[1]
    return f"{name}: " + {"run_id": "run-1", "experiment_id": "'1'"}.get(name, "dataset-1")


def _user() -> str:
    import getpass

    return getpass.getuser()


# W&B --------------------------------------------------------------------------------------------------


def wandb(project: Path, target: Path) -> None:
    from google.protobuf.json_format import MessageToDict
    from wandb.proto import wandb_internal_pb2 as messages

    run(project, WANDB, "--width", "256", "--seed", "0")
    (folder,) = (project / "wandb").glob("offline-run-*")
    (log,) = folder.glob("*.wandb")
    lines = []
    for data in _records(log.read_bytes()):
        record = messages.Record()
        record.ParseFromString(data)
        if record.WhichOneof("record_type") in ("telemetry", "stats", "header", "footer", "output_raw"):
            continue
        lines.append(_wandb_cleaned(MessageToDict(record, preserving_proto_field_name=True)))
    (target / "records.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    packages = (folder / "files" / "requirements.txt").read_text().splitlines()
    (target / "files").mkdir()
    (target / "files" / "requirements.txt").write_text(
        "".join(f"{line}\n" for line in sorted(packages) if line.startswith("numpy=="))
    )


def _records(log: bytes) -> Iterator[bytes]:
    """The records of a LevelDB log after W&B's header of seven bytes; checksums are not looked at."""
    place, record, block = 7, b"", 32768
    while place < len(log):
        if block - place % block < 7:
            place += block - place % block
            continue
        _, length, kind = struct.unpack("<IHB", log[place : place + 7])
        record += log[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # a whole record, or the last part of one
            yield record
            record = b""


PRIVATE = {"host", "username", "email", "executable", "root", "writer_id", "disk", "telemetry", "entity"}
PRIVATE |= {"program", "client_id", "sequence_client_id", "settings", "local_path", "code_path_local"}
MACHINE = {
    "run_id": "run-1",
    "start_time": "2026-01-01T00:00:00Z",
    "started_at": "2026-01-01T00:00:00Z",
    "os": "Linux-6.1.0-x86_64-with-glibc2.36",
    "model": "AMD EPYC",
    "python": "CPython 3.11.7",
    "cpu_count": 2,
    "cpu_count_logical": 4,
    "total": "8589934592",
}


def _wandb_cleaned(record: Any) -> Any:
    record = _without_private(
        {key: each for key, each in record.items() if key not in ("_info", "control", "num")}
    )
    for section in ("history", "summary"):
        for item in [*record.get(section, {}).get("item", ()), *record.get(section, {}).get("update", ())]:
            if item.get("nested_key", [item.get("key")])[-1] in ("_timestamp", "_runtime", "runtime"):
                item["value_json"] = "0"
    return record


def _without_private(value: Any, name: str = "") -> Any:
    if isinstance(value, list):
        return [_without_private(each, name) for each in value]
    if isinstance(value, dict):
        return {key: _without_private(each, key) for key, each in value.items() if key not in PRIVATE}
    return MACHINE.get(name, value)


# DVC --------------------------------------------------------------------------------------------------


def dvc(project: Path, target: Path) -> None:
    command = [str(Path(sys.executable).parent / "dvc")]
    (project / ".gitignore").unlink()
    (project / "dvc.yaml").write_text(DVC_STAGES)
    for arguments in ("init -q", "add -q data/rings.csv", "repro -q"):
        environment = surroundings(project)
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        subprocess.run([*command, *arguments.split()], cwd=project, check=True, env=environment)
    for name in ("dvc.yaml", "dvc.lock", "data/rings.csv.dvc", "out/metrics.json"):
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copy(project / name, target / name)


# Sacred -----------------------------------------------------------------------------------------------


def sacred(project: Path, target: Path) -> None:
    run(project, SACRED)
    for name in ("run.json", "config.json", "metrics.json", "cout.txt"):
        (target / name).write_text(_sacred_cleaned(project, (project / "records" / "1" / name).read_text()))


def _sacred_cleaned(project: Path, text: str) -> str:
    text = text.replace(f"{project}/", "").replace(str(project), ".")
    text = re.sub(
        r'("(start_time|heartbeat)": |^      )"\d{4}-[^"]*"', r'\1"2026-01-01T00:00:00"', text, flags=re.M
    )
    text = re.sub(r'"stop_time": "[^"]*"', '"stop_time": "2026-01-01T00:00:02.500000"', text)
    text = re.sub(r'"hostname": "[^"]*"', '"hostname": "host"', text)
    text = re.sub(r'"cpu": "[^"]*"', '"cpu": "AMD EPYC"', text)
    text = re.sub(r'"python_version": "[^"]*"', '"python_version": "3.11.7"', text)
    return re.sub(r'"Linux-[^"]*"', '"Linux-6.1.0-x86_64-with-glibc2.36"', text)


if __name__ == "__main__":
    main()
