"""Notebooks: recorded where they run from top to bottom, refused where somebody works in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.assembly.assemble import assemble
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.launch.live import check_not_live
from reprocrate.capture.launch.measuring import written_by
from reprocrate.capture.launch.wrappers import inner_command
from reprocrate.capture.observation.processes import read_processes
from reprocrate.capture.ranks.leading import first_process, is_kernel, leading_process
from reprocrate.capture.results.candidates import candidates
from reprocrate.capture.results.extraction import MetricSource, parse_source
from reprocrate.capture.seeds.notation import with_open_seed
from reprocrate.errors import UsageError

PYTHON = sys.executable
ACCURACY = MetricSource("accuracy", stdout_regex=r"accuracy: (?P<value>[0-9.]+)")
CELLS = (
    ("# a note", "markdown", ()),
    ("seed = 1", "code", ("parameters",)),
    ("import random\nrandom.seed(seed)\nvalue = random.random()", "code", ()),
    ("open('metrics.txt', 'w').write(open('data.csv').read())\nprint(f'accuracy: {value:.4f}')", "code", ()),
)


def _notebook(kind: str = "python3") -> str:
    cells = []
    for number, (source, cell_type, tags) in enumerate(CELLS):
        cell: dict[str, Any] = {"id": f"c{number}", "cell_type": cell_type, "source": source}
        cell["metadata"] = {"tags": list(tags)} if tags else {}
        if cell_type == "code":
            cell |= {"outputs": [], "execution_count": None}
        cells.append(cell)
    kernel = {"name": kind, "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


@pytest.fixture
def notebook(empty: Any) -> Any:
    """A project with a notebook and its data."""
    empty.write("in.ipynb", _notebook())
    empty.write("data.csv", "1\n")
    return empty


# A kernel that runs cells as ipykernel does: compiled under the names of files that are not there, counted by
# a shell that knows which is which.
KERNEL = """
import json, os, sys, types
shell = types.SimpleNamespace(execution_count=0, compile=types.SimpleNamespace(_filename_map={}))
module = types.ModuleType("IPython.core.getipython")
module.get_ipython = lambda: shell
sys.modules["IPython.core.getipython"] = module
source, target = os.environ["NOTEBOOK"].split(os.pathsep)
notebook = json.load(open(source))
names = {}
for cell in notebook["cells"]:
    if cell["cell_type"] == "code":
        shell.execution_count += 1
        name = "/tmp/ipykernel_%d/%d.py" % (os.getpid(), 1000 + shell.execution_count)
        shell.compile._filename_map[name] = shell.execution_count
        texts = []
        shown = {**names, "print": lambda text: texts.append(text + "\\n")}
        exec(compile(cell["source"], name, "exec"), shown, names)
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": texts}] if texts else []
json.dump(notebook, open(target, "w"))
"""
STARTER = """
import os, subprocess, sys
source, target = sys.argv[1:3]
subprocess.run(
    [sys.executable, "-m", "ipykernel_launcher", "-f", "/tmp/x.json"],
    check=True, env={**os.environ, "NOTEBOOK": source + os.pathsep + target, "PYTHONHASHSEED": "0"},
)
"""


def test_kernel_is_the_program_and_cells_are_named(notebook: Any) -> None:
    notebook.write("ipykernel_launcher.py", KERNEL)
    notebook.write("papermill", STARTER)
    launch = notebook.prepare(PYTHON, "papermill", "in.ipynb", "out.ipynb")
    finished = launch.finish(notebook.run(launch), [ACCURACY])
    record = finished.record
    assert (record.status, finished.problems) == ("ok", ())
    assert record.determinism.settings["PYTHONHASHSEED"] == "0"  # as the kernel had it, not what started it
    processes = read_processes(launch.folder)
    leader = leading_process(first_process(processes, os.getpid()), processes, None)
    assert leader is not None
    assert is_kernel(leader)
    seeds = [line for line in _entries(launch.folder) if line["event"] == "seed"]
    assert [(seed["value"], seed["site"]) for seed in seeds] == [
        (1, f"{notebook.folder}/in.ipynb cell [2]:2")
    ]
    assert [file.path for file in record.outputs] == ["metrics.txt", "out.ipynb"]
    assert "in.ipynb" in record.imported
    assert [metric.metric for metric in record.metrics] == ["accuracy"]
    assert Path(record.logs[-1].path).name == "cells.log"
    (candidate,) = candidates(record, written_by(record, notebook.folder))
    assert candidate.value == record.metrics[0].value


def test_notebook_that_was_written_over_is_kept_as_it_ran(notebook: Any) -> None:
    before = (notebook.folder / "in.ipynb").read_bytes()
    notebook.write("ipykernel_launcher.py", KERNEL)
    notebook.write("papermill", STARTER)
    record = notebook.record(PYTHON, "papermill", "in.ipynb", "in.ipynb")
    assert record.capture.completeness == "complete", record.capture.reason
    assert {"in.ipynb"} < set(record.imported)
    manifest = assemble(notebook.folder, ProjectSettings(), [record])
    (code,) = [file for file in manifest.code[0].files if file.path == "in.ipynb"]
    assert code.size == len(before)
    outputs = {file.path: file.in_bundle for file in manifest.runs[0].outputs}
    assert outputs["in.ipynb"] is False
    assert outputs["metrics.txt"] is not False


def test_metric_is_read_from_the_output_of_a_cell(empty: Any) -> None:
    scrap = {"application/scrapbook.scrap.json+json": {"name": "f1", "data": 0.25, "encoder": "json"}}
    outputs = [{"output_type": "display_data", "data": scrap, "metadata": {}}]
    book = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": outputs}]}
    place = '$.cells[0].outputs[0].data["application/scrapbook.scrap.json+json"].data'
    source = parse_source("f1", place=f"out-{{seed}}.ipynb:{place}")
    empty.write(
        "run.py", f"import sys\nopen('out-' + sys.argv[1] + '.ipynb', 'w').write({json.dumps(book)!r})\n"
    )
    finished = empty.finished(PYTHON, "run.py", "{seed}", seed=3, sources=[source])
    assert [metric.value for metric in finished.record.metrics] == [0.25]


def _entries(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for log in folder.glob("access-*") for line in log.read_text().splitlines()]


LIVE = [
    "jupyter lab",
    "jupyter notebook --no-browser",
    "jupyter-lab",
    "jupyter server",
    "python -m notebook",
    "python3 -m jupyterlab",
    "python -m jupyter lab",
    "uv run --with jupyter jupyter lab",
    "conda run -n env --no-capture-output jupyter notebook",
    "env A=1 nice -n 5 jupyter lab",
    "marimo edit book.py",
    "ipython",
    "ipython --pylab",
    "python -m IPython",
    "code .",
    "spyder",
]
NOT_LIVE = [
    "jupyter execute a.ipynb",
    "jupyter nbconvert --execute a.ipynb",
    "jupyter run a.ipynb",
    "papermill a.ipynb b.ipynb",
    "python -m papermill a.ipynb b.ipynb",
    "ipython train.py",
    "ipython -c 1+1",
    "marimo run book.py",
    "python notebook.py",
    "python lab",
    "bash",
    "env A=1",
]


@pytest.mark.parametrize("command", LIVE)
def test_live_session_is_refused_with_what_to_do(command: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_not_live(command.split())
    assert "reprocrate run --" in (caught.value.fix or "")


@pytest.mark.parametrize("command", NOT_LIVE)
def test_what_ends_by_itself_is_not_refused(command: str) -> None:
    check_not_live(command.split())


def test_refused_command_leaves_no_record(project: Any) -> None:
    with pytest.raises(UsageError, match="live notebook"):
        project.prepare("jupyter", "lab")
    assert not (project.folder / ".reprocrate").exists()
    done = subprocess.run(
        (PYTHON, "-m", "reprocrate", "run", "--", PYTHON, "-m", "jupyterlab"),
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "jupyter execute" in done.stderr


@pytest.mark.parametrize(
    ("command", "inner"),
    [
        ("python train.py", "python train.py"),
        ("env -u X A=1 B=2 python t.py", "python t.py"),
        ("nice -n 5 nohup time -p python t.py", "python t.py"),
        ("timeout -k 5 60 ./a.out", "./a.out"),
        ("uv run --with numpy --python 3.11 python t.py", "python t.py"),
        ("conda run -n env --no-capture-output python t.py", "python t.py"),
        ("pixi run -e gpu train", "train"),
        ("uv pip install x", "uv pip install x"),
        ("env", "env"),
    ],
)
def test_command_behind_others(command: str, inner: str) -> None:
    assert inner_command(command.split()) == tuple(inner.split())


def test_parameter_of_papermill_is_a_seed() -> None:
    command = ("papermill", "in.ipynb", "out.ipynb", "-p", "seed", "7", "-p", "lr", "3")
    assert with_open_seed(command) == ((*command[:5], "{seed}", *command[6:]), 7)
    assert with_open_seed(("x", "seed", "7"))[1] is None


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None or shutil.which("jupyter-kernelspec", path=os.fspath(Path(found).parent)) is None:
        pytest.skip(f"{name} with a kernel is not here")
    return found


COMMANDS = [
    ("papermill", "in.ipynb", "out.ipynb", "-p", "seed", "1"),
    ("jupyter", "execute", "in.ipynb", "--output", "out.ipynb"),
    ("jupyter", "nbconvert", "--to", "notebook", "--execute", "--output", "out.ipynb", "in.ipynb"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_genuine_tools(notebook: Any, command: tuple[str, ...]) -> None:
    folder = os.fspath(Path(_tool(command[0])).parent)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    project = replace(notebook, environ={**os.environ, "PATH": path})
    finished = project.finished(*command, sources=[ACCURACY])
    record = finished.record
    assert (record.status, finished.problems) == ("ok", ())
    assert [metric.value for metric in record.metrics] == [0.1344]
    assert "ipykernel" in {package.name for package in record.environment.packages}
    assert [file.path for file in record.inputs] == ["data.csv"]
    assert [file.path for file in record.outputs] == ["metrics.txt", "out.ipynb"]
    assert record.imported == ("in.ipynb",)
    assert record.capture.completeness == "complete", record.capture.reason
    log = notebook.folder / ".reprocrate" / "runs" / record.id
    (seed,) = [entry for entry in _entries(log) if entry["event"] == "seed"]
    number = 3 if command[0] == "papermill" else 2  # papermill puts a cell of its own before it
    assert seed["site"] == f"{notebook.folder}/in.ipynb cell [{number}]:2"
