"""What can be seen in a Python process only when its program is done.

The modules it imported, the compiled libraries it uses, and the switches that decide determinism, as they are
and not as they were asked for. Nothing is imported that the program has not imported, so that nothing changes
and no module of the author's is taken for a library.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

from _reprocrate_devices import devices
from _reprocrate_frameworks import frameworks, variables
from _reprocrate_libraries import libraries

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from typing import Any, Callable

_TORCH = (
    "are_deterministic_algorithms_enabled",
    "is_deterministic_algorithms_warn_only_enabled",
    "backends.cudnn.deterministic",
    "backends.cudnn.benchmark",
    "backends.cudnn.allow_tf32",
    "backends.cuda.matmul.allow_tf32",
    "backends.cpu.get_cpu_capability",
    "get_float32_matmul_precision",
    "get_default_dtype",
    "get_num_threads",
    "get_num_interop_threads",
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
    _look(parts, "installed", _installed)
    _look(parts, "native", lambda: ["pyarrow"] if holds(project, "pyarrow") else [])
    _look(parts, "other_root", lambda: _root() != _ROOT)
    _look(parts, "imports_reprocrate", lambda: "reprocrate" in sys.modules)
    _look(parts, "settings", _settings)
    _look(parts, "libraries", libraries)
    _look(parts, "devices", devices)
    _look(parts, "variables", variables)
    return parts


def _root() -> tuple[int, int]:
    status = os.stat("/")
    return status.st_dev, status.st_ino


_ROOT = _root()  # this module is loaded when the process starts


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


def _installed() -> dict[str, list[str]]:
    """Files of the imported modules of installed packages, by the folder of `sys.path` that they lie in."""
    folders = [entry for entry in sys.path if "site-packages" in entry or "dist-packages" in entry]
    found: dict[str, list[str]] = {folder: [] for folder in folders}
    kind = type(sys)
    for module in list(sys.modules.values()):
        if isinstance(module, kind):
            file = object.__getattribute__(module, "__dict__").get("__file__")
            for folder in folders if isinstance(file, str) else ():
                if file.startswith(folder + os.sep):
                    found[folder].append(file[len(folder) + 1 :].replace(os.sep, "/"))
                    break
    return {folder: sorted(set(paths)) for folder, paths in found.items() if paths}


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
    settings.update(frameworks())
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
