"""What a launch's processes hold of NVIDIA's GPUs, and the energy of these, by NVML."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from reprocrate.capture.hardware.nvidia import named_devices
from reprocrate.capture.hardware.nvml import Device, Library, has_driver, management_library
from reprocrate.capture.record import Accelerator


@dataclass(eq=False)
class _Held:
    """From when to when a device was held, as far as looking now and then can tell."""

    first: float
    last: float


class GpuWatch:
    """The GPUs that a launch can see, from now on until `close`.

    Numbers of processes are those of this machine: in a container without the host's numbers nothing is seen.

    Args:
        visible: the launch's `CUDA_VISIBLE_DEVICES`.
        now: the time, by a clock that is never set.
    """

    def __init__(self, visible: str | None, now: float) -> None:
        self._stack = ExitStack()
        self._library: Library | None = None
        self._devices: list[Device] = []
        self._energy_at_start: dict[int, int] = {}
        self._held: dict[str, _Held] = {}
        self._looked_at = now
        self.peak_bytes = 0
        if has_driver():
            with suppress(OSError, AttributeError):
                self._library = self._stack.enter_context(management_library())
                self._devices = _visible(self._library.devices(), visible)
                self._energy_at_start = self._energy()

    def look(self, pids: Collection[int], now: float) -> None:
        """Note which devices these processes hold, and how much of their memory.

        What changed since the look before is taken to have changed halfway between.
        """
        if self._library is None:
            return
        together, halfway = 0, (self._looked_at + now) / 2
        for device in self._devices:
            memory = self._library.processes(device.handle)
            ours = [size for pid, size in memory.items() if pid in pids]
            held = self._held.get(device.unit)
            if ours:
                together += sum(ours)
                self._held.setdefault(device.unit, _Held(halfway, now)).last = now
            elif held is not None and held.last == self._looked_at:
                held.last = halfway
        self._looked_at = now
        self.peak_bytes = max(self.peak_bytes, together)

    def held_s(self, now: float) -> float:
        """Seconds times devices for which the processes held one; what was held at the last look still is."""
        ends = {one: now if one.last == self._looked_at else one.last for one in self._held.values()}
        return sum(end - one.first for one, end in ends.items())

    def held(self) -> tuple[str, ...]:
        """Models of the devices that they held."""
        return tuple(device.name for device in self._devices if device.unit in self._held)

    def used_j(self) -> float | None:
        """Joules that these GPUs have used since this was made; None where none has a counter."""
        now = self._energy()
        used = [now[unit] - before for unit, before in self._energy_at_start.items() if unit in now]
        return sum(used) / 1e3 if used else None

    def close(self) -> None:
        """Let go of the library."""
        self._stack.close()
        self._library = None

    def _energy(self) -> dict[int, int]:
        """Millijoules of each GPU; instances of one are counted by the whole of it."""
        if self._library is None:
            return {}
        wholes = {device.whole.value: device.whole for device in self._devices}
        found = {key: self._library.energy_mj(handle) for key, handle in wholes.items()}
        return {key: energy for key, energy in found.items() if energy is not None}


def _visible(devices: list[Device], visible: str | None) -> list[Device]:
    entries = [(device.unit, Accelerator("nvidia", str(index))) for index, device in enumerate(devices)]
    return [devices[int(entry.model)] for _, entry in named_devices(entries, visible)]
