"""What is seen from inside Python, and what is at least announced: the ways that programs have with files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import Any

import pytest

from reprocrate.capture.record import RunRecord


def _names(files: Any) -> list[str]:
    return [file.path for file in files if file.root is None]


def _reason(record: RunRecord) -> str:
    assert record.status == "ok"
    assert record.capture.method == "hook"
    return record.capture.reason


def test_ways_of_the_standard_library(empty: Any) -> None:
    names = ("open_code", "mmap", "copyfile", "copy2", "sendfile", "gz", "zip", "tar", "replaced", "glob")
    for name in names:
        empty.write(f"in/{name}", "x")
    record = empty.python(
        """
import glob, gzip, io, mmap, os, pathlib, shutil, tarfile, tempfile, zipfile
with io.open_code(os.path.abspath("in/open_code")) as file: file.read()
with open("in/mmap", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view: view[0]
shutil.copyfile("in/copyfile", "copyfile"); shutil.copy2("in/copy2", "copy2")
with open("in/sendfile", "rb") as source, open("sendfile", "wb") as target:
    os.sendfile(target.fileno(), source.fileno(), 0, 1)
with open("in/gz", "rb") as source, gzip.open("out.gz", "wb") as target: shutil.copyfileobj(source, target)
with zipfile.ZipFile("out.zip", "w") as archive: archive.write("in/zip")
with tarfile.open("out.tar", "w") as archive: archive.add("in/tar")
with zipfile.ZipFile("out.zip") as archive: archive.extractall("unzipped")
with tarfile.open("out.tar") as archive: archive.extractall("untarred", filter="data")
with tempfile.NamedTemporaryFile("w", dir=".", delete=False) as file: file.write("x")
os.replace(file.name, "in_place")
pathlib.Path("in/replaced").read_bytes()
for name in glob.glob("in/gl*"): pathlib.Path(name).read_text()
with open("mapped", "w+b") as file:
    file.truncate(4)
    with mmap.mmap(file.fileno(), 4) as view: view[:] = b"1234"
"""
    )
    assert _names(record.inputs) == sorted(f"in/{name}" for name in names)
    written = {"copyfile", "copy2", "sendfile", "out.gz", "out.zip", "out.tar", "in_place", "mapped"}
    assert set(_names(record.outputs)) == written | {"unzipped/in/zip", "untarred/in/tar"}
    assert (record.capture.completeness, _reason(record)) == ("complete", "")


def test_workers_of_every_kind(empty: Any) -> None:
    for name in ("executor", "forkserver", "exits", "executed"):
        empty.write(name, "x")
    record = empty.python(
        """
import concurrent.futures, multiprocessing, os, sys
def read(name):
    open(name).read()
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as pool: list(pool.map(read, ["executor"]))
    process = multiprocessing.get_context("forkserver").Process(target=read, args=("forkserver",))
    process.start(); process.join()
    if os.fork() == 0:
        read("exits")
        os._exit(0)
    os.wait()
    os.execv(sys.executable, [sys.executable, "-c", "open('executed').read()"])
"""
    )
    assert _names(record.inputs) == ["executed", "executor", "exits", "forkserver"]
    assert (record.capture.completeness, _reason(record)) == ("complete", "")


def test_symlinked_data_is_named_as_the_program_names_it(empty: Any, tmp_path: Any) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "x.csv").write_text("1")
    (empty.folder / "data").symlink_to(tmp_path / "store")
    record = empty.python("open('data/x.csv').read()")
    assert _names(record.inputs) == ["data/x.csv"]
    assert record.inputs[0].size == 1


def test_file_that_was_not_there_when_it_was_looked_for_is_not_overwritten(empty: Any) -> None:
    record = empty.python(
        "try:\n    open('cache.txt').read()\nexcept OSError:\n    open('cache.txt', 'w').write('1')\n"
        "open('cache.txt').read()"
    )
    assert _names(record.outputs) == ["cache.txt"]
    assert _reason(record) == ""


@pytest.mark.parametrize(
    "code",
    [
        "open('state.txt').read(); open('state.txt', 'w').write('2')",
        "open('state.txt', 'r+').write('2')",
        "open('state.txt').read(); open('x', 'w').write('2'); import os; os.replace('x', 'state.txt')",
        (
            "import os; open('state.txt').read()\n"
            "if os.fork(): os.wait()\n"
            "else: open('state.txt', 'w').write('2')"
        ),
        "import subprocess; subprocess.run('echo 2 >> state.txt', shell=True)",
    ],
)
def test_what_a_file_held_before_it_was_overwritten_is_told_to_be_lost(empty: Any, code: str) -> None:
    empty.write("state.txt", "1")
    time.sleep(0.05)
    record = empty.python(code)
    assert _names(record.outputs) == ["state.txt"]
    if "subprocess" in code:
        assert "which files other programs used was not seen: sh" in _reason(record)
    else:
        assert _reason(record) == "what these held before they were overwritten is not known: state.txt"


@pytest.mark.parametrize(
    ("code", "lost"),
    [
        ("import os; open('a.txt').read(); os.remove('a.txt')", "a.txt"),
        ("import os; open('a.txt').read(); os.rename('a.txt', 'b.txt')", "a.txt"),
        ("import shutil; open('sub/a.txt').read(); shutil.rmtree('sub')", "sub/a.txt"),
        ("import os; os.remove('a.txt')", ""),
        ("import os; open('new.txt', 'w').close(); open('new.txt').close(); os.remove('new.txt')", ""),
        ("import os; open('a.txt').read(); os.remove('a.txt'); open('a.txt', 'w').close()", ""),
    ],
)
def test_input_that_was_removed_is_told(empty: Any, code: str, lost: str) -> None:
    empty.write("a.txt", "1")
    empty.write("sub/a.txt", "1")
    told = f"what these held before they were removed is not known: {lost}"
    assert _reason(empty.python(code)) == (told if lost else "")


def test_folder_that_a_child_filled_and_its_parent_renamed(empty: Any) -> None:
    record = empty.python(
        """
import os, multiprocessing, pathlib
def fill(): pathlib.Path("building/part.txt").write_text("1")
if __name__ == "__main__":
    os.mkdir("building")
    process = multiprocessing.get_context("spawn").Process(target=fill)
    process.start(); process.join()
    os.rename("building", "built")
"""
    )
    assert _names(record.outputs) == ["built/part.txt"]
    assert _reason(record) == ""


def test_names_relative_to_a_descriptor(empty: Any) -> None:
    if sys.platform != "linux":
        pytest.skip("the descriptor's folder is read from /proc")
    empty.write("sub/x", "1")
    record = empty.python(
        "import os; folder = os.open('sub', os.O_RDONLY)\n"
        "os.rename('x', 'y', src_dir_fd=folder, dst_dir_fd=folder)\n"
        "os.symlink('y', 'z', dir_fd=folder); os.link('y', 'w', src_dir_fd=folder, dst_dir_fd=folder)"
    )
    assert _names(record.outputs) == ["sub/w", "sub/y", "sub/z"]


def test_database_by_address(empty: Any) -> None:
    code = "import sqlite3; b = sqlite3.connect('a b.db'); b.execute('create table t (x)'); b.commit()"
    empty.python(code)
    time.sleep(0.05)
    for name in ("file:a%20b.db?mode=ro", f"file://{empty.folder}/a%20b.db?immutable=1#x"):
        record = empty.python(
            f"import sqlite3; sqlite3.connect({name!r}, uri=True).execute('select * from t').fetchall()\n"
            "sqlite3.connect('file:m?mode=memory&cache=shared', uri=True); sqlite3.connect(':memory:')"
        )
        assert _names(record.inputs) == ["a b.db"]
        assert record.outputs == ()
        assert _reason(record) == ""


def test_files_named_to_other_programs_count_as_used(empty: Any) -> None:
    for name in ("a.txt", "sub/b.txt", "c.txt", "d.txt", "unused.txt"):
        empty.write(name, "1")
    time.sleep(0.05)
    record = empty.python(
        "import os, subprocess\n"
        "subprocess.run(['cat', 'a.txt']); subprocess.run(['cat', 'b.txt'], cwd='sub')\n"
        "os.system('cat <c.txt >out.txt'); subprocess.run(['dd', 'status=none', 'if=d.txt', 'of=d.out'])"
    )
    assert _names(record.inputs) == ["a.txt", "c.txt", "d.txt", "sub/b.txt"]
    assert _names(record.outputs) == ["d.out", "out.txt"]
    assert _reason(record) == "which files other programs used was not seen: cat, dd, sh"
    alone = empty.record("cat", "a.txt")
    assert _names(alone.inputs) == ["a.txt"]
    assert alone.capture.completeness == "minimal"


@pytest.mark.parametrize(
    ("code", "announced"),
    [
        ("subprocess.run([sys.executable, '-c', '1'], env={**os.environ, 'PYTHONPATH': 'src'})", "python"),
        ("os.environ['PYTHONPATH'] = 'src'; subprocess.run([sys.executable, '-c', '1'])", "python"),
        ("del os.environ['REPROCRATE_LOG_DIR']; subprocess.run([sys.executable, '-c', '1'])", "python"),
        ("os.environ['PYTHONPATH'] = 'src'; spawn()", "PYTHONPATH was changed"),
        ("os.environ['PYTHONPATH'] = 'src' + os.pathsep + os.environ['PYTHONPATH']; spawn()", ""),
        ("os.environ['PYTHONPATH'] = 'src'", ""),
        ("subprocess.run([sys.executable, '-Sc', '1'])", "python"),
    ],
)
def test_python_that_starts_without_the_recorder_is_announced(empty: Any, code: str, announced: str) -> None:
    record = empty.python(
        "import multiprocessing, os, subprocess, sys\n"
        "def spawn():\n"
        "    process = multiprocessing.get_context('spawn').Process(target=print)\n"
        "    process.start(); process.join()\n"
        f"if __name__ == '__main__':\n    {code}\n"
    )
    assert announced in _reason(record)
    assert bool(announced) == bool(_reason(record))


def test_strange_names_are_announced(empty: Any) -> None:
    record = empty.python(r"open(b'odd\xff', 'w').close(); open('two\nlines', 'w').close()")
    assert record.outputs == ()
    told = r"not recorded, unreadable or of a name that no manifest can hold: odd\udcff, two\nlines"
    assert _reason(record) == told


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_compiled_library_of_the_project_is_announced(empty: Any) -> None:
    text = '#include <stdio.h>\nvoid go(void) { fopen("in.txt", "r"); fclose(fopen("out.txt", "w")); }\n'
    empty.write("own.c", text)
    empty.write("in.txt", "1")
    subprocess.run(["cc", "-shared", "-fPIC", "own.c", "-o", "own.so"], cwd=empty.folder, check=True)
    time.sleep(0.05)
    record = empty.python("import ctypes; ctypes.CDLL('./own.so').go()")
    assert _names(record.outputs) == ["out.txt"]
    assert record.imported == ("own.so", "script.py")
    assert _reason(record) == "files that compiled modules may read by themselves were not seen: own.so"


def test_file_that_cannot_be_read_afterwards_is_told(empty: Any) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read anything")
    empty.write("a.txt", "1")
    record = empty.python("import os; open('a.txt').read(); os.chmod('a.txt', 0)")
    assert "unreadable or of a name that no manifest can hold: a.txt" in _reason(record)
