"""Launches of many processes: one run, led by rank 0, with each node's hardware and what came before."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.hardware import look_at_hardware
from reprocrate.capture.observation.processes import read_processes
from reprocrate.capture.ranks.nodes import described_hardware, look_at_nodes
from reprocrate.capture.ranks.ranks import find_ranks
from reprocrate.capture.records.loading import load_records
from reprocrate.capture.results.extraction import MetricSource
from reprocrate.manifest import Manifest

PYTHON = sys.executable
OTHER_PYTHONS = [
    path
    for version in ("3.8", "3.10", "3.13")
    for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))[:1]
]

# What a launcher does: it starts every rank with variables that tell which one it is, and starts all of them
# again when one fails.
LAUNCHER = """
import os, subprocess, sys
kind, size, restarts, *command = sys.argv[1:]
names = {
    "torchrun": ("RANK", "LOCAL_RANK", "WORLD_SIZE"),
    "mpirun": ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_SIZE"),
    "mpiexec": ("PMI_RANK", "MPI_LOCALRANKID", "PMI_SIZE"),
    "srun": ("SLURM_PROCID", "SLURM_LOCALID", "SLURM_STEP_NUM_TASKS"),
}[kind]
for attempt in range(int(restarts) + 1):
    ranks = []
    for rank in reversed(range(int(size))):
        place = dict(zip(names, (str(rank), str(rank), size)))
        if kind == "torchrun":
            place["TORCHELASTIC_RESTART_COUNT"] = str(attempt)
        if kind == "srun":
            place["SLURM_STEP_ID"] = "0"
            place["SLURM_STEP_NUM_NODES"] = "1"
        ranks.append(subprocess.Popen([sys.executable, *command], env={**os.environ, **place}))
    codes = [rank.wait() for rank in ranks]
    if not any(codes):
        break
sys.exit(max(codes))
"""
RANK = """
import json, os, pathlib, random, subprocess, sys
names = ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID")
rank = int(next(os.environ[name] for name in names if name in os.environ))
random.seed(rank)
pathlib.Path("data%d.csv" % rank).read_text()
pathlib.Path("out%d.json" % rank).write_text(json.dumps({"rank": rank}))
subprocess.run([sys.executable, "-c", "open('helper%d', 'w')" % rank], check=True)
print("accuracy: 0.5", flush=True)
if rank == 1 and os.environ.get("TORCHELASTIC_RESTART_COUNT") == "0" and "fail" in sys.argv:
    sys.exit(3)
