"""Commands launched in environments as authors make them: all made here, without a network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
import uv

from reprocrate.capture.record import Package, RunRecord

# A build backend of a page (PEP 517, PEP 660), so that pip and uv install without a network.
BACKEND = """
import base64, hashlib, pathlib, zipfile

def _wheel(folder, files):
    files = files | {
        "ring_tools-1.5+cu1.dist-info/METADATA":
            "Metadata-Version: 2.1\\nName: ring.Tools\\nVersion: 1.5+cu1\\n",
        "ring_tools-1.5+cu1.dist-info/WHEEL":
            "Wheel-Version: 1.0\\nGenerator: here\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    name = "ring_tools-1.5+cu1-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(text)}")
        record.append("ring_tools-1.5+cu1.dist-info/RECORD,,")
        wheel.writestr("ring_tools-1.5+cu1.dist-info/RECORD", "\\n".join(record) + "\\n")
    return name

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    package = pathlib.Path("ringtools")
    return _wheel(wheel_directory, {path.as_posix(): path.read_text() for path in package.glob("*.py")})

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory, {"ringtools.pth": str(pathlib.Path.cwd()) + "\\n"})
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "ring.Tools"
version = "1.5+cu1"
"""
PIP = ("-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-index", "--no-build-isolation")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package's source tree, outside any project."""
    folder = tmp_path_factory.mktemp("source") / "ring"
    (folder / "ringtools").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND)
    (folder / "ringtools" / "__init__.py").write_text("VALUE = 1\n")
    (folder / "ringtools" / "rings.py").write_text("def count():\n    return 9\n")
    return folder


