"""Versions of loaded libraries: from themselves, their file names, or the packages that brought them."""

from __future__ import annotations

import ctypes.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.environment.distributions import find_distributions
from reprocrate.capture.environment.native_libraries import native_libraries
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import OtherPackage


def process(name: str, path: Path, version: str | None = None) -> Process:
    library = {
        "name": name, "kind": "cuda", "version": version, "path": str(path), "details": {"file": path.name}
    }  # fmt: skip
    return Process({}, end={"libraries": [library]})


def with_library(site: Path, distribution: str, version: str, path: str) -> Path:
    info = site / f"{distribution}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (info / "RECORD").write_text(f"{path},sha256=x,1\n")
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_bytes(b"")
    return site / path


def test_a_library_of_a_wheel_has_its_version(tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    cublas = with_library(site, "nvidia_cublas_cu12", "12.4.5.8", "nvidia/cublas/lib/libcublas.so.12")
    openblas = with_library(site, "numpy", "2.1.0", "numpy.libs/libopenblas-0cf96a72.so")
    distributions = find_distributions([str(site)])
    (found,) = native_libraries([process("cublas", cublas)], distributions)
    assert found.version == "12.4.5.8"
    assert found.details["package"] == "nvidia-cublas-cu12 12.4.5.8"
    (found,) = native_libraries([process("openblas", openblas)], distributions)
    assert found.version is None  # numpy's version says nothing about its OpenBLAS
    assert found.details["package"] == "numpy 2.1.0"
    (found,) = native_libraries([process("cublas", cublas, "12.4.0")], distributions)
    assert found.version == "12.4.0"


def test_a_file_name_tells_the_version_also_behind_a_link(tmp_path: Path) -> None:
    whole = tmp_path / "libcudart.so.12.4.127"
    whole.write_bytes(b"")
    link = tmp_path / "libcudart.so.12"
    link.symlink_to(whole)
    (found,) = native_libraries([process("cudart", link)])
    assert (found.version, found.details["file"]) == ("12.4.127", "libcudart.so.12")
    (found,) = native_libraries([process("openblas", tmp_path / "libopenblasp-r0.3.27.so")])
    assert found.version == "0.3.27"
    assert native_libraries([process("cudart", tmp_path / "libcudart.so.12-gone")])[0].version is None


def test_a_library_of_a_prefix_has_the_version_of_its_package(tmp_path: Path) -> None:
    others = (OtherPackage("mkl", "2023.2.0"), OtherPackage("cudatoolkit", "11.8.0"))
    (found,) = native_libraries([process("mkl", tmp_path / "lib/libmkl_rt.so.2")], (), others)
    assert found.version == "2023.2.0"
    in_wheel = tmp_path / "site-packages/x.libs/libmkl_rt.so.2"
    assert native_libraries([process("mkl", in_wheel)], (), others)[0].version is None


@pytest.mark.skipif(sys.platform != "linux", reason="loaded libraries are read from /proc")
@pytest.mark.skipif(ctypes.util.find_library("gomp") is None, reason="this machine has no libgomp")
def test_a_loaded_library_is_recorded_without_its_folder(empty: Any) -> None:
    record = empty.python("import ctypes, ctypes.util\nctypes.CDLL(ctypes.util.find_library('gomp'))")
    (found,) = record.environment.native_libraries
    assert (found.name, found.kind) == ("libgomp", "openmp")
    assert found.details["file"] == "libgomp.so.1.0.0"
    assert found.version is None  # 1.0.0 is the version of its interface
    assert "/lib" not in str(found)


def test_what_is_linked_into_pytorch_is_read_from_its_configuration() -> None:
    """A module that answers as PyTorch does stands for it: only its configuration is asked for."""
    folder = Path(__file__).parents[2] / "reprocrate" / "capture" / "recorder"
    code = f"""
import sys, types
sys.path.insert(0, {str(folder)!r})
import _reprocrate_libraries
torch = types.ModuleType("torch")
text = '''PyTorch built with:
  - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605
  - Intel(R) MKL-DNN v3.7.1 (Git Hash 8d26)'''
torch.__config__ = types.SimpleNamespace(show=lambda: text)
sys.modules["torch"] = torch
def inside():
    found = _reprocrate_libraries.libraries()
    return [(one["name"], one["version"]) for one in found if "inside" in one["details"]]
print(inside())
torch.__config__ = None
print(inside())
"""
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[('mkl', '2024.2'), ('onednn', '3.7.1')]", "[]"]
