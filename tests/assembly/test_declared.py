"""Runs that are declared: what is said of them stands in the manifest, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.toml import parse_settings
from reprocrate.capture.record import Configuration, Cpu, Hardware, Metric, RunRecord, Seed, Tool
from reprocrate.errors import UsageError
from reprocrate.finding import Severity
from reprocrate.manifest import Manifest, Run
from reprocrate.validation import Subject, validate

SETTINGS = """
[experiment]
title = "On a cluster"

[metrics.loss]
stdout = "test loss: (?P<value>[0-9.]+)"
direction = "minimize"
split = "test"

[configurations.large]
command = "python train.py --layers 24 --seed {seed}"
"""
RUN = """
[[runs]]
configuration = "large"
seed = {seed}
status = "ok"
logs = ["logs/{seed}.out"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the logs of three jobs."""
    for seed in range(3):
        write(tmp_path, f"logs/{seed}.out", f"step 1\ntest loss: 9.5\ntest loss: 0.{seed}5\n")
    write(tmp_path, "train.py", "print('never run here')\n")
    return tmp_path


def write(project: Path, path: str, text: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text, "utf-8")


def made(project: Path, text: str, records: list[RunRecord] | None = None) -> Manifest:
    """The manifest, in which no rule finds an error."""
    manifest = assemble(project, parse_settings(SETTINGS + text), records or [])
    errors = [each for each in validate(Subject.of(manifest)).findings if each.severity is Severity.ERROR]
    assert [each.message for each in errors] == []
    return manifest


def declared(project: Path, more: str = "", seed: int = 0) -> Run:
    """The only run of a manifest with one declared run."""
    (run,) = made(project, RUN.format(seed=seed) + more).runs
    return run


def refused(project: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        assemble(project, parse_settings(SETTINGS + text), [])
    return str(caught.value)


def git(project: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_value_is_the_last_one_in_the_log(project: Path) -> None:
    manifest = made(project, "".join(RUN.format(seed=seed) for seed in range(3)))
    (result,) = manifest.results
    assert (result.n, result.value) == (3, pytest.approx(0.15))
    assert [run.seed for run in manifest.runs] == [0, 1, 2]
    assert [(each.metric, each.value, each.split) for each in manifest.runs[1].metrics] == [
        ("loss", 0.15, "test")
    ]


def test_nothing_is_said_that_the_author_did_not_say(project: Path) -> None:
    manifest = made(project, RUN.format(seed=0))
    document = manifest.to_dict()
    (run,) = document["runs"]
    assert set(run) == {
        "id",
        "configuration",
        "command",
        "status",
        "kind",
        "seeds",
        "logs",
        "metrics",
        "capture",
    }
    assert run["capture"] == {
        "completeness": "minimal",
        "reason": "declared in reprocrate.toml, not recorded",
    }
    assert run["seeds"] == [{"value": 0, "how": "declared"}]
    assert run["command"] == ["python", "train.py", "--layers", "24", "--seed", "0"]
    assert {"code", "environments", "hardware", "determinism"}.isdisjoint(document)
    assert "cpu_s" not in document["compute"]
    assert "energy_kwh" not in document["compute"]
    assert "created" not in document["experiment"]
    how = {(entry["section"], entry["how"]) for entry in document["history"]}
    assert ("runs", "declared") in how
    assert not any(word == "captured" for _, word in how)


def test_what_the_author_knows_is_kept(project: Path) -> None:
    write(
        project,
        "cluster/requirements.txt",
        "Torch_x[gpu]==2.4.0+cu121 \\\n    --hash=sha256:" + "a" * 64 + "\n# six==1.0\n",
    )
    more = """
commit = "v1"
started = 2026-03-01T08:00:00+01:00
duration_s = "1-02:03:04.5"
exit_code = 0
environment = "cluster"
hardware = ["node-a", "node-b"]
launch = { launcher = "srun", world_size = 16, nodes = 2 }
attempts = [{ started = "2026-02-28T09:00:00Z", status = "killed", duration_s = 3600 }]
gpu_s = 1500.5
energy_kwh = 12.5
reason = "the cluster keeps no recorder"

[hardware.node-a]
cpu = { architecture = "x86_64", model = "EPYC" }
accelerators = [{ model = "A100", count = 2, memory_bytes = 80 }]
[hardware.node-b]
memory_bytes = 1024
[hardware.unused]
memory_bytes = 1

[environments.cluster]
python = "3.11.7"
lock = "cluster/requirements.txt"
container = "registry.example.org/train@sha256:IMAGE"
os = "Linux"
""".replace("IMAGE", "b" * 64)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "Submitted")
    git(project, "tag", "v1")
    commit = git(project, "rev-parse", "HEAD")
    write(project, "train.py", "print('of today')\n")
    manifest = made(project, RUN.format(seed=0) + more)
    (run,) = manifest.runs
    assert (run.started, run.duration_s, run.exit_code) == ("2026-03-01T07:00:00.000Z", 93784.5, 0)
    assert run.id == "20260301T070000Z-large-0"
    assert manifest.experiment.created == run.started
    assert run.launch is not None
    assert (run.launch.launcher, run.launch.world_size, run.launch.nodes) == ("srun", 16, 2)
    assert [(one.started, one.status, one.duration_s) for one in run.attempts] == [
        ("2026-02-28T09:00:00.000Z", "killed", 3600.0)
    ]
    assert run.resources is not None
    assert (run.resources.gpu_s, run.resources.energy_kwh, run.resources.cpu_s) == (1500.5, 12.5, None)
    assert run.capture is not None
    assert run.capture.reason == "declared in reprocrate.toml, not recorded: the cluster keeps no recorder"
    assert run.hardware == ("node-a", "node-b") == tuple(machine.id for machine in manifest.hardware)
    assert [one.model for one in manifest.hardware[0].accelerators] == ["A100", "A100"]
    (environment,) = manifest.environments
    assert (environment.id, run.environment) == ("cluster", "cluster")
    assert environment.container is not None
    assert environment.container.digest == f"sha256:{'b' * 64}"
    assert environment.lock is not None
    assert (environment.lock.format, environment.lock.hashed) == ("requirements", True)
    assert [(one.name, one.version, one.local_label) for one in environment.packages] == [
        ("torch-x", "2.4.0", "cu121")
    ]
    (code,) = manifest.code
    assert (code.commit, code.dirty, code.id) == (commit, False, run.code)
    digests = {file.path: file.size for file in code.files}
    assert digests["train.py"] == len("print('never run here')\n")
    assert "logs/0.out" not in digests
    assert manifest.compute is not None
    assert manifest.compute.energy_kwh == 12.5


def test_logs_of_a_requeued_job_are_read_from_the_last_on(project: Path) -> None:
    write(project, "logs/9.first.out", "test loss: 0.9\n")
    write(project, "logs/9.out", "test loss: 0.2\n")
    write(project, "logs/9.err", "a warning of some library\n")
    text = RUN.format(seed=9).replace('"logs/9.out"', '"logs/9.first.out", "logs/9.out", "logs/9.err"')
    (run,) = made(project, text).runs
    assert [log.path for log in run.logs] == ["logs/9.first.out", "logs/9.out", "logs/9.err"]
    assert [each.value for each in run.metrics] == [0.2]


def test_values_are_read_from_files_too(project: Path) -> None:
    write(project, "out/large-0.json", '{"loss": 0.75}')
    text = SETTINGS.replace(
        'stdout = "test loss: (?P<value>[0-9.]+)"', 'from = "out/{configuration}-{seed}.json:$.loss"'
    )
    text += RUN.format(seed=0) + 'outputs = "out/large-0.json"\n'
    (run,) = assemble(project, parse_settings(text), []).runs
    assert [each.value for each in run.metrics] == [0.75]
    assert [file.path for file in run.outputs] == ["out/large-0.json"]


def test_checkpoints_that_stayed_behind_have_the_digests_that_are_declared(project: Path) -> None:
    write(project, "checkpoints/last.pt", "weights")
    there = f'{{ path = "checkpoints/first.pt", size = 4831838208, sha256 = "{"c" * 64}" }}'
    run = declared(project, f'checkpoints = ["checkpoints/last.pt", {there}]\n')
    assert [(file.path, file.size, file.travels) for file in run.checkpoints] == [
        ("checkpoints/last.pt", 7, True),
        ("checkpoints/first.pt", 4831838208, False),
    ]
    assert run.outputs == ()


def test_a_checkpoint_may_be_here_and_stay(project: Path) -> None:
    write(project, "last.pt", "weights")
    run = declared(project, 'checkpoints = [{ path = "last.pt", in_bundle = false }]\n')
    (file,) = run.checkpoints
    assert (file.size, file.travels) == (7, False)
    assert file.sha256 is not None


def test_runs_that_did_not_end_well_are_listed(project: Path) -> None:
    stopped = RUN.format(seed=1).replace('"ok"', '"killed"') + "signal = 15\n"
    manifest = made(project, RUN.format(seed=0) + stopped)
    (result,) = manifest.results
    assert [(each.run, each.reason) for each in result.excluded] == [("declared-large-1", "killed")]


def recorded(seed: int, started: str, name: str = "large", **more: Any) -> RunRecord:
    template = ("python", "train.py", "--layers", "24", "--seed", "{seed}")
    return RunRecord(
        id=f"{started.replace('-', '').replace(':', '')[:15]}Z-0123456789abcdef",
        tool=Tool("reprocrate", "0.1.0"),
        configuration=Configuration(name, "0" * 64, template),
        command=(*template[:-1], str(seed)),
        status="ok",
        started=started,
        ended=started,
        duration_s=1.0,
        seeds=(Seed(None, seed, "argument"),),
        metrics=(Metric("loss", 0.5, "ok"),),
        **more,
    )


@pytest.mark.parametrize(("started", "value"), [("2026-03-02", 0.5), ("2026-02-28", 0.05)])
def test_the_newest_run_of_a_seed_counts_whether_recorded_or_declared(
    project: Path, started: str, value: float
) -> None:
    text = RUN.format(seed=0) + "started = 2026-03-01T00:00:00Z\n"
    manifest = made(project, text, [recorded(0, f"{started}T00:00:00.000Z")])
    (result,) = manifest.results
    assert result.value == value
    assert [each.reason for each in result.excluded] == ["repeated"]
    assert [run.started for run in manifest.runs] == sorted(str(run.started) for run in manifest.runs)
    assert {entry.how for entry in manifest.history if entry.section == "runs"} == {"captured", "declared"}


def test_a_run_of_kind_smoke_beside_declared_ones_enters_no_result(project: Path) -> None:
    text = '[configurations.smoke]\nkind = "smoke"\n' + RUN.format(seed=0)
    manifest = made(project, text, [recorded(0, "2026-03-02T00:00:00.000Z", "smoke")])
    assert [result.configuration for result in manifest.results] == ["large"]
    assert [run.kind for run in manifest.runs] == ["train", "smoke"]


def test_two_projects_with_the_same_declaration_are_two_experiments(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, "logs/0.out", "test loss: 0.05\n")
    first, second = made(project, RUN.format(seed=0)), made(other, RUN.format(seed=0))
    assert first.id != second.id
    assert made(project, RUN.format(seed=0)).to_bytes() == first.to_bytes()


REFUSED: list[tuple[str, str]] = [
    ('[[runs]]\nstatus = "ok"\n', "runs[0]: `configuration` is missing"),
    ('[[runs]]\nconfiguration = "large"\n', "runs[0]: `status` is missing"),
    ('[[runs]]\nconfiguration = "huge"\nstatus = "ok"\n', "there is no `[configurations.huge]`"),
    (
        RUN.format(seed=0) + 'hardware = "node-z"\n',
        "hardware names `node-z`: there is no `[hardware.node-z]`",
    ),
    (RUN.format(seed=0) + 'environment = "x"\n', "there is no `[environments.x]`"),
    (RUN.format(seed=7), "logs names logs/7.out"),
    (RUN.format(seed=0) + 'checkpoints = ["large.pt"]\n', "give the digest that it has there"),
    (
        RUN.format(seed=0) + f'outputs = [{{ path = "logs/1.out", sha256 = "{"0" * 64}" }}]\n',
        "Correct the digest, or put back the file",
    ),
    (
        RUN.format(seed=0) + f'checkpoints = [{{ path = "../last.pt", sha256 = "{"0" * 64}" }}]\n',
        "Give a path relative to the project",
    ),
    (RUN.format(seed=0) + "started = 2026-03-01T08:00:00\n", "it says no time zone"),
    (RUN.format(seed=0) + 'started = "yesterday"\n', "it is no date and time"),
    (RUN.format(seed=0) + 'duration_s = "a day"\n', "neither a number of seconds nor days-hours"),
    (RUN.format(seed=0) + 'luanch = "srun"\n', "Did you mean `launch`?"),
    (RUN.format(seed=0) + "launch = { world_size = 2 }\n", "launch.launcher: is missing"),
    (RUN.format(seed=0) * 2, "nothing says which of them is the newer one"),
    (RUN.format(seed=0) + 'commit = "v1"\n', "the project is in no git repository"),
    ('[configurations.bare]\n[[runs]]\nconfiguration = "bare"\nstatus = "ok"\n', "runs[0] has no command"),
    (
        RUN.format(seed=0) + 'environment = "x"\n[environments.x]\nlock = "requirements.txt"\n',
        "Make it where the run was",
    ),
    (
        RUN.format(seed=0) + 'environment = "x"\n[environments.x]\nlock = "logs/0.out"\n',
        "its name is that of no lock that is known",
    ),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_cannot_be_is_refused_with_the_place(project: Path, text: str, says: str) -> None:
    message = refused(project, text)
    assert says in message
    assert message.startswith("reprocrate.toml")


@pytest.mark.parametrize("name", ["main", "HEAD", "0000000", "v2"])
def test_a_commit_is_named_by_what_does_not_move(project: Path, name: str) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "Submitted")
    message = refused(project, RUN.format(seed=0) + f'commit = "{name}"\n')
    assert "neither a tag nor the id of a commit" in message


def test_a_commit_may_be_named_by_the_beginning_of_its_id(project: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "Submitted")
    commit = git(project, "rev-parse", "HEAD")
    manifest = made(project / ".", RUN.format(seed=0) + f'commit = "{commit[:8]}"\n')
    assert [code.commit for code in manifest.code] == [commit]


def test_a_folder_of_a_repository_has_the_code_of_that_folder(project: Path) -> None:
    inner = project / "inner"
    write(inner, "run", "#!/bin/sh\n")
    (inner / "run").chmod(0o755)
    write(inner, "notes", "no script\n")
    write(inner, "logs/0.out", "test loss: 0.05\n")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "Submitted")
    git(project, "tag", "v1")
    manifest = made(inner, RUN.format(seed=0) + 'commit = "v1"\n')
    assert [[(file.path, file.executable) for file in code.files] for code in manifest.code] == [
        [("run", True)]
    ]


def test_names_that_reprocrate_would_have_given_may_be_the_authors(project: Path) -> None:
    text = RUN.format(seed=0) + 'hardware = "machine-1"\n[hardware.machine-1]\nmemory_bytes = 1\n'
    machine = Hardware(Cpu("EPYC", "x86_64"))
    manifest = made(project, text, [recorded(1, "2026-03-02T00:00:00.000Z", hardware=machine)])
    assert [one.id for one in manifest.hardware] == ["machine-1", "machine-2"]
    assert [run.hardware for run in manifest.runs] == [("machine-1",), ("machine-2",)]
