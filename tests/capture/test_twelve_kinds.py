"""Twelve ways to read data, with both methods: what is seen, and that the rest is announced.

Where a library is not installed, a stand-in of its name makes the same system calls: `torch.load` reads a
zip file with a pickle in it through Python, pyarrow and h5py open files with the C library.
`REPROCRATE_LIBRARIES` names a Python that has all the libraries; with it the same test runs with the genuine
ones.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.observation.tracing import check_strace
from reprocrate.errors import UnavailableError
from reprocrate.files import sha256_file

LIBRARIES = os.environ.get("REPROCRATE_LIBRARIES")

KINDS = {
    "npy": ("x.npy", "numpy.load(path)"),
    "npz": ("x.npz", "numpy.load(path)['a']"),
    "csv": ("x.csv", "pandas.read_csv(path)"),
    "fromfile": ("x.raw", "numpy.fromfile(path)"),
    "memmap": ("x.dat", "numpy.memmap(path, dtype='f8', mode='r').sum()"),
    "torch": ("x.pt", "torch.load(path)"),
    "fork": ("forked.txt", "worker('fork', path)"),
    "spawn": ("spawned.txt", "worker('spawn', path)"),
    "parquet": ("x.parquet", "pyarrow.parquet.read_table(path)"),
    "hdf5": ("x.h5", "h5py.File(path, 'r')['a'][:]"),
    "sqlite": ("x.db", "sqlite3.connect(path).execute('select a from t').fetchall()"),
    "child": ("x.txt", "subprocess.run(['cat', path], stdout=subprocess.DEVNULL, check=True)"),
}
UNSEEN_BY_HOOK = {"parquet": "pyarrow", "hdf5": "h5py"}

MAKE = """
import sqlite3, numpy, pandas, torch, pyarrow, pyarrow.parquet, h5py
numpy.save("x.npy", numpy.ones(9)); numpy.savez("x.npz", a=numpy.ones(9)); numpy.ones(9).tofile("x.raw")
numpy.ones(9).tofile("x.dat"); pandas.DataFrame({"a": [1]}).to_csv("x.csv"); torch.save([1.0], "x.pt")
pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), "x.parquet")
with h5py.File("x.h5", "w") as file:
    file["a"] = [1]
base = sqlite3.connect("x.db"); base.execute("create table t (a)"); base.commit(); base.close()
for name in ("forked.txt", "spawned.txt", "x.txt"):
    open(name, "w").write(name)
"""
READ = """
import multiprocessing, sqlite3, subprocess, sys
import h5py, numpy, pandas, pyarrow.parquet, torch

def read(path):
    with open(path) as file:
        file.read()

