"""NVIDIA's GPUs."""

from __future__ import annotations

from reprocrate.capture.hardware.nvml import has_driver, management_library
from reprocrate.capture.hardware.reading import answer_of
from reprocrate.capture.record import Accelerator

Found = list[tuple[str, Accelerator]]


def nvidia_gpus(visible: str | None = None) -> tuple[Accelerator, ...]:
    """NVIDIA's GPUs, or those of them that `CUDA_VISIBLE_DEVICES` names.

    Nothing is loaded where there is no driver.
    """
    if not has_driver():
        return ()
    try:
        found = _from_library()
    except (OSError, AttributeError):
        found = _from_program()
    return tuple(accelerator for _, accelerator in named_devices(found, visible))


def named_devices(found: Found, visible: str | None) -> Found:
    """The devices that a list names by index or unit id; like CUDA, up to the first that is none."""
    if visible is None:
        return found
    chosen = []
    for word in filter(None, (part.strip() for part in visible.split(","))):
        named = [
            device for index, device in enumerate(found) if word == str(index) or device[0].startswith(word)
        ]
        if len(named) != 1:
            break
        chosen.append(named[0])
    return chosen


def _from_library() -> Found:
    with management_library() as library:
        driver, runtime = library.driver, library.runtime
        return [
            (
                device.unit,
                Accelerator("nvidia", device.name, device.memory_bytes, driver, runtime, device.capability),
            )
            for device in library.devices()
        ]


def _from_program() -> Found:
    """The same by nvidia-smi, where the library cannot be used."""
    query = "uuid,name,memory.total,driver_version,compute_cap"
    answer = answer_of("nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader,nounits", timeout_s=20)
    found = []
    for line in (answer or "").splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 5:
            unit, model, mebibytes, driver, capability = parts
            size = int(mebibytes) << 20 if mebibytes.isdigit() else None
            found.append((unit, Accelerator("nvidia", model, size, driver, None, capability)))
    return found
