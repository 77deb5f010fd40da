"""Wheel, source distribution and editable install carry schema, examples and specification, byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import reprocrate

LINKED = ("schema", "examples", "spec.md")
LEFT_BEHIND = (
    "examples/digits/out/mlp-0.json",
    "examples/digits/.reprocrate/runs/20260101T000000Z-0/run.json",
    "examples/digits/reprocrate.json",
    "examples/grid/grid.crate.zip",
    "examples/grid/__pycache__/train.cpython-311.pyc",
    "schema/.DS_Store",
)
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "dist", "__pycache__", ".*_cache", ".hypothesis", "out", ".reprocrate", "*.egg-info"
)


def _copy(repository: Path, target: Path) -> Path:
    shutil.copytree(repository, target, symlinks=True, ignore=NOT_COPIED)
    return target


def _build(checkout: Path, out: Path, *kind: str) -> list[Path]:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *kind, str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(out.iterdir())


def _linked_files(root: Path) -> dict[str, bytes]:
    """What the package shows under its links, by path in the package."""
    found = [path for name in LINKED for path in (root / name, *(root / name).rglob("*")) if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in found}
    return {
        f"reprocrate/{name}": path.read_bytes() for name, path in names.items() if name not in LEFT_BEHIND
    }


def _wheel_files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names if not name.endswith("/RECORD")}


def _shown(files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of the files of a wheel that have their place under a link."""
    return {name: content for name, content in files.items() if name.split("/")[1] in LINKED}


