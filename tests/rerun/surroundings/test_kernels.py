"""Numerical libraries are held to the kernels of the recorded processor."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from reprocrate.manifest import Environment, Hardware, manifest_from
from reprocrate.rerun.host.probing import probe_host
from reprocrate.rerun.surroundings.kernels import LEVELS, level_of, pinned_kernels
from tests.rerun.plan.test_plan import document

V2: list[str] = ["sse4_2"]
V3 = ["avx2", "fma"]
V4 = [*V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]


def machine(features: list[str], **more: Any) -> Hardware:
    cpu = {"architecture": "x86_64", "model": "Example", "features": features, **more}
    return Hardware.model_validate({"id": "x", "cpu": cpu})


def environment(*packages: str, **more: Any) -> Environment:
    named = [dict(zip(("name", "version"), one.split("=="), strict=True)) for one in packages]
    return Environment.model_validate({"id": "x", "packages": named, **more})


@pytest.mark.parametrize(
    ("features", "level"), [(V2, "x86-64-v2"), (V3, "x86-64-v3"), (V4, "x86-64-v4"), (V4[:-1], "x86-64-v3")]
)
def test_levels_of_the_instruction_set(features: list[str], level: str) -> None:
    found = level_of(machine(features).cpu)
    assert found is not None
    assert found.name == level


def test_each_library_that_is_there_gets_its_switch() -> None:
    recorded = environment("numpy==2.2.6", "torch==2.5.1")
    assert pinned_kernels(recorded, machine(V3), machine(V4)) == {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": ("AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"),
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    }
    assert pinned_kernels(environment("tqdm==4.66.0"), machine(V3), machine(V4)) == {}
    older = pinned_kernels(recorded, machine(V2), machine(V3))
    assert (older["ATEN_CPU_CAPABILITY"], older["OPENBLAS_CORETYPE"]) == ("default", "Nehalem")


@pytest.mark.parametrize(("then", "now"), [(V4, V3), (V3, V3), ([], V4), (V3, [])])
def test_nothing_is_pinned_up_or_where_nothing_is_known(then: list[str], now: list[str]) -> None:
    assert pinned_kernels(environment("numpy==2.2.6"), machine(then), machine(now)) == {}


def test_switches_of_the_recorded_run_stand_for_themselves() -> None:
    recorded = environment("numpy==2.2.6", variables={"OPENBLAS_CORETYPE": "Zen"})
    assert "OPENBLAS_CORETYPE" not in pinned_kernels(recorded, machine(V3), machine(V4))


def openblas(core: str) -> dict[str, Any]:
    return {"native_libraries": [{"name": "openblas", "kind": "blas", "details": {"architecture": core}}]}


@pytest.mark.parametrize(
    ("core", "here", "pinned"),
    [
        ("Zen", machine(V3, model="Other"), "Zen"),
        ("Zen", machine(V4), "Zen"),
        ("SkylakeX", machine(V3, model="Other"), None),  # it cannot run here
        ("Haswell", machine(V3), None),  # the same processor chooses it by itself
        ("armv8", machine(V3, model="Other"), None),
    ],
)
def test_what_openblas_said_of_itself_counts_most(core: str, here: Hardware, pinned: str | None) -> None:
    recorded = environment("numpy==2.2.6", **openblas(core))
    assert pinned_kernels(recorded, machine(V3), here).get("OPENBLAS_CORETYPE") == pinned


def test_numpy_is_called_by_the_names_that_its_version_has() -> None:
    newer = pinned_kernels(environment("numpy==2.4.6"), machine(V3), machine(V4))
    assert newer["NPY_DISABLE_CPU_FEATURES"] == "X86_V4 AVX512_ICL AVX512_SPR"


def test_this_machines_numpy_obeys() -> None:
    """Genuine: numpy with the switches has no kernels beyond the recorded level."""
    here = probe_host(manifest_from(document())).hardware
    level = level_of(here.cpu)
    if level is None or level.rank == 0:
        pytest.skip("this processor has no level to be held down from")
    numpy = pytest.importorskip("numpy")
    below = machine([V2, V3][level.rank - 1])
    pins = pinned_kernels(environment(f"numpy=={numpy.__version__}"), below, here)
    ask = (
        "from numpy._core._multiarray_umath import __cpu_features__ as f, __cpu_dispatch__ as d\n"
        "print(*[one for one in d if f.get(one)])"
    )
    command = [sys.executable, "-W", "error", "-c", ask]
    free = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    held = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | pins)
    wide = {"X86_V4", "AVX512F", "AVX512_SKX", "AVX512_ICL"} | (
        {"X86_V3", "AVX2"} if level.rank == 1 else set()
    )
    assert wide & set(free)
    assert not wide & set(held.stdout.split())
    assert LEVELS[level.rank].openblas != pins["OPENBLAS_CORETYPE"]
