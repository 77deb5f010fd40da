"""Switches of numerical libraries that decide determinism, as they are when the program is done.

Only libraries that the program has imported are asked, and nothing that would start a device or threads.
Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

from _reprocrate_loaded import like, when_loaded

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# Names of variables that programs set for themselves before they import a library that reads them.
_VARIABLES = """
CUBLAS_WORKSPACE_CONFIG OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS
NUMEXPR_MAX_THREADS VECLIB_MAXIMUM_THREADS BLIS_NUM_THREADS NUMBA_NUM_THREADS RAYON_NUM_THREADS OMP_DYNAMIC
MKL_CBWR OPENBLAS_CORETYPE ATEN_CPU_CAPABILITY ONEDNN_MAX_CPU_ISA NPY_DISABLE_CPU_FEATURES
TF_DETERMINISTIC_OPS TF_CUDNN_DETERMINISTIC TF_ENABLE_ONEDNN_OPTS XLA_FLAGS JAX_ENABLE_X64 NCCL_ALGO
NCCL_PROTO NVIDIA_TF32_OVERRIDE TOKENIZERS_PARALLELISM TZ
"""
_JAX = (
    *("jax_enable_x64", "jax_default_matmul_precision", "jax_default_prng_impl"),
    *("jax_threefry_partitionable", "jax_numpy_dtype_promotion", "jax_platforms"),
)
_LIGHTGBM = ("deterministic", "force_row_wise", "force_col_wise", "device_type")
_LIGHTGBM_THREADS = ("num_threads", "num_thread", "nthread", "nthreads", "n_jobs")

_boosters: dict[str, Any] = {}


def watch() -> None:
    """Watch what can only be seen while it happens: LightGBM's parameters, and what PyTorch saves."""
    when_loaded({"lightgbm.basic": _lightgbm, "torch.serialization": _torch})


def frameworks() -> dict[str, Any]:
    """The switches by name; what cannot be told is left out."""
    found: dict[str, Any] = {}
    for look in (_tensorflow, _jax, _threads):
        try:
            found.update(look())
        except Exception:  # another version of it
            pass
    found.update(_boosters)
    return {name: value for name, value in found.items() if value is not None}


def variables() -> dict[str, str]:
    """Variables that such libraries read, as they stand now."""
    return {name: os.environ[name] for name in _VARIABLES.split() if name in os.environ}


def _tensorflow() -> dict[str, Any]:
    config: Any = sys.modules.get("tensorflow.python.framework.config")
    if config is None:
        return {}
    return {
        "tensorflow.is_op_determinism_enabled": bool(config.is_op_determinism_enabled()),
        "tensorflow.tensor_float_32_execution_enabled": bool(config.tensor_float_32_execution_enabled()),
    }


def _jax() -> dict[str, Any]:
    jax: Any = sys.modules.get("jax")
    if jax is None:
        return {}
    found = {name.replace("jax_", "jax.", 1): getattr(jax.config, name, None) for name in _JAX}
    return {name: _plain(value) for name, value in found.items()}


def _torch(module: ModuleType) -> None:
    """`torch.save` opens its file in compiled code, so it is said here as Python says it of its own."""
    kind: Any = module._open_zipfile_writer_file
    original = kind.__init__

    def init(writer: Any, name: Any, *args: Any, **kwargs: Any) -> None:
        original(writer, name, *args, **kwargs)
        sys.audit("open", name, "wb", 0)

    kind.__init__ = like(init, original)


def _threads() -> dict[str, Any]:
    numexpr: Any = sys.modules.get("numexpr")
    numba: Any = sys.modules.get("numba.core.config")
    return {
        "numexpr.nthreads": _plain(getattr(numexpr, "nthreads", None)),
        "numba.NUMBA_NUM_THREADS": _plain(getattr(numba, "NUMBA_NUM_THREADS", None)),
    }


def _lightgbm(module: ModuleType) -> None:
    """Note whether it is told how to build its histograms; else it chooses by timing both ways."""
    kind: Any = module.Booster
    original = kind.__init__

    def init(model: Any, params: Any = None, *args: Any, **kwargs: Any) -> None:
        original(model, *(() if params is None else (params,)), *args, **kwargs)
        try:
            if isinstance(params, dict):
                for name in _LIGHTGBM:
                    _boosters["lightgbm." + name] = _plain(params.get(name))
                given = [params[name] for name in _LIGHTGBM_THREADS if params.get(name) is not None]
                _boosters["lightgbm.num_threads"] = _plain(given[0]) if given else None
                is_forced = any(str(params.get(name)).lower() in _TRUE for name in _LIGHTGBM[1:3])
                chosen = _boosters.get("lightgbm.histograms_chosen_by_timing", False)
                _boosters["lightgbm.histograms_chosen_by_timing"] = chosen or not is_forced
        except Exception:
            pass

    kind.__init__ = like(init, original)


_TRUE = ("true", "1", "yes")


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
