"""What the recorder sees of a process, and that the process is none the worse for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.launch.launch import RECORDER
from reprocrate.capture.observation.processes import Process, read_processes, unseen_programs

OTHER_PYTHONS = [
    path
    for version in ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
    for path in (
        *sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))[:1],
        *sorted(Path.home().glob(f".local/share/uv/python/cpython-{version}.*/bin/python"))[:1],
        Path(f"/usr/bin/python{version}"),
    )
    if path.exists()
]


class Recorded:
    """Runs Python code under the recorder, by itself, and reads the logs."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.logs = folder / "logs"
        self.project.mkdir()
        self.logs.mkdir()

    def environ(self, **more: str) -> dict[str, str]:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        path = os.pathsep.join(filter(None, (os.fspath(RECORDER), more.pop("PYTHONPATH", ""))))
        return {
            **variables,
            "PYTHONPATH": path,
            "REPROCRATE_LOG_DIR": os.fspath(self.logs),
            "REPROCRATE_PROJECT": os.fspath(self.project),
            **more,
        }

    def run(
        self, code: str, *, python: str | Path = sys.executable, **more: str
    ) -> subprocess.CompletedProcess[str]:
        (self.project / "script.py").write_text(code)
        return subprocess.run(
            [python, "script.py"],
            cwd=self.project,
            env=self.environ(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def processes(self) -> list[Process]:
        return read_processes(self.logs)

    def names(self, kind: str) -> set[str]:
        prefix = f"{self.project}/"
        paths = {path for process in self.processes() for path in getattr(process, kind)}
        return {path.removeprefix(prefix) for path in paths if path.startswith(prefix)}


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def test_files_are_seen_however_they_are_opened(recorded: Any) -> None:
    for name in ("a", "b", "c", "d", "e", "sub/f", "g", "both", "append"):
        (recorded.project / name).parent.mkdir(exist_ok=True)
        (recorded.project / name).write_text("x")
    done = recorded.run(
        """
import io, os, pathlib, shutil, sqlite3, tempfile
open("a").read(); open(b"b").read(); pathlib.Path("c").read_text(); io.FileIO("d").read()
os.close(os.open("e", os.O_RDONLY))
os.chdir("sub"); open("f").read(); os.chdir("..")
shutil.copy("g", "copied")
open("written", "w").close(); open("created", "x").close(); open("append", "a").close()
os.close(os.open("low", os.O_WRONLY | os.O_CREAT))
open("both", "r+").close()
sqlite3.connect("base.db").execute("create table t (x)")
handle, name = tempfile.mkstemp(dir="."); os.close(handle); os.replace(name, "renamed")
os.mkdir("temporary"); open("temporary/inside", "w").close(); os.rename("temporary", "final")
os.symlink("a", "link")
print("fine")
"""
    )
    assert (done.stdout, done.stderr) == ("fine\n", "")
    assert {"a", "b", "c", "d", "e", "sub/f", "g", "script.py"} <= recorded.names("read")
    written = {"copied", "written", "created", "append", "low", "renamed", "final/inside", "link"}
    assert written <= recorded.names("written")
    assert not any("temporary" in name or "tmp" in name for name in recorded.names("written"))
    assert {"both", "base.db"} <= recorded.names("updated")


def test_workers_are_seen_however_they_end(recorded: Any) -> None:
    for name in "fspqo":
        (recorded.project / name).write_text("x")
    done = recorded.run(
        """
import multiprocessing, os, subprocess, sys
from concurrent.futures import ProcessPoolExecutor

def read(name):
    open(name).read()
    open(name + ".out", "w").write("x")

if __name__ == "__main__":
    pid = os.fork()
    if pid == 0:
        read("f")
        os._exit(0)
    os.waitpid(pid, 0)
    for method, name in (("spawn", "s"), ("fork", "o")):
        process = multiprocessing.get_context(method).Process(target=read, args=(name,))
        process.start(); process.join()
    with ProcessPoolExecutor(1) as pool:
        list(pool.map(read, ["p"]))
    subprocess.run([sys.executable, "-c", "open('q').read(); import os; os.kill(os.getpid(), 9)"])
    print("fine")
"""
    )
    assert (done.stdout, done.stderr) == ("fine\n", "")
    assert set("fspqo") <= recorded.names("read")
    assert {"f.out", "s.out", "p.out", "o.out"} <= recorded.names("written")
    assert unseen_programs(recorded.processes()) == []


def test_user_sitecustomize_still_runs_and_recorder_leaves_no_trace_on_the_path(
    recorded: Any, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import sys; sys.author_was_here = True\n")
    code = "import sys, sitecustomize; print(sys.author_was_here, sitecustomize.__file__); print(sys.path)"
    done = recorded.run(code, PYTHONPATH=os.fspath(site))
    plain = subprocess.run(
        [sys.executable, "script.py"],
        cwd=recorded.project,
        env={**os.environ, "PYTHONPATH": os.fspath(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == plain.stdout
    assert done.stderr == plain.stderr
    assert recorded.processes()


@pytest.mark.parametrize("fault", ["raise ValueError('broken')", "import absent_module", "syntax error here"])
def test_error_in_a_users_sitecustomize_is_reported_as_without_us(
    recorded: Any, tmp_path: Path, fault: str
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(fault + "\n")
    done = recorded.run("print('runs')", PYTHONPATH=os.fspath(site))
    plain = subprocess.run(
        [sys.executable, "script.py"],
        cwd=recorded.project,
        env={**os.environ, "PYTHONPATH": os.fspath(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)
    assert recorded.processes()


def test_broken_log_folder_never_harms_the_program(recorded: Any, tmp_path: Path) -> None:
    done = recorded.run("open('x', 'w').write('1'); print('fine')", REPROCRATE_LOG_DIR=f"{tmp_path}/absent")
    assert (done.stdout, done.stderr, done.returncode) == ("fine\n", "", 0)
    (recorded.project / "script.py").unlink()
    code = "import shutil, os; shutil.rmtree(os.environ['REPROCRATE_LOG_DIR']); open('x', 'w'); print('fine')"
    done = recorded.run(code)
    assert (done.stdout, done.stderr, done.returncode) == ("fine\n", "", 0)


def test_descriptor_that_the_program_closed_is_never_written_to(recorded: Any) -> None:
    code = """
import os
os.closerange(3, 100)
mine = [open(f"mine{i}", "w") for i in range(20)]
for i in range(20): open(f"other{i}", "w").close()
for handle in mine: handle.write("mine"); handle.close()
print(all(open(f"mine{i}").read() == "mine" for i in range(20)))
"""
    done = recorded.run(code)
    assert (done.stdout, done.stderr) == ("True\n", "")
    assert {f"other{i}" for i in range(20)} <= recorded.names("written")


def test_awkward_names_and_arguments(recorded: Any) -> None:
    code = r"""
import os
os.makedirs("sub/deep")
for name in (b"with\nline", b"quote\"back\\slash", "ünï".encode(), b"\xff\xfe"):
    open(name, "w").close()
open("sub/deep/../up", "w").close()
for wrong in (None, 3.5, "a\0b", ["x"], -1):
    try:
        open(wrong)
    except (TypeError, ValueError, OSError) as error:
        print(type(error).__name__)
"""
    done = recorded.run(code)
    assert done.stdout.split() == ["TypeError", "TypeError", "ValueError", "TypeError", "ValueError"]
    names = {os.fsencode(name) for name in recorded.names("written")}
    assert {b"with\nline", b'quote"back\\slash', "ünï".encode(), b"\xff\xfe", b"sub/up"} <= names


def test_every_path_is_written_once(recorded: Any) -> None:
    (recorded.project / "a").write_text("x")
    recorded.run("for _ in range(1000):\n    open('a').close(); open('b', 'w').close()")
    lines = next(recorded.logs.iterdir()).read_text().splitlines()
    assert len([line for line in lines if line.endswith('/a"}')]) == 1
    assert len(lines) < 10


def test_modules_libraries_and_settings_are_told_at_the_end(recorded: Any) -> None:
    (recorded.project / "helper.py").write_text("x = 1\n")
    recorded.run("import helper, os; os.environ['OMP_NUM_THREADS'] = '3'", PYTHONHASHSEED="7")
    (process,) = recorded.processes()
    assert [Path(path).name for path in process.end["modules"]] == ["helper.py"]
    assert process.end["settings"]["PYTHONHASHSEED"] == "7"
    assert process.end["settings"]["hash_randomization"] is True
    assert process.problems == []


def test_blas_is_described_with_threads(recorded: Any) -> None:
    pytest.importorskip("numpy")
    if sys.platform != "linux":
        pytest.skip("mapped libraries are read from /proc")
    recorded.run("import numpy; numpy.ones((9, 9)) @ numpy.ones((9, 9))", OPENBLAS_NUM_THREADS="1")
    (process,) = recorded.processes()
    blas = [library for library in process.end["libraries"] if library["kind"] == "blas"]
    assert blas
    if blas[0]["name"] == "openblas":
        assert blas[0]["version"][0].isdigit()
        assert blas[0]["details"]["threads"] == 1
        assert blas[0]["details"]["architecture"]


def test_nothing_is_imported_at_the_end_that_the_author_named_like_a_library(recorded: Any) -> None:
    for name in ("json", "ctypes", "platform", "locale"):
        (recorded.project / f"{name}.py").write_text("print('imported by mistake')\n")
    done = recorded.run("print('fine')")
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_other_programs_are_named(recorded: Any) -> None:
    recorded.run(
        "import os, subprocess, sys\n"
        "subprocess.run(['cp', 'script.py', 'copy']); os.system('true')\n"
        "subprocess.run(['uname'], stdout=subprocess.DEVNULL)\n"
        "subprocess.run([sys.executable, '-I', '-c', ''])\n"
        "subprocess.run([sys.executable, '-c', ''], env={'A': 'b'})\n"
    )
    assert set(unseen_programs(recorded.processes())) == {"cp", "sh", Path(sys.executable).name}


def test_native_readers_are_named_when_they_are_imported(recorded: Any) -> None:
    (recorded.project / "h5py.py").write_text("")
    recorded.run("try:\n    import polars\nexcept ImportError:\n    import h5py, os\nos._exit(0)")
    assert recorded.processes()[0].native == ["h5py"]


@pytest.mark.parametrize(
    ("code", "native"),
    [
        ("import other", []),  # which imports pyarrow for its types, as pandas does
        ("import other, pyarrow", ["pyarrow"]),
        ("import other, pyarrow as pa", ["pyarrow"]),
        ("import other\nfrom pyarrow import memory_map", ["pyarrow"]),
        ("import other, pyarrow.parquet\ndel pyarrow", ["pyarrow._parquet"]),
    ],
)
def test_pyarrow_counts_if_the_project_uses_it(
    recorded: Any, tmp_path: Path, code: str, native: list[str]
) -> None:
    site = tmp_path / "site-packages"
    (site / "pyarrow").mkdir(parents=True)
    (site / "pyarrow" / "__init__.py").write_text("def memory_map(path): pass\n")
    (site / "pyarrow" / "parquet.py").write_text("import pyarrow._parquet\n")
    (site / "pyarrow" / "_parquet.py").write_text("")
    (site / "other.py").write_text("import pyarrow\n")
    recorded.run(code, PYTHONPATH=os.fspath(site))
    assert recorded.processes()[0].native == native


@pytest.mark.parametrize("python", OTHER_PYTHONS, ids=str)
def test_recorder_works_on_every_python_here(recorded: Any, python: Path) -> None:
    (recorded.project / "helper.py").write_text("x = 1\n")
    (recorded.project / "data").write_text("1\n")
    code = "import helper, os\nopen('data').read(); open('out', 'w').write('1')\nprint('fine')"
    done = recorded.run(code, python=python)
    assert (done.stdout, done.stderr) == ("fine\n", "")
    assert {"script.py", "data"} <= recorded.names("read")
    assert recorded.names("written") == {"out"}
    assert [Path(path).name for path in recorded.processes()[0].end["modules"]] == ["helper.py"]


def test_results_are_the_same_bits_with_and_without_it(recorded: Any) -> None:
    code = (
        "import hashlib, random\nrandom.seed(3)\nvalues = [random.gauss(0, 1) for _ in range(10000)]\n"
        "print(hashlib.sha256(repr((values, set('abcdefgh'))).encode()).hexdigest())"
    )
    done = recorded.run(code, PYTHONHASHSEED="0")
    plain = subprocess.run(
        [sys.executable, "script.py"],
        cwd=recorded.project,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == plain.stdout


def test_truncated_log_is_read_up_to_there(recorded: Any) -> None:
    recorded.run("open('a', 'w')")
    log = next(recorded.logs.iterdir())
    log.write_bytes(log.read_bytes() + b'{"event": "write", "pa')
    (recorded.logs / "access-1-0.jsonl").write_bytes(b"")
    (recorded.logs / "access-2-0.jsonl").write_bytes(b"nonsense\n" + json.dumps({"event": "read"}).encode())
    assert len(recorded.processes()) == 1
    assert "a" in recorded.names("written")
