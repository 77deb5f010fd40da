"""Which of a launch's processes read and wrote each file."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from reprocrate.capture.observation.programs import called
from reprocrate.capture.observation.tracing import check_strace
from reprocrate.capture.record import DataFile, RunRecord
from reprocrate.errors import UnavailableError

TREE = """
import multiprocessing, os, subprocess, sys
def read(path):
    open(path).read()
def copy(path):
    open("copy-of-" + path, "w").write(open(path).read())
if __name__ == "__main__":
    read("shared.csv")
    with multiprocessing.get_context("fork").Pool(3, initializer=read, initargs=("shared.csv",)) as pool:
        pool.map(read, ["forked.csv"] * 6, chunksize=1)
        pool.close(); pool.join()  # else a worker may be gone before it has done anything
    for _ in range(2):
        worker = multiprocessing.get_context("spawn").Process(target=copy, args=("spawned.csv",))
        worker.start(); worker.join()
    subprocess.run([sys.executable, "-u", "evaluate.py", "--secret", "q7Rt5mLx92VbnKw0"], check=True)
    subprocess.run("cat shell.csv | sort", shell=True, check=True)
    open("result.txt", "w").write("1")
"""
EVALUATE = """
open("scores.tmp", "w").write(open("copy-of-spawned.csv").read())
import os
os.rename("scores.tmp", "scores.txt")
"""


@pytest.fixture(params=["hook", "strace"])
def trace(request: Any) -> str:
    if request.param == "strace":
        try:
            check_strace(os.environ)
        except UnavailableError as error:
            pytest.skip(str(error))
    return str(request.param)


def users(record: RunRecord) -> dict[str, tuple[set[str], set[str]]]:
    """For each file who read it and who wrote it."""
    names = {process.id: label(record, process.id) for process in record.processes}

    def of(file: DataFile) -> tuple[set[str], set[str]]:
        return {names[name] for name in file.read_by}, {names[name] for name in file.written_by}

    return {file.path: of(file) for file in (*record.inputs, *record.outputs) if file.root is None}


def label(record: RunRecord, name: str) -> str:
    process = next(process for process in record.processes if process.id == name)
    above = f"{label(record, process.parent)} > " if process.parent else ""
    return f"{above}{process.how or ''} {process.program}".strip() + f" x{process.count}" * (
        process.count > 1
    )


def test_every_file_names_the_processes_that_used_it(empty: Any, trace: str) -> None:
    for name in ("shared.csv", "forked.csv", "spawned.csv", "shell.csv"):
        empty.write(name, name)
    empty.write("evaluate.py", EVALUATE)
    record = empty.python(TREE, trace=trace)
    command = "python script.py"
    forks, spawned = f"{command} > fork {command} x3", f"{command} > spawn {command} x2"
    evaluate = f"{command} > program python evaluate.py"
    shell = f"{command} > program sh" + " > program cat" * (trace == "strace")
    assert users(record) == {
        "shared.csv": ({command, forks}, set()),
        "forked.csv": ({forks}, set()),
        "spawned.csv": ({spawned}, set()),
        "shell.csv": ({shell}, set()),
        "copy-of-spawned.csv": ({evaluate}, {spawned}),
        "scores.txt": (set(), {evaluate}),
        "result.txt": (set(), {command}),
    }
    assert "q7Rt5mLx92VbnKw0" not in str(record.processes)
    assert record.processes[0].parent is None
    ids = [process.id for process in record.processes]
    assert all(process.parent in ids[:place] for place, process in enumerate(record.processes) if place)


def test_a_command_that_does_everything_itself_names_nobody(empty: Any, trace: str) -> None:
    empty.write("a.csv", "1")
    record = empty.python(
        "import os, subprocess; open('a.csv').read(); open('b.csv', 'w').write('1')\n"
        "subprocess.run(['true']); os.fork() or os._exit(0); os.wait()",
        trace=trace,
    )
    assert record.processes == ()
    assert not any(file.read_by or file.written_by for file in (*record.inputs, *record.outputs))


def test_many_workers_are_one_entry(empty: Any, trace: str) -> None:
    empty.write("a.csv", "1")
    record = empty.python(
        """
import os
for _ in range(300):
    if os.fork() == 0:
        open("a.csv").read()
        os._exit(0)
    os.wait()
""",
        trace=trace,
    )
    assert [(process.how, process.count) for process in record.processes] == [(None, 1), ("fork", 300)]
    assert record.inputs[0].read_by == ("p1",)


def test_ever_deeper_processes_end_somewhere(empty: Any, trace: str) -> None:
    empty.write("a.csv", "1")
    record = empty.python(
        """
import os
for _ in range(40):
    if os.fork():
        os.wait()
        os._exit(0)
    open("a.csv").read()
""",
        trace=trace,
    )
    assert 10 < len(record.processes) < 30
    assert record.processes[-1].count > 10
    assert len(record.inputs[0].read_by) == len(record.processes) - 1


def test_a_child_of_a_silent_child_is_found(empty: Any, trace: str) -> None:
    empty.write("a.csv", "1")
    record = empty.python(
        """
