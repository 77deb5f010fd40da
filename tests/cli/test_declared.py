"""A project whose runs all happened elsewhere: every command works, and says what cannot be done again."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """
[experiment]
title = "On a cluster"

[metrics.accuracy]
stdout = "test accuracy: (?P<value>[0-9.]+)"
direction = "maximize"

[data.points]
files = ["data"]

[configurations.threshold]
data = ["points"]
command = "python train.py --method threshold --seed {seed}"
variants = [{ name = "smoke", overrides = ["--method", "guess"], minutes = 1 }]

[environments.cluster]
python = "PYTHON"

[hardware.node]
cpu = { architecture = "x86_64", model = "EPYC" }
memory_bytes = 1024
""".replace("PYTHON", platform.python_version())
RUN = """
[[runs]]
configuration = "threshold"
seed = {seed}
status = "ok"
commit = "submitted"
started = 2026-03-01T08:00:00Z
logs = ["logs/{seed}.out"]
environment = "cluster"
hardware = "node"
launch = {{ launcher = "srun", world_size = 16, nodes = 2 }}
"""


@pytest.fixture
def cluster(author: Any) -> Any:
    """The author's project with the logs of three jobs, and no record."""
    for seed in range(3):
        author.write(f"logs/{seed}.out", f"test accuracy: 0.9{seed}\n")
    author.write("reprocrate.toml", SETTINGS + "".join(RUN.format(seed=seed) for seed in range(3)))
    author.commit()
    author.git("tag", "submitted")
    return author


def test_declared_runs_are_shown_judged_and_packed(cluster: Any, cli: Any, tmp_path: Path) -> None:
    shown = cluster("show", "--json").document("show")
    assert [(one["n"], round(one["value"], 6)) for one in shown["results"]] == [(3, 0.91)]
    assert "declared in reprocrate.toml, not recorded" in cluster("show").out

    codes = {each["code"] for each in cluster("validate", "--json").document("report")["findings"]}
    assert "RC1006" in codes

    reader = tmp_path / "reader"
    reader.mkdir()
    cluster("pack", "-o", reader / "threshold.crate.zip")
    assert not (cluster.folder / ".reprocrate" / "runs").exists()
    cli(reader, "validate", "threshold.crate.zip")
    plan = cli(reader, "plan", "threshold.crate.zip", code=3).out
    assert "srun, 16 processes, 2 nodes" in plan
    assert "--depth smoke" in plan
    said = cli(reader, "rerun", "threshold.crate.zip", code=3).err
    assert "a rerun starts one process on one machine" in said
    assert (reader / "threshold" / "logs" / "2.out").is_file()
    assert (reader / "threshold" / "train.py").is_file()
    told = (reader / "threshold" / "REPRODUCING.md").read_text("utf-8")
    assert "16 processes on 2 nodes by srun" in told


def test_the_smoke_variant_of_a_declared_run_can_be_run(cluster: Any, rerun: Any, tmp_path: Path) -> None:
    reader = tmp_path / "reader"
    reader.mkdir()
    cluster("pack", "-o", reader / "threshold.crate.zip")
    agreed = ("--depth", "smoke", "--accept-degraded")
    said = rerun(reader, "threshold.crate.zip", *agreed, "--json").document("verdict")
    assert [each["outcome"] for each in said["results"]] == ["runs"]


def test_a_job_that_was_stopped_is_not_asked_for(cluster: Any, cli: Any, tmp_path: Path) -> None:
    cluster.write("logs/3.out", "test accuracy: 0.1\ncancelled\n")
    text = (cluster.folder / "reprocrate.toml").read_text("utf-8")
    cluster.write("reprocrate.toml", text + RUN.format(seed=3).replace('"ok"', '"killed"'))
    reader = tmp_path / "reader"
    reader.mkdir()
    cluster("pack", "-o", reader / "threshold.crate.zip")
    said = cli(reader, "rerun", "threshold.crate.zip", "--depth", "logs", "--json").document("verdict")
    assert [each["outcome"] for each in said["results"]] == ["identical"]


def test_a_bundle_needs_a_date(cluster: Any) -> None:
    text = (cluster.folder / "reprocrate.toml").read_text("utf-8")
    cluster.write("reprocrate.toml", text.replace("started = 2026-03-01T08:00:00Z\n", ""))
    cluster("show")
    assert "say in `[[runs]]` when each `started`" in cluster("pack", code=2).err


def test_a_mistake_in_a_declared_run_names_its_place(cluster: Any) -> None:
    cluster.write("reprocrate.toml", SETTINGS + RUN.format(seed=7))
    complaint = cluster.cli.complaint(cluster.folder, "show", code=2)
    assert complaint.startswith("reprocrate.toml: runs[0]: logs names logs/7.out: there is no such file")
    cluster.write("reprocrate.toml", SETTINGS + RUN.format(seed=1).replace("logs =", "log ="))
    complaint = cluster.cli.complaint(cluster.folder, "pack", code=2)
    assert "Did you mean `logs`?" in complaint
