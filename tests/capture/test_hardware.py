"""The machine as it is described, on what other machines' systems say of theirs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from reprocrate.capture.hardware import look_at_hardware
from reprocrate.capture.hardware.accelerators import intel_devices, tpus
from reprocrate.capture.hardware.amd import amd_gpus, has_fabric
from reprocrate.capture.hardware.apple import by_system_profiler
from reprocrate.capture.hardware.interconnect import find_interconnect, network_ports
from reprocrate.capture.hardware.nvidia import nvidia_gpus
from reprocrate.capture.hardware.processor import by_cpuinfo, by_sysctl, processor
from reprocrate.capture.record import Accelerator

INTEL = "\n\n".join(
    f"processor\t: {number}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU\n"
    f"physical id\t: {number // 4}\ncore id\t\t: {number // 2 % 2}\n"
    "flags\t\t: fpu avx avx2 fma avx512f avx512_vnni smep sse4_2 ht\npower management:"
    for number in range(8)
)
GRAVITON = "\n\n".join(
    f"processor\t: {number}\nBogoMIPS\t: 2100.00\nFeatures\t: fp asimd aes crc32 sve bf16 i8mm paca\n"
    "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: 0xd40\nCPU revision\t: 1"
    for number in range(4)
)
BOARD = "\n\n".join(
    [
        *(
            f"processor\t: {number}\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: {part}"
            for number, part in enumerate(["0xd05", "0xd05", "0xd0b", "0xd0b"])
        ),
        "Serial\t\t: 0000000000000000",
    ]
)
POWER = """processor	: 0
cpu		: POWER9, altivec supported
clock		: 2902.000000MHz
revision	: 2.2 (pvr 004e 1202)

