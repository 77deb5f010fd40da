"""How the accelerators of this machine are connected with each other, and the machine with others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reprocrate.capture.hardware.amd import has_fabric
from reprocrate.capture.hardware.nvml import has_driver, management_library
from reprocrate.capture.hardware.reading import line_of

SYSTEM = Path("/sys")


def find_interconnect(accelerators: int) -> str | None:
    """What connects the accelerators, where there are several, and the network adapters for computing."""
    found = []
    if accelerators > 1:
        with suppress(OSError, AttributeError):
            found += [name] if (name := _between_nvidia_gpus()) else []
        found += ["Infinity Fabric"] if has_fabric(SYSTEM) else []
    found += dict.fromkeys(network_ports(SYSTEM))
    return "; ".join(found) or None


def network_ports(system: Path) -> Iterator[str]:
    """The ports of remote direct memory access that are in use, such as `InfiniBand 400 Gb/sec (4X NDR)`.

    By /sys/class/infiniband (kernel document "ABI/stable/sysfs-class-infiniband").
    """
    for port in sorted((system / "class/infiniband").glob("*/ports/*")):
        if not (line_of(port / "state") or "").endswith("ACTIVE"):
            continue
        layer = line_of(port / "link_layer")
        name = "InfiniBand" if layer == "InfiniBand" else "RDMA over Ethernet"
        yield " ".join(filter(None, (name, line_of(port / "rate"))))


def _between_nvidia_gpus() -> str | None:
    if not has_driver():
        return None
    with management_library() as library:
        handles = library.handles()
        links = [library.links(handle) for handle in handles]
        buses = [library.bus(handle) for handle in handles]
    if links and all(links):
        return f"NVLink ({min(links)} of each GPU)"
    if buses and (slowest := min((bus for bus in buses if bus), default=None)):
        return f"PCIe {slowest[0]}.0 x{slowest[1]}"
    return None