def worker(method, path):
    process = multiprocessing.get_context(method).Process(target=read, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 0

if __name__ == "__main__":
"""
# Modules that do with files what the libraries do.
STAND_INS = {
    "torch.py": """
import pickle, zipfile
def save(value, path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(value))
def load(path):
    with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
        return pickle.loads(archive.read("archive/data.pkl"))
""",
    "native_files.py": """
import ctypes
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = (ctypes.c_void_p,)
def touch(path, mode):
    file = libc.fopen(path.encode(), mode)
    assert file
    libc.fclose(file)
""",
    "pyarrow/__init__.py": """
__version__ = "0"
class Array: pass
class ChunkedArray: pass
def table(columns): return columns
""",
    "pyarrow/_parquet.py": "",
    "pyarrow/parquet.py": """
import native_files
from pyarrow import _parquet
def write_table(table, path): native_files.touch(path, b"w")
def read_table(path): native_files.touch(path, b"r")
""",
    "h5py.py": """
import native_files
class File(dict):
    def __init__(self, path, mode):
        native_files.touch(path, mode.encode())
        self["a"] = [1]
    def __enter__(self): return self
    def __exit__(self, *error): pass
""",
}


@pytest.fixture(params=["here", pytest.param("libraries", marks=pytest.mark.libraries)])
def python(request: Any, tmp_path: Path, empty: Any) -> str:
    """A Python with the libraries, in a project with a file of each kind."""
    environ = dict(os.environ)
    if request.param == "libraries":
        if LIBRARIES is None:
            pytest.skip("REPROCRATE_LIBRARIES does not name a Python with torch, pandas, pyarrow and h5py")
        python = LIBRARIES
    else:
        python = sys.executable
        for name in ("numpy", "pandas"):
            pytest.importorskip(name)
        environ["PYTHONPATH"] = os.pathsep.join([_stand_ins(tmp_path), environ.get("PYTHONPATH", "")])
    empty.environ = environ
    done = subprocess.run(
        [python, "-c", MAKE], cwd=empty.folder, env=environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return python


def _stand_ins(folder: Path) -> str:
    site = folder / "lib" / "site-packages"
    missing = {name for name in ("torch", "pyarrow", "h5py") if importlib.util.find_spec(name) is None}
    for name, text in STAND_INS.items():
        if name == "native_files.py" or name.removesuffix(".py").partition("/")[0] in missing:
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_text(text)
    return os.fspath(site)


def _script(*kinds: str) -> str:
    lines = [f"    path = {KINDS[kind][0]!r}; {KINDS[kind][1]}" for kind in kinds]
    return READ + "\n".join(lines) + "\n"


def _inputs(record: Any) -> set[str]:
    return {file.path for file in record.inputs if file.root is None}


def test_hook_sees_ten_kinds_and_announces_the_two_others(empty: Any, python: str) -> None:
    empty.write("read.py", _script(*KINDS))
    record = empty.record(python, "read.py")
    assert record.status == "ok"
    seen = {name for kind, (name, _) in KINDS.items() if kind not in UNSEEN_BY_HOOK}
    assert len(seen) == 10
    assert _inputs(record) == seen
    assert record.outputs == ()
    assert (record.capture.method, record.capture.completeness) == ("hook", "partial")
    for library in UNSEEN_BY_HOOK.values():
        assert library in record.capture.reason
    assert "cat" in record.capture.reason


def test_strace_sees_all_twelve(empty: Any, python: str) -> None:
    try:
        check_strace(os.environ)
    except UnavailableError as error:
        pytest.skip(str(error))
    empty.write("read.py", _script(*KINDS))
    record = empty.record(python, "read.py", trace="strace")
    assert record.status == "ok"
    assert _inputs(record) == {name for name, _ in KINDS.values()}
    assert [file.path for file in record.inputs if file.root is not None] == []
    assert record.outputs == ()
    assert record.imported == ("read.py",)
    assert (record.capture.method, record.capture.completeness) == ("strace", "complete")
    digests = {file.path: file.sha256 for file in record.inputs}
    assert all(digests[name] == sha256_file(empty.folder / name).sha256 for name, _ in KINDS.values())


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_compiled_program_is_seen_by_strace_and_announced_without(empty: Any) -> None:
    empty.write(
        "count.c",
        "#include <stdio.h>\nint main(void) {\n"
        ' FILE *f = fopen("hidden.txt", "r"), *o = fopen("o.txt", "w");\n'
        ' int n = 0; while (fgetc(f) != EOF) n++; fprintf(o, "%d", n); return fclose(o); }\n',
    )
    subprocess.run(["cc", "count.c", "-o", "count"], cwd=empty.folder, check=True)
    empty.write("hidden.txt", "12345")
    code = "import subprocess; subprocess.run(['./count'], check=True)"
    record = empty.python(code)
    assert _inputs(record) == set()
    assert record.capture.completeness == "partial"
    assert "count" in record.capture.reason
    try:
        check_strace(os.environ)
    except UnavailableError as error:
        pytest.skip(str(error))
    record = empty.python(code, trace="strace")
    assert _inputs(record) == {"hidden.txt", "count"}
    assert [file.path for file in record.outputs] == ["o.txt"]
    assert record.capture.completeness == "complete"
    alone = empty.record("./count", trace="strace")
    assert _inputs(alone) == {"hidden.txt", "count"}
    assert (alone.capture.completeness, alone.capture.method) == ("complete", "strace")
