"""Whole launches: what stands in the record when a command succeeds, fails, is killed, or never starts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.record import RunRecord
from reprocrate.capture.records.liveness import LOCK_NAME, is_alive
from reprocrate.capture.records.loading import check_name_is_free, collisions, load_records
from reprocrate.capture.results.extraction import MetricSource
from reprocrate.errors import UnavailableError, UnreadableError, UsageError
from reprocrate.executors.local import Command, run

PYTHON = sys.executable
ACCURACY = MetricSource("accuracy", "out/{seed}.json", "$.test.accuracy", split="test")
TRAIN = (PYTHON, "train.py", "--seed", "{seed}", "--out", "out/{seed}.json")


def test_seeds_of_a_configuration_are_recorded_with_their_results(project: Any) -> None:
    commit = project.commit()
    records = [
        project.finished(*TRAIN, seed=seed, name="wide", sources=[ACCURACY]).record for seed in range(3)
    ]
    assert [record.seed for record in records] == [0, 1, 2]
    assert {record.configuration.digest for record in records} == {records[0].configuration.digest}
    assert {record.code.tree_sha256 for record in records} == {records[0].code.tree_sha256}
    record = records[2]
    assert record.configuration.template == ("python", *TRAIN[1:])
    assert record.command == ("python", "train.py", "--seed", "2", "--out", "out/2.json")
    assert (record.status, record.exit_code, record.signal) == ("ok", 0, None)
    assert record.seeds[0].how == "argument"
    assert (record.code.commit, record.code.dirty) == (commit, False)
    assert record.imported == ("train.py",)
    assert [file.path for file in record.inputs] == ["data.csv"]
    assert [file.path for file in record.outputs] == ["out/2.json"]
    value = json.loads((project.folder / "out" / "2.json").read_text())["test"]["accuracy"]
    assert [(metric.metric, metric.value, metric.split) for metric in record.metrics] == [
        ("accuracy", value, "test")
    ]
    assert record.environment.python is not None
    assert record.environment.python.version == sys.version.split()[0]
    assert "pytest" in {package.name for package in record.environment.packages}
    assert record.hardware.cpu is not None
    assert record.resources.cpu_s
    assert [Path(log.path).name for log in record.logs] == ["stdout.log", "stderr.log"]
    assert (project.folder / record.logs[0].path).read_text() == f"accuracy: {value:.4f}\n"
    assert record.capture.completeness == "complete", record.capture.reason
    assert re.fullmatch(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[0-9a-f]{16}", record.id)
    assert record.started.endswith("Z")
    assert record.ended is not None
    assert record.started <= record.ended
    assert load_records(project.folder).records == tuple(sorted(records, key=lambda one: one.id))
    assert collisions(records) == ()
    assert not list(project.folder.rglob(LOCK_NAME))
    assert project.git("status", "--porcelain") == "?? out/"


def test_failing_command_is_recorded_with_its_status_and_keeps_the_others(project: Any) -> None:
    project.write("train.py", "import sys; print('x'); sys.exit(4 if sys.argv[1] == '1' else 0)")
    records = [project.record(PYTHON, "train.py", "{seed}", seed=seed) for seed in range(3)]
    assert [(record.status, record.exit_code) for record in records] == [("ok", 0), ("failed", 4), ("ok", 0)]
    crash = project.python("raise ValueError('no')")
    assert (crash.status, crash.exit_code) == ("failed", 1)
    assert "ValueError: no" in (project.folder / crash.logs[1].path).read_text()


def test_killed_command(project: Any) -> None:
    record = project.python("import os; open('half', 'w'); os.kill(os.getpid(), 9)")
    assert (record.status, record.exit_code, record.signal) == ("killed", None, 9)
    assert [file.path for file in record.outputs] == ["half"]
    assert record.capture.completeness == "partial"


def test_launcher_that_is_killed_leaves_a_record_that_says_so(project: Any) -> None:
    project.write("wait.py", "import time; open('started', 'w').close(); time.sleep(60)")
    code = (
        "import os\nfrom pathlib import Path\nfrom reprocrate.capture.launch.launch import *\n"
        "from reprocrate.capture.launch.request import Request\n"
        "from reprocrate.executors.local import *\n"
        f"l = prepare(Request(Path({os.fspath(project.folder)!r}), ({PYTHON!r}, 'wait.py')), os.environ)\n"
        "run(Command(l.argv, l.cwd, l.environment(), l.stdout, l.stderr, echo=False, stdin=False))\n"
    )
    with subprocess.Popen([PYTHON, "-c", code]) as launcher:
        deadline = time.monotonic() + 20
        while not (project.folder / "started").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        (record,) = load_records(project.folder).records
        assert record.status == "running"
        launcher.kill()
    (record,) = load_records(project.folder).records
    assert record.status == "killed"
    assert record.code.files
    assert "launcher ended" in record.capture.reason


def test_interrupted_launch(project: Any) -> None:
    project.write("wait.py", "import time; open('started', 'w').close(); time.sleep(60)")
    launch = project.prepare(PYTHON, "wait.py")

    def interrupt() -> None:
        while not (project.folder / "started").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=interrupt).start()
    finished = launch.finish(project.run(launch))
    assert (finished.record.status, finished.record.signal) == ("interrupted", signal.SIGTERM)


def test_seed_in_an_environment_variable(project: Any) -> None:
    project.write("script.py", "import os; print(os.environ['RUN_SEED'])")
    record = project.record(PYTHON, "script.py", seed=11, seed_variable="RUN_SEED")
    assert (project.folder / record.logs[0].path).read_text() == "11\n"
    assert record.seeds[0].how == "environment"
    assert record.configuration.seed_variable == "RUN_SEED"


def test_seed_that_the_command_names_joins_the_configuration(project: Any) -> None:
    one = project.record(PYTHON, "train.py", "--seed", "1")
    two = project.record(PYTHON, "train.py", "--seed", "2")
    asked = project.record(PYTHON, "train.py", "--seed", "{seed}", seed=3)
    assert one.configuration == two.configuration == asked.configuration
    assert [record.seed for record in (one, two, asked)] == [1, 2, 3]
    assert one.command[-1] == "1"


def test_grid_parameters_are_filled_in_and_kept(project: Any) -> None:
    record = project.record(PYTHON, "-c", "print('{lr}', {seed})", seed=1, grid={"lr": "5e-1"})
    assert (project.folder / record.logs[0].path).read_text() == "5e-1 1\n"
    assert record.configuration.grid == {"lr": "5e-1"}
    assert record.configuration.template[-1] == "print('5e-1', {seed})"
    assert record.configuration.grid_template[-1] == "print('{lr}', {seed})"


def test_seeds_that_write_the_same_file_collide(project: Any) -> None:
    records = [project.record(PYTHON, "train.py", "--seed", "{seed}", seed=seed) for seed in range(2)]
    (collision,) = collisions(records)
    assert (collision.paths, collision.seeds) == (("out.json",), (0, 1))
    assert "{seed}" in str(collision)
    assert collisions([records[0], records[0]]) == ()


def test_files_that_the_same_seeds_wrote_collide_in_one_warning(project: Any) -> None:
    code = "for number in range(7): open(f'{number}.txt', 'w').close()"
    records = [project.record(PYTHON, "-c", f"{code} # {{seed}}", seed=seed) for seed in range(2)]
    (collision,) = collisions(records)
    assert len(collision.paths) == 7
    assert "0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more files" in str(collision)


def test_result_of_an_earlier_launch_is_never_taken_for_this_ones(project: Any) -> None:
    project.record(*TRAIN, seed=1)
    project.write("train.py", "print('crashes before it writes'); raise SystemExit(1)")
    finished = project.finished(*TRAIN, seed=1, sources=[ACCURACY])
    assert finished.record.metrics == ()
    assert "this launch did not write it" in finished.problems[0]


def test_wrong_metric_source_does_not_lose_the_record(project: Any) -> None:
    launch = project.prepare(*TRAIN, seed=1)
    outcome = project.run(launch)
    with pytest.raises(UsageError):
        launch.finish(outcome, [MetricSource("m", stdout_regex="(")])
    (record,) = load_records(project.folder).records
    assert record.status == "ok"
    assert record.inputs


def test_command_that_is_no_python(project: Any) -> None:
    record = project.record("sh", "-c", "cat data.csv > copy.csv; echo done")
    assert record.command == ("sh", "-c", "cat data.csv > copy.csv; echo done")
    assert record.status == "ok"
    assert record.capture.completeness == "minimal"
    assert "sh is not Python" in record.capture.reason
    assert [file.path for file in record.outputs] == ["copy.csv"]  # by its time
    assert record.environment.python is None
    assert record.hardware.cpu is not None
    isolated = project.record(PYTHON, "-I", "-c", "print(1)")
    assert isolated.capture.completeness == "minimal"
    assert "isolated" in isolated.capture.reason


def test_python_below_another_program(project: Any) -> None:
    record = project.record("sh", "-c", f"{PYTHON} train.py --seed 1; true")
    assert record.capture.completeness == "partial"
    assert "sh is not Python" in record.capture.reason
    assert [file.path for file in record.inputs] == ["data.csv"]
    assert record.environment.python is not None
    through = project.record("env", "A=1", PYTHON, "train.py", "--seed", "1")
    assert through.capture.completeness == "complete", through.capture.reason


def test_native_readers_make_the_capture_partial(project: Any) -> None:
    project.write("h5py.py", "")
    record = project.python("import h5py")
    assert record.capture.completeness == "partial"
    assert "h5py" in record.capture.reason


def test_library_that_only_sometimes_reads_by_itself_is_watched(project: Any) -> None:
    project.write(
        "xgboost.py",
        "import ctypes\n"
        "def DMatrix(data):\n"
        "    if isinstance(data, str):\n"
        "        getattr(ctypes.CDLL(None), 'XGDMatrixCreateFromURI', None)\n",
    )
    assert project.python("import xgboost; xgboost.DMatrix([1.0])").capture.completeness == "complete"
    record = project.python("import xgboost; xgboost.DMatrix('data.csv?format=csv')")
    assert record.capture.completeness == "partial"
    assert "xgboost" in record.capture.reason


def test_nothing_in_a_record_names_the_user_the_machine_or_a_secret(
    project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "ada-lovelace"
    folder = home / "work" / "project"
    folder.parent.mkdir(parents=True)
    project.folder.rename(folder)
    project.folder = folder
    monkeypatch.setattr("socket.gethostname", lambda: "engine-12.example.org")
    project.environ = {
        **os.environ,
        "HOME": os.fspath(home),
        "USER": "ada-lovelace",
        "HOSTNAME": "engine-12",
        "SECRET_TOKEN": "hunter2hunter2",
        "XLA_FLAGS": f"--xla_dump_to={home}/dump",
    }
    (home / "corpus").mkdir()
    (home / "corpus" / "x.txt").write_text("1")
    project.commit()
    project.git(
        "remote", "add", "origin", f"https://ada-lovelace:pw@example.org{home}/x.git".replace(str(home), "")
    )
    project.write(
        "script.py",
        "import pathlib, sys\npathlib.Path(sys.argv[2]).write_text(pathlib.Path(sys.argv[1]).read_text())",
    )
    record = project.record(
        PYTHON,
        os.fspath(folder / "script.py"),
        os.fspath(home / "corpus" / "x.txt"),
        os.fspath(folder / "out.txt"),
        "--api-key",
        "abcdef123456",
        "--hub-token=hf_abcdefghijklmnopqrstuv",
        "--master=engine-12.example.org:29500",
    )
    written = (folder / ".reprocrate" / "runs" / record.id / "run.json").read_bytes()
    for telling in (
        os.fspath(home),
        "ada-lovelace",
        os.fspath(tmp_path),
        "hunter2",
        "abcdef123456",
        "hf_abcdef",
        os.path.realpath(PYTHON),
        os.fspath(Path(PYTHON).parent),
        "engine-12",
        "pw@",
    ):
        assert telling.encode() not in written, telling
    assert record.command[1:4] == ("script.py", "<home>/corpus/x.txt", "out.txt")
    assert [(file.root, file.path) for file in record.inputs] == [("home", "corpus/x.txt")]


def test_two_launches_at_once_never_mix(project: Any) -> None:
    project.write(
        "slow.py",
        "import sys, time; seed = sys.argv[1]\nopen(f'started{seed}', 'w').close(); time.sleep(0.5)\n"
        "open(f'r{seed}.txt', 'w').write(seed); print(seed)",
    )
    launches = [project.prepare(PYTHON, "slow.py", "{seed}", seed=seed) for seed in range(3)]
    assert len({launch.folder for launch in launches}) == 3
    outcomes: dict[int, Any] = {}

    def go(index: int) -> None:
        launch = launches[index]
        variables = launch.environment()
        command = Command(
            launch.argv, launch.cwd, variables, launch.stdout, launch.stderr, echo=False, stdin=False
        )
        outcomes[index] = run(command)

    threads = [threading.Thread(target=go, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = [launch.finish(outcomes[index]).record for index, launch in enumerate(launches)]
    for seed, record in enumerate(records):
        assert {file.path for file in record.outputs} == {f"r{seed}.txt", f"started{seed}"}
        assert (project.folder / record.logs[0].path).read_text() == f"{seed}\n"
        assert record.capture.completeness == "complete", record.capture.reason
    assert collisions(records) == ()


def test_files_of_native_code_are_not_guessed_while_others_run(project: Any) -> None:
    other = project.prepare(PYTHON, "-c", "pass")
    record = project.record("sh", "-c", "echo 1 > made.txt")
    assert record.outputs == ()
    other.abandon()
    overlapped = project.prepare("sh", "-c", "echo 1 > made.txt; true")
    outcome = project.run(overlapped)
    project.python("pass")
    assert overlapped.finish(outcome).record.outputs == ()


def test_launch_that_never_started_leaves_nothing(project: Any) -> None:
    launch = project.prepare("absent-program")
    assert is_alive(launch.folder)
    with pytest.raises(UsageError, match="absent-program was not found"):
        project.run(launch)
    launch.abandon()
    assert load_records(project.folder).records == ()
    assert list((project.folder / ".reprocrate" / "runs").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"seed": 1}, "do not reach the command"),
        ({"seed": 1, "seed_variable": "A-B"}, "cannot be the name"),
        ({"cwd": Path("/")}, "outside the project"),
    ],
)
def test_request_that_makes_no_sense(project: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        project.prepare("python", "train.py", **options)
    assert says in str(caught.value)
    assert not (project.folder / ".reprocrate").exists()


def test_no_command_and_no_folder(project: Any) -> None:
    with pytest.raises(UsageError, match="no command"):
        project.prepare()
    project.folder = project.folder / "absent"
    with pytest.raises(UsageError, match="there is no folder"):
        project.prepare("python")


def test_project_that_cannot_be_written_to(project: Any) -> None:
    (project.folder / ".reprocrate").write_text("in the way")
    with pytest.raises(UnavailableError, match="cannot be recorded"):
        project.prepare("python")
    (project.folder / ".reprocrate").unlink()
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    project.folder.chmod(0o555)
    try:
        with pytest.raises(UnavailableError, match="permission denied"):
            project.prepare("python")
    finally:
        project.folder.chmod(0o755)


def test_command_in_a_folder_of_the_project(project: Any) -> None:
    project.write("sub/script.py", "print(open('../data.csv').read())")
    record = project.record(
        PYTHON, "script.py", os.fspath(project.folder / "data.csv"), cwd=project.folder / "sub"
    )
    assert record.configuration.working_directory == "sub"
    assert record.command == ("python", "script.py", "../data.csv")
    assert record.imported == ("sub/script.py",)
    assert record.status == "ok"


def test_broken_records_are_problems_and_hide_nothing(project: Any) -> None:
    record = project.python("pass")
    runs = project.folder / ".reprocrate" / "runs"
    for name, text in {
        "a": "{",
        "b": '{"record_version": "9.0"}',
        "c": "[]",
        "d": json.dumps({**json.loads(record.to_json()), "started": 3}),
        "e": '{"record_version": "1.0", "id": "e"}',
    }.items():
        (runs / name).mkdir()
        (runs / name / "run.json").write_text(text)
    (runs / "f").mkdir()
    (runs / "stray").write_text("x")
    found = load_records(project.folder)
    assert found.records == (record,)
    problems = "\n".join(found.problems)
    assert len(found.problems) == 5
    for says in (
        "is not JSON",
        "record version '9.0'",
        "not a JSON object",
        "at /started: 3 is not text",
        "is missing",
    ):
        assert says in problems
    assert load_records(project.folder / "absent").records == ()


def test_keys_of_newer_records_are_tolerated(project: Any) -> None:
    record = project.python("pass")
    path = project.folder / ".reprocrate" / "runs" / record.id / "run.json"
    document = json.loads(path.read_text())
    document["novelty"] = document["code"]["novelty"] = 1
    path.write_text(json.dumps(document))
    assert RunRecord.load(path) == record
    path.write_text(json.dumps({**document, "status": "novel"}))
    with pytest.raises(UnreadableError, match="at /status: 'novel' is not one of"):
        RunRecord.load(path)


def test_name_means_one_command(project: Any) -> None:
    record = project.record(*TRAIN, seed=1, name="wide")
    same = project.prepare(*TRAIN, seed=2, name="wide")
    check_name_is_free([record.configuration], same.record.configuration)
    same.abandon()
    other = project.prepare(PYTHON, "train.py", "--x", "{seed}", seed=2, name="wide")
    with pytest.raises(UsageError, match='name "wide" is already used'):
        check_name_is_free([record.configuration], other.record.configuration)
    other.abandon()
    unnamed = project.prepare(PYTHON, "train.py", "--x", "{seed}", seed=2)
    check_name_is_free([record.configuration], unnamed.record.configuration)
    unnamed.abandon()


def test_progress_of_hashing_is_told(project: Any) -> None:
    project.write("big.bin", "x" * 3_000_000)
    launch = project.prepare(PYTHON, "-c", "open('big.bin').read(); open('out', 'w').write('1')")
    told: list[tuple[int, int]] = []
    launch.finish(project.run(launch), progress=lambda done, total: told.append((done, total)))
    assert told == [(3_000_000, 3_000_001), (3_000_001, 3_000_001)]


def test_nothing_heavy_is_imported_before_the_command_starts() -> None:
    code = (
        "import sys, reprocrate.capture.launch.launch, reprocrate.executors.local\n"
        "heavy = 'pydantic jsonschema typer rich requests rocrate numpy scipy csv platform'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
