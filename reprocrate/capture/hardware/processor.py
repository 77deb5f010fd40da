"""The processor of this machine."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reprocrate.capture.hardware.arm_parts import part_name
from reprocrate.capture.hardware.reading import answer_of, line_of
from reprocrate.capture.record import Cpu

_FEATURES = re.compile(
    r"sse3|pni|ssse3|sse4_[12]|avx|avx2|fma|f16c|bmi[12]|avx512\w*|avx_vnni|avx_ifma|avx10\w*|amx_\w+|popcnt|"
    r"asimd|asimdhp|asimddp|asimdfhm|fphp|sve[0-9a-z_]*|sme[0-9_]\w*|sme|bf16|i8mm|fcma|neon|vfpv4|altivec|vsx|rvv|lsx|lasx"
)
_ARCHITECTURES = {"AMD64": "x86_64", "x64": "x86_64", "ARM64": "arm64"}
_APPLE_NAMES = {"fhm": "asimdfhm", "fp16": "asimdhp", "dotprod": "asimddp", "advsimd": "asimd"}
_TABLE = Path("/proc/cpuinfo")
_TOPOLOGY = Path("/sys/devices/system/cpu")


def processor() -> Cpu:
    """The processor; what the system does not tell is None."""
    architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
    if sys.platform == "darwin":
        found = by_sysctl(answer_of("sysctl", "-a") or "", architecture)
    elif sys.platform == "win32":
        found = Cpu(_name_in_registry(), architecture)
    else:
        found = by_cpuinfo(line_of(_TABLE) or "", architecture, _TOPOLOGY)
    microarchitecture, level = _by_archspec()
    return replace(found, threads=usable_threads(), microarchitecture=microarchitecture, level=level)


def by_cpuinfo(table: str, architecture: str, topology: Path) -> Cpu:
    """The processor by Linux's /proc/cpuinfo, whose fields each architecture names in its own way.

    Args:
        table: the text of /proc/cpuinfo.
        architecture: the instruction set.
        topology: the folder of /sys that tells of cores and packages, which 64-bit Arm's table does not.
    """
    blocks = _blocks(table)
    first = next((block for block in blocks if "processor" in block), {})
    whole = {name: value for block in blocks for name, value in block.items()}
    flags = f"{first.get('flags', '')} {first.get('Features', '')} {whole.get('features', '')}".split()
    cores, sockets = _counted(blocks, topology)
    return Cpu(
        model=_model(blocks, whole),
        architecture=architecture,
        features=_known(flags),
        cores=cores,
        sockets=sockets or (1 if first else None),
    )


def by_sysctl(text: str, architecture: str) -> Cpu:
    """The processor by what macOS's `sysctl -a` prints."""
    values = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    flags = " ".join(
        values.get(f"machdep.cpu.{name}", "") for name in ("features", "leaf7_features", "extfeatures")
    )
    flags = flags.lower().replace(".", "_").replace("avx1_0", "avx")
    apple = (
        name.rpartition("_")[2].lower() if "FEAT_" in name else name.rpartition(".")[2].lower()
        for name, value in values.items()
        if name.startswith("hw.optional.") and value == "1"
    )
    return Cpu(
        model=values.get("machdep.cpu.brand_string") or None,
        architecture=architecture,
        features=_known([*flags.split(), *(_APPLE_NAMES.get(name, name) for name in apple)]),
        cores=_positive(values.get("hw.physicalcpu")),
        sockets=_positive(values.get("hw.packages")),
    )


def usable_threads() -> int | None:
    """How many hardware threads this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _by_archspec() -> tuple[str | None, str | None]:
    """Micro-architecture, and the generic level that programs are built for, as archspec knows them."""
    import warnings

    try:
        import archspec.cpu

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            host = archspec.cpu.host()
        return host.name, host.generic.name.replace("x86_64_v", "x86-64-v")
    except Exception:  # a processor that it does not know, a table that it cannot read
        return None, None


def _blocks(table: str) -> list[dict[str, str]]:
    """One dictionary for each block of lines; most are about one hardware thread."""
    return [
        {name.strip(): value.strip() for name, colon, value in map(_split, block.splitlines()) if colon}
        for block in table.strip().split("\n\n")
    ]


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _known(flags: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(flag for flag in set(flags) if _FEATURES.fullmatch(flag)))


def _model(blocks: Sequence[Mapping[str, str]], whole: Mapping[str, str]) -> str | None:
    """The model's name: x86's, POWER's, RISC-V's; Arm's by the numbers of maker and part."""
    for name in ("model name", "cpu", "cpu model", "uarch"):
        if whole.get(name):
            return whole[name]
    parts = dict.fromkeys(
        part_name(block["CPU implementer"], block["CPU part"])
        for block in blocks
        if {"CPU implementer", "CPU part"} <= block.keys()
    )
    if parts:  # small and large cores have parts of their own
        return " + ".join(parts)
    machine = re.search(r"machine = (\w+)", whole.get("processor 0", ""))
    if machine:
        return f"{whole.get('vendor_id', 'IBM/S390')} {machine[1]}"
    return whole.get("Model") or whole.get("Hardware") or None


def _counted(blocks: Sequence[Mapping[str, str]], topology: Path) -> tuple[int | None, int | None]:
    """Physical cores and packages, from the table or else from /sys."""
    cores = {
        (block["physical id"], block["core id"])
        for block in blocks
        if {"physical id", "core id"} <= block.keys()
    }
    if not cores:
        pairs = (
            (line_of(folder / "physical_package_id"), line_of(folder / "core_id"))
            for folder in topology.glob("cpu[0-9]*/topology")
        )
        # A virtual machine may not say: -1.
        cores = {(package, core) for package, core in pairs if package and core and core != "-1"}
    return len(cores) or None, len({package for package, _ in cores}) or None


def _positive(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and int(text) else None


def _name_in_registry() -> str | None:
    if sys.platform == "win32":
        import winreg

        place = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0]).strip() or None
    return platform.processor() or None
