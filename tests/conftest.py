"""What every test shares: where the repository is, a quiet git, and no way to the internet."""

from __future__ import annotations

import functools
import gc
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from reprocrate.validation import cases
from tests.genuine.inveniordm.instance import Instance, Server

REPOSITORY = Path(__file__).resolve().parent.parent

# Most of the tests of rules need all cases of the conformance suite: they are read and put together once.
setattr(cases, "all_cases", functools.cache(cases.all_cases))  # noqa: B010 - a function is no place to assign to

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_finish() -> None:
    """Leave some 15,000 tests out of every collection of garbage: they stay until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout, where `schema/`, `examples/` and `pyproject.toml` are."""
    return REPOSITORY


@pytest.fixture(scope="session")
def examples(repository: Path) -> Path:
    """The shipped examples; copy one before running it."""
    return repository / "examples"


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment without packages: to rebuild what is recorded in it takes no package index."""
    folder = tmp_path_factory.mktemp("environment") / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    return folder


@pytest.fixture(scope="session")
def inveniordm_instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A genuine InvenioRDM, on which servers can be started; for tests marked `archive`."""
    python = os.environ.get("REPROCRATE_INVENIORDM_PYTHON")
    if not python:
        pytest.skip("REPROCRATE_INVENIORDM_PYTHON names no Python with InvenioRDM (see CONTRIBUTING.md)")
    kept = os.environ.get("REPROCRATE_INVENIORDM_INSTANCE")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("inveniordm")
    instance = Instance(folder / os.environ.get("PYTEST_XDIST_WORKER", ""), python, tied=True)
    instance.open()
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture(scope="session")
def inveniordm(inveniordm_instance: Instance) -> Server:
    """A server that is set up as Zenodo is, without its rate limits."""
    return inveniordm_instance.serve("zenodo")


@pytest.fixture(scope="session")
def plain_inveniordm(inveniordm_instance: Instance) -> Server:
    """A server on the same data that is set up as InvenioRDM is by itself: files may be uploaded in parts."""
    return inveniordm_instance.serve("plain")


@pytest.fixture(autouse=True)
def one_try(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there is asked for once, without pauses; a genuine index may take several tries."""
    if request.node.get_closest_marker("loop") is None:
        monkeypatch.setenv("PIP_RETRIES", "0")
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")


@pytest.fixture(autouse=True)
def quiet_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Git, for the tests and what they start: an author, and nobody's own settings."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada Example")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_internet(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections of this process to anything but this machine, except in tests marked `loop`."""
    if request.node.get_closest_marker("loop"):
        return
    connect = socket.socket.connect

    def connect_here_only(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            pytest.fail(f"a test not marked `loop` tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here_only)


@pytest.fixture
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the test runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
