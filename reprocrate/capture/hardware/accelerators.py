"""Every accelerator of this machine that a launch could use, whoever made it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from reprocrate.capture.hardware.amd import amd_gpus
from reprocrate.capture.hardware.apple import apple_gpus
from reprocrate.capture.hardware.nvidia import nvidia_gpus
from reprocrate.capture.hardware.reading import line_of, number_of
from reprocrate.capture.record import Accelerator

SYSTEM = Path("/sys")

_GOOGLE, _INTEL, _HABANA = "0x1ae0", "0x8086", "0x1da3"
_DISPLAY_OTHER = "0x0380"
# Numbers of Google's TPUs on the PCI bus, as the public source of JAX has them (jax/_src/hardware_utils.py).
_TPUS = {
    "0x0027": "TPU v2 or v3",
    "0x005e": "TPU v4",
    "0x0062": "TPU v5p",
    "0x0063": "TPU v5e",
    "0x006f": "TPU v6e",
    "0x0076": "TPU7x",
}


def find_accelerators(environ: Mapping[str, str]) -> tuple[Accelerator, ...]:
    """The accelerators that a launch with these variables could use.

    One maker's devices that cannot be looked at hide no other's.
    """
    looks: tuple[Callable[[], tuple[Accelerator, ...]], ...] = (
        lambda: nvidia_gpus(environ.get("CUDA_VISIBLE_DEVICES")),
        lambda: amd_gpus(SYSTEM, environ),
        lambda: tuple(intel_devices(SYSTEM)),
        lambda: tuple(tpus(SYSTEM, environ)),
        lambda: apple_gpus() if sys.platform == "darwin" else (),
    )
    found: list[Accelerator] = []
    for look in looks:
        with suppress(Exception):  # drivers of many kinds, some of them half installed
            found += look()
    return tuple(found)


def intel_devices(system: Path) -> Iterator[Accelerator]:
    """Intel's GPUs that have memory of their own, and Gaudi; a processor's own graphics are none of them.

    By the drivers i915 and xe (/sys/class/drm) and habanalabs (/sys/class/accel).
    """
    for card in sorted((system / "class/drm").glob("card[0-9]*")):
        device = card / "device"
        if not card.name[4:].isdigit() or line_of(device / "vendor") != _INTEL:
            continue
        memory = number_of(card / "lmem_total_bytes") or number_of(device / "lmem_total_bytes")
        if memory or (line_of(device / "class") or "").startswith(_DISPLAY_OTHER):
            yield Accelerator(
                vendor="intel",
                model=f"Intel GPU {line_of(device / 'device') or 'of unknown kind'}",
                memory_bytes=memory,
                driver=_driver(system, device),
            )
    for card in sorted((system / "class/accel").glob("accel[0-9]*")):
        device = card / "device"
        if line_of(device / "vendor") == _HABANA:
            model = f"Habana Gaudi {line_of(device / 'device') or ''}".strip()
            yield Accelerator("intel", model, driver=line_of(system / "module/habanalabs/version"))


def tpus(system: Path, environ: Mapping[str, str]) -> Iterator[Accelerator]:
    """Google's TPU chips, by their numbers on the bus, or else by what the machine's variables say."""
    chips = [
        _TPUS[number]
        for device in sorted((system / "bus/pci/devices").glob("*"))
        if line_of(device / "vendor") == _GOOGLE and (number := line_of(device / "device") or "") in _TPUS
    ]
    kind = environ.get(
        "TPU_ACCELERATOR_TYPE"
    )  # such as v5litepod-8: the kind and the size of the whole slice
    name = f" ({kind})" if kind else ""
    for chip in chips:
        yield Accelerator("google", f"{chip}{name}")
    if not chips and kind:
        yield Accelerator("google", f"TPU {kind}")


def _driver(system: Path, device: Path) -> str | None:
    """Name of the driver, with its version where it is not part of the kernel."""
    name = (device / "driver").resolve().name if (device / "driver").exists() else None
    if name is None:
        return None
    version = line_of(system / "module" / name / "version")
    return f"{name} {version}" if version else f"{name} of the kernel"
