"""`run` with a grid, with several launches at once, interrupted, and gone on with."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from reprocrate.capture.records import RUNS
from reprocrate.capture.records.loading import load_records
from reprocrate.errors import UsageError
from reprocrate.render.concurrency import ran_at_once
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.running import Request, Session, run_all, run_configuration

TRAIN = """
import argparse, json, pathlib, sys, time
parser = argparse.ArgumentParser()
for name in ("seed", "lr", "width", "out"):
    parser.add_argument(f"--{name}")
args = parser.parse_args()
pathlib.Path(f"started-{args.lr}-{args.seed}").touch()
while pathlib.Path("hold").exists() and not pathlib.Path(f"go-{args.seed}").exists():
    time.sleep(0.02)
if pathlib.Path(f"fail-{args.seed}").exists():
    sys.exit(3 + int(args.seed))
if args.out:
    pathlib.Path(args.out).parent.mkdir(exist_ok=True)
    pathlib.Path(args.out).write_text(json.dumps({"score": float(args.lr) + int(args.seed)}))
"""
COMMAND = ("python", "train.py", "--seed", "{seed}", "--lr", "{lr}", "--width", "{width}")
OUT = ("--out", "out/{lr}-{width}-{seed}.json")
SETTINGS = """
[metrics.score]
from = "out/{lr}-{width}-{seed}.json:$.score"
direction = "maximize"
"""


class Heard(Silence):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.warnings: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def trained(study: Any) -> Any:
    study.write("train.py", TRAIN)
    study.write("reprocrate.toml", SETTINGS)
    return study


def run(study: Any, *command: str, progress: Any = None, **options: Any) -> Session:
    request = Request(command or (*COMMAND, *OUT), echo=False, **options)
    return run_configuration(study.folder, request, progress or Silence())


def of(session: Session) -> list[tuple[str, Any, str]]:
    return [(ran.planned.group, ran.planned.seed, ran.record.status) for ran in session.runs]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


GRID = ("lr=0.1,1e-2", "width=64,256")


def test_every_point_of_a_grid_is_a_configuration(trained: Any) -> None:
    session = run(trained, seeds="0-1", grid=GRID)
    assert of(session)[:3] == [
        ("train-lr-0.1-width-64", 0, "ok"),
        ("train-lr-0.1-width-64", 1, "ok"),
        ("train-lr-0.1-width-256", 0, "ok"),
    ]
    manifest = trained.open().manifest
    assert {one.id: one.factors for one in manifest.configurations} == {
        "train-lr-0.1-width-64": {"lr": 0.1, "width": 64},
        "train-lr-0.1-width-256": {"lr": 0.1, "width": 256},
        "train-lr-1e-2-width-64": {"lr": 0.01, "width": 64},
        "train-lr-1e-2-width-256": {"lr": 0.01, "width": 256},
    }
    command = manifest.configurations[2].command
    assert list(command[3:8]) == ["{seed}", "--lr", "1e-2", "--width", "64"]
    assert {one.id: (one.n, one.value) for one in manifest.results} == {
        "train-lr-0.1-width-64.score": (2, pytest.approx(0.6)),
        "train-lr-0.1-width-256.score": (2, pytest.approx(0.6)),
        "train-lr-1e-2-width-64.score": (2, pytest.approx(0.51)),
        "train-lr-1e-2-width-256.score": (2, pytest.approx(0.51)),
    }
    record = session.records[-1].configuration
    assert record.grid == {"lr": "1e-2", "width": "256"}
    assert record.grid_template[4:] == ("--lr", "{lr}", "--width", "{width}", *OUT)


def test_claims_compare_points_of_a_grid(trained: Any) -> None:
    command = ("python", "train.py", "--seed", "{seed}", "--lr", "{lr}", "--out", "out/{lr}-64-{seed}.json")
    run(trained, *command, seeds="0-2", name="net", grid=("lr=0.5,0.1",))
    claim = (
        '\n[[claims]]\ntext = "Large steps are better."\n'
        'better = { configuration = "net-lr-0.5", than = "net-lr-0.1", metric = "score" }\n'
    )
    trained.write("reprocrate.toml", SETTINGS.replace("{width}", "64") + claim)
    manifest = trained.open().manifest
    assert [(one.n, one.value) for one in manifest.results] == [(3, 1.5), (3, pytest.approx(1.1))]
    (comparison,) = manifest.comparisons
    assert (comparison.a, comparison.b) == ("net-lr-0.5.score", "net-lr-0.1.score")


def test_grid_of_the_settings(trained: Any) -> None:
    command = " ".join((*COMMAND, *OUT))
    declared = (
        f'\n[configurations.net]\nrole = "baseline"\nseeds = "0"\ncommand = "{command}"\n'
        "grid = { lr = [0.1, 1e-2], width = 64 }\n"
        '[configurations.other]\ncommand = "python -c 1"\n'
        '[configurations."net-lr-0.01-width-64"]\nrole = "proposed"\n'
    )
    trained.write("reprocrate.toml", SETTINGS + declared)
    session = run_all(trained.folder, Request((), echo=False), Silence())
    assert [group for group, _, _ in of(session)] == ["net-lr-0.1-width-64", "net-lr-0.01-width-64", "other"]
    roles = {one.id: one.role for one in trained.open().manifest.configurations}
    assert roles == {"net-lr-0.1-width-64": "baseline", "net-lr-0.01-width-64": "proposed", "other": None}
    given = run_configuration(trained.folder, Request((), name="net", grid=("lr=3",), echo=False), Silence())
    assert [group for group, _, _ in of(given)] == ["net-lr-3-width-64"]
    trained.write("reprocrate.toml", SETTINGS + declared.replace("width = 64", "seed = [1]"))
    with pytest.raises(UsageError, match='"seed" cannot be the name of a grid parameter'):
        run_all(trained.folder, Request((), echo=False), Silence())


def test_a_name_means_one_grid(trained: Any) -> None:
    command = ("python", "-c", "1", "{x}", "{seed}")
    run(trained, *command, seeds="0", name="net", grid=("x=1,2",))
    run(trained, *command, seeds="0", name="net", grid=("x=3",))
    with pytest.raises(UsageError, match='name "net" is already used') as caught:
        run(trained, "python", "-c", "2", "{x}", "{seed}", seeds="0", name="net", grid=("x=1",))
    assert "python -c 1 {x} {seed}" in str(caught.value)
    for width in "12":
        run(trained, "python", "train.py", "--width", width, "--lr", "{x}", grid=("x=1",))
    ids = [one.id for one in trained.open().manifest.configurations]
    assert ids[:4] == ["net-x-1", "net-x-2", "net-x-3", "train-x-1"]
    assert re.fullmatch("train-x-1-[0-9a-f]{8}", ids[4])


def test_a_parameter_that_is_called_like_a_seed_is_none(trained: Any) -> None:
    session = run(trained, "python", "-c", "1", "--rng", "{rng}", grid=("rng=1,2",))
    assert [ran.record.seeds for ran in session.runs] == [(), ()]
    session = run(trained, "python", "-c", "1", "--rng", "5", "--x", "{x}", grid=("x=1,2",))
    assert [(ran.record.seed, ran.record.configuration.template[4]) for ran in session.runs] == [
        (5, "{seed}"),
        (5, "{seed}"),
    ]


@pytest.mark.parametrize(
    ("grid", "wrong"),
    [
        (("lr=0.1", "depth=1"), "grid parameter depth does not reach the command"),
        (("lr=0.1", "lr=0.2"), "names lr twice"),
        (("seed=1,2",), '"seed" cannot be'),
        (("configuration=1,2",), '"configuration" cannot be'),
        (("lr=",), "empty value for lr"),
        (("lr=0.1,,0.2",), "empty value for lr"),
        (("lr=0.1,0.2,1e-1",), "value 1e-1 of lr twice"),
        (("lr",), "names no values"),
        (("2lr=1",), "cannot be the name"),
        (("lr=" + ",".join(map(str, range(101))), "width=" + ",".join(map(str, range(100)))), "10100 points"),
    ],
)
def test_grids_that_make_no_sense(trained: Any, grid: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        run(trained, *COMMAND, grid=grid, seeds="0")
    assert not (trained.folder / RUNS).exists()


def test_two_points_that_make_one_command_are_refused(trained: Any) -> None:
    with pytest.raises(UsageError, match="a=1 b=11 and a=11 b=1 make the same command"):
        run(trained, "python", "-c", "1", "{a}{b}", grid=("a=1,11", "b=1,11"))


def test_forgotten_parameters_are_told_and_braces_of_code_are_not(trained: Any) -> None:
    heard = Heard()
    code = "print(f'{value}', {'a': 1})"
    run(trained, "python", "-c", code, "{lr}", "out/{seed}", "${HOME}", "{x}", grid=("x=1",), progress=heard)
    assert [re.findall(r"\{.*?\}", text)[0] for text in heard.warnings] == ["{lr}", "{seed}"]
    assert "--seeds 0-4" in heard.warnings[1]


def test_the_configuration_s_name_stands_in_the_command_where_it_asks_for_it(trained: Any) -> None:
    heard = Heard()
    code = "import sys; configuration = 1; print(f'{configuration}', sys.argv[1:])"
    command = ("python", "-c", code, "out/{configuration}-{seed}.json")
    session = run(trained, *command, name="wide", seeds="3", progress=heard)
    assert session.records[-1].command[2:] == (code, "out/wide-3.json")
    assert heard.warnings == []
    run(trained, *command[:3], "{configuration}-{lr}", name="other", grid=("lr=1",), progress=heard)
    assert "for the --name of a configuration without a grid" in heard.warnings[0]


def test_order_is_that_of_the_seeds_whatever_ends_first(trained: Any) -> None:
    trained.write("hold", "")
    trained.write("fail-1", "")
    trained.write("fail-2", "")

    def release() -> None:
        for seed in (2, 1, 0):
            wait_for(lambda seed=seed: (trained.folder / f"started-0.1-{seed}").exists())
        for seed in (2, 1, 0):
            trained.write(f"go-{seed}", "")
            wait_for(lambda seed=seed: any(f"seed {seed} " in note for note in heard.notes))

    heard = Heard()
    helper = threading.Thread(target=release)
    helper.start()
    grid = ("lr=0.1", "width=64")
    session = run(trained, seeds="0-2", grid=grid, jobs=3, progress=heard)
    helper.join()
    assert [(seed, status) for _, seed, status in of(session)] == [(0, "ok"), (1, "failed"), (2, "failed")]
    assert session.exit_code == 4
    label = "train-lr-0.1-width-64 seed"
    assert session.warnings == [f"{label} 1 and {label} 2 failed: they are recorded as such"]
    assert [re.findall(r"seed (\d)", text)[0] for text in heard.notes] == ["2", "1", "0"]
    assert [re.findall(r"\((\d/3) done", text)[0] for text in heard.notes] == ["1/3", "2/3", "3/3"]
    assert {record.seed: record.exit_code for record in load_records(trained.folder).records} == {
        0: 0,
        1: 4,
        2: 5,
    }


def test_several_at_once_are_recorded_only_and_apart(trained: Any, capfd: Any) -> None:
    code = "import sys; print('said', sys.argv[1], sys.stdin.read() == '')"
    request = Request(("python", "-c", code, "{seed}"), seeds="0-5", jobs=3)
    session = run_configuration(trained.folder, request, Silence())
    assert "said" not in capfd.readouterr().out
    logs = [(trained.folder / record.logs[0].path).read_text() for record in session.records]
    assert logs == [f"said {seed} True\n" for seed in range(6)]
    assert [record.seed for record in session.records] == list(range(6))


def test_failure_of_ours_ends_the_session_and_is_told(trained: Any) -> None:
    run(trained, "python", "-c", "1", "{seed}", seeds="0", name="net")
    with pytest.raises(UsageError, match='name "net" is already used'):
        run(trained, "python", "-c", "2", "{seed}", seeds="0-9", name="net", jobs=3)
    assert len(load_records(trained.folder).records) == 1
    with pytest.raises(UsageError, match="0 jobs"):
        run(trained, jobs=0, grid=GRID, seeds="0")


def test_resume_does_what_is_left_of_a_grid(trained: Any) -> None:
    trained.write("fail-1", "")
    first = run(trained, seeds="0-1", grid=GRID, jobs=2)
    assert first.exit_code == 4
    assert first.left == 4
    (trained.folder / "fail-1").unlink()
    again = run(trained, seeds="0-1", grid=GRID, jobs=2, resume=True)
    assert [record.seed for record in again.records] == [1] * 4
    assert (again.exit_code, again.left, len(again.runs)) == (0, 0, 8)
    assert run(trained, seeds="0-1", grid=GRID, resume=True).records == []
    assert len(load_records(trained.folder).records) == 12


def test_seeds_seen_in_a_run_do_not_make_it_another(trained: Any) -> None:
    """A launch is told from others by the seed that it was given, not by those that were seen in it."""
    (record,) = run(trained, "python", "-c", "1", "{seed}", seeds="3").records
    path = trained.folder / RUNS / record.id / "run.json"
    document = json.loads(path.read_text())
    document["seeds"].append({"library": "torch", "value": 3, "how": "observed", "rank": None})
    path.write_text(json.dumps(document))
    assert run(trained, "python", "-c", "1", "{seed}", seeds="3", resume=True).records == []


def test_a_second_run_of_a_seed_is_no_second_chance(trained: Any) -> None:
    """All launches are kept: the newest one counts, the others are listed, and nobody can pick the best."""
    command = ("python", "-c", "import sys; print('score', open('luck').read())", "{seed}")
    trained.write("reprocrate.toml", '[metrics.score]\nstdout = "score (?P<value>[0-9.]+)"\n')
    for luck in ("0.9", "0.1"):
        trained.write("luck", luck)
        run(trained, *command, seeds="0-1", name="net", jobs=2)
    manifest = trained.open().manifest
    (result,) = manifest.results
    assert (result.n, result.value) == (2, pytest.approx(0.1))
    assert [each.reason for each in result.excluded] == ["other_data", "other_data"]
    assert len(manifest.runs) == 4
    assert manifest.compute.unreported_runs == 2


def test_a_seed_that_the_command_names_is_told(trained: Any) -> None:
    heard = Heard()
    (ran,) = run(trained, "python", "-c", "1", "--seed", "7", progress=heard).runs
    (configuration,) = trained.open().manifest.configurations
    assert ran.label == f"{configuration.id} seed 7"  # as the manifest, `show` and `--only` call it
    assert heard.notes[0].startswith(f"{ran.label}  ")


def test_what_is_the_same_for_every_launch_is_told_once(trained: Any) -> None:
    trained.write(
        "reprocrate.toml",
        """
        [metrics.score]
        from = "out/{lr}-{width}-{seed}.json:$.socre"
        [metrics.loss]
        stdout = "loss (?P<value>[0-9.]+)"
        """,
    )
    (trained.folder / "fail-3").touch()
    (trained.folder / "fail-4").touch()
    session = run(trained, seeds="0-4", grid=("lr=0.1", "width=64,256"))
    first = "train-lr-0.1-width-64 seed"
    assert session.warnings[:3] == [
        f"{first} 0 and 5 more: metric score: out/0.1-64-0.json has no $.socre; it has score",
        f"{first} 0 and 5 more: metric loss: nothing in the standard output matches loss (?P<value>[0-9.]+)",
        f"{first} 3 and 3 more failed: they are recorded as such",
    ]
    (trained.folder / "fail-4").unlink()
    alone = run(trained, seeds="3-4", grid=("lr=0.2", "width=64"))
    assert f"{first.replace('0.1', '0.2')} 3 failed: it is recorded as such" in alone.warnings


def test_a_variable_for_seeds_without_seeds_is_told(trained: Any) -> None:
    heard = Heard()
    run(trained, "python", "-c", "pass", seed_variable="SEED", progress=heard)
    assert heard.warnings == [
        "SEED carries no seed to the command, since no seeds are given. Add --seeds 0-4."
    ]


def test_launches_at_the_same_time_are_no_gap_in_what_was_seen(trained: Any) -> None:
    program = "import subprocess, sys, time; time.sleep(1); subprocess.run(['sed', 'p', 'train.py'])"
    session = run(trained, "python", "-c", program, "{seed}", seeds="0-1", jobs=2)
    assert session.records[0].capture.completeness == "partial"
    assert "how long it took" not in session.records[0].capture.reason
    assert ran_at_once(trained.open().manifest.runs)
