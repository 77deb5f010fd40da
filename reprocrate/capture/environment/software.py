"""The software of a launch: interpreter, packages, compiled libraries, locks, container and system.

Everything is read from files and from what the process that ran said; its interpreter is never started.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from reprocrate.capture.environment.conda import CondaPackage, conda_packages, with_conda
from reprocrate.capture.environment.containers import look_at_container
from reprocrate.capture.environment.distributions import Distribution, find_distributions
from reprocrate.capture.environment.in_place import with_source
from reprocrate.capture.environment.installed_files import with_altered
from reprocrate.capture.environment.lock_files import keep_locks
from reprocrate.capture.environment.native_libraries import native_libraries
from reprocrate.capture.environment.system import operating_system
from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import Environment, OtherPackage, Python

T = TypeVar("T")

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
_OWN_NAME = "reprocrate"
_UNIT = re.compile(r"(GPU|MIG)-[0-9a-fA-F-]+")
_PYTHON_BUILD = re.compile(r"\((?P<build>[^)]*)\)\s*\[?(?P<compiler>[^\]]*)")
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


@dataclass(frozen=True)
class Surroundings:
    """Where a launch ran.

    Attributes:
        project: the project's folder.
        cwd: the folder that the command started in.
        environ: its environment variables.
        hosts: names of this machine.
        foreign: whether the project is somebody else's, so that no git is asked that it could configure.
        problems: where sentences about what could not be looked at are added.
    """

    project: Path
    cwd: Path
    environ: Mapping[str, str]
    hosts: tuple[str, ...] = ()
    foreign: bool = False
    problems: list[str] = field(default_factory=list)

    def part(self, what: str, otherwise: T, look: Callable[[], T]) -> T:
        """What `look` finds; where it fails `otherwise`, and a problem is noted: other parts are not lost."""
        try:
            return look()
        except Exception as error:  # whatever a machine has in store
            self.problems.append(f"the {what} could not be looked at ({type(error).__name__})")
            return otherwise


def look_at_environment(
    main: Process | None, processes: Sequence[Process], around: Surroundings
) -> Environment:
    """The software of a launch whose main process was `main`; what cannot be looked at is named."""
    none: list[CondaPackage] = []
    conda = around.part("conda prefix", none, lambda: _conda_of(main))
    distributions, others = _packages(main, processes, conda, around)
    return Environment(
        python=python_of(main.header) if main else None,
        packages=tuple(one.package for one in distributions),
        os=operating_system(),
        native_libraries=around.part(
            "native libraries", (), lambda: native_libraries(processes, distributions, others)
        ),
        container=look_at_container(around.environ, around.hosts),
        variables=allowed_variables(around.environ),
        other_packages=others,
        locks=around.part("locks", (), lambda: keep_locks(around.project, around.cwd, conda)) if main else (),
    )


def _packages(
    main: Process | None,
    processes: Sequence[Process],
    conda: Sequence[CondaPackage],
    around: Surroundings,
) -> tuple[list[Distribution], tuple[OtherPackage, ...]]:
    """The Python distributions, and what a conda prefix has beside them."""
    if main is None:
        return [], ()
    found = find_distributions(main.search_path, str(main.header.get("base_prefix")))
    with_sources = around.part(
        "source of packages",
        found,
        lambda: with_source(found, around.project, version_control=not around.foreign),
    )
    checked = around.part("files of packages", with_sources, lambda: with_altered(with_sources, processes))
    all_python, others = with_conda(checked, conda)
    if any(process.imports_reprocrate for process in processes):
        return all_python, others
    # What records is no part of what is recorded, wherever it is installed.
    return [one for one in all_python if one.package.name != _OWN_NAME], others


def _conda_of(main: Process | None) -> list[CondaPackage]:
    """The packages of the conda prefix that an interpreter is of, itself or under a virtual environment."""
    if main is None:
        return []
    return conda_packages(str(main.header.get(name) or "") for name in ("prefix", "base_prefix"))


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