import os
if os.fork() == 0:
    if os.fork() == 0:
        open("a.csv").read()
        os._exit(0)
    os.wait()
    os._exit(0)
os.wait()
""",
        trace=trace,
    )
    command = "python script.py"
    silent = f" > fork {command}" * (trace == "strace")  # it told nothing
    assert users(record)["a.csv"] == ({f"{command}{silent} > fork {command}"}, set())


def test_a_program_that_becomes_another_one_is_both(empty: Any, trace: str) -> None:
    empty.write("a.csv", "1")
    empty.write("b.csv", "1")
    empty.write("second.py", "open('b.csv').read()")
    record = empty.python(
        "import os, sys; open('a.csv').read()\nos.execv(sys.executable, [sys.executable, 'second.py'])",
        trace=trace,
    )
    seen = users(record)
    assert [file.path for file in record.inputs] == ["a.csv", "b.csv"]
    assert seen["b.csv"][0] == {"python script.py > program python second.py"}
    assert seen["a.csv"][0] == {"python script.py"}


@pytest.mark.parametrize("wrapper", [["env", "A=1", "nice", "-n", "1"], ["timeout", "60"]])  # become, start
def test_wrappers_of_a_command_are_not_its_parents(empty: Any, trace: str, wrapper: list[str]) -> None:
    empty.write("a.csv", "1")
    empty.write("b.csv", "1")
    empty.write("second.py", "open('b.csv').read()")
    empty.write(
        "script.py",
        "import subprocess, sys; open('a.csv').read()\n"
        "subprocess.run(['env', 'A=1', 'nice', '-n', '1', sys.executable, 'second.py'], check=True)",
    )
    record = empty.record(*wrapper, sys.executable, "script.py", trace=trace)
    assert users(record) == {
        "a.csv": ({"python script.py"}, set()),
        "b.csv": ({"python script.py > program python second.py"}, set()),
    }


def test_a_shell_that_becomes_a_python_is_both(empty: Any, trace: str) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        empty.write(name, "1")
    empty.write("use.py", "import sys; open(sys.argv[1]).read()")
    run_sh = f"{sys.executable} use.py a.csv\ncat b.csv > copy.csv\nexec {sys.executable} use.py c.csv\n"
    empty.write("run.sh", run_sh)
    record = empty.record("bash", "run.sh", trace=trace)
    script = "bash run.sh > program "
    seen = users(record)
    python = script + "python use.py x2"
    assert seen["a.csv"] == seen["c.csv"] == ({python}, set())
    if trace == "strace":
        assert seen["b.csv"] == ({script + "cat"}, set())
        assert seen["copy.csv"] == (set(), {script + "cat"})  # not the shell, which opened it for `cat`
        assert record.capture.completeness == "complete"
    else:
        assert "copy.csv" in seen
        assert record.capture.completeness == "partial"
        assert "bash is not Python" in record.capture.reason


def test_a_renamed_folder_keeps_its_writers(empty: Any, trace: str) -> None:
    empty.write(
        "make.py", "import os\nos.mkdir('x.tmp')\nfor i in '12': open(f'x.tmp/{i}.csv', 'w').write(i)"
    )
    record = empty.python(
        "import os, subprocess, sys; subprocess.run([sys.executable, 'make.py']); os.rename('x.tmp', 'x')",
        trace=trace,
    )
    assert set(users(record)) == {"x/1.csv", "x/2.csv"}
    if trace == "strace":  # inside a process the folder is only seen to get a name
        assert users(record)["x/1.csv"][1] == {"python script.py > program python make.py"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["/usr/bin/python3.11", "-u", "train.py", "--lr", "1"], "python train.py"),
        (["python", "-W", "ignore", "-X", "dev", "./src/train.py"], "python src/train.py"),
        (["python3.13t", "-Werror", "a.py"], "python a.py"),
        (["python", "-m", "rings.train", "--x"], "python -m rings.train"),
        (["python", "-Imrings"], "python -m rings"),
        (["python", "-c", "import secret"], "python -c"),
        (["python", "-"], "python -"),
        (["python"], "python"),
        (["python", "--check-hash-based-pycs", "always", "a.py"], "python a.py"),
        (["python", "/home/ada/rings/train.py"], "python train.py"),
        (["python", "../other/train.py"], "python train.py"),
        (["/v/bin/python", "/v/bin/torchrun", "--nproc-per-node", "2", "train.py"], "torchrun"),
        (["/bin/bash", "-e", "run.sh", "1"], "bash run.sh"),
        (["sh", "-c", "echo $TOKEN"], "sh -c"),
        (["sh"], "sh"),
        (["./build/fit", "--seed", "1"], "fit"),
        ([], "a program"),
    ],
)
def test_a_command_is_called_without_its_arguments(words: list[str], name: str) -> None:
    assert called(words) == name


def test_this_python_is_called_python() -> None:
    assert called([sys.executable, "a.py"]) == "python a.py"
