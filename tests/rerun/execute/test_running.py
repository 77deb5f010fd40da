"""Recorded runs are run again in copies, recorded as the originals were, and nothing recorded is touched."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.data.places import CACHES
from reprocrate.capture.record import Resources
from reprocrate.capture.results.extraction import MetricSource
from reprocrate.errors import IntegrityError, UnavailableError
from reprocrate.files import sha256_file, tree_digest, walk
from reprocrate.manifest import Hardware, Manifest, OperatingSystem, manifest_from
from reprocrate.rerun.environment.building import BuiltEnvironment, Recipe, build_environment
from reprocrate.rerun.execute.recovery import alone_in
from reprocrate.rerun.execute.repetition import Assignment
from reprocrate.rerun.execute.running import WORK, Ended, Event, Interrupted, Started, execute
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox, Sandbox, find_sandbox
from reprocrate.rerun.surroundings.variables import place_in_home
from reprocrate.rerun.work.selection import Depth, select_tasks

HERE = ".".join(map(str, sys.version_info[:3]))
METRIC = MetricSource("score", from_path="out/{seed}.json", json_path="$.score")

TRAIN = """
import json, os, sys
seed = int(sys.argv[1])
with open("data/numbers.txt") as handle:
    score = sum(map(float, handle)) * seed
os.makedirs("out", exist_ok=True)
with open(f"out/{seed}.json", "w") as handle:
    json.dump({"score": score}, handle)
print("score", score)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> BuiltEnvironment:
    """An environment without packages."""
    return build_environment(tmp_path_factory.mktemp("environment") / "env", Recipe("", HERE))


class Experiment:
    """An imported experiment, described by hand: its files lie in a folder, its manifest is put together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code: dict[str, dict[str, Any]] = {}
        self.data: dict[str, dict[str, Any]] = {}
        self.configurations: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.environment: dict[str, Any] = {"id": "environment", "python": {"version": HERE}}
        self.hardware: dict[str, Any] = {"id": "machine", "cpu": {"architecture": "x86_64", "threads": 2}}

    def write(self, path: str, content: str) -> dict[str, Any]:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        return {
            "path": path,
            "size": len(content.encode()),
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
        }

    def add_code(self, path: str, content: str, tree: str = "code", folder: str | None = None) -> None:
        file = self.write(f"{folder}/{path}" if folder else path, content) | {"path": path}
        entry = self.code.setdefault(tree, {"id": tree, "tree_sha256": "0" * 64, "files": []})
        entry["files"].append(file)
        if folder:
            entry["folder"] = folder

    def add_data(self, path: str, content: str, name: str = "numbers", root: str | None = None) -> None:
        place = f".reprocrate/external/{name}/{path}" if root else path
        file = self.write(place, content) | {"path": path}
        self.data.setdefault(name, {"id": name, "files": []})["files"].append(
            file | ({"root": root} if root else {})
        )

    def add_runs(
        self,
        command: Sequence[str],
        seeds: Sequence[int | None] = (1, 2),
        name: str = "base",
        code: str = "code",
        **more: Any,
    ) -> None:
        configuration = {
            "id": name,
            "name": name,
            "command": list(command),
            "code": code,
            "data": list(self.data),
        }
        self.configurations.append(
            configuration | {key: more.pop(key) for key in ("seed_variable", "variants") if key in more}
        )
        for seed in seeds:
            filled = [word.replace("{seed}", str(seed)) for word in command]
            run = {
                "id": f"{name}-{seed}",
                "configuration": name,
                "command": filled,
                "status": "ok",
                "started": f"2026-11-01T12:00:{len(self.runs):02}Z",
                "code": code,
                "environment": "environment",
                "hardware": ["machine"],
                "seeds": [] if seed is None else [{"value": seed, "how": "argument"}],
            }
            self.runs.append(run | more)

    def manifest(self) -> Manifest:
        return manifest_from(
            {
                "manifest_version": "1.0",
                "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
                "experiment": {"title": "Numbers"},
                "code": list(self.code.values()),
                "data": list(self.data.values()),
                "environments": [self.environment],
                "hardware": [self.hardware],
                "configurations": self.configurations,
                "runs": self.runs,
            }
        )


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    """An empty one."""
    return Experiment(tmp_path / "imported")


@pytest.fixture
def numbers(experiment: Experiment) -> Experiment:
    """Two seeds of a script that reads a file and writes a score, with their recorded outputs."""
    experiment.add_code("train.py", TRAIN)
    experiment.add_data("data/numbers.txt", "1\n2\n")
    experiment.add_runs(["python", "train.py", "{seed}"])
    for run in experiment.runs:
        path = f"out/{run['seeds'][0]['value']}.json"
        run["outputs"] = [experiment.write(path, '{"score": "recorded"}')]
    return experiment


Rerun = Callable[..., list[Event]]


@pytest.fixture
def rerun(tmp_path: Path, environment: BuiltEnvironment) -> Rerun:
    """Runs an experiment's tasks in the folder `rerun` and returns all events."""

    def run(
        experiment: Experiment, *, sandbox: Sandbox | None = None, threads: int = 2, **choice: Any
    ) -> list[Event]:
        return list(
            execute(assignment(experiment, environment, sandbox, threads, **choice), tmp_path / "rerun")
        )

    return run


