"""`run`: many at once, again, from where it stopped, and everything that is declared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.observation.tracing import check_strace
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.running import Request, run_configuration

ALL = """
[metrics.score]
stdout = "score (?P<value>[0-9.]+)"

[configurations.low]
command = "python score.py {seed}"
seeds = "0-1"

[configurations.high]
command = ["python", "score.py", "{seed}", "high"]
seeds = "2,3"

[configurations.described]
role = "reference"
"""


def seeds_of(session: Any) -> list[Any]:
    return [record.seed for record in session.records]


def test_several_runs_at_once_never_race(study: Any) -> None:
    commands = [
        [
            sys.executable,
            "-m",
            "reprocrate",
            "run",
            "--name",
            f"c{n % 2}",
            "--seeds",
            f"{n // 2 * 2}-{n // 2 * 2 + 1}",
        ]
        for n in range(4)
    ]
    running = [
        subprocess.Popen(
            [*command, "--", "python", "score.py", "{seed}", f"c{index % 2}"],
            cwd=study.folder,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for index, command in enumerate(commands)
    ]
    ended = [(process.communicate(timeout=60)[0], process.returncode) for process in running]
    assert [code for _, code in ended] == [0] * 4, ended
    project = study.open()
    assert project.problems == ()
    assert len(project.records) == 8
    assert {each.id: (each.n, each.value) for each in project.manifest.results} == {
        "c0.score": (4, pytest.approx(0.525)),
        "c1.score": (4, pytest.approx(0.525)),
    }
    assert not list((study.folder / ".reprocrate").rglob("*.lock"))
    assert not list((study.folder / ".reprocrate").rglob("*.tmp"))


def test_resume_skips_what_is_done_with_the_code_as_it_is(study: Any) -> None:
    assert seeds_of(study.run("0-1")) == [0, 1]
    assert seeds_of(study.run("0-3", resume=True)) == [2, 3]
    assert seeds_of(study.run("0-3", resume=True)) == []
    study.write("settings.py", "BASE = 0.6\n")
    assert seeds_of(study.run("0-1", resume=True)) == [0, 1]
    assert len(list((study.folder / ".reprocrate" / "runs").iterdir())) == 6


def test_resume_runs_again_what_was_made_under_other_settings(study: Any) -> None:
    study.run("0-1")
    assert seeds_of(study.run("0-1", resume=True, deterministic=True)) == [0, 1]
    assert seeds_of(study.run("0-1", resume=True, deterministic=True)) == []
    assert seeds_of(study.run("0-1", resume=True)) == []  # the first ones are still there


def test_resume_runs_again_what_was_seen_less_completely(study: Any) -> None:
    try:
        check_strace(os.environ)
    except UnavailableError as error:
        pytest.skip(str(error))
    study.run("0")
    assert seeds_of(study.run("0", resume=True, trace="strace")) == [0]
    assert seeds_of(study.run("0", resume=True, trace="strace")) == []
    assert seeds_of(study.run("0", resume=True)) == []


def test_resume_runs_failed_seeds_again(study: Any) -> None:
    study.write("data/numbers.txt", "0.01\n")
    assert study.run("0-1").exit_code == 1
    assert seeds_of(study.run("0-1", resume=True)) == [1]


def test_resume_runs_again_what_read_other_data(study: Any) -> None:
    study.run("0-1")
    study.write("data/numbers.txt", "0.05\n0.06\n")
    assert seeds_of(study.run("0-1", resume=True)) == [0, 1]
    assert seeds_of(study.run("0-1", resume=True)) == []


def test_what_is_declared_of_a_metric_holds_for_earlier_launches_too(study: Any) -> None:
    """Its split, and where it stands, as long as what the launch left is still there."""
    study.run("0-1")
    study.write("reprocrate.toml", '[metrics.score]\nstdout = "score 0.(?P<value>[0-9]+)"\nsplit = "test"\n')
    study.run("2")
    (result,) = study.open().manifest.results
    assert (result.n, result.split, result.minimum, result.maximum) == (3, "test", 51.0, 53.0)
    for log in study.folder.glob(".reprocrate/runs/*/stdout.log"):
        log.unlink()
    (result,) = study.open().manifest.results
    assert (result.n, result.minimum) == (3, 0.51)


def test_without_resume_everything_runs_again_and_all_is_kept(study: Any) -> None:
    study.run("0-1")
    study.run("0-1")
    (result,) = study.open().manifest.results
    assert result.n == 2
    assert [each.reason for each in result.excluded] == ["repeated", "repeated"]


def test_all_runs_every_configuration_that_has_a_command(study: Any) -> None:
    study.write("reprocrate.toml", ALL)
    session = study.run_all()
    assert [(record.configuration.name, record.seed) for record in session.records] == [
        ("low", 0),
        ("low", 1),
        ("high", 2),
        ("high", 3),
    ]
    assert seeds_of(study.run_all(resume=True)) == []
    manifest = study.open().manifest
    assert [each.id for each in manifest.configurations] == ["low", "high"]


def test_all_leaves_out_what_was_declared_to_have_run_elsewhere(study: Any) -> None:
    study.write("low.out", "score 0.5\n")
    declared = '[[runs]]\nconfiguration = "low"\nseed = 0\nstatus = "ok"\nlogs = ["low.out"]\n'
    study.write("reprocrate.toml", f"{ALL}\n{declared}")
    assert {record.configuration.name for record in study.run_all().records} == {"high"}
    study.write("reprocrate.toml", f"{ALL}\n{declared}{declared.replace('low', 'high', 1)}")
    with pytest.raises(UsageError, match="and is to be run here"):
        study.run_all()


def test_seeds_of_the_command_line_come_before_those_of_the_settings(study: Any) -> None:
    study.write("reprocrate.toml", ALL)
    session = run_configuration(study.folder, Request((), seeds="3", name="low", echo=False), Silence())
    assert seeds_of(session) == [3]


def test_declared_commands_start_in_the_project_only(study: Any) -> None:
    study.write("reprocrate.toml", ALL)
    with pytest.raises(UsageError, match="run it in"):
        run_configuration(study.folder / "data", Request((), name="low", echo=False), Silence())


def test_a_command_in_a_folder_of_the_project_is_recorded_there(study: Any) -> None:
    command = ("python", "-c", "print('score 0.5')")
    run_configuration(study.folder / "data", Request(command, name="inner", echo=False), Silence())
    (configuration,) = study.open().manifest.configurations
    assert configuration.working_directory == "data"


def test_a_seed_in_the_environment(study: Any) -> None:
    study.write("env.py", "import os\nprint('score 0.' + os.environ['SEED'])\n")
    request = Request(("python", "env.py"), seeds="1-2", name="env", seed_variable="SEED", echo=False)
    session = run_configuration(study.folder, request, Silence())
    assert [(record.seed, record.metrics[0].value) for record in session.records] == [(1, 0.1), (2, 0.2)]


def test_a_subfolder_of_a_checkout_records_for_the_whole_checkout(study: Any) -> None:
    (study.folder / "reprocrate.toml").unlink()
    study.commit()
    run_configuration(study.folder / "data", Request(("python", "-c", "1"), echo=False), Silence())
    assert list((study.folder / ".reprocrate" / "runs").iterdir())
    assert not (study.folder / "data" / ".reprocrate").exists()


def test_nothing_is_left_of_a_launch_that_never_was(study: Any) -> None:
    with pytest.raises(UsageError):
        run_configuration(
            study.folder, Request(("nosuchprogram", "{seed}"), seeds="0-1", echo=False), Silence()
        )
    assert not (study.folder / ".reprocrate").exists()
    assert Path(study.folder, "reprocrate.toml").exists()
