"""Interpreters are found where people install them, and nothing else is taken for one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reprocrate.rerun.environment.interpreters import Interpreter, find_interpreter, minor_version

HERE = ".".join(map(str, sys.version_info[:3]))
MINOR = minor_version(HERE)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any interpreter but the one that runs the tests."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def interpreter_in(folder: Path, minor: str) -> Path:
    program = folder / "bin" / f"python{minor}"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return program


def test_finds_the_one_that_runs_this_program(bare: Path) -> None:
    found = find_interpreter(HERE)
    assert found is not None
    assert found.version == HERE
    assert found.path.is_file()
    assert not found.path.is_symlink()


def test_takes_another_patch_release_of_the_same_minor_version(bare: Path) -> None:
    found = find_interpreter(f"{MINOR}.99")
    assert found is not None
    assert found.version == HERE


@pytest.mark.parametrize(
    "folder", [".pyenv/versions/3.6.2", ".local/share/uv/python/cpython-3.6.2-linux-x86_64-gnu"]
)
def test_finds_what_pyenv_and_uv_installed(bare: Path, folder: str) -> None:
    program = interpreter_in(bare / folder, "3.6")
    assert find_interpreter("3.6.2") == Interpreter("3.6.2", program)
    assert find_interpreter("3.6.9") == Interpreter("3.6.2", program)
    interpreter_in(bare / folder.replace("3.6.2", "3.5.2"), "3.5")
    assert find_interpreter("3.5.2") is None


def test_takes_the_nearest_patch_release(bare: Path) -> None:
    for patch in (1, 6, 9):
        interpreter_in(bare / f".pyenv/versions/3.6.{patch}", "3.6")
    found = find_interpreter("3.6.7")
    assert found is not None
    assert found.version == "3.6.6"


def test_leaves_out_free_threaded_builds(bare: Path) -> None:
    interpreter_in(bare / ".local/share/uv/python/cpython-3.6.2-freethreaded-linux-x86_64-gnu", "3.6")
    assert find_interpreter("3.6.2") is None


def test_finds_one_on_the_search_path_and_asks_its_version(bare: Path) -> None:
    program = bare / "bin" / "python3.6"
    program.write_text('#!/bin/sh\necho \'["cpython", [3, 6, 4], "\'"$0"\'"]\'\n')
    program.chmod(0o755)
    assert find_interpreter("3.6.1") == Interpreter("3.6.4", program)


def test_a_program_that_is_no_interpreter_is_passed_over(bare: Path) -> None:
    interpreter_in(bare / "x", "3.6").rename(bare / "bin" / "python3.6")
    assert find_interpreter("3.6.1") is None


def test_a_program_in_the_current_folder_is_not_started(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = bare / "python3.6"
    trap.write_text("#!/bin/sh\ntouch started\n")
    trap.chmod(0o755)
    monkeypatch.setenv("PATH", f".:{bare / 'bin'}")
    monkeypatch.chdir(bare)
    assert find_interpreter("3.6.1") is None
    assert not (bare / "started").exists()


def test_other_implementations_are_not_looked_for(bare: Path) -> None:
    assert find_interpreter(HERE, "PyPy") is None
