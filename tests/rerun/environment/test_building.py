"""Environments are built from locks: wheels only, in their own folder, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.manifest import Package
from reprocrate.rerun.environment import building as environment_module
from reprocrate.rerun.environment.building import (
    Recipe,
    build_environment,
    finished_version,
    installed_packages,
)
from reprocrate.rerun.environment.lock import make_lock

HERE = ".".join(map(str, sys.version_info[:3]))

Recorded = Callable[..., Package]


@pytest.fixture
def recipe(index: Any, recorded: Recorded) -> Recipe:
    """What to build an environment of two packages from."""
    index.add("alpha", requires=["beta", "gamma ; sys_platform == 'win32'"])
    index.add("beta", "2.0")
    index.add("gamma")
    packages = (recorded("alpha"), recorded("beta", "2.0"))
    return Recipe(make_lock(packages, python_version=HERE).text, HERE, packages=packages)


def run_in(python: Path, code: str) -> str:
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_holds_the_recorded_packages_and_nothing_of_the_caller(recipe: Recipe, tmp_path: Path) -> None:
    said: list[str] = []
    built = build_environment(tmp_path / "env", recipe, said.append)
    assert built.differences == ()
    assert built.version == HERE
    assert not built.reused
    assert run_in(built.python, "import alpha, beta; print(alpha.__version__, beta.__version__)") == "1.0 2.0"
    with pytest.raises(subprocess.CalledProcessError):
        run_in(built.python, "import pytest")
    assert any("Python" in line for line in said)
    assert any("Installed" in line for line in said)


def test_a_finished_environment_is_used_again(recipe: Recipe, tmp_path: Path, index: Any) -> None:
    first = build_environment(tmp_path / "env", recipe)
    for path in index.wheels.iterdir():
        path.unlink()
    again = build_environment(tmp_path / "env", recipe)
    assert again == replace(first, reused=True)
    assert finished_version(tmp_path / "env", recipe) == HERE


def test_a_half_built_environment_is_built_anew(recipe: Recipe, tmp_path: Path) -> None:
    folder = tmp_path / "env"
    build_environment(folder, recipe)
    (folder / "reprocrate-environment.json").unlink()
    (folder / "leftover").touch()
    built = build_environment(folder, recipe)
    assert not built.reused
    assert not (folder / "leftover").exists()
    assert built.differences == ()


def test_another_lock_makes_another_environment(recipe: Recipe, tmp_path: Path, index: Any) -> None:
    build_environment(tmp_path / "env", recipe)
    index.add("delta")
    built = build_environment(tmp_path / "env", Recipe("delta==1.0\n", HERE))
    assert not built.reused
    assert set(installed_packages(built.folder)) == {"delta"}


def test_tells_what_is_not_as_recorded(recipe: Recipe, tmp_path: Path, recorded: Recorded) -> None:
    packages = (
        recorded("alpha", "1.1"),
        recorded("mine", "0.1", editable=True),
        recorded("pip", "23.0"),
        recorded("reprocrate", "0.1", source="local"),
    )
    built = build_environment(tmp_path / "env", replace(recipe, packages=packages))
    found = [(one.package, one.recorded, one.found) for one in built.differences]
    assert found == [("alpha", "1.1", "1.0"), ("beta", None, "2.0"), ("mine", "0.1", None)]


def test_a_local_label_is_part_of_the_version(tmp_path: Path, index: Any, recorded: Recorded) -> None:
    index.add("alpha", "1.0")
    recipe = Recipe("alpha==1.0\n", HERE, packages=(recorded("alpha", local_label="cu118"),))
    built = build_environment(tmp_path / "env", recipe)
    assert [(one.recorded, one.found) for one in built.differences] == [("1.0+cu118", "1.0")]


def test_wheels_that_came_along_need_no_index(
    recipe: Recipe, tmp_path: Path, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    built = build_environment(tmp_path / "env", replace(recipe, wheelhouse=index.wheels))
    assert built.differences == ()


def test_wheels_that_do_not_suffice_are_completed_from_the_index(
    recipe: Recipe, tmp_path: Path, index: Any
) -> None:
    wheelhouse = tmp_path / "wheels"
    wheelhouse.mkdir()
    alpha = next(index.wheels.glob("alpha*"))
    (wheelhouse / alpha.name).write_bytes(alpha.read_bytes())
    said: list[str] = []
    built = build_environment(tmp_path / "env", replace(recipe, wheelhouse=wheelhouse), said.append)
    assert built.differences == ()
    assert any("do not suffice" in line for line in said)


def test_without_uv_pip_builds_the_same(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment_module, "find_uv", lambda: None)
    built = build_environment(tmp_path / "env", recipe)
    assert {one.package for one in built.differences} <= {"setuptools"}  # comes with venv before Python 3.12
    assert run_in(built.python, "import alpha, beta; print(beta.__version__)") == "2.0"


def test_no_packages_need_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    built = build_environment(tmp_path / "env", Recipe("", HERE))
    assert run_in(built.python, "import json, sys; print(sys.prefix)") == str(tmp_path / "env")
    assert built.differences == ()


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_another_file_than_the_locked_one_is_refused(
    tool: str, recipe: Recipe, tmp_path: Path, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if tool == "pip":
        monkeypatch.setattr(environment_module, "find_uv", lambda: None)
    for page in index.pages.glob("*/index.html"):
        page.write_text(page.read_text().partition("#")[0] + '">' + page.read_text().partition('">')[2])
    next(index.wheels.glob("alpha*")).unlink()
    index.add("alpha", source="__version__ = 'evil'")
    with pytest.raises(UnavailableError) as caught:
        build_environment(tmp_path / "env", recipe)
    assert "ask the authors" in str(caught.value)
    assert not (tmp_path / "env").exists()


def test_a_package_that_is_source_only_is_refused(tmp_path: Path, index: Any) -> None:
    page = index.pages / "alpha" / "index.html"
    page.parent.mkdir()
    (index.wheels / "alpha-1.0.tar.gz").write_bytes(b"never opened")
    page.write_text(f'<a href="{(index.wheels / "alpha-1.0.tar.gz").as_uri()}">alpha-1.0.tar.gz</a>')
    with pytest.raises(UnavailableError) as caught:
        build_environment(tmp_path / "env", Recipe("alpha==1.0\n", HERE))
    assert "alpha" in caught.value.why
    assert "Nothing is built from source" in caught.value.fix
    assert not (tmp_path / "env").exists()


def test_an_unreachable_index_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://user:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(UnavailableError) as caught:
        build_environment(tmp_path / "env", Recipe("alpha==1.0\n", HERE))
    assert "Connect to a network" in caught.value.fix
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "env").exists()


def test_a_python_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        build_environment(tmp_path / "env", Recipe("", "3.99.7"))
    assert "Python 3.99" in str(caught.value)
    assert "uv python install 3.99" in caught.value.fix
    with pytest.raises(
        UnavailableError, match=r"needs Python 2\.7\.18: no environment can be built of a Python"
    ):
        build_environment(tmp_path / "env", Recipe("", "2.7.18"))


def test_another_implementation_is_not_replaced_by_cpython(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="PyPy"):
        build_environment(tmp_path / "env", Recipe("", HERE, implementation="PyPy"))


def test_a_lock_that_names_an_index_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        build_environment(tmp_path / "env", Recipe("--index-url https://example.org\nalpha==1.0\n", HERE))
    assert not (tmp_path / "env").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "thesis.tex").write_text("precious")
    with pytest.raises(UnavailableError, match="in the way"):
        build_environment(folder, Recipe("", HERE))
    assert (folder / "thesis.tex").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UnavailableError, match="permission"):
        build_environment(tmp_path / "below" / "env", Recipe("", HERE))


def test_a_place_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="file"):
        build_environment(tmp_path / "file" / "env", Recipe("", HERE))


def test_installed_code_is_not_run_while_building(tmp_path: Path, index: Any) -> None:
    trace = tmp_path / "ran"
    index.add("alpha", source=f"open({str(trace)!r}, 'w')\n")
    built = build_environment(tmp_path / "env", Recipe("alpha==1.0\n", HERE))
    assert installed_packages(built.folder) == {"alpha": "1.0"}
    assert not trace.exists()


@pytest.mark.loop
def test_a_genuine_package_with_compiled_code_is_installed(tmp_path: Path, recorded: Recorded) -> None:
    packages = (recorded("markupsafe", "3.0.2"), recorded("jinja2", "3.1.6"))
    lock = make_lock(packages, python_version=HERE, recorded_at="2026-01-01T00:00:00Z")
    built = build_environment(tmp_path / "env", Recipe(lock.text, HERE, packages=packages))
    assert built.differences == ()
    assert run_in(built.python, "import jinja2; print(jinja2.Template('{{ 6 * 7 }}').render())") == "42"
