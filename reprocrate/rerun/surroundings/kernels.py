"""Which kernels numerical libraries may choose: those that the recorded processor allowed.

Libraries look at the processor when they start and take kernels for its widest instructions, whose sums are
rounded in another order. Where this machine offers more than the recorded one did, switches of the libraries
hold them down to the recorded level: PyTorch's ATEN_CPU_CAPABILITY, OpenBLAS's OPENBLAS_CORETYPE, oneMKL's
MKL_ENABLE_INSTRUCTIONS, oneDNN's ONEDNN_MAX_CPU_ISA, NumPy's NPY_DISABLE_CPU_FEATURES (their manuals). What
is lacking here cannot be pinned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reprocrate.manifest import Cpu, Environment, Hardware
from reprocrate.rerun.host.processors import design

_AVX2 = frozenset({"avx2", "fma"})
_AVX512 = frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the x86-64 instruction set (System V ABI), and what libraries call it.

    Attributes:
        name: of the level.
        rank: 0 for the lowest.
        aten: PyTorch's word.
        mkl: oneMKL's.
        onednn: oneDNN's.
        openblas: a core of OpenBLAS whose kernels need no more.
    """

    name: str
    rank: int
    aten: str
    mkl: str
    onednn: str
    openblas: str


LEVELS = (
    Level("x86-64-v2", 0, "default", "SSE4_2", "SSE41", "Nehalem"),
    Level("x86-64-v3", 1, "avx2", "AVX2", "AVX2", "Haswell"),
    Level("x86-64-v4", 2, "avx512", "AVX512", "AVX512_CORE", "SkylakeX"),
)

_CORES = {
    **dict.fromkeys(("Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Athlon", "Barcelona"), 0),
    **dict.fromkeys(("Bobcat", "Atom", "Nano", "Opteron", "Opteron_SSE3"), 0),
    **dict.fromkeys(("Haswell", "Zen"), 1),
    "SkylakeX": 2,
}
"""Lowest rank that runs the kernels of OpenBLAS's cores; those with bfloat16 or AVX alone are left out."""

# NumPy's groups of features (numpy.org, CPU/SIMD Optimizations), which 2.4 named after levels.
# A name that a version does not know makes it warn.
_NUMPY_512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
_NUMPY = (
    ((2, 4), {0: "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", 1: "X86_V4 AVX512_ICL AVX512_SPR"}),
    ((2, 3), {0: f"AVX2 FMA3 {_NUMPY_512} AVX512_SPR", 1: f"{_NUMPY_512} AVX512_SPR"}),
    ((0,), {0: f"AVX2 FMA3 {_NUMPY_512}", 1: _NUMPY_512}),
)


def level_of(cpu: Cpu | None) -> Level | None:
    """The level that a processor comes up to by its features; None where that is not known."""
    if cpu is None or cpu.architecture != "x86_64" or not cpu.features:
        return None
    has = frozenset(cpu.features)
    return LEVELS[2 if has >= _AVX512 | _AVX2 else 1 if has >= _AVX2 else 0]


def pinned_kernels(
    environment: Environment | None, recorded: Hardware | None, here: Hardware
) -> dict[str, str]:
    """Variables that hold libraries down to the kernels of the recorded processor.

    Nothing is pinned for a library that the environment does not have, or that the recorded run had a switch
    of its own for: that is set again anyway.
    """
    if environment is None or recorded is None:
        return {}
    then, now = recorded.cpu, here.cpu
    low, high = level_of(then), level_of(now)
    if then is None or now is None or low is None or high is None:
        return {}
    found = dict(_switches(environment, low)) if low.rank < high.rank else {}
    core = _recorded_core(environment)
    if core and _CORES[core] <= high.rank and not _same(then, now):
        found["OPENBLAS_CORETYPE"] = core
    return {name: value for name, value in sorted(found.items()) if name not in environment.variables}


def _switches(environment: Environment, level: Level) -> Iterator[tuple[str, str]]:
    """The switches of every library that the environment has."""
    versions = {one.name: one.version for one in environment.packages}
    libraries = {one.name for one in environment.native_libraries}
    if "torch" in versions:
        yield "ATEN_CPU_CAPABILITY", level.aten
    if {"torch", "tensorflow"} & versions.keys() or "onednn" in libraries:
        yield "ONEDNN_MAX_CPU_ISA", level.onednn
    if {"torch", "mkl", "intel-openmp"} & versions.keys() or "mkl" in libraries:
        yield "MKL_ENABLE_INSTRUCTIONS", level.mkl
    if {"numpy", "scipy"} & versions.keys() or "openblas" in libraries:
        yield "OPENBLAS_CORETYPE", level.openblas
    if "numpy" in versions:
        release = _release(versions["numpy"])
        names = next(names for since, names in _NUMPY if release >= since)
        yield "NPY_DISABLE_CPU_FEATURES", names[level.rank]


def _recorded_core(environment: Environment) -> str | None:
    """The core whose kernels OpenBLAS said that it used, where all copies of it said the same."""
    cores = {
        str(one.details["architecture"])
        for one in environment.native_libraries
        if one.name == "openblas" and one.details.get("architecture")
    }
    core = cores.pop() if len(cores) == 1 else None
    return core if core in _CORES else None


def _same(then: Cpu, now: Cpu) -> bool:
    """Whether a library chooses the same kernels on both by itself."""
    told = design(then), design(now)
    alike = told[0] == told[1] if all(told) else then.model == now.model
    return alike and set(then.features) == set(now.features)


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
