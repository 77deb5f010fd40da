"""AMD's GPUs, by what the driver amdgpu tells in /sys.

Nodes of the compute driver: /sys/class/kfd/kfd/topology (kernel source, drivers/gpu/drm/amd/amdkfd); memory
and name: /sys/class/drm (kernel document "gpu/amdgpu").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from reprocrate.capture.hardware.nvidia import named_devices
from reprocrate.capture.hardware.reading import line_of, number_of
from reprocrate.capture.record import Accelerator

_XGMI = "11"
"""HSA_IOLINK_TYPE_XGMI of kfd_topology.h."""

_ROCM = Path("/opt/rocm/.info/version")


def amd_gpus(system: Path, environ: Mapping[str, str], rocm: Path = _ROCM) -> tuple[Accelerator, ...]:
    """AMD's GPUs that compute, or those of them that the variables of ROCm name."""
    version = (line_of(rocm) or "").partition("-")[0]
    driver = _driver(system)
    found = [
        (
            f"GPU-{int(properties.get('unique_id', '0')):016x}",
            Accelerator(
                vendor="amd",
                model=_model(system, node, properties),
                memory_bytes=_memory(system, node, properties),
                driver=driver,
                runtime=f"ROCm {version}" if version else None,
                compute_capability=target(properties.get("gfx_target_version", "0")),
            ),
        )
        for node, properties in _nodes(system)
    ]
    for name in ("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"):
        found = named_devices(found, environ.get(name))
    return tuple(accelerator for _, accelerator in found)


def has_fabric(system: Path) -> bool:
    """Whether GPUs are connected with each other by Infinity Fabric (xGMI)."""
    return any(
        _properties(link / "properties").get("type") == _XGMI
        for node, _ in _nodes(system)
        for kind in ("io_links", "p2p_links")
        for link in (node / kind).glob("[0-9]*")
    )


def target(number: str) -> str | None:
    """The name of an instruction set, such as `gfx90a`, from the number that the driver gives it (90010)."""
    value = int(number) if number.isdigit() else 0
    return f"gfx{value // 10000}{value // 100 % 100:x}{value % 100:x}" if value else None


def _nodes(system: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """The GPUs among the nodes of the compute driver; processors are nodes, too."""
    nodes = (system / "class/kfd/kfd/topology/nodes").glob("[0-9]*")
    for node in sorted(nodes, key=lambda path: int(path.name)):
        properties = _properties(node / "properties")
        if properties.get("simd_count", "0") != "0":
            yield node, properties


def _properties(path: Path) -> dict[str, str]:
    words = (line.split() for line in (line_of(path) or "").splitlines())
    return {pair[0]: pair[1] for pair in words if len(pair) == 2}


def _card(system: Path, properties: Mapping[str, str]) -> Path:
    return system / f"class/drm/renderD{properties.get('drm_render_minor', '')}/device"


def _model(system: Path, node: Path, properties: Mapping[str, str]) -> str:
    name = line_of(_card(system, properties) / "product_name")
    if name:
        return name
    kind = line_of(node / "name") or target(properties.get("gfx_target_version", "0")) or "unknown"
    number = properties.get("device_id", "")
    return f"AMD GPU {kind}" + (f" (0x{int(number):04x})" if number.isdigit() else "")


def _memory(system: Path, node: Path, properties: Mapping[str, str]) -> int | None:
    size = number_of(_card(system, properties) / "mem_info_vram_total")
    if size:
        return size
    banks = (_properties(bank / "properties") for bank in (node / "mem_banks").glob("[0-9]*"))
    return sum(int(bank.get("size_in_bytes", "0")) for bank in banks) or None


def _driver(system: Path) -> str | None:
    version = line_of(system / "module/amdgpu/version")
    if version:
        return version
    return "amdgpu of the kernel" if (system / "module/amdgpu").exists() else None