def assignment(
    experiment: Experiment,
    environment: BuiltEnvironment,
    sandbox: Sandbox | None = None,
    threads: int = 2,
    jobs: int = 1,
    **choice: Any,
) -> Assignment:
    manifest = experiment.manifest()
    machine = {"id": "here", "cpu": {"architecture": "x86_64", "threads": threads}}
    return Assignment(
        manifest=manifest,
        source=experiment.folder,
        tasks=select_tasks(manifest, **choice),
        environments={"environment": environment},
        host=Host(OperatingSystem(name="Linux"), Hardware.model_validate(machine), NoSandbox("", "")),
        sandbox=sandbox,
        metrics=(METRIC,),
        jobs=jobs,
    )


@pytest.fixture
def sandbox() -> Sandbox:
    """The sandbox of this host."""
    found = find_sandbox()
    if isinstance(found, NoSandbox):
        pytest.skip(found.reason)
    return found


def ended(events: Sequence[Event]) -> list[Ended]:
    return [event for event in events if isinstance(event, Ended)]


def output_of(one: Ended, folder: Path, name: str = "stdout") -> str:
    return (folder / WORK / ".reprocrate" / "runs" / one.record.id / f"{name}.log").read_text()


def digest_of(folder: Path) -> str:
    return tree_digest((file.path, sha256_file(file.location).sha256) for file in walk(folder))