@pytest.fixture(scope="module")
def checkout(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which the examples have been run."""
    copy = _copy(repository, tmp_path_factory.mktemp("checkout") / "reprocrate")
    for name in LEFT_BEHIND:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("left behind")
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built straight from the checkout."""
    return _build(checkout, tmp_path_factory.mktemp("wheel"), "--wheel")[0]


@pytest.fixture(scope="module")
def from_source(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A source distribution, and the wheel built from it."""
    sdist, wheel = sorted(_build(checkout, tmp_path_factory.mktemp("sdist")), key=lambda path: path.suffix)
    return sdist, wheel


def test_wheel_has_the_bytes_of_the_linked_folders_and_nothing_left_behind(
    checkout: Path, wheel: Path
) -> None:
    assert _shown(_wheel_files(wheel)) == _linked_files(checkout)
    older = {"versions.json", "0.9/manifest.schema.json", "0.9/golden/minimal.json"}
    assert {f"reprocrate/schema/{name}" for name in older} <= _wheel_files(wheel).keys()


def test_wheel_from_the_source_distribution_is_the_same(wheel: Path, from_source: tuple[Path, Path]) -> None:
    assert _wheel_files(from_source[1]) == _wheel_files(wheel)


def test_unpacked_source_distribution_shows_the_same(
    checkout: Path, from_source: tuple[Path, Path], tmp_path: Path
) -> None:
    with tarfile.open(from_source[0]) as archive:
        members = {member.name.partition("/")[2] for member in archive.getmembers()}
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    root = next(tmp_path.iterdir())
    expected = _linked_files(checkout)
    assert {name: (root / name).read_bytes() for name in expected} == expected
    assert _linked_files(root) == expected
    assert not set(LEFT_BEHIND) & members
    assert {"pyproject.toml", "hatch_build.py", "LICENSE", "README.md", "tests/test_packaging.py"} <= members


def test_installed_wheel_shows_the_schema(checkout: Path, wheel: Path, tmp_path: Path) -> None:
    from uv import find_uv_bin

    uv = find_uv_bin()
    environment = tmp_path / "environment"
    for command in (
        [uv, "venv", "--quiet", "--offline", "--python", sys.executable, str(environment)],
        [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(environment), str(wheel)],
    ):
        subprocess.run(command, check=True, timeout=120, cwd=tmp_path, capture_output=True)
    python = next(path for path in environment.glob("*/python*") if path.stem == "python")
    code = (
        "import hashlib, importlib.resources as r, json;"
        "f = r.files('reprocrate') / 'schema' / '1.0' / 'manifest.schema.json';"
        "print(json.dumps([hashlib.sha256(f.read_bytes()).hexdigest(), str(f)]))"
    )
    done = subprocess.run([python, "-c", code], check=True, timeout=60, cwd=tmp_path, capture_output=True)
    digest, place = json.loads(done.stdout)
    schema = checkout / "schema" / "1.0" / "manifest.schema.json"
    assert digest == hashlib.sha256(schema.read_bytes()).hexdigest()
    assert Path(place).is_relative_to(environment)


def test_editable_install_shows_the_checkout(checkout: Path, tmp_path: Path) -> None:
    _run_backend("build_editable", checkout, tmp_path, check=True)
    pointers = [
        content.decode()
        for name, content in _wheel_files(next(tmp_path.glob("*.whl"))).items()
        if name.endswith(".pth")
    ]
    assert [Path(pointer.strip()) for pointer in pointers] == [checkout]
    assert (checkout / "reprocrate" / "schema" / "1.0" / "manifest.schema.json").is_file()


@pytest.fixture
def checkout_with_text_links(repository: Path, tmp_path: Path) -> Path:
    """What some systems make of a checkout: each link is a text file that holds its target."""
    copy = _copy(repository, tmp_path / "text-links")
    for name in LINKED:
        (copy / "reprocrate" / name).unlink()
        (copy / "reprocrate" / name).write_text(f"../{name}")
    return copy


def test_links_that_became_text_files_do_not_change_the_wheel(
    checkout_with_text_links: Path, wheel: Path, tmp_path: Path
) -> None:
    built = _build(checkout_with_text_links, tmp_path / "dist", "--wheel")[0]
    assert _wheel_files(built) == _wheel_files(wheel)


@pytest.mark.parametrize("hook", ["build_editable", "build_sdist"])
def test_links_that_became_text_files_stop_what_needs_the_links(
    hook: str, checkout_with_text_links: Path, tmp_path: Path
) -> None:
    done = _run_backend(hook, checkout_with_text_links, tmp_path / "dist", check=False)
    assert done.returncode != 0
    assert "reprocrate/schema does not show schema" in done.stderr
    assert "git config core.symlinks true" in done.stderr


def test_missing_schema_stops_the_build(repository: Path, tmp_path: Path) -> None:
    copy = _copy(repository, tmp_path / "incomplete")
    shutil.rmtree(copy / "schema")
    done = _run_backend("build_wheel", copy, tmp_path / "dist", check=False)
    assert done.returncode != 0
    assert "schema is absent or empty" in done.stderr


def _run_backend(hook: str, checkout: Path, out: Path, *, check: bool) -> subprocess.CompletedProcess[str]:
    """Call a hook of the build backend (PEP 517, PEP 660), as installers do."""
    code = f"import sys, hatchling.build; hatchling.build.{hook}(sys.argv[1])"
    out.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", code, str(out)],
        cwd=checkout,
        check=check,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_metadata_says_what_it_needs(wheel: Path) -> None:
    files = _wheel_files(wheel)
    folder = next(name.partition("/")[0] for name in files if name.endswith(".dist-info/METADATA"))
    about = metadata.PathDistribution(zipfile.Path(wheel, f"{folder}/"))  # type: ignore[arg-type]
    assert about.metadata["Name"] == "reprocrate"
    assert about.version == reprocrate.__version__
    assert about.metadata["License-Expression"] == "Apache-2.0"
    assert about.metadata["Requires-Python"] == ">=3.11"
    assert b"Apache License" in files[f"{folder}/licenses/LICENSE"]
    assert "reprocrate/py.typed" in files
    assert [entry.value for entry in about.entry_points] == ["reprocrate.cli:main"]


def test_the_version_is_said_once_more_only_where_people_look(repository: Path) -> None:
    citation = (repository / "CITATION.cff").read_text("utf-8")
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == reprocrate.__version__  # type: ignore[index]
    newest = re.search(r"^## ([0-9.]+)", (repository / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == reprocrate.__version__