"""


def _manifest(folder: Path) -> Manifest:
    return assemble(folder, ProjectSettings(), load_records(folder).records)


@pytest.fixture
def ranked(empty: Any) -> Any:
    """A project with a launcher, a program for it, and data for two ranks."""
    empty.write("launcher.py", LAUNCHER)
    empty.write("train.py", RANK)
    empty.write("data0.csv", "0\n")
    empty.write("data1.csv", "1\n")
    return empty


@pytest.mark.parametrize("kind", ["torchrun", "mpirun", "mpiexec", "srun"])
def test_ranks_are_one_run_led_by_rank_0(ranked: Any, kind: str) -> None:
    source = MetricSource("accuracy", stdout_regex=r"accuracy: (?P<value>[0-9.]+)")
    finished = ranked.finished(PYTHON, "launcher.py", kind, "2", "0", "train.py", sources=[source])
    record = finished.record
    assert (record.status, finished.problems) == ("ok", ())
    assert record.ranks is not None
    assert (record.ranks.launcher, record.ranks.world_size, record.ranks.nodes) == (kind, 2, 1)
    assert record.ranks.other_nodes == ()
    assert record.attempts == ()
    assert [file.path for file in record.inputs] == ["data0.csv", "data1.csv"]
    assert [file.path for file in record.outputs] == ["helper0", "helper1", "out0.json", "out1.json"]
    assert [metric.value for metric in record.metrics] == [0.5]
    assert record.capture.completeness == "complete", record.capture.reason
    folder = ranked.folder / ".reprocrate" / "runs" / record.id
    processes = read_processes(folder)
    found = find_ranks(processes, ranked.environ, record.command)
    assert found is not None
    assert found.leader.header["argv"][1] == "train.py"  # and not its helper, which has the same variables
    assert found.leader.rank == 0
    assert sorted(process.rank for process in processes if process.rank is not None) == [0, 0, 1, 1]
    host = socket.gethostname()
    assert all(not re.search(rf'"node":\s*"{host}', path.read_text()) for path in folder.glob("access-*"))


def test_variables_of_the_surroundings_make_no_rank(project: Any) -> None:
    inherited = {
        "SLURM_PROCID": "0",
        "SLURM_STEP_ID": "0",
        "SLURM_NTASKS": "4",
        "RANK": "0",
        "LOCAL_RANK": "0",
    }
    changed = replace(project, environ={**os.environ, **inherited, "WORLD_SIZE": "4"})
    assert changed.record(PYTHON, "train.py", "--seed", "1").ranks is None


def test_ranks_that_left_no_log_are_missed(ranked: Any) -> None:
    text = LAUNCHER.replace(
        "env={**os.environ, **place}", "env=place if rank else {**os.environ, **place}"
    )  # as mpirun does for ranks on other nodes
    ranked.write("launcher.py", text)
    record = ranked.record(PYTHON, "launcher.py", "mpirun", "2", "0", "train.py")
    assert record.ranks is not None
    assert (record.ranks.world_size, record.ranks.nodes) == (2, None)
    assert record.capture.completeness == "partial"
    assert "1 of 2 ranks left no log" in record.capture.reason


def test_ranks_that_were_started_again_are_attempts_of_one_run(ranked: Any) -> None:
    record = ranked.record(PYTHON, "launcher.py", "torchrun", "2", "1", "train.py", "fail")
    assert record.status == "ok"
    (attempt,) = record.attempts
    assert attempt.status == "failed"
    assert attempt.started < record.started
    assert attempt.duration_s is not None
    assert attempt.duration_s > 0
    (run,) = _manifest(ranked.folder).runs
    assert [one.status for one in run.attempts] == ["failed"]
    assert run.launch is not None
    assert (run.launch.launcher, run.launch.world_size, run.launch.nodes) == ("torchrun", 2, 1)
    assert len(run.hardware) == 1


def test_requeued_job_keeps_what_it_did_before(project: Any) -> None:
    def attempt(count: int, code: str) -> Any:
        job = {"SLURM_JOB_ID": "17", "SLURM_CLUSTER_NAME": "c", "SLURM_RESTART_COUNT": str(count)}
        project.write("script.py", code)
        return replace(project, environ={**os.environ, **job}).record(PYTHON, "script.py")

    killed = attempt(0, "import os; os.kill(os.getpid(), 9)")
    failed = attempt(1, "raise SystemExit(1)")
    assert [(one.record, one.status) for one in failed.attempts] == [(killed.id, "killed")]
    done = attempt(2, "pass")
    assert [(one.record, one.status) for one in done.attempts] == [
        (killed.id, "killed"),
        (failed.id, "failed"),
    ]
    assert [record.id for record in load_records(project.folder).records] == [done.id]
    other = replace(project, environ={**os.environ, "SLURM_JOB_ID": "18", "SLURM_RESTART_COUNT": "1"})
    assert other.record(PYTHON, "script.py").attempts == ()


def test_other_nodes_describe_themselves(ranked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    launch = ranked.prepare(PYTHON, "launcher.py", "torchrun", "2", "0", "train.py")
    # The launcher calls itself another machine than the ranks will find themselves on.
    variables = {**launch.environment(), "REPROCRATE_NODE": "0" * 16}
    monkeypatch.setattr(type(launch), "environment", lambda _self: variables)
    record = launch.finish(ranked.run(launch)).record
    assert record.ranks is not None
    assert record.ranks.nodes == 1
    here = look_at_hardware({})
    assert record.hardware.cpu is not None
    assert here.cpu is not None
    assert (record.hardware.cpu.model, record.hardware.cpu.cores) == (here.cpu.model, here.cpu.cores)
    assert record.hardware.cpu.threads == len(os.sched_getaffinity(0))
    assert record.hardware.memory_bytes == here.memory_bytes
    logs = launch.folder.glob("access-*")
    described = [json.loads(log.read_text().splitlines()[0]).get("machine") for log in logs]
    assert len([one for one in described if one]) == 2  # local rank 0 and its helper, and no other


NODE = {
    "platform": "linux",
    "machine": "aarch64",
    "kernel": "6.1.0",
    "threads": 3,
    "memory": 64 << 30,
    "limits": ["max", str(32 << 30)],
    "cpuinfo": (
        "processor\t: 0\nmodel name\t: Grace\nFeatures\t: asimd sve2\nphysical id\t: 0\ncore id\t: 0\n\n"
        "processor\t: 1\nphysical id\t: 0\ncore id\t: 1\n\nprocessor\t: 2\nphysical id\t: 1\ncore id\t: 0"
    ),
    "nvidia": "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  570.86.15  Release Build\nGCC: 12",
    "gpus": ["Model: \t\t NVIDIA GH200\nGPU UUID: \t GPU-aa", "Model: \t\t NVIDIA H100\nGPU UUID: \t GPU-bb"],
}


def test_description_of_a_node_is_read_as_this_machine_is() -> None:
    hardware = described_hardware(NODE)
    cpu = hardware.cpu
    assert cpu is not None
    assert (cpu.model, cpu.architecture, cpu.cores, cpu.sockets, cpu.threads) == ("Grace", "aarch64", 3, 2, 3)
    assert set(cpu.features) == {"asimd", "sve2"}
    assert hardware.memory_bytes == 32 << 30
    assert [(gpu.model, gpu.driver) for gpu in hardware.accelerators] == [
        ("NVIDIA GH200", "570.86.15"),
        ("NVIDIA H100", "570.86.15"),
    ]
    assert [gpu.model for gpu in described_hardware(NODE, "1").accelerators] == ["NVIDIA H100"]
    bare = described_hardware({})
    assert (bare.memory_bytes, bare.accelerators) == (None, ())


def test_two_nodes_are_two_entries_of_hardware(ranked: Any) -> None:
    record = ranked.record(PYTHON, "launcher.py", "torchrun", "2", "0", "train.py")
    folder = ranked.folder / ".reprocrate" / "runs" / record.id
    assert record.ranks is not None

    def moved(header: dict[str, Any]) -> dict[str, Any]:
        """Rank 1 as the log of another machine has it."""
        if header.get("ranks", {}).get("RANK") != "1":
            return header
        return {**header, "node": "f" * 16, "machine": NODE}

    processes = read_processes(folder)
    for process in processes:
        process.header = moved(dict(process.header))
    ours = next(
        process.header["node"] for process in processes if process.header.get("ranks", {}).get("RANK") == "0"
    )
    found = find_ranks(processes, ranked.environ, record.command)
    assert found is not None
    assert found.nodes == 2
    first, second = look_at_nodes(found, processes, {**os.environ, "REPROCRATE_NODE": ours})
    assert first == record.hardware
    assert second == described_hardware(NODE)
    joined = replace(record, ranks=replace(record.ranks, nodes=2, other_nodes=(second,)))
    joined.save(folder)
    manifest = _manifest(ranked.folder)
    assert manifest.runs[0].hardware == ("machine-1", "machine-2")
    assert [machine.cpu.model for machine in manifest.hardware if machine.cpu][1] == "Grace"


def _can_run_mpi() -> bool:
    if shutil.which("mpirun") is None:
        return False
    probe = subprocess.run(_mpirun("true"), capture_output=True, check=False)
    return probe.returncode == 0


def _mpirun(*command: str) -> tuple[str, ...]:
    return ("mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2", *command)


@pytest.mark.skipif(not _can_run_mpi(), reason="mpirun does not work here")
def test_mpirun(ranked: Any) -> None:
    record = ranked.record(*_mpirun(PYTHON, "train.py"))
    assert record.ranks is not None
    assert (record.ranks.launcher, record.ranks.world_size, record.ranks.nodes) == ("mpirun", 2, 1)
    assert [file.path for file in record.outputs] == ["helper0", "helper1", "out0.json", "out1.json"]
    assert record.capture.completeness == "complete", record.capture.reason


def _slurm_answers(environ: Mapping[str, str]) -> bool:
    srun = shutil.which("srun", path=environ.get("PATH"))
    if srun is None or shutil.which("sinfo") is None:
        return False
    return subprocess.run(("sinfo",), capture_output=True, check=False, timeout=30).returncode == 0


@pytest.mark.skipif(not _slurm_answers(os.environ), reason="there is no Slurm here")
def test_srun(ranked: Any) -> None:
    record = ranked.record("srun", "-n", "2", "--overcommit", PYTHON, "train.py")
    assert record.ranks is not None
    assert (record.ranks.launcher, record.ranks.world_size, record.ranks.nodes) == ("srun", 2, 1)
    assert [file.path for file in record.outputs] == ["helper0", "helper1", "out0.json", "out1.json"]


def test_ranks_that_are_no_children_of_ours_are_counted_by_their_own_word(ranked: Any) -> None:
    work = "import time\nwhile time.process_time() < 0.4: pass\nheld = bytearray(200_000_000)\n"
    ranked.write("train.py", work)
    # As with srun, another process starts the ranks, and nobody here waits for them.
    ranked.write("launcher.py", LAUNCHER.replace("size, restarts, *command = sys.argv[1:]", DETACHED))
    record = ranked.record(PYTHON, "launcher.py", "srun", "2", "0", "train.py")
    assert record.ranks is not None
    assert record.resources.cpu_s is not None
    assert record.resources.cpu_s > 0.8
    assert record.resources.peak_memory_bytes is not None
    assert record.resources.peak_memory_bytes > 200_000_000


# A copy of the launcher, which belongs to nobody, starts the ranks; the launcher waits as for a job.
DETACHED = """size, restarts, *command = sys.argv[1:]
import time
if os.fork():
    while not os.path.exists("done"): time.sleep(0.02)
    sys.exit()
