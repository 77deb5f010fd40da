"""The software of a launch: interpreter, installed distributions, system.

Distributions are read from their metadata on the path of the process that ran; that interpreter is never
started. Formats: core metadata (PEP 643), installed distributions (PEP 376, PEP 627), direct URLs (PEP 610).
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reprocrate.capture.access import Process
from reprocrate.capture.privacy import scrubbed_url
from reprocrate.capture.record import (
    Environment,
    NativeLibrary,
    OperatingSystem,
    Package,
    Python,
    Scalar,
    Source,
)

_VARIABLES = frozenset(
    {
        *("PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONUTF8", "LANG", "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "TZ"),
        *("OMP_NUM_THREADS", "OMP_DYNAMIC", "OMP_SCHEDULE", "OMP_PROC_BIND", "OMP_PLACES", "OMP_WAIT_POLICY"),
        *("MKL_NUM_THREADS", "MKL_DYNAMIC", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_THREADING_LAYER"),
        *("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "BLIS_NUM_THREADS", "BLIS_ARCH_TYPE"),
        *("NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS", "NUMBA_NUM_THREADS", "NUMBA_DISABLE_JIT"),
        *("VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "TOKENIZERS_PARALLELISM"),
        *("NPY_DISABLE_CPU_FEATURES", "NPY_PROMOTION_STATE", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA"),
        *("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUBLAS_WORKSPACE_CONFIG"),
        *("NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "PYTORCH_CUDA_ALLOC_CONF"),
        *(
            "PYTORCH_ALLOC_CONF",
            "PYTORCH_ENABLE_MPS_FALLBACK",
            "TORCHDYNAMO_DISABLE",
            "TORCH_CUDNN_V8_API_DISABLED",
        ),
        *("TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS"),
        *("JAX_ENABLE_X64", "JAX_PLATFORMS", "JAX_DEFAULT_MATMUL_PRECISION", "NCCL_ALGO", "NCCL_PROTO"),
        *("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"),
        *("HF_DATASETS_OFFLINE", "WORLD_SIZE", "REPROCRATE_DETERMINISTIC"),
    }
)
_UNIT = re.compile(r"(GPU|MIG)-[0-9a-fA-F-]+")
_METADATA_BYTES = 1 << 16
_PYTHON_BUILD = re.compile(r"\((?P<build>[^)]*)\)\s*\[?(?P<compiler>[^\]]*)")
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


def look_at_environment(
    main: Process | None, processes: Iterable[Process], environ: Mapping[str, str]
) -> Environment:
    """The software of a launch whose main process was `main`, started with the variables `environ`."""
    return Environment(
        python=python_of(main.header) if main else None,
        packages=installed(main.search_path, str(main.header.get("base_prefix"))) if main else (),
        os=operating_system(),
        native_libraries=_native_libraries(processes),
        variables=allowed_variables(environ),
    )


def python_of(header: Mapping[str, Any]) -> Python:
    """The interpreter, from what it said of itself."""
    text = str(header.get("version", ""))
    match = _PYTHON_BUILD.search(text)
    implementation = str(header.get("implementation", ""))
    build = ", ".join(part.strip() for part in (match["build"], match["compiler"])) if match else ""
    return Python(
        version=text.split(" ", maxsplit=1)[0].rstrip("+") or str(header.get("version_info", "")),
        implementation=_IMPLEMENTATIONS.get(implementation, implementation) or None,
        build=build.strip(", ") or None,
    )


def installed(search_path: Iterable[str], base_prefix: str = "") -> tuple[Package, ...]:
    """Every distribution on a search path, sorted by its normalised name; of two with one name, the first."""
    found: dict[str, Package] = {}
    for folder in dict.fromkeys(search_path):
        for package in _distributions(Path(folder), base_prefix):
            found.setdefault(package.name, package)
    return tuple(found[name] for name in sorted(found))


def operating_system() -> OperatingSystem:
    """The system, without the machine's name."""
    version: str | None = None
    if sys.platform == "linux":
        try:
            release = platform.freedesktop_os_release()
            version = " ".join(filter(None, (release.get("NAME"), release.get("VERSION_ID"))))
        except OSError:
            pass
    elif sys.platform == "darwin":
        version = f"macOS {platform.mac_ver()[0]}"
    else:
        version = platform.version()
    library, number = platform.libc_ver() if sys.platform == "linux" else ("", "")
    return OperatingSystem(
        name=platform.system() or sys.platform,
        version=version,
        kernel=platform.release() or None,
        machine=platform.machine() or None,
        libc=f"{library} {number}".strip() or None,
    )


