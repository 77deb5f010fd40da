"""The machine of a launch and what it used of it, as a record has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cpu:
    """The processor; `threads` are the hardware threads that the launch could use."""

    model: str | None
    architecture: str
    features: tuple[str, ...] = ()
    cores: int | None = None
    sockets: int | None = None
    threads: int | None = None


@dataclass(frozen=True)
class Accelerator:
    """A GPU or the like."""

    vendor: str
    model: str
    memory_bytes: int | None = None
    driver: str | None = None
    runtime: str | None = None
    compute_capability: str | None = None


@dataclass(frozen=True)
class Hardware:
    """The machine; `memory_bytes` is what the launch could use of it."""

    cpu: Cpu | None = None
    memory_bytes: int | None = None
    accelerators: tuple[Accelerator, ...] = ()


@dataclass(frozen=True)
class Resources:
    """Processor seconds, and the largest resident memory of one process, in bytes."""

    cpu_s: float | None = None
    peak_memory_bytes: int | None = None
