from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.environment.distributions import installed
from reprocrate.capture.environment.software import (
    Surroundings,
    allowed_variables,
    look_at_environment,
    python_of,
)
from reprocrate.capture.environment.system import operating_system
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import NativeLibrary, Package, Python
from reprocrate.capture.seeds.determinism import look_at_determinism


def _install(
    folder: Path, name: str, version: str, direct_url: object = None, installer: str = "pip"
) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    header = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nClassifier: x\n\nName: not this\n"
    (info / "METADATA").write_text(header)
    (info / "INSTALLER").write_text(f"{installer}\n")
    if direct_url is not None:
        (info / "direct_url.json").write_text(json.dumps(direct_url))


def test_distributions_are_read_with_label_and_source(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "site-packages"
    _install(site, "Torch", "2.1.0+cu118")
    _install(site, "scikit_learn", "1.5.0", installer="uv")
    _install(site, "conda.thing", "1.0", installer="conda")
    vcs = {"vcs": "git", "commit_id": "a" * 40, "requested_revision": "main"}
    _install(site, "fromgit", "1.0", {"url": "https://ada:pw@example.org/x.git", "vcs_info": vcs})
    _install(site, "archive", "1.0", {"url": "https://example.org/x.whl?token=1", "archive_info": {}})
    _install(site, "editable", "0.1", {"url": "file:///home/ada/x", "dir_info": {"editable": True}})
    _install(site, "folder", "0.1", {"url": "file:///home/ada/x", "dir_info": {}})
    assert installed([str(site)]) == (
        Package("archive", "1.0", None, "url", "https://example.org/x.whl"),
        Package("conda-thing", "1.0", None, "conda"),
        Package("editable", "0.1", None, "local", editable=True),
        Package("folder", "0.1", None, "local"),
        Package("fromgit", "1.0", None, "vcs", "https://example.org/x.git", "a" * 40),
        Package("scikit-learn", "1.5.0", None, "pypi"),
        Package("torch", "2.1.0", "cu118", "pypi"),
    )


def test_first_on_the_path_wins_and_broken_metadata_is_passed_over(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "site-packages", tmp_path / "two" / "site-packages"
    _install(one, "x", "1")
    _install(two, "X", "2")
    (two / "broken-1.dist-info").mkdir()
    (two / "empty-1.dist-info").mkdir()
    (two / "empty-1.dist-info" / "METADATA").write_bytes(b"\xff\n\n")
    (two / "x-1.dist-info").mkdir()
    (two / "legacy.egg-info").write_text("Metadata-Version: 1.0\nName: legacy\nVersion: 3\n")
    found = installed([str(one), str(two), "/absent", str(tmp_path / "zip.zip"), ""])
    assert [(package.name, package.version) for package in found if package.source == "pypi"] == [
        ("legacy", "3"),
        ("x", "1"),
    ]


def test_own_installation_is_found() -> None:
    assert "pytest" in {package.name for package in installed(sys.path)}


@pytest.mark.parametrize(
    ("version", "implementation", "python"),
    [
        (
            "3.11.7 (main, Jan 1 2026, 00:00:00) [GCC 12.2.0]",
            "cpython",
            Python("3.11.7", "CPython", "main, Jan 1 2026, 00:00:00, GCC 12.2.0"),
        ),
        (
            "3.13.0rc1+ (heads/x:y, Jan 1) \n[Clang 17]",
            "cpython",
            Python("3.13.0rc1", "CPython", "heads/x:y, Jan 1, Clang 17"),
        ),
        (
            "3.11.7 | packaged by conda-forge | (main, Jan 1) [GCC 12]",
            "cpython",
            Python("3.11.7", "CPython", "main, Jan 1, GCC 12"),
        ),
        (
            "3.10.14 (a63, May 2)\n[PyPy 7.3.16 with GCC 10]",
            "pypy",
            Python("3.10.14", "PyPy", "a63, May 2, PyPy 7.3.16 with GCC 10"),
        ),
    ],
)
def test_interpreter(version: str, implementation: str, python: Python) -> None:
    assert python_of({"version": version, "implementation": implementation}) == python


def test_variables_are_only_those_of_the_list_and_without_paths() -> None:
    environ = {
        "OMP_NUM_THREADS": "2",
        "AWS_SECRET_ACCESS_KEY": "x",
        "HOME": "/home/ada",
        "XLA_FLAGS": "--xla_dump_to=/home/ada/x",
        "CUDA_VISIBLE_DEVICES": "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,1",
        "TZ": "Europe/Berlin",
    }
    assert allowed_variables(environ) == {
        "CUDA_VISIBLE_DEVICES": "GPU,1",
        "OMP_NUM_THREADS": "2",
        "TZ": "Europe/Berlin",
    }


def test_system_is_named() -> None:
    found = operating_system()
    assert found.name
    assert found.machine
    if sys.platform == "linux":
        assert found.name == "Linux"


def test_libraries_of_all_processes_once(tmp_path: Path) -> None:
    blas = {
        "name": "openblas",
        "kind": "blas",
        "version": "0.3.30",
        "details": {"file": "x.so", "threads": 2},
    }
    processes = [Process({}, end={"libraries": [blas]}), Process({}, end={"libraries": [blas]}), Process({})]
    found = look_at_environment(None, processes, Surroundings(tmp_path, tmp_path, {}))
    assert found.native_libraries == (
        NativeLibrary("openblas", "0.3.30", "blas", {"file": "x.so", "threads": 2}),
    )
    assert found.python is None


def test_settings_are_those_observed_and_causes_are_named() -> None:
    main = Process(
        {"hash_randomization": True},
        end={
            "settings": {
                "PYTHONHASHSEED": None,
                "torch.cuda.is_initialized": True,
                "torch.backends.cudnn.benchmark": True,
                "torch.are_deterministic_algorithms_enabled": False,
            }
        },
    )
    found = look_at_determinism(main, {"PYTHONHASHSEED": "0"})
    assert found.settings["PYTHONHASHSEED"] == "0"
    assert found.settings["hash_randomization"] is True
    assert len(found.known_causes) == 2
    assert look_at_determinism(None, {}).known_causes == ()


def test_a_variable_that_no_process_can_be_given_is_left_out() -> None:
    assert allowed_variables({"OMP_NUM_THREADS": "1\x002", "LANG": "C"}) == {"LANG": "C"}


def test_a_lock_that_cannot_be_kept_loses_nothing_else(empty: Any) -> None:
    empty.write("uv.lock", "version = 1\n")
    empty.write("script.py", "import json")
    launch = empty.prepare(sys.executable, "script.py")
    outcome = empty.run(launch)
    objects = empty.folder / ".reprocrate" / "objects"
    if objects.exists():
        shutil.rmtree(objects)
    objects.write_text("no folder\n")
    record = launch.finish(outcome, ()).record
    assert record.environment.locks == ()
    assert "the locks could not be looked at" in record.capture.reason
    assert "pytest" in {package.name for package in record.environment.packages}
    assert record.environment.os is not None