@pytest.fixture(scope="module")
def with_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment that has pip."""
    folder = tmp_path_factory.mktemp("environment") / "with-pip"
    venv.create(folder, with_pip=True, symlinks=True)
    return folder / "bin" / "python"


def call(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def uninstalled(python: Path) -> None:
    call(python, "-m", "pip", "uninstall", "-q", "-y", "ring.Tools")


def launched(empty: Any, python: Path, code: str = "import ringtools.rings", **options: object) -> RunRecord:
    empty.write("script.py", code)
    record: RunRecord = empty.record(str(python), "script.py", **options)
    assert record.status == "ok"
    assert record.capture.completeness == "complete", record.capture.reason
    return record


def package(record: RunRecord, name: str = "ring-tools") -> Package:
    return next(one for one in record.environment.packages if one.name == name)


def site_packages(python: Path) -> Path:
    return next((python.parent.parent / "lib").glob("python*/site-packages"))


def test_an_environment_without_pip_has_no_packages(empty: Any, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    record = launched(empty, tmp_path / "bare" / "bin" / "python", "import json")
    assert record.environment.packages == ()
    assert record.environment.python is not None
    assert record.environment.python.version == sys.version.split()[0]


def test_what_pip_installed_from_a_wheel_has_the_wheels_digest(
    empty: Any, source: Path, with_pip: Path, tmp_path: Path
) -> None:
    call(with_pip, "-m", "pip", "wheel", "-q", "--no-index", "--no-build-isolation", "-w", tmp_path, source)
    wheel = next(tmp_path.glob("*.whl"))
    call(with_pip, *PIP, "--force-reinstall", wheel)
    found = package(launched(empty, with_pip, "def late():\n    import ringtools.rings\nlate()"))
    uninstalled(with_pip)
    assert (found.version, found.local_label) == ("1.5", "cu1")
    assert (found.source, found.editable, found.requested) == ("local", False, True)
    assert found.sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert found.sha256_from == "installer"
    assert found.wheel_tags == ("py3-none-any",)
    assert found.altered == ()
    assert "pip" in {one.name for one in launched(empty, with_pip, "").environment.packages}


def test_a_file_of_an_installed_package_that_was_edited_is_named(
    empty: Any, source: Path, with_pip: Path
) -> None:
    call(with_pip, *PIP, source)
    place = site_packages(with_pip) / "ringtools"
    assert package(launched(empty, with_pip)).altered == ()
    # Of the same size, and with the time that it had: only what it holds tells.
    before = (place / "rings.py").stat()
    (place / "rings.py").write_text("def count():\n    return 8\n")
    long_after = before.st_mtime + 60
    os.utime(place / "rings.py", (long_after, long_after))
    assert package(launched(empty, with_pip)).altered == ("ringtools/rings.py",)
    # What did not run did not matter.
    assert package(launched(empty, with_pip, "import ringtools")).altered == ()
    (place / "rings.py").write_text("def count():\n    return 8888\n")
    os.utime(place / "rings.py", (before.st_mtime, before.st_mtime))
    assert package(launched(empty, with_pip)).altered == ("ringtools/rings.py",)
    uninstalled(with_pip)


def test_an_editable_package_has_the_digest_of_its_source(empty: Any, source: Path, with_pip: Path) -> None:
    call(with_pip, *PIP, "-e", source)
    first = package(launched(empty, with_pip))
    assert (first.source, first.editable, first.in_project) == ("local", True, False)
    assert first.tree_sha256 is not None
    assert (first.url, first.commit, first.dirty) == (None, None, None)
    rings = source / "ringtools" / "rings.py"
    rings.write_text(rings.read_text() + "# changed\n")
    assert package(launched(empty, with_pip)).tree_sha256 != first.tree_sha256
    rings.write_text(rings.read_text().replace("# changed\n", ""))
    assert package(launched(empty, with_pip)).tree_sha256 == first.tree_sha256
    assert not (source / ".reprocrate").exists()
    uninstalled(with_pip)


def test_an_editable_checkout_has_its_commit_and_whether_it_was_changed(
    empty: Any, source: Path, with_pip: Path, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    call("git", "clone", "-q", _repository(source, tmp_path), checkout)
    call("git", "remote", "set-url", "origin", "https://ada:secret@git.example.org/ring.git", cwd=checkout)
    call(with_pip, *PIP, "-e", checkout)
    record = launched(empty, with_pip)
    clean = package(record)
    assert clean.commit == call("git", "rev-parse", "HEAD", cwd=checkout).strip()
    assert clean.url == "https://git.example.org/ring.git"
    assert clean.dirty is False
    (checkout / "ringtools" / "rings.py").write_text("def count():\n    return 7\n")
    changed = package(launched(empty, with_pip))
    assert (changed.commit, changed.dirty) == (clean.commit, True)
    assert changed.tree_sha256 != clean.tree_sha256
    assert "secret" not in (empty.folder / ".reprocrate" / "runs" / record.id / "run.json").read_text()
    uninstalled(with_pip)


def _repository(source: Path, tmp_path: Path) -> Path:
    repository = tmp_path / "repository"
    call("git", "init", "-q", repository)
    for name in ("pyproject.toml", "backend.py", "ringtools/__init__.py", "ringtools/rings.py"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text((source / name).read_text())
    call("git", "add", ".", cwd=repository)
    call(
        "git",
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "commit",
        "-q",
        "-m",
        "1",
        cwd=repository,
    )
    return repository


def test_what_was_installed_from_a_commit_says_which(
    empty: Any, source: Path, with_pip: Path, tmp_path: Path
) -> None:
    repository = _repository(source, tmp_path)
    call(with_pip, *PIP, f"git+file://{repository}")
    found = package(launched(empty, with_pip))
    assert (found.source, found.commit) == ("vcs", call("git", "rev-parse", "HEAD", cwd=repository).strip())
    assert found.url is None  # a place of this machine
    uninstalled(with_pip)


def test_a_package_whose_source_is_the_project_is_part_of_the_code(
    empty: Any, source: Path, with_pip: Path
) -> None:
    for name in ("pyproject.toml", "backend.py", "ringtools/__init__.py", "ringtools/rings.py"):
        empty.write(name, (source / name).read_text())
    call(with_pip, *PIP, "-e", empty.folder)
    record = launched(empty, with_pip)
    found = package(record)
    assert (found.editable, found.in_project, found.tree_sha256) == (True, True, None)
    assert "ringtools/rings.py" in {file.path for file in record.code.files}
    uninstalled(with_pip)


def test_an_environment_of_uv_is_read_as_one_of_pip(empty: Any, source: Path, tmp_path: Path) -> None:
    program = uv.find_uv_bin()
    folder = tmp_path / "by-uv"
    call(program, "venv", "-q", "--offline", "--no-project", "--python", sys.executable, folder)
    python = folder / "bin" / "python"
    install = (program, "pip", "install", "-q", "--offline", "--no-index", "--no-build-isolation")
    call(*install, "--python", python, source)
    plain = package(launched(empty, python))
    assert (plain.version, plain.local_label, plain.source) == ("1.5", "cu1", "local")
    assert [one.name for one in launched(empty, python).environment.packages] == ["ring-tools"]
    call(*install, "--python", python, "-e", source)
    editable = package(launched(empty, python))
    assert editable.editable
    assert editable.tree_sha256 is not None


@pytest.mark.parametrize("folder", ["libraries", "__pypackages__/3.11/lib"])
def test_what_was_installed_into_a_folder_is_installed(
    folder: str, empty: Any, source: Path, with_pip: Path, tmp_path: Path
) -> None:
    call(with_pip, "-m", "pip", "wheel", "-q", "--no-index", "--no-build-isolation", "-w", tmp_path, source)
    call(
        *(with_pip, *PIP, "--no-deps", "--target", empty.folder / folder, "--find-links", tmp_path),
        "ring.Tools",
    )
    empty.environ = {**os.environ, "PYTHONPATH": str(empty.folder / folder)}
    found = package(launched(empty, with_pip))
    assert (found.version, found.source, found.editable) == ("1.5", "pypi", False)


def test_what_setup_py_develop_links_is_installed_in_place(empty: Any, source: Path, tmp_path: Path) -> None:
    """`setup.py develop` leaves an `.egg-info` in the source and a line in `easy-install.pth`."""
    venv.create(tmp_path / "developing", with_pip=False, symlinks=True)
    python = tmp_path / "developing" / "bin" / "python"
    folder = tmp_path / "linked"
    (folder / "ringtools").mkdir(parents=True)
    (folder / "setup.py").write_text(
        "from setuptools import setup\nsetup(name='ring.Tools', version='1.5')\n"
    )
    (folder / "ringtools" / "__init__.py").write_text("")
    (folder / "ringtools" / "rings.py").write_text("")
    info = folder / "ring.Tools.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: ring.Tools\nVersion: 1.5\n")
    (info / "SOURCES.txt").write_text("setup.py\n")
    site = site_packages(python)
    (site / "easy-install.pth").write_text(f"{folder}\n")
    (site / "ring.Tools.egg-link").write_text(f"{folder}\n.")
    found = package(launched(empty, python))
    assert (found.source, found.editable) == ("local", True)
    assert found.tree_sha256 is not None


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="the system has no Python of its own")
def test_packages_of_the_system_are_the_systems(empty: Any) -> None:
    record = launched(empty, Path("/usr/bin/python3"), "import json")
    assert record.environment.python is not None
    assert all(one.source == "system" for one in record.environment.packages if not one.editable)


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("", False),
        ("import json", False),
        ("import reprocrate", True),
        ("def late():\n    from reprocrate import log\n    log(accuracy=0.5)\nlate()", True),
        ("from importlib import import_module\nimport_module('reprocrate.errors')", True),
        ("import os, reprocrate\nprint(1)\nos._exit(0)", True),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'reprocrate', '--version'])", True),
    ],
)
def test_what_records_is_a_package_of_the_launch_only_where_the_program_imports_it(
    empty: Any, code: str, needs: bool
) -> None:
    # The usual way: reprocrate is installed beside what the author needs, as it is where these tests run.
    empty.write("script.py", code)
    record: RunRecord = empty.record(sys.executable, "script.py")
    assert record.status == "ok"
    names = {one.name for one in record.environment.packages}
    assert "pytest" in names
    assert ("reprocrate" in names) == needs