def allowed_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that bear on results, from a fixed list.

    Values that hold a path, or a null character, which no process can be given, are left out.
    """
    found = {}
    for name in sorted(_VARIABLES & environ.keys()):
        value = _UNIT.sub(r"\1", environ[name])  # a unit's serial number names the machine
        if "\0" not in value and ("/" not in value or name == "TZ"):
            found[name] = value
    return found


def _distributions(folder: Path, base_prefix: str) -> Iterable[Package]:
    try:
        with os.scandir(folder) as listing:
            names = sorted(entry.name for entry in listing)
    except OSError:
        return
    for name in names:
        if name.endswith(".dist-info"):
            metadata = folder / name / "METADATA"
        elif name.endswith(".egg-info"):
            metadata = folder / name / "PKG-INFO" if (folder / name).is_dir() else folder / name
        else:
            continue
        package = _distribution(metadata, base_prefix)
        if package is not None:
            yield package


def _distribution(metadata: Path, base_prefix: str) -> Package | None:
    fields = _first_fields(metadata)
    name, version = fields.get("name"), fields.get("version")
    if not name or not version:
        return None
    public, _, label = version.partition("+")
    source, url, commit, editable = _origin(metadata, base_prefix)
    normalised = re.sub(r"[-_.]+", "-", name).lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", normalised):
        return None
    return Package(normalised, public, label or None, source, url, commit, editable)


def _first_fields(metadata: Path) -> dict[str, str]:
    """Name and version of core metadata: the header is that of a mail message."""
    try:
        with metadata.open(encoding="utf-8", errors="replace") as handle:
            head = handle.read(_METADATA_BYTES).partition("\n\n")[0]
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.lower() in ("name", "version"):
            found.setdefault(name.lower(), value.strip())
    return found


def _origin(metadata: Path, base_prefix: str) -> tuple[Source, str | None, str | None, bool]:
    """Kind of source, address and commit of a distribution, and whether it is installed in place."""
    folder = metadata.parent
    direct = _direct_url(folder)
    if direct:
        url = scrubbed_url(str(direct.get("url", "")))
        if "vcs_info" in direct:
            commit = direct["vcs_info"].get("commit_id")
            return "vcs", url, str(commit) if commit else None, False
        if "dir_info" in direct or url is None:
            return "local", None, None, bool((direct.get("dir_info") or {}).get("editable"))
        return "url", url, None, False
    try:
        installer = (folder / "INSTALLER").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        installer = ""
    if installer == "conda":
        return "conda", None, None, False
    in_system = (
        "dist-packages" in folder.parts and folder.parts[:2] == ("/", "usr") and "local" not in folder.parts
    )
    if in_system or installer in ("debian", "rpm"):
        return "system", None, None, False
    if "site-packages" not in folder.parts and "dist-packages" not in folder.parts:
        return "local", None, None, True  # `setup.py develop`, or a source folder on the path
    is_system_python = base_prefix == "/usr" and os.fspath(folder).startswith("/usr/lib")
    return "system" if is_system_python else "pypi", None, None, False


def _direct_url(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "direct_url.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("vcs_info", {}), dict) else {}


def _native_libraries(processes: Iterable[Process]) -> tuple[NativeLibrary, ...]:
    found: dict[tuple[str, str], NativeLibrary] = {}
    for process in processes:
        for library in process.end.get("libraries") or ():
            details: dict[str, Scalar] = dict(library.get("details") or {})
            key = (str(library.get("name")), str(details.get("file")))
            kind, version = library.get("kind"), library.get("version")
            found.setdefault(key, NativeLibrary(key[0], version, kind, details))
    return tuple(found[key] for key in sorted(found))
