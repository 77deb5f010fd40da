"""Counters of energy: the processors' own (RAPL), as Linux tells them.

Format: kernel document "power/powercap". Only root may read them on most systems (CVE-2020-8694).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.hardware.reading import line_of, number_of

FOLDER = Path("/sys/class/powercap")

_PARTS = {"package": "processor", "dram": "memory"}


@dataclass
class _Counter:
    """A counter that begins again at 0 when it has reached its range, within minutes on a large machine."""

    path: Path
    part: str
    range_uj: int
    last_uj: int
    used_uj: int = 0

    def read(self) -> None:
        now = number_of(self.path)
        if now is not None:
            passed = now - self.last_uj
            self.used_uj += passed if passed >= 0 else passed + self.range_uj
            self.last_uj = now


class ProcessorEnergy:
    """What the processors and their memory have used since this was made.

    `read` must be called more often than a counter needs to run through its range: once a minute is enough.

    Args:
        folder: where the counters are, if not where Linux has them.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._counters = list(_counters(folder or FOLDER))

    def read(self) -> None:
        """Look at the counters."""
        for counter in self._counters:
            counter.read()

    def used_j(self) -> dict[str, float]:
        """Joules used by each part: `processor`, `memory`; only what has a counter that can be read."""
        used: dict[str, float] = {}
        for counter in self._counters:
            used[counter.part] = used.get(counter.part, 0.0) + counter.used_uj / 1e6
        return used


def _counters(folder: Path) -> list[_Counter]:
    """Those of packages, and of the memory beside them.

    Cores and graphics are parts of a package, and the platform (`psys`) holds the packages: these would count
    twice, and so would the same packages by way of `intel-rapl-mmio`.
    """
    found = []
    for domain in sorted(folder.glob("intel-rapl:*")):
        kind = (line_of(domain / "name") or "").partition("-")[0]
        last = number_of(domain / "energy_uj") if kind in _PARTS else None
        whole = number_of(domain / "max_energy_range_uj")
        if last is not None and whole is not None:
            found.append(_Counter(domain / "energy_uj", _PARTS[kind], whole, last))
    return found