@pytest.mark.parametrize("isolated", [False, True])
def test_every_seed_is_run_again_and_recorded(
    isolated: bool, numbers: Experiment, rerun: Rerun, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before = digest_of(numbers.folder)
    events = rerun(numbers, sandbox=request.getfixturevalue("sandbox") if isolated else None)
    assert [type(event) for event in events] == [Started, Ended, Started, Ended]
    assert [event.number for event in events if isinstance(event, Started)] == [1, 2]
    for one, seed in zip(ended(events), (1, 2), strict=True):
        record = one.record
        assert (record.status, record.exit_code) == ("ok", 0)
        assert record.seed == seed
        assert record.command == ("python", "train.py", str(seed))
        assert record.configuration.name == "base"
        assert record.configuration.template == ("python", "train.py", "{seed}")
        assert [(metric.metric, metric.value) for metric in record.metrics] == [("score", 3.0 * seed)]
        assert [file.path for file in record.inputs] == ["data/numbers.txt"]
        assert [file.path for file in record.outputs] == [f"out/{seed}.json"]
        assert [file.path for file in record.code.files] == ["train.py"]
        assert record.environment.python is not None
        assert record.environment.python.version == HERE
        assert record.duration_s is not None
        assert one.problems == ()
        assert output_of(one, tmp_path / "rerun") == f"score {3.0 * seed}\n"
    assert digest_of(numbers.folder) == before


def test_recorded_outputs_are_not_there_when_a_run_starts(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("train.py", "import os; print(sorted(os.listdir('.')))")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    experiment.runs[0]["outputs"] = [experiment.write("model.bin", "weights")]
    (one,) = ended(rerun(experiment))
    assert output_of(one, tmp_path / "rerun") == "['.reprocrate', 'train.py']\n"


WRITES = """
import os, sys
seed = sys.argv[1]
os.mkdir(f"runs/{seed}")
open(f"runs/{seed}/model.bin", "w").close()
open("results/all.txt", "w").close()
"""


def test_folders_that_the_author_had_are_there_and_those_of_a_seed_are_not(
    experiment: Experiment, rerun: Rerun
) -> None:
    experiment.add_code("train.py", WRITES)
    experiment.add_runs(["python", "train.py", "{seed}"])
    for run in experiment.runs:
        own = f"runs/{run['seeds'][0]['value']}/model.bin"
        run["outputs"] = [experiment.write(path, "") for path in (own, "results/all.txt")]
    assert [one.record.status for one in ended(rerun(experiment))] == ["ok", "ok"]


@pytest.mark.parametrize("completeness", ["partial", "complete"])
def test_declared_data_is_there_where_reading_could_not_be_seen(
    experiment: Experiment, rerun: Rerun, completeness: str, tmp_path: Path
) -> None:
    experiment.add_code("train.py", "import os; print(os.path.exists('data/numbers.bin'))")
    experiment.add_data("data/numbers.bin", "1")
    experiment.add_runs(["python", "train.py"], seeds=[None], capture={"completeness": completeness})
    experiment.configurations[0]["data"] = []
    (one,) = ended(rerun(experiment))
    assert output_of(one, tmp_path / "rerun") == f"{completeness == 'partial'}\n"


def test_metrics_of_another_configuration_are_not_looked_for(experiment: Experiment, rerun: Rerun) -> None:
    experiment.add_code("train.py", "")
    experiment.add_runs(["python", "train.py"], seeds=[None], name="plain")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    experiment.runs[1]["metrics"] = [{"metric": "score", "value": 1.0, "status": "ok"}]
    plain, base = ended(rerun(experiment))
    assert plain.problems == ()
    assert len(base.problems) == 1


def test_a_seed_that_crashes_is_kept_and_the_next_is_run(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("train.py", "import sys; sys.exit(7 if sys.argv[1] == '1' else 0)")
    experiment.add_runs(["python", "train.py", "{seed}"])
    first, second = ended(rerun(experiment))
    assert (first.record.status, first.record.exit_code) == ("failed", 7)
    assert second.record.status == "ok"
    again = ended(rerun(experiment))
    assert [one.reused for one in again] == [True, True]
    assert again[0].record == first.record


@pytest.mark.parametrize("isolated", [False, True])
def test_a_run_that_was_killed_is_kept(
    isolated: bool, experiment: Experiment, rerun: Rerun, request: pytest.FixtureRequest
) -> None:
    experiment.add_code("train.py", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    (one,) = ended(rerun(experiment, sandbox=request.getfixturevalue("sandbox") if isolated else None))
    assert (one.record.status, one.record.signal, one.record.exit_code) == ("killed", 9, None)


@pytest.mark.parametrize("isolated", [False, True])
def test_what_a_run_used_is_recorded(
    isolated: bool, experiment: Experiment, rerun: Rerun, request: pytest.FixtureRequest
) -> None:
    experiment.add_code(
        "train.py", "import time\nx = bytearray(200_000_000)\nwhile time.process_time() < 0.5: pass"
    )
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    (one,) = ended(rerun(experiment, sandbox=request.getfixturevalue("sandbox") if isolated else None))
    assert one.record.resources.cpu_s is not None
    assert one.record.resources.cpu_s >= 0.5
    assert one.record.resources.peak_memory_bytes is not None
    assert one.record.resources.peak_memory_bytes >= 200_000_000
    assert [Path(log.path).name for log in one.record.logs] == ["stdout.log", "stderr.log"]


INTERRUPTING = """
import os, signal, sys, time
flag = "{flag}"
if sys.argv[1] == "2" and not os.path.exists(flag):
    open(flag, "w").close()
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)
"""


def test_after_an_interruption_what_is_done_is_not_done_again(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("train.py", INTERRUPTING.replace("{flag}", str(tmp_path / "was-here")))
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1, 2, 3])
    first = rerun(experiment)
    assert first[-1] == Interrupted(1, 3)
    assert [one.record.seed for one in ended(first)] == [1]
    second = rerun(experiment)
    assert [(one.record.seed, one.reused, one.record.status) for one in ended(second)] == [
        (1, True, "ok"),
        (2, False, "ok"),
        (3, False, "ok"),
    ]
    assert not any(isinstance(event, Interrupted) for event in second)


SHOW_VARIABLES = "import json, os; print(json.dumps(dict(os.environ)))"


def variables_of(experiment: Experiment, rerun: Rerun, folder: Path, **options: Any) -> dict[str, str]:
    experiment.add_code("train.py", SHOW_VARIABLES)
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    (one,) = ended(rerun(experiment, **options))
    found: dict[str, str] = json.loads(output_of(one, folder))
    return found


def test_recorded_variables_are_set_again_and_the_callers_are_not(
    experiment: Experiment, rerun: Rerun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "31")
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    experiment.environment["variables"] = {
        "PYTHONHASHSEED": "7",
        "MKL_NUM_THREADS": "3",
        "CUDA_VISIBLE_DEVICES": "6",
        "LD_PRELOAD": "evil.so",
        "PATH": "/evil",
    }
    found = variables_of(experiment, rerun, tmp_path / "rerun")
    assert found["PYTHONHASHSEED"] == "7"
    assert found["MKL_NUM_THREADS"] == "3"
    assert found["CUDA_VISIBLE_DEVICES"] == "1"
    assert "OMP_NUM_THREADS" not in found
    assert "MY_TOKEN" not in found
    assert "LD_PRELOAD" not in found
    assert "/evil" not in found["PATH"]
    assert found["HOME"] == str(tmp_path / "rerun" / "home")


def test_a_machine_with_other_threads_is_held_to_the_recorded_number(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    found = variables_of(experiment, rerun, tmp_path / "rerun", threads=64)
    assert found["OMP_NUM_THREADS"] == found["OPENBLAS_NUM_THREADS"] == "2"


def test_the_seed_can_come_by_a_variable(experiment: Experiment, rerun: Rerun, tmp_path: Path) -> None:
    experiment.add_code("train.py", "import os; print(os.environ['MY_SEED'])")
    experiment.add_runs(["python", "train.py"], seed_variable="MY_SEED")
    events = ended(rerun(experiment))
    assert [output_of(one, tmp_path / "rerun") for one in events] == ["1\n", "2\n"]
    assert [one.record.seed for one in events] == [1, 2]


def test_a_command_without_a_seed_is_run_as_recorded(experiment: Experiment, rerun: Rerun) -> None:
    experiment.add_code("prepare.py", "print('prepared')")
    experiment.add_runs(["python", "prepare.py"], seeds=[None])
    (one,) = ended(rerun(experiment))
    assert (one.record.status, one.record.seed) == ("ok", None)


def test_a_run_starts_in_its_working_directory(experiment: Experiment, rerun: Rerun, tmp_path: Path) -> None:
    experiment.add_code("src/train.py", "import os; print(os.path.basename(os.getcwd()))")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1], working_directory="src")
    (one,) = ended(rerun(experiment))
    assert output_of(one, tmp_path / "rerun") == "src\n"
    assert one.record.configuration.working_directory == "src"


def test_a_smoke_run_takes_its_overrides(experiment: Experiment, rerun: Rerun, tmp_path: Path) -> None:
    experiment.add_code("train.py", "import sys; print(sys.argv[1:])")
    variants = [{"name": "smoke", "overrides": ["--epochs", "1"]}]
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1], variants=variants)
    (one,) = ended(rerun(experiment, depth=Depth.SMOKE))
    assert output_of(one, tmp_path / "rerun") == "['1', '--epochs', '1']\n"


