"""What can be seen in a Python process only when its program is done.

The modules it imported from the project, the compiled libraries it uses with their versions and threads, and
the switches that decide determinism, as they are and not as they were asked for. Nothing is imported that the
program has not imported, so that nothing changes and no module of the author's is taken for a library.

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
    ("libblis", "blas", "blis"),
    ("libgomp", "openmp", "libgomp"),
    ("libiomp5", "openmp", "libiomp5"),
    ("libomp", "openmp", "libomp"),
    ("libcudart", "cuda", "cudart"),
    ("libcublas.so", "cuda", "cublas"),
    ("libcudnn.so", "cudnn", "cudnn"),
    ("libnccl", "nccl", "nccl"),
    ("libamdhip64", "rocm", "hip"),
)

_TORCH = (
    "are_deterministic_algorithms_enabled",
    "backends.cudnn.deterministic",
    "backends.cudnn.benchmark",
    "backends.cudnn.allow_tf32",
    "backends.cuda.matmul.allow_tf32",
    "backends.cpu.get_cpu_capability",
    "get_float32_matmul_precision",
    "get_default_dtype",
    "get_num_threads",
    "initial_seed",
    "version.cuda",
    "version.hip",
    "cuda.is_initialized",
)
_TORCH_DEVICE = ("cuda.get_device_name", "cuda.device_count", "cuda.max_memory_allocated")


def observed(project: str) -> dict[str, Any]:
    """Everything there is to see, each part by itself: what fails is named in `problems`."""
    parts: dict[str, Any] = {"path": [str(entry) for entry in sys.path], "problems": []}
    _look(parts, "modules", lambda: _modules(project))
    _look(parts, "native", lambda: ["pyarrow"] if holds(project, "pyarrow") else [])
    _look(parts, "settings", _settings)
    _look(parts, "libraries", _libraries)
    return parts


def _look(parts: dict[str, Any], name: str, look: Callable[[], Any]) -> None:
    try:
        parts[name] = look()
    except Exception as error:
        parts["problems"].append(f"{name}: {error!r}"[:500])


def _modules(project: str) -> list[str]:
    """Files of the imported modules that lie in the project."""
    return sorted({path for path, _ in _project_modules(project) if path})


def _project_modules(project: str) -> list[tuple[str, dict[str, Any]]]:
    """File and names of each imported module of the project; the script itself has no file any more."""
    found = []
    kind = type(sys)
    for module_name, module in list(sys.modules.items()):
        # Only real modules, and only their dictionary: a lazy one imports things when it is asked.
        if isinstance(module, kind):
            names = object.__getattribute__(module, "__dict__")
            file = names.get("__file__")
            path = os.path.abspath(file) if isinstance(file, str) else ""
            if path.startswith(project + os.sep):
                found.append((path, names))
            elif module_name == "__main__":
                found.append(("", names))
    return found


def holds(project: str, name: str) -> bool:
    """Whether a module of the project has another module, or something of it, under a name.

    A function that imports it by itself counts, as far as it can be told by the names that it uses.
    """
    wanted = sys.modules.get(name)
    if wanted is None:
        return False
    for _, names in _project_modules(project):
        for value in list(names.values()):
            if value is wanted or _is_of(value, name) or _names(value, name):
                return True
    return False


def _is_of(value: Any, name: str) -> bool:
    kinds = (type(len), type(holds), type)
    if type(value) in kinds and str(getattr(value, "__module__", "")).partition(".")[0] == name:
        return True
    bound = getattr(value, "__self__", None) if type(value) in (type(len), type([].append), _METHOD) else None
    return bound is not None and type(bound).__module__ == name


def _names(value: Any, name: str) -> bool:
    """Whether a function, or one of a class, uses the name."""
    if type(value) is type:
        return any(type(each) is type(holds) and _names(each, name) for each in list(vars(value).values()))
    return type(value) is type(holds) and name in value.__code__.co_names


class _Bound:
    def method(self) -> None:
        """Its type is that of all bound methods."""


_METHOD = type(_Bound().method)


def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = {
        "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED"),
        "hash_randomization": bool(sys.flags.hash_randomization),
        "optimize": sys.flags.optimize,
    }
    settings.update(_locale())
    if hasattr(os, "sched_getaffinity"):
        settings["usable_cpus"] = len(os.sched_getaffinity(0))
    torch = sys.modules.get("torch")
    if torch is not None:
        import warnings  # it is there: torch imports it

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            settings.update(_torch(torch))
    return settings


def _locale() -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        import _locale

        found["locale"] = _locale.setlocale(_locale.LC_CTYPE, None)
        found["locale_numeric"] = _locale.setlocale(_locale.LC_NUMERIC, None)
    except Exception:
        pass
    try:
        import time

        found["time_zone"] = "/".join(time.tzname)
    except Exception:
        pass
    return found


def _torch(torch: Any) -> dict[str, Any]:
    """PyTorch's switches; the device's too, if the program has used one."""
    found = {"torch." + name: _answer(torch, name) for name in _TORCH}
    if found["torch.cuda.is_initialized"]:
        found.update({"torch." + name: _answer(torch, name) for name in _TORCH_DEVICE})
    return {name: value for name, value in found.items() if value is not None}


def _answer(torch: Any, name: str) -> Any:
    """An attribute's value, or what it returns; None where this version does not have it."""
    try:
        value = torch
        for part in name.split("."):
            value = getattr(value, part)
        if callable(value):
            value = value()
    except Exception:
        return None
    if isinstance(value, int) and abs(value) >= 2**53:
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _libraries() -> list[dict[str, Any]]:
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
    return {"name": common, "kind": kind, "version": version or None, "details": details}


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
}
