"""The machine of a launch and what it used of it, as a record has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cpu:
    """The processor.

    Attributes:
        threads: the hardware threads that the launch could use.
        microarchitecture: the name that archspec gives it.
        level: the generic level of its instruction set, such as `x86-64-v3`.
    """

    model: str | None
    architecture: str
    features: tuple[str, ...] = ()
    cores: int | None = None
    sockets: int | None = None
    threads: int | None = None
    microarchitecture: str | None = None
    level: str | None = None


@dataclass(frozen=True)
class Accelerator:
    """A GPU, an instance of a divided one, or the like."""

    vendor: str
    model: str
    memory_bytes: int | None = None
    driver: str | None = None
    runtime: str | None = None
    compute_capability: str | None = None


@dataclass(frozen=True)
class Hardware:
    """One machine; `memory_bytes` is what the launch could use of it."""

    cpu: Cpu | None = None
    memory_bytes: int | None = None
    accelerators: tuple[Accelerator, ...] = ()
    interconnect: str | None = None


@dataclass(frozen=True)
class Resources:
    """What a launch used.

    Attributes:
        cpu_s: processor seconds, user and system, of the processes that were waited for.
        peak_memory_bytes: the largest resident memory of its processes together, as sampled, what they share
            counted once; never below the largest of a single process, which the system counts exactly
            where that is more than reprocrate itself held when it started the command.
        gpu_s: seconds times accelerators that it used; 0 where it is known to have used none of those that
            there are.
        peak_device_memory_bytes: the largest memory of all its accelerators together.
        devices: what it computed on, such as `cpu` or the model of an accelerator, as its libraries said.
        energy_kwh: what the machine used meanwhile, as far as its counters tell; with no other launch beside.
        energy_of: the parts of the machine that have counters: `processor`, `memory`, `accelerator`.
    """

    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
    gpu_s: float | None = None
    peak_device_memory_bytes: int | None = None
    devices: tuple[str, ...] = ()
    energy_kwh: float | None = None
    energy_of: tuple[str, ...] = ()