def test_what_a_run_changes_of_code_and_data_the_next_does_not_see(
    numbers: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    numbers.code.clear()
    numbers.configurations.clear()
    numbers.runs.clear()
    numbers.add_code(
        "train.py", TRAIN + "\nopen('data/numbers.txt', 'a').write('100\\n')\nos.remove('train.py')\n"
    )
    numbers.add_runs(["python", "train.py", "{seed}"])
    assert [one.record.metrics[0].value for one in ended(rerun(numbers))] == [3.0, 6.0]


def test_runs_of_different_code_each_get_their_own(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    show = "import os; print('{}', sorted(os.listdir('.')))"
    experiment.add_code("train.py", show.format("new"))
    experiment.add_code("train.py", show.format("old"), "old", ".reprocrate/code/old")
    experiment.add_code("helper.py", "", "old", ".reprocrate/code/old")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1], name="a", code="old")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1], name="b", code="code")
    first, second = (output_of(one, tmp_path / "rerun") for one in ended(rerun(experiment)))
    assert first == "old ['.reprocrate', 'helper.py', 'train.py']\n"
    assert second == "new ['.reprocrate', 'train.py']\n"


def test_a_later_run_finds_what_an_earlier_one_made(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("prepare.py", "open('features.txt', 'w').write('42')")
    experiment.add_code("train.py", "print(open('features.txt').read())")
    experiment.add_runs(["python", "prepare.py"], seeds=[None], name="prepare")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1], name="train")
    features = experiment.write("features.txt", "recorded")
    experiment.data["features"] = {"id": "features", "files": [features]}
    experiment.runs[0]["outputs"] = [features]
    experiment.runs[1]["inputs"] = [features]
    _, train = ended(rerun(experiment))
    assert output_of(train, tmp_path / "rerun") == "42\n"


