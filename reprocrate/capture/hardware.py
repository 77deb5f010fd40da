"""The machine of a launch: processor, memory and accelerators, without starting a program where that can be.

On Linux from /proc and /sys; NVIDIA's GPUs from its management library, which is part of the driver.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reprocrate.capture.record import Accelerator, Cpu, Hardware

_FEATURES = re.compile(
    r"sse3|pni|ssse3|sse4_[12]|avx|avx2|fma|f16c|bmi[12]|avx512\w*|avx_vnni|avx_ifma|avx10\w*|amx_\w+|popcnt|"
    r"asimd|asimdhp|asimddp|asimdfhm|fphp|sve[0-9a-z_]*|sme[0-9_]\w*|sme|bf16|i8mm|fcma|neon|vfpv4|altivec|vsx|rvv|lsx|lasx"
)
_DRIVER_SIGNS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")
_ARCHITECTURES = {"AMD64": "x86_64", "x64": "x86_64"}


def look_at_hardware(environ: Mapping[str, str]) -> Hardware:
    """The machine, as far as the launch with the variables `environ` could use it."""
    return Hardware(
        cpu=processor(),
        memory_bytes=memory_bytes(),
        accelerators=nvidia_gpus(environ.get("CUDA_VISIBLE_DEVICES")),
    )


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> Cpu:
    """The processor; what the system does not tell is None."""
    fields = _cpu_fields(cpuinfo)
    architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
    if not fields:
        return Cpu(_model_elsewhere(), architecture, cores=None, sockets=None, threads=_usable_threads())
    first = fields[0]
    flags = f"{first.get('flags', '')} {first.get('Features', '')}".split()
    sockets = {field.get("physical id", "0") for field in fields}
    cores = {
        (field["physical id"], field["core id"])
        for field in fields
        if {"physical id", "core id"} <= field.keys()
    }
    return Cpu(
        model=next(
            (first[name] for name in ("model name", "cpu", "Model", "Hardware") if first.get(name)), None
        ),
        architecture=architecture,
        features=tuple(sorted(flag for flag in set(flags) if _FEATURES.fullmatch(flag))),
        cores=len(cores) or None,
        sockets=len(sockets),
        threads=_usable_threads(),
    )


def memory_bytes(control_groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Main memory in bytes, or less where a control group allows less."""
    total = None
    with suppress(OSError, ValueError, AttributeError):
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            limit = int((control_groups / name).read_text(encoding="ascii"))
            if total is None or limit < total:
                total = limit
    return total


def nvidia_gpus(visible: str | None = None) -> tuple[Accelerator, ...]:
    """NVIDIA's GPUs, or those of them that `CUDA_VISIBLE_DEVICES` names.

    Nothing is loaded where there is no driver.
    """
    if sys.platform == "darwin" or (sys.platform == "linux" and not any(map(os.path.exists, _DRIVER_SIGNS))):
        return ()
    try:
        found = _from_library()
    except (OSError, AttributeError):
        found = _from_program()
    return visible_gpus(found, visible)


def visible_gpus(found: list[tuple[str, Accelerator]], visible: str | None) -> tuple[Accelerator, ...]:
    """Those of a machine's GPUs, each with its unit id, that a list such as `CUDA_VISIBLE_DEVICES` names."""
    return tuple(accelerator for _, accelerator in _visible(found, visible))


def _usable_threads() -> int | None:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _cpu_fields(cpuinfo: Path) -> list[dict[str, str]]:
    """One dictionary for each hardware thread."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    blocks = [
        {name.strip(): value.strip() for name, colon, value in map(_split, block.splitlines()) if colon}
        for block in text.strip().split("\n\n")
    ]
    return [block for block in blocks if "processor" in block]


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _model_elsewhere() -> str | None:
    if sys.platform == "darwin":
        with suppress(OSError, subprocess.SubprocessError):
            command = ("sysctl", "-n", "machdep.cpu.brand_string")
            return (
                subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
                or None
            )
    return platform.processor() or None


def _from_library() -> list[tuple[str, Accelerator]]:
    """Unit id and description of each GPU, by NVML (NVIDIA Management Library API reference)."""
    import ctypes

    library: Any = ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
    if library.nvmlInit_v2():
        return []
    try:
        driver = ctypes.create_string_buffer(96)
        library.nvmlSystemGetDriverVersion(driver, 96)
        runtime, count = ctypes.c_int(), ctypes.c_uint()
        library.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(runtime))
        library.nvmlDeviceGetCount_v2(ctypes.byref(count))
        return [_device(library, index, driver.value.decode(), runtime.value) for index in range(count.value)]
    finally:
        library.nvmlShutdown()


def _device(library: Any, index: int, driver: str, runtime: int) -> tuple[str, Accelerator]:
    import ctypes

    handle, name, unit = ctypes.c_void_p(), ctypes.create_string_buffer(96), ctypes.create_string_buffer(96)
    memory = (ctypes.c_ulonglong * 3)()  # nvmlMemory_t: total, free, used
    major, minor = ctypes.c_int(), ctypes.c_int()
    library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle))
    library.nvmlDeviceGetName(handle, name, 96)
    library.nvmlDeviceGetUUID(handle, unit, 96)
    library.nvmlDeviceGetMemoryInfo(handle, memory)
    library.nvmlDeviceGetCudaComputeCapability(handle, ctypes.byref(major), ctypes.byref(minor))
    return unit.value.decode(), Accelerator(
        vendor="nvidia",
        model=name.value.decode(errors="replace"),
        memory_bytes=memory[0] or None,
        driver=driver or None,
        runtime=f"CUDA {runtime // 1000}.{runtime % 1000 // 10}" if runtime else None,
        compute_capability=f"{major.value}.{minor.value}" if major.value else None,
    )


def _from_program() -> list[tuple[str, Accelerator]]:
    """The same by nvidia-smi, where the library cannot be used."""
    query = "uuid,name,memory.total,driver_version,compute_cap"
    command = ("nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader,nounits")
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    found = []
    for line in answer.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 5:
            unit, model, mebibytes, driver, capability = parts
            size = int(mebibytes) << 20 if mebibytes.isdigit() else None
            found.append((unit, Accelerator("nvidia", model, size, driver, None, capability)))
    return found


def _visible(found: list[tuple[str, Accelerator]], visible: str | None) -> list[tuple[str, Accelerator]]:
    """The devices that a list names by index or unit id; like CUDA, up to the first that is none."""
    if visible is None:
        return found
    chosen = []
    for word in filter(None, (part.strip() for part in visible.split(","))):
        named = [
            device for index, device in enumerate(found) if word == str(index) or device[0].startswith(word)
        ]
        if len(named) != 1:
            break
        chosen.append(named[0])
    return chosen
