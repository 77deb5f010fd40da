"""`reprocrate.log`: in programs that have the package, and in those that do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import reprocrate
from reprocrate.capture.launch.launch import RECORDER
from reprocrate.capture.results.extraction import Extraction, Written, extract, parse_source
from tests.capture.test_recorder import OTHER_PYTHONS


class Logging:
    """Runs programs under the recorder, and reads what they reported."""

    def __init__(self, folder: Path) -> None:
        self.project, self.logs = folder / "project", folder / "logs"
        self.project.mkdir()
        self.logs.mkdir()

    def run(self, code: str, python: str | Path = sys.executable, *options: str, **more: str) -> str:
        """What the program printed. It does not find the package by itself, only what the recorder offers."""
        (self.project / "train.py").write_text(code)
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        variables |= {
            "PYTHONPATH": os.fspath(RECORDER),
            "REPROCRATE_LOG_DIR": os.fspath(self.logs),
            "REPROCRATE_PROJECT": os.fspath(self.project),
            **more,
        }
        done = subprocess.run(
            [python, *options, "train.py"],
            cwd=self.project,
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        return done.stdout

    def found(self, *sources: Any, **values: Any) -> Extraction:
        return extract(sources, Written(self.project, (), self.project, values, logged=self.logs))

    def values(self) -> dict[str, float | None]:
        return {metric.metric: metric.value for metric in self.found().metrics}


@pytest.fixture
def logging(tmp_path: Path) -> Logging:
    return Logging(tmp_path)


CALLS = """
import sys
import reprocrate
print(reprocrate.__spec__.origin == "reprocrate run")
for step in range(3):
    reprocrate.log(loss=1 / (step + 3), step=step)
reprocrate.log(accuracy=0.1 + 0.2, split="test", seed=7)
reprocrate.log({"val/f1": 0.5, "bad": float("nan"), "big": 10**400, "yes": True})
"""


@pytest.mark.parametrize("python", OTHER_PYTHONS, ids=str)
def test_a_program_without_the_package_can_report(logging: Logging, python: Path) -> None:
    # -S leaves the installed packages out, and `site` is what starts the recorder
    start = f"import sys; sys.path.insert(0, {os.fspath(RECORDER)!r}); import sitecustomize\n"
    assert logging.run(start + CALLS, python, "-S") == "True\n"
    found = {metric.metric: metric for metric in logging.found().metrics}
    assert (found["loss"].value, found["loss"].step) == (1 / 5, 2)
    assert (found["accuracy"].value, found["accuracy"].split, found["accuracy"].seed) == (
        0.1 + 0.2,
        "test",
        7,
    )
    assert (found["val_f1"].value, found["yes"].value) == (0.5, 1.0)
    assert (found["bad"].status, found["big"].status) == ("nan", "inf")
    evidence = found["accuracy"].evidence
    assert evidence is not None
    assert (evidence.path, evidence.line, evidence.text) == ("train.py", 8, "0.30000000000000004")


def test_the_installed_package_comes_first(logging: Logging) -> None:
    package = Path(reprocrate.__file__).parent.parent
    assert (
        logging.run(CALLS, PYTHONPATH=os.pathsep.join([os.fspath(RECORDER), os.fspath(package)])) == "False\n"
    )
    assert logging.values()["accuracy"] == 0.1 + 0.2


def test_a_package_of_the_author_that_is_called_so_stays_theirs(logging: Logging) -> None:
    (logging.project / "reprocrate.py").write_text("mine = 1")
    assert logging.run("import reprocrate; print(reprocrate.mine, hasattr(reprocrate, 'log'))") == "1 False\n"


def test_processes_write_each_for_itself(logging: Logging) -> None:
    logging.run(
        """
import multiprocessing, os
import reprocrate
def work(number):
    reprocrate.log({"spawned%d" % number: number})
if __name__ == "__main__":
    reprocrate.log(main=1)
    if os.fork() == 0:
        reprocrate.log(forked=2)
        os._exit(0)
    os.wait()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(work, [3, 4])
"""
    )
    assert logging.values() == {"main": 1, "forked": 2, "spawned3": 3, "spawned4": 4}


def test_a_killed_process_loses_nothing_that_it_reported(logging: Logging) -> None:
    logging.run("import os, reprocrate\nreprocrate.log(a=1)\nos._exit(0)")
    (path,) = logging.logs.glob("logged-*")
    with path.open("a") as handle:
        handle.write('{"values":{"b":')
    assert logging.values() == {"a": 1}


@pytest.mark.parametrize("name", ["RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"])
def test_other_ranks_report_the_same_run(logging: Logging, name: str) -> None:
    for rank in ("0", "1"):
        logging.run(f"import reprocrate; reprocrate.log(loss={rank} + 0.5)", **{name: rank})
    assert logging.values() == {"loss": 0.5}
    lines = [json.loads(line) for path in logging.logs.glob("logged-*") for line in path.open()]
    assert sorted(line["rank"] for line in lines if "values" in line) == [0, 1], "that of others is noted"


def test_the_selection_of_the_settings_holds(logging: Logging) -> None:
    logging.run("import reprocrate\nfor n in (1, 3, 2): reprocrate.log(acc=n / 10, step=n)")
    best = parse_source("acc", stdout="x(?P<value>.)")
    assert [one.value for one in logging.found().metrics] == [0.3], "the last step"
    from dataclasses import replace

    highest = replace(best, stdout_regex=None, selection="max", split="test")
    assert [(one.value, one.split) for one in logging.found(highest).metrics] == [(0.3, "test")]
    elsewhere = parse_source("acc", place="a.json:$.a")
    assert logging.found(elsewhere).metrics == (), "it was declared to stand elsewhere"


def test_values_of_the_given_seed_are_those_of_the_launch(logging: Logging) -> None:
    logging.run("import reprocrate\nfor seed in (3, 4): reprocrate.log(acc=seed / 10, seed=seed)")
    assert [(one.seed, one.value) for one in logging.found(seed=3).metrics] == [(None, 0.3), (4, 0.4)]


def test_without_a_launch_nothing_happens(tmp_path: Path) -> None:
    package = Path(reprocrate.__file__).parent.parent
    code = (
        "import reprocrate, sys; reprocrate.log(a=1); print('pydantic' in sys.modules, 'json' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": os.fspath(package)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False False\n"
    assert list(tmp_path.iterdir()) == []


class Scalar:
    """Like a scalar of NumPy or PyTorch."""

    def __float__(self) -> float:
        return 0.25

    def __index__(self) -> int:
        return 3


def test_whatever_is_a_number_is_welcome() -> None:
    reprocrate.log(a=Scalar(), step=Scalar(), seed=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "without a metric"),
        ({"method": "wide"}, "the value of the metric 'method' must be a number, not the str 'wide'"),
        ({"a": None}, "not the NoneType None"),
        ({"a": [1.0, 2.0]}, "not the list"),
        ({"a": "0.5"}, "not the str"),
        ({"a": 1j}, "not the complex"),
        ({"a": 1, "step": 0.5}, "`step` must be a whole number from 0, not 0.5"),
        ({"a": 1, "step": -1}, "`step`"),
        ({"a": 1, "seed": "3"}, "`seed`"),
        ({"a": 1, "fold": True}, "`fold`"),
        ({"a": 1, "split": 1}, "`split` must be text"),
    ],
)
def test_a_wrong_call_is_an_error_at_once(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=r"reprocrate\.log") as caught:
        reprocrate.log(**arguments)
    assert message in str(caught.value)
    with pytest.raises(TypeError, match="name of a metric"):
        reprocrate.log({3: 0.5})
