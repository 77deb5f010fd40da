from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from reprocrate.capture.hardware import look_at_hardware, memory_bytes, nvidia_gpus, processor

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