timebase	: 512000000
platform	: PowerNV
model		: 8335-GTH
"""
MAINFRAME = """vendor_id       : IBM/S390
# processors    : 2
features	: esan3 zarch vx
processor 0: version = FF,  identification = 0123E8,  machine = 3906
processor 1: version = FF,  identification = 0123E8,  machine = 3906
"""
RISCV = "processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc\nmmu\t\t: sv39\nuarch\t\t: sifive,u74-mc\n"
APPLE = """machdep.cpu.brand_string: Apple M2 Pro
hw.physicalcpu: 12
hw.logicalcpu: 12
hw.packages: 1
hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_SME: 0
hw.optional.arm.FEAT_I8MM: 1
hw.optional.AdvSIMD: 1
kern.bootargs:
"""
MAC = """machdep.cpu.brand_string: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz
machdep.cpu.features: FPU SSE3 SSSE3 FMA SSE4.1 SSE4.2 POPCNT AVX1.0 F16C
machdep.cpu.leaf7_features: AVX2 BMI1 BMI2
hw.physicalcpu: 6
hw.packages: 1
"""


def tree(root: Path, files: dict[str, object]) -> Path:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{text}\n")
    return root


def test_processor_of_a_pc(tmp_path: Path) -> None:
    found = by_cpuinfo(INTEL, "x86_64", tmp_path)
    assert found.model == "Intel(R) Xeon(R) CPU"
    assert found.features == ("avx", "avx2", "avx512_vnni", "avx512f", "fma", "sse4_2")
    assert (found.cores, found.sockets) == (4, 2)


def test_processor_of_an_arm_server_has_a_name_and_cores(tmp_path: Path) -> None:
    topology = {
        f"cpu{number}/topology/{name}": value
        for number in range(4)
        for name, value in (("physical_package_id", 0), ("core_id", number))
    }
    found = by_cpuinfo(GRAVITON, "aarch64", tree(tmp_path, topology))
    assert found.model == "Arm Neoverse V1"
    assert found.features == ("asimd", "bf16", "i8mm", "sve")
    assert (found.cores, found.sockets) == (4, 1)


@pytest.mark.parametrize(
    ("table", "model", "features"),
    [
        (BOARD, "Arm Cortex-A55 + Arm Cortex-A76", ("asimd",)),
        (GRAVITON.replace("0xd40", "0xfff"), "Arm part 0xfff", ("asimd", "bf16", "i8mm", "sve")),
        (GRAVITON.replace("0x41", "0x99"), "implementer 0x99 part 0xd40", ("asimd", "bf16", "i8mm", "sve")),
        (POWER, "POWER9, altivec supported", ()),
        (MAINFRAME, "IBM/S390 3906", ()),
        (RISCV, "sifive,u74-mc", ()),
        ("processor\t: 0\nFeatures\t: neon vfpv4\nHardware\t: BCM2835\n", "BCM2835", ("neon", "vfpv4")),
        ("", None, ()),
    ],
)
def test_processors_of_all_kinds(tmp_path: Path, table: str, model: str | None, features: object) -> None:
    found = by_cpuinfo(table, "any", tmp_path)
    assert (found.model, found.features) == (model, features)


def test_processor_of_a_virtual_machine_that_does_not_tell_its_packages(tmp_path: Path) -> None:
    topology = {"cpu0/topology/physical_package_id": -1, "cpu0/topology/core_id": -1}
    found = by_cpuinfo(GRAVITON, "aarch64", tree(tmp_path, topology))
    assert (found.cores, found.sockets) == (None, 1)


def test_processor_of_a_mac() -> None:
    found = by_sysctl(APPLE, "arm64")
    assert (found.model, found.cores, found.sockets) == ("Apple M2 Pro", 12, 1)
    assert found.features == ("asimd", "asimddp", "bf16", "i8mm")
    found = by_sysctl(MAC, "x86_64")
    assert found.model == "Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz"
    assert found.features == (
        *("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "popcnt", "sse3", "sse4_1", "sse4_2", "ssse3"),
    )
    assert by_sysctl("", "arm64").model is None


def test_this_processor_has_a_micro_architecture_that_it_can_be() -> None:
    archspec = pytest.importorskip("archspec.cpu")
    found = processor()
    assert found.microarchitecture in archspec.TARGETS
    if found.architecture == "x86_64" and sys.platform == "linux":
        flags = Path("/proc/cpuinfo").read_text().partition("flags\t\t: ")[2].partition("\n")[0].split()
        assert found.level is None or found.level.startswith("x86")
        assert (found.level == "x86-64-v4") == ({"avx512f", "avx512bw", "avx512vl", "avx2"} <= {*flags})


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="affinity cannot be set here")
def test_threads_are_those_that_may_be_used() -> None:
    usable = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(usable)})
        assert processor().threads == 1
    finally:
        os.sched_setaffinity(0, usable)


def test_this_machine() -> None:
    found = look_at_hardware({})
    assert found.cpu is not None
    assert found.cpu.architecture
    assert found.memory_bytes is None or found.memory_bytes > 2**26
    if sys.platform == "linux" and not Path("/proc/driver/nvidia/version").exists():
        assert "nvidia" not in {one.vendor for one in found.accelerators}


# NVIDIA ------------------------------------------------------------------------------------------------

GPU = Accelerator("nvidia", "NVIDIA H100 80GB HBM3", 85520809984, "570.86.15", "CUDA 12.8", "9.0")
PART = Accelerator("nvidia", "NVIDIA H100 80GB HBM3 MIG 3g.40gb", 40 << 30, "570.86.15", "CUDA 12.8", "9.0")


def test_gpus_as_the_library_tells_them(nvml: Path) -> None:
    assert nvidia_gpus() == (GPU, GPU)
    assert nvidia_gpus("1") == (GPU,)
    assert nvidia_gpus("GPU-2") == (GPU,)
    assert nvidia_gpus("0,7,1") == (GPU,)
    assert nvidia_gpus("-1") == ()
    assert nvidia_gpus("") == ()


def test_a_divided_gpu_stands_for_its_instances(nvml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_NVML_DIVIDED", "1")
    assert nvidia_gpus() == (GPU, PART, PART)
    assert nvidia_gpus("MIG-2") == (PART,)


def test_interconnect_of_gpus(nvml: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("reprocrate.capture.hardware.interconnect.SYSTEM", tmp_path)
    assert find_interconnect(1) is None
    assert find_interconnect(2) == "PCIe 5.0 x8"
    monkeypatch.setenv("FAKE_NVML_LINKED", "1")
    assert find_interconnect(2) == "NVLink (18 of each GPU)"


def test_gpus_by_the_program_where_the_library_does_not_start(
    nvml: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'GPU-1, NVIDIA A100-SXM4-40GB, 40960, 535.1, 8.0'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("FAKE_NVML_BROKEN", "1")
    found = Accelerator("nvidia", "NVIDIA A100-SXM4-40GB", 40960 << 20, "535.1", None, "8.0")
    assert nvidia_gpus() == (found,)


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


# Others ------------------------------------------------------------------------------------------------

NODES = "class/kfd/kfd/topology/nodes"
MI250 = """cpu_cores_count 0
simd_count 416
gfx_target_version 90010
vendor_id 4098
device_id 29708
drm_render_minor 128
unique_id 1234567890123456789
"""
AMD = {
    f"{NODES}/0/properties": "cpu_cores_count 64\nsimd_count 0",
    f"{NODES}/1/properties": MI250,
    f"{NODES}/1/name": "aldebaran",
    f"{NODES}/1/mem_banks/0/properties": "heap_type 1\nsize_in_bytes 68702699520",
    f"{NODES}/2/properties": MI250.replace("128", "129").replace("123456789\n", "123456788\n"),
    f"{NODES}/2/io_links/0/properties": "type 11\nnode_to 1",
    "class/drm/renderD129/device/product_name": "AMD Instinct MI250X",
    "class/drm/renderD129/device/mem_info_vram_total": 68702699520,
    "module/amdgpu/version": "6.8.5",
}


def test_gpus_of_amd(tmp_path: Path) -> None:
    system = tree(tmp_path / "sys", AMD)
    version = tree(tmp_path, {"version": "6.2.0-66"}) / "version"
    first, second = amd_gpus(system, {}, version)
    assert first == Accelerator(
        "amd", "AMD GPU aldebaran (0x740c)", 68702699520, "6.8.5", "ROCm 6.2.0", "gfx90a"
    )
    assert (second.model, second.memory_bytes) == ("AMD Instinct MI250X", 68702699520)
    assert amd_gpus(system, {"HIP_VISIBLE_DEVICES": "1"}, version) == (second,)
    chosen = {"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "0"}
    assert amd_gpus(system, chosen, version) == (second,)
    assert amd_gpus(system, {"ROCR_VISIBLE_DEVICES": f"GPU-{1234567890123456789:016x}"}, version) == (first,)
    assert has_fabric(system)
    assert amd_gpus(tmp_path / "absent", {}, version) == ()


def test_gpus_of_intel_are_those_with_memory_of_their_own(tmp_path: Path) -> None:
    system = tree(
        tmp_path,
        {
            "class/drm/card0/device/vendor": "0x8086",  # the processor's own graphics
            "class/drm/card0/device/class": "0x030000",
            "class/drm/card1/device/vendor": "0x8086",
            "class/drm/card1/device/device": "0x0bd5",
            "class/drm/card1/device/class": "0x038000",
            "class/drm/card1/lmem_total_bytes": 51539607552,
            "class/drm/card1-DP-1/status": "connected",
            "class/drm/card2/device/vendor": "0x1002",
            "class/accel/accel0/device/vendor": "0x1da3",
            "class/accel/accel0/device/device": "0x1020",
            "module/habanalabs/version": "1.17.0",
        },
    )
    (system / "bus/pci/drivers/xe").mkdir(parents=True)
    (system / "class/drm/card1/device/driver").symlink_to(system / "bus/pci/drivers/xe")
    assert list(intel_devices(system)) == [
        Accelerator("intel", "Intel GPU 0x0bd5", 51539607552, "xe of the kernel"),
        Accelerator("intel", "Habana Gaudi 0x1020", driver="1.17.0"),
    ]


def test_tpus(tmp_path: Path) -> None:
    devices = {f"bus/pci/devices/0000:00:0{n}.0/vendor": "0x1ae0" for n in (4, 5)}
    devices |= {f"bus/pci/devices/0000:00:0{n}.0/device": "0x0063" for n in (4, 5)}
    devices |= {
        "bus/pci/devices/0000:00:06.0/vendor": "0x1ae0",  # a network card
        "bus/pci/devices/0000:00:06.0/device": "0x0042",
    }
    system = tree(tmp_path / "sys", devices)
    chip = Accelerator("google", "TPU v5e (v5litepod-8)")
    assert list(tpus(system, {"TPU_ACCELERATOR_TYPE": "v5litepod-8"})) == [chip, chip]
    assert list(tpus(system, {})) == [Accelerator("google", "TPU v5e")] * 2
    assert list(tpus(tmp_path, {"TPU_ACCELERATOR_TYPE": "v4-8"})) == [Accelerator("google", "TPU v4-8")]
    assert list(tpus(tmp_path, {})) == []


def test_gpus_of_a_mac() -> None:
    own = {
        "sppci_model": "Apple M2 Pro",
        "sppci_cores": "19",
        "spdisplays_mtlgpufamilysupport": "spdisplays_metal3",
    }
    card = {
        "sppci_model": "AMD Radeon Pro 5300M",
        "spdisplays_vendor": "AMD (0x1002)",
        "spdisplays_vram": "4 GB",
    }
    text = json.dumps({"SPDisplaysDataType": [own, card, {"_name": "nothing"}]})
    assert by_system_profiler(text, "macOS 15.1", 34359738368) == (
        Accelerator("apple", "Apple M2 Pro (19 cores)", 34359738368, "macOS 15.1", "Metal 3"),
        Accelerator("amd", "AMD Radeon Pro 5300M", 4 << 30, "macOS 15.1"),
    )
    assert by_system_profiler("not JSON", "macOS 15.1", None) == ()


def test_network_ports_for_computing(tmp_path: Path) -> None:
    system = tree(
        tmp_path,
        {
            "class/infiniband/mlx5_0/ports/1/state": "4: ACTIVE",
            "class/infiniband/mlx5_0/ports/1/link_layer": "InfiniBand",
            "class/infiniband/mlx5_0/ports/1/rate": "400 Gb/sec (4X NDR)",
            "class/infiniband/mlx5_1/ports/1/state": "1: DOWN",
            "class/infiniband/mlx5_1/ports/1/link_layer": "InfiniBand",
            "class/infiniband/mlx5_2/ports/1/state": "4: ACTIVE",
            "class/infiniband/mlx5_2/ports/1/link_layer": "Ethernet",
            "class/infiniband/mlx5_2/ports/1/rate": "100 Gb/sec (4X EDR)",
        },
    )
    assert list(network_ports(system)) == [
        "InfiniBand 400 Gb/sec (4X NDR)",
        "RDMA over Ethernet 100 Gb/sec (4X EDR)",
    ]
