"""Wheels whose installation would run code or write elsewhere: the host is unharmed while building."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError
from reprocrate.rerun.environment import building as environment_module
from reprocrate.rerun.environment.building import Recipe, build_environment, installed_packages
from reprocrate.rerun.sandbox.bubblewrap import Sandbox, find_sandbox, python_folders

HERE = ".".join(map(str, sys.version_info[:3]))


def test_code_that_starts_with_the_interpreter_starts_in_the_sandbox_only(index: Any, tmp_path: Path) -> None:
    """Installers lay `.pth` files where the interpreter runs their lines when it starts."""
    trace, work = tmp_path / "outside" / "trace", tmp_path / "work"
    trace.parent.mkdir()
    work.mkdir()
    places = (trace, work / "ran")
    parts = (f"os.path.isdir({str(one.parent)!r}) and open({str(one)!r}, 'w').close()" for one in places)
    line = f"import os; {'; '.join(parts)}\n"
    index.add("alpha", more={"alpha_start.pth": line})
    built = build_environment(tmp_path / "env", Recipe("alpha==1.0\n", HERE))
    again = build_environment(tmp_path / "env", Recipe("alpha==1.0\n", HERE))
    assert again.reused
    assert installed_packages(built.folder)["alpha"] == "1.0"
    assert not trace.exists()
    assert not (work / "ran").exists()
    sandbox = find_sandbox()
    if not isinstance(sandbox, Sandbox):
        pytest.skip(f"there is no sandbox: {sandbox.reason}")
    command = sandbox.wrap(
        [str(built.python), "-c", "print(6 * 7)"],
        folder=work,
        writable=[work],
        readable=python_folders(built.python),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "42\n", done.stderr
    assert (work / "ran").exists()  # the line did run there
    assert not trace.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../../../../../escaped.txt",
        "alpha/../../../../../../escaped.txt",
        "alpha-1.0.data/data/../../../../escaped.txt",
        "alpha-1.0.data/scripts/../../../escaped.txt",
    ],
)
def test_a_wheel_that_leads_out_of_the_environment_writes_nothing_there(
    name: str, index: Any, tmp_path: Path
) -> None:
    index.add("alpha", more={name: "escaped\n"})
    place = tmp_path / "a" / "b" / "env"
    built = build_environment(place, Recipe("alpha==1.0\n", HERE))  # uv leaves such a file out
    assert installed_packages(built.folder) == {"alpha": "1.0"}
    assert list(tmp_path.rglob("escaped.txt")) == []


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_a_script_called_python_does_not_reach_the_interpreter_of_the_system(
    tool: str, index: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's `python` is a link: who writes through it would change the interpreter for all."""
    index.add("alpha", more={"alpha-1.0.data/scripts/python": "#!/bin/sh\necho evil\n"})
    if tool == "pip":
        monkeypatch.setattr(environment_module, "find_uv", lambda: None)
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    before = hashlib.sha256(base.read_bytes()).hexdigest()
    with pytest.raises(UnavailableError, match=r"replaces its interpreter|reserved name"):
        build_environment(tmp_path / "env", Recipe("alpha==1.0\n", HERE))
    assert hashlib.sha256(base.read_bytes()).hexdigest() == before
    assert not (tmp_path / "env").exists()
