"""A package index of small genuine wheels, made on the spot, and manifests to plan and rerun."""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from reprocrate.manifest import Package

PYTHON = ".".join(map(str, sys.version_info[:3]))


class PackageIndex:
    """An index (PEP 503) in a folder; wheels hold one module with its version (PEP 427)."""

    def __init__(self, folder: Path) -> None:
        self.pages = folder / "simple"
        self.wheels = folder / "wheels"
        self.pages.mkdir(parents=True)
        self.wheels.mkdir()

    @property
    def url(self) -> str:
        return self.pages.as_uri()

    def add(self, name: str, version: str = "1.0", requires: Sequence[str] = (), source: str = "") -> Path:
        """Offer a package."""
        path = make_wheel(self.wheels, name, version, requires, source)
        page = self.pages / name / "index.html"
        page.parent.mkdir(exist_ok=True)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        with page.open("a") as handle:
            handle.write(f'<a href="{path.as_uri()}#sha256={sha256}">{path.name}</a><br>\n')
        return path


def make_wheel(folder: Path, name: str, version: str, requires: Sequence[str], source: str) -> Path:
    """Write a wheel by hand."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    files = {
        f"{module}/__init__.py": source or f"__version__ = {version!r}\n",
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(member, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


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
