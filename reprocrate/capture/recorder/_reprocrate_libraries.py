"""The compiled libraries that this process has loaded, with versions and threads as they say themselves.

Nothing is loaded for that: a library is asked only through `ctypes`, and only if the program imported it.
Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from typing import Any, Callable

# Part of a file name, the kind of library, its common name.
_LIBRARIES = (
    ("openblas", "blas", "openblas"),
    ("libmkl_rt", "blas", "mkl"),
    ("libmkl_core", "blas", "mkl"),
    ("libflexiblas", "blas", "flexiblas"),
    ("libblas.so", "blas", "blas"),
    ("libcblas.so", "blas", "cblas"),
    ("libatlas", "blas", "atlas"),
    ("libblis", "blas", "blis"),
    ("libgomp", "openmp", "libgomp"),
    ("libiomp5", "openmp", "libiomp5"),
    ("libomp", "openmp", "libomp"),
    ("libcudart", "cuda", "cudart"),
    ("libcublas.so", "cuda", "cublas"),
    ("libcufft.so", "cuda", "cufft"),
    ("libcurand.so", "cuda", "curand"),
    ("libcusolver.so", "cuda", "cusolver"),
    ("libcusparse.so", "cuda", "cusparse"),
    ("libcudnn.so", "cudnn", "cudnn"),
    ("libnccl.so", "nccl", "nccl"),
    ("libnvinfer.so", "tensorrt", "tensorrt"),
    ("libamdhip64", "rocm", "hip"),
    ("librocblas", "rocm", "rocblas"),
    ("libMIOpen", "miopen", "miopen"),
    ("librccl", "nccl", "rccl"),
    ("libdnnl.so", "onednn", "onednn"),
    ("libtbb.so", "threads", "tbb"),
)

# How PyTorch's configuration names a library, its kind, its common name.
_INSIDE_TORCH = (
    ("Math Kernel Library Version ", "blas", "mkl"),
    ("Intel(R) MKL-DNN ", "onednn", "onednn"),
)


def libraries() -> list[dict[str, Any]]:
    """Compiled libraries that decide the bits of a result, as mapped into this process (Linux)."""
    try:
        with open("/proc/self/maps", "rb") as handle:
            lines = handle.read().split(b"\n")
    except OSError:
        return []
    paths = {os.fsdecode(line[line.index(b"/") :]) for line in lines if b"/" in line}
    found = []
    for path in sorted(paths):
        name = os.path.basename(path)
        for part, kind, common in _LIBRARIES:
            if part in name and ".so" in name:
                found.append(_described(path, kind, common))
                break
    torch = sys.modules.get("torch")
    return found if torch is None else found + _inside_torch(torch)


def _inside_torch(torch: Any) -> list[dict[str, Any]]:
    """What is linked into PyTorch itself, as its configuration tells: MKL and oneDNN have no file there."""
    try:
        text = torch.__config__.show()
    except Exception:
        return []
    found = []
    for words, kind, name in _INSIDE_TORCH:
        _, there, rest = text.partition(words)
        version = rest.split()[0].partition("-")[0].lstrip("v") if there and rest.split() else ""
        if version:
            found.append({"name": name, "kind": kind, "version": version, "details": {"inside": "torch"}})
    return found


def _described(path: str, kind: str, common: str) -> dict[str, Any]:
    version, details = "", {"file": os.path.basename(path)}
    ctypes = sys.modules.get("ctypes")
    describe = _DESCRIBERS.get(common)
    if ctypes is not None and describe is not None and hasattr(os, "RTLD_NOLOAD"):
        try:
            library = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
            version, more = describe(ctypes, library)
            details.update(more)
        except Exception:  # it does not answer: its file name is still known
            pass
    return {"name": common, "kind": kind, "version": version or None, "path": path, "details": details}


def _openblas(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    """As threadpoolctl asks it: the functions' names depend on who built it, and for which integers."""

    def ask(name: str, result: Any) -> Any:
        for prefix in ("", "scipy_"):
            for suffix in ("", "64_", "_64"):
                function = getattr(library, prefix + name + suffix, None)
                if function is not None:
                    function.restype = result
                    return function()
        return None

    configuration = (ask("openblas_get_config", ctypes.c_char_p) or b"").decode("ascii", "replace").split()
    version = configuration[1] if configuration[:1] == ["OpenBLAS"] and len(configuration) > 1 else ""
    details = {"threads": ask("openblas_get_num_threads", ctypes.c_int)}
    core = ask("openblas_get_corename", ctypes.c_char_p)
    if core:
        details["architecture"] = core.decode("ascii", "replace")
    layers = {0: "none", 1: "pthreads", 2: "openmp"}
    details["threading_layer"] = layers.get(ask("openblas_get_parallel", ctypes.c_int))
    return version, {name: value for name, value in details.items() if value is not None}


def _mkl(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    text = ctypes.create_string_buffer(256)
    library.MKL_Get_Version_String(text, 256)
    words = text.value.decode("ascii", "replace").split()
    version = words[words.index("Version") + 1] if "Version" in words[:-1] else ""
    return version, {"threads": library.MKL_Get_Max_Threads()}


def _blis(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    library.bli_info_get_version_str.restype = ctypes.c_char_p
    version = library.bli_info_get_version_str().decode("ascii", "replace")
    return version, {"threads": library.bli_thread_get_num_threads()}


def _openmp(_ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    return "", {"threads": library.omp_get_max_threads()}


def _cudart(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    number = ctypes.c_int()
    library.cudaRuntimeGetVersion(ctypes.byref(number))
    return f"{number.value // 1000}.{number.value % 1000 // 10}", {}


def _cudnn(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    library.cudnnGetVersion.restype = ctypes.c_size_t
    number = library.cudnnGetVersion()
    base = 10000 if number >= 90000 else 1000
    return f"{number // base}.{number % base // 100}.{number % 100}", {}


def _nccl(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    number = ctypes.c_int()
    library.ncclGetVersion(ctypes.byref(number))
    return f"{number.value // 10000}.{number.value % 10000 // 100}.{number.value % 100}", {}


def _onednn(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    """`dnnl_version` returns a structure that begins with major, minor and patch."""
    library.dnnl_version.restype = ctypes.POINTER(ctypes.c_int)
    return "%d.%d.%d" % tuple(library.dnnl_version()[:3]), {}


def _curand(ctypes: Any, library: Any) -> tuple[str, dict[str, Any]]:
    number = ctypes.c_int()
    library.curandGetVersion(ctypes.byref(number))
    return f"{number.value // 1000}.{number.value % 1000 // 100}.{number.value % 100}", {}


_DESCRIBERS: dict[str, Callable[[Any, Any], tuple[str, dict[str, Any]]]] = {
    "openblas": _openblas,
    "mkl": _mkl,
    "blis": _blis,
    "libgomp": _openmp,
    "libiomp5": _openmp,
    "libomp": _openmp,
    "cudart": _cudart,
    "cudnn": _cudnn,
    "nccl": _nccl,
    "rccl": _nccl,
    "onednn": _onednn,
    "curand": _curand,
}
