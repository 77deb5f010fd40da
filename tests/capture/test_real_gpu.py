"""What is recorded on a machine with a GPU of NVIDIA, by its own driver; skipped where there is none.

`REPROCRATE_LIBRARIES` names a Python with PyTorch, JAX or CuPy, with which the same is shown for them.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprocrate.capture.hardware.nvml import has_driver
from reprocrate.rerun.sandbox.bubblewrap import Sandbox, find_sandbox, python_folders

pytestmark = pytest.mark.skipif(
    not has_driver() or shutil.which("nvidia-smi") is None, reason="there is no GPU of NVIDIA here"
)

PROGRAM = Path(__file__).with_name("fixtures") / "pi_on_a_gpu.py"
HELD_BYTES = 1 << 28
LIBRARIES = os.environ.get("REPROCRATE_LIBRARIES")


@pytest.fixture
def told() -> tuple[str, str, str, str]:
    """Model, MiB of memory, driver and compute capability of the first GPU, as nvidia-smi says."""
    query = "name,memory.total,driver_version,compute_cap"
    command = ["nvidia-smi", "-i", "0", f"--query-gpu={query}", "--format=csv,noheader,nounits"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    model, memory, driver, capability = (part.strip() for part in answer.stdout.split(","))
    return model, memory, driver, capability


@pytest.mark.parametrize("trace", ["hook", "strace"])
def test_a_program_that_knows_nothing_but_the_driver(project: Any, told: Any, trace: str) -> None:
    if trace == "strace" and shutil.which("strace") is None:
        pytest.skip("there is no strace here")
    program = project.write("pi.py", PROGRAM.read_text())
    record = project.record(sys.executable, program.name, "{seed}", "pi.json", seed=3, trace=trace)
    assert record.status == "ok"
    assert math.isclose(json.loads((project.folder / "pi.json").read_text())["pi"], math.pi, rel_tol=1e-3)

    first = record.hardware.accelerators[0]
    assert first.memory_bytes is not None
    assert (first.model, first.driver, first.compute_capability) == (told[0], told[2], told[3])
    assert first.memory_bytes >> 20 == int(told[1])

    used = record.resources
    assert used.devices == (told[0],)
    assert used.peak_device_memory_bytes >= HELD_BYTES
    assert 1 < used.gpu_s <= record.duration_s
    assert "accelerator" in used.energy_of
    assert used.energy_kwh > 0
    assert record.inputs == ()  # libraries of the driver are no data


def test_in_the_sandbox_it_computes_as_outside(tmp_path: Path) -> None:
    sandbox = find_sandbox()
    if not isinstance(sandbox, Sandbox):
        pytest.skip(sandbox.reason)
    program = tmp_path / "pi.py"
    shutil.copy(PROGRAM, program)
    command = [sys.executable, str(program), "3", str(tmp_path / "pi.json")]
    folders = python_folders(Path(sys.executable))
    wrapped = sandbox.wrap(command, folder=tmp_path, writable=[tmp_path], readable=folders)
    subprocess.run(wrapped, check=True, timeout=120)
    assert math.isclose(json.loads((tmp_path / "pi.json").read_text())["pi"], math.pi, rel_tol=1e-3)


WITH_LIBRARIES = {
    "torch": "import torch; x = torch.rand(4096, 4096, device='cuda'); print((x @ x).sum().item())",
    "jax": "import jax; x = jax.random.normal(jax.random.key(0), (4096, 4096)); print(float((x @ x).sum()))",
    "cupy": "import cupy; x = cupy.random.rand(4096, 4096); print(float((x @ x).sum()))",
}


@pytest.mark.libraries
@pytest.mark.skipif(LIBRARIES is None, reason="REPROCRATE_LIBRARIES names no Python")
@pytest.mark.parametrize("library", WITH_LIBRARIES)
def test_libraries_say_what_they_computed_on(project: Any, told: Any, library: str) -> None:
    assert LIBRARIES is not None
    if subprocess.run([LIBRARIES, "-c", f"import {library}"], check=False, capture_output=True).returncode:
        pytest.skip(f"{library} is not installed")
    project.write("program.py", WITH_LIBRARIES[library])
    record = project.record(LIBRARIES, "program.py")
    assert record.status == "ok"
    used = record.resources
    assert used.devices == (told[0],)
    assert used.peak_device_memory_bytes >= 2 * 4096 * 4096 * 4
    assert 0 < used.gpu_s <= record.duration_s
    assert any(one.kind == "cuda" for one in record.environment.native_libraries)


@pytest.mark.libraries
@pytest.mark.skipif(LIBRARIES is None, reason="REPROCRATE_LIBRARIES names no Python")
def test_a_launch_that_may_use_no_gpu_is_said_to_use_none(project: Any) -> None:
    assert LIBRARIES is not None
    project.environ = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    project.write("program.py", "import torch; print(torch.rand(9).sum(), torch.cuda.is_available())")
    record = project.record(LIBRARIES, "program.py")
    if record.status != "ok":
        pytest.skip("torch is not installed")
    assert record.hardware.accelerators == ()
    assert record.resources.devices == ("cpu",)
