"""The compiled libraries that the processes of a launch had loaded, with versions as far as they can be told.

A library says its version itself where it has a function for that. Else its file name may, or the installed
package that brought it: `nvidia-cublas-cu12` is versioned like cuBLAS.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reprocrate.capture.environment.distributions import Distribution
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import NativeLibrary, OtherPackage, Package, Scalar

_IN_NAME = re.compile(r"\.so\.(\d+(?:\.\d+){2,3})$|-r?(\d+(?:\.\d+){1,3})\.so$")
_BRINGS = re.compile(r"nvidia-|(mkl|tbb|intel-openmp|onednn|blis|rocm-[a-z-]+)$")
"""Packages whose version is that of the library in them; numpy's is not that of its OpenBLAS."""


def native_libraries(
    processes: Iterable[Process],
    distributions: Sequence[Distribution] = (),
    others: Sequence[OtherPackage] = (),
) -> tuple[NativeLibrary, ...]:
    """The libraries of all processes, each once, sorted by name and file."""
    found: dict[tuple[str, str], NativeLibrary] = {}
    for process in processes:
        for library in process.end.get("libraries") or ():
            details: dict[str, Scalar] = dict(library.get("details") or {})
            key = (str(library.get("name")), str(details.get("file")))
            if key not in found:
                found[key] = _described(library, details, distributions, others)
    return tuple(found[key] for key in sorted(found))


def _described(
    library: Mapping[str, Any],
    details: dict[str, Scalar],
    distributions: Sequence[Distribution],
    others: Sequence[OtherPackage],
) -> NativeLibrary:
    path = Path(str(library.get("path") or ""))
    owner = _owner(path, distributions)
    if owner is not None:
        details["package"] = f"{owner.name} {owner.version}"
    version = library.get("version")
    if version is None and library.get("kind") != "openmp":  # their files are named after the interface
        version = _version_in(path)
    if version is None and owner is not None and _BRINGS.match(owner.name):
        version = owner.version
    if version is None:
        version = _version_of_conda(str(library.get("name")), path, others)
    return NativeLibrary(str(library.get("name")), version, library.get("kind"), details)


def _version_in(path: Path) -> str | None:
    """What its file name says; the target of a link says more than the link."""
    match = _IN_NAME.search(os.path.realpath(path))
    return (match[1] or match[2]) if match else None


def _owner(path: Path, distributions: Sequence[Distribution]) -> Package | None:
    """The distribution whose list of installed files names a file."""
    for one in distributions:
        folder = one.metadata.parent
        if not path.is_relative_to(folder):
            continue
        try:
            listed = (one.metadata / "RECORD").read_bytes()
        except OSError:
            continue
        if f"{path.relative_to(folder).as_posix()},".encode() in listed:
            return one.package
    return None


_CONDA_NAMES = {
    "openblas": ("libopenblas", "openblas"),
    "mkl": ("mkl",),
    "blis": ("blis",),
    "libgomp": ("libgomp", "_openmp_mutex"),
    "libomp": ("llvm-openmp",),
    "libiomp5": ("intel-openmp", "llvm-openmp"),
    "cublas": ("libcublas", "cudatoolkit"),
    "cudart": ("cuda-cudart", "cudatoolkit"),
    "cudnn": ("cudnn", "libcudnn"),
    "nccl": ("nccl",),
    "onednn": ("onednn", "mkl-dnn"),
    "tbb": ("tbb",),
}


def _version_of_conda(name: str, path: Path, others: Sequence[OtherPackage]) -> str | None:
    """The version of the conda package that a library of a prefix is from, by what packages are called."""
    if "site-packages" in path.parts or not others:
        return None
    versions = {one.name: one.version for one in others}
    return next((versions[one] for one in _CONDA_NAMES.get(name, ()) if one in versions), None)
