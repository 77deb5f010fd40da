"""What the libraries of a Python process computed on, as they say themselves when the program is done.

Only those that the program has imported are asked, and only whether they have begun to use a device: asking
begins nothing. Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from typing import Any

_LIBRARIES = (
    *("torch", "jax", "tensorflow", "cupy", "paddle", "mxnet", "xgboost", "lightgbm", "catboost"),
    *("pycuda", "pyopencl", "numba.cuda", "cudf", "cuml"),
)
# A process that computes on a device has one of these mapped (NVIDIA, AMD, Intel, Google).
_DRIVERS = (b" /dev/nvidia", b" /dev/kfd", b" /dev/dri/render", b" /dev/accel", b" /dev/dxg", b" /dev/vfio")


def devices() -> dict[str, Any]:
    """The accelerators that were in use, and what there was to tell of them."""
    accelerators: list[dict[str, Any]] = []
    for name, look in (("torch", _torch), ("jax", _jax), ("tensorflow", _tensorflow), ("cupy", _cupy)):
        module = sys.modules.get(name)
        if module is not None:
            try:
                accelerators += look(module)
            except Exception:  # another version of it
                pass
    return {
        "accelerators": accelerators,
        "libraries": [name for name in _LIBRARIES if name in sys.modules],
        "driver_in_use": bool(accelerators) or _driver_in_use(),
    }


def _driver_in_use() -> bool | None:
    """Whether a device's file is mapped into this process; None where the system does not tell."""
    try:
        with open("/proc/self/maps", "rb") as handle:
            text = handle.read()
    except OSError:
        return None
    return any(driver in text for driver in _DRIVERS)


def _torch(torch: Any) -> list[dict[str, Any]]:
    """By PyTorch's allocator, which keeps the largest amount that it held of each device."""
    found = []
    for kind in ("cuda", "xpu"):
        module = getattr(torch, kind, None)
        if module is None or not module.is_initialized():
            continue
        for index in range(module.device_count()):
            peak = module.max_memory_reserved(index)
            if peak:
                properties = module.get_device_properties(index)
                unit = str(getattr(properties, "uuid", "") or index)
                found.append({"name": module.get_device_name(index), "unit": unit, "peak_bytes": peak})
    return found


def _jax(_jax: Any) -> list[dict[str, Any]]:
    """By the back ends that JAX has started; asking for its devices would start one."""
    bridge: Any = sys.modules.get("jax._src.xla_bridge")
    found = []
    for name, backend in sorted(getattr(bridge, "_backends", {}).items()):
        if name == "cpu" or backend.platform == "cpu":
            continue
        for device in backend.local_devices():
            peak = (device.memory_stats() or {}).get("peak_bytes_in_use")
            unit = "%s %d" % (backend.platform, device.id)
            found.append({"name": device.device_kind, "unit": unit, "peak_bytes": peak})
    return found


def _tensorflow(tensorflow: Any) -> list[dict[str, Any]]:
    """By TensorFlow's context; asking for its devices would start one."""
    eager: Any = sys.modules.get("tensorflow.python.eager.context")
    context = eager and eager.context_safe()
    if not context or not context._initialized:
        return []
    physical = {str(one.name).rpartition(":")[2]: one for one in context.list_physical_devices("GPU")}
    found = []
    for device in context._logical_devices or ():
        if device.device_type in ("GPU", "TPU"):
            number = str(device.name).rpartition(":")[2]
            details = context.get_device_details(physical[number]) if number in physical else {}
            peak = None
            if device.device_type == "GPU":
                peak = tensorflow.config.experimental.get_memory_info("GPU:" + number).get("peak")
            name = details.get("device_name") or device.device_type
            found.append({"name": name, "unit": "tensorflow " + number, "peak_bytes": peak})
    return found


def _cupy(cupy: Any) -> list[dict[str, Any]]:
    """By CuPy's pool of the device in use, which keeps what it once had; to ask another would start it."""
    peak = cupy.get_default_memory_pool().total_bytes()
    if not peak:
        return []
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.runtime.getDevice())
    name, number = properties["name"], properties["uuid"].hex()
    unit = "-".join(
        (number[:8], number[8:12], number[12:16], number[16:20], number[20:32])
    )  # as PyTorch has it
    text = name.decode() if isinstance(name, bytes) else name
    return [{"name": text, "unit": unit, "peak_bytes": peak}]