def test_data_of_a_librarys_cache_is_found_in_the_home_folder(
    experiment: Experiment, rerun: Rerun, tmp_path: Path, sandbox: Sandbox
) -> None:
    read = "import os; print(open(os.path.expanduser('~/scikit_learn_data/rings.csv')).read())"
    experiment.add_code("train.py", read)
    experiment.add_data("rings.csv", "1,2", "rings", root="scikit-learn")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    (one,) = ended(rerun(experiment, sandbox=sandbox))
    assert output_of(one, tmp_path / "rerun") == "1,2\n"


def test_every_named_place_has_a_place_in_the_home_folder() -> None:
    assert all(place_in_home(name) for name in CACHES)
    assert place_in_home("home") == ""
    assert place_in_home("external") is None


def test_a_package_installed_in_place_is_imported_from_the_code(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("src/my_lib/__init__.py", "NAME = 'mine'")
    experiment.add_code("train.py", "import my_lib; print(my_lib.NAME)")
    experiment.environment["packages"] = [
        {"name": "my-lib", "version": "0.1", "source": "local", "editable": True}
    ]
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    (one,) = ended(rerun(experiment))
    assert output_of(one, tmp_path / "rerun") == "mine\n"


def test_a_repository_that_a_run_leaves_is_not_read(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    trap = f"""
import os
os.makedirs(".git/objects", exist_ok=True)
os.makedirs(".git/refs", exist_ok=True)
open(".git/HEAD", "w").write("ref: refs/heads/main")
open(".git/config", "w").write("[core]\\nfsmonitor = touch {tmp_path}/started\\n")
os.symlink("/etc/hostname", "HEAD")
"""
    experiment.add_code("train.py", trap)
    experiment.add_runs(["python", "train.py", "{seed}"])
    events = ended(rerun(experiment))
    assert [one.record.status for one in events] == ["ok", "ok"]
    assert [one.record.code.vcs for one in events] == [None, None]
    assert not (tmp_path / "started").exists()


def test_a_repository_around_the_imported_folder_is_not_taken_for_the_experiments(
    numbers: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    os.system(f"git -C {tmp_path} init -q && git -C {tmp_path} commit -q --allow-empty -m x")
    events = ended(rerun(numbers))
    assert [one.record.code.vcs for one in events] == [None, None]
    assert [file.path for file in events[0].record.code.files] == ["train.py"]


PRY = """
import glob, os, socket
def attempt(what, act):
    try:
        act()
        print(what)
    except OSError:
        pass
attempt("network", lambda: socket.create_connection(("127.0.0.1", 22), 2))
attempt("outside", lambda: open("/etc/escaped", "w"))
open("../escaped", "w").close()
attempt("source", lambda: open("{source}/train.py").read())
attempt("tree", lambda: os.rename(".reprocrate", "x"))
mine = os.environ["REPROCRATE_LOG_DIR"]
for record in glob.glob(".reprocrate/runs/*/run.json"):
    if not mine.endswith(record.split("/")[-2]):
        attempt("earlier record", lambda: open(record, "a"))
open("made", "w").close()
os.makedirs(os.path.expanduser("~/.cache"), exist_ok=True)
open("/tmp/scratch", "w").close()
"""


def test_in_the_sandbox_a_run_reaches_nothing_but_its_own(
    experiment: Experiment, rerun: Rerun, tmp_path: Path, sandbox: Sandbox
) -> None:
    experiment.add_code("train.py", PRY.replace("{source}", str(experiment.folder)))
    experiment.add_runs(["python", "train.py", "{seed}"])
    for one in ended(rerun(experiment, sandbox=sandbox)):
        assert output_of(one, tmp_path / "rerun", "stderr") == ""
        assert one.record.status == "ok"
        assert output_of(one, tmp_path / "rerun") == ""
    assert (tmp_path / "rerun" / WORK / "made").exists()
    assert not (tmp_path / "rerun" / "escaped").exists()


def test_without_a_sandbox_temporary_files_stay_in_the_reruns_folder(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("train.py", "import tempfile; print(tempfile.gettempdir())")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    (one,) = ended(rerun(experiment))
    assert output_of(one, tmp_path / "rerun") == f"{tmp_path}/rerun/tmp\n"


def test_a_changed_file_stops_the_rerun_before_anything_runs(
    numbers: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    (numbers.folder / "train.py").write_text("print('evil')")
    with pytest.raises(IntegrityError, match=r"train\.py"):
        rerun(numbers)
    assert not list((tmp_path / "rerun" / WORK).glob(".reprocrate/runs/*"))


def test_missing_data_is_named(numbers: Experiment, rerun: Rerun) -> None:
    (numbers.folder / "data" / "numbers.txt").unlink()
    with pytest.raises(UnavailableError, match=r"data/numbers\.txt"):
        rerun(numbers)


@pytest.mark.parametrize("isolated", [False, True])
def test_a_program_that_is_not_here_is_named(
    isolated: bool, experiment: Experiment, rerun: Rerun, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    experiment.add_code("train.py", "")
    experiment.add_runs(["no-such-program", "train.py", "{seed}"])
    with pytest.raises(UnavailableError, match="no-such-program"):
        rerun(experiment, sandbox=request.getfixturevalue("sandbox") if isolated else None)
    assert not list((tmp_path / "rerun" / WORK).glob(".reprocrate/runs/*"))


def test_a_stranger_s_variable_reaches_the_run_but_not_the_sandbox_program(
    experiment: Experiment, rerun: Rerun, tmp_path: Path, sandbox: Sandbox
) -> None:
    experiment.add_code("train.py", "import os; print(os.environ['LD_LIBRARY_PATH'])")
    experiment.add_data("1/libcap.so.2", "bubblewrap would end here, or run what this holds, outside")
    experiment.add_runs(["python", "train.py"], seeds=[1], seed_variable="LD_LIBRARY_PATH")
    (one,) = ended(rerun(experiment, sandbox=sandbox))
    assert one.record.status == "ok", output_of(one, tmp_path / "rerun", "stderr")
    assert output_of(one, tmp_path / "rerun") == "1\n"


def test_a_configuration_is_recorded_under_its_identifier(experiment: Experiment, rerun: Rerun) -> None:
    experiment.add_code("train.py", "")
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    experiment.configurations[0]["name"] = "Base, as the paper calls it"
    (one,) = ended(rerun(experiment))
    assert one.record.configuration.name == "base"


def test_an_environment_that_was_not_built_is_named(
    numbers: Experiment, environment: BuiltEnvironment, tmp_path: Path
) -> None:
    without = replace(assignment(numbers, environment), environments={})
    with pytest.raises(UnavailableError, match="environment was not built"):
        list(execute(without, tmp_path / "rerun"))


def test_a_folder_that_cannot_be_made_is_told(
    numbers: Experiment, environment: BuiltEnvironment, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="file"):
        list(execute(assignment(numbers, environment), tmp_path / "file" / "rerun"))


def files_of(folder: Path) -> dict[str, str]:
    """Files of the rerun's project by path, without its records."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted((folder / WORK).rglob("*"))
        if path.is_file() and ".reprocrate" not in path.parts
    }


SHARED = """
import os, sys, time
seed = int(sys.argv[1])
os.makedirs("out", exist_ok=True)
print(os.path.exists("out/model.txt"), os.getcwd())
open("out/model.txt", "w").write(str(seed))
# Every run waits until another one runs beside it: alone it would wait in vain.
meeting = "{meeting}"
open(os.path.join(meeting, str(seed)), "w").close()
for _ in range(200):
    if len(os.listdir(meeting)) > 1:
        break
    time.sleep(0.05)
else:
    sys.exit("nobody came")
time.sleep(0.2)
with open("out/model.txt") as file:
    assert file.read() == str(seed)
"""


def test_several_runs_at_once_do_not_meet_and_leave_what_they_leave_in_turn(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    (tmp_path / "meeting").mkdir()
    experiment.add_code("train.py", SHARED.replace("{meeting}", str(tmp_path / "meeting")))
    experiment.add_runs(
        ["python", "train.py", "{seed}"], seeds=[1, 2, 3, 4], capture={"completeness": "complete"}
    )
    events = ended(rerun(experiment, jobs=2))
    assert sorted((one.record.seed, one.record.status) for one in events) == [
        (1, "ok"),
        (2, "ok"),
        (3, "ok"),
        (4, "ok"),
    ]
    folder = tmp_path / "rerun"
    assert len({output_of(one, folder).split()[1] for one in events}) == 2
    assert files_of(folder)["work/out/model.txt"] == "4"
    assert not (folder / "workers").exists()
    for one in events:
        assert [file.path for file in one.record.outputs] == ["out/model.txt"]
    again = ended(rerun(experiment, jobs=3))
    assert all(one.reused for one in again)


def test_at_once_and_in_turn_give_the_same_records(
    numbers: Experiment, environment: BuiltEnvironment, tmp_path: Path
) -> None:
    found = []
    for jobs, name in ((1, "in-turn"), (2, "at-once")):
        events = ended(list(execute(assignment(numbers, environment, jobs=jobs), tmp_path / name)))
        events.sort(key=lambda one: str(one.record.seed))
        records = [
            replace(
                one.record, id="", started="", ended=None, duration_s=None, resources=Resources(), logs=()
            )
            for one in events
        ]
        kept = files_of(tmp_path / name)
        objects = sorted(path.name for path in (tmp_path / name / WORK / ".reprocrate/objects").rglob("*"))
        found.append((records, kept, objects))
    assert found[0] == found[1]


@pytest.mark.parametrize("completeness", ["complete", "partial"])
def test_at_once_a_later_run_still_finds_what_an_earlier_one_made(
    completeness: str, experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    prepare = "import time; time.sleep(0.5); open('features.txt', 'w').write('42')"
    experiment.add_code("prepare.py", prepare)
    experiment.add_code("train.py", "print(open('features.txt').read())")
    capture = {"completeness": completeness}
    experiment.add_runs(["python", "prepare.py"], seeds=[None], name="prepare", capture=capture)
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1, 2, 3], name="train", capture=capture)
    features = experiment.write("features.txt", "recorded")
    experiment.runs[0]["outputs"] = [features]
    if completeness == "complete":  # otherwise nobody saw who read it
        experiment.data["features"] = {"id": "features", "files": [features]}
        for run in experiment.runs[1:]:
            run["inputs"] = [features]
    events = ended(rerun(experiment, jobs=3))
    assert events[0].task.configuration.id == "prepare"
    assert [output_of(one, tmp_path / "rerun") for one in events[1:]] == ["42\n"] * 3


def test_at_once_a_failure_of_ours_ends_all(
    numbers: Experiment, environment: BuiltEnvironment, tmp_path: Path
) -> None:
    numbers.runs[1]["command"] = numbers.configurations[0]["command"] = ["no-such-program"]
    with pytest.raises(UnavailableError, match="no-such-program"):
        list(execute(assignment(numbers, environment, jobs=2), tmp_path / "rerun"))


ESCAPING = """
import os, shutil
os.makedirs("out")
open("out/secret.txt", "w").close()
shutil.rmtree("out")
os.symlink("{outside}", "out")
"""


def test_at_once_outputs_behind_a_link_stay_where_they_are(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    experiment.add_code("train.py", ESCAPING.replace("{outside}", str(outside)))
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1, 2])
    assert [one.record.status for one in ended(rerun(experiment, jobs=2))] == ["ok", "ok"]
    assert (outside / "secret.txt").read_text() == "secret"
    assert "work/out/secret.txt" not in files_of(tmp_path / "rerun")


CHECKPOINT = """
import os, signal, sys, time
seed = sys.argv[1]
os.makedirs("out", exist_ok=True)
print(sorted(os.listdir("out")), os.path.exists(os.path.expanduser("~/" + seed)))
open(f"out/{seed}.bin", "w").write(seed)
open(os.path.expanduser("~/" + seed), "w").close()
if seed == "2" and not os.path.exists("{flag}"):
    open("{flag}", "w").close()
    os.chmod("out", 0o500)
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)
"""


def test_what_an_unfinished_run_left_is_not_there_when_it_is_run_again(
    experiment: Experiment, rerun: Rerun, tmp_path: Path
) -> None:
    experiment.add_code("train.py", CHECKPOINT.replace("{flag}", str(tmp_path / "was-here")))
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1, 2])
    assert rerun(experiment)[-1] == Interrupted(1, 2)
    assert (tmp_path / "rerun" / WORK / "out" / "2.bin").exists()
    first, second = ended(rerun(experiment))
    assert (first.reused, second.reused) == (True, False)
    assert output_of(second, tmp_path / "rerun") == "['1.bin'] False\n"
    assert len(list((tmp_path / "rerun" / WORK / ".reprocrate" / "runs").iterdir())) == 2


def test_two_processes_do_not_work_on_one_rerun(
    numbers: Experiment, environment: BuiltEnvironment, tmp_path: Path
) -> None:
    (tmp_path / "rerun").mkdir()
    with alone_in(tmp_path / "rerun"), pytest.raises(UnavailableError, match="going on already"):
        list(execute(assignment(numbers, environment), tmp_path / "rerun"))
    assert len(ended(list(execute(assignment(numbers, environment), tmp_path / "rerun")))) == 2


def test_trackers_are_offline_and_what_was_recorded_counts_more(
    experiment: Experiment, rerun: Rerun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://tracker.example.org")
    experiment.environment["variables"] = {"HF_HUB_OFFLINE": "0"}
    found = variables_of(experiment, rerun, tmp_path / "rerun")
    assert found["WANDB_MODE"] == found["NEPTUNE_MODE"] == found["SWANLAB_MODE"] == "offline"
    assert found["CLEARML_OFFLINE_MODE"] == "1"
    assert found["COMET_START_ONLINE"] == "0"
    assert found["HF_HUB_OFFLINE"] == "0"
    assert found["HF_DATASETS_OFFLINE"] == "1"
    assert "MLFLOW_TRACKING_URI" not in found


COMPILED = """
import importlib.util, json, os
module = importlib.util.find_spec("colorsys").origin
place = importlib.util.cache_from_source(module)
before = os.path.exists(place)
import colorsys
os.makedirs("out", exist_ok=True)
json.dump({"score": float(before)}, open("out/1.json", "w"))
"""


def test_what_a_rerun_compiled_serves_the_next_one(
    experiment: Experiment, environment: BuiltEnvironment, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Compiling a large library takes longer than many a run; the packages themselves are not written to."""
    experiment.add_code("train.py", COMPILED)
    experiment.add_runs(["python", "train.py", "{seed}"], seeds=[1])
    mine = replace(environment, folder=tmp_path / "mine")
    mine.folder.mkdir()
    task = assignment(experiment, mine, sandbox)
    seen = []
    for name in ("first", "second"):
        (one,) = ended(list(execute(task, tmp_path / name)))
        assert one.problems == ()
        assert [file.path for file in one.record.outputs] == ["out/1.json"]
        seen.append(one.record.metrics[0].value)
    assert seen == [0.0, 1.0]
    assert [place.name for place in mine.folder.iterdir()] == ["bytecode"]
