"""Apple's GPUs, by macOS's `system_profiler`."""

from __future__ import annotations

import json
import platform
from typing import Any

from reprocrate.capture.hardware.memory import installed_bytes
from reprocrate.capture.hardware.reading import answer_of
from reprocrate.capture.record import Accelerator


def apple_gpus() -> tuple[Accelerator, ...]:
    """The GPUs of a Mac."""
    text = answer_of("system_profiler", "-json", "SPDisplaysDataType", timeout_s=20)
    return by_system_profiler(text or "", f"macOS {platform.mac_ver()[0]}", installed_bytes())


def by_system_profiler(text: str, system: str, memory: int | None) -> tuple[Accelerator, ...]:
    """The GPUs by what `system_profiler -json SPDisplaysDataType` prints.

    Args:
        text: what it printed.
        system: name and version of the system, whose part the driver is.
        memory: the machine's memory, which Apple's own GPUs share with the processor.
    """
    try:
        displays: list[dict[str, Any]] = json.loads(text).get("SPDisplaysDataType", [])
    except (ValueError, AttributeError):
        return ()
    return tuple(_gpu(one, system, memory) for one in displays if one.get("sppci_model"))


def _gpu(one: dict[str, Any], system: str, memory: int | None) -> Accelerator:
    model, cores = str(one["sppci_model"]), one.get("sppci_cores")
    own = model.startswith("Apple")
    metal = str(one.get("spdisplays_mtlgpufamilysupport", "")).removeprefix("spdisplays_metal")
    return Accelerator(
        vendor="apple" if own else str(one.get("spdisplays_vendor", "")).split(" ")[0].lower() or "unknown",
        model=f"{model} ({cores} cores)" if cores else model,
        memory_bytes=memory if own else _bytes(str(one.get("spdisplays_vram", ""))),
        driver=system,
        runtime=f"Metal {metal}" if metal else None,
    )


def _bytes(text: str) -> int | None:
    """A size such as `8 GB`."""
    number, _, unit = text.partition(" ")
    factor = {"MB": 1 << 20, "GB": 1 << 30}.get(unit)
    return int(number) * factor if factor and number.isdigit() else None