os.setsid()
if os.fork(): os._exit(0)
import atexit
atexit.register(lambda: open("done", "w").close())
"""


def test_launcher_that_starts_many_of_us_is_told_once(project: Any) -> None:
    inside = {"OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "4"}
    first = replace(project, environ={**os.environ, **inside}).finished(PYTHON, "train.py", "--seed", "1")
    (problem,) = first.problems
    assert problem.startswith("mpirun started 4 of these")
    other = {**os.environ, **inside, "OMPI_COMM_WORLD_RANK": "1"}
    assert replace(project, environ=other).finished(PYTHON, "train.py", "--seed", "1").problems == ()


def test_process_that_a_rank_forked_or_spawned_is_not_the_rank(ranked: Any) -> None:
    ranked.write(
        "train.py",
        "import multiprocessing, os\n"
        "def work(n): open('w%s-%d' % (os.environ['RANK'], n), 'w').close()\n"
        "if __name__ == '__main__':\n"
        "    for method in ('fork', 'spawn'):\n"
        "        with multiprocessing.get_context(method).Pool(1) as pool: pool.map(work, [len(method)])\n",
    )
    record = ranked.record(PYTHON, "launcher.py", "torchrun", "2", "0", "train.py")
    assert {file.path for file in record.outputs} == {"w0-4", "w0-5", "w1-4", "w1-5"}
    processes = read_processes(ranked.folder / ".reprocrate" / "runs" / record.id)
    found = find_ranks(processes, ranked.environ, record.command)
    assert found is not None
    assert [process.header["argv"][1:] for process in found.own.values()] == [["train.py"], ["train.py"]]


@pytest.mark.parametrize("python", OTHER_PYTHONS, ids=str)
def test_ranks_are_told_by_every_python_here(ranked: Any, python: Path) -> None:
    record = ranked.record(os.fspath(python), "launcher.py", "torchrun", "2", "0", "train.py")
    assert record.ranks is not None
    assert (record.ranks.world_size, record.ranks.nodes) == (2, 1)
