"""A package index of small genuine wheels, made on the spot, and manifests to plan and rerun."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.manifest import Package
from tests.rerun.package_index import PackageIndex
from tests.rerun.pytorch_index import Played, played

PYTHON = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """The user's own package index, in a folder, with a package cache that nothing else uses."""
    offered = PackageIndex(tmp_path / "index")
    monkeypatch.setenv("UV_DEFAULT_INDEX", offered.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_INDEX_URL", offered.url)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return offered


@pytest.fixture
def recorded() -> Callable[..., Package]:
    """Makes a recorded package."""

    def package(name: str, version: str = "1.0", **more: Any) -> Package:
        return Package.model_validate({"name": name, "version": version, "source": "pypi", **more})

    return package


@pytest.fixture
def pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """The host of PyTorch's indexes."""
    yield from played(tmp_path, monkeypatch)
