"""What a launch uses, as it is seen from beside it and as its libraries say."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.observation.processes import Process
from reprocrate.capture.record import Accelerator, Hardware, Resources
from reprocrate.capture.usage import Usage, UsageMonitor
from reprocrate.capture.usage.accelerators import GpuWatch
from reprocrate.capture.usage.energy import ProcessorEnergy
from reprocrate.capture.usage.processes import (
    family,
    holding_drivers,
    proportional_bytes,
    resident_bytes,
)
from reprocrate.capture.usage.resources import resources_used

MIB = 1 << 20
GPU = Accelerator("nvidia", "NVIDIA H100 80GB HBM3", 85520809984)

FAMILY = """
import os, sys
held = bytearray(os.urandom(40 << 20))
for _ in range(2):
    if os.fork() == 0:
        own = bytearray(os.urandom(30 << 20))
        break
os.write(1, b"ready\\n")
sys.stdin.read()
"""

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="processes are told of by /proc")


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process that shares 40 MiB with two children, each of which holds 30 MiB of its own."""
    process = subprocess.Popen(
        (sys.executable, "-c", FAMILY), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    for _ in range(3):
        assert process.stdout.readline() == "ready\n"
    yield process
    process.communicate()


@needs_proc
def test_memory_that_processes_share_counts_once(parent: subprocess.Popen[str]) -> None:
    pids = family(parent.pid)
    assert len(pids) == 3
    assert resident_bytes(pids) > 180 * MIB
    exact = proportional_bytes(pids)
    assert exact is not None
    assert 100 * MIB < exact < 140 * MIB


@needs_proc
def test_the_monitor_sees_what_all_processes_hold(parent: subprocess.Popen[str]) -> None:
    monitor = UsageMonitor({})
    monitor.began(parent.pid)
    while not monitor.has_looked:
        time.sleep(0.01)
    monitor.ended()
    assert monitor.usage.memory_bytes is not None
    assert 100 * MIB < monitor.usage.memory_bytes < 140 * MIB


@needs_proc
def test_the_monitor_survives_a_process_that_is_gone() -> None:
    process = subprocess.Popen(("true",))
    process.wait()
    monitor = UsageMonitor({})
    monitor.began(process.pid)
    while not monitor.has_looked:
        time.sleep(0.01)
    monitor.ended()
    assert monitor.usage.memory_bytes is None


@needs_proc
def test_peak_memory_of_a_launch_is_that_of_its_processes_together(project: Any) -> None:
    record = project.python(
        "import subprocess, sys\n"
        "code = 'import os, time; held = os.urandom(60 << 20); time.sleep(1.5)'\n"
        "children = [subprocess.Popen((sys.executable, '-c', code)) for _ in range(2)]\n"
        "print([child.wait() for child in children])\n"
    )
    assert record.resources.peak_memory_bytes is not None
    assert 130 * MIB < record.resources.peak_memory_bytes < 260 * MIB


@needs_proc
def test_the_peak_of_a_moment_is_told_by_the_process_itself(project: Any) -> None:
    held = bytearray(300 * MIB)  # the system counts this for the command, which begins as our copy
    record = project.python("x = bytearray(150 << 20); del x")
    del held
    assert record.resources.peak_memory_bytes is not None
    assert 150 * MIB < record.resources.peak_memory_bytes < 200 * MIB


def test_what_we_held_ourselves_is_not_taken_for_the_command() -> None:
    counted = Resources(cpu_s=1.0, peak_memory_bytes=MIB)  # less than this process holds
    used = resources_used(counted, Usage(memory_bytes=MIB // 2), [], Hardware(), 1.0, overlapped=False)
    assert used.peak_memory_bytes == MIB // 2
    much = Resources(cpu_s=1.0, peak_memory_bytes=1 << 50)
    used = resources_used(much, Usage(memory_bytes=MIB), [], Hardware(), 1.0, overlapped=False)
    assert used.peak_memory_bytes == 1 << 50


# Energy ------------------------------------------------------------------------------------------------


def rapl(folder: Path, **counters: int) -> Path:
    """Two packages with memory, and what must not count twice."""
    names = {
        "intel-rapl:0": ("package-0", 0),
        "intel-rapl:0:0": ("core", 0),
        "intel-rapl:0:1": ("dram", 0),
        "intel-rapl:1": ("package-1", 262_143_000_000),
        "intel-rapl:2": ("psys", 0),
        "intel-rapl-mmio:0": ("package-0", 0),
    }
    for domain, (name, value) in names.items():
        (folder / domain).mkdir(parents=True, exist_ok=True)
        (folder / domain / "name").write_text(f"{name}\n")
        (folder / domain / "max_energy_range_uj").write_text("262143328850\n")
        (folder / domain / "energy_uj").write_text(f"{counters.get(name.replace('-', '_'), value)}\n")
    return folder


def test_energy_of_packages_and_memory_over_the_end_of_a_counter(tmp_path: Path) -> None:
    energy = ProcessorEnergy(rapl(tmp_path))
    assert energy.used_j() == {"processor": 0.0, "memory": 0.0}
    rapl(tmp_path, package_0=5_000_000, package_1=671_150, dram=2_000_000, core=4_000_000, psys=9_000_000)
    energy.read()
    rapl(tmp_path, package_0=5_000_000, package_1=671_150, dram=2_500_000)
    energy.read()
    assert energy.used_j() == {"processor": pytest.approx(5 + 1), "memory": pytest.approx(2.5)}


METER = """
import pathlib, sys, time
time.sleep(0.7)
for name, value in (("0", 7_200_000), ("1", 262_143_328_849), ("0:1", 3_600_000)):
    pathlib.Path(sys.argv[1], f"intel-rapl:{name}", "energy_uj").write_text(str(value))
"""


def test_energy_of_a_launch(project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = rapl(tmp_path / "powercap")
    monkeypatch.setattr("reprocrate.capture.usage.energy.FOLDER", folder)
    monkeypatch.setattr("reprocrate.capture.usage.accelerators.has_driver", lambda: False)
    project.write("meter.py", METER)
    used = project.record(sys.executable, "meter.py", os.fspath(folder)).resources
    assert used.energy_of == ("processor", "memory")
    assert used.energy_kwh == pytest.approx((7.2 + 0.328849 + 3.6) / 3.6e6, rel=1e-3)
    running = project.prepare(sys.executable, "meter.py", os.fspath(folder))
    beside = project.record(sys.executable, "meter.py", os.fspath(folder)).resources
    running.abandon()
    assert (beside.energy_kwh, beside.energy_of) == (None, ())


def test_counters_that_only_root_may_read_tell_nothing(tmp_path: Path) -> None:
    folder = rapl(tmp_path)
    for path in folder.glob("*/energy_uj"):
        path.unlink()
        path.mkdir()  # cannot be read by anybody, root included
    energy = ProcessorEnergy(folder)
    energy.read()
    assert energy.used_j() == {}


# Accelerators ------------------------------------------------------------------------------------------


def test_gpus_that_the_processes_hold(nvml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = tmp_path / "holder"
    monkeypatch.setenv("FAKE_NVML_HOLDER", os.fspath(holder))
    watch = GpuWatch(None, 9.0)
    watch.look({41, 42}, 10.0)
    assert (watch.held(), watch.held_s(10.0), watch.peak_bytes) == ((), 0, 0)
    for size, now in ((2**30, 11.0), (2**31, 13.5), (2**20, 15.0)):
        holder.write_text(f"42 {size}\n")
        watch.look({41, 42}, now)
    assert watch.held_s(16.0) == 16.0 - 10.5
    holder.write_text(f"43 {2**33}\n")
    watch.look({41, 42}, 20.0)
    held = (watch.held(), watch.held_s(21.0), watch.peak_bytes)
    assert held == (("NVIDIA H100 80GB HBM3",), 17.5 - 10.5, 2**31)
    joules = watch.used_j()
    assert joules is not None
    assert joules == pytest.approx(2 * 2 * 1.5)  # each reading of either GPU adds 1.5 J to the one counter
    watch.close()


def test_only_the_gpus_that_the_launch_can_use_are_watched(
    nvml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = tmp_path / "holder"
    holder.write_text("42 4096\n")
    monkeypatch.setenv("FAKE_NVML_HOLDER", os.fspath(holder))
    second = GpuWatch("1", 0.0)
    second.look({42}, 1.0)
    assert second.held() == ()
    none = GpuWatch("", 0.0)
    assert none.used_j() is None
    second.close()
    none.close()


HOLDER = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {6 << 30}")
time.sleep(2)
"""


def test_the_gpu_that_a_launch_holds_is_recorded(
    project: Any, nvml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = tmp_path / "holder"
    monkeypatch.setenv("FAKE_NVML_HOLDER", os.fspath(holder))
    project.write("holder.py", HOLDER)
    record = project.record(sys.executable, "holder.py", os.fspath(holder))
    assert [one.model for one in record.hardware.accelerators] == [GPU.model, GPU.model]
    used = record.resources
    assert used.devices == (GPU.model,)
    assert used.peak_device_memory_bytes == 6 << 30
    assert used.gpu_s is not None
    assert 0 < used.gpu_s <= record.duration_s
    assert "accelerator" in used.energy_of


def said(**end: Any) -> Process:
    return Process(header={"pid": 1}, end={"devices": end} if end else {})


def used(*processes: Process, usage: Usage | None = None, gpus: int = 1, **options: Any) -> Resources:
    return resources_used(
        Resources(1.0, 50 * MIB),
        usage or Usage(),
        processes,
        Hardware(accelerators=(GPU,) * gpus),
        10.0,
        **{"overlapped": False, **options},
    )


def device(number: int, peak: int | None = None) -> dict[str, Any]:
    return {"name": GPU.model, "unit": f"GPU-{number}", "peak_bytes": peak}


def test_devices_as_the_libraries_say() -> None:
    first = said(accelerators=[device(0, 3 * MIB)], libraries=["torch"], driver_in_use=True)
    again = said(accelerators=[device(0, 2 * MIB), device(1, 5 * MIB)], driver_in_use=True)
    found = used(first, again, gpus=2)
    assert found.devices == (GPU.model, GPU.model)
    assert found.peak_device_memory_bytes == 8 * MIB
    assert found.gpu_s == 20.0


def test_devices_as_the_driver_says() -> None:
    usage = Usage(memory_bytes=80 * MIB, device_bytes=9 * MIB, device_s=4.0, devices=(GPU.model,))
    found = used(said(), usage=usage)
    assert (found.devices, found.gpu_s) == ((GPU.model,), 4.0)
    assert (found.peak_device_memory_bytes, found.peak_memory_bytes) == (9 * MIB, 80 * MIB)


def test_a_gpu_that_was_left_alone_is_seen() -> None:
    idle = said(accelerators=[], libraries=["torch"], driver_in_use=False)
    assert (used(idle).devices, used(idle).gpu_s) == (("cpu",), 0.0)
    without = used(idle, gpus=0)
    assert (without.devices, without.gpu_s) == (("cpu",), None)
    # A worker that ended without a word counts for nothing, a driver that PyTorch only opened neither.
    assert used(idle, worker := said()).gpu_s == 0.0
    opened = Usage(drivers_held_by=frozenset({1}))
    looked = said(accelerators=[], libraries=["torch"], driver_in_use=True)
    assert used(looked, usage=opened).gpu_s == 0.0
    # Nothing is claimed where the first process could not say, another program held a driver, or a library
    # that cannot tell had it in use.
    assert (used(worker, idle).devices, used(worker, idle).gpu_s) == ((), None)
    assert used(idle, usage=Usage(drivers_held_by=frozenset({7}))).gpu_s is None
    for libraries in ([], ["torch", "cupy"]):
        unsure = said(accelerators=[], libraries=libraries, driver_in_use=True)
        assert used(unsure).gpu_s is None
        assert used(idle, unsure).devices == ()
    assert used().devices == ()


@needs_proc
def test_processes_that_hold_a_driver_are_seen_whatever_they_are(tmp_path: Path) -> None:
    for pid, target in (
        (5, "/dev/nvidia-uvm"),
        (6, "/dev/nvidiactl"),
        (7, "/dev/dri/renderD128"),
        (8, "/tmp/x"),
    ):
        folder = tmp_path / str(pid) / "fd"
        folder.mkdir(parents=True)
        (folder / "0").symlink_to("/dev/null")
        (folder / "3").symlink_to(target)
    assert holding_drivers([5, 6, 7, 8, 9], tmp_path) == {5, 7}


def test_energy_is_not_reported_where_another_launch_ran() -> None:
    usage = Usage(energy_j={"processor": 3.6e6, "accelerator": 1.8e6})
    found = used(said(), usage=usage)
    assert (found.energy_kwh, found.energy_of) == (1.5, ("processor", "accelerator"))
    found = used(said(), usage=usage, overlapped=True)
    assert (found.energy_kwh, found.energy_of) == (None, ())


TORCH = """
import sys, types

class Properties:
    uuid = "GPU-7"

torch = types.ModuleType("torch")
torch.cuda = types.SimpleNamespace(
    is_initialized=lambda: True,
    device_count=lambda: 2,
    max_memory_reserved=lambda index: 3 << 20 if index == 1 else 0,
    get_device_properties=lambda index: Properties,
    get_device_name=lambda index: "NVIDIA Test %d" % index,
)
sys.modules["torch"] = torch
"""


def test_the_device_that_pytorch_computed_on_is_recorded(project: Any) -> None:
    record = project.python(TORCH)
    assert record.resources.devices == ("NVIDIA Test 1",)
    assert record.resources.peak_device_memory_bytes == 3 * MIB
    assert record.resources.gpu_s == pytest.approx(record.duration_s, abs=0.001)


CUPY = """
import sys, types

class Pool:
    def total_bytes(self):
        return 5 << 20

cupy = types.ModuleType("cupy")
cupy.get_default_memory_pool = Pool
cupy.cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(
    getDevice=lambda: 0,
    getDeviceProperties=lambda number: {"name": b"NVIDIA Test 0", "uuid": bytes(range(16))},
))
sys.modules["cupy"] = cupy
"""


def test_the_device_that_cupy_computed_on_is_recorded(project: Any) -> None:
    record = project.python(CUPY)
    assert record.resources.devices == ("NVIDIA Test 0",)
    assert record.resources.peak_device_memory_bytes == 5 * MIB


def test_a_program_without_such_libraries_says_nothing_of_devices(project: Any) -> None:
    record = project.python("print(1)")
    assert record.resources.devices == () or record.hardware.accelerators
