# ruff: noqa: ARG002, N802 - the library's functions have their own names and arguments
from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.hardware import look_at_hardware, memory_bytes, nvidia_gpus, processor
from reprocrate.capture.record import Accelerator

INTEL = "\n\n".join(
    f"processor\t: {number}\nmodel name\t: Intel(R) Xeon(R) CPU\nphysical id\t: {number // 4}\n"
    f"core id\t\t: {number // 2 % 2}\nflags\t\t: fpu avx avx2 fma avx512f avx512_vnni smep sse4_2 ht"
    for number in range(8)
)
ARM = "processor\t: 0\nBogoMIPS\t: 50\nFeatures\t: fp asimd sve sve2 bf16 crc32\nCPU part\t: 0xd0c\n\n"


def test_processor_by_the_kernels_table(tmp_path: Path) -> None:
    table = tmp_path / "cpuinfo"
    table.write_text(INTEL + "\n")
    found = processor(table)
    assert found.model == "Intel(R) Xeon(R) CPU"
    assert found.features == ("avx", "avx2", "avx512_vnni", "avx512f", "fma", "sse4_2")
    assert (found.cores, found.sockets) == (4, 2)
    table.write_text(ARM)
    found = processor(table)
    assert found.features == ("asimd", "bf16", "sve", "sve2")
    assert (found.model, found.cores, found.sockets) == (None, None, 1)


def test_processor_without_a_table(tmp_path: Path) -> None:
    found = processor(tmp_path / "absent")
    assert found.architecture
    assert found.threads is None or found.threads >= 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="affinity cannot be set here")
def test_threads_are_those_that_may_be_used() -> None:
    usable = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(usable)})
        assert processor().threads == 1
    finally:
        os.sched_setaffinity(0, usable)


def test_memory_is_at_most_what_the_control_group_allows(tmp_path: Path) -> None:
    total = memory_bytes(tmp_path)
    assert total is None or total > 2**26
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_bytes(tmp_path) == total
    (tmp_path / "memory.max").write_text(f"{2**26}\n")
    assert memory_bytes(tmp_path) == 2**26


def test_this_machine() -> None:
    found = look_at_hardware({})
    assert found.cpu is not None
    assert found.cpu.architecture
    if sys.platform == "linux" and not Path("/proc/driver/nvidia/version").exists():
        assert found.accelerators == ()


class FakeLibrary:
    """Answers as NVIDIA's management library does, for two devices."""

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlShutdown(self) -> int:
        return 0

    def nvmlSystemGetDriverVersion(self, text: Any, size: int) -> int:
        text.value = b"570.86.15"
        return 0

    def nvmlSystemGetCudaDriverVersion_v2(self, number: Any) -> int:
        number._obj.value = 12080
        return 0

    def nvmlDeviceGetCount_v2(self, number: Any) -> int:
        number._obj.value = 2
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: int, handle: Any) -> int:
        handle._obj.value = index + 1
        return 0

    def nvmlDeviceGetName(self, handle: Any, text: Any, size: int) -> int:
        text.value = b"NVIDIA H100 80GB HBM3"
        return 0

    def nvmlDeviceGetUUID(self, handle: Any, text: Any, size: int) -> int:
        text.value = b"GPU-%d0000000-aaaa" % handle.value
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: Any, memory: Any) -> int:
        memory[0] = 85520809984
        return 0

    def nvmlDeviceGetCudaComputeCapability(self, handle: Any, major: Any, minor: Any) -> int:
        major._obj.value, minor._obj.value = 9, 0
        return 0


def test_gpus_as_the_library_tells_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("reprocrate.capture.hardware._DRIVER_SIGNS", (os.fspath(tmp_path),))
    monkeypatch.setattr("ctypes.CDLL", lambda _name: FakeLibrary())
    if sys.platform == "darwin":
        pytest.skip("macOS has no NVIDIA driver")
    gpu = Accelerator("nvidia", "NVIDIA H100 80GB HBM3", 85520809984, "570.86.15", "CUDA 12.8", "9.0")
    assert nvidia_gpus() == (gpu, gpu)
    assert nvidia_gpus("1") == (gpu,)
    assert nvidia_gpus("GPU-2") == (gpu,)
    assert nvidia_gpus("0,7,1") == (gpu,)
    assert nvidia_gpus("-1") == ()


def test_gpus_by_the_program_where_there_is_no_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'GPU-1, NVIDIA A100-SXM4-40GB, 40960, 535.1, 8.0'\n")
    tool.chmod(0o755)

    def absent(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr("reprocrate.capture.hardware._DRIVER_SIGNS", (os.fspath(tmp_path),))
    monkeypatch.setattr("ctypes.CDLL", absent)
    monkeypatch.setenv("PATH", os.fspath(tmp_path), prepend=os.pathsep)
    if sys.platform != "linux":
        pytest.skip("the program is a shell script")
    assert nvidia_gpus() == (
        Accelerator("nvidia", "NVIDIA A100-SXM4-40GB", 40960 << 20, "535.1", None, "8.0"),
    )


@pytest.mark.skipif(not Path("/proc/driver/nvidia/version").exists(), reason="there is no NVIDIA driver")
def test_gpus_are_those_that_are_visible() -> None:
    found = nvidia_gpus()
    assert found
    assert found[0].vendor == "nvidia"
    assert found[0].model.startswith("NVIDIA")
    assert found[0].memory_bytes
    assert found[0].memory_bytes > 2**30
    assert found[0].driver
    assert found[0].runtime
    assert found[0].runtime.startswith("CUDA ")
    assert found[0].compute_capability
    assert nvidia_gpus("") == ()
    assert nvidia_gpus("0") == found[:1]
    assert nvidia_gpus("99") == ()
